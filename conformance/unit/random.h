/* Seeded random numbers for tests: the same on every machine. xorshift64* (S. Vigna, 2016). */
#ifndef CONFORMANCE_UNIT_RANDOM_H
#define CONFORMANCE_UNIT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* The next number; *state is the seed at first, not 0. */
static inline uint32_t random_u32(uint64_t *state) {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (uint32_t)(*state * UINT64_C(2685821657736338717) >> 32);
}

/* 0 <= result < n; n > 0. */
static inline uint32_t random_below(uint64_t *state, uint32_t n) {
    return (uint32_t)((uint64_t)random_u32(state) * n >> 32);
}

static inline void random_fill(uint64_t *state, uint8_t *data, size_t length) {
    for (size_t i = 0; i < length; i++)
        data[i] = (uint8_t)(random_u32(state) >> 24);
}

#endif
