#include "entropy/rans.h"

#include <string.h>

#include "base/bytes.h"

enum { STATE_LOW = 1 << 23, STATE_BYTES = 4, LENGTH_BYTES = 2 };

/* Adding one slot to a symbol of count c and frequency f saves c * log2((f + 1) / f) bits, close to
 * c / (f + 1/2) / ln 2; taking one costs c / (f - 1/2) / ln 2. So the worth of a step is c / (2f + 1) or c / (2f - 1),
 * and fractions are compared by cross products: 2^32 * 2^14 fits 64 bits. */
static bool worth_more(uint32_t count, unsigned over, uint32_t other, unsigned other_over) {
    return (uint64_t)count * other_over > (uint64_t)other * over;
}

static unsigned best_to_grow(const uint16_t *frequency, const uint32_t *counts, unsigned n) {
    unsigned best = n;
    for (unsigned i = 0; i < n; i++)
        if (counts[i] &&
            (best == n || worth_more(counts[i], 2u * frequency[i] + 1, counts[best], 2u * frequency[best] + 1)))
            best = i;
    return best;
}

static unsigned best_to_shrink(const uint16_t *frequency, const uint32_t *counts, unsigned n) {
    unsigned best = n;
    for (unsigned i = 0; i < n; i++)
        if (frequency[i] > 1 &&
            (best == n || worth_more(counts[best], 2u * frequency[best] - 1, counts[i], 2u * frequency[i] - 1)))
            best = i;
    return best;
}

void hunch_rans_normalise(uint16_t *frequency, const uint32_t *counts, unsigned n) {
    uint64_t total = 0;
    unsigned sum = 0;
    unsigned from, to;
    for (unsigned i = 0; i < n; i++)
        total += counts[i];
    for (unsigned i = 0; i < n; i++) {
        uint64_t share = counts[i] * (uint64_t)RANS_SLOTS / total;
        frequency[i] = (uint16_t)(counts[i] && share == 0 ? 1 : share);
        sum += frequency[i];
    }
    /* at most n steps: each share was cut by less than 1 or raised by less than 1 */
    for (; sum < RANS_SLOTS; sum++)
        frequency[best_to_grow(frequency, counts, n)]++;
    for (; sum > RANS_SLOTS; sum--)
        frequency[best_to_shrink(frequency, counts, n)]--;
    /* The worth of the next slot falls with each one given (the cost is convex): moving slots from where they are
     * worth least to where they are worth most ends at the optimum. */
    while ((from = best_to_shrink(frequency, counts, n)) < n && (to = best_to_grow(frequency, counts, n)) < n &&
           worth_more(counts[to], 2u * frequency[to] + 1, counts[from], 2u * frequency[from] - 1)) {
        frequency[from]--;
        frequency[to]++;
    }
}

/* An adaptive bit of 16-bit precision, kept off 0 and 1 by the shift. */
static unsigned adaptive_bit(struct coder *c, uint16_t *p_q16, unsigned bit) {
    bit = coder_bit(c, ((uint32_t)*p_q16 << (CODER_P_BITS - 16)) + 1, bit);
    *p_q16 = (uint16_t)(bit ? *p_q16 + ((65535 - *p_q16) >> 3) : *p_q16 - (*p_q16 >> 3));
    return bit;
}

/* A frequency is its length in bits (0 to 13; a tree of 16 leaves, in the context of the one before) and the bits
 * below the leading one. The last one follows from the sum. */
bool hunch_rans_table(struct coder *c, uint16_t *frequency, unsigned n) {
    uint16_t tree[14][16]; /* (length before, node) */
    unsigned left = RANS_SLOTS, before = 0;
    for (unsigned i = 0; i < 14 * 16; i++)
        tree[i / 16][i % 16] = 1 << 15;
    for (unsigned i = 0; i + 1 < n; i++) {
        unsigned length = frequency[i] ? log2_floor(frequency[i]) + 1 : 0, node = 1;
        for (int bit = 3; bit >= 0; bit--)
            node = node * 2 + adaptive_bit(c, &tree[before][node], length >> bit & 1);
        length = node - 16;
        if (length > RANS_BITS + 1)
            return false;
        before = length;
        if (length > 0)
            frequency[i] = (uint16_t)(1u << (length - 1) |
                                      hunch_coder_raw(c, length - 1, frequency[i] & ((1u << (length - 1)) - 1)));
        else
            frequency[i] = 0;
        if (frequency[i] > left)
            return false;
        left -= frequency[i];
    }
    frequency[n - 1] = (uint16_t)left;
    return true;
}

size_t hunch_rans_bound(size_t count) {
    /* A symbol takes at most 12 bits and 1/1400 for the rounding of its step; those that take so much own one slot
     * each of 4096, so that the mean is far below 12. */
    if (count > SIZE_MAX / 2 - RANS_TABLE_BOUND)
        return 0;
    return count + count / 2 + LENGTH_BYTES + RANS_TABLE_BOUND + RANS_LANES * (STATE_BYTES + 1);
}

static unsigned lanes_for(size_t count) {
    return count < RANS_LANES_FROM ? 1 : RANS_LANES;
}

static void sum_up(uint16_t *start, const uint16_t *frequency, unsigned n) {
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) {
        start[i] = (uint16_t)sum;
        sum += frequency[i];
    }
}

/* Bytes put before `end`, last byte first; only counted where there is no room. */
struct sink {
    uint8_t *end;
    size_t room, used;
};

static void put(struct sink *s, uint32_t byte) {
    s->used++;
    if (s->used <= s->room)
        *(s->end - s->used) = (uint8_t)byte;
}

static void encode_states(struct sink *s, const uint8_t *symbols, size_t count, const uint16_t *frequency,
                          const uint16_t *start) {
    uint32_t state[RANS_LANES] = {STATE_LOW, STATE_LOW, STATE_LOW, STATE_LOW};
    unsigned lanes = lanes_for(count);
    for (size_t i = count; i-- > 0;) {
        uint32_t x = state[i & (lanes - 1)], f = frequency[symbols[i]];
        for (; x >> 19 >= f; x >>= 8)
            put(s, x);
        state[i & (lanes - 1)] = (x / f << RANS_BITS) + start[symbols[i]] + x % f;
    }
    for (unsigned lane = lanes; lane-- > 0;)
        for (int shift = 24; shift >= 0; shift -= 8)
            put(s, state[lane] >> shift);
}

static size_t encode(uint8_t *symbols, size_t count, unsigned n, uint8_t *payload, size_t length) {
    uint32_t counts[RANS_SYMBOLS] = {0};
    uint16_t frequency[RANS_SYMBOLS], start[RANS_SYMBOLS];
    uint8_t table[RANS_TABLE_BOUND];
    struct coder c;
    for (size_t i = 0; i < count; i++)
        counts[symbols[i]]++;
    hunch_rans_normalise(frequency, counts, n);
    sum_up(start, frequency, n);
    hunch_coder_init(&c, CODER_ENCODE, table, sizeof table);
    hunch_rans_table(&c, frequency, n);
    size_t table_length = hunch_coder_finish(&c), head = LENGTH_BYTES + table_length;
    struct sink s = {NULL, 0, 0};
    if (payload && length > head)
        s = (struct sink){payload + length, length - head, 0};
    encode_states(&s, symbols, count, frequency, start);
    if (!payload)
        return head + s.used;
    if (s.used > s.room)
        return 0;
    store_u16(payload, (uint16_t)table_length);
    memcpy(payload + LENGTH_BYTES, table, table_length);
    memmove(payload + head, s.end - s.used, s.used);
    return head + s.used;
}

/* Fills symbols from [at, end); false when the bytes run out, are too many, or do not lead back to the start. */
static bool decode_states(uint8_t *symbols, size_t count, const uint16_t *frequency, const uint16_t *start,
                          const uint8_t *slots, const uint8_t *at, const uint8_t *end) {
    uint32_t state[RANS_LANES];
    unsigned lanes = lanes_for(count);
    if ((size_t)(end - at) < (size_t)lanes * STATE_BYTES)
        return false;
    for (unsigned lane = 0; lane < lanes; lane++, at += STATE_BYTES) {
        state[lane] = load_u32(at);
        if (state[lane] < STATE_LOW || state[lane] >> 31)
            return false;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t x = state[i & (lanes - 1)], slot = x & (RANS_SLOTS - 1);
        uint8_t symbol = slots[slot];
        x = frequency[symbol] * (x >> RANS_BITS) + slot - start[symbol];
        for (; x < STATE_LOW; x = x << 8 | *at++)
            if (at == end)
                return false;
        state[i & (lanes - 1)] = x;
        symbols[i] = symbol;
    }
    for (unsigned lane = 0; lane < lanes; lane++)
        if (state[lane] != STATE_LOW)
            return false;
    return at == end;
}

static bool decode(uint8_t *symbols, size_t count, unsigned n, uint8_t *payload, size_t length) {
    uint16_t frequency[RANS_SYMBOLS] = {0}, start[RANS_SYMBOLS];
    uint8_t slots[RANS_SLOTS]; /* slot -> symbol */
    struct coder c;
    memset(symbols, 0, count);
    if (length < LENGTH_BYTES || load_u16(payload) > length - LENGTH_BYTES)
        return false;
    size_t table_length = load_u16(payload);
    hunch_coder_init(&c, CODER_DECODE, payload + LENGTH_BYTES, table_length);
    if (!hunch_rans_table(&c, frequency, n) || hunch_coder_finish(&c) != table_length)
        return false;
    sum_up(start, frequency, n);
    for (unsigned i = 0; i < n; i++)
        memset(slots + start[i], (int)i, frequency[i]);
    return decode_states(symbols, count, frequency, start, slots, payload + LENGTH_BYTES + table_length,
                         payload + length);
}

size_t hunch_rans_code(enum coder_direction direction, uint8_t *symbols, size_t count, unsigned n, uint8_t *payload,
                       size_t length) {
    if (direction == CODER_DECODE)
        return decode(symbols, count, n, payload, length) ? length : 0;
    return direction == CODER_ENCODE ? encode(symbols, count, n, payload, length)
                                     : encode(symbols, count, n, NULL, 0);
}
