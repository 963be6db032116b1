/* The inner loops of the audio model over int32 vectors. Every variant gives the same results: sums wrap at 64 bits,
 * weights at 32. Vectors need no alignment and may have any length. */
#ifndef HUNCH_MODELS_AUDIO_KERNELS_H
#define HUNCH_MODELS_AUDIO_KERNELS_H

#include <stddef.h>
#include <stdint.h>

struct audio_kernels {
    /* sum of a[i] * b[i] */
    int64_t (*dot)(const int32_t *a, const int32_t *b, size_t n);
    /* y[i] -= x[i] * factor */
    void (*take)(int64_t *y, const int32_t *x, int32_t factor, size_t n);
    /* w[i] += (x[i] * step + 2^19) >> 20, modulo 2^32 */
    void (*learn)(int32_t *w, const int32_t *x, int32_t step, size_t n);
};

/* The best variants that the CPU_* flags allow. */
struct audio_kernels hunch_audio_kernels(unsigned cpu);

extern const struct audio_kernels hunch_audio_kernels_c, hunch_audio_kernels_avx2, hunch_audio_kernels_avx512;

#endif
