#include "models/cm/mixer.h"

#include <arm_neon.h>

int32_t hunch_mixer_dot_neon(const int32_t *x, int32_t *const *w, unsigned sets, size_t n) {
    int32x4_t sum = vdupq_n_s32(0);
    for (size_t i = 0; i < n; i += 4) {
        int32x4_t weight = vld1q_s32(w[0] + i);
        for (unsigned k = 1; k < sets; k++)
            weight = vaddq_s32(weight, vld1q_s32(w[k] + i));
        sum = vsraq_n_s32(sum, vmulq_s32(vld1q_s32(x + i), vshrq_n_s32(weight, 12)), 6);
    }
    return vaddvq_s32(sum);
}

void hunch_mixer_train_neon(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t step) {
    const int32x4_t most = vdupq_n_s32(MIXER_LIMIT), least = vdupq_n_s32(-MIXER_LIMIT), half = vdupq_n_s32(64);
    for (size_t i = 0; i < n; i += 4) {
        int32x4_t change = vshrq_n_s32(vmlaq_n_s32(half, vld1q_s32(x + i), step), 7);
        for (unsigned k = 0; k < sets; k++) {
            int32x4_t v = vaddq_s32(vld1q_s32(w[k] + i), change);
            vst1q_s32(w[k] + i, vmaxq_s32(vminq_s32(v, most), least));
        }
    }
}
