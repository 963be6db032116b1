/* What a coefficient is predicted from: its surroundings, and what two least-mean-squares predictors (lms.h) of its
 * place make of them: its value and its size. */
#ifndef HUNCH_MODELS_DCT_CONTEXTS_H
#define HUNCH_MODELS_DCT_CONTEXTS_H

#include "models/dct/image.h"
#include "models/dct/lms.h"
#include "models/dct/number.h"
#include "models/dct/predict.h"

enum { DCT_CONTEXTS = 28, DCT_LEARNERS = 3 };

/* A block and its surroundings. Those that are not there are blocks of zeros; has_above and has_left tell. */
struct dct_place {
    struct dct_block *block;
    const struct dct_block *above, *left, *above_left, *above_right, *left_left;
    const struct dct_block *first;  /* of the first component at the same place; NULL: this is of it */
    const struct dct_block *before; /* of the component before, unless that is the first or has other sampling */
    bool has_above, has_left;
    unsigned component;    /* 0..3 */
    const uint16_t *table; /* steps, none 0 */
};

/* A block in the course of coding its AC coefficients. */
struct dct_course {
    const struct dct_place *place;
    struct dct_predict predict;
    int16_t level[DCT_BLOCK]; /* those that are coded */
    unsigned left;            /* coefficients to come, with this one */
    unsigned remaining;       /* of them are not 0 */
    unsigned last[2];         /* sizes of the newest two */
    unsigned energy;          /* sum of sizes */
    unsigned zeros;           /* since the last that was not 0 */
};

struct dct_learners {
    struct lms value[DCT_LEARNERS][DCT_BLOCK], size[DCT_LEARNERS][DCT_BLOCK];
};

/* What is known of one coefficient before it is coded. */
struct dct_view {
    unsigned at, u, v, zone; /* place; horizontal and vertical frequency */
    unsigned plane, kind;    /* component, 0..2 and 0..1 */
    unsigned above, left, above_left, above_right; /* sizes of the coefficients there */
    unsigned around;         /* about 32 times their weighted mean */
    unsigned near[7];        /* sizes in this block: left, up, left up, right up, left down, two left, two up */
    unsigned local;          /* sum of the first five, the first two twice */
    unsigned frame;          /* sizes around this place in the blocks above and left */
    unsigned in_first;       /* size in the first component */
    int32_t in_before;       /* value in the component before */
    int32_t down_q3, across_q3, corner_q3, mean_q3; /* predict.h; of the first two, those that tell something */
    int32_t value_q4, size_q4; /* predicted */
    int32_t sign;              /* that value has probably */
    int32_t for_value_q4[LMS_INPUTS], for_size_q4[LMS_INPUTS];
};

void hunch_dct_learners_init(struct dct_learners *l);
void hunch_dct_look(struct dct_view *w, const struct dct_course *c, unsigned at, const struct dct_learners *l);
void hunch_dct_learn(struct dct_learners *l, const struct dct_view *w, int32_t level);
/* Contexts for the blend of n, choices of its sets and stages, and places in maps. */
void hunch_dct_contexts(const struct dct_view *w, const struct dct_course *c, struct number *n);

#endif
