/* The model of pictures on typed streams: every layout comes back at every level and costs what was measured; heads
 * that make no sense are bytes, damaged payloads end within bounds, pictures are really understood. `test_image TOP`
 * leaves out the levels above TOP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/pass.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/cpu.h"
#include "conformance/unit/random.h"
#include "models/registry.h"

enum {
    IMAGE = 3,
    LONGEST = 40000, /* bytes of a stream */
    ROOM = 2 * LONGEST + 4096,
    GUARD = 64, /* bytes behind each stream that must not change */
    GUARD_BYTE = 0x5A
};

enum look { LOOK_SMOOTH, LOOK_TILES, LOOK_NOISE, LOOK_FLAT, LOOKS };

struct array {
    uint8_t layout;
    uint32_t width, height, count;
};

static const struct array arrays[] = {
    {1, 40, 30, 1}, {2, 33, 17, 1}, {3, 40, 30, 1}, {4, 21, 19, 1}, {1 | 16, 37, 23, 1}, {1 | 8, 31, 20, 1},
    {2 | 8, 9, 11, 2}, {3 | 8, 15, 10, 1}, {4 | 8, 7, 9, 1}, {1, 28, 28, 6}, {3, 8, 8, 9}, {1, 1, 1, 1}, {3, 1, 1, 3},
    {3, 300, 1, 1}, {1, 1, 300, 1}, {4, 2, 70, 1}, {1, 5000, 2, 1}, {3 | 16, 12, 12, 1},
};
enum { ARRAYS = sizeof arrays / sizeof arrays[0] };

static unsigned top = 9;
static uint8_t stream[LONGEST + GUARD], work[LONGEST + GUARD], payload[ROOM + GUARD], other[ROOM + GUARD];

static void put_head(uint8_t *at, const struct array *a) {
    at[0] = a->layout;
    store_u32(at + 1, a->width);
    store_u32(at + 5, a->height);
    store_u32(at + 9, a->count);
}

static uint32_t sample_at(enum look look, uint32_t x, uint32_t y, unsigned s, uint64_t *seed) {
    switch (look) {
    case LOOK_SMOOTH:
        return 20000 + x * 700 + y * 300 + s * 5000 + random_below(seed, 900);
    case LOOK_TILES:
        return (x / 5 + y / 3) % 3 * 20000 + s * 1000;
    case LOOK_NOISE:
        return random_u32(seed) & 65535;
    default:
        return 0x5AA5;
    }
}

/* Appends head and pictures; returns the new length. */
static size_t put_array(size_t at, const struct array *a, enum look look, uint64_t *seed) {
    put_head(stream + at, a);
    at += IMAGE_HEAD;
    for (uint32_t k = 0; k < a->count; k++)
        for (uint32_t y = 0; y < a->height; y++)
            for (uint32_t x = 0; x < a->width; x++)
                for (unsigned s = 0; s < (a->layout & 7u); s++) {
                    uint32_t v = sample_at(look, x, y, s, seed);
                    stream[at++] = (uint8_t)(v >> 8);
                    if (a->layout & 8)
                        stream[at++] = (uint8_t)v;
                }
    assert_true(at <= LONGEST);
    return at;
}

static size_t pass(struct model_params p, enum coder_direction direction, uint8_t *data, uint8_t *coded, size_t room,
                   enum coder_trouble *trouble) {
    struct outcome o = model_pass(hunch_model_find(IMAGE), &p, direction, data, coded, room);
    *trouble = o.trouble;
    return o.length;
}

/* stream[0 .. length - 1] there and back; returns the length of the payload. */
static size_t round_trip(uint32_t level, size_t length) {
    struct model_params p = {level, length, hunch_cpu_detect()}, plain = {level, length, 0};
    enum coder_trouble trouble;
    memcpy(work, stream, length);
    memset(work + length, GUARD_BYTE, GUARD);
    size_t coded = pass(p, CODER_ENCODE, work, payload, ROOM, &trouble);
    assert_int_equal(trouble, CODER_FINE);
    assert_memory_equal(work, stream, length);
    size_t measured = pass(p, CODER_MEASURE, work, NULL, 0, &trouble);
    /* where ones follow to the end, the payload ends in zeros, which are left out */
    assert_in_range(measured, coded > 8 ? coded - 8 : 0, coded + 40 + length / 1024);
    assert_int_equal(pass(plain, CODER_ENCODE, work, other, ROOM, &trouble), coded);
    assert_memory_equal(payload, other, coded);
    memset(work, 0xA5, length);
    assert_int_equal(pass(p, CODER_DECODE, work, payload, coded, &trouble), coded);
    assert_int_equal(trouble, CODER_FINE);
    assert_memory_equal(work, stream, length);
    for (unsigned i = 0; i < GUARD; i++)
        assert_int_equal(work[length + i], GUARD_BYTE);
    return coded;
}

static void every_layout_comes_back(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (uint32_t level = 1; level <= top; level++)
        for (unsigned i = 0; i < ARRAYS; i++)
            for (enum look look = 0; look < LOOKS; look++)
                round_trip(level, put_array(0, &arrays[i], look, &seed));
}

static void arrays_behind_one_another_come_back(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (uint32_t level = 1; level <= top; level++) {
        size_t length = 0;
        for (unsigned i = 0; i < 12; i++)
            length = put_array(length, &arrays[i], (enum look)(i % LOOKS), &seed);
        round_trip(level, length);
    }
}

/* Heads that promise too much or mean nothing, at the start and behind a good array. */
static void heads_without_sense_are_bytes(void **state) {
    (void)state;
    static const struct array bad[] = {
        {0, 4, 4, 1}, {5, 4, 4, 1}, {7, 4, 4, 1}, {1 | 32, 4, 4, 1}, {1, 0, 4, 1}, {1, 4, 0, 1}, {1, 4, 4, 0},
        {1, 4, 4, UINT32_MAX}, {1, 65535, 65535, 1}, {4 | 8, UINT32_MAX, UINT32_MAX, UINT32_MAX}, {1, 70000, 1, 1},
        {3, 1000, 1000, 1}, {255, UINT32_MAX, 1, 1},
    };
    uint64_t seed = 3;
    for (uint32_t level = 1; level <= top; level += 2)
        for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
            for (unsigned behind = 0; behind < 2; behind++) {
                size_t at = behind ? put_array(0, &arrays[3], LOOK_SMOOTH, &seed) : 0;
                put_head(stream + at, &bad[i]);
                for (size_t k = at + IMAGE_HEAD; k < at + 200; k++)
                    stream[k] = (uint8_t)(k % 7 * 3);
                round_trip(level, at + 200);
            }
}

/* A stream may end anywhere, in a head too. */
static void streams_may_end_anywhere(void **state) {
    (void)state;
    uint64_t seed = 4;
    for (uint32_t level = 1; level <= top; level += 4) {
        size_t length = put_array(put_array(0, &arrays[11], LOOK_SMOOTH, &seed), &arrays[12], LOOK_NOISE, &seed);
        for (size_t cut = 1; cut <= length; cut++)
            round_trip(level, cut);
    }
}

static void damaged_payloads_end_within_bounds(void **state) {
    (void)state;
    enum coder_trouble trouble;
    uint64_t seed = 5;
    for (uint32_t level = 1; level <= top; level++)
        for (unsigned round = 0; round < 30; round++) {
            size_t length = put_array(0, &arrays[round % 12], (enum look)(round % LOOKS), &seed);
            struct model_params p = {level, length, hunch_cpu_detect()};
            size_t coded = pass(p, CODER_ENCODE, stream, payload, ROOM, &trouble);
            for (unsigned k = 0; k < 3 && coded > 0; k++)
                payload[random_below(&seed, round % 2 ? (uint32_t)coded : 1 + (uint32_t)coded / 30)] ^=
                    (uint8_t)(1 + random_below(&seed, 255));
            memset(work + length, GUARD_BYTE, GUARD);
            assert_true(pass(p, CODER_DECODE, work, payload, coded, &trouble) <= coded);
            for (unsigned i = 0; i < GUARD; i++)
                assert_int_equal(work[length + i], GUARD_BYTE);
        }
}

/* Noise of about two bits on a slope: not far from its entropy. Tiles: next to nothing. */
static void pictures_are_understood(void **state) {
    (void)state;
    static const struct array large = {3, 110, 110, 1};
    uint64_t seed = 6;
    for (uint32_t level = 1; level <= top; level++) {
        size_t length = put_array(0, &large, LOOK_SMOOTH, &seed);
        assert_true(round_trip(level, length) * 8 < length * (level < 3 ? 34 : 30) / 10);
        length = put_array(0, &large, LOOK_TILES, &seed);
        assert_true(round_trip(level, length) < length / (level < 3 ? 15 : 200));
    }
}

static void other_parameters_are_refused(void **state) {
    (void)state;
    const struct model *model = hunch_model_find(IMAGE);
    for (uint32_t parameter = 0; parameter < 4096; parameter++) {
        struct model_params p = {parameter, 1000, 0};
        assert_int_equal(model->size(&p) != 0, parameter >= 1 && parameter <= 9);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_layout_comes_back),
        cmocka_unit_test(arrays_behind_one_another_come_back),
        cmocka_unit_test(heads_without_sense_are_bytes),
        cmocka_unit_test(streams_may_end_anywhere),
        cmocka_unit_test(damaged_payloads_end_within_bounds),
        cmocka_unit_test(pictures_are_understood),
        cmocka_unit_test(other_parameters_are_refused),
    };
    if (argc > 1)
        top = (unsigned)strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
