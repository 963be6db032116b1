/* Contexts of words as codes (base/content.h): n-grams of tokens and of their classes. A token is a code, a word in
 * letters, or a character; spaces and control codes are none. The lead of a code names a class of words that keep the
 * same company, so that contexts of leads foresee pairs of words that never met. */
#include "models/cm/contexts.h"

#include <stdbool.h>

static void complete(struct contexts *c) {
    for (int i = 4; i > 0; i--) {
        c->token[i] = c->token[i - 1];
        c->kind[i] = c->kind[i - 1];
    }
    c->token[0] = c->kind[0] = 0;
    c->letters = 0;
}

static void add(struct contexts *c, unsigned b) {
    c->token[0] = context_mix(c->token[0] + 1, b);
}

static void update(struct contexts *c, unsigned b) {
    bool letter = (b | 32) - 'a' < 26u;
    if (c->tail) {
        add(c, b);
        c->tail = c->tail == 2 && b >= 0xF0 ? 1 : 0;
        if (!c->tail)
            complete(c);
        return;
    }
    if (c->letters && !letter)
        complete(c);
    if (b >= 0x80) {
        add(c, b);
        c->kind[0] = b;
        c->tail = b < 0x80 + c->stride ? 0 : 2;
        if (!c->tail)
            complete(c);
    } else if (letter) {
        add(c, b);
        c->kind[0] = 'a';
        c->letters = 1;
    } else if (b > ' ' || b == '\n') {
        add(c, b);
        c->kind[0] = b;
        c->mark = b;
        complete(c);
    }
}

static void add_context(struct contexts *c, uint32_t hash) {
    context_add(c, hash, CONTEXT_OLDER);
}

unsigned hunch_contexts_words_count(unsigned level) {
    static const uint8_t counts[10] = {0, 0, 0, 4, 5, 6, 14, 22, 30, 30};
    return counts[level];
}

void hunch_contexts_words(struct contexts *c, const uint8_t *data, size_t at) {
    uint32_t *t = c->token, *k = c->kind;
    if (at)
        update(c, data[at - 1]);
    uint32_t c4 = 0, c8 = 0;
    for (size_t i = 1; i <= 4; i++)
        c4 |= (uint32_t)(i <= at ? data[at - i] : 0) << (8 * i - 8);
    for (size_t i = 5; i <= 8; i++)
        c8 |= (uint32_t)(i <= at ? data[at - i] : 0) << (8 * i - 40);
    c->filled = 0;
    uint32_t bigram = context_mix(t[0], t[1]), trigram = context_mix(bigram, t[2]);
    uint32_t classes = context_mix(k[0], k[1] | k[2] << 8);
    add_context(c, c4 & 0xFFFF);
    add_context(c, t[0]);
    add_context(c, bigram);
    add_context(c, classes);
    if (c->level >= 4)
        add_context(c, c4 & 0xFFFFFF);
    if (c->level >= 5)
        add_context(c, c4);
    if (c->level >= 6) {
        add_context(c, trigram);
        add_context(c, context_mix(c4, c8 & 0xFF));
        add_context(c, context_mix(t[0], t[2]));
        add_context(c, context_mix(t[0], k[1] | k[2] << 8));
        add_context(c, context_mix(trigram, t[3]));
        add_context(c, context_mix(classes, k[3]));
        add_context(c, context_mix(t[0], t[3]));
        add_context(c, context_mix(bigram, k[2]));
    }
    if (c->level >= 7) {
        add_context(c, context_mix(c4, c8 & 0xFFFFFF));
        add_context(c, context_mix(k[0], t[1]));
        add_context(c, context_mix(context_mix(trigram, t[3]), t[4]));
        add_context(c, context_mix(context_mix(classes, k[3]), k[4]));
        add_context(c, context_mix(context_mix(t[0], t[1]), t[3]));
        add_context(c, context_mix(context_mix(t[0], t[2]), t[3]));
        add_context(c, context_mix(t[0], t[4]));
        add_context(c, context_mix(t[0], c->mark));
    }
    if (c->level >= 8) {
        add_context(c, context_mix(context_mix(classes, c->mark), 1));
        add_context(c, context_mix(k[0] | k[1] << 8, t[2]));
        add_context(c, context_mix(c4, c8));
        add_context(c, context_mix(c4, c8 & 0xFFFF));
        add_context(c, context_mix(k[0] | k[2] << 8 | k[3] << 16, 5));
        add_context(c, context_mix(context_mix(t[0], k[1]), k[2] | k[3] << 8));
        add_context(c, c4 & 0xFFFF00);
        add_context(c, context_mix(k[0] | k[1] << 8, 7));
    }
    c->classes = k[1] >> 4 | (k[2] >> 4 & 7) << 4 | (c->tail ? k[0] >> 2 & 31 : c->letters) << 7;
}
