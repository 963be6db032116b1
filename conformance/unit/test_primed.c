/* Archives whose samples are coded from a prior: all members come back, each alone, in any order and from many threads;
 * nothing of one unit is left for the next; a prior may lie in the archive or be missing.
 * `test_primed LEVEL PROSE PACKED...`: up to that level, of 3, 5 and 9; 0: what threads do at once, alone. */
#include <pthread.h>

#include "codec/prior.h"
#include "conformance/unit/primed.h"
#include "conformance/unit/purse.h"

enum { LARGE = (1 << 20) + 5000 /* bytes: more than a unit may have */ };

static int top = 9;

/* Samples of the sort that the prior has not seen, and odd ones among them. */
static struct set make_others(unsigned sort) {
    struct set s = make_sort(sort, 1, 8);
    for (unsigned i = 0; i < packed_count; i++)
        add_odd(&s, packed[i], 3 + i);
    if (sort == 1)
        add_sound(&s, &(uint64_t){99});
    if (sort == 0)
        set_add(&s, prose.data + 4000, 9000); /* so long that the state is copied back */
    set_add(&s, NULL, 0);
    set_add(&s, prose.data, 300);
    return s;
}

/* Every member alone, in an order without sense, twice; and a stretch that begins and ends within members. */
static void check_at_rest(struct bytes archive, const struct set *s, const struct hunch_settings *settings) {
    hunch_archive *a;
    size_t from = s->content.length / 3, length = s->content.length / 2;
    uint8_t *buffer = malloc(length);
    assert_int_equal(open_archive(&a, &archive, settings), HUNCH_OK);
    assert_int_equal(hunch_archive_count(a), s->count);
    for (unsigned round = 0; round < 2 * s->count; round++)
        check_member(a, s, (round * 29 + round / s->count) % s->count);
    assert_int_equal(hunch_archive_read(a, from, buffer, length), HUNCH_OK);
    assert_memory_equal(buffer, s->content.data + from, length);
    hunch_archive_close(&a);
    free(buffer);
}

static void check_stream(struct bytes archive, struct bytes content, struct hunch_settings settings) {
    for (settings.threads = 1; settings.threads <= 3; settings.threads += 2) {
        struct story back = decode(archive, settings, 1001, 4096);
        assert_int_equal(back.status, HUNCH_OK);
        assert_int_equal(back.told, 0);
        assert_true(same(back.content, content));
        free(back.content.data);
    }
}

static unsigned primed_blocks(struct bytes archive, const struct hunch_settings *settings) {
    unsigned primed = 0;
    hunch_archive *a;
    assert_int_equal(open_archive(&a, &archive, settings), HUNCH_OK);
    for (uint64_t i = 0; i < hunch_archive_blocks(a); i++) {
        struct hunch_block_info info = {.sizeof_info = sizeof info};
        assert_int_equal(hunch_archive_block(a, i, &info), HUNCH_OK);
        primed += strcmp(info.model, "primed") == 0;
    }
    hunch_archive_close(&a);
    return primed;
}

/* ---- members come back */

static void check_groups(const struct set *s, struct hunch_settings settings, uint64_t members, uint64_t size) {
    struct hunch_settings reader = reader_settings();
    settings.group_members = members;
    settings.group_size = size;
    settings.threads = 1;
    struct bytes one = encode_set(s, &settings);
    settings.threads = 3;
    struct bytes three = encode_set(s, &settings);
    assert_true(same(one, three));
    check_at_rest(one, s, &reader);
    check_stream(one, s->content, reader);
    struct bytes again = encode_set(s, &settings);
    assert_true(same(one, again));
    free(one.data);
    free(three.data);
    free(again.data);
}

static void check_sort(unsigned sort, int level) {
    hunch_prior *prior = at_hand[0] = make_prior(sort, level);
    struct set own = make_sort(sort, 1, 12), mixed = make_others(sort);
    struct hunch_settings settings = writer_settings(&own, level, prior), reader = reader_settings();
    struct bytes archive = encode_set(&own, &settings), bare;
    assert_true(primed_blocks(archive, &reader) > 0);
    settings.prior = NULL;
    settings.group_members = 1;
    bare = encode_set(&own, &settings);
    assert_true(archive.length < bare.length);
    settings.prior = prior;
    if (top == 9) {
        check_groups(&own, settings, 1, 0);
        check_groups(&mixed, settings, 0, 0);
    }
    if (top == 9 || sort < 2)
        check_groups(&mixed, settings, 3, 0);
    if (top == 9 || sort > 0)
        check_groups(&mixed, settings, 0, 2000);
    hunch_prior_close(&prior);
    at_hand[0] = NULL;
    free(archive.data);
    free(bare.data);
    set_free(&own);
    set_free(&mixed);
}

static void members_come_back(void **state) {
    (void)state;
    static const int levels[] = {3, 5, 9};
    for (unsigned i = 0; i < 3 && levels[i] <= top; i++)
        for (unsigned sort = 0; sort < SORTS; sort++)
            check_sort(sort, levels[i]);
}

/* What a unit becomes: by the door behind archives, where nothing of a block is around it. Nothing when it is empty or
 * longer than the prior has room for. */
static struct bytes encode_unit(hunch_prior *p, const struct set *s, unsigned i) {
    struct bytes b = {malloc(s->lengths[i] + 64), 0};
    struct context context;
    assert_int_equal(hunch_context_fill(&context, NULL), HUNCH_OK);
    if (s->lengths[i] == 0)
        return b;
    enum hunch_status status = hunch_unit_encode(p, &context, s->content.data + s->offsets[i], s->lengths[i],
                                                 (struct outlook){0}, b.data, s->lengths[i] + 64, &b.length);
    assert_true(status == HUNCH_OK || (status == HUNCH_UNSUPPORTED && b.length == 0));
    return b;
}

static void check_unit(hunch_prior *prior, const struct set *s, unsigned i, struct bytes before) {
    struct bytes now = encode_unit(prior, s, i);
    struct context context;
    uint8_t *back = malloc(s->lengths[i] + 1);
    assert_int_equal(hunch_context_fill(&context, NULL), HUNCH_OK);
    assert_true(same(now, before));
    if (now.length > 0) {
        assert_int_equal(hunch_unit_decode(prior, &context, now.data, now.length, back, s->lengths[i]), HUNCH_OK);
        assert_memory_equal(back, s->content.data + s->offsets[i], s->lengths[i]);
    }
    free(now.data);
    free(back);
}

static void units_leave_nothing_behind(void **state) {
    (void)state;
    for (unsigned sort = 0; sort < 2; sort++) {
        hunch_prior *prior = make_prior(sort, 3);
        struct set s = make_others(sort);
        struct bytes before[SAMPLES_MOST];
        unsigned coded = 0;
        for (unsigned i = 0; i < s.count; i++) {
            before[i] = encode_unit(prior, &s, i);
            coded += before[i].length > 0;
        }
        assert_true(coded > s.count / 2);
        for (unsigned round = 0; round < 3 * s.count; round++)
            check_unit(prior, &s, (round * 31) % s.count, before[(round * 31) % s.count]);
        for (unsigned i = 0; i < s.count; i++)
            free(before[i].data);
        hunch_prior_close(&prior);
        set_free(&s);
    }
}

struct reader {
    hunch_archive *archive;
    const struct set *set;
    unsigned first;
    bool good;
};

static void *read_many(void *opaque) {
    struct reader *r = opaque;
    r->good = true;
    for (unsigned round = 0; round < r->set->count; round++) {
        unsigned i = (r->first + round * 29) % r->set->count;
        uint8_t *buffer = malloc(r->set->lengths[i] + 1);
        r->good &= hunch_archive_read(r->archive, r->set->offsets[i], buffer, r->set->lengths[i]) == HUNCH_OK &&
                   memcmp(buffer, r->set->content.data + r->set->offsets[i], r->set->lengths[i]) == 0;
        free(buffer);
    }
    return NULL;
}

/* With fewer states than threads, so that some wait. */
static void threads_read_at_once(void **state) {
    (void)state;
    hunch_prior *prior = at_hand[0] = make_prior(0, 3);
    struct set s = make_others(0);
    struct hunch_settings settings = writer_settings(&s, 3, prior), reader = reader_settings();
    struct bytes archive = encode_set(&s, &settings);
    struct reader readers[4];
    pthread_t threads[4];
    hunch_archive *a;
    reader.threads = 2;
    assert_int_equal(open_archive(&a, &archive, &reader), HUNCH_OK);
    for (unsigned i = 0; i < 4; i++) {
        readers[i] = (struct reader){a, &s, 5 * i, false};
        assert_int_equal(pthread_create(&threads[i], NULL, read_many, &readers[i]), 0);
    }
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_true(readers[i].good);
    }
    hunch_archive_close(&a);
    put_away(prior, archive, &s);
}

/* Members that are no units, among small ones. */
static void large_and_empty_members_come_back(void **state) {
    (void)state;
    hunch_prior *prior = at_hand[0] = make_prior(0, 3);
    struct set s = make_texts(prose, 10000, 3);
    struct bytes large = make_content(8, LARGE);
    struct hunch_settings settings = writer_settings(&s, 1, prior), reader = reader_settings();
    set_add(&s, prose.data + 300, 500);
    set_add(&s, NULL, 0);
    set_add(&s, NULL, 0);
    set_add(&s, large.data, LARGE);
    set_add(&s, NULL, 0);
    set_add(&s, prose.data + 900, 500);
    set_add(&s, prose.data + 1500, 500);
    set_add(&s, NULL, 0);
    check_groups(&s, settings, 1, 0);
    check_groups(&s, settings, 2, 0);
    struct bytes archive = encode_set(&s, &settings);
    assert_true(primed_blocks(archive, &reader) >= 2); /* before the large one and behind it */
    hunch_prior_close(&prior);
    at_hand[0] = NULL;
    free(archive.data);
    free(large.data);
    set_free(&s);
}

/* Samples of another kind among those that the prior knows have blocks of their own, and cost the others nothing. */
static void strange_members_stand_apart(void **state) {
    (void)state;
    static const char order[] = "ttptttpptp"; /* texts and photographs */
    hunch_prior *prior = at_hand[0] = make_prior(0, 3);
    struct set s = {0};
    struct hunch_settings reader = reader_settings();
    hunch_archive *a;
    for (unsigned i = 0; order[i]; i++)
        if (order[i] == 'p')
            set_add(&s, photos[i % photo_count].data, photos[i % photo_count].length);
        else
            set_add(&s, prose.data + 10000 + 600 * i, 500);
    struct hunch_settings settings = writer_settings(&s, 3, prior);
    struct bytes archive = encode_set(&s, &settings);
    assert_int_equal(primed_blocks(archive, &reader), 3);
    assert_int_equal(open_archive(&a, &archive, &reader), HUNCH_OK);
    assert_int_equal(hunch_archive_blocks(a), 7);
    hunch_archive_close(&a);
    check_groups(&s, settings, 1, 0);
    check_groups(&s, settings, 2, 0);
    put_away(prior, archive, &s);
}

/* A file alone, shorter and longer than a unit may be. */
static void plain_content_comes_back(void **state) {
    (void)state;
    hunch_prior *prior = at_hand[0] = make_prior(0, 3);
    struct set s = {0};
    struct hunch_settings settings = writer_settings(&s, 1, prior), reader = reader_settings();
    struct bytes contents[] = {{prose.data + 500, 1}, {prose.data + 500, 700}, make_content(8, LARGE), {NULL, 0}};
    for (unsigned i = 0; i < 4; i++) {
        struct bytes archive = encode(contents[i], &settings);
        check_stream(archive, contents[i], reader);
        assert_int_equal(primed_blocks(archive, &reader), i == 1);
        free(archive.data);
    }
    free(contents[2].data);
    hunch_prior_close(&prior);
    at_hand[0] = NULL;
}

/* ---- where the prior is */

static void an_archive_may_hold_its_prior(void **state) {
    (void)state;
    hunch_prior *prior = make_prior(0, 3);
    struct set s = make_others(0);
    struct hunch_settings settings = writer_settings(&s, 3, prior), reader;
    hunch_settings_default(&reader);
    settings.self_contained = 1;
    struct bytes archive = encode_set(&s, &settings);
    hunch_prior_close(&prior);
    check_at_rest(archive, &s, &reader);
    check_stream(archive, s.content, reader);
    struct bytes two = join(archive, archive), twice = join(s.content, s.content);
    check_stream(two, twice, reader);
    reader.memory_limit = 4 << 20;
    struct story small = decode(archive, reader, SIZE_MAX, 4096);
    assert_int_equal(small.status, HUNCH_MEMORY_LIMIT);
    free(small.content.data);
    free(two.data);
    free(twice.data);
    free(archive.data);
    set_free(&s);
}

static void check_missing_stream(struct bytes archive, const struct set *s) {
    struct hunch_settings reader = reader_settings();
    struct story back = decode(archive, reader, SIZE_MAX, 4096);
    assert_int_equal(back.status, HUNCH_MISSING_PRIOR);
    free(back.content.data);
    reader.find_prior = NULL;
    reader.keep_going = 1;
    back = decode(archive, reader, SIZE_MAX, 4096);
    assert_int_equal(back.status, HUNCH_OK);
    assert_int_equal(back.content.length, s->content.length);
    uint64_t end = 0;
    for (unsigned i = 0; i < back.told; i++) {
        assert_int_equal(back.why[i], HUNCH_MISSING_PRIOR);
        assert_int_equal(back.lost[i].offset, end);
        end += back.lost[i].length;
    }
    assert_int_equal(end, s->content.length);
    free(back.content.data);
}

static void a_missing_prior_is_told(void **state) {
    (void)state;
    hunch_prior *prior = make_prior(0, 3);
    struct set s = make_texts(prose, 10000, 10);
    struct hunch_settings settings = writer_settings(&s, 3, prior), reader = reader_settings();
    struct bytes archive = encode_set(&s, &settings);
    uint8_t buffer[1000];
    size_t length;
    hunch_archive *a;
    check_missing_stream(archive, &s);
    assert_int_equal(open_archive(&a, &archive, &reader), HUNCH_OK);
    assert_int_equal(hunch_archive_count(a), s.count);
    assert_int_equal(hunch_archive_find(a, "sample/7"), 7);
    assert_int_equal(read_member(a, 7, buffer, &length), HUNCH_MISSING_PRIOR);
    assert_int_equal(length, s.lengths[7]);
    at_hand[0] = prior; /* found by now */
    check_member(a, &s, 7);
    hunch_archive_close(&a);
    put_away(prior, archive, &s);
}

static void two_archives_have_two_priors(void **state) {
    (void)state;
    struct bytes archives[2];
    struct set sets[2];
    hunch_archive *a;
    for (unsigned sort = 0; sort < 2; sort++) {
        at_hand[sort] = make_prior(sort, 3);
        sets[sort] = make_sort(sort, 1, 9);
        struct hunch_settings settings = writer_settings(&sets[sort], 3, at_hand[sort]);
        settings.self_contained = sort == 1;
        archives[sort] = encode_set(&sets[sort], &settings);
    }
    hunch_prior_close(&at_hand[1]); /* its archive holds it */
    struct bytes both = join(archives[0], archives[1]);
    struct set all = {.content = join(sets[0].content, sets[1].content), .count = 18};
    for (unsigned i = 0; i < all.count; i++) {
        all.lengths[i] = sets[i / 9].lengths[i % 9];
        all.offsets[i] = sets[i / 9].offsets[i % 9] + (i < 9 ? 0 : sets[0].content.length);
    }
    struct hunch_settings reader = reader_settings();
    check_at_rest(both, &all, &reader);
    check_stream(both, all.content, reader);
    hunch_prior_close(&at_hand[0]);
    assert_int_equal(open_archive(&a, &both, &reader), HUNCH_OK);
    check_member(a, &all, 12); /* the second archive needs the second prior only */
    hunch_archive_close(&a);
    for (unsigned sort = 0; sort < 2; sort++) {
        free(archives[sort].data);
        set_free(&sets[sort]);
    }
    free(both.data);
    set_free(&all);
}

/* However many threads there are, and archives with priors of their own behind one another. */
static void limits_hold_with_own_priors(void **state) {
    (void)state;
    struct bytes archives[2], content[2], both, all;
    for (unsigned i = 0; i < 2; i++) {
        struct set trained = make_texts(prose, 2000 * i, TRAINED), s = make_texts(prose, 12000, 20);
        struct bytes file = train(&trained, 3);
        hunch_prior *prior = open_prior(file);
        struct hunch_settings settings = writer_settings(&s, 3, prior);
        settings.self_contained = 1;
        archives[i] = encode_set(&s, &settings);
        content[i] = s.content;
        hunch_prior_close(&prior);
        free(file.data);
        set_free(&trained);
    }
    both = join(archives[0], archives[1]);
    all = join(content[0], content[1]);
    for (uint64_t limit = 4; limit <= 256; limit *= 2) {
        struct purse purse;
        struct hunch_settings reader;
        uint8_t byte;
        hunch_archive *a;
        hunch_settings_default(&reader);
        purse_open(&purse, PURSE_NEVER);
        purse_lend(&purse, &reader);
        reader.memory_limit = limit << 20;
        reader.threads = 4;
        struct story back = decode(both, reader, SIZE_MAX, 4096);
        assert_int_equal(back.status, limit < 64 ? back.status : HUNCH_OK);
        assert_true(back.status == HUNCH_OK ? same(back.content, all) : back.status == HUNCH_MEMORY_LIMIT);
        assert_int_equal(open_archive(&a, &both, &reader), HUNCH_OK);
        for (size_t at = 0; at < all.length; at += all.length - 1) {
            enum hunch_status status = hunch_archive_read(a, at, &byte, 1);
            assert_true(status == HUNCH_OK ? byte == all.data[at] : status == HUNCH_MEMORY_LIMIT && limit < 64);
        }
        hunch_archive_close(&a);
        assert_in_range(purse.peak, 0, (limit << 20) + (1 << 19)); /* threads and priors themselves are not counted */
        assert_int_equal(purse.out, 0);
        purse_close(&purse);
        free(back.content.data);
    }
    for (unsigned i = 0; i < 2; i++) {
        free(archives[i].data);
        free(content[i].data);
    }
    free(both.data);
    free(all.data);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_back),
        cmocka_unit_test(units_leave_nothing_behind),
        cmocka_unit_test(threads_read_at_once),
        cmocka_unit_test(large_and_empty_members_come_back),
        cmocka_unit_test(strange_members_stand_apart),
        cmocka_unit_test(plain_content_comes_back),
        cmocka_unit_test(an_archive_may_hold_its_prior),
        cmocka_unit_test(a_missing_prior_is_told),
        cmocka_unit_test(two_archives_have_two_priors),
        cmocka_unit_test(limits_hold_with_own_priors),
    };
    if (argc < 3)
        return 2;
    top = atoi(argv[1]);
    if (top == 0)
        cmocka_set_test_filter("threads_*");
    read_files(argc - 2, argv + 2);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_files();
    return failed;
}
