#include "models/audio/least.h"

#include <string.h>

#include "base/root.h"

enum { ONE = 1 << 30, PIVOT_LEAST = 1 << 15, RIDGE = 28, TOP_LEAST = 48, TOP_GOOD = 53, TOP_MOST = 56, UP_MOST = 40 };

void hunch_least_carve(struct arena *arena, struct least *q, const struct least_shape *shape) {
    size_t v = (size_t)shape->channels * (shape->lags + 1);
    size_t samples = (size_t)shape->channels * (shape->lags + shape->block);
    q->shape = *shape;
    q->variables = (unsigned)v;
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
    q->missed_q4 = 0;
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
        uint32_t pivot = v > 0 ? root_u64((uint64_t)v) : 0;
        row[i] = pivot < PIVOT_LEAST ? PIVOT_LEAST : pivot > INT32_MAX ? INT32_MAX : (int32_t)pivot;
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

int64_t hunch_least_predict(struct least *q, const struct audio_kernels *k, unsigned channel) {
    const int64_t most = INT64_C(1) << (31 + LEAST_WEIGHT_BITS);
    unsigned c = q->shape.channels;
    const int32_t *w = q->w + (size_t)channel * q->variables;
    int64_t v = k->dot(q->x + (size_t)q->filled * c, w, q->shape.lags * c + channel);
    q->last = v > most ? most : v < -most ? -most : v;
    return q->last;
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

/* The largest of the entries first, first + step, ... of the diagonal of an n x n matrix; at least 1. */
static uint64_t largest_diagonal(const int64_t *a, unsigned n, unsigned first, unsigned step) {
    int64_t most = 1;
    for (unsigned i = first; i < n; i += step) {
        int64_t v = a[(size_t)i * n + i];
        most = v > most ? v : most;
    }
    return (uint64_t)most;
}

/* Powers of two that bring each channel's largest diagonal entry into [2^58, 2^60). */
static void scales(const struct least *q, unsigned scale[LEAST_CHANNELS_MAX]) {
    unsigned c = q->shape.channels, n = q->variables;
    for (unsigned a = 0; a < c; a++) {
        unsigned top = 63 - (unsigned)__builtin_clzll(largest_diagonal(q->r, n, a, c));
        scale[a] = top > 59 ? 0 : (59 - top) / 2;
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

/* v * 2^up, the bits that fall off lost. */
static int64_t shifted(int64_t v, int up) {
    return up >= 0 ? (int64_t)((uint64_t)v << (up & 63)) : v >> (-up > 63 ? 63 : -up);
}

static int log2_of(uint64_t v) {
    return 63 - __builtin_clzll(v);
}

static void shift_all(struct least *q, int up) {
    unsigned n = q->variables;
    q->up += up;
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j <= i; j++)
            q->r[(size_t)i * n + j] = shifted(q->r[(size_t)i * n + j], up);
}

/* R takes the block in, divided by how much it was missed by: factor * 2^-(15 + down) is about 1 / mean. */
static void take_block(struct least *q) {
    unsigned c = q->shape.channels, n = q->variables;
    uint64_t mean_q4 = q->missed_q4 / (q->shape.block * c) + 4;
    int down = log2_of(mean_q4);
    uint64_t mantissa = down > 15 ? mean_q4 >> (down - 15) : mean_q4 << (15 - down); /* [2^15, 2^16) */
    int64_t factor = (int64_t)((UINT64_C(1) << 30) / mantissa);                      /* (2^14, 2^15] */
    int in = log2_of(largest_diagonal(q->s, n, 0, 1)) + 15 - down + q->up;
    int have = log2_of(largest_diagonal(q->r, n, 0, 1)), top = have > in ? have : in;
    if (top > TOP_MOST || (top < TOP_LEAST && q->up < UP_MOST))
        shift_all(q, TOP_GOOD - top);
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j <= i; j++) {
            size_t at = (size_t)i * n + j;
            q->r[at] += shifted(q->s[at] * factor, q->up - down) - (q->r[at] >> q->shape.forget);
        }
    q->missed_q4 = 0;
}

static void end_block(struct least *q, const struct audio_kernels *k) {
    size_t block = (size_t)q->shape.channels * q->shape.block;
    size_t lags = sizeof(int32_t) * q->shape.channels * q->shape.lags;
    block_products(q, k);
    take_block(q);
    solve(q, k);
    memmove(q->x, q->x + block, lags);
    memmove(q->scaled, q->scaled + block, lags);
    q->filled = 0;
}

void hunch_least_add(struct least *q, const struct audio_kernels *k, unsigned channel, int32_t sample) {
    unsigned c = q->shape.channels;
    size_t at = (size_t)(q->shape.lags + q->filled) * c + channel;
    int64_t miss = (sample * (INT64_C(1) << LEAST_WEIGHT_BITS) - q->last) >> (LEAST_WEIGHT_BITS - 4 + q->shape.shift);
    q->missed_q4 += (uint64_t)(miss < 0 ? -miss : miss);
    q->x[at] = sample;
    q->scaled[at] = sample >> q->shape.shift;
    if (channel + 1 == c && ++q->filled == q->shape.block)
        end_block(q, k);
}
