/* Levels 1 and 2, and bytes of no known kind: one adaptive probability per decision, or two that learn fast and slowly.
 * Samples are coded in the stream's order as differences from a median predictor, in doubling steps; indices of
 * palettes and unknown bytes as themselves after what stands before them. */
#ifndef HUNCH_MODELS_IMAGE_FAST_H
#define HUNCH_MODELS_IMAGE_FAST_H

#include "base/undo.h"
#include "entropy/coder.h"
#include "models/image/picture.h"

enum {
    FAST_LOUDNESS = 16,    /* classes of the differences around */
    FAST_STEP_NODES = 32,  /* zero, sign, steps */
    FAST_INNER_NODES = 32, /* the first two bits inside a step */
    FAST_PLACES = 4096     /* contexts of whole bytes */
};

/* Probability of a one, 2^16 less a half where zeroed memory begins: kept as the difference from a half. */
struct fast_bit {
    int16_t quick_q16;
    int16_t slow_q16;
};

struct fast {
    unsigned level;
    struct undo *undo;      /* NULL: none */
    struct fast_bit *steps; /* (SAMPLES_MAX, FAST_LOUDNESS, FAST_STEP_NODES + FAST_INNER_NODES) */
    struct fast_bit *bytes; /* (FAST_PLACES, 256) */
};

void hunch_fast_carve(struct arena *arena, struct fast *f, unsigned level);

/* Codes one picture. */
void hunch_fast_code(struct fast *f, struct coder *coder, const struct picture *picture);

/* Codes bytes of no known kind. */
void hunch_fast_bytes(struct fast *f, struct coder *coder, uint8_t *data, size_t length);

#endif
