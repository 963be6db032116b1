/* Priors: byte 0 chooses what the rest is: a prior's file, whose id is made good; the parts of an archive
 * that names a small prior, with good checks; changes of an archive of that prior (where, 2 bytes, and how, 1
 * byte), checks made good again; a block of its units (how many, and of what length, 2 bytes each; the
 * content's length, 2 bytes; the payload); or members, cut by their own bytes, which must come back. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/primed.h"
#include "conformance/fuzz/mend.h"

enum {
    MEMORY = 32 << 20,
    OUTPUT = 1 << 17,
    TRAINED = 1 << 16, /* bytes of training streams that are decoded at most: time is linear in what a file says */
    SEALED = 16,       /* bytes of a file before what its id is the hash of */
    SAMPLES = 8,
    SAMPLE = 100, /* bytes */
    UNIT_FIELDS = 6,
    ROOM = 4096
};

static hunch_prior *known;
static uint8_t good[ROOM]; /* an archive of its samples, as members */
static size_t good_length;

static struct hunch_settings limits(void) {
    struct hunch_settings s;
    hunch_settings_default(&s);
    s.memory_limit = MEMORY;
    s.output_limit = OUTPUT;
    s.level = 3;
    return s;
}

static hunch_prior *find(void *opaque, uint64_t id, const char *name) {
    (void)opaque;
    (void)id;
    (void)name;
    return known;
}

static int read_from(void *opaque, uint64_t offset, void *buffer, size_t length) {
    memcpy(buffer, (const uint8_t *)opaque + offset, length);
    return 0;
}

/* ---- a prior's file */

/* What was opened is used: whatever it has learnt, a unit comes back. */
static void use(hunch_prior *prior) {
    struct context context;
    struct hunch_settings s = limits();
    uint8_t unit[SAMPLE] = "what was not guessed is kept", payload[4 * SAMPLE], back[SAMPLE];
    size_t coded;
    if (hunch_context_fill(&context, &s) != HUNCH_OK)
        abort();
    enum hunch_status status = hunch_unit_encode(prior, &context, unit, SAMPLE, (struct outlook){0}, payload,
                                                 sizeof payload, &coded);
    if (status != HUNCH_OK && status != HUNCH_UNSUPPORTED && status != HUNCH_OUTPUT_FULL)
        abort();
    if (status == HUNCH_OK && (hunch_unit_decode(prior, &context, payload, coded, back, SAMPLE) != HUNCH_OK ||
                               memcmp(back, unit, SAMPLE) != 0))
        abort();
}

static void open_file(uint8_t *data, size_t size) {
    struct hunch_settings s = limits();
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    hunch_prior *prior;
    uint8_t *file = malloc(size + SEALED);
    memcpy(file, "\x89HPRIOR\1", 8);
    memcpy(file + SEALED, data, size);
    store_u64(file + 8, hunch_hash(data, size));
    enum hunch_status status = hunch_prior_describe(file, size + SEALED, &info);
    if (status == HUNCH_OK && info.length <= TRAINED &&
        hunch_prior_open(&prior, file, size + SEALED, &s) == HUNCH_OK) {
        use(prior);
        hunch_prior_close(&prior);
    }
    free(file);
}

/* ---- an archive */

static void read_archive(uint8_t *archive, size_t size, int keep_going) {
    static uint8_t content[OUTPUT];
    struct hunch_settings s = limits();
    size_t written = OUTPUT;
    mend_checks(archive, size);
    s.find_prior = find;
    s.keep_going = keep_going;
    enum hunch_status status = hunch_decode(content, &written, archive, size, &s);
    if (written > OUTPUT)
        abort();
    struct hunch_source source = {read_from, archive, size};
    hunch_archive *a;
    if (hunch_archive_open(&a, &source, &s) != HUNCH_OK)
        return;
    size_t length = (size_t)hunch_archive_length(a);
    uint8_t *rest = malloc(length + 1);
    if (hunch_archive_read(a, 0, rest, length) == HUNCH_OK && status == HUNCH_OK && !keep_going &&
        (length != written || memcmp(rest, content, length) != 0))
        abort();
    free(rest);
    hunch_archive_close(&a);
}

static void read_parts(const uint8_t *data, size_t size, int keep_going) {
    struct part named = {.type = PART_PRIOR, .check = hash_low(data, 0), .prior = {hunch_prior_id(known), "fuzz"}};
    uint8_t head[ARCHIVE_HEADER_LENGTH + PART_HEADER_MOST];
    hunch_archive_header_write(head);
    hunch_part_write(&named, head + ARCHIVE_HEADER_LENGTH);
    size_t front = ARCHIVE_HEADER_LENGTH + named.header_length;
    uint8_t *archive = malloc(front + size);
    memcpy(archive, head, front);
    memcpy(archive + front, data, size);
    read_archive(archive, front + size, keep_going);
    free(archive);
}

static void read_changed(const uint8_t *data, size_t size, int keep_going) {
    uint8_t *archive = malloc(good_length);
    memcpy(archive, good, good_length);
    for (; size >= 3; size -= 3, data += 3)
        archive[load_u16(data) % good_length] ^= data[2];
    read_archive(archive, good_length, keep_going);
    free(archive);
}

/* ---- a block of units */

static void read_block(const uint8_t *data, size_t size) {
    struct context context;
    struct hunch_settings s = limits();
    struct block_header block = {.flags = BLOCK_PRIMED, .units = load_u16(data) % 64 + 1,
                                 .unit_length = load_u16(data + 2), .length = load_u16(data + 4)};
    struct buffer lost = {0};
    uint64_t need;
    size_t coded = size - UNIT_FIELDS, middle = (size_t)block.length / 2;
    if (hunch_context_fill(&context, &s) != HUNCH_OK)
        abort();
    if (hunch_primed_decode_need(known, &block, coded, &need) != HUNCH_OK)
        return;
    uint8_t *payload = malloc(coded + 1), *out = malloc((size_t)block.length + 1), *part = malloc(middle + 1);
    memcpy(payload, data + UNIT_FIELDS, coded);
    enum hunch_status whole = hunch_primed_decode(&context, known, &block, payload, coded, 0, block.length, out, &lost);
    enum hunch_status half = HUNCH_OK;
    if (middle > 0)
        half = hunch_primed_decode(&context, known, &block, payload, coded, 0, middle, part, NULL);
    if (whole == HUNCH_OK && lost.length == 0 && (half != HUNCH_OK || memcmp(out, part, middle) != 0))
        abort();
    hunch_buffer_free(&lost, &context.allocator);
    free(payload);
    free(out);
    free(part);
}

/* ---- members */

/* An archive of members that end with bytes that are multiples of 32; its length. */
static size_t encode(const uint8_t *data, size_t size, uint64_t group, uint8_t *archive, size_t room) {
    struct hunch_settings s = limits();
    struct hunch_member m = {.sizeof_member = sizeof m, .name = "member"};
    struct hunch_output out = {archive, room, 0};
    hunch_stream *stream;
    s.prior = known;
    s.group_members = group;
    if (hunch_encoder_open(&stream, &s) != HUNCH_OK)
        abort();
    for (size_t at = 0, end = 0; end <= size; at = ++end) {
        int done = 0;
        while (end < size && data[end] % 32 != 0)
            end++;
        size_t stop = end < size ? end + 1 : size;
        struct hunch_input in = {data + at, stop - at, 0};
        if (hunch_stream_member(stream, &m) != HUNCH_OK)
            abort();
        while (!done)
            if (hunch_stream_run(stream, &in, &out, end < size ? HUNCH_CONTINUE : HUNCH_FINISH, &done) != HUNCH_OK ||
                (!done && out.position == room))
                abort();
    }
    hunch_stream_close(&stream);
    return out.position;
}

static void round_trip(const uint8_t *data, size_t size, uint64_t group) {
    struct hunch_settings s = limits();
    size_t room = 2 * size + 16 * ROOM, written = size;
    uint8_t *archive = malloc(room), *back = malloc(size + 1);
    size_t length = encode(data, size, group, archive, room);
    s.find_prior = find;
    if (hunch_decode(back, &written, archive, length, &s) != HUNCH_OK || written != size ||
        memcmp(back, data, size) != 0)
        abort();
    free(archive);
    free(back);
}

static void train(void) {
    static uint8_t samples[SAMPLES * SAMPLE], file[4096];
    static const char text[] = "one guesses what comes next, and what was not guessed is kept; ";
    struct hunch_settings s = limits();
    size_t lengths[SAMPLES], written = sizeof file;
    for (size_t i = 0; i < sizeof samples; i++)
        samples[i] = (uint8_t)text[(i + i / 37) % (sizeof text - 1)];
    for (unsigned i = 0; i < SAMPLES; i++)
        lengths[i] = SAMPLE;
    if (hunch_train(file, &written, "fuzz", samples, lengths, SAMPLES, &s) != HUNCH_OK ||
        hunch_prior_open(&known, file, written, &s) != HUNCH_OK)
        abort();
    good_length = encode(samples, sizeof samples, 0, good, sizeof good);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!known)
        train();
    if (size < UNIT_FIELDS + 1)
        return -1;
    uint8_t *copy = malloc(size - 1);
    memcpy(copy, data + 1, size - 1);
    switch (data[0] % 8) {
    case 0:
        open_file(copy, size - 1);
        break;
    case 1:
        read_parts(copy, size - 1, data[0] & 8);
        break;
    case 2:
        read_changed(copy, size - 1, data[0] & 8);
        break;
    case 3:
        read_block(copy, size - 1);
        break;
    default:
        round_trip(copy, size - 1, data[0] >> 3 & 3);
    }
    free(copy);
    return 0;
}
