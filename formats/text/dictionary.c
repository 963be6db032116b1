#include "formats/text/dictionary.h"

#include <string.h>

#include "formats/text/hash.h"
#include "word_tables.h" /* made by tables.c */

const uint8_t *hunch_word_text(unsigned number, size_t *length) {
    *length = word_start[number + 1] - word_start[number];
    return (const uint8_t *)word_text + word_start[number];
}

unsigned hunch_word_find(const uint8_t *text, size_t length) {
    if (length > WORD_BYTES_MAX)
        return WORD_NONE;
    uint32_t slot = word_slot(text, length);
    while (word_slots[slot] != WORD_NONE) { /* the table is never full: tables.c sees to it */
        size_t found_length;
        const uint8_t *found = hunch_word_text(word_slots[slot], &found_length);
        if (found_length == length && memcmp(found, text, length) == 0)
            return word_slots[slot];
        slot = (slot + 1) & ((1u << WORD_SLOT_BITS) - 1);
    }
    return WORD_NONE;
}

size_t hunch_word_encode(unsigned number, uint8_t code[3]) {
    unsigned class = word_class[number];
    unsigned rank = number - class_start[class];
    code[0] = (uint8_t)(WORD_LEAD + class);
    if (class_start[class + 1] - class_start[class] == 1)
        return 1;
    if (rank < WORD_SHORT) {
        code[1] = (uint8_t)(0x80 + rank);
        return 2;
    }
    code[1] = (uint8_t)(WORD_LONG + (rank - WORD_SHORT) / 128);
    code[2] = (uint8_t)(0x80 + (rank - WORD_SHORT) % 128);
    return 3;
}

unsigned hunch_word_decode(const uint8_t *data, size_t size, size_t *length) {
    unsigned class = data[0] - WORD_LEAD;
    unsigned count = class_start[class + 1] - class_start[class], rank = 0;
    *length = 1;
    if (count > 1) {
        if (size < 2 || data[1] < 0x80)
            return WORD_NONE;
        rank = data[1] - 0x80u;
        *length = 2;
        if (data[1] >= WORD_LONG) {
            if (size < 3 || data[2] < 0x80)
                return WORD_NONE;
            rank = WORD_SHORT + (data[1] - WORD_LONG) * 128u + data[2] - 0x80u;
            *length = 3;
        }
    }
    return rank < count ? class_start[class] + rank : WORD_NONE;
}
