/* The files of priors: what they say of themselves, that they are the same for the same samples, how they are
 * restored from what opening has computed; damaged ones are told, and hostile ones cost nothing. `test_prior
 * SHARE PROSE`: one in SHARE of the changes is tried. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/wire.h"
#include "codec/prior.h"
#include "conformance/unit/purse.h"
#include "conformance/unit/samples.h"

enum {
    TRAINED = 12,
    HEAD = 16,       /* bytes of a file before what its id is the hash of */
    NOTHING = 4096,  /* bytes: what a file costs at most that is refused for its fields, beside the file */
    MIND_ALIGN = 64, /* of images, bytes */
    LIMIT = 64 << 20 /* bytes of memory for files of strangers */
};

static size_t share = 1;
static struct bytes prose;

static struct bytes train_texts(size_t from, int level) {
    struct set s = make_texts(prose, from, TRAINED);
    struct bytes file = train(&s, level);
    set_free(&s);
    return file;
}

/* ---- what a prior is */

static void files_say_what_they_are(void **state) {
    (void)state;
    struct set sets[] = {make_texts(prose, 0, TRAINED), make_sounds(3, TRAINED), make_pictures(4, TRAINED)};
    for (unsigned i = 0; i < 3; i++) {
        struct bytes file = train(&sets[i], 5), again = train(&sets[i], 5);
        struct hunch_prior_info info = {.sizeof_info = sizeof info};
        assert_true(same(file, again));
        assert_in_range(file.length, HEAD, sets[i].content.length);
        assert_int_equal(hunch_prior_describe(file.data, file.length, &info), HUNCH_OK);
        assert_string_equal(info.name, "samples");
        assert_int_equal(info.samples, TRAINED);
        assert_in_range(info.length, sets[i].content.length / 4, 2 * sets[i].content.length);
        assert_int_equal(info.id, hunch_hash(file.data + HEAD, file.length - HEAD));
        hunch_prior *prior = open_prior(file);
        assert_int_equal(hunch_prior_id(prior), info.id);
        hunch_prior_close(&prior);
        assert_null(prior);
        hunch_prior_close(&prior);
        free(file.data);
        free(again.data);
        set_free(&sets[i]);
    }
    hunch_prior_close(NULL);
}

static enum hunch_status train_with(int level, const char *name, const char *as, size_t length, size_t count) {
    uint8_t file[20000], samples[200] = "one and one is two";
    size_t written = sizeof file, lengths[2] = {length, 100};
    struct hunch_settings s = make_settings(level, 0);
    s.as = as;
    return hunch_train(file, &written, name, samples, lengths, count, &s);
}

static void odd_calls_are_refused(void **state) {
    (void)state;
    static const char longest[] = "a name that has sixty-four bytes, which is as many as one may have";
    struct bytes file = train_texts(0, 3);
    struct hunch_prior_info info = {.sizeof_info = 8};
    hunch_prior *prior = NULL;
    assert_int_equal(train_with(3, "name", NULL, 100, 2), HUNCH_OK);
    assert_int_equal(train_with(3, longest + sizeof longest - 1 - 64, NULL, 100, 2), HUNCH_OK);
    assert_int_equal(train_with(3, longest + sizeof longest - 1 - 65, NULL, 100, 2), HUNCH_BAD_ARGUMENT);
    assert_int_equal(train_with(3, "", NULL, 100, 2), HUNCH_OK);
    assert_int_equal(train_with(3, NULL, NULL, 100, 2), HUNCH_BAD_ARGUMENT);
    assert_int_equal(train_with(2, "name", NULL, 100, 2), HUNCH_BAD_ARGUMENT);
    assert_int_equal(train_with(10, "name", NULL, 100, 2), HUNCH_BAD_ARGUMENT);
    assert_int_equal(train_with(3, "name", NULL, 0, 2), HUNCH_BAD_ARGUMENT);
    assert_int_equal(train_with(3, "name", NULL, 100, 0), HUNCH_BAD_ARGUMENT);
    assert_int_equal(train_with(3, "name", "gray8:0x0", 100, 2), HUNCH_BAD_ARGUMENT);
    assert_int_equal(train_with(3, "name", "gray8:10x10", 100, 2), HUNCH_OK);
    assert_int_equal(hunch_prior_describe(file.data, file.length, &info), HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_prior_describe(file.data, file.length, NULL), HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_prior_open(NULL, file.data, file.length, NULL), HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_prior_open(&prior, NULL, 0, NULL), HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_prior_restore(&prior, file.data, file.length, NULL, 0, NULL), HUNCH_BAD_ARGUMENT);
    free(file.data);
}

struct telling {
    unsigned calls;
    uint64_t done, total;
    bool rises;
};

static void hear(void *opaque, uint64_t done, uint64_t total) {
    struct telling *t = opaque;
    t->rises &= done > t->done && done <= total && (t->calls == 0 || total == t->total);
    t->calls++;
    t->done = done;
    t->total = total;
}

/* By training and by opening alike: once a sample, to the end. */
static void progress_is_told(void **state) {
    (void)state;
    struct set s = make_texts(prose, 0, TRAINED);
    struct hunch_settings settings = set_settings(&s, 3);
    struct telling training = {.rises = true}, opening = {.rises = true};
    struct bytes file = {NULL, hunch_train_bound(s.content.length)};
    hunch_prior *prior;
    file.data = malloc(file.length);
    settings.on_progress = hear;
    settings.opaque = &training;
    assert_int_equal(hunch_train(file.data, &file.length, "samples", s.content.data, s.lengths, s.count, &settings),
                     HUNCH_OK);
    settings.opaque = &opening;
    assert_int_equal(hunch_prior_open(&prior, file.data, file.length, &settings), HUNCH_OK);
    assert_true(training.rises && training.calls == TRAINED && training.done == training.total);
    assert_true(opening.rises && opening.calls == TRAINED && opening.done == training.total);
    hunch_prior_close(&prior);
    free(file.data);
    set_free(&s);
}

static void a_small_target_is_told(void **state) {
    (void)state;
    struct set s = make_texts(prose, 0, TRAINED);
    struct hunch_settings settings = set_settings(&s, 3);
    struct bytes file = train(&s, 3);
    uint8_t *target = malloc(file.length + 8);
    for (size_t capacity = 0; capacity < file.length; capacity += 1 + capacity / 3) {
        size_t written = capacity;
        assert_int_equal(hunch_train(target, &written, "samples", s.content.data, s.lengths, s.count, &settings),
                         HUNCH_OUTPUT_FULL);
    }
    size_t written = file.length + 8;
    assert_int_equal(hunch_train(target, &written, "samples", s.content.data, s.lengths, s.count, &settings), HUNCH_OK);
    assert_true(same((struct bytes){target, written}, file));
    free(target);
    free(file.data);
    set_free(&s);
}

/* Samples that give more than they have: noise of a byte or two, so that telling how many costs as much as they. */
static void the_bound_is_kept(void **state) {
    (void)state;
    enum { COUNT = 20000 };
    static uint8_t noise[2 * COUNT];
    static size_t lengths[COUNT];
    struct hunch_settings s = make_settings(3, 0);
    uint64_t seed = 4;
    size_t total = 0;
    random_fill(&seed, noise, sizeof noise);
    for (size_t i = 0; i < COUNT; i++)
        total += lengths[i] = 1 + i % 2;
    size_t written = hunch_train_bound(total);
    uint8_t *target = malloc(written);
    assert_int_equal(hunch_train(target, &written, "noise", noise, lengths, COUNT, &s), HUNCH_OK);
    assert_int_equal(hunch_train_bound(SIZE_MAX), SIZE_MAX);
    free(target);
}

/* ---- images */

/* What a prior makes of samples, in archives that hold one each and behind one another. */
static struct bytes use(hunch_prior *prior, const struct set *s) {
    struct hunch_settings settings = set_settings(s, 3);
    settings.prior = prior;
    return encode_set(s, &settings);
}

/* A copy of the prior's image at another address; *from is what to free. */
static void *image_of(const hunch_prior *prior, size_t *size, void **from) {
    const void *image = hunch_prior_image(prior, size);
    uint8_t *memory = *from = malloc(*size + 3 * MIND_ALIGN);
    memory += MIND_ALIGN - (uintptr_t)memory % MIND_ALIGN;
    if (memory == image)
        memory += MIND_ALIGN;
    memcpy(memory, image, *size);
    return memory;
}

static void check_restored(struct set trained, const struct set *s, int level) {
    struct bytes file = train(&trained, level);
    hunch_prior *prior = open_prior(file), *restored;
    size_t size;
    void *memory, *image = image_of(prior, &size, &memory);
    struct bytes first = use(prior, s);
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length, image, size, NULL), HUNCH_OK);
    assert_int_equal(hunch_prior_id(restored), hunch_prior_id(prior));
    struct bytes second = use(restored, s);
    assert_true(same(first, second));
    free(second.data);
    hunch_prior_close(&prior); /* what was restored does not need it */
    void *again, *other = image_of(restored, &size, &again); /* after use, and of an image */
    hunch_prior_close(&restored);
    memset(image, 0xA5, size);
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length, other, size, NULL), HUNCH_OK);
    second = use(restored, s);
    assert_true(same(first, second));
    hunch_prior_close(&restored);
    free(first.data);
    free(second.data);
    free(memory);
    free(again);
    free(file.data);
    set_free(&trained);
}

static void priors_come_back_from_images(void **state) {
    (void)state;
    struct set texts = make_texts(prose, 9000, 6), sounds = make_sounds(8, 4), pictures = make_pictures(9, 6);
    for (int level = 3; level <= (share == 1 ? 7 : 3); level += 2) {
        check_restored(make_texts(prose, 0, TRAINED), &texts, level);
        check_restored(make_sounds(3, TRAINED), &sounds, level);
        check_restored(make_pictures(4, TRAINED), &pictures, level);
    }
    set_free(&texts);
    set_free(&sounds);
    set_free(&pictures);
}

static void wrong_images_are_refused(void **state) {
    (void)state;
    struct bytes file = train_texts(0, 3), other = train_texts(500, 3);
    hunch_prior *prior = open_prior(file), *restored;
    struct hunch_settings s = make_settings(3, 0);
    size_t size;
    void *memory, *image = image_of(prior, &size, &memory);
    assert_int_equal(hunch_prior_restore(&restored, other.data, other.length, image, size, NULL), HUNCH_BAD_ARGUMENT);
    assert_null(restored);
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length, image, size - 64, NULL),
                     HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length, image, size + 64, NULL),
                     HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length, image, 0, NULL), HUNCH_BAD_ARGUMENT);
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length - 1, image, size, NULL), HUNCH_DAMAGED);
    memmove((uint8_t *)image + 8, image, size);
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length, (uint8_t *)image + 8, size, NULL),
                     HUNCH_BAD_ARGUMENT);
    memmove(image, (uint8_t *)image + 8, size);
    s.memory_limit = 1 << 20;
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length, image, size, &s), HUNCH_MEMORY_LIMIT);
    ((uint8_t *)image)[0] ^= 1;
    assert_int_equal(hunch_prior_restore(&restored, file.data, file.length, image, size, NULL), HUNCH_BAD_ARGUMENT);
    hunch_prior_close(&prior);
    free(memory);
    free(file.data);
    free(other.data);
}

/* ---- files of strangers */

/* Opens a file within limits. *prior is closed by the caller, before the purse. */
static enum hunch_status open_within(struct bytes file, uint64_t limit, struct purse *purse, hunch_prior **prior) {
    struct hunch_settings s = make_settings(3, 0);
    purse_open(purse, PURSE_NEVER);
    purse_lend(purse, &s);
    s.memory_limit = limit;
    enum hunch_status status = hunch_prior_open(prior, file.data, file.length, &s);
    assert_true((status == HUNCH_OK) == (*prior != NULL));
    assert_in_range(purse->peak, 0, limit + file.length + (1 << 18));
    return status;
}

static void check_broken(struct bytes file) {
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    struct purse purse;
    hunch_prior *prior;
    enum hunch_status status = open_within(file, LIMIT, &purse, &prior);
    assert_true(status == HUNCH_DAMAGED || status == HUNCH_NOT_ARCHIVE || status == HUNCH_UNSUPPORTED);
    assert_int_equal(hunch_prior_describe(file.data, file.length, &info), status);
    assert_in_range(purse.peak, 0, NOTHING);
    assert_int_equal(purse.out, 0);
    purse_close(&purse);
}

static void broken_files_are_told(void **state) {
    (void)state;
    struct bytes file = train_texts(0, 3);
    uint64_t seed = 2;
    for (size_t at = 0; at < file.length; at++) {
        uint8_t change = (uint8_t)(1 + random_below(&seed, 255));
        struct bytes cut = copy_of((struct bytes){file.data, at}); /* so that sanitizers see its end */
        check_broken(cut);
        free(cut.data);
        file.data[at] ^= change;
        check_broken(file);
        file.data[at] ^= change;
    }
    struct bytes longer = join(file, (struct bytes){(uint8_t *)"x", 1});
    check_broken(longer);
    free(longer.data);
    free(file.data);
}

static void seal(struct bytes file) {
    store_u64(file.data + 8, hunch_hash(file.data + HEAD, file.length - HEAD));
}

/* A file with a good id: an error, or a prior that codes samples like any other. What opening it may take is told by
 * the bytes that it says to hold: those beyond `most` are only described. */
static enum hunch_status check_hostile(struct bytes file, const struct set *s, uint64_t most) {
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    struct hunch_settings reader;
    struct purse purse;
    hunch_prior *prior;
    enum hunch_status described = hunch_prior_describe(file.data, file.length, &info);
    if (described == HUNCH_OK && info.length > most && info.memory <= LIMIT)
        return HUNCH_OK;
    enum hunch_status status = open_within(file, LIMIT, &purse, &prior);
    assert_true(status == HUNCH_OK || status == HUNCH_DAMAGED || status == HUNCH_UNSUPPORTED ||
                status == HUNCH_MEMORY_LIMIT || status == HUNCH_NOT_ARCHIVE);
    if (described != HUNCH_OK || status == HUNCH_MEMORY_LIMIT) {
        assert_int_equal(status, described != HUNCH_OK ? described : HUNCH_MEMORY_LIMIT);
        assert_in_range(purse.peak, 0, file.length + NOTHING);
    }
    if (status == HUNCH_OK) {
        struct hunch_settings settings = set_settings(s, 3);
        hunch_settings_default(&reader);
        settings.prior = prior;
        settings.self_contained = 1;
        struct bytes archive = encode_set(s, &settings);
        struct story back = decode(archive, reader, SIZE_MAX, 4096);
        assert_int_equal(back.status, HUNCH_OK);
        assert_true(same(back.content, s->content));
        free(back.content.data);
        free(archive.data);
    }
    hunch_prior_close(&prior);
    assert_int_equal(purse.out, 0);
    purse_close(&purse);
    return status;
}

/* What stands before the payload, without any check. */
struct told {
    uint64_t name_length, samples, count;
    uint8_t name[80];
    uint64_t kinds[PRIOR_KINDS][6]; /* kind, model, parameter, format, history, room */
};

enum { KIND, MODEL, PARAMETER, FORMAT, HISTORY, ROOM };

static void told_fields(struct wire *w, struct told *t) {
    hunch_wire_varint(w, &t->name_length);
    for (unsigned i = 0; i < t->name_length && i < sizeof t->name; i++)
        hunch_wire_u8(w, &t->name[i]);
    hunch_wire_varint(w, &t->samples);
    hunch_wire_varint(w, &t->count);
    for (unsigned i = 0; i < t->count && i < PRIOR_KINDS; i++)
        for (unsigned k = 0; k < 6; k++)
            hunch_wire_varint(w, &t->kinds[i][k]);
}

static struct told read_told(struct bytes file, struct bytes *payload) {
    struct told t = {0};
    struct wire w = wire_open(WIRE_READ, file.data + HEAD, file.length - HEAD);
    told_fields(&w, &t);
    assert_false(w.broken);
    *payload = (struct bytes){w.at, (size_t)(w.end - w.at)};
    return t;
}

static struct bytes write_told(struct told t, struct bytes payload) {
    uint8_t bytes[1000];
    struct wire w = wire_open(WIRE_WRITE, bytes + HEAD, sizeof bytes - HEAD);
    memcpy(bytes, "\x89HPRIOR\1", 8);
    told_fields(&w, &t);
    struct bytes file = join((struct bytes){bytes, (size_t)(w.at - bytes)}, payload);
    seal(file);
    return file;
}

/* Opens what another value of one field makes of a file. */
static enum hunch_status with_value(struct bytes file, const struct set *s, size_t field, uint64_t value) {
    struct bytes payload;
    struct told t = read_told(file, &payload);
    memcpy((uint8_t *)&t + field, &value, sizeof value);
    struct bytes changed = write_told(t, payload);
    enum hunch_status status = check_hostile(changed, s, 1 << 17);
    free(changed.data);
    return status;
}

#define FIELD(name) offsetof(struct told, name)

static void hostile_fields_are_told(void **state) {
    (void)state;
    static const struct {
        size_t field;
        uint64_t value;
        enum hunch_status status;
    } changes[] = {
        {FIELD(name_length), 65, HUNCH_DAMAGED},
        {FIELD(name_length), UINT64_MAX, HUNCH_DAMAGED},
        {FIELD(samples), 0, HUNCH_DAMAGED},
        {FIELD(samples), TRAINED - 1, HUNCH_DAMAGED},
        {FIELD(samples), UINT64_MAX, HUNCH_DAMAGED},
        {FIELD(count), 0, HUNCH_DAMAGED},
        {FIELD(count), 7, HUNCH_DAMAGED},
        {FIELD(count), UINT64_MAX, HUNCH_DAMAGED},
        {FIELD(kinds[0][KIND]), CONTENT_KINDS, HUNCH_DAMAGED},
        {FIELD(kinds[0][KIND]), UINT64_MAX, HUNCH_DAMAGED},
        {FIELD(kinds[0][MODEL]), 0, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][MODEL]), 1, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][MODEL]), 99, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][MODEL]), UINT64_C(1) << 32 | 2, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][PARAMETER]), 0, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][PARAMETER]), UINT32_MAX, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][PARAMETER]), UINT64_C(1) << 32 | 3, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][FORMAT]), 99, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][FORMAT]), UINT64_C(1) << 32 | 1, HUNCH_UNSUPPORTED},
        {FIELD(kinds[0][HISTORY]), 0, HUNCH_DAMAGED},
        {FIELD(kinds[0][HISTORY]), 1 << 29, HUNCH_MEMORY_LIMIT},
        {FIELD(kinds[0][HISTORY]), (1 << 29) + 1, HUNCH_DAMAGED},
        {FIELD(kinds[0][HISTORY]), UINT64_MAX, HUNCH_DAMAGED},
        {FIELD(kinds[0][ROOM]), UNIT_ROOM + 1, HUNCH_DAMAGED},
        {FIELD(kinds[0][ROOM]), UINT64_MAX, HUNCH_DAMAGED},
        {FIELD(kinds[1][KIND]), CONTENT_BYTES, HUNCH_DAMAGED},
        {FIELD(kinds[1][FORMAT]), 1, HUNCH_UNSUPPORTED},
    };
    /* of two kinds: bytes, and sound with its recipes */
    struct set mixed = make_texts(prose, 0, TRAINED - 1), s = make_texts(prose, 9000, 3);
    add_sound(&mixed, &(uint64_t){5});
    struct bytes file = train(&mixed, 3);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        assert_int_equal(with_value(file, &s, changes[i].field, changes[i].value), changes[i].status);
    /* these may be good by chance, or hold nothing but what was decoded otherwise */
    with_value(file, &s, FIELD(samples), TRAINED + 1);
    for (uint64_t room = 0; room <= UNIT_ROOM; room = 7 * room + 1)
        with_value(file, &s, FIELD(kinds[0][ROOM]), room);
    with_value(file, &s, FIELD(kinds[0][ROOM]), UNIT_ROOM);
    for (uint64_t parameter = 1; parameter < 1024; parameter += share == 1 ? 3 : 37)
        with_value(file, &s, FIELD(kinds[0][PARAMETER]), parameter);
    for (unsigned kind = 0; kind < 2; kind++)
        for (uint64_t model = 0; model < 8; model++)
            with_value(file, &s, FIELD(kinds[0][MODEL]) + kind * 6 * sizeof(uint64_t), model);
    free(file.data);
    set_free(&mixed);
    set_free(&s);
}

/* Any change behind the id, and any end, with the right id. */
static void sealed_damage_is_told(void **state) {
    (void)state;
    struct bytes file = train_texts(0, 3), payload;
    struct set s = make_texts(prose, 9000, 2);
    uint64_t seed = 11;
    read_told(file, &payload);
    size_t head = (size_t)(payload.data - file.data);
    for (size_t at = HEAD; at < file.length; at += at < head ? 1 : 17 * share) {
        for (unsigned bit = 0; bit < 8; bit += at < head ? 1 : 8) {
            struct bytes changed = copy_of(file);
            changed.data[at] ^= (uint8_t)(at < head ? 1u << bit : 1 + random_below(&seed, 255));
            seal(changed);
            check_hostile(changed, &s, 1 << 17);
            free(changed.data);
        }
        struct bytes cut = copy_of((struct bytes){file.data, at});
        seal(cut);
        check_hostile(cut, &s, 1 << 17);
        free(cut.data);
    }
    free(file.data);
    set_free(&s);
}

static void limits_are_kept_before_anything_is_allocated(void **state) {
    (void)state;
    struct set s = make_texts(prose, 0, TRAINED);
    struct bytes file = train(&s, 5);
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    struct hunch_settings settings = set_settings(&s, 5);
    struct purse purse;
    hunch_prior *prior;
    assert_int_equal(hunch_prior_describe(file.data, file.length, &info), HUNCH_OK);
    assert_int_equal(open_within(file, info.memory - 1, &purse, &prior), HUNCH_MEMORY_LIMIT);
    assert_in_range(purse.peak, 0, file.length + NOTHING);
    purse_close(&purse);
    assert_int_equal(open_within(file, info.memory, &purse, &prior), HUNCH_OK);
    settings.prior = prior;
    settings.threads = 4; /* there is memory for one of them only: the others wait */
    struct bytes archive = encode_set(&s, &settings);
    assert_in_range(purse.peak, 0, info.memory + file.length + (1 << 18));
    hunch_prior_close(&prior);
    assert_int_equal(purse.out, 0);
    purse_close(&purse);
    settings.memory_limit = 1 << 20;
    size_t written = file.length;
    assert_int_equal(hunch_train(file.data, &written, "", s.content.data, s.lengths, s.count, &settings),
                     HUNCH_MEMORY_LIMIT);
    free(archive.data);
    free(file.data);
    set_free(&s);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_say_what_they_are),
        cmocka_unit_test(odd_calls_are_refused),
        cmocka_unit_test(progress_is_told),
        cmocka_unit_test(a_small_target_is_told),
        cmocka_unit_test(the_bound_is_kept),
        cmocka_unit_test(priors_come_back_from_images),
        cmocka_unit_test(wrong_images_are_refused),
        cmocka_unit_test(broken_files_are_told),
        cmocka_unit_test(hostile_fields_are_told),
        cmocka_unit_test(sealed_damage_is_told),
        cmocka_unit_test(limits_are_kept_before_anything_is_allocated),
    };
    if (argc < 3)
        return 2;
    share = (size_t)atoi(argv[1]);
    prose = read_file(argv[2]);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(prose.data);
    return failed;
}
