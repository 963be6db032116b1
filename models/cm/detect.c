/* For the encoder: looks for samples in rows, by how much bytes at a distance differ. */
#include "models/cm/contexts.h"

#include <stdbool.h>

enum {
    LAG_MAX = 1 << 14,      /* bytes: longest row that is looked for */
    LENGTH_LEAST = 1 << 12, /* bytes; shorter blocks are not looked at */
    WINDOWS = 8,            /* places of the block that are looked at */
    WINDOW = 1024,          /* bytes of each */
    STEP = 3
};

/* Sum of the differences between bytes `lag` <= reach apart in windows spread over the block. */
static uint64_t difference(const uint8_t *data, size_t length, size_t reach, size_t lag) {
    uint64_t sum = 0;
    size_t room = length - reach - WINDOW;
    for (size_t k = 0; k < WINDOWS; k++) {
        const uint8_t *p = data + reach + room / WINDOWS * k;
        for (size_t i = 0; i < WINDOW; i += STEP) {
            int d = p[i] - *(p + i - lag);
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

/* The distance in [from, to), to <= reach, whose bytes differ least. */
static size_t nearest(const uint8_t *data, size_t length, size_t reach, size_t from, size_t to, uint64_t *least,
                      uint64_t *mean) {
    size_t best = from;
    uint64_t sum = 0;
    *least = UINT64_MAX;
    for (size_t lag = from; lag < to; lag++) {
        uint64_t d = difference(data, length, reach, lag);
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

uint32_t hunch_cm_hint(struct content content, const uint8_t *data, size_t length) {
    uint64_t least, mean, unused, row;
    if (content.kind == CONTENT_WORDS)
        return (uint32_t)WIDTH_WORDS << PARAMETER_WIDTH | (uint32_t)content.detail << PARAMETER_STRIDE;
    if (length < (size_t)LENGTH_LEAST || is_text(data, length))
        return 0;
    size_t reach = length / 8 < LAG_MAX ? length / 8 : LAG_MAX;
    size_t stride = nearest(data, length, reach, 5, reach, &row, &mean);
    size_t width = nearest(data, length, reach, 1, 5, &least, &unused);
    if (!related(least, mean) && !related(row, mean))
        return 0;
    if (!related(row, mean) || stride % width || stride < 2 * width)
        stride = 0;
    return (uint32_t)width << PARAMETER_WIDTH | (uint32_t)stride << PARAMETER_STRIDE;
}
