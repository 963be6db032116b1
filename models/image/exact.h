/* Pictures whose pixels come back: drawings, screens, letters, indices of palettes. Pixel by pixel: first whether it is
 * the pixel that followed the same neighbourhood last time, the one to the left, or the one above; else its bytes, in
 * nibbles. The contexts are hashes of neighbours as they are. */
#ifndef HUNCH_MODELS_IMAGE_EXACT_H
#define HUNCH_MODELS_IMAGE_EXACT_H

#include "models/blend.h"
#include "models/image/bell.h"
#include "models/image/picture.h"
#include "models/image/solve.h"

enum {
    EXACT_ROWS = 4,
    EXACT_PAD = 4, /* pixels on both sides of a row */
    EXACT_BYTES_MAX = 2 * SAMPLES_MAX,
    EXACT_GUESSES = 3,
    EXACT_SOLVES = 2,
    EXACT_TAPS = 20,
    EXACT_BELLS = EXACT_SOLVES + 2,
    EXACT_MOODS = 24 /* classes of a byte's surroundings */
};

struct exact_level {
    uint8_t contexts, flags_log2, digits_log2;
    bool numbers; /* bytes are predicted as numbers too */
};

/* What is expected of a byte as a number. */
struct exact_number {
    int32_t base;
    int32_t tap[EXACT_TAPS];    /* the same byte of the neighbours */
    int32_t mu_q8[EXACT_BELLS];
    unsigned mood;
    struct bell bell[EXACT_BELLS];
};

struct exact {
    const struct exact_level *level;
    unsigned cpu;
    struct undo *undo; /* NULL: none */
    bool ready;
    struct blend flags, digits;
    struct bell_shape shape;
    struct solve solve[EXACT_SOLVES];
    uint32_t *memory[EXACT_ROWS]; /* (width + 2 pads) */
    uint32_t *row[EXACT_ROWS];    /* pixels of rows y, y - 1, ... as numbers */
    uint32_t *seen;               /* (1 << seen_log2): where a neighbourhood's pixel is in the block, + 1 */
    unsigned seen_log2;
    const uint8_t *block;
    const struct picture *picture;
    unsigned size;                /* bytes of a pixel */
    uint32_t ink;                 /* pixels of this picture whose first byte is not 0, so far */
    uint32_t context[BLEND_CONTEXTS_MAX];
    struct exact_number number;
    struct {
        uint32_t mean_q8, count;
    } usual[EXACT_BELLS][EXACT_BYTES_MAX][EXACT_MOODS]; /* errors */
};

/* Memory for blocks of `length` bytes and pictures up to `width` pixels wide. */
void hunch_exact_carve(struct arena *arena, struct exact *e, unsigned level, size_t length, size_t width);
void hunch_exact_init(struct exact *e, unsigned cpu);

/* See blend.h. */
void hunch_exact_moved(struct exact *e, unsigned cpu);
void hunch_exact_watch(struct exact *e, struct undo *undo);

/* Codes one picture of the block. */
void hunch_exact_code(struct exact *e, struct coder *coder, const uint8_t *block, const struct picture *picture);

/* exact_contexts.c: fills context[]. */
void hunch_exact_contexts(struct exact *e, size_t x, size_t y);

/* The pixel as one number: all of it up to four bytes, a hash of it beyond. */
uint32_t hunch_exact_pixel(const uint8_t *pixel, unsigned size);

/* exact_number.c: what byte `i` of the pixel should be; what it is. */
void hunch_exact_expect(struct exact *e, size_t x, size_t y, unsigned i);
void hunch_exact_learn(struct exact *e, unsigned i, int32_t value);

#endif
