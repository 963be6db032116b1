#include "base/buffer.h"

#include <string.h>

#include "base/bytes.h"

enum { CAPACITY_LEAST = 4096 };

bool hunch_buffer_reserve(struct buffer *buffer, const struct allocator *allocator, size_t more, size_t most) {
    size_t need;
    if (!size_add(buffer->length, more, &need))
        return false;
    if (need <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity < SIZE_MAX / 2 ? buffer->capacity * 2 : SIZE_MAX;
    if (capacity < CAPACITY_LEAST)
        capacity = CAPACITY_LEAST;
    if (capacity > most)
        capacity = most;
    if (capacity < need)
        capacity = need;
    uint8_t *bytes = hunch_allocate(allocator, capacity);
    if (!bytes)
        return false;
    if (buffer->length)
        memcpy(bytes, buffer->bytes, buffer->length);
    hunch_release(allocator, buffer->bytes);
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return true;
}

bool hunch_buffer_append(struct buffer *buffer, const struct allocator *allocator, const void *bytes, size_t n) {
    if (!hunch_buffer_reserve(buffer, allocator, n, SIZE_MAX))
        return false;
    if (n > 0)
        memcpy(buffer->bytes + buffer->length, bytes, n);
    buffer->length += n;
    return true;
}

void hunch_buffer_free(struct buffer *buffer, const struct allocator *allocator) {
    hunch_release(allocator, buffer->bytes);
    *buffer = (struct buffer){0};
}
