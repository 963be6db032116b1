/* What a model makes of bytes, found by asking it: the measure direction over a sample. */
#ifndef HUNCH_CODEC_TRIAL_H
#define HUNCH_CODEC_TRIAL_H

#include "codec/plan.h"
#include "codec/settings.h"

/* The bytes that `length` bytes of data will cost, in *cost: what the plan's model spends on up to `sample` bytes of
 * them (all in one piece, or from three places when they are many), scaled. `length` and `sample` are at least 1.
 * Errors: NO_MEMORY, BAD_ARGUMENT (the model refuses). */
enum hunch_status hunch_trial(const struct context *context, struct plan plan, uint8_t *data, size_t length,
                              size_t sample, uint64_t *cost);

#endif
