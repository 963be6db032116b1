/* The loops of kernels.h in plain C, in a form that compilers turn into vector instructions: each file that includes
 * this is compiled for another instruction set and names its table. */
#ifndef HUNCH_MODELS_AUDIO_LOOPS_H
#define HUNCH_MODELS_AUDIO_LOOPS_H

#include "models/audio/kernels.h"

static int64_t loop_dot(const int32_t *restrict a, const int32_t *restrict b, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (uint64_t)((int64_t)a[i] * b[i]);
    return (int64_t)sum;
}

static void loop_take(int64_t *restrict y, const int32_t *restrict x, int32_t factor, size_t n) {
    for (size_t i = 0; i < n; i++)
        y[i] = (int64_t)((uint64_t)y[i] - (uint64_t)((int64_t)x[i] * factor));
}

static void loop_learn(int32_t *restrict w, const int32_t *restrict x, int32_t step, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t change = (uint64_t)((int64_t)x[i] * step) + (1u << 19);
        w[i] = (int32_t)((uint32_t)w[i] + (uint32_t)(change >> 20)); /* bits 20..51: a logical shift serves */
    }
}

#endif
