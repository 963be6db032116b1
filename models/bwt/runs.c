#include "models/bwt/runs.h"

#include "base/bytes.h"

static const uint8_t flag_limits[FLAG_INPUTS] = {30, 60, 60, 250};
static const uint8_t tree_limits[TREE_INPUTS] = {3, 14, 30, 14};
enum { FLAG_RATE = 14, TREE_RATE = 14 };

void hunch_bwt_runs_init(struct runs *m) {
    predictor_init(&m->predictor);
    for (unsigned i = 0; i < RUN_CLASSES; i++)
        for (unsigned k = 0; k < INPUTS; k++)
            m->flag_weights[i][k] = WEIGHT_ONE * 4 / 10;
    for (unsigned i = 0; i < 256; i++)
        for (unsigned k = 0; k < INPUTS; k++)
            m->tree_weights[i][k] = WEIGHT_ONE * 4 / 10;
}

/* 0 .. 15 for the length of a run, 1 .. RUN_LONG and beyond */
static inline unsigned run_class(size_t run) {
    return run < 5 ? (unsigned)run : run < 64 ? log2_floor((uint32_t)run) * 2 + (run >> (log2_floor((uint32_t)run) - 1) & 1) : 12;
}

/* A number below 2^31: its bits counted, then told from the top. */
static size_t code_number(struct runs *m, struct coder *coder, size_t number) {
    uint32_t value = (uint32_t)number + 1;
    unsigned bits = 0;
    while (bits < 31 && predict_rare(&m->predictor, coder, &m->number_bits[bits], value >> bits > 1))
        bits++;
    uint32_t result = 1;
    for (unsigned b = bits; b-- > 0;) {
        unsigned bit = value >> b & 1;
        bit = result < 32 ? predict_rare(&m->predictor, coder, &m->number_top[bits][result], bit)
                          : hunch_coder_raw(coder, 1, bit);
        result = result << 1 | bit;
    }
    return result - 1;
}

struct place {
    unsigned c1, c2;      /* symbols of this run and of the one before */
    unsigned run_before;  /* class of the run before */
    unsigned around;      /* which of the last 16 bytes before this run's symbol were that symbol */
};

static inline __attribute__((always_inline)) unsigned code_flag(struct runs *m, struct coder *coder,
                                                                const struct place *p, size_t run, unsigned bit) {
    unsigned c = run_class(run);
    unsigned past = m->flags[p->c1];
    uint32_t *counters[FLAG_INPUTS] = {
        &m->flag_plain[p->c1][c],
        &m->flag_past[past * RUN_CLASSES + c],
        &m->flag_runs[(m->last_run[p->c1] * RUN_CLASSES + c) * RUN_CLASSES + p->run_before],
        &m->flag_around[p->around & 0xFFFF],
    };
    bit = predict_bit(&m->predictor, coder, FLAG_INPUTS, counters, flag_limits, m->flag_weights[c], FLAG_RATE, bit);
    m->flags[p->c1] = (uint8_t)(past << 1 | bit);
    return bit;
}

static inline __attribute__((always_inline)) unsigned code_symbol(struct runs *m, struct coder *coder,
                                                                  const struct place *p, bool first,
                                                                  unsigned symbol) {
    const struct tree *t = &m->tree;
    unsigned node = t->root, own = LEAF + p->c1;
    bool shared = !first; /* this far the path is that of c1, which will not come */
    uint32_t *order1 = m->tree_order1 + p->c1 * 256;
    uint32_t order2 = (p->c1 << 8 | p->c2) * UINT32_C(0x9E3779B1) >> 16;
    while (node < LEAF) {
        unsigned bit = symbol >= t->split[node];
        const uint16_t *child = t->child[node];
        if (shared && (child[0] == own || child[1] == own)) {
            node = child[child[0] == own];
            shared = false;
            continue;
        }
        unsigned past = m->past[node];
        uint32_t *counters[TREE_INPUTS] = {
            &m->tree_plain[(shared ? p->c1 + 1 : 0) * 256 + node],
            &order1[node],
            &m->tree_past[node * 256 + past],
            &m->tree_order2[(order2 + node * 0x2F35) & 0xFFFF],
        };
        bit = predict_bit(&m->predictor, coder, TREE_INPUTS, counters, tree_limits, m->tree_weights[node], TREE_RATE,
                          bit);
        m->past[node] = (uint8_t)(past << 1 | bit);
        shared = shared && bit == (p->c1 >= t->split[node]);
        node = child[bit];
    }
    return node - LEAF;
}

/* bit k: bytes[at - 2 - k] is bytes[at - 1] */
static inline unsigned look_around(const uint8_t *bytes, size_t at) {
    unsigned around = 0, symbol = bytes[at - 1];
    for (size_t k = 2; k < 18 && k <= at; k++)
        around |= (unsigned)(bytes[at - k] == symbol) << (k - 2);
    return around;
}

/* Runs never end before RUN_LONG bytes without a flag that says so, except at the end of the block. */
static inline __attribute__((always_inline)) void code_runs(struct runs *m, struct coder *coder, uint8_t *bytes,
                                                            size_t length) {
    struct place p = {0};
    for (size_t at = 0; at < length;) {
        unsigned symbol = code_symbol(m, coder, &p, at == 0, bytes[at]);
        p.c2 = p.c1;
        p.c1 = symbol;
        bytes[at++] = (uint8_t)symbol;
        p.around = look_around(bytes, at);
        size_t run = 1;
        while (at < length && run < RUN_LONG && code_flag(m, coder, &p, run, bytes[at] == symbol)) {
            bytes[at++] = (uint8_t)symbol;
            p.around = p.around << 1 | 1;
            run++;
        }
        if (run == RUN_LONG) {
            size_t rest = 0, left = length - at;
            if (coder->direction != CODER_DECODE)
                while (rest < left && bytes[at + rest] == symbol)
                    rest++;
            rest = code_number(m, coder, rest);
            if (rest > left) {
                coder_fail(coder, CODER_DAMAGED);
                rest = left;
            }
            if (coder->direction == CODER_DECODE)
                memset(bytes + at, (int)symbol, rest);
            at += rest;
            run += rest;
        }
        p.run_before = m->last_run[symbol] = (uint8_t)run_class(run);
    }
}

void hunch_bwt_runs(struct runs *m, struct coder *coder, uint8_t *bytes, size_t length, unsigned level) {
    (void)level;
    hunch_bwt_tree(&m->tree, &m->predictor, coder, bytes, length);
    code_runs(m, coder, bytes, length);
}
