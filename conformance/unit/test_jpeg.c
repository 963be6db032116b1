/* JPEG files as pieces, and the model of their coefficients. `test_jpeg ROUNDS FILE...`: the files of
 * conformance/data/jpeg; all of them must be taken apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/pass.h"
#include "base/cpu.h"
#include "conformance/unit/random.h"
#include "formats/pieces.h"
#include "models/registry.h"

enum { FILE_MOST = 1 << 16, TRAIL = 33, ROOM = 1 << 26, MODEL = 6, LEVELS = 9, LEVEL_LAST_TRIED = 3 };

static char **files;
static int file_count;
static unsigned rounds;
static const struct allocator memory_of_system;

static size_t load(const char *name, uint8_t *data) {
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    size_t n = fread(data, 1, FILE_MOST, f);
    fclose(f);
    assert_true(n > 0 && n < FILE_MOST);
    return n;
}

static bool split(struct streams *s, const uint8_t *data, size_t length) {
    uint8_t *exact = malloc(length ? length : 1);
    *s = (struct streams){.allocator = &memory_of_system, .room = ROOM};
    memcpy(exact, data, length);
    bool found = hunch_pieces_split(s, exact, length, (struct outlook){0});
    free(exact);
    return found;
}

static size_t total(const struct streams *s) {
    size_t sum = 0;
    for (unsigned k = 0; k < CONTENT_KINDS; k++)
        sum += s->of[k].length;
    return sum;
}

static bool join(struct streams *s, uint8_t *out, size_t length) {
    s->room = hunch_pieces_scratch(length, total(s));
    return hunch_pieces_join(s, out, length);
}

static void check_back(const uint8_t *data, size_t length, struct streams *s) {
    uint8_t *out = malloc(length);
    assert_true(join(s, out, length));
    assert_memory_equal(out, data, length);
    free(out);
}

static void files_come_back(void **state) {
    static uint8_t data[FILE_MOST + TRAIL];
    (void)state;
    for (int i = 0; i < file_count; i++) {
        struct streams s;
        size_t n = load(files[i], data);
        memset(data + n, 'x', TRAIL);
        assert_true(split(&s, data, n + TRAIL));
        assert_true(s.of[CONTENT_DCT].length > n);
        assert_true(s.of[CONTENT_BYTES].length < n / 3 + TRAIL + 400); /* headers and what follows */
        if (strstr(files[i], "colour-420")) /* known tables are not kept */
            assert_true(s.of[CONTENT_BYTES].length < 100 + TRAIL);
        check_back(data, n + TRAIL, &s);
        hunch_streams_free(&s);
    }
}

/* A bit of the padding at the end that is not as the others: kept, beside the best tables too. */
static void odd_padding_is_kept(void **state) {
    static uint8_t data[FILE_MOST];
    (void)state;
    for (int i = 0; i < file_count; i++) {
        struct streams s;
        size_t n = load(files[i], data);
        if (strstr(files[i], "progressive")) /* they end with a whole byte */
            continue;
        assert_memory_equal(data + n - 2, "\xFF\xD9", 2);
        data[n - 3] ^= 1;
        assert_true(split(&s, data, n));
        assert_true(s.of[CONTENT_DCT].length > n);
        check_back(data, n, &s);
        hunch_streams_free(&s);
    }
}

/* How many images the stream of coefficients has is seen from what is left when one is taken off. */
static void small_file_in_header_is_found(void **state) {
    static uint8_t data[FILE_MOST], outer[FILE_MOST];
    unsigned found = 0;
    (void)state;
    for (int i = 0; i < file_count; i++) {
        struct streams with, without;
        if (!strstr(files[i], "thumbnail"))
            continue;
        size_t n = load(files[i], data), cut = 4 + ((size_t)data[4] << 8 | data[5]);
        memcpy(outer, data, 2);
        memcpy(outer + 2, data + cut, n - cut);
        assert_true(split(&with, data, n) && split(&without, outer, n - cut + 2));
        assert_true(with.of[CONTENT_DCT].length > without.of[CONTENT_DCT].length);
        hunch_streams_free(&with);
        hunch_streams_free(&without);
        found++;
    }
    assert_int_equal(found, 1);
}

static void damaged_files_come_back_or_are_declined(void **state) {
    static uint8_t data[FILE_MOST];
    uint64_t seed = 5;
    (void)state;
    for (unsigned round = 0; round < rounds; round++) {
        struct streams s;
        size_t n = load(files[round % (unsigned)file_count], data);
        for (unsigned k = 0; k <= round % 3; k++)
            data[3 + random_below(&seed, (uint32_t)(round % 2 ? n - 3 : 700))] = (uint8_t)random_u32(&seed);
        if (round % 5 == 0)
            n = 3 + random_below(&seed, (uint32_t)n - 3);
        if (split(&s, data, n))
            check_back(data, n, &s);
        hunch_streams_free(&s);
    }
}

static void damaged_streams_are_told_or_give_bytes(void **state) {
    static uint8_t data[FILE_MOST], out[FILE_MOST];
    uint64_t seed = 6;
    (void)state;
    for (unsigned round = 0; round < rounds; round++) {
        struct streams s;
        size_t n = load(files[round % (unsigned)file_count], data);
        assert_true(split(&s, data, n));
        unsigned kind = (const unsigned[]){CONTENT_DCT, CONTENT_RECIPE, CONTENT_BYTES}[round % 3];
        for (unsigned k = 0; k <= round % 4 / 2; k++) {
            size_t from = round % 4 == 1 && s.of[kind].length > 40 ? 40 : s.of[kind].length; /* heads, often */
            s.of[kind].bytes[random_below(&seed, (uint32_t)from)] = (uint8_t)random_u32(&seed);
        }
        if (round % 7 == 0)
            s.of[kind].length = random_below(&seed, (uint32_t)s.of[kind].length);
        join(&s, out, round % 11 ? n : n / 2);
        hunch_streams_free(&s);
    }
}

/* ---- the model */

static struct outcome pass(uint32_t level, enum coder_direction direction, uint8_t *block, size_t length,
                           uint8_t *coded, size_t room, unsigned cpu) {
    struct model_params p = {level, length, cpu};
    return model_pass(hunch_model_find(MODEL), &p, direction, block, coded, room);
}

static size_t check_model(uint32_t level, const uint8_t *data, size_t length) {
    size_t room = 2 * length + 64;
    uint8_t *block = malloc(length), *coded = malloc(room);
    memcpy(block, data, length);
    struct outcome coding = pass(level, CODER_ENCODE, block, length, coded, room, 0);
    struct outcome measured = pass(level, CODER_MEASURE, block, length, NULL, 0, hunch_cpu_detect());
    assert_memory_equal(block, data, length);
    assert_true(measured.length + 8 >= coding.length && measured.length <= coding.length + 8);
    memset(block, 0x33, length);
    struct outcome back = pass(level, CODER_DECODE, block, length, coded, coding.length, hunch_cpu_detect());
    assert_true(coding.trouble == CODER_FINE && back.trouble == CODER_FINE);
    assert_memory_equal(block, data, length);
    free(block);
    free(coded);
    return coding.length;
}

static void coefficients_come_back(void **state) {
    static uint8_t data[FILE_MOST];
    (void)state;
    for (int i = 0; i < file_count; i++) {
        struct streams s;
        size_t n = load(files[i], data);
        assert_true(split(&s, data, n));
        for (uint32_t level = 1; level <= LEVELS; level += i == 0 ? 1 : 4)
            assert_true(check_model(level, s.of[CONTENT_DCT].bytes, s.of[CONTENT_DCT].length) < n);
        hunch_streams_free(&s);
    }
}

/* Several images behind one another; heads of nonsense, large promises, numbers that no split writes. */
static void any_bytes_come_back(void **state) {
    static uint8_t data[FILE_MOST], stream[FILE_MOST];
    uint64_t seed = 7;
    (void)state;
    for (unsigned round = 0; round < rounds / 4; round++) {
        struct streams s;
        size_t n = load(files[round % (unsigned)file_count], data), used;
        assert_true(split(&s, data, n));
        used = s.of[CONTENT_DCT].length;
        memcpy(stream, s.of[CONTENT_DCT].bytes, used);
        memcpy(stream + used, s.of[CONTENT_DCT].bytes, used);
        hunch_streams_free(&s);
        used = 1 + random_below(&seed, 2 * (uint32_t)used);
        for (unsigned k = 0; k < round % 4; k++)
            stream[random_below(&seed, round % 2 && used > 11 ? 11 : (uint32_t)used)] = (uint8_t)random_u32(&seed);
        check_model(1 + round % LEVEL_LAST_TRIED, stream, used);
    }
}

static void random_payloads_end(void **state) {
    static uint8_t data[FILE_MOST], payload[2 * FILE_MOST];
    uint64_t seed = 8;
    (void)state;
    for (unsigned round = 0; round < rounds / 4; round++) {
        struct streams s;
        size_t n = load(files[round % (unsigned)file_count], data), used;
        assert_true(split(&s, data, n));
        used = s.of[CONTENT_DCT].length;
        struct outcome o = pass(1, CODER_ENCODE, s.of[CONTENT_DCT].bytes, used, payload, sizeof payload, 0);
        for (unsigned k = 0; k < 3; k++)
            payload[random_below(&seed, k ? (uint32_t)o.length : 24)] = (uint8_t)random_u32(&seed);
        used = round % 3 ? used : 1 + random_below(&seed, (uint32_t)used);
        uint8_t *block = malloc(used);
        pass(1, CODER_DECODE, block, used, payload, o.length, 0);
        free(block);
        hunch_streams_free(&s);
    }
}

static void strange_parameters_are_refused(void **state) {
    (void)state;
    const struct model *m = hunch_model_find(MODEL);
    for (uint32_t parameter = 0; parameter < 1024; parameter++) {
        struct model_params p = {parameter, 1000, 0};
        assert_int_equal(m->size(&p) > 0, parameter >= 1 && parameter <= LEVELS);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_back),
        cmocka_unit_test(odd_padding_is_kept),
        cmocka_unit_test(small_file_in_header_is_found),
        cmocka_unit_test(damaged_files_come_back_or_are_declined),
        cmocka_unit_test(damaged_streams_are_told_or_give_bytes),
        cmocka_unit_test(coefficients_come_back),
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(random_payloads_end),
        cmocka_unit_test(strange_parameters_are_refused),
    };
    if (argc < 3)
        return 1;
    rounds = (unsigned)strtoul(argv[1], NULL, 10);
    files = argv + 2;
    file_count = argc - 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
