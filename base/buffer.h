/* A byte array that grows: for bytes whose number is known only when they have come. */
#ifndef HUNCH_BASE_BUFFER_H
#define HUNCH_BASE_BUFFER_H

#include <stdbool.h>

#include "base/arena.h"

struct buffer {
    uint8_t *bytes; /* NULL while capacity is 0 */
    size_t length;
    size_t capacity;
};

/* Makes room for `more` bytes behind the length; the capacity at least doubles, up to `most` where that suffices.
 * False, with the buffer as it was, when memory is short. */
bool hunch_buffer_reserve(struct buffer *buffer, const struct allocator *allocator, size_t more, size_t most);

/* Puts n bytes behind the others; false, with the buffer as it was, when memory is short. */
bool hunch_buffer_append(struct buffer *buffer, const struct allocator *allocator, const void *bytes, size_t n);

/* Frees the bytes and leaves an empty buffer. */
void hunch_buffer_free(struct buffer *buffer, const struct allocator *allocator);

#endif
