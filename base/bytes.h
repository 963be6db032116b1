/* Multi-byte values in byte arrays, little-endian on every machine, and checked size arithmetic. */
#ifndef HUNCH_BASE_BYTES_H
#define HUNCH_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t load_u16(const uint8_t *p) {
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load_u32(const uint8_t *p) {
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load_u64(const uint8_t *p) {
    return load_u32(p) | (uint64_t)load_u32(p + 4) << 32;
}

static inline void store_u16(uint8_t *p, uint16_t v) {
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void store_u32(uint8_t *p, uint32_t v) {
    store_u16(p, (uint16_t)v);
    store_u16(p + 2, (uint16_t)(v >> 16));
}

static inline void store_u64(uint8_t *p, uint64_t v) {
    store_u32(p, (uint32_t)v);
    store_u32(p + 4, (uint32_t)(v >> 32));
}

/* *sum = a + b; false when that overflows. */
static inline bool size_add(size_t a, size_t b, size_t *sum) {
    *sum = a + b;
    return *sum >= a;
}

/* *product = a * b; false when that overflows. */
static inline bool size_mul(size_t a, size_t b, size_t *product) {
    *product = a * b;
    return a == 0 || *product / a == b;
}

/* Index of the highest set bit; v must not be 0. */
static inline unsigned log2_floor(uint32_t v) {
    return 31u - (unsigned)__builtin_clz(v);
}

#endif
