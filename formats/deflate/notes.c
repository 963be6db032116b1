#include "formats/deflate/notes.h"

#include <string.h>

#include "base/wire.h"

static void write_number(struct notes *n, uint64_t value) {
    uint8_t bytes[VARINT_MOST];
    struct wire w = wire_open(WIRE_WRITE, bytes, sizeof bytes);
    hunch_wire_varint(&w, &value);
    size_t size = (size_t)(w.at - bytes);
    if (size > n->length - n->at) {
        n->broken = true;
        return;
    }
    if (n->out)
        memcpy(n->out + n->at, bytes, size);
    n->at += size;
}

static uint64_t read_number(struct notes *n) {
    uint64_t value = 0;
    if (n->at == n->length) {
        n->broken = true;
        return 0;
    }
    struct wire w = wire_open(WIRE_READ, (uint8_t *)(uintptr_t)n->in + n->at, n->length - n->at); /* only read */
    hunch_wire_varint(&w, &value);
    n->at = (size_t)(w.at - n->in);
    n->broken |= w.broken;
    return value;
}

bool hunch_notes_event(struct notes *n, bool failed) {
    if (n->in) {
        if (!n->armed)
            n->gap = n->at < n->length ? read_number(n) : UINT64_MAX;
        n->armed = n->gap > 0;
        return n->gap-- == 0;
    }
    if (failed)
        write_number(n, n->gap);
    n->gap = failed ? 0 : n->gap + 1;
    return failed;
}

uint64_t hunch_notes_number(struct notes *n, uint64_t value) {
    if (n->in)
        return read_number(n);
    write_number(n, value);
    return value;
}
