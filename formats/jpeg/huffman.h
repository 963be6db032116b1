/* Huffman codes of JPEG (ITU T.81, annexes C and F) and the bits they are written in, for both directions: hand a
 * symbol or bits over, and get back what both sides know. After trouble (no code, no bits left) everything is 0. */
#ifndef HUNCH_FORMATS_JPEG_HUFFMAN_H
#define HUNCH_FORMATS_JPEG_HUFFMAN_H

#include "formats/piece.h"

enum {
    HUFFMAN_HEAD = 16,    /* bytes of a table's counts of codes by length */
    HUFFMAN_BYTES_MOST = HUFFMAN_HEAD + 256,
    HUFFMAN_TABLES = 8,   /* of DC, then of AC, 4 each */
    HUFFMAN_LOOK = 9,     /* bits looked at at once */
    ENTROPY_BUFFER = 1024 /* bytes */
};

struct huffman {
    bool defined;
    uint8_t index; /* below HUFFMAN_TABLES */
    uint16_t look[1 << HUFFMAN_LOOK]; /* length << 8 | symbol; 0: longer, or no code */
    uint32_t above[18];  /* (length) the first code, left-aligned in 16 bits, that is longer; above[17] = 2^16 */
    int32_t offset[17];  /* (length) index of a code's symbol is offset + code */
    uint8_t symbols[256];
    uint16_t code[256];  /* (symbol) */
    uint8_t size[256];   /* (symbol) bits; 0: none */
};

/* From the counts and symbols of a DHT segment, `length` bytes left there. Bytes used; 0: no sound table. */
size_t hunch_jpeg_huffman_define(struct huffman *h, unsigned index, const uint8_t *bytes, size_t length);
/* The bytes of the table that the procedure of T.81, K.2, makes for symbols that were seen so often; 0: none. */
size_t hunch_jpeg_huffman_best(const uint32_t seen[256], uint8_t bytes[HUFFMAN_BYTES_MOST]);

/* The bits of a scan, read from memory or written to a joiner. */
struct entropy {
    bool writing, broken;
    uint64_t bits;  /* the last `count` bits, lowest last */
    unsigned count;
    const uint8_t *at, *end; /* reading */
    struct joiner *out;      /* writing; NULL: symbols are only counted */
    uint32_t (*seen)[256];   /* (table, symbol) counts; NULL: nobody wants them */
    unsigned held;           /* bytes in buffer */
    uint8_t buffer[ENTROPY_BUFFER];
};

unsigned hunch_jpeg_symbol(struct entropy *e, const struct huffman *h, unsigned symbol);
/* n <= 16 bits as a number. */
unsigned hunch_jpeg_bits(struct entropy *e, unsigned n, unsigned value);
/* Fills up the byte in hand: the bits that do so, highest first behind a 1 that marks their number (1: none).
 * When writing, they are taken from `pad` (the last of its bits). */
unsigned hunch_jpeg_align(struct entropy *e, unsigned pad);
/* Behind an aligned place: the marker FF `code`. */
void hunch_jpeg_restart(struct entropy *e, unsigned code);
/* Writing: gives all bytes to the joiner. */
void hunch_jpeg_flush(struct entropy *e);

#endif
