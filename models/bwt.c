/* Block sorting (M. Burrows and D. J. Wheeler, 1994): the bytes of a block, sorted by what follows them,
 * stand in long runs and come from few symbols at any place; runs and symbols are then coded by adaptive
 * binary decisions in small contexts (the way of P. Fenwick's structured coders, 1996, and of M. Mahoney's
 * mixers).
 *
 * The payload: the starts of the walks (transform.h), the classes of symbols (tree.h), the bytes (runs.h). A
 * byte is told by the decisions of a tree of symbols; of long runs, and of all where runs are long, a
 * decision per byte says whether the run goes on, and from RUN_LONG on the rest of it is a number. Told
 * symbols see runs as frequency, which is 0.5 % smaller in text; flags see symbols as runs, which is 2 %
 * smaller in markup. p = sum w_i p_i over the counters p_i of the decision's contexts, then refined
 * (predict.h).
 *
 * Parameter: the level, 1 or 2. State: 5 bytes for each byte of the block and 2 MB; a small block touches
 * little of it. Cost: about 3 decisions per byte of text, 6 ns each at level 1, beside the sorting.
 */
#include "models/model.h"

#include "base/arena.h"
#include "base/bytes.h"
#include "models/bwt/runs.h"
#include "models/bwt/transform.h"

enum { LEVELS = 2 };

struct bwt {
    size_t length;
    unsigned level;
    uint8_t *bytes;  /* transformed */
    uint32_t *ranks; /* of suffixes; decoding: the rank that follows, and the byte */
    struct runs *runs;
};

/* Lays the state out; with arena->base NULL it only counts (b is then a stand-in). */
static void carve(struct arena *a, struct bwt *b, size_t length) {
    b->runs = hunch_arena_take(a, sizeof *b->runs);
    b->bytes = hunch_arena_take(a, length);
    size_t ranks;
    b->ranks = hunch_arena_take(a, size_mul(length, sizeof *b->ranks, &ranks) ? ranks : SIZE_MAX);
}

static size_t bwt_size(const struct model_params *p) {
    struct arena count = {NULL, 0};
    struct bwt stand_in;
    if (p->parameter < 1 || p->parameter > LEVELS || p->length > (size_t)1 << 30)
        return 0;
    hunch_arena_take(&count, sizeof stand_in);
    carve(&count, &stand_in, p->length);
    return count.used == SIZE_MAX ? 0 : count.used;
}

static void bwt_init(void *state, const struct model_params *p) {
    struct arena a = {state, 0};
    struct bwt *b = hunch_arena_take(&a, sizeof *b);
    carve(&a, b, p->length);
    b->length = p->length;
    b->level = p->parameter;
    hunch_bwt_runs_init(b->runs, b->level);
}

/* The ranks where the walks begin, each in as many bits as the largest rank has. */
static void code_starts(struct coder *coder, uint32_t starts[WALKS_MAX], size_t length) {
    unsigned bits = length > 1 ? log2_floor((uint32_t)length - 1) + 1 : 0, walks = transform_walks(length);
    for (unsigned k = 0; k < walks; k++) {
        uint32_t high = bits > 16 ? hunch_coder_raw(coder, bits - 16, starts[k] >> 16) : 0;
        uint32_t start = high << 16 | hunch_coder_raw(coder, bits > 16 ? 16 : bits, starts[k] & 0xFFFF);
        if (start >= length) {
            coder_fail(coder, CODER_DAMAGED);
            start = 0;
        }
        starts[k] = start;
    }
}

static void bwt_code(void *state, struct coder *coder, uint8_t *data, size_t from, size_t to) {
    struct bwt *b = state;
    (void)from;
    (void)to;
    uint32_t starts[WALKS_MAX] = {0};
    if (coder->direction != CODER_DECODE &&
        !hunch_bwt_forward(data, b->length, (int32_t *)b->ranks, b->bytes, starts)) {
        coder_fail(coder, CODER_NO_MEMORY);
        return;
    }
    code_starts(coder, starts, b->length);
    hunch_bwt_runs(b->runs, coder, b->bytes, b->length, b->level);
    if (coder->direction == CODER_DECODE)
        hunch_bwt_inverse(b->bytes, b->length, b->ranks, starts, data);
}

const struct model hunch_model_bwt = {
    .id = 1,
    .name = "bwt",
    .summary = "block sorting",
    .size = bwt_size,
    .init = bwt_init,
    .code = bwt_code,
};
