#include "formats/deflate/rules.h"

/* First number: level, then the three flags; second: 3 bits for the window, 4 for the hash, 4 for the block,
 * then two flags. */
enum { FILTERED = 16, FIXED = 32, CUT = 64, FAR = 2048, FULL = 4096, FIRST_MOST = 127, SECOND_MOST = 8191 };

void hunch_rules_pack(const struct rules *rules, uint64_t numbers[2]) {
    numbers[0] = rules->level | (rules->filtered ? FILTERED : 0) | (rules->fixed ? FIXED : 0) | (rules->cut ? CUT : 0);
    numbers[1] = (rules->window_bits - WINDOW_BITS_LEAST) | (rules->hash_bits - HASH_BITS_LEAST) << 3 |
                 (rules->block_bits ? rules->block_bits - BLOCK_BITS_LEAST + 1 : 0) << 7 |
                 (rules->far ? FAR : 0) | (rules->full ? FULL : 0);
}

bool hunch_rules_unpack(struct rules *rules, const uint64_t numbers[2]) {
    if (numbers[0] > FIRST_MOST || numbers[1] > SECOND_MOST)
        return false;
    unsigned first = (unsigned)numbers[0], second = (unsigned)numbers[1], block = second >> 7 & 15;
    *rules = (struct rules){
        .level = first & 15,
        .filtered = first & FILTERED,
        .far = second & FAR,
        .full = second & FULL,
        .fixed = first & FIXED,
        .cut = first & CUT,
        .window_bits = WINDOW_BITS_LEAST + (second & 7),
        .hash_bits = HASH_BITS_LEAST + (second >> 3 & 15),
        .block_bits = block ? BLOCK_BITS_LEAST - 1 + block : 0,
    };
    return rules->level < LEVELS && rules->window_bits <= WINDOW_BITS_MOST && rules->hash_bits <= HASH_BITS_MOST &&
           rules->block_bits <= BLOCK_BITS_MOST;
}

const struct effort *hunch_rules_effort(const struct rules *rules) {
    static const struct effort table[LEVELS] = {
        [1] = {4, 4, 8, 4},        [2] = {4, 5, 16, 8},       [3] = {4, 6, 32, 32},
        [4] = {4, 4, 16, 16},      [5] = {8, 16, 32, 32},     [6] = {8, 16, 128, 128},
        [7] = {8, 32, 128, 256},   [8] = {32, 128, 258, 1024}, [9] = {32, 258, 258, 4096},
    };
    return &table[rules->level];
}
