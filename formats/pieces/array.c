#include "formats/pieces/array.h"

#include <stdlib.h>

#include "base/bytes.h"

enum {
    IMAGE_SAMPLES = 7, /* bits of an image's layout */
    IMAGE_WIDE = 8,
    SMALL_PICTURE = 1 << 18, /* bytes */
    SMALL_DIMENSION = 4
};
static const uint64_t PLACE_MOST = UINT64_C(1) << 50; /* bytes: beyond is nonsense */

unsigned hunch_array_element_bytes(unsigned element) {
    static const uint8_t bytes[] = {
        [ELEMENT_F64] = 8, [ELEMENT_F32] = 4, [ELEMENT_F16] = 2, [ELEMENT_BF16] = 2, [ELEMENT_F8] = 1,
        [ELEMENT_I8] = 1,  [ELEMENT_I16] = 2, [ELEMENT_I32] = 4, [ELEMENT_I64] = 8,
    };
    return element < sizeof bytes ? bytes[element] : 0;
}

static unsigned pixel_bytes(unsigned layout) {
    return (layout & IMAGE_SAMPLES) * (layout & IMAGE_WIDE ? 2 : 1);
}

/* a * b, or UINT64_MAX when that is beyond 2^40: far more than a block holds. */
static uint64_t product(uint64_t a, uint64_t b) {
    if (a > UINT64_C(1) << 40 || b > UINT64_C(1) << 40 || (a && b > (UINT64_C(1) << 40) / a))
        return UINT64_MAX;
    return a * b;
}

struct array hunch_array_image(uint64_t before, unsigned layout, uint64_t width, uint64_t height, uint64_t count) {
    return (struct array){.before = before,
                          .kind = CONTENT_IMAGE,
                          .type = {(uint8_t)layout},
                          .sample = pixel_bytes(layout),
                          .columns = 1,
                          .width = width,
                          .height = height,
                          .count = count};
}

struct array hunch_array_audio(uint64_t before, unsigned channels, unsigned bits, unsigned flags, uint64_t frames) {
    return (struct array){.before = before, .kind = CONTENT_AUDIO,
                          .type = {(uint8_t)channels, (uint8_t)bits, (uint8_t)flags},
                          .sample = channels * (bits / 8), .columns = 1, .width = 1, .height = 1, .count = frames};
}

struct array hunch_array_code(uint64_t before, uint64_t bytes) {
    return (struct array){.before = before, .kind = CONTENT_CODE, .sample = 1, .columns = 1, .width = 1, .height = 1,
                          .count = bytes};
}

struct array hunch_array_tensor(uint64_t before, unsigned element, unsigned flags, uint64_t columns,
                                uint64_t elements) {
    return (struct array){.before = before,
                          .kind = CONTENT_TENSOR,
                          .type = {(uint8_t)element, (uint8_t)flags},
                          .sample = hunch_array_element_bytes(element),
                          .columns = columns > UINT32_MAX || !columns ? 1 : columns,
                          .width = 1,
                          .height = 1,
                          .count = elements};
}

uint64_t hunch_array_columns(const uint64_t *dim, unsigned n) {
    uint64_t columns = 1;
    for (unsigned i = n; i > 0 && columns <= SMALL_DIMENSION; i--)
        columns = product(columns, dim[i - 1]);
    return columns;
}

uint64_t hunch_array_size(const struct array *a) {
    return product(product(product(a->sample, a->width), a->height), a->count);
}

bool hunch_array_fit(struct array *a, uint64_t length) {
    uint64_t row = product(a->sample, a->width), picture = product(row, a->height);
    if (row == 0 || row > length || picture == 0 || a->count == 0)
        return false;
    if (picture > length) {
        a->height = length / row;
        a->count = 1;
        picture = row * a->height;
    }
    a->count = a->count < length / picture ? a->count : length / picture;
    return a->width <= UINT32_MAX && a->height <= UINT32_MAX && a->count <= UINT32_MAX;
}

static int by_place(const void *a, const void *b) {
    const struct array *s = a, *t = b;
    return s->before != t->before ? (s->before < t->before ? -1 : 1) : s->count < t->count ? -1 : s->count > t->count;
}

size_t hunch_array_keep_apart(struct array *arrays, size_t n, uint64_t base) {
    size_t kept = 0;
    uint64_t end = 0;
    qsort(arrays, n, sizeof *arrays, by_place);
    for (size_t i = 0; i < n; i++) {
        uint64_t size = hunch_array_size(&arrays[i]);
        if (arrays[i].before < end || arrays[i].before > PLACE_MOST || size == UINT64_MAX || size == 0)
            continue;
        end = arrays[i].before + size;
        arrays[kept] = arrays[i];
        arrays[kept++].before += base;
    }
    return kept;
}

bool hunch_array_rest(const struct array *a, uint64_t from, struct array *rest) {
    uint64_t row = product(a->sample, a->kind == CONTENT_TENSOR ? a->columns : a->width),
             picture = product(row, a->height);
    uint64_t size = hunch_array_size(a);
    *rest = *a;
    if (size == UINT64_MAX || size == 0 || from >= a->before + size)
        return false;
    if (from <= a->before) {
        rest->before -= from;
        return true;
    }
    uint64_t inside = from - a->before;
    bool whole = a->kind == CONTENT_IMAGE && a->count > 1 && picture <= SMALL_PICTURE;
    uint64_t unit = whole ? picture : row, gone = (inside + unit - 1) / unit;
    rest->before = gone * unit - inside;
    if (a->kind == CONTENT_IMAGE && !whole) {
        rest->height = a->height * a->count - gone; /* of all pictures as one */
        rest->count = 1;
        return rest->height > 0;
    }
    gone *= a->kind == CONTENT_TENSOR ? a->columns : 1;
    rest->count = a->count > gone ? a->count - gone : 0;
    return rest->count > 0;
}

static size_t write_head(const struct array *a, uint8_t head[IMAGE_HEAD + TENSOR_HEAD]) {
    memcpy(head, a->type, sizeof a->type);
    switch (a->kind) {
    case CONTENT_IMAGE:
        store_u32(head + 1, (uint32_t)a->width);
        store_u32(head + 5, (uint32_t)a->height);
        store_u32(head + 9, (uint32_t)a->count);
        return IMAGE_HEAD;
    case CONTENT_AUDIO:
        store_u32(head + 4, (uint32_t)a->count);
        return AUDIO_HEAD;
    case CONTENT_CODE: return 0;
    default:
        store_u32(head + 2, (uint32_t)a->columns);
        store_u64(head + 6, a->count);
        return TENSOR_HEAD;
    }
}

size_t hunch_array_put(struct splitter *s, const uint8_t *data, size_t length, const struct array *whole) {
    uint8_t head[IMAGE_HEAD + TENSOR_HEAD];
    struct array a = *whole;
    if (!hunch_array_fit(&a, length))
        return 0;
    size_t size = (size_t)hunch_array_size(&a);
    hunch_split_varint(s, a.kind);
    if (a.kind == CONTENT_CODE)
        hunch_split_varint(s, size);
    hunch_split_put(s, a.kind, head, write_head(&a, head));
    hunch_split_put(s, a.kind, data, size);
    return size;
}

static size_t head_length(enum content_kind kind) {
    return kind == CONTENT_IMAGE ? IMAGE_HEAD : kind == CONTENT_AUDIO ? AUDIO_HEAD : TENSOR_HEAD;
}

static bool put_bytes(struct joiner *j, enum content_kind kind, uint64_t size) {
    if (size > hunch_join_left(j, kind))
        return false;
    return hunch_join_put(j, hunch_join_get(j, kind, (size_t)size), (size_t)size);
}

static bool array_join(struct joiner *j) {
    uint64_t number = hunch_join_varint(j);
    struct array a;
    if (number == CONTENT_CODE)
        return put_bytes(j, CONTENT_CODE, hunch_join_varint(j));
    if (number < CONTENT_IMAGE || number > CONTENT_TENSOR)
        return false;
    enum content_kind kind = (enum content_kind)number;
    const uint8_t *head = hunch_join_get(j, kind, head_length(kind));
    if (!head)
        return false;
    if (kind == CONTENT_IMAGE)
        a = hunch_array_image(0, head[0], load_u32(head + 1), load_u32(head + 5), load_u32(head + 9));
    else if (kind == CONTENT_AUDIO)
        a = hunch_array_audio(0, head[0], head[1], head[2], load_u32(head + 4));
    else
        a = hunch_array_tensor(0, head[0], head[1], 1, load_u64(head + 6));
    return put_bytes(j, kind, hunch_array_size(&a));
}

static bool array_probe(const uint8_t *data, size_t length) {
    (void)data, (void)length;
    return false; /* put by the walker, where other kinds tell of an array */
}

const struct piece hunch_piece_array = {
    .id = ARRAY_ID,
    .name = "array",
    .summary = "an array of pictures, sound or numbers",
    .probe = array_probe,
    .join = array_join,
};
