/* The alphabets of deflate (RFC 1951, 3.2.5): which symbol stands for a length or a distance, and how many
 * bits follow it. The tables of the RFC are arithmetic: behind the first symbols, 4 (lengths) or 2
 * (distances) share a power of 2. */
#ifndef HUNCH_FORMATS_DEFLATE_ALPHABET_H
#define HUNCH_FORMATS_DEFLATE_ALPHABET_H

#include <stdint.h>

#include "base/bytes.h"

enum {
    LITERALS = 286, /* symbols of literals, the end and lengths */
    LITERALS_FIXED = 288, /* with those that the fixed code has and nobody may use */
    DISTANCES = 30,
    DISTANCES_FIXED = 32,
    SYMBOL_END = 256,
    LENGTH_LEAST = 3, /* bytes of a match */
    LENGTH_MOST = 258,
    DISTANCE_MOST = 32768,
    CODE_BITS_MOST = 15,
    HEADS = 19, /* symbols that describe code lengths */
    HEAD_BITS_MOST = 7,
    HEAD_REPEAT = 16, /* the length before, 3..6 times */
    HEAD_ZEROS = 17,  /* 3..10 times 0 */
    HEAD_ZEROS_LONG = 18, /* 11..138 times 0 */
    STORED_MOST = 65535, /* bytes of a stored block */
};

static inline unsigned length_symbol(unsigned length) {
    unsigned l = length - LENGTH_LEAST;
    if (length == LENGTH_MOST)
        return 285;
    if (l < 8)
        return 257 + l;
    unsigned extra = log2_floor(l) - 2;
    return 257 + 4 * extra + (l >> extra);
}

/* Bits behind the symbol of a length, 257..285. */
static inline unsigned length_extra(unsigned symbol) {
    return symbol < 265 || symbol == 285 ? 0 : (symbol - 261) >> 2;
}

/* The shortest length of that symbol. */
static inline unsigned length_base(unsigned symbol) {
    if (symbol == 285)
        return LENGTH_MOST;
    if (symbol < 265)
        return symbol - 257 + LENGTH_LEAST;
    return LENGTH_LEAST + ((4 + ((symbol - 261) & 3)) << length_extra(symbol));
}

static inline unsigned distance_symbol(unsigned distance) {
    unsigned d = distance - 1;
    if (d < 4)
        return d;
    unsigned log = log2_floor(d);
    return 2 * log + (d >> (log - 1) & 1);
}

static inline unsigned distance_extra(unsigned symbol) {
    return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

static inline unsigned distance_base(unsigned symbol) {
    return symbol < 4 ? symbol + 1 : 1 + ((2 + (symbol & 1)) << distance_extra(symbol));
}

/* The order in which the lengths of the codes of code lengths are written. */
static inline unsigned head_order(unsigned place) {
    static const uint8_t order[HEADS] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    return order[place];
}

static inline unsigned head_extra(unsigned symbol) {
    return symbol == HEAD_REPEAT ? 2 : symbol == HEAD_ZEROS ? 3 : symbol == HEAD_ZEROS_LONG ? 7 : 0;
}

/* The least number of lengths that a symbol stands for. */
static inline unsigned head_base(unsigned symbol) {
    return symbol < HEAD_REPEAT ? 1 : symbol == HEAD_ZEROS_LONG ? 11 : 3;
}

/* Lengths of the fixed codes. */
static inline uint8_t fixed_length(unsigned symbol) {
    return symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8;
}

enum { FIXED_DISTANCE_BITS = 5 };

#endif
