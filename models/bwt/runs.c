#include "models/bwt/runs.h"

#include "base/bytes.h"

/* levels 1 and 2 */
static const struct mixing tree_mixing[2] = {{3, 20, {2, 4, 4}}, {6, 21, {2, 4, 4, 5, 4, 4}}};
static const struct mixing flag_mixing[2] = {{2, 20, {4, 6}}, {4, 21, {4, 6, 5, 5}}};

void hunch_bwt_runs_init(struct runs *m, unsigned level) {
    for (unsigned i = 0; i < 256; i++) {
        mixer_init(&m->nodes[0][i], &tree_mixing[level - 1]);
        mixer_init(&m->nodes[1][i], &tree_mixing[level - 1]);
        for (unsigned k = 0; level == 2 && k < 256; k++)
            refiner_init(m->own[i][k]);
    }
    for (unsigned i = 0; i < NOW_CLASSES; i++)
        for (unsigned k = 0; k < RUN_CLASSES; k++)
            mixer_init(&m->flags[i][k], &flag_mixing[level - 1]);
}

/* Where in the transformed bytes. */
struct place {
    unsigned c1, c2; /* symbols of the run in hand and of the run before it */
    size_t repeats;  /* of c1 so far */
    uint64_t window; /* the last 8 bytes, the last one lowest */
};

static inline unsigned run_class(size_t repeats) {
    unsigned c = repeats < 5 ? (unsigned)repeats : log2_floor((uint32_t)repeats) + 3;
    return c < RUN_CLASSES ? c : RUN_CLASSES - 1;
}

/* A number below 2^31: the bits of number + 1 counted, then told from the top. */
static size_t code_number(struct runs *m, struct coder *coder, unsigned before, size_t number) {
    uint32_t value = (uint32_t)number + 1, result = 1;
    unsigned bits = 0;
    while (bits < 31 && predict_rare(coder, &m->number_bits[before][bits], value >> bits > 1))
        bits++;
    for (unsigned b = bits; b-- > 0;) {
        unsigned bit = value >> b & 1;
        bit = result < 4 ? predict_rare(coder, &m->number_top[bits][result], bit) : hunch_coder_raw(coder, 1, bit);
        result = result << 1 | bit;
    }
    return result - 1;
}

/* The way from the root to the symbol's leaf. When the symbol is known not to be c1, a decision whose one side is c1
 * alone is not coded. */
static INLINE unsigned code_symbol(struct runs *m, struct coder *coder, const struct place *p, unsigned level,
                                   bool excluded, unsigned symbol) {
    const struct tree *t = &m->tree;
    unsigned node = t->root, leaf = LEAF + p->c1;
    unsigned hash = (p->c1 << 9 | p->c2 << 1 | (unsigned)excluded) * UINT32_C(0x9E3779B1) >> 16;
    int16_t *order1 = m->order1[excluded][p->c1], *quick = m->quick[excluded ? p->c1 + 1 : 0];
    bool shared = excluded; /* so far this is also the way to c1 */
    while (node < LEAF) {
        const uint16_t *child = t->child[node];
        unsigned bit = symbol >= t->split[node];
        bool leave = shared && bit != (p->c1 >= t->split[node]);
        if (excluded && shared && (child[0] == leaf || child[1] == leaf)) {
            bit = child[0] == leaf;
            leave = true;
        } else {
            int16_t *counters[INPUTS_MAX] = {&quick[node], &order1[node], &m->order2[hash ^ node]};
            uint8_t *past = &m->past_of[shared][node];
            if (level == 2) {
                counters[3] = &m->past[shared][*past];
                counters[4] = &m->slow[shared][node];
                counters[5] = &m->skip[p->c2][node];
            }
            bit = predict_bit(&tree_mixing[level - 1], &m->nodes[shared][node],
                              level == 2 ? m->own[p->c1][node] : NULL, coder, counters, bit);
            if (level == 2)
                *past = (uint8_t)(*past << 1 | bit);
            leave = shared && bit != (p->c1 >= t->split[node]);
        }
        if (leave) {
            shared = false;
            quick = m->quick[0];
        }
        node = child[bit];
    }
    return node - LEAF;
}

/* bit k: the byte k + 2 places back is the symbol, k = 0 .. 6. */
static inline unsigned look_around(uint64_t window, unsigned symbol) {
    const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);
    uint64_t x = window ^ symbol * UINT64_C(0x0101010101010101);
    uint64_t equal = ~(((x & low) + low) | x | low); /* 0x80 in each byte that is 0 in x */
    equal &= ~UINT64_C(0xFF); /* the last byte: its bit and that of byte 7 would meet in the product, and carry */
    return (unsigned)((equal >> 7) * UINT64_C(0x0102040810204081) >> 57);
}

/* Does the run go on? */
static INLINE unsigned code_flag(struct runs *m, struct coder *coder, const struct place *p, unsigned level,
                                 unsigned before, unsigned bit) {
    unsigned now = p->repeats < 5 ? (unsigned)p->repeats : p->repeats < 8 ? 5 : 6;
    uint8_t *past = &m->flags_of[p->c1];
    int16_t *counters[INPUTS_MAX] = {
        &m->flag_symbol[p->c1],
        &m->flag_around[look_around(p->window, p->c1)][before][now],
    };
    if (level == 2) {
        counters[2] = &m->flag_past[*past][now];
        counters[3] = &m->flag_both[p->c1][before][now];
    }
    bit = predict_bit(&flag_mixing[level - 1], &m->flags[now][before], NULL, coder, counters, bit);
    if (level == 2)
        *past = (uint8_t)(*past << 1 | bit);
    return bit;
}

static size_t equal_bytes(const uint8_t *bytes, size_t left, unsigned symbol) {
    size_t n = 0;
    while (n < left && bytes[n] == symbol)
        n++;
    return n;
}

/* What the run of c1 has beyond RUN_LONG repeats; returns how many. */
static size_t code_rest(struct runs *m, struct coder *coder, unsigned c1, unsigned before, uint8_t *bytes,
                        size_t left) {
    size_t rest = coder->direction == CODER_DECODE ? 0 : equal_bytes(bytes, left, c1);
    rest = code_number(m, coder, before, rest);
    if (rest > left) {
        coder_fail(coder, CODER_DAMAGED);
        rest = left;
    }
    if (coder->direction == CODER_DECODE)
        memset(bytes, (int)c1, rest);
    return rest;
}

/* Continues the run of c1 at bytes[0 .. left - 1]; returns how many bytes it has there. */
static INLINE size_t code_run(struct runs *m, struct coder *coder, struct place *p, unsigned level, uint8_t *bytes,
                              size_t left) {
    unsigned before = m->last_run[p->c1];
    size_t n = 0;
    while (n < left && p->repeats < RUN_LONG) {
        if (!code_flag(m, coder, p, level, before, bytes[n] == p->c1))
            return n;
        bytes[n++] = (uint8_t)p->c1;
        p->window = p->window << 8 | p->c1;
        p->repeats++;
    }
    size_t rest = n < left ? code_rest(m, coder, p->c1, before, bytes + n, left - n) : 0;
    p->repeats += rest;
    return n + rest;
}

/* patience: a run of so many repeats is asked whether it goes on. */
static INLINE void code_bytes(struct runs *m, struct coder *coder, uint8_t *bytes, size_t length, size_t patience,
                              unsigned level) {
    struct place p = {0};
    for (size_t at = 0; at < length;) {
        bool excluded = at > 0 && p.repeats >= patience;
        if (excluded)
            at += code_run(m, coder, &p, level, bytes + at, length - at);
        if (at == length)
            break;
        unsigned symbol = excluded ? code_symbol(m, coder, &p, level, true, bytes[at])
                                   : code_symbol(m, coder, &p, level, false, bytes[at]);
        bytes[at++] = (uint8_t)symbol;
        p.window = p.window << 8 | symbol;
        if (symbol == p.c1 && at > 1 && !excluded) {
            p.repeats++;
            continue;
        }
        m->last_run[p.c1] = (uint8_t)run_class(p.repeats);
        p.c2 = p.c1;
        p.c1 = symbol;
        p.repeats = 0;
    }
}

/* Where many runs are long, runs are asked from their second byte on. Elsewhere the first repeats are better told as
 * symbols: the decisions of the tree then see how frequent the symbol is. A seventh or so of the runs at 4 bytes and
 * more is where both are equal. */
static unsigned choose_patience(const uint8_t *bytes, size_t length) {
    size_t runs = 1, long_runs = 0;
    for (size_t i = 4; i < length; i++) {
        runs += bytes[i] != bytes[i - 1];
        long_runs += (bytes[i] == bytes[i - 1]) & (bytes[i] == bytes[i - 2]) & (bytes[i] == bytes[i - 3]) &
                     (bytes[i] != bytes[i - 4]);
    }
    return 15 * long_runs >= 2 * runs ? 0 : 3;
}

void hunch_bwt_runs(struct runs *m, struct coder *coder, uint8_t *bytes, size_t length, unsigned level) {
    hunch_bwt_tree(&m->tree, coder, bytes, length);
    unsigned patience = coder->direction == CODER_DECODE ? 0 : choose_patience(bytes, length);
    patience = hunch_coder_raw(coder, 2, patience);
    if (level == 1)
        code_bytes(m, coder, bytes, length, patience, 1);
    else
        code_bytes(m, coder, bytes, length, patience, 2);
}
