#include "models/cm/mixer.h"

#include <immintrin.h>

static __m256i load(const int32_t *p) {
    return _mm256_load_si256((const __m256i *)(const void *)p);
}

int32_t hunch_mixer_dot_avx2(const int32_t *x, int32_t *const *w, unsigned sets, size_t n) {
    __m256i sum = _mm256_setzero_si256();
    for (size_t i = 0; i < n; i += 8) {
        __m256i weight = load(w[0] + i);
        for (unsigned k = 1; k < sets; k++)
            weight = _mm256_add_epi32(weight, load(w[k] + i));
        weight = _mm256_mullo_epi32(load(x + i), _mm256_srai_epi32(weight, 12));
        sum = _mm256_add_epi32(sum, _mm256_srai_epi32(weight, 6));
    }
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4E));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xB1));
    return _mm_cvtsi128_si32(s);
}

void hunch_mixer_train_avx2(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t step) {
    const __m256i e = _mm256_set1_epi32(step), half = _mm256_set1_epi32(64);
    const __m256i most = _mm256_set1_epi32(MIXER_LIMIT), least = _mm256_set1_epi32(-MIXER_LIMIT);
    for (size_t i = 0; i < n; i += 8) {
        __m256i change = _mm256_mullo_epi32(load(x + i), e);
        change = _mm256_srai_epi32(_mm256_add_epi32(change, half), 7);
        for (unsigned k = 0; k < sets; k++) {
            __m256i v = _mm256_add_epi32(load(w[k] + i), change);
            v = _mm256_max_epi32(_mm256_min_epi32(v, most), least);
            _mm256_store_si256((__m256i *)(void *)(w[k] + i), v);
        }
    }
}
