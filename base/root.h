/* Square roots of integers, rounded down, without a division.
 *
 * Newton's method for y = 1 / sqrt(t), y = y * (3 - t * y * y) / 2, on the number scaled to t in [1, 4): the
 * error e of y becomes 3/2 e^2. Straight lines over [1, 2) and [2, 4) begin with |e| < 0.023; three rounds
 * leave what rounding to 2^-29 leaves. t * y is the root but for a few units in 2^31, which the last two
 * loops mend: the result is exact whatever the steps before them have made of it. */
#ifndef HUNCH_BASE_ROOT_H
#define HUNCH_BASE_ROOT_H

#include <stdint.h>

/* The integer part of the root of v, 0 < v < 2^63. */
static inline uint32_t root_u64(uint64_t v) {
    const uint64_t one_q29 = UINT64_C(1) << 29;
    unsigned up = (unsigned)__builtin_clzll(v) & ~1u;
    uint64_t t_q29 = v << up >> 33;
    uint64_t y_q31 = t_q29 < 2 * one_q29 ? UINT64_C(2714419331) - (t_q29 * 614824568 >> 29)
                                         : UINT64_C(1919384316) - (t_q29 * 217373311 >> 29);
    for (unsigned round = 0; round < 3; round++) {
        uint64_t product_q29 = t_q29 * (y_q31 * y_q31 >> 33) >> 29;
        y_q31 = y_q31 * (3 * one_q29 - product_q29) >> 30;
    }
    uint64_t x = (t_q29 * y_q31 >> 29) >> (up / 2);
    while (x * x > v)
        x--;
    while ((x + 1) * (x + 1) <= v)
        x++;
    return (uint32_t)x;
}

#endif
