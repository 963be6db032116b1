/* What the edges of neighbouring blocks say about a block's coefficients.
 *
 * Along a column of pixels, a block's value at its upper border, extrapolated from its first two pixels x0 and x1 as
 * 1.5 x0 - 0.5 x1, is a weighted sum of its coefficients of one horizontal frequency: weight e[v] for the vertical
 * frequency v, e[v] = c[v] (1.5 cos(v pi / 16) - 0.5 cos(3 v pi / 16)), c[0] = sqrt(1/2), others 1. At the lower
 * border the weight is e[v] for even v and -e[v] for odd ones. Both borders are one place, so the two sums, of the
 * block above and of this, should be alike: when all but one coefficient of a column are known (or 0), the last is
 * expected. The same holds for rows and the block to the left. */
#ifndef HUNCH_MODELS_DCT_PREDICT_H
#define HUNCH_MODELS_DCT_PREDICT_H

#include "models/dct/image.h"

enum { DCT_WORTH_MOST = 16383 }; /* |coefficient times step| is held within */

/* e in 1/4096 */
extern const int16_t hunch_dct_edge_q12[8];

/* The block in hand, as far as it is known. */
struct dct_predict {
    const uint16_t *table;   /* steps */
    const struct dct_block *above, *left; /* NULL: none */
    int32_t down[8];   /* (horizontal frequency) what is left of above->below for the coefficients to come, q12 */
    int32_t across[8]; /* (vertical frequency) the same of left->beside */
};

void hunch_dct_predict_begin(struct dct_predict *p, const uint16_t *table, const struct dct_block *above,
                             const struct dct_block *left);
/* A coefficient is known. */
void hunch_dct_predict_know(struct dct_predict *p, unsigned place, int32_t level);
/* What a coefficient is expected to be, in 1/8 step, from above and from the left; 0 where there is none. */
int32_t hunch_dct_predict_down(const struct dct_predict *p, unsigned place);
int32_t hunch_dct_predict_across(const struct dct_predict *p, unsigned place);
/* The same for a place in the first row or column from both: DC, which is not known yet, is in both sums alike. */
int32_t hunch_dct_predict_corner(const struct dct_predict *p, unsigned place);
/* DC, from all 16 places of both borders, when all other coefficients are known: in 1/8 step; *spread: how much the
 * places differ, in the same unit. */
int32_t hunch_dct_predict_dc(const struct dct_predict *p, int32_t *spread);
/* Keeps the edges of a whole block for its neighbours. */
void hunch_dct_predict_keep(const uint16_t *table, struct dct_block *block);

#endif
