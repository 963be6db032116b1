/* Codes the transformed bytes as runs: the symbol of each run, and byte by byte whether it goes on. */
#ifndef HUNCH_MODELS_BWT_RUNS_H
#define HUNCH_MODELS_BWT_RUNS_H

#include "models/bwt/predict.h"
#include "models/bwt/tree.h"

enum {
    RUN_CLASSES = 16,
    RUN_LONG = 32, /* bytes; the rest of a run is told as a number */
    FLAG_INPUTS = 3, /* at level 1 */
    TREE_INPUTS = 3,
    FLAG_INPUTS_2 = 4, /* at level 2 */
    TREE_INPUTS_2 = 6,
};

struct runs {
    struct predictor predictor;
    struct tree tree;
    uint32_t flag_weights[16 * RUN_CLASSES][INPUTS]; /* (the 4 bytes before, class of run; input) */
    uint32_t tree_weights[256][INPUTS];              /* (node, input) */
    uint32_t number_bits[32];        /* is the number longer */
    uint32_t number_top[32][32];     /* (length, bits from the top) */
    uint8_t flags[256];              /* the last 8 answers about this symbol */
    uint8_t last_run[256];           /* class of this symbol's run before */
    uint8_t past[256];               /* the last 8 bits at this node */
    /* counters of the flag */
    uint32_t flag_plain[256 * RUN_CLASSES];                      /* (symbol, class) */
    uint32_t flag_past[256 * RUN_CLASSES];                       /* (its last 8 flags, class) */
    uint32_t flag_runs[RUN_CLASSES * RUN_CLASSES * RUN_CLASSES]; /* (class of its last run, class, of the run before) */
    uint32_t flag_around[1 << 16];                               /* (the 16 bytes before) */
    /* counters of the tree's nodes */
    uint32_t tree_plain[257 * 256];                      /* (path of c1 left: 0, else c1 + 1; node) */
    uint32_t tree_order1[256 * 256];                     /* (c1, node) */
    uint32_t tree_past[256 * 256];                       /* (node, its last 8 bits) */
    uint32_t tree_skip[256 * 256];                       /* (c2, node) */
    uint32_t tree_order2[1 << 16];                       /* hash of (c1, c2, node) */
    uint32_t tree_runs[RUN_CLASSES * RUN_CLASSES * 256]; /* (class of the run before, of c1's run before it, node) */
};

/* `m` is zeroed. level: 1 or 2. */
void hunch_bwt_runs_init(struct runs *m, unsigned level);

/* Codes all of bytes[0 .. length - 1]; length >= 1. */
void hunch_bwt_runs(struct runs *m, struct coder *coder, uint8_t *bytes, size_t length, unsigned level);

#endif
