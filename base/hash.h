/* XXH3-64 (Y. Collet), the one checksum of the house: seed 0, the default secret, over bytes in memory. */
#ifndef HUNCH_BASE_HASH_H
#define HUNCH_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* XXH3-64 of `length` bytes; data may be NULL when length is 0. */
uint64_t hunch_hash(const void *data, size_t length);

/* Its low 32 bits: the short form in the headers of the container. */
static inline uint32_t hash_low(const void *data, size_t length) {
    return (uint32_t)hunch_hash(data, length);
}

#endif
