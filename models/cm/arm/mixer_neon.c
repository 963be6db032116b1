#include "models/cm/mixer.h"

#include <arm_neon.h>

static int32_t dot(const int32_t *x, const int32_t *w, size_t n) {
    int32x4_t a = vdupq_n_s32(0), b = a;
    for (size_t i = 0; i < n; i += 8) {
        int32x4_t w0 = vshrq_n_s32(vld1q_s32(w + i), 16), w1 = vshrq_n_s32(vld1q_s32(w + i + 4), 16);
        a = vsraq_n_s32(a, vmulq_s32(vld1q_s32(x + i), w0), 6);
        b = vsraq_n_s32(b, vmulq_s32(vld1q_s32(x + i + 4), w1), 6);
    }
    return vaddvq_s32(vaddq_s32(a, b));
}

static void train(const int32_t *x, int32_t *w, size_t n, int32_t step) {
    const int32x4_t most = vdupq_n_s32(MIXER_LIMIT), least = vdupq_n_s32(-MIXER_LIMIT), half = vdupq_n_s32(4);
    for (size_t i = 0; i < n; i += 4) {
        int32x4_t d = vmlaq_n_s32(half, vld1q_s32(x + i), step);
        int32x4_t v = vsraq_n_s32(vld1q_s32(w + i), d, 3);
        vst1q_s32(w + i, vmaxq_s32(vminq_s32(v, most), least));
    }
}

void hunch_mixer_dot_neon(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t *sums) {
    for (unsigned k = 0; k < sets; k++)
        sums[k] = dot(x, w[k], n);
}

void hunch_mixer_train_neon(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, const int32_t *steps) {
    for (unsigned k = 0; k < sets; k++)
        if (steps[k])
            train(x, w[k], n, steps[k]);
}
