/* Codes the transformed bytes: each by the way to its leaf in the tree of symbols; when a run has lasted for a while,
 * first by a decision whether it goes on. */
#ifndef HUNCH_MODELS_BWT_RUNS_H
#define HUNCH_MODELS_BWT_RUNS_H

#include "models/bwt/predict.h"
#include "models/bwt/tree.h"

enum {
    RUN_LONG = 12,    /* repeats; the rest of a run is told as a number */
    RUN_CLASSES = 16, /* of the repeats of a run that ended */
    NOW_CLASSES = 8   /* of the repeats of a run so far */
};

struct runs {
    struct tree tree;
    uint8_t last_run[256];                                /* (symbol): class of its run before */
    struct rare number_bits[RUN_CLASSES][32];                 /* (class of its run before, is the number longer) */
    struct rare number_top[32][4];                            /* (length, the two bits behind the first) */
    /* whether a run goes on */
    struct mixer flags[NOW_CLASSES][RUN_CLASSES];         /* (class now, class of its run before) */
    int16_t flag_symbol[256];                             /* (c1) */
    int16_t flag_around[128][RUN_CLASSES][NOW_CLASSES];   /* (where c1 was, class of its run before, class now) */
    int16_t flag_past[256][NOW_CLASSES];                  /* (its last 8 flags, class now); level 2 */
    int16_t flag_both[256][RUN_CLASSES][NOW_CLASSES];     /* (c1, class of its run before, class now); level 2 */
    uint8_t flags_of[256];                                /* (symbol): its last 8 flags */
    /* nodes of the tree */
    struct mixer nodes[2][256];                           /* (shared, node) */
    refiner own[256][256];                                /* (c1, node); level 2 */
    int16_t quick[257][256];                              /* (0 when not shared, else c1 + 1; node) */
    int16_t order1[2][256][256];                          /* (c1 is excluded, c1, node) */
    int16_t order2[1 << 16];                              /* hash of (c1 is excluded, c1, c2), node */
    int16_t past[2][256];                                 /* (shared, past of the node); level 2 */
    int16_t slow[2][256];                                 /* (shared, node); level 2 */
    int16_t skip[256][256];                               /* (c2, node); level 2 */
    uint8_t past_of[2][256];                              /* (shared, node): its last 8 bits; level 2 */
};

/* `m` is zeroed. level: 1 or 2. */
void hunch_bwt_runs_init(struct runs *m, unsigned level);

/* Codes all of bytes[0 .. length - 1]; length >= 1. */
void hunch_bwt_runs(struct runs *m, struct coder *coder, uint8_t *bytes, size_t length, unsigned level);

#endif
