/* Secondary symbol estimation (Mahoney's APM): refines a probability by what really happened when that probability
 * was given in a small context. 33 buckets over the logistic domain, linear between them. */
#ifndef HUNCH_MODELS_CM_SSE_H
#define HUNCH_MODELS_CM_SSE_H

#include "entropy/logistic.h"

#include <stddef.h>
#include <string.h>

enum { SSE_BUCKETS = 33, SSE_ROW = 40 /* entries: rows start on 16-byte borders */ };

struct sse {
    uint16_t *p_q16; /* (contexts, SSE_ROW) */
    uint16_t *row;   /* of the context in hand */
    unsigned at;     /* bucket nearer to the last probability */
};

/* Bytes of table for this many contexts. */
static inline size_t sse_bytes(size_t contexts) {
    return contexts * SSE_ROW * sizeof(uint16_t);
}

static inline void sse_init(struct sse *s, const struct logistic *l, size_t contexts) {
    for (int j = 0; j < SSE_BUCKETS; j++)
        s->p_q16[j] = (uint16_t)(logistic_squash(l, (j - 16) * 128 * 64) >> 6);
    for (size_t c = 1; c < contexts; c++)
        memcpy(s->p_q16 + c * SSE_ROW, s->p_q16, SSE_BUCKETS * sizeof(uint16_t));
}

/* Names the context and fetches its row ahead of use. */
static inline void sse_choose(struct sse *s, size_t context) {
    s->row = s->p_q16 + context * SSE_ROW;
    __builtin_prefetch(s->row);
    __builtin_prefetch(s->row + 32);
}

/* The refined probability in 1/2^22 for x in q8 nats, |x| <= 2047. */
static inline uint32_t sse_refine(struct sse *s, int32_t x_q8) {
    unsigned place = (unsigned)(x_q8 + 2048), low = place >> 7, weight = place & 127;
    s->at = low + (weight >> 6);
    return (s->row[low] * (128u - weight) + s->row[low + 1] * weight) >> 1;
}

static inline void sse_update(struct sse *s, unsigned bit) {
    uint16_t *p = s->row + s->at;
    *p = (uint16_t)(*p + (((bit ? 65535 : 0) - *p) >> 6)); /* >> rounds down: gcc and clang say so */
}

#endif
