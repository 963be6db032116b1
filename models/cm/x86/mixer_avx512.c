#include "models/cm/mixer.h"

#include <immintrin.h>

int32_t hunch_mixer_dot_avx512(const int32_t *x, int32_t *const *w, unsigned sets, size_t n) {
    __m512i sum = _mm512_setzero_si512();
    for (size_t i = 0; i < n; i += 16) {
        __m512i weight = _mm512_load_si512(w[0] + i);
        for (unsigned k = 1; k < sets; k++)
            weight = _mm512_add_epi32(weight, _mm512_load_si512(w[k] + i));
        weight = _mm512_mullo_epi32(_mm512_load_si512(x + i), _mm512_srai_epi32(weight, 12));
        sum = _mm512_add_epi32(sum, _mm512_srai_epi32(weight, 6));
    }
    return _mm512_reduce_add_epi32(sum);
}

void hunch_mixer_train_avx512(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t step) {
    const __m512i e = _mm512_set1_epi32(step), half = _mm512_set1_epi32(64);
    const __m512i most = _mm512_set1_epi32(MIXER_LIMIT), least = _mm512_set1_epi32(-MIXER_LIMIT);
    for (size_t i = 0; i < n; i += 16) {
        __m512i change = _mm512_mullo_epi32(_mm512_load_si512(x + i), e);
        change = _mm512_srai_epi32(_mm512_add_epi32(change, half), 7);
        for (unsigned k = 0; k < sets; k++) {
            __m512i v = _mm512_add_epi32(_mm512_load_si512(w[k] + i), change);
            _mm512_store_si512(w[k] + i, _mm512_max_epi32(_mm512_min_epi32(v, most), least));
        }
    }
}
