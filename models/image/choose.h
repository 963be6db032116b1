/* For the encoder: whether pictures repeat their pixels (exact.h) or change smoothly (photo.h). */
#ifndef HUNCH_MODELS_IMAGE_CHOOSE_H
#define HUNCH_MODELS_IMAGE_CHOOSE_H

#include "models/image/picture.h"

enum { CHOICE_COLOURS_LOG2 = 15 };

struct choice {
    uint64_t looked;      /* pixels of the small arrays before, and what was seen of them */
    uint64_t fresh;       /* like neither neighbour */
    uint64_t smooth_bits; /* what the fresh ones cost as differences, about */
    uint64_t different;   /* colours, about */
    uint8_t colours[(1 << CHOICE_COLOURS_LOG2) / 8]; /* a bit for each hash of a pixel that was met */
};

/* p->data: the first of `count` pictures. A few pixels say little: small arrays are judged together with
 * those before, or follow what was chosen for them when that was nearly always the same: exact_q16 is its
 * share. */
bool hunch_choose_exact(struct choice *c, const struct picture *p, uint64_t count, unsigned exact_q16);

#endif
