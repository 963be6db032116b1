#include "base/wire.h"

#include "base/bytes.h"

/* The place of the next `count` bytes, or NULL (and broken) when there is none. */
static uint8_t *take(struct wire *w, size_t count) {
    if (w->broken || (size_t)(w->end - w->at) < count) {
        w->broken = true;
        return NULL;
    }
    w->at += count;
    return w->at - count;
}

void hunch_wire_u8(struct wire *w, uint8_t *value) {
    uint8_t *p = take(w, 1);
    if (w->direction == WIRE_READ)
        *value = p ? *p : 0;
    else if (p)
        *p = *value;
}

void hunch_wire_u32(struct wire *w, uint32_t *value) {
    uint8_t *p = take(w, 4);
    if (w->direction == WIRE_READ)
        *value = p ? load_u32(p) : 0;
    else if (p)
        store_u32(p, *value);
}

void hunch_wire_u64(struct wire *w, uint64_t *value) {
    uint8_t *p = take(w, 8);
    if (w->direction == WIRE_READ)
        *value = p ? load_u64(p) : 0;
    else if (p)
        store_u64(p, *value);
}

void hunch_wire_varint(struct wire *w, uint64_t *value) {
    bool reading = w->direction == WIRE_READ;
    uint64_t rest = reading ? 0 : *value;
    uint64_t sum = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t byte = (uint8_t)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
        hunch_wire_u8(w, &byte);
        rest >>= 7;
        /* the tenth byte holds bit 63 alone; a last byte of 0 after others is a longer spelling */
        if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0))
            w->broken = true;
        sum |= (uint64_t)(byte & 0x7F) << shift;
        if (w->broken || !(byte & 0x80))
            break;
    }
    if (reading)
        *value = w->broken ? 0 : sum;
}
