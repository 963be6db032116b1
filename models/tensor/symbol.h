/* Codes one symbol: class, sign, the bits below that contexts can see; the rest is recall's. */
#ifndef HUNCH_MODELS_TENSOR_SYMBOL_H
#define HUNCH_MODELS_TENSOR_SYMBOL_H

#include "models/tensor/contexts.h"

struct work {
    struct guess guess;
    struct recall recall;
    struct scene scene;
    struct forecast forecast;
    struct factors factors;
    struct array array;
    struct plan plan;
    uint64_t turn;           /* xor-ed to numbers: the highest bit if they have no sign */
    uint64_t odd;            /* the latest element that was no multiple of the unit */
    uint32_t exact[16];      /* counters, by what the last four were: the element is a multiple */
    uint32_t odd_again;     /* counter: it is not, but the same as the latest one that was not */
    unsigned exact_past;
};

/* Codes the class around scene.centre. */
void hunch_symbol_class(struct work *w, struct symbol *s, unsigned classes_log2);

/* Codes sign and low; the class, depth and (encoding) the rest are known. */
void hunch_symbol_low(struct work *w, const uint8_t *data, size_t at, struct symbol *s);

#endif
