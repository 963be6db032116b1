/* Safetensors files (Hugging Face): u64 length, a JSON object that names type, shape and place of every tensor, then
 * the tensors. The header is kept as bytes; tensors of known types become typed streams, in the order of the file.
 *
 * Recipe: varint bytes of length and header, varint tensors, and for each the plain bytes before it. Streams: BYTES
 * those, TENSOR the rest. */
#include "formats/piece.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum { LENGTH_BYTES = 8, HEADER_MOST = 1 << 24, TENSORS_MOST = 1 << 16, TENSORS_GUESS = 64 /* bytes of JSON for each */ };

struct tensor {
    uint64_t start, end; /* bytes behind the header */
    uint64_t columns;
    unsigned element;
};

static unsigned element_named(const char *name, size_t left) {
    static const struct {
        const char *name;
        unsigned element;
    } names[] = {
        {"\"F64\"", ELEMENT_F64},   {"\"F32\"", ELEMENT_F32},       {"\"F16\"", ELEMENT_F16},
        {"\"BF16\"", ELEMENT_BF16}, {"\"F8_E4M3\"", ELEMENT_F8},    {"\"F8_E5M2\"", ELEMENT_F8},
        {"\"I8\"", ELEMENT_I8},     {"\"U8\"", ELEMENT_I8},         {"\"BOOL\"", ELEMENT_I8},
        {"\"I16\"", ELEMENT_I16},   {"\"U16\"", ELEMENT_I16},       {"\"I32\"", ELEMENT_I32},
        {"\"U32\"", ELEMENT_I32},   {"\"I64\"", ELEMENT_I64},       {"\"U64\"", ELEMENT_I64},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i].name);
        if (n <= left && memcmp(name, names[i].name, n) == 0)
            return names[i].element;
    }
    return 0;
}

/* Up to `most` numbers of the array that begins at `at`: how many. The product of all but the first goes to *rest. */
static unsigned numbers(const char *at, const char *end, uint64_t *values, unsigned most, uint64_t *rest) {
    unsigned n = 0;
    *rest = 1;
    while (at < end && (*at == ':' || *at == ' ' || *at == '['))
        at++;
    while (at < end && *at != ']') {
        uint64_t value = 0;
        if (*at < '0' || *at > '9') {
            at++;
            continue;
        }
        while (at < end && *at >= '0' && *at <= '9' && value < UINT64_C(1) << 50)
            value = value * 10 + (uint64_t)(*at++ - '0');
        if (n < most)
            values[n] = value;
        if (n > 0)
            *rest = value && *rest <= (UINT64_C(1) << 32) / value ? *rest * value : 0;
        n++;
    }
    return n;
}

static const char *behind(const char *from, const char *end, const char *key) {
    const char *at = memmem(from, (size_t)(end - from), key, strlen(key));
    return at ? at + strlen(key) : NULL;
}

/* Reads the innermost object that ends at `close`. */
static bool read_tensor(struct tensor *t, const char *open, const char *close) {
    const char *type = behind(open, close, "\"dtype\""), *shape = behind(open, close, "\"shape\"");
    const char *place = behind(open, close, "\"data_offsets\"");
    uint64_t values[2] = {0}, ignored, rest;
    if (!type || !shape || !place || numbers(place, close, values, 2, &ignored) != 2)
        return false;
    while (type < close && (*type == ' ' || *type == ':'))
        type++;
    t->start = values[0];
    t->end = values[1];
    t->element = element_named(type, (size_t)(close - type));
    numbers(shape, close, values, 1, &rest);
    t->columns = rest;
    return t->element != 0 && t->start < t->end;
}

/* All tensors of the header, in its order: how many. */
static size_t read_header(struct tensor *tensors, size_t most, const char *json, const char *end) {
    size_t n = 0;
    const char *open = NULL;
    for (const char *at = json; at < end && n < most; at++) {
        if (*at == '{')
            open = at;
        if (*at == '}' && open) {
            n += read_tensor(&tensors[n], open, at);
            open = NULL;
        }
    }
    return n;
}

static int by_place(const void *a, const void *b) {
    const struct tensor *s = a, *t = b;
    return s->start != t->start ? (s->start < t->start ? -1 : 1) : s->end != t->end ? (s->end < t->end ? -1 : 1) : 0;
}

/* Keeps the tensors that lie one behind the other within `length` bytes and hold whole elements. */
static size_t keep_sound(struct tensor *tensors, size_t n, uint64_t length) {
    size_t kept = 0;
    uint64_t end = 0;
    qsort(tensors, n, sizeof *tensors, by_place);
    for (size_t i = 0; i < n; i++) {
        struct tensor t = tensors[i];
        unsigned bytes = hunch_array_element_bytes(t.element);
        t.end = t.end > length ? length : t.end;
        if (t.start < end || t.start >= t.end || (t.end - t.start) / bytes == 0)
            continue;
        t.end = t.start + (t.end - t.start) / bytes * bytes;
        tensors[kept++] = t;
        end = t.end;
    }
    return kept;
}

static void put_tensor(struct splitter *s, const uint8_t *body, const struct tensor *t, uint64_t from) {
    uint8_t head[TENSOR_HEAD] = {(uint8_t)t->element, 0};
    uint64_t columns = t->columns && t->columns <= UINT32_MAX ? t->columns : 1;
    store_u32(head + 2, (uint32_t)columns);
    store_u64(head + 6, (t->end - t->start) / hunch_array_element_bytes(t->element));
    hunch_split_varint(s, t->start - from);
    hunch_split_put(s, CONTENT_BYTES, body + from, (size_t)(t->start - from));
    hunch_split_put(s, CONTENT_TENSOR, head, sizeof head);
    hunch_split_put(s, CONTENT_TENSOR, body + t->start, (size_t)(t->end - t->start));
}

static bool safetensors_probe(const uint8_t *data, size_t length) {
    uint64_t header = length > LENGTH_BYTES + 2 ? load_u64(data) : 0;
    return header >= 2 && header <= HEADER_MOST && header < length - LENGTH_BYTES && data[LENGTH_BYTES] == '{';
}

static size_t safetensors_split(struct splitter *s, const uint8_t *data, size_t length) {
    size_t before = LENGTH_BYTES + (size_t)load_u64(data);
    const char *json = (const char *)data + LENGTH_BYTES, *end = (const char *)data + before;
    size_t most = before / TENSORS_GUESS + 1 < TENSORS_MOST ? before / TENSORS_GUESS + 1 : TENSORS_MOST;
    struct tensor *tensors = hunch_split_scratch(s, most * sizeof *tensors);
    if (!tensors)
        return 0;
    size_t n = keep_sound(tensors, read_header(tensors, most, json, end), length - before);
    uint64_t at = 0;
    hunch_split_varint(s, before);
    hunch_split_varint(s, n);
    hunch_split_put(s, CONTENT_BYTES, data, before);
    for (size_t i = 0; i < n; i++) {
        put_tensor(s, data + before, &tensors[i], at);
        at = tensors[i].end;
    }
    return n ? before + (size_t)at : 0;
}

static bool put_plain(struct joiner *j, uint64_t n) {
    if (n > hunch_join_left(j, CONTENT_BYTES))
        return false;
    return n == 0 || hunch_join_put(j, hunch_join_get(j, CONTENT_BYTES, (size_t)n), (size_t)n);
}

static bool safetensors_join(struct joiner *j) {
    uint64_t before = hunch_join_varint(j), n = hunch_join_varint(j);
    bool good = put_plain(j, before);
    for (uint64_t i = 0; i < n && good; i++)
        good = put_plain(j, hunch_join_varint(j)) && hunch_array_join(j, CONTENT_TENSOR);
    return good;
}

const struct piece hunch_piece_safetensors = {
    .id = 9,
    .name = "safetensors",
    .summary = "tensors of a safetensors file",
    .magic = "{",
    .magic_length = 1,
    .magic_at = LENGTH_BYTES,
    .probe = safetensors_probe,
    .split = safetensors_split,
    .join = safetensors_join,
};
