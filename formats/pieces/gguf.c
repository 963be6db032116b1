/* GGUF files (llama.cpp, versions 2 and 3): pairs of keys and values, then names, shapes, types and places of tensors,
 * then the tensors. Tensors of plain numbers are arrays; quantised ones stay plain bytes. */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum {
    HEAD = 24, /* bytes: magic, version, number of tensors, number of pairs */
    DIMENSIONS_MOST = 8,
    ALIGNMENT = 32,
    VALUE_U32 = 4,
    VALUE_STRING = 8,
    VALUE_ARRAY = 9,
    VALUE_TYPES = 13
};

static const uint8_t value_bytes[VALUE_TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

struct reader {
    const uint8_t *at, *end;
    bool broken;
};

/* The next n bytes; NULL when there are fewer. */
static const uint8_t *take(struct reader *r, uint64_t n) {
    const uint8_t *at = r->at;
    if (r->broken || n > (uint64_t)(r->end - r->at)) {
        r->broken = true;
        return NULL;
    }
    r->at += n;
    return at;
}

static uint32_t take_u32(struct reader *r) {
    const uint8_t *p = take(r, 4);
    return p ? load_u32(p) : 0;
}

static uint64_t take_u64(struct reader *r) {
    const uint8_t *p = take(r, 8);
    return p ? load_u64(p) : 0;
}

static void skip_value(struct reader *r, uint32_t type) {
    uint64_t n = 1;
    if (type == VALUE_ARRAY) {
        type = take_u32(r);
        n = take_u64(r);
    }
    if (type >= VALUE_TYPES || type == VALUE_ARRAY) {
        r->broken = true;
    } else if (type == VALUE_STRING) {
        for (uint64_t i = 0; i < n && !r->broken; i++)
            take(r, take_u64(r));
    } else {
        take(r, n <= UINT32_MAX ? n * value_bytes[type] : UINT64_MAX);
    }
}

static void read_pair(struct reader *r, uint32_t *alignment) {
    static const char key[] = "general.alignment";
    uint64_t length = take_u64(r);
    const uint8_t *name = take(r, length);
    uint32_t type = take_u32(r);
    if (name && length == sizeof key - 1 && memcmp(name, key, length) == 0 && type == VALUE_U32)
        *alignment = take_u32(r);
    else
        skip_value(r, type);
}

static unsigned element_of(uint32_t type) {
    switch (type) {
    case 0: return ELEMENT_F32;
    case 1: return ELEMENT_F16;
    case 24: return ELEMENT_I8;
    case 25: return ELEMENT_I16;
    case 26: return ELEMENT_I32;
    case 27: return ELEMENT_I64;
    case 28: return ELEMENT_F64;
    case 30: return ELEMENT_BF16;
    default: return 0;
    }
}

/* One tensor, its place counted from where the data begins; false when it stays plain. */
static bool read_tensor(struct reader *r, struct array *a) {
    uint64_t columns = 1, total = 1;
    take(r, take_u64(r)); /* name */
    uint32_t n = take_u32(r);
    if (n > DIMENSIONS_MOST)
        r->broken = true;
    for (uint32_t i = 0; i < n && !r->broken; i++) {
        uint64_t dim = take_u64(r);
        columns = i == 0 ? dim : columns;
        total = dim && total <= (UINT64_C(1) << 40) / dim ? total * dim : 0;
    }
    unsigned element = element_of(take_u32(r));
    *a = hunch_array_tensor(take_u64(r), element, 0, columns, total);
    return !r->broken && element && total;
}

static size_t gguf_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    struct reader r = {data + HEAD, data + length, false};
    uint64_t tensors = load_u64(data + 8), pairs = load_u64(data + 16), n = 0;
    uint32_t alignment = ALIGNMENT;
    for (uint64_t i = 0; i < pairs && !r.broken; i++)
        read_pair(&r, &alignment);
    for (uint64_t i = 0; i < tensors && n < most && !r.broken; i++)
        n += read_tensor(&r, &arrays[n]);
    if (r.broken || alignment == 0)
        return 0;
    uint64_t at = (uint64_t)(r.at - data);
    return hunch_array_keep_apart(arrays, (size_t)n, (at + alignment - 1) / alignment * alignment);
}

static bool gguf_probe(const uint8_t *data, size_t length) {
    return length > HEAD && (load_u32(data + 4) == 2 || load_u32(data + 4) == 3);
}

const struct piece hunch_piece_gguf = {
    .name = "gguf",
    .summary = "tensors of a GGUF file",
    .magic = "GGUF",
    .magic_length = 4,
    .anywhere = true,
    .probe = gguf_probe,
    .outlook = gguf_outlook,
};
