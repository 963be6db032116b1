/* Codes the transformed bytes as runs: the symbol of each run, and byte by byte whether it goes on. */
#ifndef HUNCH_MODELS_BWT_RUNS_H
#define HUNCH_MODELS_BWT_RUNS_H

#include "models/bwt/predict.h"
#include "models/bwt/tree.h"

enum {
    RUN_CLASSES = 16,
    RUN_LONG = 32, /* bytes; the rest of a run is told as a number */
    FLAG_INPUTS = 4,
    TREE_INPUTS = 4,
};

struct runs {
    struct predictor predictor;
    struct tree tree;
    uint32_t flag_weights[RUN_CLASSES][INPUTS];
    uint32_t tree_weights[256][INPUTS];
    uint32_t number_bits[32];        /* is the number longer */
    uint32_t number_top[32][32];     /* (length, bits from the top) */
    uint8_t flags[256];              /* the last 8 answers about this symbol */
    uint8_t last_run[256];           /* class of this symbol's run before */
    uint8_t past[256];               /* the last 8 bits at this node */
    uint32_t flag_plain[256][RUN_CLASSES];
    uint32_t flag_past[256 * RUN_CLASSES];
    uint32_t flag_runs[RUN_CLASSES * RUN_CLASSES * RUN_CLASSES];
    uint32_t flag_around[1 << 16];
    uint32_t tree_plain[257 * 256];  /* (symbol before + 1 while its path is shared, else 0; node) */
    uint32_t tree_order1[256 * 256]; /* (symbol before, node) */
    uint32_t tree_past[256 * 256];   /* (node, past) */
    uint32_t tree_order2[1 << 16];   /* hash of two symbols before and node */
};

void hunch_bwt_runs_init(struct runs *m);

/* All of bytes[0 .. length - 1]; level 1 or 2. */
void hunch_bwt_runs(struct runs *m, struct coder *coder, uint8_t *bytes, size_t length, unsigned level);

#endif
