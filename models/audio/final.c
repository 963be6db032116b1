#include "models/audio/final.h"

#include <string.h>

#include "models/audio/least.h"

enum { RIDGE = 6 /* a 64th of each opinion's power: what is new is not believed at once */ };

int64_t hunch_final_predict(const struct final *f, const int32_t *z) {
    int64_t sum = 0;
    for (unsigned i = 0; i < f->n; i++)
        sum += (int64_t)z[i] * f->w[i];
    return sum >> LEAST_WEIGHT_BITS;
}

static void solve(struct final *f, const struct audio_kernels *k) {
    unsigned n = f->n + 1, scale[FINAL_STRIDE];
    int64_t a[FINAL_STRIDE * FINAL_STRIDE], y[FINAL_STRIDE];
    int32_t l[FINAL_STRIDE * FINAL_STRIDE];
    for (unsigned i = 0; i < n; i++) {
        uint64_t most = (uint64_t)f->r[i * FINAL_STRIDE + i] | 1;
        scale[i] = (59 - (63 - (unsigned)__builtin_clzll(most))) / 2;
        for (unsigned j = 0; j <= i; j++)
            a[i * FINAL_STRIDE + j] = (int64_t)((uint64_t)f->r[i * FINAL_STRIDE + j] << (scale[i] + scale[j]));
        a[i * FINAL_STRIDE + i] += (a[i * FINAL_STRIDE + i] >> RIDGE) + (INT64_C(1) << 34);
    }
    hunch_cholesky(k, a, l, n, FINAL_STRIDE);
    for (unsigned i = 0; i < f->n; i++)
        y[i] = (int64_t)l[f->n * FINAL_STRIDE + i] * (1 << LEAST_WEIGHT_BITS);
    hunch_back_solve(k, l, f->n, FINAL_STRIDE, y, f->w);
    const int64_t most = 16 << LEAST_WEIGHT_BITS;
    for (unsigned i = 0; i < f->n; i++) {
        int up = (int)scale[i] - (int)scale[f->n];
        int64_t v = up >= 0 ? (int64_t)f->w[i] * (INT64_C(1) << up) : (int64_t)f->w[i] >> -up;
        f->w[i] = (int32_t)(v > most ? most : v < -most ? -most : v);
    }
}

void hunch_final_learn(struct final *f, const struct audio_kernels *k, const int32_t *z, int32_t target) {
    int32_t v[FINAL_STRIDE];
    for (unsigned i = 0; i < f->n; i++)
        v[i] = z[i] >> 3;
    v[f->n] = target >> 3;
    for (unsigned i = 0; i <= f->n; i++)
        for (unsigned j = 0; j <= i; j++) {
            int64_t *r = &f->r[i * FINAL_STRIDE + j];
            *r += (int64_t)v[i] * v[j] - (*r >> f->forget);
        }
    if (++f->count >= f->every) {
        f->count = 0;
        solve(f, k);
    }
}
