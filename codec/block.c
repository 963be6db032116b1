#include "codec/block.h"

#include "base/hash.h"
#include "codec/plan.h"
#include "codec/transform.h"
#include "codec/trial.h"
#include "formats/registry.h"
#include "models/registry.h"

enum {
    MODEL_STORED = 0,
    NOISE_SAMPLE = 1 << 12,   /* bytes at most that a model reads to tell noise, */
    NOISE_SAMPLE_SHARE = 512, /* and the share of the block, so that noise stays fast in small blocks too */
    TUNE_SAMPLE = 3 << 14,    /* bytes that a model codes to see whether a hint pays */
    NOISE_GAIN_SHARE = 64     /* noise shrinks by less than 1 / NOISE_GAIN_SHARE */
};

static uint64_t sum_saturating(uint64_t a, uint64_t b) {
    return a + b < a ? UINT64_MAX : a + b;
}

static uint64_t larger(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static struct model_params params_for(const struct context *context, uint32_t parameter, size_t length) {
    return (struct model_params){.parameter = parameter, .length = length, .cpu = context->cpu};
}

uint64_t hunch_block_encode_need(const struct context *context, uint64_t length) {
    if (length == 0)
        return 0;
    struct plan plan = hunch_plan_level(context->settings.level);
    size_t stream = context->settings.use_formats ? hunch_transform_capacity((size_t)length) : (size_t)length;
    struct model_params params = params_for(context, plan.parameter, stream);
    uint64_t state = plan.model->size(&params);
    if (state == 0)
        return UINT64_MAX;
    uint64_t need = 2 * length; /* input and payload */
    if (context->settings.use_formats)
        need = sum_saturating(need, sum_saturating(stream, hunch_transform_scratch((size_t)length)));
    return sum_saturating(need, larger(state, hunch_plan_noise_scratch((size_t)length)));
}

enum hunch_status hunch_block_decode_need(const struct context *context, const struct block_header *block,
                                          uint64_t coded, uint64_t *need) {
    const struct model *model = block->model <= UINT32_MAX ? hunch_model_find((uint32_t)block->model) : NULL;
    const struct format *format = NULL;
    *need = 0;
    if (block->length > BLOCK_LENGTH_MOST || block->stream_length > hunch_transform_capacity(BLOCK_LENGTH_MOST))
        return HUNCH_UNSUPPORTED;
    if (block->flags & BLOCK_FORMATTED) {
        format = block->format <= UINT32_MAX ? hunch_format_find((uint32_t)block->format) : NULL;
        if (!format)
            return HUNCH_UNSUPPORTED;
        *need = sum_saturating(block->stream_length, format->scratch((size_t)block->length));
    }
    if (!model || block->parameter > UINT32_MAX)
        return HUNCH_UNSUPPORTED;
    if (model->id == MODEL_STORED ? coded != block->length || format : coded > block->length)
        return HUNCH_DAMAGED;
    if (model->id != MODEL_STORED && block->stream_length == 0)
        return HUNCH_DAMAGED;
    struct model_params params = params_for(context, (uint32_t)block->parameter, (size_t)block->stream_length);
    uint64_t state = model->size(&params);
    if (state == 0)
        return HUNCH_UNSUPPORTED;
    *need = sum_saturating(*need, sum_saturating(state, coded));
    if (model->id != MODEL_STORED)
        *need = sum_saturating(*need, block->length);
    return HUNCH_OK;
}

static void store(struct block_header *block, size_t *coded) {
    block->model = MODEL_STORED;
    block->parameter = 0;
    block->flags &= BLOCK_SOLE;
    block->format = 0;
    block->stream_length = block->length;
    *coded = (size_t)block->length;
}

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
    enum hunch_status status = hunch_trial(context, hunch_plan_trial(context->settings.level), data, length, sample, &cost);
    *noise = cost > length - length / NOISE_GAIN_SHARE;
    return status;
}

/* Runs the block's model over its stream: into `payload` or out of it. */
static enum hunch_status run_model(const struct context *context, const struct block_header *block,
                                   struct coder *coder, uint8_t *stream, size_t *coded) {
    const struct model *model = hunch_model_find((uint32_t)block->model);
    struct model_params params = params_for(context, (uint32_t)block->parameter, (size_t)block->stream_length);
    size_t size = model->size(&params);
    if (size == 0)
        return HUNCH_BAD_ARGUMENT;
    void *state = hunch_allocate(&context->allocator, size);
    if (!state)
        return HUNCH_NO_MEMORY;
    model->init(state, &params);
    model->code(state, coder, stream);
    *coded = hunch_coder_finish(coder);
    hunch_release(&context->allocator, state);
    switch (coder->trouble) {
    case CODER_FINE: return HUNCH_OK;
    case CODER_FULL: return HUNCH_OUTPUT_FULL;
    case CODER_DAMAGED: return HUNCH_DAMAGED;
    case CODER_NO_MEMORY: break;
    }
    return HUNCH_NO_MEMORY;
}

/* Asks the model what it sees in the stream, and for content of no known kind asks its cheapest setting whether that
 * pays. */
static enum hunch_status tune(const struct context *context, uint8_t *stream, struct block_header *block) {
    const struct model *model = hunch_model_find((uint32_t)block->model);
    struct content content = {CONTENT_BYTES, 0};
    size_t length = (size_t)block->stream_length;
    if (block->flags & BLOCK_FORMATTED)
        content = hunch_format_find((uint32_t)block->format)->content;
    uint32_t hint = model->hint ? model->hint(content, stream, length) : 0;
    if (hint != 0 && content.kind == CONTENT_BYTES) {
        struct plan plain = hunch_plan_trial(context->settings.level), hinted = plain;
        uint64_t cost = 0, hinted_cost = 0;
        hinted.parameter |= hint;
        enum hunch_status status = hunch_trial(context, plain, stream, length, TUNE_SAMPLE, &cost);
        if (status == HUNCH_OK)
            status = hunch_trial(context, hinted, stream, length, TUNE_SAMPLE, &hinted_cost);
        if (status != HUNCH_OK)
            return status;
        if (hinted_cost >= cost)
            hint = 0;
    }
    block->parameter |= hint;
    return HUNCH_OK;
}

/* Codes data, or the form of it that a format made, into the payload, which has the length of data as its bound:
 * OUTPUT_FULL when that does not shrink it (noise does not unless a format knows it). */
static enum hunch_status encode_stream(const struct context *context, uint8_t *data, struct block_header *block,
                                       bool noise, uint8_t *payload, size_t *coded) {
    uint8_t *stream = NULL;
    enum hunch_status status = hunch_transform_choose(context, data, block, payload, &stream);
    if (status == HUNCH_OK && noise && !stream)
        status = HUNCH_OUTPUT_FULL;
    if (status != HUNCH_OK)
        return status;
    struct coder coder;
    status = tune(context, stream ? stream : data, block);
    if (status != HUNCH_OK) {
        hunch_release(&context->allocator, stream);
        return status;
    }
    hunch_coder_init(&coder, CODER_ENCODE, payload, (size_t)block->length);
    status = run_model(context, block, &coder, stream ? stream : data, coded);
    hunch_release(&context->allocator, stream);
    if (status == HUNCH_OK && *coded >= block->length)
        status = HUNCH_OUTPUT_FULL;
    return status;
}

enum hunch_status hunch_block_encode(const struct context *context, uint8_t *data, struct block_header *block,
                                     uint8_t **payload, size_t *coded) {
    struct plan plan = hunch_plan_level(context->settings.level);
    size_t length = (size_t)block->length;
    bool noise = true;
    *payload = NULL;
    block->content_check = hunch_hash(data, length);
    if (length > 0 && plan.model->id != MODEL_STORED) {
        enum hunch_status status = find_noise(context, data, length, &noise);
        if (status != HUNCH_OK)
            return status;
    }
    store(block, coded);
    if (noise && (length == 0 || !hunch_transform_wanted(context, data, length)))
        return HUNCH_OK;
    block->model = plan.model->id;
    block->parameter = plan.parameter;
    uint8_t *bytes = hunch_allocate(&context->allocator, length);
    if (!bytes)
        return HUNCH_NO_MEMORY;
    enum hunch_status status = encode_stream(context, data, block, noise, bytes, coded);
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

/* Undoes the block's format: *content, released on failure. */
static enum hunch_status join(const struct context *context, const struct block_header *block, uint8_t *stream,
                              uint8_t *content) {
    const struct format *format = hunch_format_find((uint32_t)block->format);
    void *scratch = hunch_allocate(&context->allocator, format->scratch((size_t)block->length));
    if (!scratch)
        return HUNCH_NO_MEMORY;
    bool good = format->join(scratch, stream, (size_t)block->stream_length, content, (size_t)block->length);
    hunch_release(&context->allocator, scratch);
    return good ? HUNCH_OK : HUNCH_DAMAGED;
}

static enum hunch_status decode_stream(const struct context *context, const struct block_header *block,
                                       uint8_t *payload, size_t coded, uint8_t *content) {
    struct coder coder;
    uint8_t *stream = content;
    if (block->flags & BLOCK_FORMATTED)
        stream = hunch_allocate(&context->allocator, (size_t)block->stream_length);
    if (!stream)
        return HUNCH_NO_MEMORY;
    hunch_coder_init(&coder, CODER_DECODE, payload, coded);
    enum hunch_status status = run_model(context, block, &coder, stream, &coded);
    if (stream != content) {
        if (status == HUNCH_OK)
            status = join(context, block, stream, content);
        hunch_release(&context->allocator, stream);
    }
    return status;
}

enum hunch_status hunch_block_decode(const struct context *context, const struct block_header *block,
                                     uint8_t *payload, size_t coded, uint8_t **out) {
    enum hunch_status status = HUNCH_OK;
    size_t length = (size_t)block->length;
    *out = NULL;
    if (block->model != MODEL_STORED) {
        *out = hunch_allocate(&context->allocator, length);
        if (!*out)
            return HUNCH_NO_MEMORY;
        status = decode_stream(context, block, payload, coded, *out);
    }
    if (status == HUNCH_OK && hunch_hash(*out ? *out : payload, length) != block->content_check)
        status = HUNCH_MISMATCH;
    if (status != HUNCH_OK) {
        hunch_release(&context->allocator, *out);
        *out = NULL;
    }
    return status;
}
