/* NPY arrays (NumPy, format versions 1 to 3): the header is kept as bytes. Bytes in two or three dimensions that look
 * like pictures (the last of 1, 3 or 4 is colour) become pictures, numbers become tensors.
 *
 * Recipe and streams: an array (array.h). */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum { PREFIX = 8, HEADER_MOST = 1 << 16, DIMENSIONS_MOST = 16, PICTURE_SIDE_LEAST = 8 };

struct array_header {
    char order, type;  /* of descr: '<' '>' '|' '='; 'f' 'i' 'u' 'b' */
    unsigned size;     /* bytes of an element */
    bool fortran;
    unsigned n;
    uint64_t dim[DIMENSIONS_MOST], total;
};

/* What follows `key` in the header, blanks skipped; NULL when it is not there. */
static const char *after(const char *header, size_t length, const char *key) {
    const char *at = memmem(header, length, key, strlen(key));
    if (!at)
        return NULL;
    at += strlen(key);
    while (at < header + length && (*at == ' ' || *at == ':'))
        at++;
    return at;
}

static bool read_shape(struct array_header *h, const char *at, const char *end) {
    h->total = 1;
    if (at == end || *at++ != '(')
        return false;
    while (at < end && *at != ')') {
        uint64_t value = 0;
        if (*at < '0' || *at > '9') {
            at++;
            continue;
        }
        while (at < end && *at >= '0' && *at <= '9' && value < UINT64_C(1) << 40)
            value = value * 10 + (uint64_t)(*at++ - '0');
        if (h->n == DIMENSIONS_MOST || value == 0 || value > (UINT64_C(1) << 40) / h->total)
            return false;
        h->dim[h->n++] = value;
        h->total *= value;
    }
    return at < end;
}

static bool read_header(struct array_header *h, const char *header, size_t length) {
    const char *descr = after(header, length, "'descr'"), *fortran = after(header, length, "'fortran_order'");
    const char *shape = after(header, length, "'shape'"), *end = header + length;
    if (!descr || !fortran || !shape || end - descr < 5 || descr[0] != '\'' || descr[4] != '\'' || end - fortran < 4)
        return false;
    h->order = descr[1];
    h->type = descr[2];
    h->size = (unsigned)(descr[3] - '0');
    h->fortran = *fortran == 'T';
    return read_shape(h, shape, end);
}

static unsigned element_of(const struct array_header *h) {
    if (h->type == 'f')
        return h->size == 8 ? ELEMENT_F64 : h->size == 4 ? ELEMENT_F32 : h->size == 2 ? ELEMENT_F16 : 0;
    if (h->type != 'i' && h->type != 'u' && h->type != 'b')
        return 0;
    return h->size == 1   ? ELEMENT_I8
           : h->size == 2 ? ELEMENT_I16
           : h->size == 4 ? ELEMENT_I32
           : h->size == 8 ? ELEMENT_I64
                          : 0;
}

/* Bytes as pictures; false when their dimensions do not look like any. */
static bool pictures(const struct array_header *h, size_t before, struct array *array) {
    const uint64_t *dim = h->dim + h->n;
    uint64_t colours = h->n >= 3 && (dim[-1] == 1 || dim[-1] == 3 || dim[-1] == 4) ? dim[-1] : 0;
    if (colours)
        *array = hunch_array_image(before, (unsigned)colours, dim[-2], dim[-3], h->total / colours / dim[-2] / dim[-3]);
    else if (h->n >= 2 && dim[-1] >= PICTURE_SIDE_LEAST && dim[-2] >= PICTURE_SIDE_LEAST)
        *array = hunch_array_image(before, 1, dim[-1], dim[-2], h->total / dim[-1] / dim[-2]);
    else
        return false;
    return true;
}

static size_t npy_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    (void)most;
    struct array_header h = {0};
    if (length < PREFIX + 4)
        return 0;
    uint32_t size = data[6] == 1 ? load_u16(data + PREFIX) : load_u32(data + PREFIX);
    size_t before = PREFIX + (data[6] == 1 ? 2 : 4) + (size_t)size;
    if (size > HEADER_MOST || before >= length)
        return 0;
    if (!read_header(&h, (const char *)data + before - size, size) || h.n == 0 || !element_of(&h))
        return 0;
    if (h.size == 1 && h.type == 'u' && !h.fortran && pictures(&h, before, &arrays[0]))
        return 1;
    arrays[0] = hunch_array_tensor(before, element_of(&h), h.order == '>' ? TENSOR_BIG_ENDIAN : 0,
                                h.fortran ? h.dim[0] : hunch_array_columns(h.dim, h.n), h.total);
    return 1;
}

const struct piece hunch_piece_npy = {
    .name = "npy",
    .summary = "arrays of NumPy",
    .magic = "\x93NUMPY",
    .magic_length = 6,
    .anywhere = true,
    .outlook = npy_outlook,
};
