/* Archives of members: names and stretches come back, groups cut blocks, any member is read alone and from many
 * threads at once, and a damaged table is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <pthread.h>

#include "codec/container.h"
#include "base/hash.h"
#include "conformance/unit/sealed.h"

enum { MEMBERS = 120, NAME = 40 };

struct sample {
    char name[NAME];
    size_t offset, length;
};

static struct sample samples[MEMBERS];
static struct bytes content;

static void make_samples(void) {
    uint64_t seed = 9;
    size_t at = 0;
    for (unsigned i = 0; i < MEMBERS; i++) {
        size_t length = i % 7 == 3 ? 0 : random_below(&seed, 2000);
        snprintf(samples[i].name, NAME, "set/%u/image%05u.png", i / 40, i);
        samples[i].offset = at;
        samples[i].length = length;
        at += length;
    }
    content = make_content(4, at);
}

static struct hunch_member member_of(unsigned i) {
    return (struct hunch_member){.sizeof_member = sizeof(struct hunch_member), .name = samples[i].name,
                                 .length = samples[i].length, .mode = i % 5 ? 0100644 : 0100755,
                                 .mtime = i % 3 ? 1700000000 + (int64_t)i : -(int64_t)i, .mtime_nanoseconds = i};
}

static void run(hunch_stream *stream, const uint8_t *data, size_t length, enum hunch_directive directive,
                struct bytes *archive) {
    struct hunch_input in = {data, length, 0};
    int done = 0;
    while (!done) {
        struct hunch_output out = {archive->data + archive->length, 977, 0};
        assert_int_equal(hunch_stream_run(stream, &in, &out, directive, &done), HUNCH_OK);
        archive->length += out.position;
    }
}

static struct bytes encode_samples(const struct hunch_settings *settings) {
    struct bytes archive = {malloc(content.length * 2 + 100000), 0};
    hunch_stream *stream;
    assert_int_equal(hunch_encoder_open(&stream, settings), HUNCH_OK);
    for (unsigned i = 0; i < MEMBERS; i++) {
        struct hunch_member m = member_of(i);
        assert_int_equal(hunch_stream_member(stream, &m), HUNCH_OK);
        run(stream, content.data + samples[i].offset, samples[i].length, HUNCH_CONTINUE, &archive);
    }
    run(stream, NULL, 0, HUNCH_FINISH, &archive);
    hunch_stream_close(&stream);
    return archive;
}

static int read_from(void *opaque, uint64_t offset, void *buffer, size_t length) {
    memcpy(buffer, ((const struct bytes *)opaque)->data + offset, length);
    return 0;
}

static enum hunch_status open_archive(hunch_archive **a, struct bytes *archive) {
    struct hunch_source source = {read_from, archive, archive->length};
    return hunch_archive_open(a, &source, NULL);
}

static void check_sample(hunch_archive *a, unsigned i) {
    uint8_t buffer[2000];
    struct hunch_member told = member_of(i), m = {.sizeof_member = sizeof m};
    assert_int_equal(hunch_archive_stat(a, i, &m), HUNCH_OK);
    assert_string_equal(m.name, told.name);
    assert_int_equal(m.offset, samples[i].offset);
    assert_int_equal(m.length, samples[i].length);
    assert_int_equal(m.mode, told.mode);
    assert_int_equal(m.mtime, told.mtime);
    assert_int_equal(m.mtime_nanoseconds, told.mtime_nanoseconds);
    assert_int_equal(hunch_archive_read(a, m.offset, buffer, (size_t)m.length), HUNCH_OK);
    assert_memory_equal(buffer, content.data + m.offset, m.length);
    assert_int_equal(hunch_archive_find(a, m.name), i);
}

static void check_groups(uint64_t members, uint64_t size, unsigned threads, uint64_t least, uint64_t most) {
    struct hunch_settings s = make_settings(1, 0);
    hunch_archive *a;
    s.group_members = members;
    s.group_size = size;
    s.threads = threads;
    struct bytes archive = encode_samples(&s);
    assert_int_equal(open_archive(&a, &archive), HUNCH_OK);
    assert_int_equal(hunch_archive_count(a), MEMBERS);
    assert_in_range(hunch_archive_blocks(a), least, most);
    for (unsigned i = 0; i < MEMBERS; i++)
        check_sample(a, (i * 77) % MEMBERS);
    hunch_archive_close(&a);
    struct story back = decode(archive, s, SIZE_MAX, 4096); /* as a stream: all the contents */
    assert_int_equal(back.status, HUNCH_OK);
    assert_true(same(back.content, content));
    free(back.content.data);
    free(archive.data);
}

static void members_come_back(void **state) {
    (void)state;
    check_groups(0, 0, 1, 1, 1);
    check_groups(1, 0, 1, MEMBERS / 4 * 3, MEMBERS);
    check_groups(10, 0, 3, MEMBERS / 10 - 2, MEMBERS / 10 + 1);
    check_groups(0, 20000, 2, content.length / 20000, content.length / 10000);
}

static void two_archives_are_one(void **state) {
    (void)state;
    struct hunch_settings s = make_settings(1, 0);
    struct bytes one = encode_samples(&s), two = {malloc(2 * one.length), 2 * one.length};
    hunch_archive *a;
    memcpy(two.data, one.data, one.length);
    memcpy(two.data + one.length, one.data, one.length);
    assert_int_equal(open_archive(&a, &two), HUNCH_OK);
    assert_int_equal(hunch_archive_count(a), 2 * MEMBERS);
    struct hunch_member m = {.sizeof_member = sizeof m};
    assert_int_equal(hunch_archive_stat(a, MEMBERS + 5, &m), HUNCH_OK);
    assert_int_equal(m.offset, content.length + samples[5].offset);
    assert_string_equal(m.name, samples[5].name);
    hunch_archive_close(&a);
    free(one.data);
    free(two.data);
}

struct reader {
    hunch_archive *archive;
    unsigned first;
    bool good;
};

static void *read_many(void *opaque) {
    struct reader *r = opaque;
    r->good = true;
    for (unsigned round = 0; round < 200; round++) {
        uint8_t buffer[2000];
        const struct sample *s = &samples[(r->first + round * 31) % MEMBERS];
        r->good &= hunch_archive_read(r->archive, s->offset, buffer, s->length) == HUNCH_OK &&
                   memcmp(buffer, content.data + s->offset, s->length) == 0;
    }
    return NULL;
}

static void threads_read_at_once(void **state) {
    (void)state;
    struct hunch_settings s = make_settings(1, 0);
    s.group_members = 20;
    struct bytes archive = encode_samples(&s);
    struct reader readers[4] = {{0}};
    pthread_t threads[4];
    hunch_archive *a;
    assert_int_equal(open_archive(&a, &archive), HUNCH_OK);
    for (unsigned i = 0; i < 4; i++) {
        readers[i] = (struct reader){.archive = a, .first = i * 50};
        assert_int_equal(pthread_create(&threads[i], NULL, read_many, &readers[i]), 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(readers[i].good);
    }
    hunch_archive_close(&a);
    free(archive.data);
}

/* Where the table's part begins. */
static size_t find_table(struct bytes archive, struct part *part) {
    size_t at = ARCHIVE_HEADER_LENGTH, wanted;
    for (;; at += part->header_length + (size_t)part->length) {
        assert_int_equal(hunch_part_read(archive.data + at, archive.length - at, part, &wanted), READING_WHOLE);
        if (part->type == PART_MEMBERS)
            return at;
    }
}

static void damaged_tables_are_told(void **state) {
    (void)state;
    struct hunch_settings s = make_settings(1, 0);
    struct bytes archive = encode_samples(&s);
    struct part part;
    uint64_t seed = 3;
    size_t at = find_table(archive, &part), payload = at + part.header_length, length = (size_t)part.length;
    for (unsigned round = 0; round < 200; round++) {
        hunch_archive *a;
        size_t where = payload + (round < length && round < 40 ? round : random_below(&seed, (uint32_t)length));
        uint8_t before = archive.data[where];
        archive.data[where] ^= (uint8_t)(1 + random_below(&seed, 255));
        assert_int_equal(open_archive(&a, &archive), HUNCH_DAMAGED);
        part.check = (uint32_t)hunch_hash(archive.data + payload, length); /* damage that the check does not see */
        hunch_part_write(&part, archive.data + at);
        enum hunch_status status = open_archive(&a, &archive);
        assert_true(status == HUNCH_OK || status == HUNCH_DAMAGED || status == HUNCH_UNSUPPORTED ||
                    status == HUNCH_MEMORY_LIMIT);
        hunch_archive_close(&a);
        archive.data[where] = before;
        part.check = (uint32_t)hunch_hash(archive.data + payload, length);
        hunch_part_write(&part, archive.data + at);
    }
    free(archive.data);
}

static void odd_calls_are_refused(void **state) {
    (void)state;
    struct hunch_member m = member_of(0), empty = m;
    struct bytes archive = {malloc(100000), 0};
    hunch_stream *stream;
    empty.name = "";
    assert_int_equal(hunch_decoder_open(&stream, NULL), HUNCH_OK);
    assert_int_equal(hunch_stream_member(stream, &m), HUNCH_BAD_ARGUMENT);
    hunch_stream_close(&stream);
    assert_int_equal(hunch_encoder_open(&stream, NULL), HUNCH_OK);
    assert_int_equal(hunch_stream_member(stream, &empty), HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_stream_member(NULL, &m), HUNCH_BAD_ARGUMENT);
    run(stream, content.data, 10, HUNCH_CONTINUE, &archive);
    assert_int_equal(hunch_stream_member(stream, &m), HUNCH_BAD_ARGUMENT); /* ten bytes belong to nobody */
    run(stream, NULL, 0, HUNCH_FINISH, &archive);
    hunch_stream_close(&stream);
    free(archive.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_back),      cmocka_unit_test(two_archives_are_one),
        cmocka_unit_test(threads_read_at_once),   cmocka_unit_test(damaged_tables_are_told),
        cmocka_unit_test(odd_calls_are_refused),
    };
    make_samples();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(content.data);
    return failed;
}
