#include "entropy/coder.h"

#include "base/bytes.h"

void hunch_coder_init(struct coder *c, enum coder_direction direction, uint8_t *payload, size_t length) {
    *c = (struct coder){.direction = direction, .range = UINT32_MAX, .start = payload};
    c->cost_mantissa = UINT32_C(1) << 31;
    if (direction == CODER_MEASURE)
        return;
    c->at = payload;
    c->end = payload + length;
    for (int i = 0; direction == CODER_DECODE && i < 4; i++)
        c->code = c->code << 8 | coder_next(c);
}

static void put(struct coder *c, uint8_t byte) {
    if (c->at < c->end)
        *c->at++ = byte;
    else
        coder_fail(c, CODER_FULL);
}

void hunch_coder_shift(struct coder *c) {
    bool carry = c->low >> 32;
    /* the first byte is always held as the cache: no carry can reach it, as all numbers coded are below 2^32 */
    if (carry || c->low < 0xFF000000u || c->held == 0) {
        if (c->held) {
            put(c, (uint8_t)(c->cache + carry));
            for (; c->held > 1; c->held--)
                put(c, (uint8_t)(0xFF + carry));
        }
        c->cache = (uint8_t)(c->low >> 24);
        c->held = 0;
    }
    c->held++;
    c->low = (c->low & 0x00FFFFFFu) << 8;
}

/* The number in [low, low + range) with the most trailing zero bits, so that zero bytes can be left out. */
static uint64_t shortest(uint64_t low, uint32_t range) {
    for (unsigned zeros = 32; zeros > 0; zeros--) {
        uint64_t mask = (UINT64_C(1) << zeros) - 1;
        uint64_t value = (low + mask) & ~mask;
        if (value - low < range)
            return value;
    }
    return low;
}

/* The bits of the product, rounded up to bytes: its mantissa is between a half and one of 2^32. */
static size_t cost_bytes(const struct coder *c) {
    uint64_t bits_q16 = (c->cost_bits << 16) - (1 << 16) + hunch_cost_q16(c->cost_mantissa >> 10);
    return (size_t)((bits_q16 + (8 << 16) - 1) >> 19);
}

size_t hunch_coder_finish(struct coder *c) {
    if (c->direction == CODER_MEASURE)
        return cost_bytes(c);
    if (c->direction == CODER_ENCODE) {
        c->low = shortest(c->low, c->range);
        for (int i = 0; i < 5; i++)
            hunch_coder_shift(c);
        while (c->at > c->start && c->at[-1] == 0)
            c->at--;
    }
    return (size_t)(c->at - c->start);
}

/* log2 by squaring: for x in [1, 2), the next binary digit of log2 x is whether x^2 >= 2. */
uint32_t hunch_cost_q16(uint32_t p_q22) {
    unsigned whole = log2_floor(p_q22);
    uint64_t x = (uint64_t)p_q22 << (31 - whole); /* [2^31, 2^32) */
    uint32_t fraction = 0;
    for (int i = 0; i < 16; i++) {
        x = x * x >> 31;
        fraction = fraction << 1 | (uint32_t)(x >> 32);
        x >>= x >> 32;
    }
    return ((uint32_t)CODER_P_BITS << 16) - ((whole << 16) + fraction);
}

unsigned hunch_coder_raw(struct coder *c, unsigned count, unsigned value) {
    unsigned result = 0;
    while (count-- > 0)
        result = result << 1 | coder_bit(c, 1u << (CODER_P_BITS - 1), value >> count & 1);
    return result;
}

/* The symbol whose interval holds `target`: the last i with cdf[i] <= target. */
static unsigned find_symbol(const uint32_t *cdf, unsigned n, uint32_t target) {
    unsigned low = 0, high = n;
    while (high - low > 1) {
        unsigned middle = (low + high) / 2;
        if (cdf[middle] <= target)
            low = middle;
        else
            high = middle;
    }
    return low;
}

unsigned hunch_coder_symbol(struct coder *c, const uint32_t *cdf, unsigned n, unsigned bits, unsigned symbol) {
    uint32_t unit = c->range >> bits;
    if (c->direction == CODER_MEASURE) {
        coder_spend(c, (cdf[symbol + 1] - cdf[symbol]) << (CODER_P_BITS - bits));
        return symbol;
    }
    if (c->direction == CODER_DECODE) {
        uint32_t target = c->code / unit;
        uint32_t last = (1u << bits) - 1;
        symbol = find_symbol(cdf, n, target < last ? target : last);
        c->code -= cdf[symbol] * unit;
    } else {
        c->low += (uint64_t)cdf[symbol] * unit;
    }
    /* the last symbol takes what the division left over, so that no code value is out of range */
    c->range = symbol == n - 1 ? c->range - cdf[symbol] * unit : (cdf[symbol + 1] - cdf[symbol]) * unit;
    coder_refill(c);
    return symbol;
}
