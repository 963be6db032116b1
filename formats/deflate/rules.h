/* The rules by which a compressor of zlib's family chose tokens and blocks. */
#ifndef HUNCH_FORMATS_DEFLATE_RULES_H
#define HUNCH_FORMATS_DEFLATE_RULES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LEVEL_LITERALS = 0, /* no matches; 1..9: levels of zlib */
    LEVEL_RUNS = 10,    /* only matches with the byte before */
    LEVELS,
    LEVEL_LAZY = 4, /* from this level on a match waits for a better one at the next byte */
    WINDOW_BITS_LEAST = 9,
    WINDOW_BITS_MOST = 15,
    HASH_BITS_LEAST = 8,
    HASH_BITS_MOST = 16,
    BLOCK_BITS_LEAST = 7,
    BLOCK_BITS_MOST = 15,
    REACH_MARGIN = 262, /* bytes: no match begins further back than the window's size less this */
};

struct rules {
    unsigned level;
    bool filtered; /* matches of up to 5 bytes are not worth it (levels of LEVEL_LAZY and up) */
    bool far;      /* matches of 3 bytes count however far they are (levels of LEVEL_LAZY and up), as OptiPNG has it */
    bool full;     /* an empty stored block forgets all before it and the byte behind it, as zlib's full flush does */
    bool fixed;    /* blocks use the fixed codes */
    bool cut;      /* blocks may end early where that looks good, as gzip and zip do (not zlib) */
    unsigned window_bits;
    unsigned hash_bits;
    unsigned block_bits; /* a block ends with token 2^block_bits - 1; 0: no such rule */
};

/* The rules as two numbers; false when the numbers are no rules. */
void hunch_rules_pack(const struct rules *rules, uint64_t numbers[2]);
bool hunch_rules_unpack(struct rules *rules, const uint64_t numbers[2]);

/* How hard a level searches. */
struct effort {
    uint16_t good;  /* bytes: a match of so many that waits makes the search for a better one shorter */
    uint16_t lazy;  /* bytes: a match of so many does not wait; below LEVEL_LAZY: of more is not entered into
                       the hash */
    uint16_t nice;  /* bytes: a match of so many ends the search */
    uint16_t chain; /* candidates that are looked at */
};

const struct effort *hunch_rules_effort(const struct rules *rules);

#endif
