/* The bits of a deflate stream, lowest first, in either direction: one function names each field, and the direction
 * says whether it is written or read. */
#ifndef HUNCH_FORMATS_DEFLATE_BITS_H
#define HUNCH_FORMATS_DEFLATE_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

struct bits {
    const uint8_t *in; /* read from there, */
    uint8_t *out;      /* or, where this is not NULL, written here */
    size_t length;     /* bytes that there are */
    size_t at;         /* of the next byte */
    uint64_t hold;     /* bits on their way, the next one lowest */
    unsigned held;
    bool broken; /* the bytes did not suffice */
};

static inline bool bits_writing(const struct bits *b) {
    return b->out != NULL;
}

/* Reading: at least 32 bits are held, where the stream has them; zeros stand behind its end. */
static inline void bits_fill(struct bits *b) {
    if (b->held >= 32)
        return;
    if (b->length - b->at >= 4) {
        b->hold |= (uint64_t)load_u32(b->in + b->at) << b->held;
        b->at += 4;
        b->held += 32;
        return;
    }
    while (b->held < 32 && b->at < b->length) {
        b->hold |= (uint64_t)b->in[b->at++] << b->held;
        b->held += 8;
    }
}

/* Reading: n of the bits are used up. */
static inline void bits_drop(struct bits *b, unsigned n) {
    if (n > b->held) {
        b->broken = true;
        n = b->held;
    }
    b->hold >>= n;
    b->held -= n;
}

/* Writing: the whole bytes among the bits that are held go out. */
static inline void bits_flush(struct bits *b) {
    while (b->held >= 8) {
        if (b->at < b->length)
            b->out[b->at++] = (uint8_t)b->hold;
        else
            b->broken = true;
        b->hold >>= 8;
        b->held -= 8;
    }
}

/* A field of n bits, 0..16; gives back what both sides now know. */
static inline uint32_t bits_field(struct bits *b, unsigned n, uint32_t value) {
    uint32_t mask = (1u << n) - 1;
    if (bits_writing(b)) {
        b->hold |= (uint64_t)(value & mask) << b->held;
        b->held += n;
        if (b->held >= 32)
            bits_flush(b);
        return value & mask;
    }
    bits_fill(b);
    value = (uint32_t)b->hold & mask;
    bits_drop(b, n);
    return value;
}

/* Bits that are left of the byte in hand. */
static inline unsigned bits_to_byte(const struct bits *b) {
    return bits_writing(b) ? (8 - b->held % 8) % 8 : b->held % 8;
}

/* The bytes that are used up, the byte in hand included. */
static inline size_t bits_bytes(const struct bits *b) {
    return bits_writing(b) ? b->at + (b->held + 7) / 8 : b->at - b->held / 8;
}

/* n whole bytes at a byte's border: copied from `bytes` when written; passed over when read, and then where they
 * stand; NULL when the stream has not so many. */
const uint8_t *hunch_bits_bytes(struct bits *b, const uint8_t *bytes, size_t n);

#endif
