#include "models/cm/mixer.h"

#include <immintrin.h>

static int32_t dot(const int32_t *x, const int32_t *w, size_t n) {
    __m512i a = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 16) {
        __m512i v = _mm512_srai_epi32(_mm512_load_si512(w + i), 16);
        a = _mm512_add_epi32(a, _mm512_srai_epi32(_mm512_mullo_epi32(_mm512_load_si512(x + i), v), 6));
    }
    return _mm512_reduce_add_epi32(a);
}

static void train(const int32_t *x, int32_t *w, size_t n, int32_t step) {
    const __m512i e = _mm512_set1_epi32(step), half = _mm512_set1_epi32(4);
    const __m512i most = _mm512_set1_epi32(MIXER_LIMIT), least = _mm512_set1_epi32(-MIXER_LIMIT);
    for (size_t i = 0; i < n; i += 16) {
        __m512i d = _mm512_mullo_epi32(_mm512_load_si512(x + i), e);
        __m512i v = _mm512_add_epi32(_mm512_load_si512(w + i), _mm512_srai_epi32(_mm512_add_epi32(d, half), 3));
        _mm512_store_si512(w + i, _mm512_max_epi32(_mm512_min_epi32(v, most), least));
    }
}

void hunch_mixer_dot_avx512(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t *sums) {
    for (unsigned k = 0; k < sets; k++)
        sums[k] = dot(x, w[k], n);
}

void hunch_mixer_train_avx512(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, const int32_t *steps) {
    for (unsigned k = 0; k < sets; k++)
        if (steps[k])
            train(x, w[k], n, steps[k]);
}
