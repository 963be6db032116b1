/* The mirror: one coder object with a direction. Hand it a symbol; it hands back the symbol that both sides now
 * know. Encoding writes and returns yours, decoding ignores yours and returns what was read, measuring writes
 * nothing and adds the cost.
 *
 * Range coder with carry propagation (G. N. N. Martin, 1979; the byte-wise form of M. Schindler): the interval
 * [low, low + range) shrinks by each symbol's share; when range < 2^24 its top byte is written. A carry out of low
 * ripples into the byte held back (`cache`) and the run of 0xFF behind it. Probabilities of bits have 22 bits:
 * range >= 2^24 keeps every share >= 4.
 */
#ifndef HUNCH_ENTROPY_CODER_H
#define HUNCH_ENTROPY_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum coder_direction { CODER_ENCODE, CODER_DECODE, CODER_MEASURE };

enum coder_trouble {
    CODER_FINE = 0,
    CODER_FULL,     /* encoding: the payload does not fit its bound (the block is better stored) */
    CODER_DAMAGED,  /* decoding: a value was read that no encoder writes */
    CODER_NO_MEMORY /* a library that a model calls could not allocate */
};

enum { CODER_P_BITS = 22 }; /* bits of a binary probability */

struct coder {
    enum coder_direction direction;
    enum coder_trouble trouble; /* sticky; the model runs on regardless and its output is thrown away */
    uint32_t range;
    uint32_t code;       /* decoding: the payload's value relative to low */
    uint64_t low;        /* encoding: 33 bits, the top one a carry */
    uint64_t held;       /* encoding: bytes held back: cache, then held - 1 times 0xFF */
    uint8_t cache;       /* encoding */
    uint8_t *start;      /* of the payload */
    uint8_t *at;         /* next byte of the payload */
    uint8_t *end;        /* one past its last */
    uint64_t cost_bits;     /* measuring: -log2 of the product of all probabilities so far is cost_bits minus */
    uint32_t cost_mantissa; /* log2(cost_mantissa / 2^31), 2^31 <= cost_mantissa */
};

/* `payload` is written when encoding (up to `length` bytes), read when decoding, ignored when measuring. */
void hunch_coder_init(struct coder *c, enum coder_direction direction, uint8_t *payload, size_t length);

/* Ends the payload and returns its length in bytes: written (encoding), read (decoding), or the cost rounded up
 * (measuring; within 8 bytes of what encoding gives, and one bit more for each 65536 that are near certain, as each
 * cost is rounded up). The payload ends in the shortest number inside the last interval and without its trailing
 * zero bytes: a decoder reads zeros behind the end. */
size_t hunch_coder_finish(struct coder *c);

/* Out of line, a few times per hundred bits. */
void hunch_coder_shift(struct coder *c);            /* encode: move the top byte of low out */
uint32_t hunch_cost_q16(uint32_t p_q22);            /* -log2(p / 2^22) in 1/65536 bit; 1 <= p <= 2^22 */

static inline void coder_fail(struct coder *c, enum coder_trouble trouble) {
    if (c->trouble == CODER_FINE)
        c->trouble = trouble;
}

/* Decoding: one more byte of the payload; zeros behind its end (whether it is whole, its own check has told). */
static inline uint32_t coder_next(struct coder *c) {
    return c->at < c->end ? *c->at++ : 0;
}

static inline void coder_refill(struct coder *c) {
    while (c->range < 1u << 24) {
        c->range <<= 8;
        if (c->direction == CODER_DECODE)
            c->code = c->code << 8 | coder_next(c);
        else
            hunch_coder_shift(c);
    }
}

/* Measuring: one more probability, 1 <= p <= 2^22, into the product. */
static inline void coder_spend(struct coder *c, uint32_t p_q22) {
    uint64_t product = (uint64_t)c->cost_mantissa * p_q22; /* < 2^55 */
    unsigned shift = 32u - (unsigned)__builtin_clzll(product); /* 0 .. 23: back to 32 bits */
    c->cost_mantissa = (uint32_t)(product >> shift);
    c->cost_bits += CODER_P_BITS - shift;
}

/* One bit; p_one is the probability that it is 1, in 1/2^22, 1 <= p_one < 2^22. */
static inline unsigned coder_bit(struct coder *c, uint32_t p_one, unsigned bit) {
    uint32_t bound = (uint32_t)((uint64_t)c->range * p_one >> CODER_P_BITS); /* share of 1, at the bottom */
    if (c->direction == CODER_MEASURE) {
        coder_spend(c, bit ? p_one : (1u << CODER_P_BITS) - p_one);
        return bit;
    }
    if (c->direction == CODER_DECODE)
        bit = c->code < bound;
    if (bit) {
        c->range = bound;
    } else {
        c->range -= bound;
        if (c->direction == CODER_DECODE)
            c->code -= bound;
        else
            c->low += bound;
    }
    coder_refill(c);
    return bit;
}

/* `count` <= 16 equally likely bits, as one number. */
unsigned hunch_coder_raw(struct coder *c, unsigned count, unsigned value);

/* One symbol of n (1 <= n <= 65535), distribution cdf[0] = 0 < cdf[1] < ... < cdf[n] = 1 << bits, bits <= 16. */
unsigned hunch_coder_symbol(struct coder *c, const uint32_t *cdf, unsigned n, unsigned bits, unsigned symbol);

#endif
