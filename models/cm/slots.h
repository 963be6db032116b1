/* The table of bit histories: a slot holds the 15 nodes of one nibble's binary tree in one context, behind a check
 * byte. Four slots share a cache line; a new context takes the slot with the least evidence of its line. */
#ifndef HUNCH_MODELS_CM_SLOTS_H
#define HUNCH_MODELS_CM_SLOTS_H

#include <stdint.h>
#include <string.h>

enum { SLOT_BYTES = 16, LINE_BYTES = 64, LINE_SLOTS = 4 };

/* Where in a table of line_mask + 1 lines the slots of a (hashed) context are. */
static inline uint8_t *slots_line(uint8_t *table, uint32_t line_mask, uint32_t hash) {
    uint32_t h = hash * 0x85EBCA6Bu;
    return table + (size_t)((h ^ h >> 16) & line_mask) * LINE_BYTES;
}

/* The slot of the context in its line; a fresh one is zeroed. Node 1 of a slot in use is never 0 for long: it is
 * the first that is updated. */
static inline uint8_t *slots_find(uint8_t *line, uint32_t hash) {
    uint8_t check = (uint8_t)(hash * 0x2545F491u >> 24);
    uint8_t *worst = line;
    for (unsigned i = 0; i < LINE_SLOTS; i++) {
        uint8_t *slot = line + i * SLOT_BYTES;
        if (slot[0] == check && slot[1])
            return slot;
        if (slot[1] < worst[1])
            worst = slot;
    }
    memset(worst, 0, SLOT_BYTES);
    worst[0] = check;
    return worst;
}

#endif
