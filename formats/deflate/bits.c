#include "formats/deflate/bits.h"

#include <string.h>

const uint8_t *hunch_bits_bytes(struct bits *b, const uint8_t *bytes, size_t n) {
    if (bits_writing(b)) {
        bits_flush(b);
        if (b->held > 0 || n > b->length - b->at) {
            b->broken = true;
            return NULL;
        }
        if (n)
            memcpy(b->out + b->at, bytes, n);
        b->at += n;
        return bytes;
    }
    b->at -= b->held / 8;
    b->held = 0;
    b->hold = 0;
    if (n > b->length - b->at) {
        b->broken = true;
        return NULL;
    }
    b->at += n;
    return b->in + b->at - n;
}
