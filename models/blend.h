/* Blend: many small contexts say how likely a bit is, a mixer weighs them, SSE stages correct the answer; the part that
 * typed models (images, tensors, coefficients, ...) share. A model turns its symbols into bits and names contexts as
 * hashes; blend does the rest. One symbol of up to 15 binary decisions (a nibble's tree, a unary code, ...) goes so:
 *
 *     for (i...) b->hash[i] = ...;            contexts of the symbol
 *     hunch_blend_open(b, salt);              salt: which part of a symbol this is, e.g. the first nibble
 *     for each decision:
 *         b->select[k] = ..., b->extra[j] = ..., b->refine[k] = ...;
 *         bit = hunch_blend_bit(b, coder, node, bit);      node 1..15: which decision
 *
 * Each context owns one cache line per opened symbol: a 32-bit check and 15 adaptive probabilities with counts
 * (counter.h). Inputs of the mixer per context: stretch(p), and p - 1/2 scaled by the evidence, n / (n + 8) after n
 * updates; both 0 while a decision is new to it.
 * State: the table (up to 2^table_log2 bytes), weights, SSE rows. Cost: one cache line per context and symbol. */
#ifndef HUNCH_MODELS_BLEND_H
#define HUNCH_MODELS_BLEND_H

#include "base/undo.h"
#include "entropy/coder.h"
#include "entropy/logistic.h"
#include "models/cm/counter.h"
#include "models/cm/mixer.h"
#include "models/cm/sse.h"

enum { BLEND_CONTEXTS_MAX = 64, BLEND_EXTRAS_MAX = 32, BLEND_SETS_MAX = 8, BLEND_SSES_MAX = 2 };

struct blend_shape {
    unsigned contexts;   /* hashed contexts, 1..BLEND_CONTEXTS_MAX */
    unsigned extras;     /* opinions that the model itself gives for each bit */
    unsigned sets;       /* weight sets, 1.. */
    unsigned sses;       /* SSE stages, 0.. */
    unsigned table_log2; /* largest table, bytes */
    unsigned limit;      /* updates after which a probability stops slowing down, 1..COUNTER_LIMIT */
    unsigned rate_q17;   /* of the mixer in the long run; it starts eight times as fast */
    uint32_t set_sizes[BLEND_SETS_MAX]; /* choices of each weight set */
    uint32_t sse_sizes[BLEND_SSES_MAX]; /* contexts of each SSE stage */
};

struct blend {
    /* set by the model */
    uint32_t hash[BLEND_CONTEXTS_MAX];    /* (contexts) of the symbol that is opened next */
    uint32_t select[BLEND_SETS_MAX];      /* (sets) below set_sizes[k] */
    uint32_t refine[BLEND_SSES_MAX];      /* (sses) below sse_sizes[k] */
    int32_t extra[BLEND_EXTRAS_MAX];      /* (extras) q8 nats, |x| <= STRETCH_LIMIT; 0: no opinion */
    /* blend's own */
    struct blend_shape shape;
    struct logistic logistic;
    struct mixer_kernels kernels;
    struct undo *undo; /* NULL: none */
    unsigned inputs; /* padded */
    int32_t rate_q25;
    uint32_t line_mask;
    uint32_t *table;                      /* (lines, 16) */
    uint32_t *line[BLEND_CONTEXTS_MAX];   /* of the symbol in hand */
    int32_t *weights[BLEND_SETS_MAX];     /* (set_sizes, inputs) */
    int32_t *chosen[BLEND_SETS_MAX];
    struct sse sse[BLEND_SSES_MAX];
    int32_t reciprocal[COUNTER_LIMIT + 1];
    int16_t trust_q8[COUNTER_LIMIT + 1]; /* by the number of updates */
    _Alignas(ARENA_ALIGN) int32_t x[2 * BLEND_CONTEXTS_MAX + BLEND_EXTRAS_MAX + 2 * MIXER_GRAIN];
};

/* Takes blend's memory from the arena; counts only when arena->base is NULL (*b is then a stand-in). `opens` is about
 * how many symbols will be opened: small blocks get small tables. */
void hunch_blend_carve(struct arena *arena, struct blend *b, const struct blend_shape *shape, uint64_t opens);

/* Prepares what carve took (zeroed). */
void hunch_blend_init(struct blend *b, unsigned cpu);

/* Chooses the kernels anew, for memory that was carved anew where it was copied to. */
void hunch_blend_moved(struct blend *b, unsigned cpu);

/* As that of models (models/model.h); notes all but *b itself. */
void hunch_blend_watch(struct blend *b, struct undo *undo);

/* Finds the lines of all contexts for a symbol, or for a part of it. */
void hunch_blend_open(struct blend *b, uint32_t salt);

/* Codes one decision of the opened symbol. */
unsigned hunch_blend_bit(struct blend *b, struct coder *coder, unsigned node, unsigned bit);

#endif
