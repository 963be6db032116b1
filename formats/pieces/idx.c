/* IDX arrays (LeCun, MNIST): 00 00, type, dimensions, the dimensions as u32 with the high byte first, elements in the
 * same order of bytes. Bytes in three dimensions are grey pictures, in four with a last one of 1, 3 or 4 coloured ones.
 *
 * Recipe and streams: an array (array.h). */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum { DIMENSIONS_MOST = 8, IDX_U8 = 8 };

/* Type to enum content_element. */
static const uint8_t element_of[16] = {
    [IDX_U8] = ELEMENT_I8, [9] = ELEMENT_I8,   [11] = ELEMENT_I16,
    [12] = ELEMENT_I32,    [13] = ELEMENT_F32, [14] = ELEMENT_F64,
};

static uint32_t load_big(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool idx_probe(const uint8_t *data, size_t length) {
    return length > 8 && data[2] <= 15 && element_of[data[2]] && data[3] >= 1 && data[3] <= DIMENSIONS_MOST;
}

static size_t idx_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    (void)most;
    uint64_t dim[DIMENSIONS_MOST] = {0}, total = 1;
    unsigned type = data[2], n = data[3];
    size_t before = 4 + 4 * (size_t)n;
    if (length <= before)
        return 0;
    for (unsigned i = 0; i < n; i++) {
        dim[i] = load_big(data + 4 + 4 * i);
        if (dim[i] == 0 || dim[i] > (UINT64_C(1) << 40) / total)
            return 0;
        total *= dim[i];
    }
    if (type == IDX_U8 && n == 3 && dim[2] > 1)
        arrays[0] = hunch_array_image(before, 1, dim[2], dim[1], dim[0]);
    else if (type == IDX_U8 && n == 4 && (dim[3] == 1 || dim[3] == 3 || dim[3] == 4))
        arrays[0] = hunch_array_image(before, (unsigned)dim[3], dim[2], dim[1], dim[0]);
    else
        arrays[0] = hunch_array_tensor(before, element_of[type], TENSOR_BIG_ENDIAN, hunch_array_columns(dim, n), total);
    return 1;
}

const struct piece hunch_piece_idx = {
    .name = "idx",
    .summary = "arrays of MNIST and its kin",
    .magic = "\0\0",
    .magic_length = 2,
    .probe = idx_probe,
    .outlook = idx_outlook,
};
