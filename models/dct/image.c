#include "models/dct/image.h"

#include <string.h>

#include "base/bytes.h"

const uint8_t hunch_dct_zigzag[DCT_BLOCK] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

bool hunch_dct_head(struct dct_image *image, const uint8_t head[DCT_HEAD]) {
    memset(image, 0, sizeof *image);
    image->count = head[0];
    image->tables = head[6];
    image->mcus_wide = load_u16(head + 7);
    image->mcus_high = load_u16(head + 9);
    if (image->count < 1 || image->count > DCT_COMPONENTS || image->tables < 1 || image->tables > DCT_COMPONENTS ||
        image->mcus_wide < 1 || image->mcus_high < 1)
        return false;
    for (unsigned c = 0; c < image->count; c++) {
        struct dct_component *k = &image->component[c];
        k->h = head[1 + c] >> 4;
        k->v = head[1 + c] & 15;
        k->table = head[5] >> 2 * c & 3;
        k->wide = image->mcus_wide * k->h;
        if (k->h < 1 || k->h > 4 || k->v < 1 || k->v > 4 || k->table >= image->tables)
            return false;
    }
    return true;
}

uint64_t hunch_dct_blocks(const struct dct_image *image) {
    uint64_t blocks = 0;
    for (unsigned c = 0; c < image->count; c++)
        blocks += (uint64_t)image->component[c].wide * image->component[c].v * image->mcus_high;
    return blocks;
}

uint64_t hunch_dct_window(const struct dct_image *image) {
    uint64_t blocks = 0;
    for (unsigned c = 0; c < image->count; c++)
        blocks += ((uint64_t)image->component[c].wide + 2) * (image->component[c].v + 1);
    return blocks;
}

size_t hunch_dct_put(const int16_t level[DCT_BLOCK], uint8_t *bytes) {
    unsigned last = DCT_BLOCK - 1;
    while (last > 0 && level[hunch_dct_zigzag[last]] == 0)
        last--;
    uint8_t *at = bytes;
    *at++ = (uint8_t)last;
    for (unsigned k = 0; k <= last; k++) {
        int32_t v = level[hunch_dct_zigzag[k]];
        uint32_t folded = v < 0 ? 2 * (uint32_t)-v - 1 : 2 * (uint32_t)v;
        for (; folded >= 0x80; folded >>= 7)
            *at++ = (uint8_t)(folded | 0x80);
        *at++ = (uint8_t)folded;
    }
    return (size_t)(at - bytes);
}

/* A number, with no needless byte; advances *at, false: none. */
static bool get_number(int16_t *v, const uint8_t **at, const uint8_t *end) {
    uint32_t folded = 0;
    for (unsigned shift = 0; shift <= 14; shift += 7) {
        if (*at == end)
            return false;
        uint8_t byte = *(*at)++;
        folded |= (uint32_t)(byte & 0x7F) << shift;
        if (byte & 0x80)
            continue;
        *v = (int16_t)(folded & 1 ? -(int32_t)((folded + 1) / 2) : (int32_t)(folded / 2));
        return (byte > 0 || shift == 0) && folded < 2 * DCT_LIMIT - 1;
    }
    return false;
}

size_t hunch_dct_get(int16_t level[DCT_BLOCK], const uint8_t *bytes, size_t length) {
    const uint8_t *at = bytes, *end = bytes + length;
    memset(level, 0, DCT_BLOCK * sizeof *level);
    if (length == 0 || *at >= DCT_BLOCK)
        return 0;
    unsigned last = *at++;
    for (unsigned k = 0; k <= last; k++)
        if (!get_number(&level[hunch_dct_zigzag[k]], &at, end))
            return 0;
    return last == 0 || level[hunch_dct_zigzag[last]] != 0 ? (size_t)(at - bytes) : 0;
}

bool hunch_dct_whole(const struct dct_image *image, const uint8_t *bytes, size_t length) {
    size_t at = (size_t)image->tables * DCT_TABLE;
    uint64_t blocks = hunch_dct_blocks(image);
    if (at > length || blocks > (length - at) / 2)
        return false;
    for (uint64_t b = 0; b < blocks; b++) {
        int16_t level[DCT_BLOCK];
        size_t n = hunch_dct_get(level, bytes + at, length - at);
        if (n == 0)
            return false;
        at += n;
    }
    return true;
}
