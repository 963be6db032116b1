/* Small numbers for contexts of pictures. */
#ifndef HUNCH_MODELS_IMAGE_HASH_H
#define HUNCH_MODELS_IMAGE_HASH_H

#include <stdint.h>

#include "base/bytes.h"

static inline uint32_t hash_mix(uint32_t a, uint32_t b) {
    uint32_t h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA6Bu;
    return h ^ h >> 15;
}

static inline uint32_t magnitude(int32_t v) {
    return v < 0 ? 0u - (uint32_t)v : (uint32_t)v;
}

static inline int32_t clamp_to(int32_t v, int32_t most) {
    return v < 0 ? 0 : v > most ? most : v;
}

/* The middle one of a, b and a third number. */
static inline int32_t median(int32_t a, int32_t b, int32_t c) {
    int32_t low = a < b ? a : b, high = a < b ? b : a;
    return c < low ? low : c > high ? high : c;
}

/* A difference in 64 classes: sign, and magnitude in half octaves: 0, 1, 2..3, 4..5, 6..7, 8..11, ... */
static inline uint32_t class_fine(int32_t d) {
    uint32_t m = magnitude(d), q = m;
    if (m >= 4) {
        unsigned e = log2_floor(m);
        q = 2 * e - 1 + (m >> (e - 1) & 1);
    } else if (m == 3) {
        q = 2;
    }
    return d < 0 ? 64 - q : q;
}

/* A difference in 16 classes (9 of them used). */
static inline uint32_t class_coarse(int32_t d) {
    uint32_t m = magnitude(d);
    uint32_t q = m == 0 ? 0 : m < 3 ? 1 : m < 8 ? 2 : m < 24 ? 3 : 4;
    return d < 0 ? 16 - q : q;
}

/* A size in quarter octaves of v + 4: 0..3 for themselves, 4 for 4 and 5, ... v < 2^31 */
static inline unsigned class_size(uint32_t v) {
    unsigned e = log2_floor(v + 4);
    return (e - 2) * 4 + ((v + 4) >> (e - 2) & 3);
}

#endif
