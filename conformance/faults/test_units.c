/* Damage to archives of units: it costs the member where it is, and is told. `test_units SHARE PROSE`: one in SHARE of
 * the bytes is changed. */
#include "conformance/unit/primed.h"

#include "codec/container.h"

static size_t share = 1;

/* Where the unit's payload begins in an archive of units of one length, all in one block, behind a prior that is not
 * in it. */
static size_t find_unit(struct bytes archive, unsigned unit, size_t *length) {
    struct part part;
    size_t at = ARCHIVE_HEADER_LENGTH, wanted, start;
    for (; ; at += part.header_length + (size_t)part.length) {
        assert_int_equal(hunch_part_read(archive.data + at, archive.length - at, &part, &wanted), READING_WHOLE);
        if (part.type == PART_BLOCK)
            break;
    }
    assert_true(part.block.flags & BLOCK_PRIMED);
    struct wire w = wire_open(WIRE_READ, archive.data + at + part.header_length, (size_t)part.length);
    *length = start = 0;
    for (unsigned i = 0; i < part.block.units; i++) {
        uint64_t content = 0, coded;
        if (part.block.unit_length == 0)
            hunch_wire_varint(&w, &content);
        hunch_wire_varint(&w, &coded);
        w.at += 3; /* the check */
        start += i < unit ? (size_t)coded : 0;
        *length = i == unit ? (size_t)coded : *length;
    }
    return (size_t)(w.at - archive.data) + start;
}

/* Units of one member each: one is lost, and told; the others are as they were. */
static void check_one_lost(struct bytes archive, const struct set *s, unsigned lost) {
    struct hunch_settings reader = reader_settings();
    struct bytes left = copy_of(s->content);
    uint8_t *buffer = malloc(s->lengths[lost] + 1);
    size_t length;
    hunch_archive *a;
    struct story back = decode(archive, reader, SIZE_MAX, 4096);
    assert_int_equal(back.status, HUNCH_DAMAGED);
    free(back.content.data);
    assert_int_equal(open_archive(&a, &archive, &reader), HUNCH_OK);
    for (unsigned i = 0; i < s->count; i++)
        if (i != lost)
            check_member(a, s, i);
    assert_int_equal(read_member(a, lost, buffer, &length), HUNCH_DAMAGED);
    hunch_archive_close(&a);
    memset(left.data + s->offsets[lost], 0, s->lengths[lost]);
    reader.keep_going = 1;
    for (reader.threads = 1; reader.threads <= 3; reader.threads += 2) {
        back = decode(archive, reader, 501, 4096);
        assert_int_equal(back.status, HUNCH_OK);
        assert_true(same(back.content, left));
        assert_int_equal(back.told, 1);
        assert_int_equal(back.why[0], HUNCH_DAMAGED);
        assert_int_equal(back.lost[0].offset, s->offsets[lost]);
        assert_int_equal(back.lost[0].length, s->lengths[lost]);
        free(back.content.data);
    }
    free(left.data);
    free(buffer);
}

static void damage_costs_one_member(void **state) {
    (void)state;
    for (unsigned sort = 0; sort < SORTS; sort++) {
        hunch_prior *prior = at_hand[0] = make_prior(sort, 3);
        struct set s = make_sort(sort, 1, 9);
        struct hunch_settings settings = writer_settings(&s, 3, prior);
        struct bytes archive = encode_set(&s, &settings);
        for (unsigned unit = 0; unit < s.count; unit += 4) {
            size_t length, at = find_unit(archive, unit, &length);
            for (unsigned i = 0; i < 2; i++) {
                size_t where = at + i * length / 2;
                archive.data[where] ^= 0x55;
                check_one_lost(archive, &s, unit);
                archive.data[where] ^= 0x55;
            }
        }
        put_away(prior, archive, &s);
    }
}

/* The part that names the prior stands behind the archive's header: it is found without it. */
static void a_damaged_header_costs_nothing(void **state) {
    (void)state;
    hunch_prior *prior = at_hand[0] = make_prior(0, 3);
    struct set s = make_texts(prose, 10000, 9);
    struct hunch_settings settings = writer_settings(&s, 3, prior), reader = reader_settings();
    reader.keep_going = 1;
    for (int own = 0; own < 2; own++) {
        settings.self_contained = own;
        struct bytes archive = encode_set(&s, &settings), two = join(archive, archive);
        struct bytes twice = join(s.content, s.content);
        two.data[3] ^= 1;
        two.data[archive.length + 3] ^= 1;
        struct story back = decode(two, reader, 501, 4096);
        assert_int_equal(back.status, HUNCH_OK);
        assert_true(same(back.content, twice));
        free(back.content.data);
        free(archive.data);
        free(two.data);
        free(twice.data);
    }
    hunch_prior_close(&prior);
    at_hand[0] = NULL;
    set_free(&s);
}

/* Any byte of an archive changed: the right content or an error, as a stream and at rest; with keep_going the content
 * that is not told lost is right. */
static void check_damaged(struct bytes archive, const struct set *s) {
    struct hunch_settings reader = reader_settings();
    hunch_archive *a;
    struct story back = decode(archive, reader, SIZE_MAX, 4096);
    assert_true(back.status != HUNCH_OK || same(back.content, s->content));
    free(back.content.data);
    reader.keep_going = 1;
    reader.output_limit = 4 * s->content.length;
    back = decode(archive, reader, SIZE_MAX, 4096);
    if (back.status == HUNCH_OK && back.content.length == s->content.length) {
        for (unsigned i = 0; i < back.told; i++)
            memcpy(back.content.data + back.lost[i].offset, s->content.data + back.lost[i].offset,
                   (size_t)back.lost[i].length);
        assert_true(same(back.content, s->content));
    } else {
        assert_true(back.status != HUNCH_OK || back.told > 0);
    }
    free(back.content.data);
    if (open_archive(&a, &archive, &reader) != HUNCH_OK)
        return;
    for (unsigned i = 0; i < s->count && i < hunch_archive_count(a); i++) {
        uint8_t buffer[1000];
        struct hunch_member m = {.sizeof_member = sizeof m};
        assert_int_equal(hunch_archive_stat(a, i, &m), HUNCH_OK);
        if (m.length == s->lengths[i] && hunch_archive_read(a, m.offset, buffer, (size_t)m.length) == HUNCH_OK)
            assert_memory_equal(buffer, s->content.data + s->offsets[i], s->lengths[i]);
    }
    hunch_archive_close(&a);
}

static void any_damage_is_told(void **state) {
    (void)state;
    hunch_prior *prior = at_hand[0] = make_prior(0, 3);
    struct set s = make_texts(prose, 10000, 3);
    uint64_t seed = 6;
    for (int own = 0; own < 2; own++) {
        struct hunch_settings settings = writer_settings(&s, 3, prior);
        settings.self_contained = own;
        struct bytes archive = encode_set(&s, &settings);
        for (size_t at = 0; at < archive.length; at += share * (own ? 53 : 5)) {
            uint8_t change = (uint8_t)(1 + random_below(&seed, 255));
            archive.data[at] ^= change;
            check_damaged(archive, &s);
            archive.data[at] ^= change;
            check_damaged((struct bytes){archive.data, at}, &s);
        }
        free(archive.data);
    }
    hunch_prior_close(&prior);
    at_hand[0] = NULL;
    set_free(&s);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damage_costs_one_member),
        cmocka_unit_test(a_damaged_header_costs_nothing),
        cmocka_unit_test(any_damage_is_told),
    };
    if (argc < 3)
        return 2;
    share = (size_t)atoi(argv[1]);
    read_files(argc - 2, argv + 2);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_files();
    return failed;
}
