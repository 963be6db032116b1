#include "models/audio/residual.h"

#include "base/bytes.h"

enum {
    WAYS = 3,       /* the first decision, upwards, downwards */
    FEW = 2,        /* opinions that are not worth a mixer: their mean serves */
    SMALLS = 9,     /* buckets that are told apart: 0 to 7, others */
    SELECT_0 = WAYS * NEARS,
    SELECT_1 = WAYS * SMALLS * 16,
    SELECT_2 = WAYS * 64,
    REFINE_0 = WAYS * NEARS,
    REFINE_1 = WAYS * SMALLS * 64,
    BUCKET_LAST = 123, /* of 32-bit numbers */
    LIMIT = 400,    /* of counters */
    RATE_Q17 = 60,
    NARROW = 64,    /* values: channels with fewer tell them apart */
    P_LEAST = 64    /* of 2^22 */
};

static const uint32_t select_sizes[RESIDUAL_SETS] = {SELECT_0, SELECT_1, SELECT_2};
static const uint32_t refine_sizes[RESIDUAL_SSES] = {REFINE_0, REFINE_1};
static const uint8_t mean_rates[MEANS] = {1, 2, 4, 5, 7, 9};

static unsigned bucket_of(uint32_t m) {
    if (m < 4)
        return m;
    unsigned k = log2_floor(m);
    return 4 * (k - 1) + (m >> (k - 2) & 3);
}

static uint32_t bucket_start(unsigned b) {
    return b < 4 ? b : (4 | (b & 3)) << (b / 4 - 1);
}

/* Logarithm in eighths of an octave of a magnitude with 8 bits of fraction. */
static int level_of(uint64_t v_q8) {
    v_q8 |= 8;
    unsigned k = 63u - (unsigned)__builtin_clzll(v_q8);
    return (int)(8 * k + (v_q8 >> (k - 3) & 7));
}

void hunch_residual_carve(struct arena *arena, struct residual *r, unsigned opinions) {
    r->opinions = opinions;
    r->opinion = hunch_arena_take(arena, sizeof(uint32_t) * opinions * OPINION_ROWS * WAYS * NEARS);
    for (unsigned k = 0; k < RESIDUAL_SETS; k++)
        r->weights[k] = hunch_arena_take(arena, sizeof(int32_t) * RESIDUAL_INPUTS * select_sizes[k]);
    for (unsigned k = 0; k < RESIDUAL_SSES; k++)
        r->sse[k].p_q16 = hunch_arena_take(arena, sse_bytes(refine_sizes[k]));
}

void hunch_residual_init(struct residual *r) {
    hunch_logistic_init(&r->logistic);
    counter_reciprocals(r->reciprocal);
    r->rate_q25 = RATE_Q17 << 11;
    for (unsigned b = 0; b <= BUCKET_LAST; b++)
        r->level[b] = (int16_t)level_of((uint64_t)bucket_start(b) << 8 | (b == 0) << 7);
    int32_t start = MIXER_ONE * 3 / (int32_t)r->opinions / RESIDUAL_SETS;
    for (unsigned k = 0; k < RESIDUAL_SETS; k++)
        for (size_t i = 0; i < (size_t)RESIDUAL_INPUTS * select_sizes[k]; i++)
            r->weights[k][i] = start;
    for (unsigned k = 0; k < RESIDUAL_SSES; k++)
        sse_init(&r->sse[k], &r->logistic, refine_sizes[k]);
}

/* Where the opinions of a sample look. */
struct scene {
    int base;
    int level[OPINIONS_MAX];
    uint32_t row[OPINIONS_MAX];
    unsigned select_1, select_2, refine_1;
};

/* v / step, from 0 up to most. */
static unsigned part(int v, int step, unsigned most) {
    return v < 0 ? 0 : (unsigned)v / (unsigned)step > most ? most : (unsigned)v / (unsigned)step;
}

static unsigned near(int distance) {
    return part(distance + NEARS / 2, 1, NEARS - 1);
}

static bool is_narrow(const struct question *ask) {
    return (int64_t)ask->most - ask->least < NARROW;
}

/* How the sample stands: by its value where there are few, else by how far the prediction is from a step. */
static unsigned standing(const struct question *ask) {
    unsigned f = ask->fraction;
    if (is_narrow(ask))
        return 8 + (unsigned)(ask->guess - ask->least) * 8 + f;
    return f < 4 ? f : 7 - f;
}

/* The part of it that few opinions see. */
static void set_small_scene(struct scene *s, const struct loudness *own, const struct question *ask) {
    int mid = level_of(own->mean_q8[2]), fast = level_of(own->mean_q8[0]) - mid, slow = level_of(own->mean_q8[4]) - mid;
    unsigned now = 12 * 8 + 7;
    if (ask->other) {
        int near_mean = level_of(ask->other->mean_q8[0]), near_slow = level_of(ask->other->mean_q8[3]);
        int past = level_of(ask->other->past_q8[0] | 128) - level_of(ask->other->mean_q8[2]);
        now = part(past + 24, 4, 11) * 8 + part(near_mean - near_slow + 12, 4, 6);
    }
    s->base = s->level[0] = s->level[1] = mid + 8 * (int)ask->fine;
    s->row[0] = part(fast + 20, 4, 9) * 8 + part(slow + 12, 4, 6);
    s->row[1] = now;
}

static void set_scene(struct scene *s, const struct loudness *own, const struct question *ask) {
    int mean[MEANS], past[PASTS], near_mean = 0, near_slow = 0, near_past = 0;
    int up = 8 * (int)ask->fine;
    for (unsigned i = 0; i < MEANS; i++)
        mean[i] = level_of(own->mean_q8[i]);
    for (unsigned i = 0; i < PASTS; i++)
        past[i] = level_of(own->past_q8[i] | 128);
    if (ask->other) {
        near_mean = level_of(ask->other->mean_q8[0]);
        near_slow = level_of(ask->other->mean_q8[3]);
        near_past = level_of(ask->other->past_q8[0] | 128);
    }
    int mid = mean[2], doubt = level_of(ask->doubt_q8);
    unsigned fast = part(mean[0] - mid + 20, 4, 9), slow = part(mean[4] - mid + 12, 4, 6);
    unsigned now = ask->other ? part(near_past - level_of(ask->other->mean_q8[2]) + 24, 4, 11) : 12;
    unsigned near_fast = ask->other ? part(near_mean - near_slow + 12, 4, 6) : 7;
    unsigned unsure = part(doubt - mid + 40, 4, 15);
    unsigned p0 = part(past[0] - mid + 32, 5, 9);
    unsigned p1 = part(past[1] - mid + 32, 8, 7), p2 = part(past[2] - mid + 32, 8, 7);
    int follow = ask->other ? near_mean + mean[4] - level_of(ask->other->mean_q8[4]) : mid;
    const int levels[OPINIONS_MAX] = {
        mid, mid, (mean[1] + mean[2] + mean[3] + mean[4] + 2) / 4, (mean[0] + mean[1] + mean[2] + mean[3] + 2) / 4,
        mean[3], mean[4], mid, (mean[1] + mean[3]) / 2, mean[1], mean[3], mean[0], mid, mean[5], follow,
        (mean[2] + doubt + 1) / 2};
    const uint32_t rows[OPINIONS_MAX] = {
        fast * 8 + slow, now * 8 + near_fast, slow, standing(ask),
        now * 10 + fast, p0 * 8 + p1, unsure * 10 + fast, unsure * 13 + now,
        slow * 8 + part(mean[2] - mean[1] + 16, 4, 7), fast,
        p0 + 10 * part(mean[3] - mean[0] + 16, 4, 7), p0 * 64 + p1 * 8 + p2, unsure, fast, now};
    for (unsigned i = 0; i < OPINIONS_MAX; i++) {
        s->level[i] = levels[i] + up;
        s->row[i] = rows[i];
    }
    s->base = mid + up;
    s->select_1 = now;
    s->select_2 = fast * 6 + (slow > 5 ? 5 : slow);
    s->refine_1 = unsure * 4 + part((int)fast / 2 - 1, 1, 3);
}

static void find_counters(const struct residual *r, const struct scene *s, unsigned way, int at,
                          uint32_t *c[OPINIONS_MAX]) {
    for (unsigned i = 0; i < r->opinions; i++) {
        c[i] = r->opinion + ((size_t)(i * OPINION_ROWS + s->row[i]) * WAYS + way) * NEARS + near(at - s->level[i]);
        undo_note(r->undo, c[i], sizeof *c[i]);
        if (*c[i] == 0)
            *c[i] = counter_start(1u << 21);
    }
}

static void teach_counters(const struct residual *r, uint32_t *c[OPINIONS_MAX], unsigned bit) {
    for (unsigned i = 0; i < r->opinions; i++) {
        bool full = (*c[i] & COUNTER_LIMIT) == LIMIT;
        counter_update(c[i], bit, r->reciprocal);
        *c[i] -= full;
    }
}

static uint32_t held_p(uint32_t p) {
    return p < P_LEAST ? P_LEAST : p > (1u << 22) - P_LEAST ? (1u << 22) - P_LEAST : p;
}

static unsigned code_mixed(struct residual *r, struct coder *coder, const struct scene *s, unsigned way, unsigned j,
                           uint32_t *c[OPINIONS_MAX], unsigned bit) {
    unsigned small = j < SMALLS ? j : SMALLS - 1, d = near(r->level[j] - s->base);
    for (unsigned i = 0; i < r->opinions; i++)
        r->x[i] = logistic_stretch(&r->logistic, counter_p_q12(*c[i]));
    r->x[RESIDUAL_INPUTS - 1] = 256;
    int32_t *w[RESIDUAL_SETS] = {r->weights[0] + (size_t)(way * NEARS + d) * RESIDUAL_INPUTS,
                                 r->weights[1] + (size_t)((way * SMALLS + small) * 16 + s->select_1) * RESIDUAL_INPUTS,
                                 r->weights[2] + (size_t)(way * 64 + s->select_2) * RESIDUAL_INPUTS};
    int32_t sum = r->kernels.dot(r->x, w, RESIDUAL_SETS, RESIDUAL_INPUTS), st = sum >> 6;
    st = st > STRETCH_LIMIT ? STRETCH_LIMIT : st < -STRETCH_LIMIT ? -STRETCH_LIMIT : st;
    uint32_t p = logistic_squash(&r->logistic, sum);
    sse_choose(&r->sse[0], way * NEARS + d);
    sse_choose(&r->sse[1], (way * SMALLS + small) * 64 + s->refine_1);
    uint32_t q = (2 * p + sse_refine(&r->sse[0], st) + sse_refine(&r->sse[1], st)) >> 2;

    bit = coder_bit(coder, held_p(q), bit);

    for (unsigned k = 0; r->undo && k < RESIDUAL_SETS; k++)
        hunch_undo_note(r->undo, w[k], sizeof *w[k] * RESIDUAL_INPUTS);
    for (unsigned k = 0; r->undo && k < RESIDUAL_SSES; k++)
        hunch_undo_note(r->undo, r->sse[k].row, SSE_ROW * sizeof *r->sse[k].row);
    int32_t error = (int32_t)(bit << 22) - (int32_t)p;
    r->rate_q25 += ((RATE_Q17 << 8) - r->rate_q25) >> 16;
    r->kernels.train(r->x, w, RESIDUAL_SETS, RESIDUAL_INPUTS, mixer_step(error, r->rate_q25 >> 8));
    for (unsigned k = 0; k < RESIDUAL_SSES; k++)
        sse_update(&r->sse[k], bit);
    return bit;
}

/* Decision `bucket j or above?`; way: 0 the first, 1 going up, 2 going down. */
static unsigned code_decision(struct residual *r, struct coder *coder, const struct scene *s, unsigned way, unsigned j,
                              unsigned bit) {
    uint32_t *c[OPINIONS_MAX];
    find_counters(r, s, way, r->level[j], c);
    if (r->opinions == FEW)
        bit = coder_bit(coder, held_p(((*c[0] >> 10) + (*c[1] >> 10)) >> 1), bit);
    else
        bit = code_mixed(r, coder, s, way, j, c, bit);
    teach_counters(r, c, bit);
    return bit;
}

/* A bit of little weight, by one counter. */
static unsigned code_light(struct residual *r, struct coder *coder, uint32_t *c, unsigned bit) {
    if (*c == 0)
        *c = counter_start(1u << 21);
    uint32_t p = *c >> 10;
    p = p < 64 * P_LEAST ? 64 * P_LEAST : p > (1u << 22) - 64 * P_LEAST ? (1u << 22) - 64 * P_LEAST : p;
    bit = coder_bit(coder, p, bit);
    counter_update(c, bit, r->reciprocal);
    return bit;
}

static unsigned code_bucket(struct residual *r, struct coder *coder, const struct scene *s, unsigned from,
                            unsigned last, unsigned b) {
    if (last == 0)
        return 0;
    from = from < 1 ? 1 : from > last ? last : from;
    if (code_decision(r, coder, s, 0, from, b >= from)) {
        while (from < last && code_decision(r, coder, s, 1, from + 1, b >= from + 1))
            from++;
        return from;
    }
    while (--from >= 1)
        if (code_decision(r, coder, s, 2, from, b >= from))
            break;
    return from;
}

/* The place of m in bucket b, and so m. */
static uint32_t code_place(struct residual *r, struct coder *coder, const struct scene *s, unsigned b, uint32_t m) {
    uint32_t known = bucket_start(b);
    unsigned bits = b < 8 ? 0 : b / 4 - 1, d = near(r->level[b] - s->base);
    for (unsigned i = 0; i < bits; i++) {
        unsigned place = bits - 1 - i, bit = m >> place & 1;
        bit = i < 2 ? code_light(r, coder, &r->low[i][d], bit) : hunch_coder_raw(coder, 1, bit);
        known |= (uint32_t)bit << place;
    }
    return known;
}

static bool code_sign(struct residual *r, struct coder *coder, const struct question *ask, uint32_t m, bool negative) {
    if (m == 0 || m > (uint32_t)ask->guess - (uint32_t)ask->least)
        return false;
    if (m > (uint32_t)ask->most - (uint32_t)ask->guess)
        return true;
    unsigned size = m < 7 ? m : 7, where = 8 * (is_narrow(ask) ? 1 + (unsigned)(ask->guess - ask->least) : 0);
    return code_light(r, coder, &r->sign[(where + ask->fraction) * 7 + size - 1], negative);
}

static void remember(struct loudness *own, uint64_t m_q8) {
    for (unsigned i = 0; i < MEANS; i++) { /* means and magnitudes are below 2^41 */
        int64_t mean = (int64_t)own->mean_q8[i];
        own->mean_q8[i] = (uint64_t)(mean + (((int64_t)m_q8 - mean) >> mean_rates[i]));
    }
    for (unsigned i = PASTS - 1; i > 0; i--)
        own->past_q8[i] = own->past_q8[i - 1];
    own->past_q8[0] = m_q8;
}

int32_t hunch_residual_code(struct residual *r, struct coder *coder, struct loudness *own, const struct question *ask,
                            int32_t sample) {
    struct scene s;
    uint32_t below = (uint32_t)ask->guess - (uint32_t)ask->least, above = (uint32_t)ask->most - (uint32_t)ask->guess;
    uint32_t most = below > above ? below : above;
    bool negative = sample < ask->guess;
    uint32_t m = negative ? (uint32_t)ask->guess - (uint32_t)sample : (uint32_t)sample - (uint32_t)ask->guess;
    uint64_t expect = own->mean_q8[2] >> 8 << ask->fine;
    if (r->opinions == FEW)
        set_small_scene(&s, own, ask);
    else
        set_scene(&s, own, ask);
    unsigned from = bucket_of(expect > most ? most : (uint32_t)(expect * 3 / 4));
    unsigned b = code_bucket(r, coder, &s, from, bucket_of(most), bucket_of(m));
    m = code_place(r, coder, &s, b, m);
    m = m > most ? most : m; /* only damaged payloads say more */
    negative = code_sign(r, coder, ask, m, negative);
    remember(own, ((uint64_t)m << 8) >> ask->fine);
    return (int32_t)((uint32_t)ask->guess + (negative ? 0u - m : m));
}
