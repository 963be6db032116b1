#include "models/cm/mixer.h"

#include <immintrin.h>

static int32_t dot(const int32_t *x, const int32_t *w, size_t n) {
    __m256i a = _mm256_setzero_si256(), b = a;
    for (size_t i = 0; i < n; i += 16) {
        __m256i w0 = _mm256_srai_epi32(_mm256_load_si256((const __m256i *)(w + i)), 16);
        __m256i w1 = _mm256_srai_epi32(_mm256_load_si256((const __m256i *)(w + i + 8)), 16);
        __m256i x0 = _mm256_load_si256((const __m256i *)(x + i));
        __m256i x1 = _mm256_load_si256((const __m256i *)(x + i + 8));
        a = _mm256_add_epi32(a, _mm256_srai_epi32(_mm256_mullo_epi32(x0, w0), 6));
        b = _mm256_add_epi32(b, _mm256_srai_epi32(_mm256_mullo_epi32(x1, w1), 6));
    }
    a = _mm256_add_epi32(a, b);
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4E));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xB1));
    return _mm_cvtsi128_si32(s);
}

static void train(const int32_t *x, int32_t *w, size_t n, int32_t step) {
    const __m256i e = _mm256_set1_epi32(step), half = _mm256_set1_epi32(4);
    const __m256i most = _mm256_set1_epi32(MIXER_LIMIT), least = _mm256_set1_epi32(-MIXER_LIMIT);
    for (size_t i = 0; i < n; i += 8) {
        __m256i d = _mm256_mullo_epi32(_mm256_load_si256((const __m256i *)(x + i)), e);
        __m256i v = _mm256_load_si256((const __m256i *)(w + i));
        v = _mm256_add_epi32(v, _mm256_srai_epi32(_mm256_add_epi32(d, half), 3));
        v = _mm256_max_epi32(_mm256_min_epi32(v, most), least);
        _mm256_store_si256((__m256i *)(w + i), v);
    }
}

void hunch_mixer_dot_avx2(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t *sums) {
    for (unsigned k = 0; k < sets; k++)
        sums[k] = dot(x, w[k], n);
}

void hunch_mixer_train_avx2(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, const int32_t *steps) {
    for (unsigned k = 0; k < sets; k++)
        if (steps[k])
            train(x, w[k], n, steps[k]);
}
