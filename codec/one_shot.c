#include "hunch/hunch.h"

enum {
    BOUND_BLOCK = 1 << 16, /* bytes: the smallest block size that the bound speaks of */
    BOUND_PER_BLOCK = 80,  /* bytes: the longest block header (2 + 1 + 4 + 1 + 1 + 10 + 5 + 5 + 5 + 5 + 5 + 8 + 4 =
                              56) and index entry (1 + 5 + 5) */
    BOUND_REST = 128       /* bytes: archive header, index header, footer */
};

size_t hunch_encode_bound(size_t length) {
    size_t blocks = length / BOUND_BLOCK + 2; /* whole ones, and what is left shared by two */
    size_t extra = blocks * BOUND_PER_BLOCK + BOUND_REST;
    return length > SIZE_MAX - extra ? SIZE_MAX : length + extra;
}

/* Runs a stream over one input and one output until it is done. */
static enum hunch_status run_all(hunch_stream *stream, void *target, size_t *written, const void *source,
                                 size_t length) {
    struct hunch_input in = {source, length, 0};
    struct hunch_output out = {target, *written, 0};
    enum hunch_status status = HUNCH_OK;
    int done = 0;
    while (status == HUNCH_OK && !done) {
        size_t before = out.position;
        status = hunch_stream_run(stream, &in, &out, HUNCH_FINISH, &done);
        if (status == HUNCH_OK && !done && out.position == out.size && before == out.size)
            status = HUNCH_OUTPUT_FULL;
    }
    *written = out.position;
    return status;
}

static int sound(const void *target, const size_t *written, const void *source, size_t length) {
    return written && (target || *written == 0) && (source || length == 0);
}

enum hunch_status hunch_encode(void *target, size_t *written, const void *source, size_t length,
                               const struct hunch_settings *settings) {
    hunch_stream *stream;
    if (!sound(target, written, source, length))
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = hunch_encoder_open(&stream, settings);
    if (status == HUNCH_OK)
        status = run_all(stream, target, written, source, length);
    if (status != HUNCH_OK)
        *written = 0;
    hunch_stream_close(&stream);
    return status;
}

enum hunch_status hunch_decode(void *target, size_t *written, const void *source, size_t length,
                               const struct hunch_settings *settings) {
    hunch_stream *stream;
    if (!sound(target, written, source, length))
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = hunch_decoder_open(&stream, settings);
    if (status == HUNCH_OK)
        status = run_all(stream, target, written, source, length);
    else
        *written = 0;
    hunch_stream_close(&stream);
    return status;
}
