#include "codec/trial.h"

enum { PLACES = 3 };

static enum hunch_status measure(const struct context *context, struct plan plan, uint8_t *data, size_t length,
                                 uint64_t *cost) {
    struct coder coder;
    struct model_params params = {.parameter = plan.parameter, .length = length, .cpu = context->cpu};
    size_t size = plan.model->size(&params);
    if (size == 0)
        return HUNCH_BAD_ARGUMENT;
    void *state = hunch_allocate(&context->allocator, size);
    if (!state)
        return HUNCH_NO_MEMORY;
    hunch_coder_init(&coder, CODER_MEASURE, NULL, 0);
    plan.model->init(state, &params);
    plan.model->code(state, &coder, data, 0, length);
    hunch_release(&context->allocator, state);
    *cost += hunch_coder_finish(&coder);
    return coder.trouble == CODER_NO_MEMORY ? HUNCH_NO_MEMORY : HUNCH_OK;
}

enum hunch_status hunch_trial(const struct context *context, struct plan plan, uint8_t *data, size_t length,
                              size_t sample, uint64_t *cost) {
    size_t part = sample / PLACES;
    *cost = 0;
    if (length / 2 <= sample || part == 0) {
        part = length < sample ? length : sample;
        enum hunch_status status = measure(context, plan, data + (length - part) / 2, part, cost);
        *cost = *cost * length / part;
        return status;
    }
    for (size_t i = 0; i < PLACES; i++) {
        enum hunch_status status = measure(context, plan, data + (length - part) / (PLACES + 1) * (i + 1), part, cost);
        if (status != HUNCH_OK)
            return status;
    }
    *cost = *cost * length / (part * PLACES);
    return HUNCH_OK;
}
