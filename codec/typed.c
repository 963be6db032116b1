#include "codec/typed.h"

#include <string.h>

#include "codec/payload.h"
#include "codec/plan.h"
#include "codec/trial.h"

enum {
    ROOM_LEAST = 12 << 20, /* bytes that pieces may take however short the block, */
    ROOM_RATIO = 24,       /* and for each byte of it */
    STREAM_RATIO = 8,      /* a stream's length is held within so many times the block's */
    PLAIN_SAMPLE = 3 << 14 /* bytes that a model codes to see whether taking pieces apart paid */
};

/* The most that a model of a typed stream takes more than `plain`; UINT64_MAX when one refuses. */
static uint64_t models_need(const struct context *context, uint64_t length, uint64_t plain) {
    uint64_t most = plain;
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++) {
        uint64_t need = hunch_payload_encode_need(context, (enum content_kind)kind, length);
        most = need > most ? need : most;
    }
    return most - plain;
}

uint64_t hunch_typed_need(const struct context *context, const uint8_t *data, size_t length, struct outlook known,
                          uint64_t plain, uint64_t *room) {
    uint64_t limit = context->settings.memory_limit, want = ROOM_LEAST + (uint64_t)ROOM_RATIO * length;
    *room = 0;
    if (!context->settings.use_formats || (known.count == 0 && !hunch_pieces_wanted(data, length)))
        return 0;
    uint64_t longest = (uint64_t)STREAM_RATIO * length < BLOCK_LENGTH_MOST ? (uint64_t)STREAM_RATIO * length
                                                                           : BLOCK_LENGTH_MOST;
    uint64_t more = models_need(context, longest, plain);
    if (more > limit || plain > limit - more)
        return 0;
    *room = want < limit - more - plain ? want : limit - more - plain;
    return *room + more;
}

static uint64_t total_of(const struct block_header *block) {
    uint64_t total = 0;
    for (unsigned i = 0; i < block->count; i++)
        total += block->streams[i].length;
    return total;
}

uint64_t hunch_typed_scratch(const struct block_header *block) {
    return hunch_pieces_scratch(block->length, total_of(block));
}

/* ---- encode */

/* Whether the model of plain bytes would code data into fewer than `coded` bytes, by a sample. */
static enum hunch_status plain_better(const struct context *context, uint8_t *data, size_t length, size_t coded,
                                      bool *better) {
    uint64_t cost = 0;
    struct plan plan = hunch_plan_trial(context->settings.level, CONTENT_BYTES);
    enum hunch_status status = hunch_trial(context, plan, data, length, PLAIN_SAMPLE, &cost);
    *better = cost < coded;
    return status;
}

/* Encodes a stream with the model of its kind and, when a sample speaks for it, with that of plain bytes into `other`
 * too; the smaller payload stays. OUTPUT_FULL: with neither it shrinks. */
static enum hunch_status encode_best(const struct context *context, struct streams *streams, uint8_t *data,
                                     uint8_t *spare, struct stream_header *header, uint8_t *payload, size_t room,
                                     size_t *coded) {
    enum content_kind kind = (enum content_kind)header->kind;
    struct stream_header plain = *header;
    bool doubt = false;
    size_t plain_coded = 0;
    enum hunch_status status = hunch_payload_encode(context, kind, data, header, false, spare, payload, room, coded);
    if (!hunch_plan_is_typed(kind) || (status != HUNCH_OK && status != HUNCH_OUTPUT_FULL))
        return status;
    size_t bound = status == HUNCH_OK ? *coded : room;
    enum hunch_status trial = plain_better(context, data, (size_t)header->length, bound, &doubt);
    if (trial != HUNCH_OK)
        return trial;
    uint8_t *other = doubt ? hunch_streams_allocate(streams, bound) : NULL;
    if (!other)
        return status;
    trial = hunch_payload_encode(context, CONTENT_BYTES, data, &plain, false, spare, other, bound, &plain_coded);
    if (trial == HUNCH_OK) {
        memcpy(payload, other, plain_coded);
        *header = plain;
        *coded = plain_coded;
        status = HUNCH_OK;
    }
    hunch_streams_release(streams, other, bound);
    return trial == HUNCH_OUTPUT_FULL ? status : trial;
}

/* Encodes one stream behind the others' payloads; as it is when it does not shrink. */
static enum hunch_status encode_stream(const struct context *context, struct streams *streams,
                                       struct stream_header *header, uint8_t *payload, size_t room, size_t *coded) {
    uint8_t *data = streams->of[header->kind].bytes;
    size_t length = (size_t)header->length;
    uint8_t *spare = hunch_streams_allocate(streams, length);
    if (!spare)
        return streams->no_memory ? HUNCH_NO_MEMORY : HUNCH_OUTPUT_FULL;
    enum hunch_status status = encode_best(context, streams, data, spare, header, payload,
                                           room < length ? room : length, coded);
    hunch_streams_release(streams, spare, length);
    if (status == HUNCH_OUTPUT_FULL && length <= room) {
        hunch_payload_store(header, coded);
        memcpy(payload, data, length);
        return HUNCH_OK;
    }
    return status;
}

static enum hunch_status encode_streams(const struct context *context, struct streams *streams,
                                        struct block_header *block, uint8_t *payload, size_t *coded) {
    enum hunch_status status = HUNCH_OK;
    size_t room = (size_t)block->length, at = 0, one = 0;
    block->count = 0;
    for (unsigned kind = 0; kind < CONTENT_KINDS && status == HUNCH_OK; kind++) {
        if (streams->of[kind].length == 0)
            continue;
        struct stream_header *header = &block->streams[block->count++];
        *header = (struct stream_header){.kind = kind, .length = streams->of[kind].length};
        if (header->length > BLOCK_LENGTH_MOST || header->length / STREAM_RATIO > block->length)
            return HUNCH_OUTPUT_FULL; /* beyond what was reckoned with */
        status = encode_stream(context, streams, header, payload + at, room - at, &one);
        header->payload = one;
        at += one;
    }
    *coded = at;
    return status;
}

enum hunch_status hunch_typed_encode(const struct context *context, uint8_t *data, struct outlook known,
                                     struct block_header *block, uint64_t room, uint8_t *payload, size_t *coded,
                                     bool *doubt) {
    struct streams streams = {.allocator = &context->allocator, .room = room};
    enum hunch_status status = HUNCH_OUTPUT_FULL;
    *doubt = false;
    if (hunch_pieces_split(&streams, data, (size_t)block->length, known))
        status = encode_streams(context, &streams, block, payload, coded);
    else if (streams.no_memory)
        status = HUNCH_NO_MEMORY;
    hunch_streams_free(&streams);
    if (status != HUNCH_OK)
        return status;
    block->flags |= BLOCK_TYPED;
    return plain_better(context, data, (size_t)block->length, *coded, doubt);
}

/* ---- decode */

static enum hunch_status decode_streams(const struct context *context, const struct block_header *block,
                                        struct streams *streams, uint8_t *payload) {
    enum hunch_status status = HUNCH_OK;
    for (unsigned i = 0; i < block->count && status == HUNCH_OK; i++) {
        const struct stream_header *header = &block->streams[i];
        struct buffer *b = &streams->of[header->kind];
        if (header->length == 0)
            return HUNCH_DAMAGED;
        b->bytes = hunch_streams_allocate(streams, (size_t)header->length);
        if (!b->bytes)
            return HUNCH_NO_MEMORY;
        b->length = b->capacity = (size_t)header->length;
        status = hunch_payload_decode(context, header, payload, (size_t)header->payload, b->bytes);
        payload += header->payload;
    }
    return status;
}

enum hunch_status hunch_typed_decode(const struct context *context, const struct block_header *block,
                                     uint8_t *payload, uint8_t *out) {
    struct streams streams = {.allocator = &context->allocator, .room = total_of(block) + hunch_typed_scratch(block)};
    enum hunch_status status = decode_streams(context, block, &streams, payload);
    if (status == HUNCH_OK && !hunch_pieces_join(&streams, out, (size_t)block->length))
        status = streams.no_memory ? HUNCH_NO_MEMORY : HUNCH_DAMAGED;
    hunch_streams_free(&streams);
    return status;
}
