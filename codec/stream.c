#include "codec/stream.h"

#include <string.h>

enum hunch_status hunch_stream_make(struct hunch_stream **stream, size_t size, const struct hunch_settings *settings) {
    struct context context;
    enum hunch_status status = hunch_context_fill(&context, settings);
    *stream = NULL;
    if (status != HUNCH_OK)
        return status;
    struct hunch_stream *s = hunch_allocate(&context.allocator, size);
    if (!s)
        return HUNCH_NO_MEMORY;
    s->context = context;
    *stream = s;
    if (!hunch_queue_open(&s->queue, &s->context)) {
        hunch_stream_close(stream);
        return HUNCH_NO_MEMORY;
    }
    return HUNCH_OK;
}

bool hunch_stream_give(struct hunch_output *out, const uint8_t *bytes, uint64_t length, uint64_t *given) {
    size_t room = out->size - out->position;
    size_t count = length - *given < room ? (size_t)(length - *given) : room;
    if (count > 0) {
        uint8_t *to = (uint8_t *)out->data + out->position;
        if (bytes)
            memcpy(to, bytes + *given, count);
        else
            memset(to, 0, count);
    }
    out->position += count;
    *given += count;
    return *given == length;
}

static bool sound(size_t size, size_t position, const void *data) {
    return position <= size && (data || size == position);
}

enum hunch_status hunch_stream_run(hunch_stream *stream, struct hunch_input *in, struct hunch_output *out,
                                   enum hunch_directive directive, int *done) {
    if (done)
        *done = 0;
    if (!stream || !in || !out || !done || !sound(in->size, in->position, in->data) ||
        !sound(out->size, out->position, out->data) || directive < HUNCH_CONTINUE || directive > HUNCH_FINISH)
        return HUNCH_BAD_ARGUMENT;
    if (stream->failed == HUNCH_OK)
        stream->failed = stream->run(stream, in, out, directive, done);
    return stream->failed;
}

enum hunch_status hunch_stream_member(hunch_stream *encoder, const struct hunch_member *member) {
    struct hunch_member full = {0};
    if (!encoder || !encoder->member || !member || member->sizeof_member < sizeof full.sizeof_member)
        return HUNCH_BAD_ARGUMENT;
    memcpy(&full, member, member->sizeof_member < sizeof full ? member->sizeof_member : sizeof full);
    if (encoder->failed != HUNCH_OK)
        return encoder->failed;
    enum hunch_status status = encoder->member(encoder, &full);
    if (status != HUNCH_BAD_ARGUMENT)
        encoder->failed = status; /* the columns of the table may be uneven */
    return status;
}

void hunch_stream_close(hunch_stream **stream) {
    if (!stream || !*stream)
        return;
    struct hunch_stream *s = *stream;
    struct allocator allocator = s->context.allocator;
    hunch_queue_close(&s->queue);
    if (s->release)
        s->release(s);
    hunch_release(&allocator, s);
    *stream = NULL;
}
