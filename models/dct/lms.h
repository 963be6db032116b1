/* Normalised least mean squares (Nagumo and Noda 1967): predicts a number as a weighted sum of others; after each, the
 * weights move along its error by 1 / 2^rate of what would have undone it. Numbers are in 1/16 and held within
 * LMS_MOST. */
#ifndef HUNCH_MODELS_DCT_LMS_H
#define HUNCH_MODELS_DCT_LMS_H

#include <stdint.h>

enum { LMS_INPUTS = 12, LMS_MOST = 8191, LMS_WEIGHT_MOST = 1 << 19 };

struct lms {
    int32_t weight_q16[LMS_INPUTS];
};

static inline int32_t lms_hold(int64_t x) {
    return x > LMS_MOST ? LMS_MOST : x < -LMS_MOST ? -LMS_MOST : (int32_t)x;
}

/* 12 * 2^19 * 2^13 < 2^36 */
static inline int32_t lms_predict(const struct lms *l, const int32_t x[LMS_INPUTS]) {
    int64_t sum = 0;
    for (unsigned i = 0; i < LMS_INPUTS; i++)
        sum += (int64_t)l->weight_q16[i] * x[i];
    return lms_hold(sum >> 16); /* >> rounds down: gcc and clang say so */
}

/* `floor` keeps small inputs from large steps: a number in 1/256. */
static inline void lms_learn(struct lms *l, const int32_t x[LMS_INPUTS], int32_t error, unsigned rate, int32_t floor) {
    int64_t norm = floor; /* < 2^30 */
    for (unsigned i = 0; i < LMS_INPUTS; i++)
        norm += (int64_t)x[i] * x[i];
    int64_t gain = ((int64_t)lms_hold(error) * (INT64_C(1) << 32)) / norm; /* < 2^45 / norm; times x: below 2^45 too */
    for (unsigned i = 0; i < LMS_INPUTS; i++) {
        int64_t w = l->weight_q16[i] + (gain * x[i] >> (16 + rate));
        l->weight_q16[i] = (int32_t)(w > LMS_WEIGHT_MOST    ? LMS_WEIGHT_MOST
                                     : w < -LMS_WEIGHT_MOST ? -LMS_WEIGHT_MOST
                                                            : w);
    }
}

#endif
