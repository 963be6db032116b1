/* For the encoder: looks for samples in rows, by how much bytes at a distance differ. */
#include "models/cm/contexts.h"

enum { WINDOWS = 16, WINDOW = 2048, STEP = 3 };

/* Sum of the differences between bytes `lag` apart in windows spread over the block. */
static uint64_t difference(const uint8_t *data, size_t length, size_t lag) {
    uint64_t sum = 0;
    size_t room = length - WINDOW - STRIDE_MAX / 4;
    for (size_t k = 0; k < WINDOWS; k++) {
        const uint8_t *p = data + STRIDE_MAX / 4 + room / WINDOWS * k;
        for (size_t i = 0; i < WINDOW; i += STEP) {
            int d = p[i] - p[i - lag];
            sum += (uint64_t)(d < 0 ? -d : d);
        }
    }
    return sum;
}

static int is_text(const uint8_t *data, size_t length) {
    size_t odd = 0, seen = 0;
    for (size_t i = 0; i < length; i += 61, seen++)
        odd += (data[i] < 32 && data[i] != 9 && data[i] != 10 && data[i] != 13) || data[i] == 127;
    return odd * 50 < seen;
}

uint32_t hunch_cm_parameter(const uint8_t *data, size_t length, uint32_t level) {
    uint64_t sum = 0, least = UINT64_MAX, least_row = UINT64_MAX;
    size_t width = 0, stride = 0;
    if (length < (size_t)STRIDE_MAX || is_text(data, length))
        return level;
    for (size_t lag = 1; lag <= 4; lag++) {
        uint64_t d = difference(data, length, lag);
        if (d * 10 < least * 9 || least == UINT64_MAX) {
            least = d;
            width = lag;
        }
    }
    unsigned lags = 0;
    for (size_t lag = 5; lag < STRIDE_MAX / 4; lag++, lags++) {
        uint64_t d = difference(data, length, lag);
        sum += d;
        if (d < least_row) {
            least_row = d;
            stride = lag;
        }
    }
    if (!lags || (least * 4 > sum / lags * 3 && least_row * 4 > sum / lags * 3))
        return level;
    if (stride % width)
        stride = 0;
    return level | (uint32_t)width << PARAMETER_WIDTH | (uint32_t)stride << PARAMETER_STRIDE;
}
