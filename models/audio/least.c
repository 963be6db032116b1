#include "models/audio/least.h"

#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

enum { ONE = 1 << 30, PIVOT_LEAST = 1 << 15, RIDGE = 28 };

void hunch_least_carve(struct arena *arena, struct least *q, const struct least_shape *shape) {
    size_t v = (size_t)shape->channels * (shape->lags + 1), samples = (size_t)shape->channels * (shape->lags + shape->block);
    *q = (struct least){.shape = *shape, .variables = (unsigned)v};
    q->x = hunch_arena_take(arena, sizeof(int32_t) * samples);
    q->scaled = hunch_arena_take(arena, sizeof(int32_t) * samples);
    q->r = hunch_arena_take(arena, sizeof(int64_t) * v * v);
    q->s = hunch_arena_take(arena, sizeof(int64_t) * v * v);
    q->l = hunch_arena_take(arena, sizeof(int32_t) * v * v);
    q->w = hunch_arena_take(arena, sizeof(int32_t) * v * shape->channels);
    q->y = hunch_arena_take(arena, sizeof(int64_t) * v);
}

void hunch_least_restart(struct least *q) {
    memset(q->x, 0, sizeof(int32_t) * q->shape.channels * q->shape.lags);
    memset(q->scaled, 0, sizeof(int32_t) * q->shape.channels * q->shape.lags);
    q->filled = 0;
}

/* The integer part of the root of v < 2^62. */
static uint32_t root(uint64_t v) {
    uint64_t r = 0, bit = UINT64_C(1) << 60;
    while (bit > v)
        bit >>= 2;
    for (; bit; bit >>= 2) {
        bool fits = v >= r + bit;
        v -= fits ? r + bit : 0;
        r = (r >> 1) + (fits ? bit : 0);
    }
    return (uint32_t)r;
}

/* Wraps: what strangers make of the numbers means nothing, but the same everywhere. */
static int64_t less(int64_t a, int64_t b) {
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

void hunch_cholesky(const struct audio_kernels *k, const int64_t *a, int32_t *l, unsigned n, unsigned stride) {
    for (unsigned i = 0; i < n; i++) {
        int32_t *row = l + (size_t)i * stride;
        const int64_t *from = a + (size_t)i * stride;
        for (unsigned j = 0; j < i; j++) {
            const int32_t *above = l + (size_t)j * stride;
            int64_t v = less(from[j], k->dot(row, above, j)) / above[j];
            row[j] = v > ONE ? ONE : v < -ONE ? -ONE : (int32_t)v;
        }
        int64_t v = less(from[i], k->dot(row, row, i));
        int32_t pivot = v > 0 ? (int32_t)root((uint64_t)v) : 0;
        row[i] = pivot < PIVOT_LEAST ? PIVOT_LEAST : pivot;
    }
}

void hunch_back_solve(const struct audio_kernels *k, const int32_t *l, unsigned n, unsigned stride, int64_t *y,
                      int32_t *w) {
    const int64_t most = 16 << LEAST_WEIGHT_BITS;
    for (unsigned i = n; i-- > 0;) {
        const int32_t *row = l + (size_t)i * stride;
        int64_t v = y[i] / row[i];
        w[i] = (int32_t)(v > most ? most : v < -most ? -most : v);
        k->take(y, row, w[i], i);
    }
}

int64_t hunch_least_predict(const struct least *q, const struct audio_kernels *k, unsigned channel) {
    unsigned c = q->shape.channels;
    return k->dot(q->x + (size_t)q->filled * c, q->w + (size_t)channel * q->variables, q->shape.lags * c + channel);
}

/* Products of the variables over the block. */
static void block_products(struct least *q, const struct audio_kernels *k) {
    unsigned c = q->shape.channels, n = q->variables, block = q->shape.block, lags = q->shape.lags;
    const int32_t *x = q->scaled;
    for (unsigned a = 0; a < c; a++) {
        int64_t *row = q->s + (size_t)(lags * c + a) * n;
        memset(row, 0, sizeof(int64_t) * n);
        for (unsigned t = 0; t < block; t++)
            k->take(row, x + (size_t)t * c, -x[(size_t)(lags + t) * c + a], lags * c + a + 1);
    }
    for (unsigned i = lags * c; i-- > 0;) {
        int64_t *row = q->s + (size_t)i * n, *next = q->s + (size_t)(i + c) * n + c;
        /* a frame later: the block loses its first frame and gains one behind its last */
        memcpy(row, next, sizeof(int64_t) * (i + 1));
        k->take(row, x, -x[i], i + 1);
        k->take(row, x + (size_t)block * c, x[(size_t)block * c + i], i + 1);
    }
}

/* Powers of two that bring each channel's largest diagonal entry into [2^58, 2^60). */
static void scales(const struct least *q, unsigned scale[LEAST_CHANNELS_MAX]) {
    unsigned c = q->shape.channels, n = q->variables;
    for (unsigned a = 0; a < c; a++) {
        uint64_t most = 1;
        for (unsigned i = a; i < n; i += c) {
            uint64_t v = (uint64_t)q->r[(size_t)i * n + i];
            most = v > most ? v : most;
        }
        scale[a] = (59 - (63 - (unsigned)__builtin_clzll(most))) / 2;
    }
}

static int32_t rescale(int32_t w, int up) {
    const int64_t most = 16 << LEAST_WEIGHT_BITS;
    int64_t v = up >= 0 ? (int64_t)w * (INT64_C(1) << up) : (int64_t)w >> -up;
    return (int32_t)(v > most ? most : v < -most ? -most : v);
}

static void solve(struct least *q, const struct audio_kernels *k) {
    unsigned c = q->shape.channels, n = q->variables, scale[LEAST_CHANNELS_MAX];
    scales(q, scale);
    for (unsigned i = 0; i < n; i++) {
        int64_t *from = q->r + (size_t)i * n, *to = q->s + (size_t)i * n;
        for (unsigned j = 0; j <= i; j++)
            to[j] = (int64_t)((uint64_t)from[j] << (scale[i % c] + scale[j % c]));
        to[i] += (to[i] >> RIDGE) + (INT64_C(1) << 30);
    }
    hunch_cholesky(k, q->s, q->l, n, n);
    for (unsigned a = 0; a < c; a++) {
        unsigned m = q->shape.lags * c + a;
        int32_t *w = q->w + (size_t)a * n;
        for (unsigned i = 0; i < m; i++)
            q->y[i] = (int64_t)q->l[(size_t)m * n + i] * (1 << LEAST_WEIGHT_BITS);
        hunch_back_solve(k, q->l, m, n, q->y, w);
        for (unsigned i = 0; i < m; i++)
            w[i] = rescale(w[i], (int)scale[i % c] - (int)scale[a]);
    }
}

static void end_block(struct least *q, const struct audio_kernels *k) {
    unsigned c = q->shape.channels, n = q->variables;
    block_products(q, k);
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j <= i; j++) {
            size_t at = (size_t)i * n + j;
            q->r[at] += q->s[at] - (q->r[at] >> q->shape.forget);
        }
    solve(q, k);
    size_t block = (size_t)c * q->shape.block, lags = sizeof(int32_t) * c * q->shape.lags;
    memmove(q->x, q->x + block, lags);
    memmove(q->scaled, q->scaled + block, lags);
    q->filled = 0;
}

void hunch_least_add(struct least *q, const struct audio_kernels *k, unsigned channel, int32_t sample) {
    unsigned c = q->shape.channels;
    size_t at = (size_t)(q->shape.lags + q->filled) * c + channel;
    q->x[at] = sample;
    q->scaled[at] = sample >> q->shape.shift;
    if (channel + 1 == c && ++q->filled == q->shape.block)
        end_block(q, k);
}
