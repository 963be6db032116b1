/* How the codec treats formats: it takes the one that measures best, believes none, and goes without when memory or
 * the content say so. This program brings its own table of formats; the library's registry stays out of the link. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "codec/container.h"
#include "conformance/unit/sealed.h"
#include "formats/registry.h"

/* ---- formats of this test */

static bool always(const uint8_t *data, size_t length) {
    (void)data, (void)length;
    return true;
}

/* walk: second differences */
static size_t walk_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    uint8_t last = 0, step = 0;
    for (size_t i = 0; i < length && length <= capacity; i++) {
        out[i] = (uint8_t)(data[i] - last - step);
        step = (uint8_t)(data[i] - last);
        last = data[i];
    }
    return length <= capacity ? length : 0;
}

static bool walk_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    uint8_t last = 0, step = 0;
    for (size_t i = 0; i < length && size == length; i++) {
        step = (uint8_t)(step + data[i]);
        last = (uint8_t)(last + step);
        out[i] = last;
    }
    return size == length;
}

/* liar: wonderfully small, and not undone */
static size_t liar_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    (void)data, (void)length, (void)capacity;
    out[0] = 1;
    return 1;
}

static bool liar_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    (void)data, (void)size;
    memset(out, 0, length);
    return true;
}

/* shy: declines, and finds every stream damaged */
static size_t shy_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    (void)data, (void)length, (void)out, (void)capacity;
    return 0;
}

static bool shy_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    (void)data, (void)size, (void)out, (void)length;
    return false;
}

/* fat: undone, but every byte is followed by one that depends on its place */
static size_t fat_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    size_t more = length / 16 < capacity - length ? length / 16 : capacity - length;
    memcpy(out, data, length);
    for (size_t i = 0; i < more; i++)
        out[length + i] = (uint8_t)(i * i * 167 >> 3);
    return length + more;
}

static bool fat_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    if (size < length)
        return false;
    memcpy(out, data, length);
    return true;
}

enum { WALK = 3, SHY = 2 };

static const struct format formats[] = {
    {1, "liar", "", {CONTENT_BYTES, 0}, always, liar_split, liar_join},
    {SHY, "shy", "", {CONTENT_BYTES, 0}, always, shy_split, shy_join},
    {WALK, "walk", "", {CONTENT_BYTES, 0}, always, walk_split, walk_join},
    {4, "fat", "", {CONTENT_BYTES, 0}, always, fat_split, fat_join},
};

const struct format *hunch_format_at(unsigned index) {
    return index < sizeof formats / sizeof formats[0] ? &formats[index] : NULL;
}

const struct format *hunch_format_find(uint32_t id) {
    for (unsigned i = 0; hunch_format_at(i); i++)
        if (formats[i].id == id)
            return &formats[i];
    return NULL;
}

/* ---- tests */

static struct bytes make_walk(size_t length) {
    struct bytes b = make_content(1, length);
    uint64_t seed = 5;
    uint8_t last = 0, step = 0;
    for (size_t i = 0; i < length; i++) {
        step = (uint8_t)(step + random_below(&seed, 3) - 1);
        last = (uint8_t)(last + step);
        b.data[i] = last;
    }
    return b;
}

static int read_from(void *opaque, uint64_t offset, void *buffer, size_t length) {
    memcpy(buffer, ((const struct bytes *)opaque)->data + offset, length);
    return 0;
}

static const char *format_of(struct bytes archive) {
    struct hunch_source source = {read_from, &archive, archive.length};
    struct hunch_block_info info = {.sizeof_info = sizeof info};
    hunch_archive *a;
    assert_int_equal(hunch_archive_open(&a, &source, NULL), HUNCH_OK);
    assert_int_equal(hunch_archive_block(a, 0, &info), HUNCH_OK);
    hunch_archive_close(&a);
    return info.format;
}

static void check_choice(struct bytes content, int use_formats, const char *expected) {
    struct hunch_settings s = make_settings(3, 0);
    s.use_formats = use_formats;
    struct bytes archive = encode(content, &s);
    assert_string_equal(format_of(archive), expected);
    struct story back = decode(archive, s, SIZE_MAX, 4096);
    assert_int_equal(back.status, HUNCH_OK);
    assert_true(same(back.content, content));
    free(back.content.data);
    free(archive.data);
}

static void the_smallest_form_wins(void **state) {
    (void)state;
    struct bytes walk = make_walk(100000), other = make_content(2, 20000), one = make_walk(1);
    check_choice(walk, 1, "walk");
    check_choice(walk, 0, "raw");
    check_choice(other, 1, "raw");
    check_choice(one, 1, "raw");
    free(walk.data);
    free(other.data);
    free(one.data);
}

static void a_stream_that_cannot_be_joined_is_damage(void **state) {
    (void)state;
    struct bytes walk = make_walk(3000);
    struct hunch_settings s = make_settings(3, 0);
    struct bytes archive = encode(walk, &s);
    struct part part;
    size_t wanted;
    hunch_part_read(archive.data + ARCHIVE_HEADER_LENGTH, archive.length - ARCHIVE_HEADER_LENGTH, &part, &wanted);
    assert_int_equal(part.block.streams[0].format, WALK);
    part.block.streams[0].format = SHY;
    hunch_part_write(&part, archive.data + ARCHIVE_HEADER_LENGTH);
    struct story back = decode(archive, s, SIZE_MAX, 4096);
    assert_int_equal(back.status, HUNCH_DAMAGED);
    free(back.content.data);
    free(archive.data);
    free(walk.data);
}

static unsigned calls, refused;
static size_t out;

static void *refuse_one(void *opaque, size_t size) {
    (void)opaque;
    if (calls++ == refused)
        return NULL;
    out++;
    return calloc(1, size);
}

static void count_release(void *opaque, void *memory) {
    (void)opaque;
    out -= memory != NULL;
    free(memory);
}

static void memory_may_fail_at_every_call(void **state) {
    (void)state;
    struct bytes walk = make_walk(2000);
    struct hunch_settings s = make_settings(3, 0);
    uint8_t *coded = malloc(4000), *back = malloc(2000);
    enum hunch_status status = HUNCH_NO_MEMORY;
    s.allocate = refuse_one;
    s.release = count_release;
    for (refused = 0; status != HUNCH_OK; refused++) {
        size_t written = 4000, read = 2000;
        calls = 0;
        status = hunch_encode(coded, &written, walk.data, walk.length, &s);
        if (status == HUNCH_OK)
            status = hunch_decode(back, &read, coded, written, &s);
        assert_true(status == HUNCH_OK || status == HUNCH_NO_MEMORY);
        assert_int_equal(out, 0);
    }
    assert_true(refused > 15);
    assert_memory_equal(back, walk.data, walk.length);
    free(coded);
    free(back);
    free(walk.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smallest_form_wins),
        cmocka_unit_test(a_stream_that_cannot_be_joined_is_damage),
        cmocka_unit_test(memory_may_fail_at_every_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
