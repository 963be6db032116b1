/* The hash by which tables.c places the words and dictionary.c finds them. */
#ifndef HUNCH_FORMATS_TEXT_HASH_H
#define HUNCH_FORMATS_TEXT_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { WORD_SLOT_BITS = 16 };

/* FNV-1a (Fowler, Noll, Vo), its high half folded down. */
static inline uint32_t word_slot(const uint8_t *text, size_t length) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ text[i]) * 16777619u;
    return (h ^ h >> 16) & ((1u << WORD_SLOT_BITS) - 1);
}

#endif
