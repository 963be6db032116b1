/* The last stage of prediction: how much of each stage's opinion to believe, by least squares over a short window. */
#ifndef HUNCH_MODELS_AUDIO_FINAL_H
#define HUNCH_MODELS_AUDIO_FINAL_H

#include "models/audio/kernels.h"

enum { FINAL_MOST = 8, FINAL_STRIDE = FINAL_MOST + 1 };

struct final {
    unsigned n;      /* opinions */
    unsigned every;  /* samples from one solution to the next */
    unsigned forget;
    unsigned count;
    int64_t r[FINAL_STRIDE * FINAL_STRIDE]; /* lower half; the last variable is what is to be predicted */
    int32_t w[FINAL_STRIDE];                /* 22 bits of fraction */
};

int64_t hunch_final_predict(const struct final *f, const int32_t *z);

void hunch_final_learn(struct final *f, const struct audio_kernels *k, const int32_t *z, int32_t target);

#endif
