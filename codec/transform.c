#include "codec/transform.h"

#include <string.h>

#include "codec/trial.h"
#include "formats/registry.h"

enum {
    HINTED_SAMPLE = 3 << 14, /* bytes */
    HEAD_START = 8           /* one part in so many */
};

size_t hunch_transform_capacity(size_t length) {
    return length + length / 8 + 64;
}

/* Splits data into `out` and joins it again into `spare`: what split gave, 0 if it declined or if the content did not
 * come back. */
static size_t split(const struct format *format, const uint8_t *data, size_t length, uint8_t *out, uint8_t *spare) {
    size_t size = format->split(data, length, out, hunch_transform_capacity(length));
    bool back = size > 0 && format->join(out, size, spare, length) && memcmp(spare, data, length) == 0;
    return back ? size : 0;
}

/* What is known while the formats are tried one after another. */
struct contest {
    uint64_t cost;    /* of the best form so far, bytes; 0 before anything was measured */
    uint8_t *stream;  /* of the best form; NULL while that is the content itself */
    size_t sample;    /* bytes of each form that are measured */
};

/* The cost of the content as it is. What the model sees in it (records, a table) is reckoned with: then a larger sample
 * is taken, as there is more to learn from it. */
static enum hunch_status measure_plain(const struct context *context, uint8_t *data, size_t length,
                                       struct contest *best) {
    struct plan plan = hunch_plan_trial(context->settings.level, CONTENT_BYTES), hinted = plan;
    uint64_t cost = 0;
    hinted.parameter |= plan.model->hint ? plan.model->hint((struct content){CONTENT_BYTES, 0}, data, length) : 0;
    best->sample = hunch_plan_trial_sample(context->settings.level);
    if (hinted.parameter != plan.parameter && best->sample < HINTED_SAMPLE)
        best->sample = HINTED_SAMPLE;
    enum hunch_status status = hunch_trial(context, plan, data, length, best->sample, &best->cost);
    if (status == HUNCH_OK && hinted.parameter != plan.parameter) {
        status = hunch_trial(context, hinted, data, length, best->sample, &cost);
        cost -= cost / HEAD_START; /* a format that knows words has an advantage in a sample that it keeps in no file */
        best->cost = status == HUNCH_OK && cost < best->cost ? cost : best->cost;
    }
    return status;
}

static enum hunch_status try_format(const struct context *context, const struct format *format, uint8_t *data,
                                    struct stream_header *header, uint8_t *spare, struct contest *best) {
    size_t length = (size_t)header->length, size = 0;
    struct plan plan = hunch_plan_trial(context->settings.level, CONTENT_BYTES);
    uint64_t cost;
    uint8_t *stream = hunch_allocate(&context->allocator, hunch_transform_capacity(length));
    if (!stream)
        return HUNCH_NO_MEMORY;
    enum hunch_status status = HUNCH_OK;
    size = split(format, data, length, stream, spare);
    if (size > 0 && best->cost == 0)
        status = measure_plain(context, data, length, best);
    if (status == HUNCH_OK && size > 0)
        status = hunch_trial(context, plan, stream, size, best->sample, &cost);
    if (status == HUNCH_OK && size > 0 && cost < best->cost) {
        hunch_release(&context->allocator, best->stream);
        best->cost = cost;
        best->stream = stream;
        header->format = format->id;
        header->coded_length = size;
        return HUNCH_OK;
    }
    hunch_release(&context->allocator, stream);
    return status;
}

bool hunch_transform_wanted(const struct context *context, const uint8_t *data, size_t length) {
    const struct format *format;
    for (unsigned i = 0; context->settings.use_formats && (format = hunch_format_at(i)) != NULL; i++)
        if (format->probe(data, length))
            return true;
    return false;
}

enum hunch_status hunch_transform_choose(const struct context *context, uint8_t *data, struct stream_header *stream,
                                         uint8_t *spare, uint8_t **formed) {
    struct contest best = {0};
    enum hunch_status status = HUNCH_OK;
    const struct format *format;
    *formed = NULL;
    if (!context->settings.use_formats)
        return HUNCH_OK;
    for (unsigned i = 0; status == HUNCH_OK && (format = hunch_format_at(i)) != NULL; i++)
        if (format->probe(data, (size_t)stream->length))
            status = try_format(context, format, data, stream, spare, &best);
    if (status == HUNCH_OK)
        *formed = best.stream;
    else
        hunch_release(&context->allocator, best.stream);
    return status;
}
