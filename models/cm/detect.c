/* For the encoder: looks for samples in rows, by how much bytes at a distance differ. */
#include "models/cm/contexts.h"

#include <stdbool.h>

enum {
    LAG_MAX = 1 << 14, /* bytes: longest row that is looked for */
    WINDOWS = 8,       /* places of the block that are looked at */
    WINDOW = 1024,     /* bytes of each */
    STEP = 3
};

/* Sum of the differences between bytes `lag` apart in windows spread over the block. */
static uint64_t difference(const uint8_t *data, size_t length, size_t lag) {
    uint64_t sum = 0;
    size_t room = length - LAG_MAX - WINDOW;
    for (size_t k = 0; k < WINDOWS; k++) {
        const uint8_t *p = data + LAG_MAX + room / WINDOWS * k;
        for (size_t i = 0; i < WINDOW; i += STEP) {
            int d = p[i] - p[i - lag];
            sum += (uint64_t)(d < 0 ? -d : d);
        }
    }
    return sum;
}

static bool is_text(const uint8_t *data, size_t length) {
    size_t odd = 0, seen = 0;
    for (size_t i = 0; i < length; i += 61, seen++)
        odd += (data[i] < 32 && data[i] != 9 && data[i] != 10 && data[i] != 13) || data[i] == 127;
    return odd * 50 < seen;
}

/* The distance in [from, to) whose bytes differ least. */
static size_t nearest(const uint8_t *data, size_t length, size_t from, size_t to, uint64_t *least,
                      uint64_t *mean) {
    size_t best = from;
    uint64_t sum = 0;
    *least = UINT64_MAX;
    for (size_t lag = from; lag < to; lag++) {
        uint64_t d = difference(data, length, lag);
        sum += d;
        if (d < *least) {
            *least = d;
            best = lag;
        }
    }
    *mean = sum / (to - from);
    return best;
}

/* Samples are told from other bytes by how much nearer they are to a neighbour than to bytes at any distance. */
static bool related(uint64_t least, uint64_t mean) {
    return least * 5 < mean * 3;
}

uint32_t hunch_cm_parameter(struct content content, const uint8_t *data, size_t length, uint32_t level) {
    uint64_t least, mean, unused, row;
    if (content.kind == CONTENT_WORDS)
        return level | WIDTH_WORDS << PARAMETER_WIDTH | (uint32_t)content.detail << PARAMETER_STRIDE;
    if (length < 2 * (size_t)LAG_MAX || is_text(data, length))
        return level;
    size_t stride = nearest(data, length, 5, LAG_MAX, &row, &mean);
    size_t width = nearest(data, length, 1, 5, &least, &unused);
    if (!related(least, mean) && !related(row, mean))
        return level;
    if (!related(row, mean) || stride % width)
        stride = 0;
    return level | (uint32_t)width << PARAMETER_WIDTH | (uint32_t)stride << PARAMETER_STRIDE;
}
