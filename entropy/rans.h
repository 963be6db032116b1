/* Static asymmetric numeral systems (J. Duda, 2009) for tables of small symbols: coded once, read in bulk, at a
 * fraction of the range coder's time per symbol. What adapts while it codes belongs to entropy/coder.h instead.
 *
 * READ ME FIRST. A state x is a number. Coding symbol s, which owns the slots [start, start + f) of 4096, maps
 *     x -> (x / f) * 4096 + start + x % f        x grows by 4096 / f: by -log2(f / 4096) bits
 * and the slot x % 4096 names s when read, which undoes the step:
 *     x -> f * (x / 4096) + x % 4096 - start
 * The last symbol written is thus the first one read: the encoder walks backwards and so do its bytes. States stay
 * in [2^23, 2^31): before a step that would leave it the encoder puts out low bytes (x < 2^19 * f keeps the result
 * below 2^31), the decoder takes them back while x < 2^23. Symbol i belongs to lane i % lanes; the lanes' states do not
 * wait for each other and share one run of bytes.
 *
 * Payload: length of the table (2 bytes) | table | a state per lane (4 bytes each) | renormalisation bytes.
 * The table is coded by the mirror, about 2 bits and the mantissa for each frequency. The encoder begins in state
 * 2^23, the decoder must end there with all bytes read: most damage is seen.
 */
#ifndef HUNCH_ENTROPY_RANS_H
#define HUNCH_ENTROPY_RANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "entropy/coder.h"

enum {
    RANS_BITS = 12, /* frequencies are counted in 1/4096 */
    RANS_SLOTS = 1 << RANS_BITS,
    RANS_SYMBOLS = 256,         /* most symbols of an alphabet */
    RANS_LANES = 4,             /* states that take turns ... */
    RANS_LANES_FROM = 1024,     /* ... from this many symbols on; below, one lane saves 12 bytes */
    RANS_TABLE_BOUND = 2304,    /* bytes: 255 frequencies of 4 bits at 14 each and 12 raw ones take 2168 */
};

/* Scales counts[0 .. n - 1] to frequencies of sum 4096, each >= 1 where the count is not 0; the deviation goes where
 * it costs least. 1 <= n <= 256, not all counts 0. Depends on the counts alone. */
void hunch_rans_normalise(uint16_t *frequency, const uint32_t *counts, unsigned n);

/* Codes the n frequencies in the coder's direction. Decoding: false when they are not those of a table. */
bool hunch_rans_table(struct coder *c, uint16_t *frequency, unsigned n);

/* The most bytes that coding `count` symbols takes; 0 when that does not fit a size_t. */
size_t hunch_rans_bound(size_t count);

/* Codes symbols[0 .. count - 1], each below n, with the table of their counts; 1 <= n <= 256, 1 <= count < 2^32.
 * Encoding fills payload (at most `length` bytes) and returns the bytes used, 0 when they do not fit. Decoding fills
 * symbols from all `length` bytes of the payload and returns `length`, 0 when it is damaged; symbols then hold
 * numbers below n and nothing of worth. Measuring returns what encoding would and ignores the payload. */
size_t hunch_rans_code(enum coder_direction direction, uint8_t *symbols, size_t count, unsigned n, uint8_t *payload,
                       size_t length);

#endif
