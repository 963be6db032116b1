/* The block-sorting model: its transform at the borders of walks and packings, its runs, and payloads that no encoder
 * wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/pass.h"
#include "conformance/unit/random.h"
#include "models/bwt/runs.h"
#include "models/bwt/transform.h"
#include "models/registry.h"

enum { BWT = 1, ROOM = 1024 /* bytes that a payload may be longer than its content */ };

/* Runs the model over data in one direction; returns the length of the payload. */
static size_t run(enum coder_direction direction, uint32_t level, uint8_t *payload, size_t size, uint8_t *data,
                  size_t length, enum coder_trouble *trouble) {
    struct model_params params = {.parameter = level, .length = length};
    struct outcome o = model_pass(hunch_model_find(BWT), &params, direction, data, payload, size);
    *trouble = o.trouble;
    return o.length;
}

static size_t round_trip(const uint8_t *content, size_t length, uint32_t level) {
    return model_round_trip(BWT, level, content, length);
}

static void both_levels(const uint8_t *content, size_t length) {
    for (uint32_t level = 1; level <= 2; level++)
        round_trip(content, length, level);
}

/* Takes the bytes for transformed ones: whatever they are, their runs are coded and read back. */
static void told_again(const uint8_t *changed, size_t length) {
    uint8_t *payload = malloc(length + ROOM), *bytes = malloc(length);
    for (unsigned level = 1; level <= 2; level++) {
        struct runs *runs = calloc(1, sizeof *runs);
        struct coder coder;
        memcpy(bytes, changed, length);
        hunch_bwt_runs_init(runs, level);
        hunch_coder_init(&coder, CODER_ENCODE, payload, length + ROOM);
        hunch_bwt_runs(runs, &coder, bytes, length, level);
        size_t size = hunch_coder_finish(&coder);
        assert_int_equal(coder.trouble, CODER_FINE);
        assert_memory_equal(bytes, changed, length);
        memset(runs, 0, sizeof *runs);
        memset(bytes, 0xA5, length);
        hunch_bwt_runs_init(runs, level);
        hunch_coder_init(&coder, CODER_DECODE, payload, size);
        hunch_bwt_runs(runs, &coder, bytes, length, level);
        assert_int_equal(coder.trouble, CODER_FINE);
        assert_memory_equal(bytes, changed, length);
        free(runs);
    }
    free(payload);
    free(bytes);
}

static void test_short(void **state) {
    (void)state;
    uint64_t seed = 1;
    uint8_t data[40];
    for (size_t length = 1; length <= sizeof data; length++)
        for (uint32_t symbols = 1; symbols <= 256; symbols *= 4) {
            for (size_t i = 0; i < length; i++)
                data[i] = (uint8_t)random_below(&seed, symbols);
            both_levels(data, length);
        }
}

static void test_periods(void **state) {
    (void)state;
    static const size_t periods[] = {1, 2, 3, 7, 31, 32, 33, 34, 64, 127, 255, 256, 257, 300};
    enum { LENGTH = 70001 };
    uint8_t *data = malloc(LENGTH);
    uint64_t seed = 2;
    for (size_t k = 0; k < sizeof periods / sizeof periods[0]; k++) {
        random_fill(&seed, data, periods[k]);
        for (size_t i = periods[k]; i < LENGTH; i++)
            data[i] = data[i - periods[k]];
        assert_in_range(round_trip(data, LENGTH, 1), 0, 3 * periods[k] + 300);
    }
    free(data);
}

/* Runs of one length each, in symbols that alternate: on both sides of the average length where runs are told
 * otherwise, and around the length from which the rest of a run is a number. */
static void test_runs(void **state) {
    (void)state;
    enum { LENGTH = 6000 };
    uint8_t changed[LENGTH];
    for (size_t run = 1; run <= 40; run++)
        for (unsigned symbols = 2; symbols <= 5; symbols += 3) {
            for (size_t i = 0; i < LENGTH; i++)
                changed[i] = (uint8_t)('a' + i / run % symbols);
            told_again(changed, LENGTH - run / 2);
        }
}

/* Around the lengths where another walk begins and where the stride doubles. */
static void test_walks(void **state) {
    (void)state;
    static const size_t middles[] = {1 << 14, 1 << 15, 65536, 1 << 17};
    uint8_t *data = malloc((1 << 17) + 1);
    uint64_t seed = 3;
    for (size_t i = 0; i < (1 << 17) + 1; i++)
        data[i] = (uint8_t)(random_below(&seed, 20) * random_below(&seed, 13));
    for (size_t k = 0; k < sizeof middles / sizeof middles[0]; k++)
        for (size_t length = middles[k] - 1; length <= middles[k] + 1; length++)
            round_trip(data, length, 1 + length % 2);
    free(data);
}

static void test_text(void **state) {
    (void)state;
    static const char *const words[] = {"the ", "quick ", "fox", "es ", "and ", "jump", "ed ", "over ", "\n", "lazy "};
    enum { LENGTH = 100000 };
    uint8_t *data = malloc(LENGTH);
    uint64_t seed = 4;
    size_t at = 0;
    while (at < LENGTH) {
        const char *word = words[random_below(&seed, 10)];
        for (size_t i = 0; word[i] && at < LENGTH; i++)
            data[at++] = (uint8_t)word[i];
    }
    size_t one = round_trip(data, LENGTH, 1), two = round_trip(data, LENGTH, 2);
    assert_in_range(one, 1, LENGTH / 7);
    assert_in_range(two, 1, LENGTH / 7);
    free(data);
}

/* Beyond 2^24 bytes a rank and a byte no longer fit in 32 bits. */
static void test_wide(void **state) {
    (void)state;
    enum { LENGTH = (1 << 24) + 5 };
    uint8_t *data = malloc(LENGTH), *changed = malloc(LENGTH), *back = malloc(LENGTH);
    uint32_t *room = malloc(sizeof *room * LENGTH), starts[WALKS_MAX] = {0};
    uint64_t seed = 5;
    random_fill(&seed, data, LENGTH);
    assert_true(hunch_bwt_forward(data, LENGTH, (int32_t *)room, changed, starts));
    hunch_bwt_inverse(changed, LENGTH, room, starts, back);
    assert_memory_equal(data, back, LENGTH);
    free(data);
    free(changed);
    free(back);
    free(room);
}

static void test_strangers(void **state) {
    (void)state;
    enum { LENGTH = 40000, SIZE = 600 };
    uint8_t *data = malloc(LENGTH), payload[SIZE];
    uint64_t seed = 6;
    enum coder_trouble trouble;
    for (unsigned k = 0; k < 200; k++) {
        random_fill(&seed, payload, SIZE);
        if (k % 2)
            memset(payload, k % 4 == 1 ? 0xFF : 0, k % SIZE);
        run(CODER_DECODE, 1 + k / 2 % 2, payload, k % 3 ? SIZE : k, data, LENGTH, &trouble);
        assert_true(trouble == CODER_FINE || trouble == CODER_DAMAGED);
    }
    free(data);
}

/* The first start is read as 2^n - 1, which is no rank. */
static void test_start_beyond(void **state) {
    (void)state;
    uint8_t payload[8] = {0}, data[1000]; /* a bit of 1 lies at the bottom of the interval */
    enum coder_trouble trouble = CODER_FINE;
    run(CODER_DECODE, 1, payload, sizeof payload, data, sizeof data, &trouble);
    assert_int_equal(trouble, CODER_DAMAGED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short),     cmocka_unit_test(test_runs), cmocka_unit_test(test_periods),
        cmocka_unit_test(test_walks),     cmocka_unit_test(test_text), cmocka_unit_test(test_wide),
        cmocka_unit_test(test_strangers), cmocka_unit_test(test_start_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
