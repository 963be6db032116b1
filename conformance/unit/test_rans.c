/* Static rANS: exact tables, round trips over all alphabets, sizes near the entropy, and hostile payloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/inputs.h"
#include "conformance/unit/random.h"
#include "entropy/rans.h"

enum { MOST = INPUT_LONGEST, CAPACITY = 2 * MOST + 8192 };

static uint8_t payload[CAPACITY], result[MOST], data[MOST];

static size_t round_trip(uint8_t *symbols, size_t count, unsigned n) {
    size_t bound = hunch_rans_bound(count);
    assert_true(bound <= CAPACITY);
    size_t length = hunch_rans_code(CODER_ENCODE, symbols, count, n, payload, bound);
    assert_true(length > 0);
    assert_int_equal(hunch_rans_code(CODER_MEASURE, symbols, count, n, NULL, 0), length);
    memset(result, 0xA5, count);
    assert_int_equal(hunch_rans_code(CODER_DECODE, result, count, n, payload, length), length);
    assert_memory_equal(result, symbols, count);
    return length;
}

static void frequencies_sum_to_4096(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (unsigned round = 0; round < 3000; round++) {
        uint32_t counts[RANS_SYMBOLS];
        uint16_t frequency[RANS_SYMBOLS];
        unsigned n = 1 + random_below(&seed, RANS_SYMBOLS), sum = 0;
        for (unsigned i = 0; i < n; i++)
            counts[i] = random_below(&seed, 3) ? random_u32(&seed) >> random_below(&seed, 32) : 0;
        counts[random_below(&seed, n)] |= 1;
        hunch_rans_normalise(frequency, counts, n);
        for (unsigned i = 0; i < n; i++) {
            assert_int_equal(frequency[i] > 0, counts[i] > 0);
            sum += frequency[i];
        }
        assert_int_equal(sum, RANS_SLOTS);
    }
}

static void frequencies_are_exact_where_they_can_be(void **state) {
    (void)state;
    static const uint32_t counts[] = {1, 2, 0, 1024, 5, 3064};
    uint16_t frequency[6];
    hunch_rans_normalise(frequency, counts, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(frequency[i], counts[i]);
}

/* Bits of coding the counts with these frequencies, in 1/65536. */
static uint64_t cost(const uint16_t *frequency, const uint32_t *counts, unsigned n) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++)
        if (counts[i])
            sum += (uint64_t)counts[i] * hunch_cost_q16((uint32_t)frequency[i] << (CODER_P_BITS - RANS_BITS));
    return sum;
}

static void no_slot_moved_makes_it_cheaper(void **state) {
    (void)state;
    uint64_t seed = 9;
    for (unsigned round = 0; round < 200; round++) {
        uint32_t counts[12];
        uint16_t frequency[12];
        for (unsigned i = 0; i < 12; i++)
            counts[i] = 1 + (random_below(&seed, 100000) >> random_below(&seed, 17));
        hunch_rans_normalise(frequency, counts, 12);
        uint64_t best = cost(frequency, counts, 12);
        for (unsigned i = 0; i < 144; i++) {
            uint16_t *from = &frequency[i / 12], *to = &frequency[i % 12];
            if (*from < 2)
                continue;
            (*from)--, (*to)++;
            /* the rule is an approximation to third order: 1/10000 is allowed */
            assert_true(cost(frequency, counts, 12) + best / 10000 >= best);
            (*from)++, (*to)--;
        }
    }
}

static void all_inputs_come_back(void **state) {
    (void)state;
    const struct input *input;
    for (unsigned i = 0; (input = input_at(i)); i++)
        round_trip(data, input_fill(input, data, MOST), 256);
}

static void all_alphabets_come_back(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (unsigned n = 1; n <= 256; n++) {
        size_t count = 1 + random_below(&seed, n % 8 ? 700 : 5000);
        for (size_t i = 0; i < count; i++)
            data[i] = (uint8_t)random_below(&seed, 1 + random_below(&seed, n));
        round_trip(data, count, n);
    }
}

static void lengths_around_the_lanes_come_back(void **state) {
    (void)state;
    uint64_t seed = 4;
    random_fill(&seed, data, 2000);
    for (size_t count = 1; count < 20; count++)
        round_trip(data, count, 256);
    for (size_t count = RANS_LANES_FROM - 5; count < RANS_LANES_FROM + 9; count++)
        round_trip(data, count, 256);
}

static void sizes_are_near_the_entropy(void **state) {
    (void)state;
    uint32_t counts[RANS_SYMBOLS] = {0};
    uint16_t frequency[RANS_SYMBOLS];
    const struct input *text = input_at(0);
    for (unsigned i = 0; strcmp(text->name, "text 65535") != 0; i++)
        text = input_at(i);
    size_t count = input_fill(text, data, MOST);
    for (size_t i = 0; i < count; i++)
        counts[data[i]]++;
    hunch_rans_normalise(frequency, counts, 256);
    size_t ideal = (size_t)(cost(frequency, counts, 256) >> 19), coded = round_trip(data, count, 256);
    print_message("%zu symbols: %zu bytes, their cost alone %zu\n", count, coded, ideal);
    assert_in_range(coded, ideal, ideal + ideal / 1000 + 120);
    memset(data, 7, count);
    assert_in_range(round_trip(data, count, 256), 1, 60);
    assert_in_range(round_trip(data, 100, 8), 1, 12);
}

static void a_payload_too_small_is_not_overrun(void **state) {
    (void)state;
    uint64_t seed = 5;
    for (size_t i = 0; i < 3000; i++)
        data[i] = (uint8_t)random_below(&seed, 50);
    size_t length = round_trip(data, 3000, 50);
    for (size_t room = 0; room < length; room += 1 + room / 9) {
        uint8_t *exact = malloc(room + 1);
        exact[room] = 0x5A;
        assert_int_equal(hunch_rans_code(CODER_ENCODE, data, 3000, 50, exact, room), 0);
        assert_int_equal(exact[room], 0x5A);
        free(exact);
    }
}

/* Truncated at every byte: told. Any byte changed: told, or symbols within the alphabet. */
static void damage_stays_in_bounds(void **state) {
    (void)state;
    uint64_t seed = 6;
    for (unsigned round = 0; round < 40; round++) {
        size_t count = round % 2 ? 1500 : 200;
        unsigned n = 1 + random_below(&seed, 255);
        for (size_t i = 0; i < count; i++)
            data[i] = (uint8_t)random_below(&seed, n);
        size_t length = round_trip(data, count, n);
        for (size_t cut = 0; cut < length; cut += 1 + cut / 16)
            assert_int_equal(hunch_rans_code(CODER_DECODE, result, count, n, payload, cut), 0);
        for (unsigned i = 0; i < 100; i++) {
            size_t at = random_below(&seed, i % 2 ? 40 : (uint32_t)length);
            uint8_t change = (uint8_t)(1 + random_below(&seed, 255));
            payload[at % length] ^= change;
            hunch_rans_code(CODER_DECODE, result, count, n, payload, length);
            for (size_t j = 0; j < count; j++)
                assert_true(result[j] < n);
            payload[at % length] ^= change;
        }
    }
}

static void random_payloads_stay_in_bounds(void **state) {
    (void)state;
    uint64_t seed = 7;
    for (unsigned round = 0; round < 20000; round++) {
        size_t length = random_below(&seed, 200), count = 1 + random_below(&seed, 2000);
        random_fill(&seed, payload, length);
        if (length > 1)
            payload[1] = 0, payload[0] %= 16;
        hunch_rans_code(CODER_DECODE, result, count, 1 + random_below(&seed, 256), payload, length);
    }
}

static void bounds_do_not_overflow(void **state) {
    (void)state;
    assert_int_equal(hunch_rans_bound(SIZE_MAX), 0);
    assert_int_equal(hunch_rans_bound(SIZE_MAX / 2), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequencies_sum_to_4096),
        cmocka_unit_test(frequencies_are_exact_where_they_can_be),
        cmocka_unit_test(no_slot_moved_makes_it_cheaper),
        cmocka_unit_test(all_inputs_come_back),
        cmocka_unit_test(all_alphabets_come_back),
        cmocka_unit_test(lengths_around_the_lanes_come_back),
        cmocka_unit_test(sizes_are_near_the_entropy),
        cmocka_unit_test(a_payload_too_small_is_not_overrun),
        cmocka_unit_test(damage_stays_in_bounds),
        cmocka_unit_test(random_payloads_stay_in_bounds),
        cmocka_unit_test(bounds_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
