/* The Burrows-Wheeler transform of a block and its inverse by several walks at once. */
#ifndef HUNCH_MODELS_BWT_TRANSFORM_H
#define HUNCH_MODELS_BWT_TRANSFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WALKS_MAX = 8,
    STRIDE_LEAST_LOG2 = 14, /* a shorter block needs one walk only */
};

/* log2 of the distance of the starts: the smallest with at most WALKS_MAX starts. */
static inline unsigned transform_stride(size_t length) {
    unsigned log2 = STRIDE_LEAST_LOG2;
    while ((size_t)WALKS_MAX << log2 < length)
        log2++;
    return log2;
}

/* The number of starts: positions 0, 1 << stride, 2 << stride ... below length. */
static inline unsigned transform_walks(size_t length) {
    unsigned stride = transform_stride(length);
    return (unsigned)((length - 1) >> stride) + 1;
}

/* out[0] = data's last byte; behind it, for the suffixes in order, the byte before each; the suffix that is all of
 * data has none and is left out. starts[k] is the rank of the suffix at k << stride. `ranks` is room for `length`
 * numbers. False: no memory. 1 <= length <= 2^30. */
bool hunch_bwt_forward(const uint8_t *data, size_t length, int32_t *ranks, uint8_t *out,
                       uint32_t starts[WALKS_MAX]);

/* The inverse; `changed` is used up. Every starts[k] < length; what the bytes are does not matter: whatever they
 * are, the work is the same. */
void hunch_bwt_inverse(uint8_t *changed, size_t length, uint32_t *next, const uint32_t starts[WALKS_MAX],
                       uint8_t *data);

#endif
