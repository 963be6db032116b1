/* Safetensors files (Hugging Face): u64 length, a JSON object that names type, shape and place of every tensor, then
 * the tensors. */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum { LENGTH_BYTES = 8, DIMENSIONS_MOST = 8, HEADER_MOST = 100 << 20 /* what its own readers take */ };

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

/* Up to `most` numbers of the array that begins at `at`: how many it has. */
static unsigned numbers(const char *at, const char *end, uint64_t *values, unsigned most) {
    unsigned n = 0;
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
        n++;
    }
    return n;
}

static const char *behind(const char *from, const char *end, const char *key) {
    const char *at = memmem(from, (size_t)(end - from), key, strlen(key));
    return at ? at + strlen(key) : NULL;
}

/* Reads the innermost object that ends at `close`; the tensor's place is counted from the header's end. */
static bool read_tensor(struct array *a, const char *open, const char *close) {
    const char *type = behind(open, close, "\"dtype\""), *shape = behind(open, close, "\"shape\"");
    const char *place = behind(open, close, "\"data_offsets\"");
    uint64_t offsets[2] = {0}, dim[DIMENSIONS_MOST];
    if (!type || !shape || !place || numbers(place, close, offsets, 2) != 2)
        return false;
    while (type < close && (*type == ' ' || *type == ':'))
        type++;
    unsigned element = element_named(type, (size_t)(close - type)), bytes = hunch_array_element_bytes(element);
    if (!bytes || offsets[0] >= offsets[1])
        return false;
    unsigned n = numbers(shape, close, dim, DIMENSIONS_MOST);
    uint64_t columns = hunch_array_columns(dim, n < DIMENSIONS_MOST ? n : DIMENSIONS_MOST);
    *a = hunch_array_tensor(offsets[0], element, 0, columns, (offsets[1] - offsets[0]) / bytes);
    return true;
}

/* All tensors of the header, in its order: how many. */
static size_t read_header(struct array *arrays, size_t most, const char *json, const char *end) {
    size_t n = 0;
    const char *open = NULL;
    for (const char *at = json; at < end && n < most; at++) {
        if (*at == '{')
            open = at;
        if (*at == '}' && open) {
            n += read_tensor(&arrays[n], open, at);
            open = NULL;
        }
    }
    return n;
}

static bool safetensors_probe(const uint8_t *data, size_t length) {
    uint64_t header = length > LENGTH_BYTES + 2 ? load_u64(data) : 0;
    return header >= 2 && header <= HEADER_MOST && data[LENGTH_BYTES] == '{';
}

static size_t safetensors_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    uint64_t before = LENGTH_BYTES + load_u64(data);
    size_t end = before < length ? (size_t)before : length;
    size_t n = read_header(arrays, most, (const char *)data + LENGTH_BYTES, (const char *)data + end);
    return hunch_array_keep_apart(arrays, n, before);
}

const struct piece hunch_piece_safetensors = {
    .name = "safetensors",
    .summary = "tensors of a safetensors file",
    .magic = "{",
    .magic_length = 1,
    .magic_at = LENGTH_BYTES,
    .probe = safetensors_probe,
    .outlook = safetensors_outlook,
};
