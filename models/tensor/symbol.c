#include "models/tensor/symbol.h"

#include "base/bytes.h"

enum {
    HEAD_BITS = 3,  /* below the class, with the sign in the first tree */
    UNARY = 7,      /* questions in each direction before the class is spelled out */
    DEEP_MOST = 15, /* groups of 4 bits */
    ESTIMATES = 32
};

/* Asks one thing; `answers`: bit k is what candidate k would say. */
static unsigned ask(struct work *w, enum stage stage, unsigned node, unsigned answers, unsigned bit) {
    struct guess *g = &w->guess;
    struct recall *r = &w->recall;
    unsigned live = r->live & ((1u << RECALLS) - 1);
    if (g->fast) {
        bit = guess_fast(g, node, bit);
        r->live &= bit ? answers : ~answers;
        return bit;
    }
    struct blend *b = &g->blend;
    unsigned first = 0;
    for (unsigned k = 0; k < RECALLS; k++) {
        int32_t x = 0;
        if (live >> k & 1)
            x = b->logistic.stretch[counter_p_q12(r->map[stage][k][recall_run(r, k)])];
        b->extra[k] = answers >> k & 1 ? x : -x;
        if (first == 0 && live >> k & 1)
            first = 1u + recall_run(r, k);
    }
    b->select[0] = stage * 16 + node;
    b->select[1] = (live << 4 | (first > 0 ? first - 1 : 0)) * STAGES + stage;
    uint32_t estimate = w->scene.spread >> 2;
    if (w->factors.active && stage == STAGE_HEAD)
        estimate = (uint32_t)(w->factors.estimate_q12 >> 9);
    b->select[2] = (w->plan.way == PLAN_NUMBER) * 16u * ESTIMATES * 2 + (estimate % ESTIMATES * 16 + node) * 2 +
                   (stage == STAGE_CLASS);
    if (b->shape.sses > 0)
        b->refine[0] = (stage * 16 + node) * 16 + live;
    bit = hunch_blend_bit(b, g->coder, node, bit);
    for (unsigned k = 0; live >> k; k++)
        if (live >> k & 1)
            counter_update(&r->map[stage][k][recall_run(r, k)], (answers >> k & 1) == bit, b->reciprocal);
    r->live &= bit ? answers : ~answers;
    return bit;
}

/* What the candidates say to "is the class above c?". */
static unsigned above(const struct recall *r, uint32_t c) {
    unsigned answers = 0;
    for (unsigned k = 0; k < RECALLS; k++)
        answers |= (unsigned)(r->symbol[k].class > c) << k;
    return answers;
}

static void spell(struct work *w, struct symbol *s, unsigned bits) {
    uint32_t told = 1;
    while (bits > 0) {
        unsigned n = bits < 4 ? bits : 4, node = 1;
        guess_open(&w->guess, guess_mix(STAGE_ESCAPE + (w->plan.way << 8), told), false);
        while (n-- > 0) {
            unsigned answers = 0;
            bits--;
            for (unsigned k = 0; k < RECALLS; k++)
                answers |= (w->recall.symbol[k].class >> bits & 1) << k;
            unsigned bit = ask(w, STAGE_ESCAPE, node, answers, s->class >> bits & 1);
            node = node << 1 | bit;
            told = told << 1 | bit;
        }
    }
    s->class = told & ~(1u << log2_floor(told));
}

void hunch_symbol_class(struct work *w, struct symbol *s, unsigned classes_log2) {
    uint32_t c = w->scene.centre;
    unsigned k = 0, bits = classes_log2;
    guess_open(&w->guess, guess_mix(STAGE_CLASS + (w->plan.way << 8), c), false);
    if (ask(w, STAGE_CLASS, 1, above(&w->recall, c), s->class > c)) {
        for (c++; k < UNARY && ask(w, STAGE_CLASS, 2 + k, above(&w->recall, c), s->class > c); k++)
            c++;
    } else {
        /* "below c" is "not above c - 1" */
        for (; k < UNARY && c > 0 && ask(w, STAGE_CLASS, 2 + UNARY + k, ~above(&w->recall, c - 1), s->class < c); k++)
            c--;
    }
    if (k < UNARY)
        s->class = c;
    else
        spell(w, s, bits);
}

static unsigned bits_at(const struct recall *r, unsigned place) {
    unsigned answers = 0;
    for (unsigned k = 0; k < RECALLS; k++)
        answers |= (unsigned)(r->symbol[k].low >> place & 1) << k;
    return answers;
}

/* Codes `n` bits of low above `place` as a tree that begins at `node`. */
static void code_tree(struct work *w, struct symbol *s, enum stage stage, unsigned node, unsigned place, unsigned n) {
    while (n-- > 0) {
        place--;
        unsigned bit = ask(w, stage, node, bits_at(&w->recall, place), s->low >> place & 1);
        s->low = (s->low & ~(UINT64_C(1) << place)) | (uint64_t)bit << place;
        node = node << 1 | bit;
    }
}

void hunch_symbol_low(struct work *w, const uint8_t *data, size_t at, struct symbol *s) {
    unsigned head = s->depth < HEAD_BITS ? s->depth : HEAD_BITS, rest = s->depth - head, live = w->recall.live;
    uint32_t salt = guess_mix(s->class, STAGE_HEAD + (w->plan.way << 8));
    unsigned signs = 0;
    guess_open(&w->guess, salt, false);
    for (unsigned k = 0; k < RECALLS; k++)
        signs |= w->recall.symbol[k].sign << k;
    s->sign = ask(w, STAGE_HEAD, 1, signs, s->sign);
    if (w->plan.way == PLAN_FLOAT)
        w->recall.live = live; /* mirrored and turned values keep their size only */
    code_tree(w, s, STAGE_HEAD, 2 | s->sign, s->depth, head);
    if (w->plan.way == PLAN_NUMBER)
        salt += s->sign;
    for (unsigned i = 0; i < w->plan.deep && rest > 0; i++) {
        unsigned n = rest < 4 ? rest : 4;
        guess_open(&w->guess, guess_mix(salt + i, (uint32_t)(s->low >> rest ^ s->low >> rest >> 32)), true);
        code_tree(w, s, STAGE_DEEP, 1, rest, n);
        rest -= n;
    }
    if (rest == 0)
        return;
    if (w->plan.recall && w->plan.way == PLAN_FLOAT)
        hunch_recall_late(&w->recall, &w->array, data, at, s, rest);
    hunch_recall_rest(&w->recall, &w->guess, s, rest, w->plan.plain);
}
