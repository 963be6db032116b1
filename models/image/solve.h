/* A predictor that fits its weights to the pixels around: least squares over a window that moves with the pixel.
 * Wanted are weights w for which the sum of w[i] * u[i] over the window's pixels is nearest to their d. The sums of
 * u u^T and u d are kept for every column, older rows counting less; the window is the sum of the columns on both
 * sides, so that a step to the right adds one column and takes one away. The equations are solved by Cholesky's
 * method in integers. */
#ifndef HUNCH_MODELS_IMAGE_SOLVE_H
#define HUNCH_MODELS_IMAGE_SOLVE_H

#include "base/undo.h"

#include <stdbool.h>

enum {
    SOLVE_TAPS_MAX = 32,
    SOLVE_ONE = 1 << 16, /* weight 1.0 */
    SOLVE_CELLS = 4096   /* groups of columns, at most */
};

struct solve_shape {
    unsigned taps;   /* 1..SOLVE_TAPS_MAX */
    unsigned radius; /* cells on each side of the window */
    unsigned fade;   /* a column's sums lose 1 / 2^fade when a pixel of the next row is added, 2..11 */
    unsigned period; /* pixels from one solution to the next */
    int32_t ridge;   /* added to the diagonal, and as much evidence for equal weights of the first two taps; >= 32 */
};

struct solve {
    struct solve_shape shape;
    unsigned row;     /* numbers of a cell: lower triangle of u u^T, u d, padding */
    unsigned cells;   /* in use: 1..SOLVE_CELLS */
    unsigned age;     /* pixels since the last solution */
    int32_t *columns; /* (cells, row) */
    int32_t *window;  /* (row): the sum of the columns around */
    int32_t weight_q16[SOLVE_TAPS_MAX];
    int32_t u[SOLVE_TAPS_MAX]; /* of the pixel in hand, |u| < 2^17: set by the model before predict */
};

/* Takes memory for pictures up to `width` pixels wide, shapes of up to `taps` taps. */
void hunch_solve_carve(struct arena *arena, struct solve *s, unsigned taps, size_t width);

/* Notes what learning changes, beside *s. */
void hunch_solve_note(const struct solve *s, struct undo *undo);

/* Forgets everything. */
void hunch_solve_begin(struct solve *s, const struct solve_shape *shape, size_t width);

/* Before the first pixel of a row. */
void hunch_solve_row(struct solve *s);

/* The sum of weights times u, in 1/256. */
int64_t hunch_solve_predict(struct solve *s);

/* What d has come, |d| < 2^17, at pixel x of `width`; moves the window to pixel x + 1. */
void hunch_solve_learn(struct solve *s, size_t x, size_t width, int32_t d);

#endif
