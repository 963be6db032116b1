/* The binary tree over the symbols of a block: alphabetic, so that similar bytes share decisions, and balanced by
 * weight, so that frequent symbols need few. */
#ifndef HUNCH_MODELS_BWT_TREE_H
#define HUNCH_MODELS_BWT_TREE_H

#include "models/bwt/predict.h"

enum { LEAF = 256 };

struct tree {
    uint16_t child[256][2]; /* a node, or LEAF + symbol; node 0 is the root when there are two symbols or more */
    uint8_t split[256];     /* bit 1: the symbol is this one or above */
    unsigned root;          /* a node, or LEAF + symbol */
    uint8_t classes[256];   /* of symbols: 0 when absent, else 1 + floor(log2(runs)) */
    struct rare bits[32 * 32]; /* counters: (class before, node of class) */
};

/* Codes the classes of the symbols of bytes (read when encoding or measuring) and builds the tree from them. */
void hunch_bwt_tree(struct tree *t, struct coder *coder, const uint8_t *bytes,
                    size_t length);

#endif
