/* The mirror for headers: one function names each field in order, the wire's direction decides whether it is written
 * or read. A field cannot be written and never read. All values are little-endian. */
#ifndef HUNCH_BASE_WIRE_H
#define HUNCH_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_direction { WIRE_READ, WIRE_WRITE };

enum { VARINT_MOST = 10 }; /* bytes of the longest varint */

struct wire {
    enum wire_direction direction;
    bool broken;  /* sticky: ran out of bytes, or read a varint that no writer writes; later values are 0 */
    uint8_t *at;  /* next byte */
    uint8_t *end; /* one past the last */
};

static inline struct wire wire_open(enum wire_direction direction, uint8_t *bytes, size_t length) {
    return (struct wire){.direction = direction, .at = bytes, .end = bytes + length};
}

void hunch_wire_u8(struct wire *w, uint8_t *value);
void hunch_wire_u32(struct wire *w, uint32_t *value);
void hunch_wire_u64(struct wire *w, uint64_t *value);

/* LEB128: seven bits a byte, lowest first, the top bit says that more follow. Reading refuses more than 64 bits and
 * any form but the shortest, so that a value has one spelling. */
void hunch_wire_varint(struct wire *w, uint64_t *value);

#endif
