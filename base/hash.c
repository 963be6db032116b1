#include "base/hash.h"

/* The packaged header, compiled into this file alone. It picks vector code by what the compiler may use and falls
 * back to plain C, with equal values, when built with -mgeneral-regs-only. */
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t hunch_hash(const void *data, size_t length) {
    static const char none;
    return XXH3_64bits(length ? data : &none, length);
}
