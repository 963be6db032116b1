/* What an encoder and a decoder share behind hunch_stream. */
#ifndef HUNCH_CODEC_STREAM_H
#define HUNCH_CODEC_STREAM_H

#include "codec/queue.h"

struct hunch_stream {
    enum hunch_status (*run)(struct hunch_stream *stream, struct hunch_input *in, struct hunch_output *out,
                             enum hunch_directive directive, int *done);
    enum hunch_status (*member)(struct hunch_stream *stream, const struct hunch_member *member); /* NULL: a decoder */
    void (*release)(struct hunch_stream *stream); /* what it owns, not itself */
    struct context context;
    struct queue queue;
    enum hunch_status failed; /* sticky: what every later call answers */
};

/* Allocates `size` bytes that begin with a hunch_stream, checks the settings and opens the queue. */
enum hunch_status hunch_stream_make(struct hunch_stream **stream, size_t size, const struct hunch_settings *settings);

/* Copies what fits of bytes[*given .. length) to the output; true when all has been given. */
bool hunch_stream_give(struct hunch_output *out, const uint8_t *bytes, uint64_t length, uint64_t *given);

#endif
