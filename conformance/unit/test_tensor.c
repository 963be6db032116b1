/* The model of arrays of numbers: every element type in both byte orders, the shapes that its guesses and its recall
 * look for, values that no arithmetic likes, heads that lie, and payloads that no encoder wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/pass.h"
#include "base/bytes.h"
#include "conformance/unit/random.h"
#include "models/registry.h"
#include "models/tensor/element.h"

enum { TENSOR = 5, LEVELS = 9, ROOM = 4096 /* bytes that a payload may be longer than its content */ };

static const uint8_t widths[ELEMENT_I64 + 1] = {0, 8, 4, 2, 2, 1, 1, 2, 4, 8};

/* A stream of arrays that grows. */
struct stream {
    uint8_t *data;
    size_t length;
};

static uint8_t *stream_take(struct stream *s, size_t length) {
    s->data = realloc(s->data, s->length + length + 1);
    assert_non_null(s->data);
    s->length += length;
    return s->data + s->length - length;
}

static void stream_head(struct stream *s, unsigned kind, unsigned flags, uint32_t columns, uint64_t count) {
    uint8_t *head = stream_take(s, TENSOR_HEAD);
    head[0] = (uint8_t)kind;
    head[1] = (uint8_t)flags;
    store_u32(head + 2, columns);
    store_u64(head + 6, count);
}

static void stream_element(struct stream *s, unsigned kind, unsigned big, uint64_t v) {
    unsigned width = widths[kind];
    uint8_t *at = stream_take(s, width);
    for (unsigned i = 0; i < width; i++)
        at[big ? width - 1 - i : i] = (uint8_t)(v >> (8 * i));
}

static void stream_close(struct stream *s) {
    free(s->data);
    *s = (struct stream){NULL, 0};
}

/* Runs the model over data in one direction; returns the length of the payload. */
static size_t run(enum coder_direction direction, uint32_t level, uint8_t *payload, size_t size, uint8_t *data,
                  size_t length, enum coder_trouble *trouble) {
    struct model_params params = {.parameter = level, .length = length};
    struct outcome o = model_pass(hunch_model_find(TENSOR), &params, direction, data, payload, size);
    *trouble = o.trouble;
    return o.length;
}

static size_t round_trip(const uint8_t *content, size_t length, uint32_t level) {
    return model_round_trip(TENSOR, level, content, length);
}

static void all_levels(const struct stream *s) {
    for (uint32_t level = 1; level <= LEVELS; level++)
        round_trip(s->data, s->length, level);
}

/* A walk, noise, few values and repeats by turns. */
static uint64_t mixed_value(uint64_t *seed, uint64_t *walk, size_t i, size_t turn) {
    *walk += random_below(seed, 1000) - 500u;
    switch (i / turn % 4) {
    case 0: return *walk;
    case 1: return (uint64_t)random_u32(seed) << 32 | random_u32(seed);
    case 2: return UINT64_C(0x3FB999999999999A) >> random_below(seed, 3);
    default: return i % 7 * UINT64_C(0x0123456789ABCDEF);
    }
}

static void types_come_back_in_both_byte_orders(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (unsigned kind = ELEMENT_F64; kind <= ELEMENT_I64; kind++)
        for (unsigned big = 0; big < 2; big++) {
            struct stream s = {NULL, 0};
            uint64_t walk = UINT64_C(0x4000000000000000) >> (64 - 8 * widths[kind]);
            stream_head(&s, kind, big, 17, 500);
            for (size_t i = 0; i < 500; i++)
                stream_element(&s, kind, big, mixed_value(&seed, &walk, i, 40));
            all_levels(&s);
            stream_close(&s);
        }
}

/* The order of bytes must cost nothing: an array costs the same in both. */
static void byte_order_costs_nothing(void **state) {
    (void)state;
    for (unsigned kind = ELEMENT_F64; kind <= ELEMENT_I64; kind++) {
        size_t cost[2];
        for (unsigned big = 0; big < 2; big++) {
            struct stream s = {NULL, 0};
            uint64_t seed = 2, walk = 0;
            stream_head(&s, kind, big, 10, 2000);
            for (size_t i = 0; i < 2000; i++)
                stream_element(&s, kind, big, mixed_value(&seed, &walk, i, 500));
            cost[big] = round_trip(s.data, s.length, 4);
            stream_close(&s);
        }
        assert_in_range(cost[1], cost[0] - 4, cost[0] + 4);
    }
}

/* NaNs with payloads, infinities, denormals, both zeros, the extremes: each next to each. */
static void strange_floats_come_back(void **state) {
    (void)state;
    static const uint64_t tops[] = {0x0000, 0x8000, 0x7F80, 0xFF80, 0x7FC0, 0x7FF0, 0xFFF0, 0x7FF8, 0xFFFF,
                                    0x7F7F, 0x7FEF, 0x0001, 0x8001, 0x3FF0, 0x3F80, 0x7C00, 0xFC00};
    enum { TOPS = sizeof tops / sizeof tops[0] };
    for (unsigned kind = ELEMENT_F64; kind <= ELEMENT_F8; kind++) {
        struct stream s = {NULL, 0};
        stream_head(&s, kind, kind & 1, TOPS, TOPS * TOPS * 2);
        for (size_t i = 0; i < TOPS * TOPS; i++) {
            unsigned shift = 8u * widths[kind];
            stream_element(&s, kind, kind & 1, shift >= 16 ? tops[i % TOPS] << (shift - 16) : tops[i % TOPS] >> 8);
            stream_element(&s, kind, kind & 1, tops[i / TOPS] << (shift >= 16 ? shift - 16 : 0) | (i & 1));
        }
        all_levels(&s);
        stream_close(&s);
    }
}

static void extremes_of_whole_numbers_come_back(void **state) {
    (void)state;
    static const uint64_t ends[] = {0, 1, UINT64_MAX, UINT64_C(1) << 63, INT64_MAX, 0x80, 0x7F, 0x8000, 0x7FFF,
                                    UINT64_C(0x80000000), 0x7FFFFFFF};
    enum { ENDS = sizeof ends / sizeof ends[0] };
    for (unsigned kind = ELEMENT_I8; kind <= ELEMENT_I64; kind++) {
        struct stream s = {NULL, 0};
        uint64_t seed = 3;
        stream_head(&s, kind, 0, 5, 700);
        for (size_t i = 0; i < 700; i++)
            stream_element(&s, kind, 0, ends[random_below(&seed, ENDS)]);
        all_levels(&s);
        stream_close(&s);
    }
}

static void constants_cost_next_to_nothing(void **state) {
    (void)state;
    for (unsigned kind = ELEMENT_F64; kind <= ELEMENT_I64; kind++)
        for (uint32_t level = 1; level <= LEVELS; level += 2) {
            struct stream s = {NULL, 0};
            stream_head(&s, kind, 0, 100, 20000);
            for (size_t i = 0; i < 20000; i++)
                stream_element(&s, kind, 0, UINT64_C(0xBFE5555555555555));
            assert_in_range(round_trip(s.data, s.length, level), 0, 100);
            stream_close(&s);
        }
}

static void noise_does_not_grow(void **state) {
    (void)state;
    uint64_t seed = 4;
    for (unsigned kind = ELEMENT_F64; kind <= ELEMENT_I64; kind++) {
        struct stream s = {NULL, 0};
        size_t count = 100000 / widths[kind];
        stream_head(&s, kind, 0, 64, count);
        random_fill(&seed, stream_take(&s, count * widths[kind]), count * widths[kind]);
        for (uint32_t level = 1; level <= LEVELS; level += 2)
            assert_in_range(round_trip(s.data, s.length, level), 0, s.length + s.length / 1000);
        stream_close(&s);
    }
}

/* The bits of k / 100, next below or above it by less than is seen: made without floats as unit.c makes them. */
static void multiples_of_a_hundredth_are_short(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    struct stream s = {NULL, 0};
    uint64_t seed = 5;
    int64_t k = 2150;
    stream_head(&s, ELEMENT_F64, 0, 1, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        k += (int64_t)random_below(&seed, 3) - 1;
        stream_element(&s, ELEMENT_F64, 0, i % 500 == 77 ? UINT64_C(0x7FF8000000000000) : hunch_unit_float(100, 52, k));
    }
    assert_in_range(round_trip(s.data, s.length, 5), 0, COUNT / 3);
    stream_close(&s);
}

static void units_are_exact(void **state) {
    (void)state;
    assert_true(hunch_unit_float(10, 52, 1) == UINT64_C(0x3FB999999999999A));   /* 0.1 */
    assert_true(hunch_unit_float(10, 23, 1) == 0x3DCCCCCD);
    assert_true(hunch_unit_float(100, 52, -12345) == UINT64_C(0xC05EDCCCCCCCCCCD)); /* -123.45 */
    assert_true(hunch_unit_float(1, 52, 1) == UINT64_C(0x3FF0000000000000));
    assert_true(hunch_unit_float(255, 23, 255) == 0x3F800000);
    assert_true(hunch_unit_float(1, 23, (1 << 24) + 1) == 0x4B800000); /* a tie goes to even */
    assert_true(hunch_unit_float(1, 23, (1 << 24) + 3) == 0x4B800002);
    uint64_t seed = 6;
    for (unsigned unit = 1; unit < UNITS; unit++)
        for (unsigned i = 0; i < 2000; i++) {
            uint32_t divisor = hunch_unit_divisor(unit);
            int64_t k = (int64_t)(random_u32(&seed) >> (8 + random_below(&seed, 24))) - 1000;
            assert_true(hunch_unit_count(divisor, 52, hunch_unit_float(divisor, 52, k)) == k);
            if (k < 1 << 20 && k > -(1 << 20))
                assert_true(hunch_unit_count(divisor, 23, hunch_unit_float(divisor, 23, k)) == k);
        }
}

/* A second array that equals the first, one that is near to it, and a row that is its own mirror. */
static void what_stood_before_is_recalled(void **state) {
    (void)state;
    enum { COUNT = 4000 };
    struct stream s = {NULL, 0};
    uint64_t seed = 7;
    stream_head(&s, ELEMENT_F32, 0, 50, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        stream_element(&s, ELEMENT_F32, 0, 0x3C000000 + (random_u32(&seed) >> 6));
    size_t alone = round_trip(s.data, s.length, 5);
    uint8_t first[4 * COUNT];
    memcpy(first, s.data + TENSOR_HEAD, sizeof first);
    stream_head(&s, ELEMENT_F32, 0, 50, COUNT);
    memcpy(stream_take(&s, sizeof first), first, sizeof first);
    assert_in_range(round_trip(s.data, s.length, 5), 0, alone + 200);
    stream_close(&s);

    stream_head(&s, ELEMENT_F32, 0, 200, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        size_t row = i / 200, column = i % 200, near = column < 100 ? column : 199 - column;
        uint64_t one = row * 1000 + near + 1;
        stream_element(&s, ELEMENT_F32, 0, 0x3C000000 + (random_u32(&one) >> 6));
    }
    assert_in_range(round_trip(s.data, s.length, 5), 0, alone * 6 / 10);
    stream_close(&s);
}

/* Many small arrays of any shape, empty ones, columns that are more than the elements. */
static void many_arrays_come_back(void **state) {
    (void)state;
    struct stream s = {NULL, 0};
    uint64_t seed = 8, walk = 0;
    for (unsigned k = 0; k < 200; k++) {
        unsigned kind = 1 + random_below(&seed, ELEMENT_I64), big = random_below(&seed, 2);
        size_t count = random_below(&seed, 1 + random_below(&seed, 60));
        stream_head(&s, kind, big, random_below(&seed, 9) ? 1 + random_below(&seed, 20) : UINT32_MAX, count);
        for (size_t i = 0; i < count; i++)
            stream_element(&s, kind, big, mixed_value(&seed, &walk, i, 9));
    }
    all_levels(&s);
    stream_close(&s);
}

/* Wider than what is kept for columns. */
static void wide_rows_come_back(void **state) {
    (void)state;
    struct stream s = {NULL, 0};
    uint64_t seed = 9;
    stream_head(&s, ELEMENT_I16, 1, 70000, 150000);
    for (size_t i = 0; i < 150000; i++)
        stream_element(&s, ELEMENT_I16, 1, i % 70000 / 9 + random_below(&seed, 4));
    round_trip(s.data, s.length, 1);
    round_trip(s.data, s.length, 3);
    stream_close(&s);
}

static void heads_that_lie_come_back(void **state) {
    (void)state;
    static const struct {
        unsigned kind, flags;
        uint32_t columns;
        uint64_t count;
    } lies[] = {{0, 0, 1, 4},          {10, 0, 1, 4},          {255, 0, 1, 4},           {2, 2, 1, 4},
                {2, 0, 0, 4},          {2, 0, 1, 1000},        {2, 0, 1, UINT64_MAX},    {1, 0, 1, UINT64_MAX / 8 + 1},
                {1, 0, 3, 1ull << 61}, {6, 0, 7, 1ull << 63},  {9, 1, UINT32_MAX, 1ull << 32}};
    for (size_t k = 0; k < sizeof lies / sizeof lies[0]; k++) {
        struct stream s = {NULL, 0};
        uint64_t seed = 10;
        stream_head(&s, ELEMENT_F32, 0, 5, 20);
        random_fill(&seed, stream_take(&s, 80), 80);
        stream_head(&s, lies[k].kind, lies[k].flags, lies[k].columns, lies[k].count);
        random_fill(&seed, stream_take(&s, 300), 300);
        all_levels(&s);
        stream_close(&s);
    }
}

/* Streams cut anywhere. */
static void cut_streams_come_back(void **state) {
    (void)state;
    struct stream s = {NULL, 0};
    uint64_t seed = 11, walk = 0;
    stream_head(&s, ELEMENT_I32, 0, 4, 10);
    for (size_t i = 0; i < 10; i++)
        stream_element(&s, ELEMENT_I32, 0, mixed_value(&seed, &walk, i, 5));
    stream_head(&s, ELEMENT_F64, 1, 3, 6);
    for (size_t i = 0; i < 6; i++)
        stream_element(&s, ELEMENT_F64, 1, mixed_value(&seed, &walk, i, 5));
    for (size_t length = 1; length <= s.length; length++)
        for (uint32_t level = 1; level <= LEVELS; level += 4)
            round_trip(s.data, length, level);
    stream_close(&s);
}

/* Payloads of strangers, and good ones with a byte changed: any output, but an end. */
static void strangers_end_in_time(void **state) {
    (void)state;
    enum { LENGTH = 5000 };
    uint8_t *data = malloc(LENGTH), *payload = malloc(2 * LENGTH);
    struct stream s = {NULL, 0};
    uint64_t seed = 12, walk = 0;
    enum coder_trouble trouble;
    for (unsigned kind = ELEMENT_F64; kind <= ELEMENT_I64; kind++) {
        stream_head(&s, kind, 0, 20, 60);
        for (size_t i = 0; i < 60; i++)
            stream_element(&s, kind, 0, mixed_value(&seed, &walk, i, 15));
    }
    for (unsigned round = 0; round < 600; round++) {
        uint32_t level = 1 + round % LEVELS;
        size_t size = 1 + random_below(&seed, 600);
        random_fill(&seed, payload, size);
        if (round % 3) {
            memcpy(data, s.data, s.length);
            size = run(CODER_ENCODE, level, payload, 2 * LENGTH, data, s.length, &trouble);
            payload[random_below(&seed, (uint32_t)size)] ^= (uint8_t)(1 + random_below(&seed, 255));
        }
        run(CODER_DECODE, level, payload, size, data, round % 2 ? s.length : LENGTH, &trouble);
    }
    stream_close(&s);
    free(data);
    free(payload);
}

static void parameters_are_levels(void **state) {
    (void)state;
    const struct model *model = hunch_model_find(TENSOR);
    for (uint32_t parameter = 0; parameter < 4096; parameter++) {
        struct model_params p = {.parameter = parameter, .length = 1000};
        assert_true((model->size(&p) > 0) == (parameter >= 1 && parameter <= LEVELS));
    }
    struct model_params small = {.parameter = 9, .length = 1000}, large = {.parameter = 9, .length = 1 << 30},
                        middle = {.parameter = 5, .length = 1 << 30};
    assert_in_range(model->size(&small), 1, 32 << 20);
    assert_in_range(model->size(&middle), 1, 250 << 20);
    assert_in_range(model->size(&large), 1, 800 << 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_come_back_in_both_byte_orders),
        cmocka_unit_test(byte_order_costs_nothing),
        cmocka_unit_test(strange_floats_come_back),
        cmocka_unit_test(extremes_of_whole_numbers_come_back),
        cmocka_unit_test(constants_cost_next_to_nothing),
        cmocka_unit_test(noise_does_not_grow),
        cmocka_unit_test(multiples_of_a_hundredth_are_short),
        cmocka_unit_test(units_are_exact),
        cmocka_unit_test(what_stood_before_is_recalled),
        cmocka_unit_test(many_arrays_come_back),
        cmocka_unit_test(wide_rows_come_back),
        cmocka_unit_test(heads_that_lie_come_back),
        cmocka_unit_test(cut_streams_come_back),
        cmocka_unit_test(strangers_end_in_time),
        cmocka_unit_test(parameters_are_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
