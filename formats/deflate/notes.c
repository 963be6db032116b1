#include "formats/deflate/notes.h"

static void write_number(struct notes *n, uint64_t value) {
    for (;; value >>= 7) {
        bool more = value >= 0x80;
        if (n->at == n->length) {
            n->broken = true;
            return;
        }
        if (n->out)
            n->out[n->at] = (uint8_t)(more ? value | 0x80 : value);
        n->at++;
        if (!more)
            return;
    }
}

static uint64_t read_number(struct notes *n) {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && n->at < n->length; shift += 7) {
        uint8_t byte = n->in[n->at++];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return value;
    }
    n->broken = true;
    return 0;
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
