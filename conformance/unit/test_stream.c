/* The library's door: one call, streams and archives at rest give the same bytes, however they are fed, on any number
 * of threads, and fail cleanly when memory does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "conformance/unit/sealed.h"

enum { BLOCK = 1024 };

static const int levels[] = {1, 3, 5};
static const size_t sizes[] = {0, 1, 2, 3, 100, 1023, 1024, 1025, 2047, 2048, 2049, 3071, 3072, 5000, 40000};

static void round_trip(struct bytes content, const struct hunch_settings *settings) {
    struct bytes archive = encode(content, settings);
    struct story s = decode(archive, *settings, SIZE_MAX, 4096);
    assert_int_equal(s.status, HUNCH_OK);
    assert_true(same(s.content, content));
    size_t length = content.length;
    uint8_t *exact = malloc(length + 1);
    assert_int_equal(hunch_decode(exact, &length, archive.data, archive.length, settings), HUNCH_OK);
    assert_int_equal(length, content.length);
    if (length > 0) {
        length--;
        assert_int_equal(hunch_decode(exact, &length, archive.data, archive.length, settings), HUNCH_OUTPUT_FULL);
    }
    free(exact);
    free(s.content.data);
    free(archive.data);
}

static void every_size_comes_back(void **state) {
    (void)state;
    for (size_t l = 0; l < sizeof levels / sizeof levels[0]; l++)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            struct bytes content = make_content(1 + i, sizes[i]);
            struct hunch_settings whole = make_settings(levels[l], 0), cut = make_settings(levels[l], BLOCK);
            round_trip(content, &whole);
            round_trip(content, &cut);
            free(content.data);
        }
}

static void the_bound_holds(void **state) {
    (void)state;
    uint64_t seed = 9;
    for (size_t length = 0; length < 400000; length = length * 3 + 1) {
        struct bytes noise = {malloc(length + 1), length};
        random_fill(&seed, noise.data, length);
        struct hunch_settings s = make_settings(1, 65536);
        size_t room = hunch_encode_bound(length);
        uint8_t *target = malloc(room);
        assert_int_equal(hunch_encode(target, &room, noise.data, length, &s), HUNCH_OK);
        assert_true(room <= hunch_encode_bound(length));
        size_t short_by_one = room - 1;
        assert_int_equal(hunch_encode(target, &short_by_one, noise.data, length, &s), HUNCH_OUTPUT_FULL);
        assert_int_equal(hunch_encode(target, &room, noise.data, length, &s), HUNCH_OK);
        free(target);
        free(noise.data);
    }
    assert_true(hunch_encode_bound(SIZE_MAX) == SIZE_MAX);
}

static void a_small_file_costs_forty_bytes_at_most(void **state) {
    (void)state;
    uint64_t seed = 5;
    struct bytes noise = {malloc(100000), 100000};
    random_fill(&seed, noise.data, noise.length);
    struct bytes archive = encode(noise, NULL);
    assert_true(archive.length <= noise.length + 40);
    free(archive.data);
    free(noise.data);
}

static struct story encode_in_steps(struct bytes content, const struct hunch_settings *settings, size_t in_step,
                                    size_t out_step) {
    struct story s = {{malloc(16), 0}, 16, HUNCH_OK, 0, {{0, 0}}, {HUNCH_OK}};
    hunch_stream *stream;
    assert_int_equal(hunch_encoder_open(&stream, settings), HUNCH_OK);
    run_stream(stream, &s, content.data, content.length, in_step, out_step, HUNCH_FINISH);
    hunch_stream_close(&stream);
    assert_null(stream);
    return s;
}

static void feeding_and_threads_do_not_change_bytes(void **state) {
    (void)state;
    static const size_t steps[][2] = {{1, 1}, {1, 5000}, {777, 3}, {2048, 64}, {SIZE_MAX, 1}};
    struct bytes content = make_content(3, 20011);
    struct hunch_settings settings = make_settings(3, BLOCK);
    struct bytes archive = encode(content, &settings);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        for (unsigned threads = 1; threads <= 4; threads += 3) {
            settings.threads = threads;
            struct story out = encode_in_steps(content, &settings, steps[i][0], steps[i][1]);
            assert_int_equal(out.status, HUNCH_OK);
            assert_true(same(out.content, archive));
            struct story back = decode(archive, settings, steps[i][0], steps[i][1]);
            assert_int_equal(back.status, HUNCH_OK);
            assert_true(same(back.content, content));
            free(out.content.data);
            free(back.content.data);
        }
    free(archive.data);
    free(content.data);
}

static void a_flush_gives_all_that_came(void **state) {
    (void)state;
    struct bytes content = make_content(4, 9000);
    struct hunch_settings settings = make_settings(3, BLOCK);
    struct story s = {{malloc(16), 0}, 16, HUNCH_OK, 0, {{0, 0}}, {HUNCH_OK}};
    hunch_stream *stream;
    settings.threads = 3;
    assert_int_equal(hunch_encoder_open(&stream, &settings), HUNCH_OK);
    for (size_t at = 0; at < content.length; at += 1500) {
        run_stream(stream, &s, content.data + at, 1500, 400, 100, HUNCH_FLUSH);
        assert_int_equal(s.status, HUNCH_OK);
        struct story so_far = decode(s.content, settings, SIZE_MAX, 4096);
        assert_int_equal(so_far.status, HUNCH_TRUNCATED);
        assert_int_equal(so_far.content.length, at + 1500);
        assert_memory_equal(so_far.content.data, content.data, at + 1500);
        free(so_far.content.data);
    }
    run_stream(stream, &s, NULL, 0, 1, 100, HUNCH_FLUSH);
    run_stream(stream, &s, NULL, 0, 1, 7, HUNCH_FINISH);
    hunch_stream_close(&stream);
    struct story all = decode(s.content, settings, SIZE_MAX, 4096);
    assert_int_equal(all.status, HUNCH_OK);
    assert_true(same(all.content, content));
    free(all.content.data);
    free(s.content.data);
    free(content.data);
}

static void settings_out_of_range_are_refused(void **state) {
    (void)state;
    hunch_stream *stream;
    struct hunch_settings s = make_settings(0, 0);
    assert_int_equal(hunch_encoder_open(&stream, &s), HUNCH_BAD_ARGUMENT);
    assert_null(stream);
    s = make_settings(10, 0);
    assert_int_equal(hunch_decoder_open(&stream, &s), HUNCH_BAD_ARGUMENT);
    s = make_settings(5, 1023);
    assert_int_equal(hunch_encoder_open(&stream, &s), HUNCH_BAD_ARGUMENT);
    s = make_settings(5, (UINT64_C(1) << 30) + 1);
    assert_int_equal(hunch_encoder_open(&stream, &s), HUNCH_BAD_ARGUMENT);
    s = make_settings(5, 0);
    s.threads = 257;
    assert_int_equal(hunch_encoder_open(&stream, &s), HUNCH_BAD_ARGUMENT);
    s = make_settings(5, 0);
    s.sizeof_settings = 0;
    assert_int_equal(hunch_encoder_open(&stream, &s), HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_encoder_open(NULL, NULL), HUNCH_BAD_ARGUMENT);
    hunch_stream_close(NULL);
}

static void an_older_program_may_know_fewer_settings(void **state) {
    (void)state;
    struct bytes content = make_content(6, 3000);
    struct hunch_settings s = make_settings(3, BLOCK);
    struct bytes full = encode(content, &s);
    s.sizeof_settings = offsetof(struct hunch_settings, memory_limit);
    s.memory_limit = 1; /* not seen */
    struct bytes old = encode(content, &s);
    assert_true(same(full, old));
    free(old.data);
    free(full.data);
    free(content.data);
}

/* ---- archives at rest */

static int read_from(void *opaque, uint64_t offset, void *buffer, size_t length) {
    const struct bytes *b = opaque;
    assert_true(offset <= b->length && length <= b->length - offset);
    memcpy(buffer, b->data + offset, length);
    return 0;
}

static void any_range_can_be_read(struct bytes archive, struct bytes content) {
    struct hunch_source source = {read_from, &archive, archive.length};
    hunch_archive *a;
    uint64_t seed = 77, end = 0;
    uint8_t *buffer = malloc(content.length + 1);
    assert_int_equal(hunch_archive_open(&a, &source, NULL), HUNCH_OK);
    assert_int_equal(hunch_archive_length(a), content.length);
    for (uint64_t i = 0; i < hunch_archive_blocks(a); i++) {
        struct hunch_block_info info = {.sizeof_info = sizeof info};
        assert_int_equal(hunch_archive_block(a, i, &info), HUNCH_OK);
        assert_int_equal(info.offset, end);
        assert_true(info.memory >= info.coded_length);
        end += info.length;
    }
    assert_int_equal(end, content.length);
    for (int i = 0; i < 60; i++) {
        size_t offset = random_below(&seed, (uint32_t)content.length + 1);
        size_t length = random_below(&seed, (uint32_t)(content.length - offset) + 1);
        assert_int_equal(hunch_archive_read(a, offset, buffer, length), HUNCH_OK);
        assert_memory_equal(buffer, content.data + offset, length);
    }
    assert_int_equal(hunch_archive_read(a, content.length, buffer, 1), HUNCH_BAD_ARGUMENT);
    struct hunch_block_info none = {.sizeof_info = sizeof none};
    assert_int_equal(hunch_archive_block(a, hunch_archive_blocks(a), &none), HUNCH_BAD_ARGUMENT);
    hunch_archive_close(&a);
    assert_null(a);
    free(buffer);
}

static void archives_are_read_at_any_place(void **state) {
    (void)state;
    struct hunch_settings settings = make_settings(3, BLOCK);
    struct bytes long_content = make_content(1, 9999), short_content = make_content(2, 300), none = make_content(1, 0);
    struct bytes many = encode(long_content, &settings), one = encode(short_content, &settings);
    struct bytes empty = encode(none, &settings);
    any_range_can_be_read(many, long_content);
    any_range_can_be_read(one, short_content);
    any_range_can_be_read(empty, none);
    struct bytes both = join(one, many), both_content = join(short_content, long_content);
    any_range_can_be_read(both, both_content);
    struct bytes three = join(both, empty);
    any_range_can_be_read(three, both_content);
    /* an archive with an index, stored in a sole block: the footer at the end of the file is not the file's */
    settings.block_size = 0;
    struct bytes nested = encode(many, &settings);
    any_range_can_be_read(nested, many);
    struct bytes *all[] = {&long_content, &short_content, &many, &one, &empty, &both, &both_content, &three, &nested,
                           &none};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        free(all[i]->data);
}

static int refuse_to_read(void *opaque, uint64_t offset, void *buffer, size_t length) {
    (void)opaque, (void)offset, (void)buffer, (void)length;
    return -1;
}

static void a_failing_read_is_told(void **state) {
    (void)state;
    struct hunch_source source = {refuse_to_read, NULL, 1000};
    hunch_archive *a;
    assert_int_equal(hunch_archive_open(&a, &source, NULL), HUNCH_READ_ERROR);
    assert_null(a);
}

/* ---- memory */

static void a_tight_limit_gives_the_same_bytes(void **state) {
    (void)state;
    struct bytes content = make_content(8, 10000);
    struct hunch_settings settings = make_settings(3, BLOCK);
    struct bytes archive = encode(content, &settings);
    uint64_t need = 1;
    enum hunch_status status;
    size_t room = archive.length;
    uint8_t *target = malloc(content.length + archive.length);
    settings.threads = 4;
    do { /* the least limit, to a factor of two, that lets one block through */
        settings.memory_limit = need *= 2;
        room = archive.length;
        status = hunch_encode(target, &room, content.data, content.length, &settings);
        assert_true(status == HUNCH_OK || status == HUNCH_MEMORY_LIMIT);
    } while (status != HUNCH_OK);
    assert_memory_equal(target, archive.data, archive.length);
    room = content.length;
    settings.memory_limit = 512;
    assert_int_equal(hunch_decode(target, &room, archive.data, archive.length, &settings), HUNCH_MEMORY_LIMIT);
    free(target);
    free(archive.data);
    free(content.data);
}

static void nothing_is_taken_after_the_end(void **state) {
    (void)state;
    uint8_t buffer[1000];
    hunch_stream *stream;
    int done = 0;
    assert_int_equal(hunch_encoder_open(&stream, NULL), HUNCH_OK);
    struct hunch_input in = {"first", 5, 0};
    struct hunch_output out = {buffer, sizeof buffer, 0};
    assert_int_equal(hunch_stream_run(stream, &in, &out, HUNCH_FINISH, &done), HUNCH_OK);
    assert_int_equal(done, 1);
    in = (struct hunch_input){"second", 6, 0};
    assert_int_equal(hunch_stream_run(stream, &in, &out, HUNCH_FINISH, &done), HUNCH_BAD_ARGUMENT);
    hunch_stream_close(&stream);
}

static size_t taken, taken_most;

static void *count_taken(void *opaque, size_t size) {
    (void)opaque;
    taken += size;
    taken_most = taken > taken_most ? taken : taken_most;
    size_t *memory = calloc(1, size + 64);
    *memory = size;
    return memory + 8;
}

static void count_given(void *opaque, void *memory) {
    (void)opaque;
    if (memory) {
        taken -= ((size_t *)memory)[-8];
        free((size_t *)memory - 8);
    }
}

/* What waits for a block that can never be encoded must not grow with the input. */
static void a_limit_is_told_before_memory_is_taken(void **state) {
    (void)state;
    struct hunch_settings s = make_settings(1, 1 << 28);
    static uint8_t content[1 << 20], out_bytes[4096];
    hunch_stream *stream;
    enum hunch_status status = HUNCH_OK;
    s.memory_limit = 10 << 20;
    s.allocate = count_taken;
    s.release = count_given;
    taken = taken_most = 0;
    assert_int_equal(hunch_encoder_open(&stream, &s), HUNCH_OK);
    for (int i = 0; i < 64 && status == HUNCH_OK; i++) {
        struct hunch_input in = {content, sizeof content, 0};
        struct hunch_output out = {out_bytes, sizeof out_bytes, 0};
        int done;
        status = hunch_stream_run(stream, &in, &out, HUNCH_CONTINUE, &done);
    }
    assert_int_equal(status, HUNCH_MEMORY_LIMIT);
    hunch_stream_close(&stream);
    assert_true(taken_most < 12 << 20);
    assert_int_equal(taken, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_comes_back),
        cmocka_unit_test(the_bound_holds),
        cmocka_unit_test(a_small_file_costs_forty_bytes_at_most),
        cmocka_unit_test(feeding_and_threads_do_not_change_bytes),
        cmocka_unit_test(a_flush_gives_all_that_came),
        cmocka_unit_test(settings_out_of_range_are_refused),
        cmocka_unit_test(an_older_program_may_know_fewer_settings),
        cmocka_unit_test(archives_are_read_at_any_place),
        cmocka_unit_test(a_failing_read_is_told),
        cmocka_unit_test(a_tight_limit_gives_the_same_bytes),
        cmocka_unit_test(nothing_is_taken_after_the_end),
        cmocka_unit_test(a_limit_is_told_before_memory_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
