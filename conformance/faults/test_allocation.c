/* The allocator refuses at every call of a round trip, one after another: a clean error each time, no leak, nothing
 * damaged; and a prior that was refused memory while it was used is good for more, or says that it is not. Also: what a
 * limit forbids is never allocated. `test_allocation LEVEL` stops at that level. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "codec/prior.h"
#include "conformance/unit/inputs.h"
#include "conformance/unit/purse.h"
#include "hunch/hunch.h"

enum {
    LENGTH = 5000,
    BLOCK = 2048,
    ROOM = 16384,
    INSTANCE = 64 * 1024, /* bytes: what a decoder takes before it meets the first block */
};

static int top = 9;
static uint8_t original[LENGTH], archive[ROOM], output[LENGTH];

static struct hunch_settings settings_with(struct purse *purse, int level, unsigned threads) {
    struct hunch_settings s;
    hunch_settings_default(&s);
    s.level = level;
    s.threads = threads;
    s.block_size = BLOCK;
    purse_lend(purse, &s);
    return s;
}

/* Pushes `from` through a stream into `to` in small pieces. */
static enum hunch_status pump(hunch_stream *stream, const uint8_t *from, size_t length, uint8_t *to, size_t *written) {
    struct hunch_input in = {from, 0, 0};
    struct hunch_output out = {to, 0, 0};
    int done = 0;
    enum hunch_status status = HUNCH_OK;
    while (status == HUNCH_OK && !(done && in.size == length)) {
        in.size = in.size + 700 < length ? in.size + 700 : length;
        out.size = out.size + 900 < *written ? out.size + 900 : *written;
        status = hunch_stream_run(stream, &in, &out, in.size == length ? HUNCH_FINISH : HUNCH_CONTINUE, &done);
    }
    *written = out.position;
    return status;
}

static enum hunch_status stream_trip(const struct hunch_settings *s) {
    hunch_stream *stream;
    size_t length = ROOM, written = LENGTH;
    enum hunch_status status = hunch_encoder_open(&stream, s);
    if (status == HUNCH_OK)
        status = pump(stream, original, LENGTH, archive, &length);
    hunch_stream_close(&stream);
    if (status != HUNCH_OK)
        return status;
    status = hunch_decoder_open(&stream, s);
    if (status == HUNCH_OK)
        status = pump(stream, archive, length, output, &written);
    hunch_stream_close(&stream);
    if (status == HUNCH_OK) {
        assert_int_equal(written, LENGTH);
        assert_memory_equal(output, original, LENGTH);
    }
    return status;
}

struct bytes {
    const uint8_t *data;
    size_t length;
};

static int read_bytes(void *opaque, uint64_t offset, void *buffer, size_t length) {
    const struct bytes *b = opaque;
    if (offset > b->length || length > b->length - offset)
        return 1;
    memcpy(buffer, b->data + offset, length);
    return 0;
}

static enum hunch_status one_call_trip(const struct hunch_settings *s) {
    size_t length = ROOM, written = LENGTH;
    enum hunch_status status = hunch_encode(archive, &length, original, LENGTH, s);
    if (status == HUNCH_OK)
        status = hunch_decode(output, &written, archive, length, s);
    if (status != HUNCH_OK)
        return status;
    struct bytes bytes = {archive, length};
    struct hunch_source source = {read_bytes, &bytes, length};
    hunch_archive *a;
    status = hunch_archive_open(&a, &source, s);
    if (status == HUNCH_OK)
        status = hunch_archive_read(a, BLOCK - 10, output, 20);
    if (status == HUNCH_OK)
        assert_memory_equal(output, original + BLOCK - 10, 20);
    hunch_archive_close(&a);
    return status;
}

/* Refuses call 0, 1, 2, ..., or one in `step` of them, until a trip is over before the refusal; a library that can do
 * without is welcome to. */
static void refuse_each(enum hunch_status (*trip)(const struct hunch_settings *), int level, unsigned threads,
                        unsigned step) {
    bool refused = true;
    for (unsigned refuse = 0; refused; refuse += step) {
        struct purse purse;
        purse_open(&purse, refuse);
        struct hunch_settings s = settings_with(&purse, level, threads);
        enum hunch_status status = trip(&s);
        refused = purse.calls > refuse;
        assert_int_equal(purse.out, 0);
        if (status != HUNCH_OK || !refused)
            assert_int_equal(status, refused ? HUNCH_NO_MEMORY : HUNCH_OK);
        purse_close(&purse);
        assert_true(refused || refuse > 1);
    }
}

/* ---- priors */

enum { SAMPLES = 6, SAMPLE = 400 /* bytes */, PRIOR_ROOM = 8192 };

static uint8_t prior_file[PRIOR_ROOM];

static enum hunch_status train_trip(const struct hunch_settings *s, size_t *length) {
    size_t lengths[SAMPLES];
    for (unsigned i = 0; i < SAMPLES; i++)
        lengths[i] = SAMPLE;
    *length = PRIOR_ROOM;
    return hunch_train(prior_file, length, "text", original, lengths, SAMPLES, s);
}

/* Members of one sample each, but that the second half of them are one that is so long that its state is
 * copied back. */
static enum hunch_status encode_members(const struct hunch_settings *s, size_t *length) {
    hunch_stream *stream;
    size_t at = 0;
    enum hunch_status status = hunch_encoder_open(&stream, s);
    *length = 0;
    for (unsigned i = 0; i <= SAMPLES && status == HUNCH_OK; i++) {
        bool last = i == SAMPLES;
        struct hunch_member m = {.sizeof_member = sizeof m, .name = "member", .length = last ? LENGTH - at : SAMPLE};
        struct hunch_input in = {original + at, (size_t)m.length, 0};
        struct hunch_output out = {archive + *length, ROOM - *length, 0};
        int done = 0;
        status = hunch_stream_member(stream, &m);
        while (status == HUNCH_OK && !done)
            status = hunch_stream_run(stream, &in, &out, last ? HUNCH_FINISH : HUNCH_CONTINUE, &done);
        at += in.position;
        *length += out.position;
    }
    hunch_stream_close(&stream);
    return status;
}

static enum hunch_status read_members(const struct hunch_settings *s, size_t length) {
    struct bytes bytes = {archive, length};
    struct hunch_source source = {read_bytes, &bytes, length};
    hunch_archive *a;
    enum hunch_status status = hunch_archive_open(&a, &source, s);
    for (unsigned i = 0; i <= SAMPLES && status == HUNCH_OK; i++) {
        struct hunch_member m = {.sizeof_member = sizeof m};
        assert_int_equal(hunch_archive_stat(a, i, &m), HUNCH_OK);
        status = hunch_archive_read(a, m.offset, output, (size_t)m.length);
        if (status == HUNCH_OK)
            assert_memory_equal(output, original + m.offset, m.length);
    }
    hunch_archive_close(&a);
    return status;
}

static enum hunch_status decode_members(const struct hunch_settings *s, size_t length) {
    hunch_stream *stream;
    size_t written = LENGTH;
    enum hunch_status status = hunch_decoder_open(&stream, s);
    if (status == HUNCH_OK)
        status = pump(stream, archive, length, output, &written);
    hunch_stream_close(&stream);
    if (status == HUNCH_OK)
        assert_memory_equal(output, original, LENGTH);
    return status;
}

/* Encodes with a prior, decodes and reads with the one in the archive. */
static enum hunch_status use_prior(hunch_prior *prior, struct hunch_settings s) {
    size_t length;
    s.block_size = 0;
    s.prior = prior;
    s.self_contained = 1;
    enum hunch_status status = encode_members(&s, &length);
    s.prior = NULL;
    if (status == HUNCH_OK)
        status = decode_members(&s, length);
    if (status == HUNCH_OK)
        status = read_members(&s, length);
    return status;
}

static enum hunch_status prior_trip(const struct hunch_settings *s) {
    hunch_prior *prior = NULL;
    size_t length;
    enum hunch_status status = train_trip(s, &length);
    if (status == HUNCH_OK)
        status = hunch_prior_open(&prior, prior_file, length, s);
    if (status == HUNCH_OK)
        status = use_prior(prior, *s);
    hunch_prior_close(&prior);
    return status;
}

/* Only using it is refused memory; what comes after has enough. */
static enum hunch_status use_trip(const struct hunch_settings *s) {
    static size_t length;
    struct purse *purse = s->opaque;
    unsigned refuse = purse->refuse;
    hunch_prior *prior;
    purse->refuse = PURSE_NEVER;
    if (length == 0)
        assert_int_equal(train_trip(s, &length), HUNCH_OK);
    assert_int_equal(hunch_prior_open(&prior, prior_file, length, s), HUNCH_OK);
    purse->calls = 0;
    purse->refuse = refuse;
    enum hunch_status status = use_prior(prior, *s);
    if (purse->calls > refuse) {
        enum hunch_status after = use_prior(prior, *s);
        assert_true(after == HUNCH_OK || after == HUNCH_NO_MEMORY);
    }
    hunch_prior_close(&prior);
    return status;
}

static void every_refusal_of_a_prior_is_clean(void **state) {
    (void)state;
    unsigned step = top < 9 ? 5 : 1; /* sanitizers take their time with so much memory */
    refuse_each(prior_trip, 3, 1, step);
    for (unsigned threads = 1; threads <= 3; threads += 2)
        refuse_each(use_trip, 3, threads, step);
}

static void *wait_for_prior(void *opaque) {
    struct context context;
    uint8_t payload[2 * SAMPLE];
    size_t coded;
    assert_int_equal(hunch_context_fill(&context, NULL), HUNCH_OK);
    assert_int_equal(hunch_unit_encode(opaque, &context, original, SAMPLE, (struct outlook){0}, payload, sizeof payload,
                                       &coded), HUNCH_NO_MEMORY);
    return NULL;
}

/* Threads wait for the one state that a prior has, and it comes back spoilt. */
static void nobody_waits_for_a_spoilt_prior(void **state) {
    (void)state;
    static const struct timespec moment = {.tv_nsec = 50000000};
    struct purse purse;
    hunch_prior *prior;
    pthread_t threads[4];
    size_t length;
    purse_open(&purse, PURSE_NEVER);
    struct hunch_settings s = settings_with(&purse, 3, 1);
    assert_int_equal(train_trip(&s, &length), HUNCH_OK);
    assert_int_equal(hunch_prior_open(&prior, prior_file, length, &s), HUNCH_OK);
    struct mind *mind = hunch_prior_acquire(prior);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_prior, prior), 0);
    nanosleep(&moment, NULL); /* so that all of them wait, as a rule */
    purse.refuse = purse.calls;
    hunch_undo_note(&mind->undo, mind->memory, 64);
    hunch_prior_release(prior, mind);
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_null(hunch_prior_acquire(prior));
    hunch_prior_close(&prior);
    assert_int_equal(purse.out, 0);
    purse_close(&purse);
}

static int fill(void **state) {
    (void)state;
    const struct input *text = input_at(0);
    for (unsigned i = 0; strcmp(text->name, "text") != 0; i++)
        text = input_at(i);
    input_fill(text, original, LENGTH);
    return 0;
}

static void every_refusal_of_a_stream_is_clean(void **state) {
    (void)state;
    for (int level = 1; level <= top; level += 2)
        for (unsigned threads = 1; threads <= 3; threads += 2)
            refuse_each(stream_trip, level, threads, 1);
}

static void every_refusal_of_a_call_is_clean(void **state) {
    (void)state;
    for (int level = 1; level <= top; level++)
        refuse_each(one_call_trip, level, 1, 1);
}

static void a_limit_is_kept_before_anything_is_allocated(void **state) {
    (void)state;
    for (int level = 1; level <= top; level++) {
        struct purse purse;
        purse_open(&purse, PURSE_NEVER);
        struct hunch_settings s = settings_with(&purse, level, 1);
        size_t length = ROOM, written = LENGTH;
        assert_int_equal(hunch_encode(archive, &length, original, LENGTH, &s), HUNCH_OK);
        assert_true(purse.peak <= s.memory_limit);
        purse.peak = 0;
        s.memory_limit = BLOCK / 2;
        assert_int_equal(hunch_decode(output, &written, archive, length, &s), HUNCH_MEMORY_LIMIT);
        assert_true(purse.peak < INSTANCE);
        s.memory_limit = UINT64_C(1) << 30;
        s.output_limit = LENGTH - 1;
        written = LENGTH;
        assert_int_equal(hunch_decode(output, &written, archive, length, &s), HUNCH_SIZE_LIMIT);
        purse_close(&purse);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_of_a_stream_is_clean),
        cmocka_unit_test(every_refusal_of_a_call_is_clean),
        cmocka_unit_test(every_refusal_of_a_prior_is_clean),
        cmocka_unit_test(nobody_waits_for_a_spoilt_prior),
        cmocka_unit_test(a_limit_is_kept_before_anything_is_allocated),
    };
    if (argc > 1)
        top = atoi(argv[1]);
    return cmocka_run_group_tests(tests, fill, NULL);
}
