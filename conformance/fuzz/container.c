/* An archive from a stranger: byte 0 chooses keep_going, threads, how it is fed, and whether the checks of its parts
 * are made good first (no mutation would ever guess them); the rest is decoded as a stream and opened as an archive at
 * rest. Limits are small; what comes out must not be more than they allow. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/fuzz/mend.h"
#include "hunch/hunch.h"

enum { MEMORY = 8 << 20, OUTPUT = 1 << 17, ROOM = 4096 };

static void told(void *opaque, struct hunch_range lost, enum hunch_status why) {
    (void)opaque;
    if (lost.offset > OUTPUT || lost.length > OUTPUT || why == HUNCH_OK)
        abort();
}

static struct hunch_settings limits(uint8_t choice) {
    struct hunch_settings s;
    hunch_settings_default(&s);
    s.memory_limit = MEMORY;
    s.output_limit = OUTPUT;
    s.keep_going = choice & 1;
    s.threads = choice & 2 ? 2 : 1;
    s.on_lost = told;
    return s;
}

/* Decodes all of data, fed `step` bytes at a time; the bytes that came out. */
static size_t decode(const uint8_t *data, size_t size, const struct hunch_settings *s, size_t step,
                     enum hunch_status *status) {
    static uint8_t room[ROOM];
    hunch_stream *stream;
    struct hunch_input in = {data, 0, 0};
    size_t total = 0;
    int done = 0;
    if (hunch_decoder_open(&stream, s) != HUNCH_OK)
        abort();
    do {
        struct hunch_output out = {room, sizeof room, 0};
        in.size = size - in.position < step ? size : in.position + step;
        *status = hunch_stream_run(stream, &in, &out, in.size == size ? HUNCH_FINISH : HUNCH_CONTINUE, &done);
        total += out.position;
    } while (*status == HUNCH_OK && !(done && in.position == size));
    hunch_stream_close(&stream);
    return total;
}

static int read_from(void *opaque, uint64_t offset, void *buffer, size_t length) {
    memcpy(buffer, (const uint8_t *)opaque + offset, length);
    return 0;
}

/* What can be read of the archive at rest; SIZE_MAX when something is wrong with it. */
static size_t read_at_rest(const uint8_t *data, size_t size, const struct hunch_settings *s) {
    struct hunch_source source = {read_from, (void *)(uintptr_t)data, size};
    hunch_archive *a;
    if (hunch_archive_open(&a, &source, s) != HUNCH_OK)
        return SIZE_MAX;
    size_t length = (size_t)hunch_archive_length(a);
    uint8_t *buffer = malloc(length + 1);
    enum hunch_status status = hunch_archive_read(a, 0, buffer, length);
    for (uint64_t i = 0; i < hunch_archive_blocks(a) && i < 100; i++) {
        struct hunch_block_info info = {.sizeof_info = sizeof info};
        (void)hunch_archive_block(a, i, &info);
    }
    hunch_archive_close(&a);
    free(buffer);
    return status == HUNCH_OK ? length : SIZE_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return -1;
    struct hunch_settings s = limits(data[0]);
    enum hunch_status whole, stepped;
    size_t length = size - 1, step = 1 + (data[0] >> 3);
    uint8_t *archive = malloc(size);
    memcpy(archive, data + 1, length);
    if (data[0] & 4)
        mend_checks(archive, length);
    size_t total = decode(archive, length, &s, SIZE_MAX, &whole);
    size_t again = decode(archive, length, &s, step, &stepped);
    if (total > OUTPUT || whole != stepped || (whole == HUNCH_OK && total != again))
        abort();
    size_t rest = read_at_rest(archive, length, &s);
    free(archive);
    if (!s.keep_going && whole == HUNCH_OK && rest != total && rest != SIZE_MAX)
        abort();
    return 0;
}
