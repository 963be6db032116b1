#include "base/undo.h"

#include <string.h>

enum { CHUNK = 1 << 16 /* bytes at least */ };

struct undo_chunk {
    struct undo_chunk *before;
    size_t length, capacity; /* of bytes */
    uint8_t bytes[];
};

/* What stands in the log behind the bytes of a place. */
struct note {
    void *place;
    size_t n;
};

static const void **seen_at(struct undo *u, const void *place) {
    uint64_t h = (uint64_t)(uintptr_t)place * UINT64_C(0x9E3779B97F4A7C15);
    return &u->seen[h >> (64 - UNDO_SEEN_LOG2)];
}

/* Where n bytes more of the log go; NULL when memory is short. */
static uint8_t *room_for(struct undo *u, size_t n) {
    struct undo_chunk *c = u->last;
    if (!c || c->capacity - c->length < n) {
        c = u->spare;
        if (c && c->capacity >= n) {
            u->spare = c->before;
        } else {
            size_t capacity = n > CHUNK ? n : CHUNK;
            c = hunch_allocate(u->allocator, sizeof *c + capacity);
            if (!c)
                return NULL;
            c->capacity = capacity;
        }
        c->before = u->last;
        u->last = c;
    }
    c->length += n;
    return c->bytes + c->length - n;
}

void hunch_undo_note(struct undo *u, const void *place, size_t n) {
    const void **seen = seen_at(u, place);
    if (*seen == place)
        return;
    struct note note = {(void *)(uintptr_t)place, n};
    uint8_t *to = room_for(u, n + sizeof note);
    if (!to) {
        u->failed = true;
        return;
    }
    *seen = place;
    memcpy(to, place, n);
    memcpy(to + n, &note, sizeof note);
}

static void roll_back_chunk(struct undo_chunk *c) {
    while (c->length > 0) {
        struct note note;
        memcpy(&note, c->bytes + c->length - sizeof note, sizeof note);
        c->length -= sizeof note + note.n;
        memcpy(note.place, c->bytes + c->length, note.n);
    }
}

bool hunch_undo_roll_back(struct undo *u) {
    while (u->last) {
        struct undo_chunk *c = u->last;
        roll_back_chunk(c);
        u->last = c->before;
        c->before = u->spare;
        u->spare = c;
    }
    memset(u->seen, 0, sizeof u->seen);
    return !u->failed;
}

static void free_chunks(const struct undo *u, struct undo_chunk *c) {
    while (c) {
        struct undo_chunk *before = c->before;
        hunch_release(u->allocator, c);
        c = before;
    }
}

void hunch_undo_free(struct undo *u) {
    free_chunks(u, u->last);
    free_chunks(u, u->spare);
    u->last = u->spare = NULL;
}
