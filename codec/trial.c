#include "codec/trial.h"

#include "codec/plan.h"

enum hunch_status hunch_trial(const struct context *context, uint8_t *data, size_t length, size_t sample,
                              uint64_t *cost) {
    struct plan plan = hunch_plan_trial(context->settings.level);
    struct coder coder;
    sample = length < sample ? length : sample;
    struct model_params params = {.parameter = plan.parameter, .length = sample, .cpu = context->cpu};
    size_t size = plan.model->size(&params);
    if (size == 0)
        return HUNCH_BAD_ARGUMENT;
    void *state = hunch_allocate(&context->allocator, size);
    if (!state)
        return HUNCH_NO_MEMORY;
    hunch_coder_init(&coder, CODER_MEASURE, NULL, 0);
    plan.model->init(state, &params);
    plan.model->code(state, &coder, data + (length - sample) / 2);
    hunch_release(&context->allocator, state);
    *cost = (uint64_t)hunch_coder_finish(&coder) * length / sample;
    return coder.trouble == CODER_NO_MEMORY ? HUNCH_NO_MEMORY : HUNCH_OK;
}
