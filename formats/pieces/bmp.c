/* BMP pictures (Windows): uncompressed ones of 8 (palette), 24 and 32 bits whose rows have no filling. */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum { HEAD = 54, SIDE_MOST = 1 << 20, LAYOUT_PALETTE = 16 };

static size_t bmp_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    (void)length, (void)most;
    uint32_t before = load_u32(data + 10), width = load_u32(data + 18), height = load_u32(data + 22);
    unsigned bits = load_u16(data + 28), compression = load_u32(data + 30);
    if (height & 0x80000000u)
        height = 0u - height; /* rows from the top */
    if (compression != 0 || width == 0 || width > SIDE_MOST || height == 0 || height > SIDE_MOST || before < HEAD)
        return 0;
    if (bits != 8 && bits != 24 && bits != 32)
        return 0;
    unsigned layout = bits == 8 ? 1 | LAYOUT_PALETTE : bits / 8;
    if (width * layout % 4 != 0 && bits != 8)
        return 0;
    if (bits == 8)
        width = (width + 3) / 4 * 4; /* the filling is part of the rows */
    arrays[0] = hunch_array_image(before, layout, width, height, 1);
    return 1;
}

static bool bmp_probe(const uint8_t *data, size_t length) {
    return length > HEAD && load_u32(data + 6) == 0 && load_u32(data + 14) >= 40 && load_u32(data + 14) <= 124 &&
           load_u16(data + 26) == 1;
}

const struct piece hunch_piece_bmp = {
    .name = "bmp",
    .summary = "a BMP picture",
    .magic = "BM",
    .magic_length = 2,
    .anywhere = true,
    .probe = bmp_probe,
    .outlook = bmp_outlook,
};
