#include "models/tensor/unit.h"

#include <stdbool.h>

static const uint32_t divisors[UNITS] = {0, 1, 10, 100, 1000, 10000, 100000, 1000000, 255, 256, 65535, 65536};

enum { SPLIT = 16 /* bits of a mantissa that are multiplied apart: 53 + 20 bits do not fit in 64 */ };

uint32_t hunch_unit_divisor(unsigned unit) {
    return unit < UNITS ? divisors[unit] : 0;
}

static int bias_of(unsigned mantissa) {
    return mantissa == 52 ? 1023 : 127;
}

int64_t hunch_unit_count(uint32_t divisor, unsigned mantissa, uint64_t float_bits) {
    unsigned exponent_bits = mantissa == 52 ? 11 : 8;
    int exponent = (int)(float_bits >> mantissa & ((1u << exponent_bits) - 1));
    bool minus = float_bits >> (mantissa + exponent_bits) & 1;
    uint64_t m = (float_bits & ((UINT64_C(1) << mantissa) - 1)) | UINT64_C(1) << mantissa;
    int shift = bias_of(mantissa) + (int)mantissa - exponent; /* |v| = m / 2^shift */
    if (mantissa == 23) { /* one way for both */
        m <<= 29;
        shift += 29;
    }
    if (exponent == 0 || shift <= SPLIT || shift > 52 + 24)
        return 0;
    uint64_t product = (m >> SPLIT) * divisor + ((m & ((1u << SPLIT) - 1)) * divisor >> SPLIT); /* < 2^57 */
    shift -= SPLIT;
    uint64_t k = (product + (UINT64_C(1) << (shift - 1))) >> shift;
    return minus ? -(int64_t)k : (int64_t)k;
}

uint64_t hunch_unit_float(uint32_t divisor, unsigned mantissa, int64_t k) {
    uint64_t size = k < 0 ? (uint64_t)0 - (uint64_t)k : (uint64_t)k;
    uint64_t sign = (uint64_t)(k < 0) << (mantissa == 52 ? 63 : 31);
    if (size == 0)
        return 0;
    unsigned up = (unsigned)__builtin_clzll(size);
    uint64_t q = (size << up) / divisor, r = (size << up) % divisor; /* q >= 2^43, r < 2^20 */
    unsigned more = (unsigned)__builtin_clzll(q);
    q = q << more | (r << more) / divisor; /* size / D = q / 2^(up + more), 2^63 <= q */
    bool below = (r << more) % divisor != 0;
    unsigned drop = 63 - mantissa;
    uint64_t half = UINT64_C(1) << (drop - 1), rest = q & (2 * half - 1), m = q >> drop;
    m += rest > half || (rest == half && (below || (m & 1)));
    int exponent = 63 - (int)(up + more) + bias_of(mantissa);
    /* the highest bit of m adds one to the exponent; if rounding has made it 2^(mantissa + 1), it adds two */
    return sign | (((uint64_t)(exponent - 1) << mantissa) + m);
}
