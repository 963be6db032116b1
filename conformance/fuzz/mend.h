/* Makes an archive's checks good, which no mutation would ever guess. */
#ifndef CONFORMANCE_FUZZ_MEND_H
#define CONFORMANCE_FUZZ_MEND_H

#include "base/bytes.h"
#include "base/hash.h"
#include "codec/container.h"

/* Writes the right checks into every part that can be found from the one before. */
static inline void mend_checks(uint8_t *data, size_t size) {
    size_t at = ARCHIVE_HEADER_LENGTH;
    while (at + 2 < size && at + 2 + data[at + 1] + 4 <= size) {
        size_t fields = data[at + 1];
        uint8_t *check = data + at + 2 + fields;
        struct wire w = wire_open(WIRE_READ, data + at + 2, fields);
        uint64_t length;
        hunch_wire_varint(&w, &length);
        size_t left = size - (size_t)(check + 4 - data);
        if (w.end - w.at >= 4 && length <= left)
            store_u32(w.at, hash_low(check + 4, (size_t)length));
        store_u32(check, hash_low(data + at, 2 + fields));
        if (length > left)
            break;
        at += 2 + fields + 4 + (size_t)length;
        if (at < size && data[at] == ARCHIVE_FIRST_BYTE)
            at += ARCHIVE_HEADER_LENGTH;
    }
}

#endif
