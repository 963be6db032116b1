#include "formats/jpeg/blocks.h"

#include "base/bytes.h"

size_t hunch_jpeg_put_head(const struct jpeg *j, uint8_t *bytes) {
    unsigned slot[JPEG_COMPONENTS], tables = 0, indices = 0;
    for (unsigned c = 0; c < JPEG_COMPONENTS; c++) {
        const struct jpeg_component *k = &j->component[c];
        unsigned i = 0;
        bytes[1 + c] = c < j->count ? (uint8_t)(k->h << 4 | k->v) : 0;
        while (c < j->count && i < tables && slot[i] != k->table)
            i++;
        if (c < j->count && i == tables)
            slot[tables++] = k->table;
        indices |= i << 2 * c;
    }
    bytes[0] = j->count;
    bytes[5] = (uint8_t)indices;
    bytes[6] = (uint8_t)tables;
    store_u16(bytes + 7, (uint16_t)j->mcus_wide);
    store_u16(bytes + 9, (uint16_t)j->mcus_high);
    for (unsigned i = 0; i < tables; i++)
        for (unsigned k = 0; k < JPEG_BLOCK; k++)
            store_u16(bytes + DCT_HEAD + DCT_TABLE * i + 2 * k, j->quant[slot[i]][k]);
    return DCT_HEAD + DCT_TABLE * tables;
}

static uint8_t *put_number(uint8_t *at, int32_t v) {
    uint32_t folded = v < 0 ? 2 * (uint32_t)-v - 1 : 2 * (uint32_t)v;
    for (; folded >= 0x80; folded >>= 7)
        *at++ = (uint8_t)(folded | 0x80);
    *at++ = (uint8_t)folded;
    return at;
}

size_t hunch_jpeg_put_block(const int16_t *block, uint8_t *bytes) {
    unsigned last = JPEG_BLOCK - 1;
    while (last > 0 && block[last] == 0)
        last--;
    uint8_t *at = bytes;
    *at++ = (uint8_t)last;
    for (unsigned k = 0; k <= last; k++)
        at = put_number(at, block[k]);
    return (size_t)(at - bytes);
}

size_t hunch_jpeg_get_block(int16_t *block, const uint8_t *bytes, size_t length) {
    const uint8_t *at = bytes, *end = bytes + length;
    if (length == 0 || *at >= JPEG_BLOCK)
        return 0;
    unsigned last = *at++;
    for (unsigned k = 0; k <= last; k++) {
        uint32_t folded = 0, shift = 0;
        do {
            if (at == end || shift > 14)
                return 0;
            folded |= (uint32_t)(*at & 0x7F) << shift;
            shift += 7;
        } while (*at++ & 0x80);
        if (folded >= 2 * JPEG_AC_LIMIT - 1)
            return 0;
        block[k] = (int16_t)(folded & 1 ? -(int32_t)((folded + 1) / 2) : (int32_t)(folded / 2));
    }
    return (size_t)(at - bytes);
}
