#include "formats/streams.h"

#include <string.h>

#include "base/bytes.h"

enum { CAPACITY_LEAST = 4096 };

void *hunch_streams_allocate(struct streams *s, size_t size) {
    if (size == 0 || size > s->room)
        return NULL;
    void *memory = hunch_allocate(s->allocator, size);
    if (memory)
        s->room -= size;
    else
        s->no_memory = true;
    return memory;
}

void hunch_streams_release(struct streams *s, void *memory, size_t size) {
    if (memory)
        s->room += size;
    hunch_release(s->allocator, memory);
}

uint8_t *hunch_streams_reserve(struct streams *s, enum content_kind kind, size_t more) {
    struct buffer *b = &s->of[kind];
    size_t need, capacity = b->capacity ? b->capacity : CAPACITY_LEAST;
    if (!size_add(b->length, more, &need))
        return NULL;
    if (need > b->capacity) {
        while (capacity < need && capacity <= SIZE_MAX / 2)
            capacity *= 2;
        if (capacity > s->room)
            capacity = need;
        uint8_t *bytes = hunch_streams_allocate(s, capacity);
        if (!bytes)
            return NULL;
        if (b->length)
            memcpy(bytes, b->bytes, b->length);
        hunch_streams_release(s, b->bytes, b->capacity);
        b->bytes = bytes;
        b->capacity = capacity;
    }
    return b->bytes + b->length;
}

void hunch_streams_free(struct streams *s) {
    for (unsigned k = 0; k < CONTENT_KINDS; k++) {
        hunch_streams_release(s, s->of[k].bytes, s->of[k].capacity);
        s->of[k] = (struct buffer){0};
    }
}
