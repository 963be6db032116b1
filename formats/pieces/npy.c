/* NPY arrays (NumPy, format versions 1 to 3): the header is kept as bytes. Bytes in two or three dimensions that look
 * like pictures (the last of 1, 3 or 4 is colour) become pictures, numbers become tensors.
 *
 * Recipe and streams: an array (array.h). */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum { PREFIX = 8, HEADER_MOST = 1 << 16, DIMENSIONS_MOST = 16, PICTURE_SIDE_LEAST = 8 };

struct array {
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

static bool read_shape(struct array *a, const char *at, const char *end) {
    a->total = 1;
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
        if (a->n == DIMENSIONS_MOST || value == 0 || value > (UINT64_C(1) << 40) / a->total)
            return false;
        a->dim[a->n++] = value;
        a->total *= value;
    }
    return at < end;
}

static bool read_header(struct array *a, const char *header, size_t length) {
    const char *descr = after(header, length, "'descr'"), *fortran = after(header, length, "'fortran_order'");
    const char *shape = after(header, length, "'shape'"), *end = header + length;
    if (!descr || !fortran || !shape || end - descr < 5 || descr[0] != '\'' || descr[4] != '\'' || end - fortran < 4)
        return false;
    a->order = descr[1];
    a->type = descr[2];
    a->size = (unsigned)(descr[3] - '0');
    a->fortran = *fortran == 'T';
    return read_shape(a, shape, end);
}

static unsigned element_of(const struct array *a) {
    if (a->type == 'f')
        return a->size == 8 ? ELEMENT_F64 : a->size == 4 ? ELEMENT_F32 : a->size == 2 ? ELEMENT_F16 : 0;
    if (a->type != 'i' && a->type != 'u' && a->type != 'b')
        return 0;
    return a->size == 1 ? ELEMENT_I8 : a->size == 2 ? ELEMENT_I16 : a->size == 4 ? ELEMENT_I32 : a->size == 8 ? ELEMENT_I64 : 0;
}

static size_t put_bytes(struct splitter *s, const uint8_t *data, size_t length, size_t before, const struct array *a) {
    const uint64_t *dim = a->dim + a->n;
    uint64_t colours = a->n >= 3 && (dim[-1] == 1 || dim[-1] == 3 || dim[-1] == 4) ? dim[-1] : 0;
    if (colours)
        return hunch_array_put_image(s, data, length, before, (unsigned)colours, dim[-2], dim[-3],
                                     a->total / colours / dim[-2] / dim[-3]);
    if (a->n >= 2 && dim[-1] >= PICTURE_SIDE_LEAST && dim[-2] >= PICTURE_SIDE_LEAST)
        return hunch_array_put_image(s, data, length, before, 1, dim[-1], dim[-2], a->total / dim[-1] / dim[-2]);
    return 0;
}

static size_t npy_split(struct splitter *s, const uint8_t *data, size_t length) {
    struct array a = {0};
    if (length < PREFIX + 4)
        return 0;
    uint32_t size = data[6] == 1 ? load_u16(data + PREFIX) : load_u32(data + PREFIX);
    size_t before = PREFIX + (data[6] == 1 ? 2 : 4) + (size_t)size;
    if (size > HEADER_MOST || before >= length)
        return 0;
    if (!read_header(&a, (const char *)data + before - size, size) || a.n == 0 || !element_of(&a))
        return 0;
    if (a.size == 1 && a.type == 'u' && !a.fortran) {
        size_t taken = put_bytes(s, data, length, before, &a);
        if (taken)
            return taken;
    }
    return hunch_array_put_tensor(s, data, length, before, element_of(&a), a.order == '>' ? TENSOR_BIG_ENDIAN : 0,
                                  a.fortran ? a.dim[0] : a.dim[a.n - 1], a.total);
}

const struct piece hunch_piece_npy = {
    .id = 8,
    .name = "npy",
    .summary = "arrays of NumPy",
    .magic = "\x93NUMPY",
    .magic_length = 6,
    .anywhere = true,
    .split = npy_split,
    .join = hunch_array_join_piece,
};
