/* The mirror: what is encoded is decoded, measured cost is coded size, and the corners of carry propagation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/random.h"
#include "entropy/coder.h"

enum { SYMBOLS = 20000, CAPACITY = SYMBOLS * 8, P_ONE = 1 << CODER_P_BITS };

static uint8_t payload[CAPACITY];

/* A sequence of coding steps that a seed decides; run three times, once in each direction. */
struct script {
    uint64_t seed;
    unsigned kind;
};

/* Probabilities of bits: even, random, near certain, certain as can be, and any of these in turn. */
static uint32_t pick_p(uint64_t *seed, unsigned kind) {
    static const uint32_t edge[] = {1, 2, 3, P_ONE - 1, P_ONE - 2, P_ONE / 2, 1 << 10, P_ONE - (1 << 10)};
    switch (kind) {
    case 0:
        return P_ONE / 2;
    case 1:
        return 1 + random_below(seed, P_ONE - 1);
    case 2:
        return 1 + random_below(seed, 64);
    case 3:
        return P_ONE - 1 - random_below(seed, 64);
    case 4:
        return edge[random_below(seed, 8)];
    default:
        return pick_p(seed, random_below(seed, 5));
    }
}

/* A bit as its probability says, or now and then against all odds. */
static unsigned pick_bit(uint64_t *seed, uint32_t p_one) {
    unsigned likely = random_below(seed, P_ONE) < p_one;
    return random_below(seed, 1000) == 0 ? !likely : likely;
}

/* Runs the script through the coder and returns the hash of what it handed back. */
static uint64_t run_bits(struct coder *c, struct script s) {
    uint64_t seed = s.seed, hash = 0;
    for (unsigned i = 0; i < SYMBOLS; i++) {
        uint32_t p = pick_p(&seed, s.kind);
        unsigned bit = pick_bit(&seed, p);
        hash = hash * 31 + coder_bit(c, p, c->direction == CODER_DECODE ? 0 : bit);
    }
    return hash;
}

/* A distribution over n symbols, none without a share: even, or one symbol with nearly all. */
static void pick_cdf(uint64_t *seed, uint32_t *cdf, unsigned n, unsigned bits) {
    uint32_t spare = (1u << bits) - n, favourite = random_below(seed, n);
    unsigned steep = random_below(seed, 2);
    cdf[0] = 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t share = steep ? (i == favourite ? spare : 0) : spare / n;
        cdf[i + 1] = cdf[i] + 1 + share;
    }
    cdf[n] = 1u << bits;
}

static uint64_t run_symbols(struct coder *c, struct script s) {
    static uint32_t cdf[1 << 16];
    uint64_t seed = s.seed, hash = 0;
    for (unsigned i = 0; i < SYMBOLS / 20; i++) {
        unsigned bits = 1 + random_below(&seed, 16);
        unsigned most = bits == 16 ? 65535 : 1u << bits;
        unsigned n = random_below(&seed, 4) ? 1 + random_below(&seed, most < 300 ? most : 300) : most;
        pick_cdf(&seed, cdf, n, bits);
        for (unsigned j = 0; j < 4; j++) {
            /* a symbol drawn from the distribution, now and then any one at all */
            uint32_t target = random_below(&seed, 1u << bits);
            unsigned symbol = 0;
            while (cdf[symbol + 1] <= target)
                symbol++;
            if (random_below(&seed, 100) == 0)
                symbol = random_below(&seed, n);
            hash = hash * 31 + hunch_coder_symbol(c, cdf, n, bits, c->direction == CODER_DECODE ? 0 : symbol);
        }
    }
    return hash;
}

static uint64_t run_raw(struct coder *c, struct script s) {
    uint64_t seed = s.seed, hash = 0;
    for (unsigned i = 0; i < SYMBOLS / 4; i++) {
        unsigned count = random_below(&seed, 17);
        unsigned value = random_u32(&seed) & ((1u << count) - 1);
        hash = hash * 31 + hunch_coder_raw(c, count, c->direction == CODER_DECODE ? 0 : value);
    }
    return hash;
}

static uint64_t run_mixed(struct coder *c, struct script s) {
    uint64_t hash = run_bits(c, s);
    hash = hash * 31 + run_symbols(c, s);
    return hash * 31 + run_raw(c, s);
}

/* All directions of one script. */
static void mirror(uint64_t (*run)(struct coder *, struct script), struct script s) {
    struct coder c;
    hunch_coder_init(&c, CODER_ENCODE, payload, sizeof payload);
    uint64_t encoded = run(&c, s);
    assert_int_equal(c.trouble, CODER_FINE);
    size_t length = hunch_coder_finish(&c);
    assert_true(length == 0 || payload[length - 1] != 0);

    hunch_coder_init(&c, CODER_MEASURE, NULL, 0);
    assert_true(run(&c, s) == encoded);
    size_t measured = hunch_coder_finish(&c);
    size_t apart = measured > length ? measured - length : length - measured;
    if (apart > 8)
        fail_msg("kind %u: measured %zu, coded %zu", s.kind, measured, length);

    /* whatever follows the payload is not read */
    memset(payload + length, 0xA5, sizeof payload - length);
    hunch_coder_init(&c, CODER_DECODE, payload, length);
    assert_true(run(&c, s) == encoded);
    assert_int_equal(hunch_coder_finish(&c), length);
    assert_int_equal(c.trouble, CODER_FINE);
}

static void bits_of_all_probabilities(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < 6; kind++)
        for (uint64_t seed = 1; seed <= 8; seed++)
            mirror(run_bits, (struct script){seed * 77 + kind, kind});
}

static void symbols_of_all_alphabets(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++)
        mirror(run_symbols, (struct script){seed, 0});
}

static void raw_bits(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++)
        mirror(run_raw, (struct script){seed, 0});
}

static void everything_in_turn(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++)
        mirror(run_mixed, (struct script){seed, 5});
}

/* Near-certain bits are what highly redundant data is made of: 8 MB of zeros are 2^26 of them. */
static void near_certain_bits_cost_next_to_nothing(void **state) {
    (void)state;
    struct coder c;
    for (unsigned bit = 0; bit < 2; bit++) {
        uint32_t p = bit ? P_ONE - 1 : 1;
        hunch_coder_init(&c, CODER_ENCODE, payload, sizeof payload);
        for (unsigned i = 0; i < 1 << 22; i++)
            coder_bit(&c, p, bit);
        assert_in_range(hunch_coder_finish(&c), 0, 2); /* 1.44 bits */
        hunch_coder_init(&c, CODER_MEASURE, NULL, 0);
        for (unsigned i = 0; i < 1 << 22; i++)
            coder_bit(&c, p, bit);
        assert_in_range(hunch_coder_finish(&c), 0, 8); /* rounded up to 1/65536 each */
    }
}

/* Decodes `length` bytes as bits of random probability, and encodes those bits again: the number coded is inside
 * the same interval. Counts the carries that ran through bytes held back, and the runs of 0xFF that held. */
static void recode(uint64_t seed, size_t length, unsigned *carried, unsigned *held) {
    static uint8_t again[CAPACITY], bits[8 * 64];
    uint64_t dice = seed;
    struct coder c;
    hunch_coder_init(&c, CODER_DECODE, payload, length);
    for (unsigned i = 0; i < 8 * length; i++)
        bits[i] = (uint8_t)coder_bit(&c, pick_p(&dice, 1), 0);
    dice = seed;
    hunch_coder_init(&c, CODER_ENCODE, again, sizeof again);
    for (unsigned i = 0; i < 8 * length; i++) {
        uint8_t *before = c.at;
        coder_bit(&c, pick_p(&dice, 1), bits[i]);
        if (c.at - before > 1) {
            *carried += c.at[-1] == 0x00;
            *held += c.at[-1] == 0xFF;
        }
    }
    size_t size = hunch_coder_finish(&c);
    dice = seed;
    hunch_coder_init(&c, CODER_DECODE, again, size);
    for (unsigned i = 0; i < 8 * length; i++)
        assert_int_equal(coder_bit(&c, pick_p(&dice, 1), 0), bits[i]);
}

static void carries_run_through_bytes_held_back(void **state) {
    (void)state;
    unsigned carried = 0, held = 0;
    uint64_t seed = 5;
    for (unsigned round = 0; round < 20000; round++) {
        size_t length = 8 + random_below(&seed, 24), edge = 1 + random_below(&seed, 6);
        random_fill(&seed, payload, length);
        memset(payload + edge, random_below(&seed, 2) ? 0xFF : 0x00, 1 + random_below(&seed, 5));
        payload[0] &= 0x7F; /* no encoder writes 0xFFFFFFFF first */
        recode(random_u32(&seed) + 1, length, &carried, &held);
    }
    assert_true(carried > 100);
    assert_true(held > 100);
}

static void a_payload_too_small_is_told_and_not_overrun(void **state) {
    (void)state;
    struct script s = {3, 1};
    struct coder c;
    hunch_coder_init(&c, CODER_ENCODE, payload, sizeof payload);
    run_bits(&c, s);
    size_t length = hunch_coder_finish(&c);
    for (size_t room = 0; room < length; room += 1 + room / 8) {
        uint8_t *exact = malloc(room + 1);
        exact[room] = 0x5A;
        hunch_coder_init(&c, CODER_ENCODE, exact, room);
        run_bits(&c, s);
        assert_true(hunch_coder_finish(&c) <= room);
        assert_int_equal(c.trouble, CODER_FULL);
        assert_int_equal(exact[room], 0x5A);
        free(exact);
    }
}

static void nothing_coded_is_nothing_written(void **state) {
    (void)state;
    struct coder c;
    hunch_coder_init(&c, CODER_ENCODE, payload, sizeof payload);
    assert_int_equal(hunch_coder_finish(&c), 0);
    hunch_coder_init(&c, CODER_MEASURE, NULL, 0);
    assert_int_equal(hunch_coder_finish(&c), 0);
    hunch_coder_init(&c, CODER_DECODE, payload, 0);
    assert_int_equal(hunch_coder_finish(&c), 0);
}

static void zeros_at_the_end_are_left_out(void **state) {
    (void)state;
    struct coder c;
    /* ones sit at the bottom of the interval: low stays 0, whatever their number */
    hunch_coder_init(&c, CODER_ENCODE, payload, sizeof payload);
    for (unsigned i = 0; i < 1000; i++)
        coder_bit(&c, P_ONE / 2, 1);
    assert_int_equal(hunch_coder_finish(&c), 0);
    hunch_coder_init(&c, CODER_DECODE, payload, 0);
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(coder_bit(&c, P_ONE / 2, 0), 1);
}

static void hostile_payloads_give_symbols_in_range(void **state) {
    (void)state;
    static const uint32_t cdf[] = {0, 1, 2, 60000, 65535, 65536};
    uint64_t seed = 11;
    for (unsigned round = 0; round < 2000; round++) {
        struct coder c;
        size_t length = random_below(&seed, 40);
        random_fill(&seed, payload, length);
        if (round % 3 == 0)
            memset(payload, 0xFF, length);
        hunch_coder_init(&c, CODER_DECODE, payload, length);
        for (unsigned i = 0; i < 100; i++) {
            assert_true(coder_bit(&c, 1 + random_below(&seed, P_ONE - 1), 0) < 2);
            assert_true(hunch_coder_symbol(&c, cdf, 5, 16, 0) < 5);
            assert_true(hunch_coder_raw(&c, 5, 0) < 32);
        }
        assert_true(hunch_coder_finish(&c) <= length);
    }
}

/* Powers of two exactly, the known digits of log2 3, and monotony. */
static void costs_are_logarithms(void **state) {
    (void)state;
    for (unsigned i = 0; i <= CODER_P_BITS; i++)
        assert_int_equal(hunch_cost_q16(1u << i), (CODER_P_BITS - i) << 16);
    assert_in_range(hunch_cost_q16(3u << 20), (uint32_t)(27200 - 1), 27200 + 1); /* log2(4/3) = 0.4150375 */
    for (uint32_t p = 2; p < P_ONE; p += 1 + p / 999)
        assert_true(hunch_cost_q16(p) <= hunch_cost_q16(p - 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_of_all_probabilities),
        cmocka_unit_test(symbols_of_all_alphabets),
        cmocka_unit_test(raw_bits),
        cmocka_unit_test(everything_in_turn),
        cmocka_unit_test(near_certain_bits_cost_next_to_nothing),
        cmocka_unit_test(carries_run_through_bytes_held_back),
        cmocka_unit_test(a_payload_too_small_is_told_and_not_overrun),
        cmocka_unit_test(nothing_coded_is_nothing_written),
        cmocka_unit_test(zeros_at_the_end_are_left_out),
        cmocka_unit_test(hostile_payloads_give_symbols_in_range),
        cmocka_unit_test(costs_are_logarithms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
