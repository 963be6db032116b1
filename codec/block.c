#include "codec/block.h"

#include "base/hash.h"
#include "codec/payload.h"
#include "codec/plan.h"
#include "codec/raw.h"
#include "codec/transform.h"
#include "codec/trial.h"
#include "codec/typed.h"

enum {
    NOISE_SAMPLE = 1 << 12,   /* bytes at most that a model reads to tell noise, */
    NOISE_SAMPLE_SHARE = 512, /* and the share of the block, so that noise stays fast in small blocks too */
    NOISE_GAIN_SHARE = 64     /* noise shrinks by less than 1 / NOISE_GAIN_SHARE */
};

static uint64_t sum_saturating(uint64_t a, uint64_t b) {
    return a + b < a ? UINT64_MAX : a + b;
}

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* ---- what it needs */

/* Without pieces: input and payload, and what the one stream takes. */
uint64_t hunch_block_plain_need(const struct context *context, uint64_t length) {
    uint64_t need = sum_saturating(2 * length, hunch_payload_encode_need(context, CONTENT_BYTES, length));
    return sum_saturating(need, hunch_plan_noise_scratch((size_t)length));
}

uint64_t hunch_block_encode_need(const struct context *context, const uint8_t *data, uint64_t length,
                                 struct outlook known, uint64_t *room) {
    *room = 0;
    if (length == 0)
        return 0;
    uint64_t need = hunch_block_plain_need(context, length);
    if (context->settings.prior)
        need = sum_saturating(need, hunch_prior_split_need(context->settings.prior, length) + length);
    uint64_t typed = hunch_typed_need(context, data, (size_t)length, known, need + length, room);
    return sum_saturating(need, *room ? typed + length : typed); /* a second payload, to compare */
}

enum hunch_status hunch_block_decode_need(const struct context *context, const struct hunch_prior *prior,
                                          const struct block_header *block, uint64_t coded, uint64_t *need) {
    uint64_t streams = 0, most = 0, payloads = 0;
    *need = 0;
    if (block->length > BLOCK_LENGTH_MOST)
        return HUNCH_UNSUPPORTED;
    if (block->flags & BLOCK_PRIMED) {
        enum hunch_status status = hunch_primed_decode_need(prior, block, coded, need);
        *need = sum_saturating(*need, coded + block->length);
        return status;
    }
    for (unsigned i = 0; i < block->count; i++) {
        const struct stream_header *stream = &block->streams[i];
        uint64_t payload = block->flags & BLOCK_TYPED ? stream->payload : coded, one;
        enum hunch_status status = hunch_payload_decode_need(context, stream, payload, &one);
        if (status != HUNCH_OK)
            return status;
        most = larger(most, one);
        streams += stream->length;
        payloads = sum_saturating(payloads, payload);
    }
    if (payloads != coded || (block->flags & BLOCK_TYPED && payloads > block->length))
        return HUNCH_DAMAGED;
    *need = sum_saturating(most, coded);
    if (block->flags & BLOCK_TYPED)
        *need += streams + block->length + hunch_typed_scratch(block);
    else
        *need += block->streams[0].model != MODEL_STORED ? block->length : coded / 4; /* while the payload comes */
    return HUNCH_OK;
}

/* ---- encode */

/* Whether no model will shrink the block. The cheap signs are looked at first; what they miss (bytes that are evenly
 * spread but follow from the ones before) the level's own model finds in a short sample. */
static enum hunch_status find_noise(const struct context *context, uint8_t *data, size_t length, bool *noise) {
    size_t size = hunch_plan_noise_scratch(length);
    size_t sample = length / NOISE_SAMPLE_SHARE < NOISE_SAMPLE ? length / NOISE_SAMPLE_SHARE : NOISE_SAMPLE;
    uint64_t cost = 0;
    *noise = false;
    if (size == 0)
        return HUNCH_OK;
    void *scratch = hunch_allocate(&context->allocator, size);
    if (!scratch)
        return HUNCH_NO_MEMORY;
    *noise = hunch_plan_noise(scratch, data, length);
    hunch_release(&context->allocator, scratch);
    if (!*noise || sample == 0)
        return HUNCH_OK;
    struct plan plan = hunch_plan_trial(context->settings.level, CONTENT_BYTES);
    enum hunch_status status = hunch_trial(context, plan, data, length, sample, &cost);
    *noise = cost > length - length / NOISE_GAIN_SHARE;
    return status;
}

static void store(struct block_header *block, size_t *coded) {
    block->flags &= BLOCK_SOLE;
    block->count = 1;
    block->streams[0] = (struct stream_header){.length = block->length};
    hunch_payload_store(&block->streams[0], coded);
}

/* The block as one stream into `payload`, which has the length of data as its bound: OUTPUT_FULL when that does not
 * shrink it (noise does not unless a format knows it). */
static enum hunch_status encode_plain(const struct context *context, uint8_t *data, struct block_header *block,
                                      bool noise, uint8_t *payload, size_t *coded) {
    struct stream_header *stream = &block->streams[0];
    store(block, coded);
    if (noise && !hunch_transform_wanted(context, data, (size_t)block->length))
        return HUNCH_OUTPUT_FULL;
    enum hunch_status status = hunch_payload_encode(context, CONTENT_BYTES, data, stream, noise, payload,
                                                    payload, (size_t)block->length, coded);
    if (status == HUNCH_OK && stream->format)
        block->flags |= BLOCK_FORMATTED;
    return status;
}

/* The block in pieces, or as one stream where that is smaller: the payload in *bytes, which has the length of data. */
static enum hunch_status encode_smaller(const struct context *context, uint8_t *data, struct outlook known,
                                        uint64_t room, bool noise, struct block_header *block, uint8_t **bytes,
                                        size_t *coded) {
    size_t length = (size_t)block->length, plain_coded;
    struct block_header plain = *block;
    bool doubt = false;
    enum hunch_status status = HUNCH_OUTPUT_FULL;
    if (room)
        status = hunch_typed_encode(context, data, known, block, room, *bytes, coded, &doubt);
    if (status == HUNCH_OUTPUT_FULL)
        return encode_plain(context, data, block, noise, *bytes, coded);
    if (status != HUNCH_OK || !doubt || noise)
        return status;
    uint8_t *other = hunch_allocate(&context->allocator, length), *worse = other;
    if (!other)
        return HUNCH_NO_MEMORY;
    status = encode_plain(context, data, &plain, noise, other, &plain_coded);
    if (status == HUNCH_OK && plain_coded < *coded) {
        worse = *bytes;
        *bytes = other;
        *block = plain;
        *coded = plain_coded;
    }
    hunch_release(&context->allocator, worse);
    return status == HUNCH_OUTPUT_FULL ? HUNCH_OK : status;
}

enum hunch_status hunch_block_encode(const struct context *context, uint8_t *data, struct outlook known,
                                     struct units *units, uint64_t room, struct block_header *block,
                                     uint8_t **payload, size_t *coded) {
    struct array array;
    enum hunch_status status = HUNCH_OUTPUT_FULL;
    bool noise = true;
    *payload = NULL;
    store(block, coded);
    if (units->count > 0)
        status = hunch_primed_encode(context, data, units, block, payload, coded);
    size_t length = (size_t)block->length;
    block->content_check = hunch_hash(data, length);
    if ((status != HUNCH_OUTPUT_FULL && status != HUNCH_UNSUPPORTED) || length == 0)
        return length == 0 ? HUNCH_OK : status;
    if (units->count > 0) {
        known = hunch_raw_outlook(context->settings.as, length, &array);
        store(block, coded);
    }
    status = find_noise(context, data, length, &noise);
    if (status != HUNCH_OK)
        return status;
    if (noise && room == 0 && !hunch_transform_wanted(context, data, length))
        return HUNCH_OK;
    uint8_t *bytes = hunch_allocate(&context->allocator, length);
    if (!bytes)
        return HUNCH_NO_MEMORY;
    status = encode_smaller(context, data, known, room, noise, block, &bytes, coded);
    if (status == HUNCH_OK) {
        *payload = bytes;
        return HUNCH_OK;
    }
    hunch_release(&context->allocator, bytes);
    if (status != HUNCH_OUTPUT_FULL)
        return status;
    store(block, coded);
    return HUNCH_OK;
}

/* ---- decode */

enum hunch_status hunch_block_decode(const struct context *context, struct hunch_prior *prior,
                                     const struct block_header *block, uint8_t *payload, size_t coded, uint8_t **out,
                                     struct buffer *lost) {
    enum hunch_status status = HUNCH_OK;
    size_t length = (size_t)block->length;
    bool typed = block->flags & BLOCK_TYPED, primed = block->flags & BLOCK_PRIMED;
    *out = NULL;
    if (typed || primed || block->streams[0].model != MODEL_STORED) {
        *out = hunch_allocate(&context->allocator, length);
        if (!*out)
            return HUNCH_NO_MEMORY;
        status = primed  ? hunch_primed_decode(context, prior, block, payload, coded, 0, length, *out, lost)
                 : typed ? hunch_typed_decode(context, block, payload, *out)
                         : hunch_payload_decode(context, &block->streams[0], payload, coded, *out);
    }
    if (status == HUNCH_OK && !(lost && lost->length) &&
        hunch_hash(*out ? *out : payload, length) != block->content_check)
        status = HUNCH_MISMATCH;
    if (status != HUNCH_OK) {
        hunch_release(&context->allocator, *out);
        *out = NULL;
    }
    return status;
}
