/* Context mixing over bytes (Mahoney's PAQ family, in integers).
 *
 * Every bit is predicted by many contexts at once. A context finds its bit history (history.h) in a hashed table
 * (slots.h), an adaptive map turns the history into a probability (counter.h), a match model adds what followed the
 * last time (match.h); the mixer weighs all opinions in the logistic domain (mixer.h): several weight sets, each
 * chosen by its own small context, and a second layer that mixes their answers; SSE stages correct the result
 * (sse.h). Then the bit is coded and all of them learn from it.
 *
 * Parameter: the level, 3..9, which chooses the contexts and the sizes below, and what the bytes are (contexts.h).
 * State: 0.1 to 0.9 GiB for blocks of megabytes, less for small ones. Cost: two cache lines per context and byte.
 */
#include "models/model.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "entropy/logistic.h"
#include "models/cm/contexts.h"
#include "models/cm/counter.h"
#include "models/cm/history.h"
#include "models/cm/match.h"
#include "models/cm/mixer.h"
#include "models/cm/slots.h"
#include "models/cm/sse.h"

enum {
    LEVEL_MIN = 3,
    LEVEL_MAX = 9,
    MATCHES = 2,
    SSES = 2,
    FINAL_RATE = 40,       /* of the second layer, in 1/2^17 */
    ERROR_LEAST = 1 << 14, /* of 2^22: smaller errors teach the mixer nothing */
    INPUTS_MAX = 3 * CONTEXTS_MAX + 16,
    P_LEAST = 32, /* of 2^22: no bit is ever certain */
};

struct level {
    uint8_t groups;     /* mixers of the first layer, each with its own error; a second layer mixes them when > 1 */
    uint8_t sets;       /* weight sets of each group */
    uint8_t sses;       /* SSE stages: order 1, and order 2 hashed */
    uint8_t table_log2; /* largest table of histories, bytes */
    uint8_t direct;     /* a directly adapted probability beside each history */
    uint16_t rate_q17;  /* of the first layer, in the long run */
};

static const struct level levels[LEVEL_MAX + 1] = {
    [3] = {.groups = 1, .sets = 3, .sses = 1, .table_log2 = 25, .rate_q17 = 75},
    [4] = {.groups = 1, .sets = 4, .sses = 1, .table_log2 = 26, .rate_q17 = 65},
    [5] = {.groups = 1, .sets = 5, .sses = 1, .table_log2 = 27, .rate_q17 = 65},
    [6] = {.groups = 2, .sets = 4, .sses = 2, .table_log2 = 28, .rate_q17 = 90},
    [7] = {.groups = 2, .sets = 4, .sses = 2, .table_log2 = 27, .direct = 1, .rate_q17 = 80},
    [8] = {.groups = 2, .sets = 4, .sses = 2, .table_log2 = 28, .direct = 1, .rate_q17 = 70},
    [9] = {.groups = 4, .sets = 2, .sses = 2, .table_log2 = 28, .direct = 1, .rate_q17 = 130},
};

static const uint32_t set_sizes[MIXER_SETS_MAX] = {2048, 256, 2048, 1024, 4096, 2048, 256, 2048};
static const uint32_t sse_sizes[SSES] = {65536, 65536};

struct cm {
    struct logistic logistic;
    struct history history;
    struct contexts contexts;
    struct mixer_kernels kernels;
    const struct level *level;
    uint32_t parameter;
    struct undo *undo; /* NULL: none */
    unsigned count;  /* contexts */
    unsigned inputs; /* of the first layer, padded */
    int32_t rate_q25;
    uint8_t *table;
    uint16_t *direct_table; /* (slots, 16) q16 */
    uint32_t line_mask;
    uint32_t *maps;        /* (count + 2, 256) counters */
    uint8_t *order1;       /* (256, 256) histories */
    uint8_t order0[256];   /* histories */
    int32_t *final_weights; /* (256, MIXER_GRAIN) */
    int32_t *weights[MIXER_SETS_MAX]; /* (set_sizes, inputs) */
    struct match match[MATCHES];
    struct sse sse[SSES];
    int32_t reciprocal[COUNTER_LIMIT + 1];
    /* of the bit in hand */
    uint32_t hash[CONTEXTS_MAX];
    uint8_t *slot[CONTEXTS_MAX];
    uint16_t *direct[CONTEXTS_MAX];
    uint8_t *line[CONTEXTS_MAX];
    uint32_t *map[2]; /* of orders 0 and 1 */
    int32_t *chosen[MIXER_SETS_MAX];
    _Alignas(ARENA_ALIGN) int32_t x[INPUTS_MAX];
    _Alignas(ARENA_ALIGN) int32_t y[MIXER_GRAIN];
};

static size_t table_bytes(const struct model_params *p, unsigned count) {
    uint64_t want = (uint64_t)p->length * count * 2 * SLOT_BYTES; /* the same where size_t has 32 bits */
    size_t bytes = 1 << 14;
    while (bytes < want && bytes < (size_t)1 << levels[p->parameter & 15].table_log2)
        bytes *= 2;
    return bytes;
}

static unsigned match_bits(size_t length) {
    unsigned bits = 10;
    while (bits < 22 && (size_t)1 << bits < length)
        bits++;
    return bits;
}

/* Lays the state out; with arena->base NULL it only counts (m is then a stand-in). */
static void carve(struct arena *a, struct cm *m, const struct model_params *p) {
    const struct level *l = m->level = &levels[p->parameter & 15];
    size_t table = table_bytes(p, m->count = hunch_contexts_count(p->parameter));
    unsigned inputs = (l->direct ? 3 : 2) * m->count + 2 + MATCHES;
    m->inputs = (inputs + MIXER_GRAIN - 1) / MIXER_GRAIN * MIXER_GRAIN;
    m->line_mask = (uint32_t)(table / LINE_BYTES - 1);
    m->table = hunch_arena_take(a, table);
    m->direct_table = l->direct ? hunch_arena_take(a, table * 2) : NULL;
    m->maps = hunch_arena_take(a, sizeof(uint32_t) * 256 * (m->count + 2));
    m->order1 = hunch_arena_take(a, 65536);
    m->final_weights = hunch_arena_take(a, sizeof(int32_t) * MIXER_GRAIN * 256);
    for (unsigned k = 0; k < l->groups * l->sets; k++)
        m->weights[k] = hunch_arena_take(a, sizeof(int32_t) * m->inputs * set_sizes[k]);
    for (unsigned k = 0; k < MATCHES; k++)
        m->match[k].table = hunch_arena_take(a, sizeof(uint32_t) << match_bits(p->length));
    for (unsigned k = 0; k < l->sses; k++)
        m->sse[k].p_q16 = hunch_arena_take(a, sse_bytes(sse_sizes[k]));
}

static size_t cm_size(const struct model_params *p) {
    struct arena count = {NULL, 0};
    struct cm stand_in;
    if (!hunch_contexts_count(p->parameter) || p->length > (size_t)1 << 30)
        return 0;
    hunch_arena_take(&count, sizeof stand_in);
    carve(&count, &stand_in, p);
    return count.used;
}

static void init_maps(struct cm *m) {
    for (unsigned s = 0; s < m->history.count; s++) {
        uint32_t n0 = m->history.zeros[s], n1 = m->history.ones[s];
        m->maps[s] = counter_start(((n1 * 5 + 2) << 22) / ((n0 + n1) * 5 + 4));
    }
    for (unsigned i = 1; i < m->count + 2; i++)
        memcpy(m->maps + i * 256, m->maps, 256 * sizeof(uint32_t));
}

static void init_weights(struct cm *m) {
    for (size_t i = 0; i < (size_t)MIXER_GRAIN * 256; i++)
        m->final_weights[i] = MIXER_ONE / m->level->groups;
    for (unsigned k = 0; k < m->level->sets * m->level->groups; k++)
        for (size_t i = 0; i < (size_t)m->inputs * set_sizes[k]; i++)
            m->weights[k][i] = MIXER_ONE * 3 / (int32_t)m->inputs / m->level->sets;
}

static struct cm *lay_out(void *state, const struct model_params *p) {
    struct arena a = {state, 0};
    struct cm *m = hunch_arena_take(&a, sizeof *m);
    carve(&a, m, p);
    m->kernels = hunch_mixer_kernels(p->cpu);
    return m;
}

static void cm_init(void *state, const struct model_params *p) {
    struct cm *m = lay_out(state, p);
    m->rate_q25 = m->level->rate_q17 << 11; /* eight times the final rate */
    hunch_logistic_init(&m->logistic);
    hunch_history_init(&m->history);
    m->parameter = p->parameter;
    counter_reciprocals(m->reciprocal);
    init_maps(m);
    init_weights(m);
    hunch_match_init(&m->match[0], match_bits(p->length), 7);
    hunch_match_init(&m->match[1], match_bits(p->length), 4);
    for (unsigned k = 0; k < m->level->sses; k++)
        sse_init(&m->sse[k], &m->logistic, sse_sizes[k]);
}

/* Asks for the table lines of the next nibble one bit before it begins: of the second nibble, when three bits of the
 * first are known; of the first, when seven bits of the byte before it are. So a line holds the slots of two sibling
 * nibbles, and the memory's answer is there when the bit between is coded. */
static void fetch_second(struct cm *m, unsigned first_bits) {
    for (unsigned i = 0; i < m->count; i++) {
        m->line[i] = slots_line(m->table, m->line_mask, m->hash[i] + first_bits * 0x9E3779B1u);
        __builtin_prefetch(m->line[i]);
    }
}

static void fetch_first(struct cm *m, unsigned first_bits) {
    for (unsigned i = 0; i < m->count; i++) {
        uint32_t h = context_hash(m->contexts.ahead[i], m->contexts.newest[i], first_bits & 127);
        m->line[i] = slots_line(m->table, m->line_mask, h);
        __builtin_prefetch(m->line[i]);
    }
}

/* What the symbols of these lines may change. */
static void note_lines(struct cm *m) {
    for (unsigned i = 0; m->undo && i < m->count; i++)
        hunch_undo_note(m->undo, m->line[i], LINE_BYTES);
}

static void enter_second(struct cm *m, unsigned nibble) {
    note_lines(m);
    for (unsigned i = 0; i < m->count; i++)
        m->slot[i] = slots_find(m->line[i], m->hash[i] + nibble * 0x9E3779B1u);
}

static void enter_first(struct cm *m, unsigned byte) {
    note_lines(m);
    for (unsigned i = 0; i < m->count; i++) {
        m->hash[i] = context_hash(m->contexts.ahead[i], m->contexts.newest[i], byte);
        m->slot[i] = slots_find(m->line[i], m->hash[i]);
    }
}

static void enter_direct(struct cm *m) {
    if (m->level->direct)
        for (unsigned i = 0; i < m->count; i++) {
            m->direct[i] = m->direct_table + (m->slot[i] - m->table);
            __builtin_prefetch(m->direct[i]);
            undo_note(m->undo, m->direct[i], SLOT_BYTES * sizeof *m->direct[i]);
        }
}

static int32_t clamp_stretch(int32_t x) {
    return x > STRETCH_LIMIT ? STRETCH_LIMIT : x < -STRETCH_LIMIT ? -STRETCH_LIMIT : x;
}

/* Histories of one bit into inputs of the mixer: the probability in the logistic domain, and in the linear one (which
 * says how sure it is). Returns how many contexts have been seen before. */
static unsigned gather(struct cm *m, unsigned c0, unsigned node, unsigned b1) {
    const int16_t *stretch = m->logistic.stretch;
    uint8_t *const *slot = m->slot;
    uint32_t *maps = m->maps;
    int32_t *restrict x = m->x;
    unsigned seen = 0, count = m->count;
    for (unsigned i = 0; i < count; i++, x += 2, maps += 256) {
        unsigned s = slot[i][node];
        int32_t p = (int32_t)counter_p_q12(maps[s]);
        x[0] = stretch[p];
        x[1] = (p - 2048) >> 2;
        seen += s != 0;
    }
    m->map[0] = &m->maps[m->count * 256 + m->order0[c0]];
    m->map[1] = &m->maps[(m->count + 1) * 256 + m->order1[b1 << 8 | c0]];
    for (unsigned i = 0; i < 2; i++)
        *x++ = stretch[counter_p_q12(*m->map[i])];
    for (unsigned k = 0; k < MATCHES; k++) {
        const struct match *t = &m->match[k];
        int32_t st = t->bucket ? m->logistic.stretch[counter_p_q12(t->map[t->bucket])] : 0;
        *x++ = t->expected ? st : -st;
    }
    if (m->level->direct)
        for (unsigned i = 0; i < m->count; i++)
            *x++ = m->slot[i][node] ? m->logistic.stretch[m->direct[i][node] >> 4] : 0;
    return seen;
}

static void choose_sets(struct cm *m, unsigned seen, unsigned c0, unsigned bitpos, unsigned b1, unsigned b2) {
    unsigned bucket = m->match[0].bucket ? 1 + m->match[0].bucket / 2 : 0;
    unsigned second = m->match[1].bucket ? 1 + (m->match[1].bucket > 8) : 0;
    uint32_t classes = m->contexts.classes;
    size_t choice[] = {
        (bucket * 8 + bitpos) * 4 + second,
        c0,
        seen * 8 + bitpos,
        (classes & 15) << 6 | (classes >> 4 & 7) << 3 | bitpos,
        classes & 0xFFF,
        b1 * 8 + bitpos,
        b2,
        m->match[0].bucket ? 256u + m->match[0].predicted % 256 : b1,
    };
    for (unsigned k = 0; k < m->level->sets * m->level->groups; k++)
        m->chosen[k] = m->weights[k] + choice[k] * m->inputs;
}

/* Direct probabilities: fast at first, by the evidence of the history beside it. */
static void update_direct(struct cm *m, unsigned node, unsigned bit) {
    static const uint8_t rate[16] = {112, 80, 60, 45, 36, 30, 25, 21, 18, 16, 14, 13, 12, 11, 10, 9}; /* of 256 */
    for (unsigned i = 0; i < m->count; i++) {
        unsigned s = m->slot[i][node], n = m->history.zeros[s] + m->history.ones[s];
        uint16_t *p = &m->direct[i][node];
        int32_t old = s ? *p : 32768;
        *p = (uint16_t)(old + ((bit ? 65535 : 0) - old) * rate[n < 15 ? n : 15] / 256);
    }
}

static void update(struct cm *m, unsigned c0, unsigned node, unsigned b1, unsigned bit) {
    if (m->level->direct)
        update_direct(m, node, bit);
    const uint8_t *next = &m->history.next[0][bit];
    uint8_t *const *slot = m->slot;
    uint32_t *maps = m->maps;
    for (unsigned i = 0, count = m->count; i < count; i++, maps += 256) {
        uint8_t *history = &slot[i][node];
        unsigned s = *history;
        counter_update(&maps[s], bit, m->reciprocal);
        maps[0] = counter_start(1u << 21); /* nothing seen: no opinion */
        *history = next[2 * s];
    }
    counter_update(m->map[0], bit, m->reciprocal);
    counter_update(m->map[1], bit, m->reciprocal);
    m->order0[c0] = m->history.next[m->order0[c0]][bit];
    m->order1[b1 << 8 | c0] = m->history.next[m->order1[b1 << 8 | c0]][bit];
    for (unsigned k = 0; k < MATCHES; k++) {
        struct match *t = &m->match[k];
        if (t->bucket)
            counter_update(&t->map[t->bucket], t->expected == bit, m->reciprocal);
    }
}

/* What one bit may change. */
static void note_rows(struct cm *m) {
    for (unsigned k = 0; k < m->level->groups * m->level->sets; k++)
        hunch_undo_note(m->undo, m->chosen[k], m->inputs * sizeof *m->chosen[k]);
    for (unsigned k = 0; k < m->level->sses; k++)
        hunch_undo_note(m->undo, m->sse[k].row, SSE_ROW * sizeof *m->sse[k].row);
}

static unsigned code_bit(struct cm *m, struct coder *coder, unsigned bit, unsigned c0, unsigned bitpos, unsigned b1,
                         unsigned b2) {
    unsigned node = bitpos < 4 ? c0 : (c0 & ((1u << (bitpos - 4)) - 1)) | 1u << (bitpos - 4);
    sse_choose(&m->sse[0], b1 << 8 | c0);
    if (m->level->sses > 1)
        sse_choose(&m->sse[1], ((b1 | b2 << 8) * 0x9E3779B1u >> 8 ^ c0 * 0x85EBu) & 65535);
    for (unsigned k = 0; k < MATCHES; k++)
        match_predict(&m->match[k], c0, 8 - bitpos);

    choose_sets(m, gather(m, c0, node, b1), c0, bitpos, b1, b2);
    unsigned groups = m->level->groups, sets = m->level->sets;
    int32_t sum = 0, p_group[MIXER_SETS_MAX];
    int32_t *fw = m->final_weights + c0 * MIXER_GRAIN;
    for (unsigned g = 0; g < groups; g++) {
        sum = m->kernels.dot(m->x, m->chosen + g * sets, sets, m->inputs);
        p_group[g] = (int32_t)logistic_squash(&m->logistic, sum);
        m->y[g] = clamp_stretch(sum >> 6);
    }
    if (groups > 1)
        sum = m->kernels.dot(m->y, &fw, 1, MIXER_GRAIN);
    uint32_t p = logistic_squash(&m->logistic, sum);
    int32_t st = clamp_stretch(sum >> 6);
    uint32_t q = (p + sse_refine(&m->sse[0], st)) >> 1;
    if (m->level->sses > 1)
        q = (p + sse_refine(&m->sse[1], st) + 2 * q) >> 2;
    q = q < P_LEAST ? P_LEAST : q > (1u << 22) - P_LEAST ? (1u << 22) - P_LEAST : q;

    bit = coder_bit(coder, q, bit);

    if (m->undo)
        note_rows(m);
    for (unsigned g = 0; g < groups; g++) {
        int32_t error = (int32_t)(bit << 22) - p_group[g];
        if (error > ERROR_LEAST || error < -ERROR_LEAST)
            m->kernels.train(m->x, m->chosen + g * sets, sets, m->inputs, mixer_step(error, m->rate_q25 >> 8));
    }
    if (groups > 1)
        m->kernels.train(m->y, &fw, 1, MIXER_GRAIN, mixer_step((int32_t)(bit << 22) - (int32_t)p, FINAL_RATE));
    for (unsigned k = 0; k < m->level->sses; k++)
        sse_update(&m->sse[k], bit);
    update(m, c0, node, b1, bit);
    return bit;
}

/* Contexts of byte `at` itself, for content of a known sort. */
static void make_contexts(struct contexts *c, const uint8_t *data, size_t at) {
    if (c->width == WIDTH_WORDS)
        hunch_contexts_words(c, data, at);
    else if (c->width == WIDTH_TABLE)
        hunch_contexts_table(c, data, at);
    else
        hunch_contexts_record(c, data, at);
}

/* Contexts see nothing of what was coded before; the filters of records keep what they have learned. */
static void begin(struct cm *m) {
    struct filter filter[4];
    if (m->undo) {
        hunch_undo_note(m->undo, m, sizeof *m);
        hunch_undo_note(m->undo, m->maps, sizeof(uint32_t) * 256 * (m->count + 2));
        hunch_undo_note(m->undo, m->final_weights, sizeof(int32_t) * MIXER_GRAIN * 256);
    }
    memcpy(filter, m->contexts.filter, sizeof filter);
    memset(&m->contexts, 0, sizeof m->contexts);
    memcpy(m->contexts.filter, filter, sizeof filter);
    hunch_contexts_init(&m->contexts, m->parameter);
    for (unsigned k = 0; k < MATCHES; k++)
        hunch_match_begin(&m->match[k]);
}

static void cm_code(void *state, struct coder *coder, uint8_t *data, size_t from, size_t to) {
    struct cm *m = state;
    uint64_t recent = 0;
    begin(m);
    bool exact = m->contexts.width != 0; /* contexts of the byte itself */
    fetch_first(m, 0);
    for (size_t at = from; at < to; at++) {
        unsigned byte = data[at], c0 = 1, b1 = recent & 255, b2 = recent >> 8 & 255;
        if (exact) {
            make_contexts(&m->contexts, data + from, at - from);
            fetch_first(m, 0);
        }
        enter_first(m, b1);
        enter_direct(m);
        if (at > from) {
            if (!exact)
                hunch_contexts_update(&m->contexts, data + from, at - from);
            for (unsigned k = 0; k < MATCHES; k++)
                hunch_match_update(&m->match[k], data, at, recent);
        }
        undo_note(m->undo, m->order1 + b1 * 256, 256);
        m->rate_q25 += ((m->level->rate_q17 << 8) - m->rate_q25) >> 14;
        for (unsigned bitpos = 0; bitpos < 8; bitpos++) {
            if (bitpos == 3)
                fetch_second(m, c0);
            if (bitpos == 7 && !exact)
                fetch_first(m, c0);
            c0 = c0 << 1 | code_bit(m, coder, byte >> (7 - bitpos) & 1, c0, bitpos, b1, b2);
            if (bitpos == 3) {
                enter_second(m, c0);
                enter_direct(m);
            }
        }
        data[at] = (uint8_t)c0;
        recent = recent << 8 | (c0 & 255);
    }
}

static void cm_watch(void *state, struct undo *undo) {
    struct cm *m = state;
    m->undo = undo;
    for (unsigned k = 0; k < MATCHES; k++)
        m->match[k].undo = undo;
}

static void cm_moved(void *state, const struct model_params *p) {
    cm_watch(lay_out(state, p), NULL);
}

const struct model hunch_model_cm = {
    .id = 2,
    .name = "cm",
    .summary = "context mixing over bytes",
    .hint = hunch_cm_hint,
    .size = cm_size,
    .init = cm_init,
    .code = cm_code,
    .moved = cm_moved,
    .watch = cm_watch,
};
