#include "models/cm/mixer.h"

#include "base/cpu.h"

int32_t hunch_mixer_dot_c(const int32_t *x, int32_t *const *w, unsigned sets, size_t n) {
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t weight = 0;
        for (unsigned k = 0; k < sets; k++)
            weight += w[k][i];
        sum += (uint32_t)(x[i] * (weight >> 12) >> 6);
    }
    return (int32_t)sum;
}

void hunch_mixer_train_c(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t step) {
    for (size_t i = 0; i < n; i++) {
        int32_t change = (x[i] * step + 64) >> 7;
        for (unsigned k = 0; k < sets; k++) {
            int32_t v = w[k][i] + change;
            w[k][i] = v > MIXER_LIMIT ? MIXER_LIMIT : v < -MIXER_LIMIT ? -MIXER_LIMIT : v;
        }
    }
}

struct mixer_kernels hunch_mixer_kernels(unsigned cpu) {
    struct mixer_kernels k = {hunch_mixer_dot_c, hunch_mixer_train_c};
#if defined(HUNCH_KERNELS_X86)
    if (cpu & CPU_AVX2)
        k = (struct mixer_kernels){hunch_mixer_dot_avx2, hunch_mixer_train_avx2};
    if (cpu & CPU_AVX512)
        k = (struct mixer_kernels){hunch_mixer_dot_avx512, hunch_mixer_train_avx512};
#elif defined(HUNCH_KERNELS_ARM)
    if (cpu & CPU_NEON)
        k = (struct mixer_kernels){hunch_mixer_dot_neon, hunch_mixer_train_neon};
#endif
    (void)cpu;
    return k;
}
