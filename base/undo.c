#include "base/undo.h"

#include <string.h>

/* What stands in the log behind the bytes of a place. */
struct note {
    void *place;
    size_t n;
};

static const void **seen_at(struct undo *u, const void *place) {
    uint64_t h = (uint64_t)(uintptr_t)place * UINT64_C(0x9E3779B97F4A7C15);
    return &u->seen[h >> (64 - UNDO_SEEN_LOG2)];
}

void hunch_undo_note(struct undo *u, const void *place, size_t n) {
    const void **seen = seen_at(u, place);
    if (*seen == place)
        return;
    struct note note = {(void *)(uintptr_t)place, n};
    if (!hunch_buffer_reserve(&u->log, u->allocator, n + sizeof note, SIZE_MAX)) {
        u->failed = true;
        return;
    }
    *seen = place;
    memcpy(u->log.bytes + u->log.length, place, n);
    memcpy(u->log.bytes + u->log.length + n, &note, sizeof note);
    u->log.length += n + sizeof note;
}

bool hunch_undo_roll_back(struct undo *u) {
    while (u->log.length > 0) {
        struct note note;
        memcpy(&note, u->log.bytes + u->log.length - sizeof note, sizeof note);
        u->log.length -= sizeof note + note.n;
        memcpy(note.place, u->log.bytes + u->log.length, note.n);
    }
    memset(u->seen, 0, sizeof u->seen);
    return !u->failed;
}

void hunch_undo_free(struct undo *u) {
    hunch_buffer_free(&u->log, u->allocator);
}
