/* The logistic domain: stretch(p) = ln(p / (1 - p)) and its inverse, in fixed point from integer arithmetic alone.
 * stretch values are in 1/256 nat ("q8"), mixer sums in 1/16384 nat ("q14"). */
#ifndef HUNCH_ENTROPY_LOGISTIC_H
#define HUNCH_ENTROPY_LOGISTIC_H

#include <stdint.h>

enum {
    STRETCH_LIMIT = 2047,                          /* |stretch| <= 8 nats in q8 */
    SQUASH_STEPS = 64,                             /* table steps per nat */
    SQUASH_NATS = 12,                              /* beyond, p is held */
    SQUASH_SIZE = 2 * SQUASH_NATS * SQUASH_STEPS + 2
};

struct logistic {
    int16_t stretch[4096];          /* (p_q12) -> q8 */
    uint32_t squash[SQUASH_SIZE];   /* (x + 12 nats in 1/64) -> p_q22 */
};

void hunch_logistic_init(struct logistic *l);

/* p in 1/2^22 for x in q14 nats, interpolated; within [26, 2^22 - 26]. */
static inline uint32_t logistic_squash(const struct logistic *l, int32_t x_q14) {
    int32_t limit = SQUASH_NATS << 14;
    x_q14 = x_q14 > limit - 1 ? limit - 1 : x_q14 < -limit ? -limit : x_q14;
    uint32_t at = (uint32_t)(x_q14 + limit); /* 8 bits of fraction */
    uint32_t low = l->squash[at >> 8], high = l->squash[(at >> 8) + 1];
    return low + ((high - low) * (at & 255) >> 8);
}

static inline int32_t logistic_stretch(const struct logistic *l, uint32_t p_q12) {
    return l->stretch[p_q12];
}

#endif
