/* Forward: the suffix array (Y. Mori's libdivsufsort), then one gather. Inverse: `next` takes the rank of a suffix to
 * the rank of the suffix one byte later (the sorting of the column by counting, read backwards), so that data is read
 * forwards. Each step waits for the memory; so several walks start at known places and their waits overlap. */
#include "models/bwt/transform.h"

#include <divsufsort.h>
#include <string.h>

bool hunch_bwt_forward(const uint8_t *data, size_t length, int32_t *ranks, uint8_t *out,
                       uint32_t starts[WALKS_MAX]) {
    if (divsufsort(data, ranks, (saidx_t)length) != 0)
        return false;
    unsigned stride = transform_stride(length);
    uint32_t mask = (UINT32_C(1) << stride) - 1;
    *out++ = data[length - 1];
    for (size_t i = 0; i < length; i++) {
        uint32_t at = (uint32_t)ranks[i];
        if ((at & mask) == 0)
            starts[at >> stride] = (uint32_t)i;
        if (at > 0)
            *out++ = data[at - 1];
    }
    return true;
}

/* first[s] = the number of bytes below s */
static void count_below(const uint8_t *bytes, size_t length, size_t first[257]) {
    memset(first, 0, 257 * sizeof first[0]);
    for (size_t i = 0; i < length; i++)
        first[bytes[i] + 1]++;
    for (unsigned s = 0; s < 256; s++)
        first[s + 1] += first[s];
}

/* With the empty suffix as row 0, suffix of rank r is row r + 1; the byte at row q says where the suffix that begins
 * with it lies, and q - 1 is the rank of what follows. The row of all of data has no byte. Row 0 follows the last
 * suffix; nobody asks what comes then. */
static inline uint32_t rank_behind(size_t i, size_t whole) {
    size_t row = i + (i > whole);
    return row > 0 ? (uint32_t)row - 1 : 0;
}

static void walk_packed(const uint32_t *next, size_t length, const uint32_t starts[WALKS_MAX], uint8_t *data) {
    unsigned stride = transform_stride(length), walks = transform_walks(length);
    size_t step = (size_t)1 << stride, last = length - ((size_t)(walks - 1) << stride);
    uint32_t r[WALKS_MAX] = {0};
    for (unsigned k = 0; k < walks; k++)
        r[k] = starts[k];
    for (size_t i = 0; i < (walks == 1 ? last : step); i++) {
        uint32_t e[WALKS_MAX];
        for (unsigned k = 0; k < WALKS_MAX; k++)
            e[k] = next[r[k]];
        for (unsigned k = 0; k < WALKS_MAX; k++)
            r[k] = e[k] >> 8;
        for (unsigned k = 0; k + 1 < walks; k++)
            data[((size_t)k << stride) + i] = (uint8_t)e[k];
        if (i < last)
            data[((size_t)(walks - 1) << stride) + i] = (uint8_t)e[walks - 1];
    }
}

static void walk_wide(const uint32_t *next, const uint8_t *sorted, size_t length, const uint32_t starts[WALKS_MAX],
                      uint8_t *data) {
    unsigned stride = transform_stride(length), walks = transform_walks(length);
    uint32_t r[WALKS_MAX] = {0};
    for (unsigned k = 0; k < walks; k++)
        r[k] = starts[k];
    for (size_t i = 0; i < (size_t)1 << stride; i++)
        for (unsigned k = 0; k < walks; k++) {
            size_t at = ((size_t)k << stride) + i;
            if (at < length)
                data[at] = sorted[r[k]];
            r[k] = next[r[k]];
        }
}

void hunch_bwt_inverse(uint8_t *changed, size_t length, uint32_t *next, const uint32_t starts[WALKS_MAX],
                       uint8_t *data) {
    size_t first[257], whole = starts[0];
    count_below(changed, length, first);
    if (length <= (size_t)1 << 24) {
        for (size_t i = 0; i < length; i++)
            next[first[changed[i]]++] = rank_behind(i, whole) << 8 | changed[i];
        walk_packed(next, length, starts, data);
        return;
    }
    for (size_t i = 0; i < length; i++)
        next[first[changed[i]]++] = rank_behind(i, whole);
    size_t at = 0;
    for (unsigned s = 0; s < 256; at = first[s++]) /* first[s] is now where the next symbol begins */
        memset(changed + at, (int)s, first[s] - at);
    walk_wide(next, changed, length, starts, data);
}
