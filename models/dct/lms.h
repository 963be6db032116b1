/* Normalised least mean squares: predicts a number as a weighted sum of others; after each, the weights move along the
 * error by 1 / 2^rate of what would have undone it. Numbers are in 1/16, |x| <= LMS_MOST; weights in 1/2^16. */
#ifndef HUNCH_MODELS_DCT_LMS_H
#define HUNCH_MODELS_DCT_LMS_H

#include <stdint.h>

enum { LMS_INPUTS = 12, LMS_MOST = 8191, LMS_WEIGHT_MOST = 1 << 19 };

struct lms {
    int32_t weight_q16[LMS_INPUTS];
};

static inline int32_t lms_input(int32_t x) {
    return x > LMS_MOST ? LMS_MOST : x < -LMS_MOST ? -LMS_MOST : x;
}

static inline int32_t lms_predict(const struct lms *l, const int32_t x[LMS_INPUTS]) {
    int64_t sum = 0;
    for (unsigned i = 0; i < LMS_INPUTS; i++)
        sum += (int64_t)l->weight_q16[i] * x[i];
    return lms_input((int32_t)(sum >> 16));
}

static inline void lms_learn(struct lms *l, const int32_t x[LMS_INPUTS], int32_t error, unsigned rate, int32_t floor_) {
    int64_t norm = floor_; /* <= 12 * 2^26 and a little */
    for (unsigned i = 0; i < LMS_INPUTS; i++)
        norm += (int64_t)x[i] * x[i];
    int64_t gain = ((int64_t)lms_input(error) << 32) / norm; /* < 2^45 / norm */
    for (unsigned i = 0; i < LMS_INPUTS; i++) {
        int64_t w = l->weight_q16[i] + (gain * x[i] >> (16 + rate));
        l->weight_q16[i] = (int32_t)(w > LMS_WEIGHT_MOST ? LMS_WEIGHT_MOST : w < -LMS_WEIGHT_MOST ? -LMS_WEIGHT_MOST : w);
    }
}

#endif
