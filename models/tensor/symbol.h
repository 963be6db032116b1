/* Codes one symbol: class, sign, the bits below that contexts can see; the rest is recall's. */
#ifndef HUNCH_MODELS_TENSOR_SYMBOL_H
#define HUNCH_MODELS_TENSOR_SYMBOL_H

#include "models/tensor/contexts.h"

struct work {
    struct guess guess;
    struct recall recall;
    struct scene scene;
    struct forecast forecast;
    struct array array;
    struct plan plan;
};

/* Codes the class around scene.centre. */
void hunch_symbol_class(struct work *w, struct symbol *s, unsigned classes_log2);

/* Codes sign and low; the class, depth and (encoding) the rest are known. */
void hunch_symbol_low(struct work *w, const uint8_t *data, size_t at, struct symbol *s);

#endif
