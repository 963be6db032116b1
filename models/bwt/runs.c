#include "models/bwt/runs.h"

#include "base/bytes.h"

static const uint8_t flag_limits[FLAG_INPUTS_2] = {30, 60, 250, 60};
static const uint8_t tree_limits[TREE_INPUTS_2] = {5, 25, 120, 60, 60, 25};

enum {
    FLAG_RATE = 15, /* -log2, see predict_bit */
    TREE_RATE = 14,
};

void hunch_bwt_runs_init(struct runs *m, unsigned level) {
    uint32_t flag_weight = level == 1 ? WEIGHT_ONE * 45 / 100 : WEIGHT_ONE * 40 / 100;
    uint32_t tree_weight = level == 1 ? WEIGHT_ONE * 45 / 100 : WEIGHT_ONE * 25 / 100;
    predictor_init(&m->predictor);
    for (unsigned i = 0; i < 16 * RUN_CLASSES; i++)
        for (unsigned k = 0; k < FLAG_INPUTS_2; k++)
            m->flag_weights[i][k] = flag_weight;
    for (unsigned i = 0; i < 256; i++)
        for (unsigned k = 0; k < TREE_INPUTS_2; k++)
            m->tree_weights[i][k] = tree_weight;
}

/* 1 .. 12 for the length of a run: 1, 2, 3, 4 .. 5, 6 .. 7, 8 .. 11, 12 .. 15, 16 .. 23, 24 .. 31, RUN_LONG and more */
static inline unsigned run_class(size_t run) {
    static const uint8_t classes[RUN_LONG] = {0, 1, 2, 3, 4, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
                                              8, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9, 9, 9, 9, 9, 9};
    return run < RUN_LONG ? classes[run] : 10;
}

/* A number below 2^31: the bits of number + 1 counted, then told from the top. */
static size_t code_number(struct runs *m, struct coder *coder, size_t number) {
    uint32_t value = (uint32_t)number + 1, result = 1;
    unsigned bits = 0;
    while (bits < 31 && predict_rare(&m->predictor, coder, &m->number_bits[bits], value >> bits > 1))
        bits++;
    for (unsigned b = bits; b-- > 0;) {
        unsigned bit = value >> b & 1;
        bit = result < 32 ? predict_rare(&m->predictor, coder, &m->number_top[bits][result], bit)
                          : hunch_coder_raw(coder, 1, bit);
        result = result << 1 | bit;
    }
    return result - 1;
}

struct place {
    unsigned c1, c2;     /* symbols of the run in hand (at its symbol: of the run before) and of the run before that */
    unsigned run_before; /* class of the last run that ended */
    unsigned own_before; /* class of the run of c1 before that */
    unsigned around;     /* bit k: the byte k + 2 back is c1 */
};

/* Does the run go on? */
static inline __attribute__((always_inline)) unsigned code_flag(struct runs *m, struct coder *coder,
                                                                const struct place *p, unsigned inputs, size_t run,
                                                                unsigned bit) {
    unsigned c = run_class(run), past = m->flags[p->c1];
    uint32_t *counters[FLAG_INPUTS_2] = {
        &m->flag_plain[p->c1 * RUN_CLASSES + c],
        &m->flag_past[past * RUN_CLASSES + c],
        &m->flag_around[p->around & 0xFFFF],
        &m->flag_runs[(m->last_run[p->c1] * RUN_CLASSES + c) * RUN_CLASSES + p->run_before],
    };
    uint32_t *weights = m->flag_weights[(p->around & 15) * RUN_CLASSES + c];
    bit = predict_bit(&m->predictor, coder, inputs, counters, flag_limits, weights, FLAG_RATE, bit);
    m->flags[p->c1] = (uint8_t)(past << 1 | bit);
    return bit;
}

/* The symbol of a new run, by the way from the root to its leaf. A decision whose one side is c1 alone is not coded:
 * the symbol is another, except for the first of all. */
static inline __attribute__((always_inline)) unsigned code_symbol(struct runs *m, struct coder *coder,
                                                                  const struct place *p, unsigned inputs, bool first,
                                                                  unsigned symbol) {
    const struct tree *t = &m->tree;
    unsigned node = t->root, own = LEAF + p->c1;
    bool shared = !first; /* so far this is also the way to c1 */
    uint32_t order2 = (p->c1 << 8 | p->c2) * UINT32_C(0x9E3779B1) >> 16;
    unsigned runs = p->run_before * RUN_CLASSES + p->own_before;
    while (node < LEAF) {
        unsigned bit = symbol >= t->split[node], past = m->past[node];
        const uint16_t *child = t->child[node];
        if (shared && (child[0] == own || child[1] == own)) {
            node = child[child[0] == own];
            shared = false;
            continue;
        }
        uint32_t *counters[TREE_INPUTS_2] = {
            &m->tree_plain[(shared ? p->c1 + 1 : 0) * 256 + node],
            &m->tree_order1[p->c1 * 256 + node],
            &m->tree_past[node * 256 + past],
            &m->tree_skip[p->c2 * 256 + node],
            &m->tree_runs[runs * 256 + node],
            &m->tree_order2[(order2 + node * 0x2F35) & 0xFFFF],
        };
        bit = predict_bit(&m->predictor, coder, inputs, counters, tree_limits, m->tree_weights[node], TREE_RATE, bit);
        m->past[node] = (uint8_t)(past << 1 | bit);
        shared = shared && bit == (p->c1 >= t->split[node]);
        node = child[bit];
    }
    return node - LEAF;
}

/* place.around behind a run's first byte, bytes[at - 1] */
static inline unsigned look_around(const uint8_t *bytes, size_t at) {
    unsigned around = 0, symbol = bytes[at - 1];
    if (at >= 17) {
        for (size_t k = 0; k < 16; k++)
            around |= (unsigned)(bytes[at - 2 - k] == symbol) << k;
        return around;
    }
    for (size_t k = 0; k + 2 <= at; k++)
        around |= (unsigned)(bytes[at - 2 - k] == symbol) << k;
    return around;
}

/* What a run has beyond RUN_LONG bytes; returns how many. */
static size_t code_rest(struct runs *m, struct coder *coder, uint8_t *bytes, size_t left, unsigned symbol) {
    size_t rest = 0;
    if (coder->direction != CODER_DECODE)
        while (rest < left && bytes[rest] == symbol)
            rest++;
    rest = code_number(m, coder, rest);
    if (rest > left) {
        coder_fail(coder, CODER_DAMAGED);
        rest = left;
    }
    if (coder->direction == CODER_DECODE)
        memset(bytes, (int)symbol, rest);
    return rest;
}

static inline __attribute__((always_inline)) void code_runs(struct runs *m, struct coder *coder, uint8_t *bytes,
                                                            size_t length, unsigned flag_inputs,
                                                            unsigned tree_inputs) {
    struct place p = {0};
    for (size_t at = 0; at < length;) {
        unsigned symbol = code_symbol(m, coder, &p, tree_inputs, at == 0, bytes[at]);
        p.c2 = p.c1;
        p.c1 = symbol;
        bytes[at++] = (uint8_t)symbol;
        p.around = look_around(bytes, at);
        size_t run = 1;
        while (at < length && run < RUN_LONG && code_flag(m, coder, &p, flag_inputs, run, bytes[at] == symbol)) {
            bytes[at++] = (uint8_t)symbol;
            p.around = p.around << 1 | 1;
            run++;
        }
        if (run == RUN_LONG)
            at += code_rest(m, coder, bytes + at, length - at, symbol);
        p.own_before = m->last_run[symbol];
        p.run_before = m->last_run[symbol] = (uint8_t)run_class(run);
    }
}

void hunch_bwt_runs(struct runs *m, struct coder *coder, uint8_t *bytes, size_t length, unsigned level) {
    hunch_bwt_tree(&m->tree, &m->predictor, coder, bytes, length);
    if (level == 1)
        code_runs(m, coder, bytes, length, FLAG_INPUTS, TREE_INPUTS);
    else
        code_runs(m, coder, bytes, length, FLAG_INPUTS_2, TREE_INPUTS_2);
}
