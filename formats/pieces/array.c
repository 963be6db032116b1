#include "formats/pieces/array.h"

#include "base/bytes.h"

enum { IMAGE_SAMPLES = 7, IMAGE_WIDE = 8 }; /* of an image's layout */

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

static size_t put(struct splitter *s, const uint8_t *data, size_t before, enum content_kind kind, const uint8_t *head,
                  size_t head_length, uint64_t size) {
    hunch_split_varint(s, before);
    hunch_split_varint(s, kind);
    hunch_split_put(s, CONTENT_BYTES, data, before);
    hunch_split_put(s, kind, head, head_length);
    hunch_split_put(s, kind, data + before, (size_t)size);
    return before + (size_t)size;
}

size_t hunch_array_put_image(struct splitter *s, const uint8_t *data, size_t length, size_t before, unsigned layout,
                             uint64_t width, uint64_t height, uint64_t count) {
    uint64_t row = product(width, pixel_bytes(layout)), picture = product(row, height), left = length - before;
    if (row == 0 || row > left || picture == 0 || count == 0 || width > UINT32_MAX)
        return 0;
    if (picture > left) {
        height = left / row;
        picture = height * row;
        count = 1;
    }
    if (count > left / picture)
        count = left / picture;
    if (height > UINT32_MAX || count > UINT32_MAX)
        return 0;
    uint8_t head[IMAGE_HEAD] = {(uint8_t)layout};
    store_u32(head + 1, (uint32_t)width);
    store_u32(head + 5, (uint32_t)height);
    store_u32(head + 9, (uint32_t)count);
    return put(s, data, before, CONTENT_IMAGE, head, sizeof head, picture * count);
}

size_t hunch_array_put_tensor(struct splitter *s, const uint8_t *data, size_t length, size_t before, unsigned element,
                              unsigned flags, uint64_t columns, uint64_t elements) {
    unsigned bytes = hunch_array_element_bytes(element);
    uint64_t left = length - before;
    if (bytes == 0 || elements == 0)
        return 0;
    if (elements > left / bytes)
        elements = left / bytes;
    columns = columns == 0 || columns > UINT32_MAX ? 1 : columns;
    uint8_t head[TENSOR_HEAD] = {(uint8_t)element, (uint8_t)flags};
    store_u32(head + 2, (uint32_t)columns);
    store_u64(head + 6, elements);
    return elements ? put(s, data, before, CONTENT_TENSOR, head, sizeof head, elements * bytes) : 0;
}

bool hunch_array_join(struct joiner *j, enum content_kind kind) {
    const uint8_t *head = hunch_join_get(j, kind, kind == CONTENT_IMAGE ? IMAGE_HEAD : TENSOR_HEAD);
    uint64_t size;
    if (!head)
        return false;
    if (kind == CONTENT_IMAGE) {
        size = product(load_u32(head + 1), pixel_bytes(head[0]));
        size = product(product(size, load_u32(head + 5)), load_u32(head + 9));
    } else {
        size = product(load_u64(head + 6), hunch_array_element_bytes(head[0]));
    }
    if (size > hunch_join_left(j, kind))
        return false;
    return size == 0 || hunch_join_put(j, hunch_join_get(j, kind, (size_t)size), (size_t)size);
}

bool hunch_array_join_piece(struct joiner *j) {
    uint64_t before = hunch_join_varint(j), kind = hunch_join_varint(j);
    if (before > hunch_join_left(j, CONTENT_BYTES) || (kind != CONTENT_IMAGE && kind != CONTENT_TENSOR))
        return false;
    hunch_join_put(j, hunch_join_get(j, CONTENT_BYTES, (size_t)before), (size_t)before);
    return hunch_array_join(j, (enum content_kind)kind);
}
