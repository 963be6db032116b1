/* Bytes of pixels as numbers: two least squares predictors that learn only from pixels that were not guessed, and two
 * rules. */
#include "models/image/exact.h"
#include "models/image/hash.h"

static const int8_t taps[EXACT_TAPS][2] = {
    {-1, 0}, {0, -1}, {-1, -1}, {1, -1}, {-2, 0}, {0, -2}, {1, -2}, {-2, -1}, {2, -1}, {-1, -2},
    {-3, 0}, {0, -3}, {2, -2}, {-2, -2}, {3, -1}, {-3, -1}, {1, -3}, {-1, -3}, {-4, 0}, {0, -4}};

/* 0 outside the picture */
static int32_t byte_at(const struct exact *e, ptrdiff_t x, ptrdiff_t y, unsigned i) {
    const struct picture *p = e->picture;
    if (x < 0 || y < 0 || x >= (ptrdiff_t)p->width)
        return 0;
    return picture_at(p, (size_t)x, (size_t)y, 0)[i];
}

static unsigned mood_of(const struct exact_number *n) {
    uint32_t unrest = 0;
    for (unsigned k = 0; k < 6; k++)
        unrest += magnitude(n->tap[k] - n->base);
    return (unrest ? 1 + log2_floor(unrest) : 0) * 2 + (n->tap[0] > 127); /* 6 * 255 < 2^11: below 24 */
}

void hunch_exact_expect(struct exact *e, size_t x, size_t y, unsigned i) {
    struct exact_number *n = &e->number;
    for (unsigned k = 0; k < EXACT_TAPS; k++)
        n->tap[k] = byte_at(e, (ptrdiff_t)x + taps[k][0], (ptrdiff_t)y + taps[k][1], i);
    n->base = (n->tap[0] + n->tap[1] + 1) >> 1;
    n->mood = mood_of(n);
    for (unsigned k = 0; k < EXACT_SOLVES; k++) {
        for (unsigned t = 0; t < e->solve[k].shape.taps; t++)
            e->solve[k].u[t] = n->tap[t] - n->base;
        int64_t v = n->base * 256 + hunch_solve_predict(&e->solve[k]);
        n->mu_q8[k] = (int32_t)(v < 0 ? 0 : v > 255 * 256 ? 255 * 256 : v);
    }
    n->mu_q8[EXACT_SOLVES] = 256 * median(n->tap[0], n->tap[1], n->tap[0] + n->tap[1] - n->tap[2]);
    n->mu_q8[EXACT_SOLVES + 1] = 128 * (n->tap[0] + n->tap[3]);
    for (unsigned k = 0; k < EXACT_BELLS; k++) {
        uint32_t usual_q8 = e->usual[k][i][n->mood].count ? e->usual[k][i][n->mood].mean_q8 : 8 * 256;
        hunch_bell_open(&e->shape, &n->bell[k], n->mu_q8[k], usual_q8, 255);
    }
}

void hunch_exact_learn(struct exact *e, unsigned i, int32_t value) {
    enum { PATIENCE = 400 };
    struct exact_number *n = &e->number;
    for (unsigned k = 0; k < EXACT_BELLS; k++) {
        uint32_t *mean_q8 = &e->usual[k][i][n->mood].mean_q8, *count = &e->usual[k][i][n->mood].count;
        int32_t error = (int32_t)magnitude(value * 256 - n->mu_q8[k]);
        *mean_q8 += (uint32_t)((error - (int32_t)*mean_q8) / (int32_t)(*count + 1));
        *count += *count < PATIENCE;
    }
    for (unsigned k = 0; k < EXACT_SOLVES; k++)
        hunch_solve_learn(&e->solve[k], 0, 1, value - n->base);
}
