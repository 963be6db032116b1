/* Contexts of records: samples of 1 to 4 bytes in rows (images, tables, interleaved channels). The neighbours of a
 * sample are the ones before it (W, WW), above it (N, NN) and beside that (NW, NE); several linear predictors of them
 * and their quantised spread are the contexts. Samples of 2 bytes are little-endian numbers; of others each byte is
 * predicted from the same byte of the neighbours. */
#include "models/cm/contexts.h"

static uint32_t mix(uint32_t a, uint32_t b) {
    uint32_t h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA6Bu;
    return h ^ h >> 15;
}

/* The sample that begins `back` bytes before `start`; 0 before the block. */
static int32_t sample(const struct contexts *c, const uint8_t *data, size_t start, size_t back) {
    if (back > start)
        return 0;
    const uint8_t *p = data + (start - back);
    return c->width == 2 ? p[0] | p[1] << 8 : p[0];
}

static unsigned magnitude(int32_t v) {
    uint32_t a = (uint32_t)(v < 0 ? -v : v);
    return a ? 32u - (unsigned)__builtin_clz(a) : 0;
}

static int32_t median(int32_t a, int32_t b, int32_t c) {
    int32_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* Learns from the sample that has come, then predicts the next from its neighbours (base: about their middle).
 * |input| < 2^16 and |weight| <= 4: a sum of 14 products fits 37 bits. */
static int32_t filter_run(struct filter *f, int32_t came, const int32_t *neighbours, int32_t base, int rate) {
    int64_t sum = 0, power = 64, error = ((int64_t)came << 4) - f->prediction_q4;
    for (unsigned i = 0; i < FILTER_TAPS; i++)
        power += (int64_t)f->input[i] * f->input[i];
    int64_t gain_q16 = error * rate * 16 / power; /* of the error in 1/16, per unit of input */
    for (unsigned i = 0; i < FILTER_TAPS; i++) {
        int64_t w = f->weight_q16[i] + (gain_q16 * f->input[i] >> 4);
        f->weight_q16[i] = (int32_t)(w > 4 << 16 ? 4 << 16 : w < -(4 << 16) ? -(4 << 16) : w);
        f->input[i] = neighbours[i] - base;
        sum += (int64_t)f->weight_q16[i] * f->input[i];
    }
    f->base = base;
    f->prediction_q4 = base * 16 + (int32_t)(sum >> 12);
    return f->prediction_q4;
}

unsigned hunch_contexts_record_count(unsigned level) {
    static const uint8_t counts[10] = {0, 0, 0, 4, 5, 6, 14, 21, 25, 25};
    return counts[level];
}

void hunch_contexts_record(struct contexts *c, const uint8_t *data, size_t at) {
    uint32_t *h = c->ahead;
    size_t phase = (at + c->shift) % c->width, back = c->width == 2 ? phase : 0;
    size_t s = at - (back < at ? back : at), w = c->width, r = c->stride ? c->stride : w;
    int32_t W = sample(c, data, s, w), WW = sample(c, data, s, 2 * w), N = sample(c, data, s, r);
    int32_t NN = sample(c, data, s, 2 * r), NW = sample(c, data, s, r + w), NE = sample(c, data, s, r - w);
    int32_t NNE = sample(c, data, s, 2 * r - w), NEE = sample(c, data, s, r > 2 * w ? r - 2 * w : r);
    uint32_t known = back ? data[at - 1] : 0;
    unsigned spread = magnitude(W - NW) + magnitude(N - NW) + magnitude(N - NE);
    uint32_t b1 = at ? data[at - 1] : 0, b2 = at > 1 ? data[at - 2] : 0, b3 = at > 2 ? data[at - 3] : 0;
    int32_t predictors[] = {
        median(W, N, W + N - NW),
        (W + N + 1) >> 1,
        W + ((NE - NW) >> 1),
        (2 * W + 2 * N + NE + NW + WW + NN + 4) >> 3,
        W + N - NW,
        (W + NE + 1) >> 1,
        N + NE - NNE,
        2 * W - WW,
        2 * N - NN,
        (W + 2 * NE - NNE + 1) >> 1,
        (N + NW + NE + NEE + W + WW) / 6,
        0,
    };
    enum { PREDICTORS = sizeof predictors / sizeof predictors[0] };
    struct filter *f = &c->filter[phase];
    if ((phase == 0 || c->width != 2)) {
        int32_t neighbours[FILTER_TAPS] = {W, N, NW, NE, WW, NN, NNE, NEE,
            sample(c, data, s, 3 * w), sample(c, data, s, 2 * r + w), sample(c, data, s, r + 2 * w), sample(c, data, s, 3 * r),
            sample(c, data, s, 2 * r + 2 * w), sample(c, data, s, r > 3 * w ? r - 3 * w : r)};
        filter_run(f, W, neighbours, (W + N) >> 1, 100);
    }
    int32_t learned = c->filter[c->width == 2 ? 0 : phase].prediction_q4;
    predictors[PREDICTORS - 1] = (learned + 8) >> 4;
    uint32_t p[PREDICTORS];
    for (unsigned i = 0; i < PREDICTORS; i++)
        p[i] = back ? (uint32_t)((predictors[i] - (int32_t)known + 128) >> 8) : (uint32_t)predictors[i];
    unsigned n = 0;
    h[n++] = mix(p[PREDICTORS - 1], spread >> 1);
    h[n++] = mix(back ? p[PREDICTORS - 1] : (uint32_t)learned >> 2, 99);
    h[n++] = mix(p[0], spread >> 1);
    h[n++] = mix(p[3], spread);
    if (c->level >= 4)
        h[n++] = mix(p[1], (uint32_t)(W - N));
    if (c->level >= 5)
        h[n++] = b1 | b2 << 8;
    if (c->level >= 6) {
        h[n++] = mix(p[2], spread >> 1);
        h[n++] = mix(p[4], 1);
        h[n++] = mix(p[5], 0);
        h[n++] = mix(p[7], 0);
        h[n++] = mix(p[8], 0);
        h[n++] = mix(p[9], spread >> 2);
        h[n++] = b1 | b2 << 8 | b3 << 16;
        h[n++] = mix(p[10], spread);
    }
    if (c->level >= 7) {
        h[n++] = mix((uint32_t)W, (uint32_t)N << 16 | known);
        h[n++] = mix(p[6], spread >> 2);
        h[n++] = mix(p[PREDICTORS - 1], p[0]);
        h[n++] = mix((uint32_t)(N | NE << 16), known);
        h[n++] = mix((uint32_t)(W | WW << 16), known);
        h[n++] = mix((uint32_t)(W >> 2 | (N >> 2) << 16), (uint32_t)(NE >> 2) << 8 | known);
        h[n++] = mix((uint32_t)(at % r), (uint32_t)(p[3] >> 2));
    }
    if (c->level >= 8) {
        h[n++] = mix(p[0], p[3]);
        h[n++] = mix(p[2], p[1]);
        h[n++] = mix((uint32_t)((W >> 3) | (N >> 3) << 16), (uint32_t)((NE >> 3) | (NW >> 3) << 12) ^ known << 24);
        h[n++] = mix(b1, (uint32_t)spread);
    }
    for (unsigned i = 0; i < n; i++)
        h[i] = (h[i] * 4 + (uint32_t)phase + i * 0x2545F491u) * 0x9E3779B1u + i;
    c->classes = (spread < 30 ? spread / 2 : 15) | (uint32_t)phase << 4 | (p[3] >> 2 & 31) << 6;
}
