#include "models/cm/mixer.h"

#include "base/cpu.h"

static int32_t dot(const int32_t *x, const int32_t *w, size_t n) {
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] * (w[i] >> 16) >> 6;
    return sum;
}

static void train(const int32_t *x, int32_t *w, size_t n, int32_t step) {
    for (size_t i = 0; i < n; i++) {
        int32_t v = w[i] + ((x[i] * step + 4) >> 3);
        w[i] = v > MIXER_LIMIT ? MIXER_LIMIT : v < -MIXER_LIMIT ? -MIXER_LIMIT : v;
    }
}

void hunch_mixer_dot_c(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t *sums) {
    for (unsigned k = 0; k < sets; k++)
        sums[k] = dot(x, w[k], n);
}

void hunch_mixer_train_c(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, const int32_t *steps) {
    for (unsigned k = 0; k < sets; k++)
        if (steps[k])
            train(x, w[k], n, steps[k]);
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
