/* Numbers made few: what contexts are made of. */
#ifndef HUNCH_MODELS_DCT_SCALE_H
#define HUNCH_MODELS_DCT_SCALE_H

#include "base/bytes.h"

enum {
    CLASS_SIGNED = 16, /* classes of signed numbers are below twice that, 0 is this one */
    LOG_MOST = 8191,   /* larger numbers are held there */
    LOG_BUCKETS = 22   /* log_q3 >> 3 is below LOG_BUCKETS - 1 */
};

static inline unsigned least(unsigned a, unsigned b) {
    return a < b ? a : b;
}

static inline unsigned magnitude(int32_t v) {
    return (unsigned)(v < 0 ? -v : v);
}

/* 0, 1, 2, 3, 4, 5..6, 7..8, 9..12, 13..16, ...: two classes for each doubling. Below 40 for v < 2^19. */
static inline unsigned class_of(unsigned v) {
    if (v < 5)
        return v;
    unsigned l = log2_floor(v - 1);
    return 2 * l + ((v - 1) >> (l - 1) & 1) + 1;
}

/* The class, 1 .. 31, of a number in 1/8 that is compared with `sign` (1 or -1). */
static inline unsigned class_signed(int32_t v_q3, int32_t sign) {
    unsigned m = least(class_of(magnitude(v_q3) >> 1), CLASS_SIGNED - 1);
    return (v_q3 < 0) == (sign < 0) ? CLASS_SIGNED + m : CLASS_SIGNED - m;
}

/* Bits of a number. */
static inline unsigned length_of(uint32_t v) {
    return v ? log2_floor(v) + 1 : 0;
}

/* Two for each doubling of v + 8, in 1/8, linear between. */
static inline unsigned log_q3(unsigned v) {
    v = least(v, LOG_MOST) + 8;
    unsigned l = log2_floor(v);
    return (l - 3) * 16 + ((v << 4 >> l) & 15);
}

#endif
