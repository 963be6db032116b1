#include "codec/payload.h"

#include <string.h>

#include "codec/plan.h"
#include "codec/transform.h"
#include "codec/trial.h"
#include "formats/registry.h"
#include "models/registry.h"

enum { TUNE_SAMPLE = 3 << 14 /* bytes that a model codes to see whether a hint pays */ };

static struct model_params params_for(const struct context *context, uint32_t parameter, uint64_t length) {
    return (struct model_params){.parameter = parameter, .length = (size_t)length, .cpu = context->cpu};
}

/* ---- what it needs */

/* Whether formats are tried on a stream. */
static bool may_be_formed(const struct context *context, enum content_kind kind) {
    return context->settings.use_formats && (kind == CONTENT_BYTES || kind == CONTENT_CODE);
}

uint64_t hunch_payload_encode_need(const struct context *context, enum content_kind kind, uint64_t length) {
    bool formed = may_be_formed(context, kind);
    size_t coded = formed ? hunch_transform_capacity((size_t)length) : (size_t)length;
    struct plan plan = hunch_plan_stream(context->settings.level, kind);
    struct model_params params = params_for(context, plan.parameter, coded);
    uint64_t state = plan.model->size(&params);
    if (state == 0)
        return UINT64_MAX;
    /* two forms of it while formats are compared */
    return formed ? state + 2 * (uint64_t)coded : state;
}

enum hunch_status hunch_payload_decode_need(const struct context *context, const struct stream_header *stream,
                                            uint64_t coded, uint64_t *need) {
    const struct model *model = stream->model <= UINT32_MAX ? hunch_model_find((uint32_t)stream->model) : NULL;
    const struct format *format = NULL;
    *need = 0;
    if (stream->length > BLOCK_LENGTH_MOST || stream->coded_length > hunch_transform_capacity(BLOCK_LENGTH_MOST))
        return HUNCH_UNSUPPORTED;
    if (stream->format) {
        format = stream->format <= UINT32_MAX ? hunch_format_find((uint32_t)stream->format) : NULL;
        if (!format)
            return HUNCH_UNSUPPORTED;
        *need = stream->coded_length;
    }
    if (!model || stream->parameter > UINT32_MAX)
        return HUNCH_UNSUPPORTED;
    if (model->id == MODEL_STORED ? coded != stream->length || format : coded > stream->length)
        return HUNCH_DAMAGED;
    if (model->id != MODEL_STORED && stream->coded_length == 0)
        return HUNCH_DAMAGED;
    if (!format && stream->coded_length != stream->length)
        return HUNCH_DAMAGED; /* a header that no reader makes */
    struct model_params params = params_for(context, (uint32_t)stream->parameter, stream->coded_length);
    uint64_t state = model->size(&params);
    if (state == 0)
        return HUNCH_UNSUPPORTED;
    *need += state;
    return HUNCH_OK;
}

/* ---- encode */

void hunch_payload_store(struct stream_header *stream, size_t *coded) {
    stream->model = MODEL_STORED;
    stream->parameter = 0;
    stream->format = 0;
    stream->coded_length = stream->length;
    *coded = (size_t)stream->length;
}

enum hunch_status hunch_payload_status(const struct coder *coder) {
    switch (coder->trouble) {
    case CODER_FINE: return HUNCH_OK;
    case CODER_FULL: return HUNCH_OUTPUT_FULL;
    case CODER_DAMAGED: return HUNCH_DAMAGED;
    case CODER_NO_MEMORY: break;
    }
    return HUNCH_NO_MEMORY;
}

/* Runs the model over its stream: into the payload or out of it. */
static enum hunch_status run_model(const struct context *context, const struct stream_header *header,
                                   struct coder *coder, uint8_t *stream, size_t *coded) {
    const struct model *model = hunch_model_find((uint32_t)header->model);
    struct model_params params = params_for(context, (uint32_t)header->parameter, header->coded_length);
    size_t size = model->size(&params);
    if (size == 0)
        return HUNCH_BAD_ARGUMENT;
    void *state = hunch_allocate(&context->allocator, size);
    if (!state)
        return HUNCH_NO_MEMORY;
    model->init(state, &params);
    model->code(state, coder, stream, 0, params.length);
    *coded = hunch_coder_finish(coder);
    hunch_release(&context->allocator, state);
    return hunch_payload_status(coder);
}

/* Asks the model what it sees in the stream, and for content of no known kind asks its cheapest setting whether that
 * pays. */
static enum hunch_status tune(const struct context *context, enum content_kind as, uint8_t *stream,
                              struct stream_header *header) {
    const struct model *model = hunch_model_find((uint32_t)header->model);
    struct content content = {(uint8_t)as, 0};
    size_t length = (size_t)header->coded_length;
    if (header->format)
        content = hunch_format_find((uint32_t)header->format)->content;
    uint32_t hint = model->hint ? model->hint(content, stream, length) : 0;
    if (hint != 0 && content.kind == CONTENT_BYTES) {
        struct plan plain = hunch_plan_trial(context->settings.level, CONTENT_BYTES), hinted = plain;
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
    header->parameter |= hint;
    return HUNCH_OK;
}

enum hunch_status hunch_payload_plan(const struct context *context, enum content_kind as, uint8_t *data,
                                     struct stream_header *stream, uint8_t *spare, uint8_t **formed) {
    struct plan plan = hunch_plan_stream(context->settings.level, as);
    enum hunch_status status = HUNCH_OK;
    *formed = NULL;
    stream->model = plan.model->id;
    stream->parameter = plan.parameter;
    stream->format = 0;
    stream->coded_length = stream->length;
    if (may_be_formed(context, as))
        status = hunch_transform_choose(context, data, stream, spare, formed);
    return status == HUNCH_OK ? tune(context, as, *formed ? *formed : data, stream) : status;
}

enum hunch_status hunch_payload_encode(const struct context *context, enum content_kind as, uint8_t *data,
                                       struct stream_header *stream, bool noise, uint8_t *spare,
                                       uint8_t *payload, size_t room, size_t *coded) {
    uint8_t *formed = NULL;
    *coded = (size_t)stream->length;
    enum hunch_status status = hunch_payload_plan(context, as, data, stream, spare, &formed);
    if (status == HUNCH_OK && noise && !formed)
        status = HUNCH_OUTPUT_FULL;
    if (status == HUNCH_OK) {
        struct coder coder;
        hunch_coder_init(&coder, CODER_ENCODE, payload, room);
        status = run_model(context, stream, &coder, formed ? formed : data, coded);
    }
    hunch_release(&context->allocator, formed);
    if (status == HUNCH_OK && (*coded >= stream->length || *coded > room))
        status = HUNCH_OUTPUT_FULL;
    return status;
}

/* ---- decode */

enum hunch_status hunch_payload_decode(const struct context *context, const struct stream_header *stream,
                                       uint8_t *payload, size_t coded, uint8_t *out) {
    struct coder coder;
    uint8_t *formed = out;
    if (stream->model == MODEL_STORED) {
        memcpy(out, payload, coded);
        return HUNCH_OK;
    }
    if (stream->format)
        formed = hunch_allocate(&context->allocator, (size_t)stream->coded_length);
    if (!formed)
        return HUNCH_NO_MEMORY;
    hunch_coder_init(&coder, CODER_DECODE, payload, coded);
    enum hunch_status status = run_model(context, stream, &coder, formed, &coded);
    if (formed != out) {
        const struct format *format = hunch_format_find((uint32_t)stream->format);
        if (status == HUNCH_OK &&
            !format->join(formed, (size_t)stream->coded_length, out, (size_t)stream->length))
            status = HUNCH_DAMAGED;
        hunch_release(&context->allocator, formed);
    }
    return status;
}
