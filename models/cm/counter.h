/* Adaptive probabilities.
 *
 * A map entry is p in 1/2^22 (high) and the number of updates (low 10 bits): p += (bit - p) / (n + 1.5) until n
 * reaches a limit, so that it is an average at first and forgets later. */
#ifndef HUNCH_MODELS_CM_COUNTER_H
#define HUNCH_MODELS_CM_COUNTER_H

#include <stdint.h>

enum { COUNTER_LIMIT = 1023 };

/* reciprocal[n] = 65536 / (n + 1.5) */
static inline void counter_reciprocals(int32_t reciprocal[COUNTER_LIMIT + 1]) {
    for (int32_t n = 0; n <= COUNTER_LIMIT; n++)
        reciprocal[n] = 131072 / (2 * n + 3);
}

static inline uint32_t counter_start(uint32_t p_q22) {
    return p_q22 << 10;
}

static inline uint32_t counter_p_q12(uint32_t counter) {
    return counter >> 20;
}

static inline void counter_update(uint32_t *counter, unsigned bit, const int32_t *reciprocal) {
    uint32_t n = *counter & 1023;
    int32_t p = (int32_t)(*counter >> 10);
    int32_t error = (int32_t)(bit << 22) - (int32_t)bit - p; /* |error| < 2^22, reciprocal < 2^16 */
    p += (int32_t)((int64_t)error * reciprocal[n] >> 16);
    *counter = (uint32_t)p << 10 | (n + (n < COUNTER_LIMIT));
}

#endif
