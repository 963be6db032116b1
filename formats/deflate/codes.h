/* Canonical Huffman codes (RFC 1951, 3.2.2), to write symbols or to read them. */
#ifndef HUNCH_FORMATS_DEFLATE_CODES_H
#define HUNCH_FORMATS_DEFLATE_CODES_H

#include "formats/deflate/alphabet.h"
#include "formats/deflate/bits.h"

enum { CODES_FAST_BITS = 10 };

struct codes {
    uint8_t length[LITERALS_FIXED];
    uint16_t code[LITERALS_FIXED];             /* to write: the first bit of the code lowest */
    uint16_t fast[1 << CODES_FAST_BITS];       /* to read, by the next bits: symbol << 4 | length; 0: a longer code */
    uint16_t count[CODE_BITS_MOST + 1];        /* codes of this length */
    uint16_t sorted[LITERALS_FIXED];           /* symbols, by length and value */
};

/* Makes codes of n lengths, 0..15. False when they are no code that a reader could accept: codes are complete, or there
 * is one of one bit, or none; a writer need not care. */
bool hunch_codes_make(struct codes *codes, const uint8_t *lengths, unsigned n, bool reading);

/* Reads a symbol whose code is longer than the table's. */
unsigned hunch_codes_read_long(const struct codes *codes, struct bits *b);

/* Writes a symbol or reads one; what both sides know then. */
static inline unsigned codes_symbol(const struct codes *codes, struct bits *b, unsigned symbol) {
    if (bits_writing(b)) {
        bits_field(b, codes->length[symbol], codes->code[symbol]);
        return symbol;
    }
    bits_fill(b);
    unsigned entry = codes->fast[b->hold & ((1u << CODES_FAST_BITS) - 1)];
    if (entry == 0)
        return hunch_codes_read_long(codes, b);
    bits_drop(b, entry & 15);
    return entry >> 4;
}

#endif
