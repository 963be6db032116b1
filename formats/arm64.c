/* AArch64 machine code: the targets of BL and of ADRP become absolute, so that all calls of one function and
 * all uses of one page look the same, wherever they stand. doc/spec/arm64.md has the rules. Instructions are
 * 4 bytes, aligned in the block; the bits that tell them from others are left as they are, so that join sees
 * the same ones.
 */
#include "formats/format.h"

#include <string.h>

#include "base/bytes.h"

enum {
    WORD = 4,              /* bytes */
    CALL_BITS = 26,        /* of BL: its distance in words */
    PAGE_LOG2 = 12,        /* ADRP counts pages */
    PAGES_BITS = 21,       /* of ADRP: its distance in pages, */
    PAGES_NEAR_BITS = 16,  /* rewritten from -2^15 to 2^15 - 1: 1 in 32 of random ones */
    PROBE_WORDS = 1 << 12, /* in each of so many of the words */
    PROBE_STEP = 1 << 14,  /* are looked at */
    CODE_RARITY = 256,     /* a BL that hits the block in so many words: code or a tenth part of it */
    MISS_MOST = 2          /* one in so many of the words that may be BL hits */
};

/* BL: 100101 and the distance. */
static bool is_call(uint32_t word) {
    return word >> CALL_BITS == 0x25;
}

/* ADRP: 1, the lowest 2 bits of the distance, 10000, the upper 19 bits, 5 bits of a register. */
static bool is_page(uint32_t word) {
    return (word & 0x9F000000) == 0x90000000;
}

static uint32_t rewritten_call(uint32_t word, uint32_t base) {
    uint32_t distance = (UINT32_C(1) << CALL_BITS) - 1;
    return (word & ~distance) | ((word + base) & distance);
}

static uint32_t rewritten_page(uint32_t word, uint32_t base) {
    uint32_t near = UINT32_C(1) << PAGES_NEAR_BITS, mask = (UINT32_C(1) << PAGES_BITS) - 1;
    uint32_t pages = (word >> 29 & 3) | (word >> 3 & 0x1FFFFC);
    if (((pages + near / 2) & mask) >= near)
        return word;
    pages = (((pages + base) & (near - 1)) ^ near / 2) - near / 2;
    return (word & 0x9F00001F) | (pages & 3) << 29 | (pages & 0x1FFFFC) << 3;
}

/* Adds what an instruction's place stands for to its distance, or takes it away. */
static void rewrite(uint8_t *code, size_t length, bool split) {
    for (size_t at = 0; at + WORD <= length; at += WORD) {
        uint32_t word = load_u32(code + at), words = (uint32_t)(at / WORD),
                 pages = (uint32_t)(at >> PAGE_LOG2);
        if (is_call(word))
            store_u32(code + at, rewritten_call(word, split ? words : 0 - words));
        else if (is_page(word))
            store_u32(code + at, rewritten_page(word, split ? pages : 0 - pages));
    }
}

static bool arm64_probe(const uint8_t *data, size_t length) {
    size_t seen = 0, likely = 0, hits = 0;
    for (size_t i = 0; i < length / WORD; i += i % PROBE_STEP == PROBE_WORDS ? PROBE_STEP - PROBE_WORDS : 1) {
        uint32_t word = load_u32(data + i * WORD);
        seen++;
        if (!is_call(word))
            continue;
        likely++;
        hits += (rewritten_call(word, (uint32_t)i) & ((UINT32_C(1) << CALL_BITS) - 1)) < length / WORD;
    }
    return hits > 0 && hits * CODE_RARITY >= seen && hits * MISS_MOST >= likely;
}

static size_t arm64_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    if (length > capacity)
        return 0;
    memcpy(out, data, length);
    rewrite(out, length, true);
    return length;
}

static bool arm64_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    if (size != length)
        return false;
    memcpy(out, data, length);
    rewrite(out, length, false);
    return true;
}

const struct format hunch_format_arm64 = {
    .id = 4,
    .name = "arm64",
    .summary = "AArch64 code, addresses absolute",
    .content = {CONTENT_BYTES, 0},
    .probe = arm64_probe,
    .split = arm64_split,
    .join = arm64_join,
};
