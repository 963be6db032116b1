/* Deflate streams of zlib at all its settings come back, and cost next to nothing; so do streams in parts, with flushes
 * and dictionaries; damaged and cut ones do no harm. `test_deflate SHARE FILE`: one in so many of the settings and
 * faults; a text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/bytes.h"
#include "conformance/unit/random.h"
#include "conformance/unit/taken.h"

enum {
    SIZE = 40000, /* bytes of each content */
    GZIP_HEADER = 10,
    GZIP_AROUND = 18,
    RECIPE_MOST = 48, /* bytes: of the walk, the piece and the stream without notes, and a few notes */
};

static unsigned share = 1;
static const char *text_path = "";
static uint64_t seed = 1;

enum sort { TEXT, RECORDS, NOISE, RUNS, ZEROS, CONTENTS };
static uint8_t contents[CONTENTS][SIZE];

static void fill_contents(void) {
    FILE *file = fopen(text_path, "rb");
    size_t n = file ? fread(contents[TEXT], 1, SIZE, file) : 0;
    if (file)
        fclose(file);
    for (size_t i = n; i < SIZE; i++)
        contents[TEXT][i] = (uint8_t)"etaoin shrdlu"[random_below(&seed, 13)];
    random_fill(&seed, contents[NOISE], SIZE);
    for (size_t i = 0; i < SIZE; i++) {
        contents[RECORDS][i] =
            (uint8_t)(i % 12 < 4 ? i / 12 >> (i % 12 * 8) : random_below(&seed, i % 12 < 8 ? 3 : 40));
        contents[RUNS][i] = (uint8_t)(i && random_below(&seed, 60) ? contents[RUNS][i - 1] : random_below(&seed, 4));
    }
}

struct settings {
    int level, strategy, memory, window;
};

/* gzip members around the streams that `make` writes. */
static uint8_t *wrap(const uint8_t *plain, size_t size, const uint8_t *packed, size_t packed_size) {
    uint8_t *out = malloc(packed_size + GZIP_AROUND);
    memcpy(out, "\x1F\x8B\x08\0\0\0\0\0\0\3", GZIP_HEADER);
    memcpy(out + GZIP_HEADER, packed, packed_size);
    store_u32(out + GZIP_HEADER + packed_size, (uint32_t)crc32(0, plain, (uInt)size));
    store_u32(out + GZIP_HEADER + packed_size + 4, (uint32_t)size);
    return out;
}

/* A gzip member by zlib; the content goes in by parts of `part` bytes, with a flush behind each. */
static uint8_t *pack(const uint8_t *plain, size_t size, struct settings how, size_t part, int flush, size_t *length) {
    z_stream z = {0};
    size_t room = 2 * size + 5000;
    uint8_t *packed = malloc(room), *out;
    assert_int_equal(deflateInit2(&z, how.level, Z_DEFLATED, -how.window, how.memory, how.strategy), Z_OK);
    z.next_out = packed;
    z.avail_out = (uInt)room;
    z.next_in = (Bytef *)plain;
    for (size_t at = 0; at < size || at == 0; at += part) {
        bool last = at + part >= size;
        z.avail_in = (uInt)(last ? size - at : part);
        (void)deflate(&z, last ? Z_FINISH : flush);
        if (last)
            break;
    }
    assert_int_equal(z.avail_in, 0);
    size_t packed_size = room - z.avail_out;
    deflateEnd(&z);
    out = wrap(plain, size, packed, packed_size);
    free(packed);
    *length = packed_size + GZIP_AROUND;
    return out;
}

/* Takes the member apart; fails unless it comes back. Bytes of the recipe; 0 when it was declined. */
static size_t recipe_of(const uint8_t *data, size_t length, const char *what) {
    struct taken t = take(data, length);
    size_t size = t.found ? t.streams.of[CONTENT_RECIPE].length : 0;
    if (t.found && !taken_comes_back(&t, data, length))
        fail_msg("%s: does not come back", what);
    taken_free(&t);
    return size;
}

static void check_settings(enum sort sort, struct settings how) {
    char what[100];
    size_t length, size = sort == ZEROS ? SIZE / 20 : sort == TEXT ? SIZE : SIZE / 3;
    uint8_t *data = pack(contents[sort], size, how, SIZE, Z_NO_FLUSH, &length);
    snprintf(what, sizeof what, "sort %d, level %d, strategy %d, memory %d, window %d", (int)sort, how.level,
             how.strategy, how.memory, how.window);
    size_t recipe = recipe_of(data, length, what);
    /* stored blocks are told, the rest is foretold */
    if (length - GZIP_AROUND >= 16 && (recipe == 0 || recipe > RECIPE_MOST + length / (sort == NOISE ? 30 : 100)))
        fail_msg("%s: %zu bytes, recipe %zu", what, length, recipe);
    free(data);
}

static void all_settings_of_zlib_are_foretold(void **state) {
    (void)state;
    static const int memories[] = {1, 8, 9}, windows[] = {9, 15};
    for (unsigned c = 0; c < CONTENTS; c++)
        for (int strategy = Z_DEFAULT_STRATEGY; strategy <= Z_FIXED; strategy++)
            for (int level = 0; level <= 9; level++)
                for (unsigned i = 0; i < 6; i++)
                    if (random_below(&seed, share) == 0)
                        check_settings((enum sort)c,
                                       (struct settings){level, strategy, memories[i / 2], windows[i % 2]});
}

static void flushes_cost_little(void **state) {
    (void)state;
    static const int flushes[] = {Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK};
    for (int level = 1; level <= 9; level++)
        for (unsigned i = 0; i < 4; i++) {
            size_t length;
            uint8_t *data = pack(contents[TEXT], SIZE, (struct settings){level, 0, 8, 15}, 9000, flushes[i], &length);
            size_t recipe = recipe_of(data, length, "flushed");
            assert_in_range(recipe, 1, RECIPE_MOST + length / 50);
            free(data);
        }
}

/* As pigz does: parts that know the 32 KiB before them. */
static void parts_with_dictionaries_cost_little(void **state) {
    (void)state;
    enum { PART = 13000 };
    size_t room = 2 * SIZE, at = 0;
    uint8_t *packed = malloc(room);
    for (size_t from = 0; from < SIZE; from += PART) {
        z_stream z = {0};
        bool last = from + PART >= SIZE;
        assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, 0), Z_OK);
        if (from > 0)
            deflateSetDictionary(&z, contents[TEXT], (uInt)from);
        z.next_in = contents[TEXT] + from;
        z.avail_in = (uInt)(last ? SIZE - from : PART);
        z.next_out = packed + at;
        z.avail_out = (uInt)(room - at);
        (void)deflate(&z, last ? Z_FINISH : Z_SYNC_FLUSH);
        at = room - z.avail_out;
        deflateEnd(&z);
    }
    uint8_t *data = wrap(contents[TEXT], SIZE, packed, at);
    size_t recipe = recipe_of(data, at + GZIP_AROUND, "parts");
    assert_in_range(recipe, 1, RECIPE_MOST + at / 100);
    free(data);
    free(packed);
}

/* A stream that no zlib made: every match is a byte shorter where that may be, so that most tokens fail. */
static void foreign_streams_come_back_or_are_declined(void **state) {
    (void)state;
    for (int level = 1; level <= 9; level++) {
        z_stream z = {0};
        size_t length;
        uint8_t *data = pack(contents[RECORDS], SIZE, (struct settings){level, 0, 8, 15}, 700, Z_NO_FLUSH, &length);
        free(data);
        assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, 8, 0), Z_OK);
        assert_int_equal(deflateTune(&z, 3 + level, 5 * level, 9 * level, 21 * level), Z_OK);
        uint8_t *packed = malloc(2 * SIZE);
        z.next_in = contents[RECORDS];
        z.avail_in = SIZE;
        z.next_out = packed;
        z.avail_out = 2 * SIZE;
        assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
        size_t size = 2 * SIZE - z.avail_out;
        deflateEnd(&z);
        data = wrap(contents[RECORDS], SIZE, packed, size);
        (void)recipe_of(data, size + GZIP_AROUND, "tuned");
        free(data);
        free(packed);
    }
}

static void cut_streams_are_declined(void **state) {
    (void)state;
    size_t length;
    uint8_t *data = pack(contents[TEXT], 600, (struct settings){6, 0, 8, 15}, SIZE, Z_NO_FLUSH, &length);
    for (size_t cut = 0; cut < length; cut++) {
        uint8_t *exact = malloc(cut + 1);
        memcpy(exact, data, cut);
        assert_int_equal(recipe_of(exact, cut, "cut"), 0);
        free(exact);
    }
    free(data);
}

/* Any byte of the stream is another: what still is a stream comes back. */
static void damaged_streams_come_back_or_are_declined(void **state) {
    (void)state;
    size_t length;
    uint8_t *data = pack(contents[TEXT], 2500, (struct settings){6, 0, 8, 15}, 900, Z_SYNC_FLUSH, &length);
    for (size_t i = GZIP_HEADER; i < length; i += share) {
        uint8_t kept = data[i];
        data[i] ^= (uint8_t)(1 + random_below(&seed, 255));
        (void)recipe_of(data, length, "damaged");
        data[i] = kept;
    }
    free(data);
}

/* Any byte of the recipe is another: join refuses it or makes something, within bounds. */
static void damaged_recipes_do_no_harm(void **state) {
    (void)state;
    size_t length;
    for (unsigned c = TEXT; c <= RECORDS; c++) {
        uint8_t *data = pack(contents[c], 6000, (struct settings){5, 0, 3, 11}, 1700, Z_FULL_FLUSH, &length);
        struct taken t = take(data, length);
        assert_true(t.found);
        for (size_t i = 0; i < t.streams.of[CONTENT_RECIPE].length; i++)
            for (unsigned bit = 0; bit < 8; bit++) {
                if (random_below(&seed, share) > 0)
                    continue;
                struct taken copy = taken_copy(&t);
                uint8_t *out = malloc(length);
                copy.streams.of[CONTENT_RECIPE].bytes[i] ^= (uint8_t)(1 << bit);
                (void)taken_join(&copy, out, length);
                free(out);
                taken_free(&copy);
            }
        taken_free(&t);
        free(data);
    }
}

int main(int argc, char **argv) {
    share = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    text_path = argc > 2 ? argv[2] : "";
    fill_contents();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_settings_of_zlib_are_foretold),
        cmocka_unit_test(flushes_cost_little),
        cmocka_unit_test(parts_with_dictionaries_cost_little),
        cmocka_unit_test(foreign_streams_come_back_or_are_declined),
        cmocka_unit_test(cut_streams_are_declined),
        cmocka_unit_test(damaged_streams_come_back_or_are_declined),
        cmocka_unit_test(damaged_recipes_do_no_harm),
    };
    return cmocka_run_group_tests_name("deflate", tests, NULL, NULL);
}
