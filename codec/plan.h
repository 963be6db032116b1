/* What a level means: which model codes a block, how large blocks are, and which blocks are not worth a model. */
#ifndef HUNCH_CODEC_PLAN_H
#define HUNCH_CODEC_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "models/model.h"

struct plan {
    const struct model *model;
    uint32_t parameter;
};

/* The model for a kind of stream at a level, 1 to 9. */
struct plan hunch_plan_stream(int level, enum content_kind kind);

/* Whether a kind of stream has a model of its own. */
bool hunch_plan_is_typed(enum content_kind kind);

/* The cheapest setting of that model: to compare two forms of content by measure. */
struct plan hunch_plan_trial(int level, enum content_kind kind);

/* Bytes of a block that such a comparison codes. */
size_t hunch_plan_trial_sample(int level);

/* Bytes of a block at this level unless the caller says otherwise. */
uint64_t hunch_plan_block_size(int level);

/* Where the first block ends when `length` bytes are left: length itself, its half, or block_size. Depends on nothing
 * else, so that the blocks do not depend on how the input arrives. */
uint64_t hunch_plan_cut(uint64_t length, uint64_t block_size);

/* Bytes of scratch that hunch_plan_noise needs for a block. */
size_t hunch_plan_noise_scratch(size_t length);

/* True when the block looks like noise: already compressed or encrypted, no model will shrink it. Reads every byte
 * once or twice at memory speed. `scratch` is zeroed. */
bool hunch_plan_noise(void *scratch, const uint8_t *data, size_t length);

#endif
