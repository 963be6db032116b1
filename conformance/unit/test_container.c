/* The container's bytes: what is written is read, damage is an error or changes nothing, and a decoder that goes on
 * saves what is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "codec/container.h"
#include "conformance/unit/sealed.h"

enum { BLOCK = 1024, BLOCKS = 4, LENGTH = BLOCK * BLOCKS };

static size_t step = 1; /* the argument: one in so many places is damaged */

/* ---- fields */

static void varints_have_one_spelling(void **state) {
    (void)state;
    static const struct {
        uint8_t bytes[11];
        size_t length;
        uint64_t value;
        bool good;
    } cases[] = {
        {{0}, 1, 0, true},
        {{0x7F}, 1, 127, true},
        {{0x80, 1}, 2, 128, true},
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1}, 10, UINT64_MAX, true},
        {{0x80, 0}, 2, 0, false},                                                        /* longer than it must be */
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2}, 10, 0, false},        /* 65 bits */
        {{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0}, 11, 0, false}, /* 11 bytes */
        {{0x80}, 1, 0, false},                                                           /* cut short */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[11], again[11];
        memcpy(bytes, cases[i].bytes, sizeof bytes);
        struct wire r = wire_open(WIRE_READ, bytes, cases[i].length), w = wire_open(WIRE_WRITE, again, sizeof again);
        uint64_t value = 5;
        hunch_wire_varint(&r, &value);
        assert_int_equal(!r.broken, cases[i].good);
        assert_int_equal(value, cases[i].value);
        if (cases[i].good) {
            hunch_wire_varint(&w, &value);
            assert_int_equal(w.at - again, cases[i].length);
            assert_memory_equal(again, bytes, cases[i].length);
        }
    }
}

static void headers_are_read_as_written(void **state) {
    (void)state;
    struct part parts[] = {
        {.type = PART_BLOCK,
         .length = 1000,
         .check = 7,
         .block = {.start = 1 << 20,
                   .length = 300000,
                   .content_check = 99,
                   .count = 1,
                   .streams = {{.length = 300000, .model = 2, .parameter = 5, .coded_length = 300000}}}},
        {.type = PART_BLOCK,
         .length = 5,
         .block = {.flags = BLOCK_SOLE | BLOCK_FORMATTED,
                   .length = 6,
                   .count = 1,
                   .streams = {{.length = 6, .model = 1, .format = 3, .coded_length = 77}}}},
        {.type = PART_BLOCK,
         .length = 30,
         .block =
             {.flags = BLOCK_TYPED,
              .start = 5,
              .length = 60,
              .count = 2,
              .streams =
                  {{.length = 50, .model = 2, .parameter = 5, .format = 1, .coded_length = 45, .payload = 20},
                   {.kind = CONTENT_IMAGE, .length = 90, .model = 3, .coded_length = 90, .payload = 10}}}},
        {.type = PART_INDEX, .length = 12345, .check = 1},
        {.type = PART_FOOTER, .footer = {1, 2, 3}},
    };
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        uint8_t bytes[PART_HEADER_MOST];
        struct part back;
        size_t wanted;
        hunch_part_write(&parts[i], bytes);
        for (size_t have = 0; have < parts[i].header_length; have++)
            assert_int_equal(hunch_part_read(bytes, have, &back, &wanted), READING_SHORT);
        assert_int_equal(hunch_part_read(bytes, parts[i].header_length, &back, &wanted), READING_WHOLE);
        assert_memory_equal(&back.block, &parts[i].block, sizeof back.block);
        assert_int_equal(back.length, parts[i].length);
        assert_int_equal(back.check, parts[i].check);
        assert_int_equal(back.footer.index_length, parts[i].footer.index_length);
        for (size_t bit = 8; bit < parts[i].header_length * 8; bit++) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_int_not_equal(hunch_part_read(bytes, parts[i].header_length, &back, &wanted), READING_WHOLE);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
    }
    hunch_part_write(&parts[4], (uint8_t[PART_HEADER_MOST]){0});
    assert_int_equal(parts[4].header_length, FOOTER_LENGTH);
}

/* ---- archives to damage */

/* An archive of BLOCKS blocks; where[i] is where block i begins, where[BLOCKS] the index. */
static struct bytes seal(struct bytes content, size_t where[BLOCKS + 1]) {
    struct hunch_settings s = make_settings(3, BLOCK);
    struct bytes archive = encode(content, &s);
    size_t at = ARCHIVE_HEADER_LENGTH, wanted;
    for (int i = 0; i <= BLOCKS; i++) {
        struct part part;
        assert_int_equal(hunch_part_read(archive.data + at, archive.length - at, &part, &wanted), READING_WHOLE);
        assert_int_equal(part.type, i < BLOCKS ? PART_BLOCK : PART_INDEX);
        where[i] = at;
        at += part.header_length + (size_t)part.length;
    }
    return archive;
}

static struct hunch_settings careful(int keep_going) {
    struct hunch_settings s = make_settings(5, 0);
    s.keep_going = keep_going;
    s.output_limit = 4 * LENGTH;
    return s;
}

/* With keep_going: what is not told as lost is right, and lost bytes of known length are zeros. */
static void check_saved(const struct story *s, struct bytes content) {
    size_t end = s->content.length < content.length ? s->content.length : content.length;
    uint8_t *expected = malloc(end + 1);
    memcpy(expected, content.data, end);
    for (unsigned i = 0; i < s->told && i < TOLD_MOST; i++)
        for (uint64_t at = s->lost[i].offset; at < s->lost[i].offset + s->lost[i].length && at < end; at++)
            expected[at] = 0;
    assert_memory_equal(s->content.data, expected, end);
    assert_true(s->told > 0 || s->status != HUNCH_OK || s->content.length == content.length);
    free(expected);
}

static void check_damaged(struct bytes archive, struct bytes content) {
    struct story strict = decode(archive, careful(0), SIZE_MAX, 4096);
    assert_true(strict.status != HUNCH_OK || same(strict.content, content));
    assert_true(strict.content.length <= content.length);
    assert_memory_equal(strict.content.data, content.data, strict.content.length);
    struct story saved = decode(archive, careful(1), 100, 64);
    check_saved(&saved, content);
    free(strict.content.data);
    free(saved.content.data);
}

static void every_truncation_is_noticed(void **state) {
    (void)state;
    struct bytes content = make_content(1, 1300);
    struct hunch_settings settings[] = {make_settings(3, BLOCK), make_settings(3, 0)};
    for (int i = 0; i < 2; i++) {
        struct bytes archive = encode(content, &settings[i]);
        for (size_t length = 0; length < archive.length; length += step) {
            struct bytes cut = {archive.data, length};
            struct story s = decode(cut, careful(0), SIZE_MAX, 4096);
            assert_int_equal(s.status, HUNCH_TRUNCATED);
            assert_memory_equal(s.content.data, content.data, s.content.length);
            struct story saved = decode(cut, careful(1), SIZE_MAX, 4096);
            check_saved(&saved, content);
            free(s.content.data);
            free(saved.content.data);
        }
        free(archive.data);
    }
    free(content.data);
}

static void every_flipped_bit_is_noticed(void **state) {
    (void)state;
    struct bytes content = make_content(2, 200);
    struct hunch_settings small = make_settings(3, 0), cut = make_settings(3, BLOCK);
    struct bytes sole = encode(content, &small), longer = make_content(3, 1700), many = encode(longer, &cut);
    for (size_t bit = 0; bit < sole.length * 8; bit += step) {
        sole.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        check_damaged(sole, content);
        sole.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (size_t bit = 0; bit < many.length * 8; bit += 4 + step) {
        many.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        check_damaged(many, longer);
        many.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(many.data);
    free(longer.data);
    free(sole.data);
    free(content.data);
}

static void check_lost(const struct story *s, unsigned i, uint64_t offset, uint64_t length, enum hunch_status why) {
    assert_true(i < s->told);
    assert_int_equal(s->lost[i].offset, offset);
    assert_int_equal(s->lost[i].length, length);
    assert_int_equal(s->why[i], why);
}

/* Removes [from, to) of the archive, decodes and expects one lost range. */
static void check_removed(struct bytes archive, size_t from, size_t to, struct bytes content, uint64_t offset,
                          uint64_t length, enum hunch_status why) {
    struct bytes rest = {archive.data + to, archive.length - to}, begin = {archive.data, from};
    struct bytes damaged = join(begin, rest);
    struct story s = decode(damaged, careful(1), 500, 300);
    assert_int_equal(s.status, HUNCH_OK);
    assert_int_equal(s.told, 1);
    check_lost(&s, 0, offset, length, why);
    check_saved(&s, content);
    assert_int_equal(s.content.length, length ? content.length : offset);
    free(s.content.data);
    free(damaged.data);
}

static void whole_blocks_are_saved(void **state) {
    (void)state;
    struct bytes content = make_content(4, LENGTH);
    size_t where[BLOCKS + 1];
    struct bytes archive = seal(content, where);
    for (unsigned i = 0; i < BLOCKS; i++) {
        /* a byte of the payload, a byte of the header */
        for (int k = 0; k < 2; k++) {
            size_t at = k ? where[i] + 9 : where[i + 1] - 5;
            archive.data[at] ^= 0x40;
            struct story s = decode(archive, careful(1), 77, 1000);
            assert_int_equal(s.status, HUNCH_OK);
            assert_int_equal(s.told, 1);
            check_lost(&s, 0, i * BLOCK, BLOCK, HUNCH_DAMAGED);
            check_saved(&s, content);
            assert_int_equal(s.content.length, content.length);
            free(s.content.data);
            archive.data[at] ^= 0x40;
        }
        /* the block taken out, a part of its payload, its end and the next one's header */
        check_removed(archive, where[i], where[i + 1], content, i * BLOCK, BLOCK, HUNCH_DAMAGED);
        check_removed(archive, where[i + 1] - 9, where[i + 1] - 2, content, i * BLOCK, BLOCK, HUNCH_DAMAGED);
        if (i + 1 < BLOCKS)
            check_removed(archive, where[i + 1] - 9, where[i + 1] + 9, content, i * BLOCK, 2 * BLOCK, HUNCH_DAMAGED);
    }
    free(archive.data);
    free(content.data);
}

static void the_end_may_be_unknown(void **state) {
    (void)state;
    struct bytes content = make_content(4, LENGTH);
    size_t where[BLOCKS + 1];
    struct bytes archive = seal(content, where);
    check_removed(archive, where[3], archive.length, content, 3 * BLOCK, 0, HUNCH_TRUNCATED);
    /* cut inside a payload: the header tells what the block had, nothing tells of what followed */
    struct bytes cut = {archive.data, where[2] + 50};
    struct story s = decode(cut, careful(1), 500, 300);
    assert_int_equal(s.status, HUNCH_OK);
    assert_int_equal(s.told, 2);
    check_lost(&s, 0, 2 * BLOCK, BLOCK, HUNCH_TRUNCATED);
    check_lost(&s, 1, 3 * BLOCK, 0, HUNCH_TRUNCATED);
    check_saved(&s, content);
    free(s.content.data);
    free(archive.data);
    free(content.data);
}

/* ---- several archives */

static void archives_joined_are_an_archive(void **state) {
    (void)state;
    struct bytes a = make_content(5, 3000), b = make_content(6, 200), none = make_content(1, 0);
    struct hunch_settings s = make_settings(3, BLOCK);
    struct bytes coded_a = encode(a, &s), coded_b = encode(b, &s), coded_none = encode(none, &s);
    struct bytes ab = join(coded_a, coded_b), content_ab = join(a, b), all = join(coded_none, ab);
    struct bytes twice = join(all, all), content_twice = join(content_ab, content_ab);
    struct story out = decode(twice, s, 99, 500);
    assert_int_equal(out.status, HUNCH_OK);
    assert_true(same(out.content, content_twice));
    free(out.content.data);
    /* the second archive's first block is lost: offsets count from the start of all content */
    twice.data[coded_none.length + coded_a.length + 8 + 40] ^= 1;
    out = decode(twice, careful(1), 99, 500);
    assert_int_equal(out.status, HUNCH_OK);
    assert_int_equal(out.told, 1);
    check_lost(&out, 0, a.length, b.length, HUNCH_DAMAGED);
    struct bytes *bytes[] = {&out.content, &a, &b, &coded_a, &coded_b, &coded_none, &ab, &content_ab, &all, &twice,
                             &content_twice, &none};
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
        free(bytes[i]->data);
}

static void garbage_behind_is_told_after_the_content(void **state) {
    (void)state;
    struct bytes content = make_content(7, 2500), garbage = {(uint8_t *)"garbage", 7};
    for (int cut = 0; cut < 2; cut++) {
        struct hunch_settings s = make_settings(3, cut ? BLOCK : 0);
        struct bytes archive = encode(content, &s), longer = join(archive, garbage);
        struct story out = decode(longer, s, SIZE_MAX, 100);
        assert_int_equal(out.status, HUNCH_NOT_ARCHIVE);
        assert_true(same(out.content, content));
        free(out.content.data);
        out = decode(longer, careful(1), SIZE_MAX, 100);
        assert_int_equal(out.status, HUNCH_OK);
        assert_int_equal(out.told, 1);
        check_lost(&out, 0, content.length, 0, HUNCH_NOT_ARCHIVE);
        assert_true(same(out.content, content));
        free(out.content.data);
        free(longer.data);
        free(archive.data);
    }
    struct story out = decode(garbage, careful(1), SIZE_MAX, 100);
    assert_int_equal(out.status, HUNCH_NOT_ARCHIVE);
    free(out.content.data);
    free(content.data);
}

/* ---- archives written by hand */

/* An archive whose only block has the given header fields and payload. */
static struct bytes craft(struct part part, const void *payload) {
    struct bytes a = {calloc(1, 8 + PART_HEADER_MOST + (size_t)part.length), 8};
    hunch_archive_header_write(a.data);
    part.check = (uint32_t)hunch_hash(payload, (size_t)part.length);
    hunch_part_write(&part, a.data + 8);
    memcpy(a.data + 8 + part.header_length, payload, (size_t)part.length);
    a.length += part.header_length + (size_t)part.length;
    return a;
}

static void check_crafted(struct part part, enum hunch_status expected) {
    struct bytes archive = craft(part, "payload!");
    struct story s = decode(archive, careful(0), SIZE_MAX, 100);
    assert_int_equal(s.status, expected);
    free(s.content.data);
    free(archive.data);
}

static struct part plain_part(void) {
    return (struct part){.type = PART_BLOCK, .length = 8, .block = {.flags = BLOCK_SOLE, .length = 8, .count = 1,
                         .streams = {{.length = 8, .coded_length = 8}}, .content_check = hunch_hash("payload!", 8)}};
}

static void each_fault_has_its_name(void **state) {
    (void)state;
    struct part part = plain_part();
    check_crafted(part, HUNCH_OK);
    part.block.content_check ^= 1;
    check_crafted(part, HUNCH_MISMATCH);
    part = plain_part();
    part.block.length = 9;
    check_crafted(part, HUNCH_DAMAGED); /* stored, but not as long as its payload */
    part = plain_part();
    part.block.streams[0].parameter = 1;
    check_crafted(part, HUNCH_UNSUPPORTED);
    part.block.streams[0].model = 99;
    check_crafted(part, HUNCH_UNSUPPORTED);
    part.block.streams[0].model = UINT64_C(1) << 32; /* is not model 0 */
    check_crafted(part, HUNCH_UNSUPPORTED);
    part = plain_part();
    part.block.flags = 0;
    part.block.stream = 1;
    check_crafted(part, HUNCH_UNSUPPORTED);
    part.block.stream = 0;
    part.block.start = 1;
    check_crafted(part, HUNCH_DAMAGED);
    part = plain_part();
    part.block.flags |= BLOCK_FORMATTED;
    part.block.streams[0].format = 99;
    check_crafted(part, HUNCH_UNSUPPORTED);
    part.block.streams[0].format = 0; /* formatted by none */
    part.block.streams[0].coded_length = 9;
    check_crafted(part, HUNCH_UNSUPPORTED);
    part = plain_part();
    part.block.flags |= 8;
    check_crafted(part, HUNCH_UNSUPPORTED);
    part = plain_part();
    part.block.length = part.length = 0;
    part.block.content_check = hunch_hash(NULL, 0);
    check_crafted(part, HUNCH_OK);
    part.block.streams[0].model = 2; /* no model codes nothing */
    check_crafted(part, HUNCH_DAMAGED);
}

/* Few bytes cannot make who goes on write zeros without end. */
static void endless_losses_are_not_believed(void **state) {
    (void)state;
    struct hunch_settings s = careful(1);
    for (unsigned i = 0; i < 2; i++) {
        struct part part = plain_part();
        part.block.flags = 0;
        if (i == 0)
            part.block.length = part.block.streams[0].length = part.block.streams[0].coded_length = UINT64_MAX;
        else
            part.block.start = UINT64_C(1) << 62;
        struct bytes archive = craft(part, "payload!");
        s.output_limit = UINT64_MAX;
        struct story out = decode(archive, s, SIZE_MAX, 100);
        assert_int_equal(out.content.length, 0);
        assert_true(out.told >= 1);
        free(out.content.data);
        free(archive.data);
    }
}

static void limits_are_kept(void **state) {
    (void)state;
    struct part part = plain_part();
    struct hunch_settings s = careful(0);
    struct bytes archive = craft(part, "payload!");
    s.output_limit = 7;
    struct story out = decode(archive, s, SIZE_MAX, 100);
    assert_int_equal(out.status, HUNCH_SIZE_LIMIT);
    assert_int_equal(out.content.length, 0);
    free(out.content.data);
    s.output_limit = 8;
    out = decode(archive, s, SIZE_MAX, 100);
    assert_int_equal(out.status, HUNCH_OK);
    free(out.content.data);
    s.memory_limit = 1;
    out = decode(archive, s, SIZE_MAX, 100);
    assert_int_equal(out.status, HUNCH_MEMORY_LIMIT);
    free(out.content.data);
    free(archive.data);
}

/* The part `extra` put in front of the block. */
static struct bytes craft_before(struct part extra) {
    struct bytes other = craft(extra, "payload!"), archive = craft(plain_part(), "payload!");
    struct bytes rest = {archive.data + 8, archive.length - 8}, both = join(other, rest);
    free(other.data);
    free(archive.data);
    return both;
}

static void unknown_parts_are_passed_over_or_refused(void **state) {
    (void)state;
    struct bytes optional = craft_before((struct part){.type = 0xA0, .length = 8});
    struct bytes critical = craft_before((struct part){.type = 0xE0, .length = 8});
    struct story s = decode(optional, careful(0), 3, 100);
    assert_int_equal(s.status, HUNCH_OK);
    assert_int_equal(s.content.length, 8);
    free(s.content.data);
    s = decode(critical, careful(0), 3, 100);
    assert_int_equal(s.status, HUNCH_UNSUPPORTED);
    free(s.content.data);
    s = decode(critical, careful(1), 3, 100);
    assert_int_equal(s.status, HUNCH_OK);
    assert_int_equal(s.content.length, 8);
    check_lost(&s, 0, 0, 0, HUNCH_UNSUPPORTED);
    free(s.content.data);
    free(optional.data);
    free(critical.data);
}

static size_t largest; /* bytes that the allocator below was asked for at once */

static void *watched_allocate(void *opaque, size_t size) {
    (void)opaque;
    largest = size > largest ? size : largest;
    return calloc(1, size);
}

static void watched_release(void *opaque, void *memory) {
    (void)opaque;
    free(memory);
}

static void a_promised_payload_costs_nothing(void **state) {
    (void)state;
    struct part part = plain_part();
    struct hunch_settings s = make_settings(5, 0);
    struct bytes archive = craft(part, "payload!");
    part.length = part.block.length = 1 << 28;
    hunch_part_write(&part, archive.data + 8);
    archive.length = 8 + part.header_length + 2;
    s.allocate = watched_allocate;
    s.release = watched_release;
    struct story out = decode(archive, s, SIZE_MAX, 100);
    assert_int_equal(out.status, HUNCH_TRUNCATED);
    assert_true(largest < 100000);
    free(out.content.data);
    free(archive.data);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(varints_have_one_spelling),
        cmocka_unit_test(headers_are_read_as_written),
        cmocka_unit_test(every_truncation_is_noticed),
        cmocka_unit_test(every_flipped_bit_is_noticed),
        cmocka_unit_test(whole_blocks_are_saved),
        cmocka_unit_test(the_end_may_be_unknown),
        cmocka_unit_test(archives_joined_are_an_archive),
        cmocka_unit_test(garbage_behind_is_told_after_the_content),
        cmocka_unit_test(each_fault_has_its_name),
        cmocka_unit_test(endless_losses_are_not_believed),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(unknown_parts_are_passed_over_or_refused),
        cmocka_unit_test(a_promised_payload_costs_nothing),
    };
    if (argc > 1)
        step = strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
