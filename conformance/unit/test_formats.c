/* Every format of the registry: what split takes apart join puts together, and damaged input to join is told or gives
 * some bytes, in time and within bounds. Buffers are as long as they are said to be, so that sanitizers see overruns.
 * `test_formats MOST` cuts inputs to MOST bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/inputs.h"
#include "conformance/unit/random.h"
#include "formats/registry.h"

static size_t most = INPUT_LONGEST;
static uint8_t data[INPUT_LONGEST];

/* split into a fresh buffer of `capacity` bytes. */
static size_t split(const struct format *f, size_t length, uint8_t **out, size_t capacity) {
    *out = malloc(capacity + 1);
    (*out)[capacity] = 0x5A;
    size_t size = f->split(data, length, *out, capacity);
    assert_true(size <= capacity);
    assert_int_equal((*out)[capacity], 0x5A);
    return size;
}

static bool join(const struct format *f, const uint8_t *parts, size_t size, uint8_t *out, size_t length) {
    uint8_t *exact = malloc(size ? size : 1);
    memcpy(exact, parts, size);
    bool good = f->join(exact, size, out, length);
    free(exact);
    return good;
}

static void check_round_trip(const struct format *f, const struct input *input, size_t length) {
    uint8_t *parts, *again, *back = malloc(length + 1);
    size_t size = split(f, length, &parts, 2 * length + 4096);
    assert_int_equal(split(f, length, &again, 2 * length + 4096), size);
    assert_memory_equal(parts, again, size);
    back[length] = 0x5A;
    memset(back, 0xA5, length);
    if (size > 0 && (!join(f, parts, size, back, length) || memcmp(back, data, length) != 0))
        fail_msg("%s, %s: does not come back", f->name, input->name);
    assert_int_equal(back[length], 0x5A);
    free(parts);
    free(again);
    free(back);
}

static void inputs_come_back(void **state) {
    (void)state;
    const struct format *f;
    const struct input *input;
    for (unsigned i = 0; (f = hunch_format_at(i)); i++)
        for (unsigned j = 0; (input = input_at(j)); j++) {
            size_t length = input_fill(input, data, most);
            f->probe(data, length); /* an opinion: split must cope with content that it does not like too */
            check_round_trip(f, input, length);
        }
}

static void little_room_is_declined(void **state) {
    (void)state;
    const struct format *f;
    const struct input *input;
    for (unsigned i = 0; (f = hunch_format_at(i)); i++)
        for (unsigned j = 0; (input = input_at(j)); j++) {
            size_t length = input_fill(input, data, most < 8000 ? most : 8000);
            for (size_t capacity = 0; capacity < length; capacity = capacity * 2 + 1) {
                uint8_t *parts;
                split(f, length, &parts, capacity);
                free(parts);
            }
        }
}

/* Changes bytes of the parts, cuts them, or asks for another length. */
static void spoil(const struct format *f, uint8_t *parts, size_t size, size_t length, uint64_t *seed) {
    for (unsigned round = 0; round < 60; round++) {
        size_t at = random_below(seed, round % 2 ? (uint32_t)size : size < 16 ? (uint32_t)size : 16);
        size_t cut = round % 5 == 0 ? random_below(seed, (uint32_t)size + 1) : size;
        size_t asked = round % 7 == 0 ? 1 + random_below(seed, 2 * (uint32_t)length) : length;
        uint8_t *out = malloc(asked), before = parts[at];
        parts[at] = (uint8_t)random_u32(seed);
        join(f, parts, cut, out, asked);
        parts[at] = before;
        free(out);
    }
}

static void damaged_parts_stay_in_bounds(void **state) {
    (void)state;
    const struct format *f;
    const struct input *input;
    uint64_t seed = 2;
    for (unsigned i = 0; (f = hunch_format_at(i)); i++)
        for (unsigned j = 0; (input = input_at(j)); j++) {
            size_t length = input_fill(input, data, most < 5000 ? most : 5000);
            uint8_t *parts;
            size_t size = split(f, length, &parts, 2 * length + 4096);
            if (size > 0)
                spoil(f, parts, size, length, &seed);
            free(parts);
        }
}

static void random_parts_stay_in_bounds(void **state) {
    (void)state;
    const struct format *f;
    uint64_t seed = 3;
    for (unsigned i = 0; (f = hunch_format_at(i)); i++)
        for (unsigned round = 0; round < 500; round++) {
            uint8_t parts[300], *out;
            size_t size = random_below(&seed, sizeof parts), length = 1 + random_below(&seed, 3000);
            random_fill(&seed, parts, size);
            for (size_t j = 0; j < size && round % 2; j++)
                parts[j] = (uint8_t)(parts[j] >> 5); /* small numbers: lengths that are near the truth */
            out = malloc(length);
            join(f, parts, size, out, length);
            free(out);
        }
}

static void entries_are_sound(void **state) {
    (void)state;
    const struct format *f;
    for (unsigned i = 0; (f = hunch_format_at(i)); i++) {
        assert_ptr_equal(hunch_format_find(f->id), f);
        assert_true(f->id != 0 && f->name[0] && f->summary[0]);
    }
    assert_null(hunch_format_find(0));
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_sound),
        cmocka_unit_test(inputs_come_back),
        cmocka_unit_test(little_room_is_declined),
        cmocka_unit_test(damaged_parts_stay_in_bounds),
        cmocka_unit_test(random_parts_stay_in_bounds),
    };
    if (argc > 1)
        most = strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
