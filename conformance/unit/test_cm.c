/* The context-mixing model under the parameters that an encoder may choose: records of every shape come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/pass.h"
#include "base/arena.h"
#include "base/cpu.h"
#include "models/cm/contexts.h"
#include "models/registry.h"

enum { LENGTH = 3000 };

static size_t run(enum coder_direction direction, uint32_t parameter, uint8_t *data, uint8_t *payload, size_t size,
                  unsigned cpu) {
    struct model_params params = {.parameter = parameter, .length = LENGTH, .cpu = cpu};
    return model_pass(hunch_model_find(2), &params, direction, data, payload, size).length;
}

static void comes_back(const uint8_t *data, uint32_t parameter) {
    uint8_t work[1 + LENGTH], back[1 + LENGTH], payload[2 * LENGTH]; /* the first bytes stand before the block */
    memset(work, 0x3C, sizeof work);
    memcpy(work + 1, data, LENGTH);
    size_t size = run(CODER_ENCODE, parameter, work + 1, payload, sizeof payload, hunch_cpu_detect());
    memset(back, 0xA5, sizeof back); /* what a decoder finds there, and before it, must not matter */
    run(CODER_DECODE, parameter, back + 1, payload, size, 0);
    assert_memory_equal(back + 1, data, LENGTH);
}

/* A wave with noise in samples of `width` bytes. */
static void fill(uint8_t *data, size_t width) {
    uint32_t seed = 1;
    for (size_t i = 0; i < LENGTH; i++) {
        seed = seed * 1664525 + 1013904223;
        size_t t = i / width % 64;
        data[i] = i % width == 0 ? (uint8_t)(3 * (t < 32 ? t : 64 - t) + (seed >> 28)) : (uint8_t)(i % width);
    }
}

static void records_come_back(void **state) {
    (void)state;
    uint8_t data[LENGTH];
    for (uint32_t width = 1; width <= 4; width++)
        for (uint32_t rows = 0; rows < 6; rows++)
            for (uint32_t level = 3; level <= 9; level += 3) {
                static const uint32_t samples[] = {0, 2, 3, 4, 64, 5000};
                uint32_t parameter = level | width << PARAMETER_WIDTH | (width - 1) << PARAMETER_SHIFT |
                                     samples[rows] * width << PARAMETER_STRIDE;
                fill(data, width);
                comes_back(data, parameter);
            }
}

static void words_come_back(void **state) {
    (void)state;
    uint8_t data[LENGTH];
    for (uint32_t singles = 0; singles <= 128; singles += 64)
        for (uint32_t level = 3; level <= 9; level += 2) {
            for (size_t i = 0; i < LENGTH; i++)
                data[i] = (uint8_t)(i * i % 251 + (i % 7 == 0 ? 100 : 0));
            comes_back(data, level | (uint32_t)WIDTH_WORDS << PARAMETER_WIDTH | singles << PARAMETER_STRIDE);
        }
}

static void neighbours_that_overlap_are_refused(void **state) {
    (void)state;
    const struct model *cm = hunch_model_find(2);
    static const uint32_t strides[] = {1, 2, 3, 5, 7};
    for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++) {
        struct model_params params = {.parameter = 5 | 2 << PARAMETER_WIDTH | strides[i] << PARAMETER_STRIDE,
                                      .length = 9};
        assert_int_equal(cm->size(&params), 0);
    }
}

static void samples_are_found(void **state) {
    (void)state;
    enum { SIZE = 1 << 16 };
    uint8_t *data = malloc(SIZE);
    assert_non_null(data);
    uint32_t seed = 1;
    for (size_t i = 0; i < SIZE; i += 2) {
        seed = seed * 1664525 + 1013904223;
        uint32_t value = (uint32_t)(i % 512 > 256 ? 512 - i % 512 : i % 512) * 4 + (seed >> 28);
        data[i] = (uint8_t)value;
        data[i + 1] = (uint8_t)(value >> 8);
    }
    uint32_t hint = hunch_cm_hint((struct content){CONTENT_BYTES, 0}, data, SIZE);
    assert_int_equal(hint >> PARAMETER_WIDTH & 7, 2);
    assert_int_equal((hint >> PARAMETER_STRIDE) % 512, 0);
    free(data);
}

static uint32_t hint_of(const char *line, unsigned lines) {
    char *text = malloc(strlen(line) * lines + 1);
    size_t length = 0;
    for (unsigned i = 0; i < lines; i++)
        length += (size_t)sprintf(text + length, "%s", line);
    uint32_t hint = hunch_cm_hint((struct content){CONTENT_BYTES, 0}, (const uint8_t *)text, length);
    free(text);
    return hint;
}

static void tables_are_found(void **state) {
    (void)state;
    const uint32_t table = (uint32_t)WIDTH_TABLE << PARAMETER_WIDTH;
    assert_int_equal(hint_of("12,abc,7.5,\"x\"\n", 500), table | ',' << PARAMETER_STRIDE);
    assert_int_equal(hint_of("12\tabc\t7.5\n", 500), table | '\t' << PARAMETER_STRIDE);
    assert_int_equal(hint_of("{\"a\": 1, \"b\": [2, 3]}\n", 500), table | '{' << PARAMETER_STRIDE);
    assert_int_equal(hint_of("It is a truth, universally acknowledged,\nthat a man\n", 200), 0);
    assert_int_equal(hint_of("12,abc,7.5,x\n", 5), 0);
    assert_int_equal(hint_of("no line ends here, and so on, and on ", 500), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_come_back),
        cmocka_unit_test(words_come_back),
        cmocka_unit_test(neighbours_that_overlap_are_refused),
        cmocka_unit_test(samples_are_found),
        cmocka_unit_test(tables_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
