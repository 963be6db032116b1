/* Contexts of records: samples of 1 to 4 bytes in rows (images, tables, interleaved channels). The neighbours of a
 * sample are the ones before it (W, WW), above it (N, NN) and beside that (NW, NE); several linear predictors of them
 * and their quantised spread are the contexts. Samples of 2 bytes are little-endian numbers; of others each byte is
 * predicted from the same byte of the neighbours. */
#include "models/cm/contexts.h"

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

enum { FILTER_RATE = 100 };

/* Learns from the sample that has come, then predicts the next from its neighbours (base: about their middle).
 * |input| < 2^16 and |weight| <= 4: a sum of 14 products fits 37 bits. */
static void filter_run(struct filter *f, int32_t came, const int32_t *neighbours, int32_t base) {
    int64_t sum = 0, power = 64, error = ((int64_t)came << 4) - f->prediction_q4;
    for (unsigned i = 0; i < FILTER_TAPS; i++)
        power += (int64_t)f->input[i] * f->input[i];
    int64_t gain_q16 = error * (FILTER_RATE * 16) / power; /* of the error in 1/16, per unit of input */
    for (unsigned i = 0; i < FILTER_TAPS; i++) {
        int64_t w = f->weight_q16[i] + (gain_q16 * f->input[i] >> 4);
        f->weight_q16[i] = (int32_t)(w > 4 << 16 ? 4 << 16 : w < -(4 << 16) ? -(4 << 16) : w);
        f->input[i] = neighbours[i] - base;
        sum += (int64_t)f->weight_q16[i] * f->input[i];
    }
    f->prediction_q4 = base * 16 + (int32_t)(sum >> 12);
}

unsigned hunch_contexts_record_count(unsigned level) {
    static const uint8_t counts[10] = {0, 0, 0, 4, 5, 6, 14, 21, 25, 25};
    return counts[level];
}

/* The neighbours of a sample: W before it, N above, E the other way; doubled letters are further off. */
struct neighbours {
    int32_t w, ww, www, n, nn, nnn, nw, ne, nne, nww, nnw, nee, neee, nnww;
};

static struct neighbours look_around(const struct contexts *c, const uint8_t *data, size_t s) {
    size_t w = c->width, r = c->stride ? c->stride : 2 * w; /* every distance is a multiple of w, and not 0 */
    return (struct neighbours){
        .w = sample(c, data, s, w),
        .ww = sample(c, data, s, 2 * w),
        .www = sample(c, data, s, 3 * w),
        .n = sample(c, data, s, r),
        .nn = sample(c, data, s, 2 * r),
        .nnn = sample(c, data, s, 3 * r),
        .nw = sample(c, data, s, r + w),
        .ne = sample(c, data, s, r - w),
        .nne = sample(c, data, s, 2 * r - w),
        .nww = sample(c, data, s, r + 2 * w),
        .nnw = sample(c, data, s, 2 * r + w),
        .nee = sample(c, data, s, r > 2 * w ? r - 2 * w : r),
        .neee = sample(c, data, s, r > 3 * w ? r - 3 * w : r),
        .nnww = sample(c, data, s, 2 * r + 2 * w),
    };
}

enum {
    P_MEDIAN,
    P_MEAN,
    P_SLOPE,
    P_WIDE,
    P_PLANE,
    P_SIDES,
    P_ABOVE,
    P_LEFT,
    P_UP,
    P_RIGHT,
    P_RING,
    P_LEARNED,
    PREDICTORS
};

/* What the sample should be, in several ways; the filter learns from the sample before and gives the last one. */
static void predict(struct contexts *c, const struct neighbours *v, size_t phase, int32_t p[PREDICTORS]) {
    p[P_MEDIAN] = median(v->w, v->n, v->w + v->n - v->nw);
    p[P_MEAN] = (v->w + v->n + 1) >> 1;
    p[P_SLOPE] = v->w + ((v->ne - v->nw) >> 1);
    p[P_WIDE] = (2 * v->w + 2 * v->n + v->ne + v->nw + v->ww + v->nn + 4) >> 3;
    p[P_PLANE] = v->w + v->n - v->nw;
    p[P_SIDES] = (v->w + v->ne + 1) >> 1;
    p[P_ABOVE] = v->n + v->ne - v->nne;
    p[P_LEFT] = 2 * v->w - v->ww;
    p[P_UP] = 2 * v->n - v->nn;
    p[P_RIGHT] = (v->w + 2 * v->ne - v->nne + 1) >> 1;
    p[P_RING] = (v->n + v->nw + v->ne + v->nee + v->w + v->ww) / 6;
    size_t which = c->width == 2 ? 0 : phase;
    if (phase == which) {
        const int32_t taps[FILTER_TAPS] = {v->w, v->n, v->nw, v->ne, v->ww, v->nn, v->nne, v->nee,
                                           v->www, v->nnw, v->nww, v->nnn, v->nnww, v->neee};
        filter_run(&c->filter[which], v->w, taps, (v->w + v->n) >> 1);
    }
    p[P_LEARNED] = (c->filter[which].prediction_q4 + 8) >> 4;
}

static void add(struct contexts *c, uint32_t a, uint32_t b, size_t phase) {
    context_add(c, context_mix(a, b) * 4 + (uint32_t)phase, CONTEXT_OLDER);
}

void hunch_contexts_record(struct contexts *c, const uint8_t *data, size_t at) {
    size_t f = (at + c->shift) % c->width, back = c->width == 2 ? f : 0;
    size_t r = c->stride ? c->stride : 2 * c->width;
    struct neighbours v = look_around(c, data, at - (back < at ? back : at));
    unsigned spread = magnitude(v.w - v.nw) + magnitude(v.n - v.nw) + magnitude(v.n - v.ne);
    uint32_t b1 = at ? data[at - 1] : 0, b2 = at > 1 ? data[at - 2] : 0, b3 = at > 2 ? data[at - 3] : 0;
    uint32_t known = back ? b1 : 0; /* the low byte, when the high one is next */
    int32_t predictors[PREDICTORS];
    uint32_t p[PREDICTORS];
    predict(c, &v, f, predictors);
    for (unsigned i = 0; i < PREDICTORS; i++)
        p[i] = back ? (uint32_t)((predictors[i] - (int32_t)known + 128) >> 8) : (uint32_t)predictors[i];
    uint32_t fine = back ? p[P_LEARNED] : (uint32_t)c->filter[c->width == 2 ? 0 : f].prediction_q4 >> 2;
    uint32_t w = (uint32_t)v.w, n = (uint32_t)v.n, ne = (uint32_t)v.ne, nw = (uint32_t)v.nw;
    c->filled = 0;
    add(c, p[P_LEARNED], spread >> 1, f);
    add(c, fine, 99, f);
    add(c, p[P_MEDIAN], spread >> 1, f);
    add(c, p[P_WIDE], spread, f);
    if (c->level >= 4)
        add(c, p[P_MEAN], w - n, f);
    if (c->level >= 5)
        add(c, b1 | b2 << 8, 0, f);
    if (c->level >= 6) {
        add(c, p[P_SLOPE], spread >> 1, f);
        add(c, p[P_PLANE], 1, f);
        add(c, p[P_SIDES], 0, f);
        add(c, p[P_LEFT], 0, f);
        add(c, p[P_UP], 0, f);
        add(c, p[P_RIGHT], spread >> 2, f);
        add(c, b1 | b2 << 8 | b3 << 16, 0, f);
        add(c, p[P_RING], spread, f);
    }
    if (c->level >= 7) {
        add(c, w, n << 16 | known, f);
        add(c, p[P_ABOVE], spread >> 2, f);
        add(c, p[P_LEARNED], p[P_MEDIAN], f);
        add(c, n | ne << 16, known, f);
        add(c, w | (uint32_t)v.ww << 16, known, f);
        add(c, w >> 2 | n >> 2 << 16, ne >> 2 << 8 | known, f);
        add(c, (uint32_t)(at % r), p[P_WIDE] >> 2, f);
    }
    if (c->level >= 8) {
        add(c, p[P_MEDIAN], p[P_WIDE], f);
        add(c, p[P_SLOPE], p[P_MEAN], f);
        add(c, w >> 3 | n >> 3 << 16, (ne >> 3 | nw >> 3 << 12) ^ known << 24, f);
        add(c, b1, spread, f);
    }
    c->classes = (spread < 30 ? spread / 2 : 15) | (uint32_t)f << 4 | (p[P_WIDE] >> 2 & 31) << 6;
}
