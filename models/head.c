#include "models/head.h"

#include <string.h>

void hunch_head_init(struct head *h) {
    memset(h, 0, sizeof *h);
    for (unsigned i = 0; i < HEAD_MOST; i++)
        h->same_q16[i] = 1 << 15;
}

void hunch_head_code(struct head *h, struct coder *coder, uint8_t *bytes, unsigned length) {
    for (unsigned i = 0; i < length; i++) {
        uint32_t p = (uint32_t)h->same_q16[i] << 6 | 32;
        unsigned same = coder_bit(coder, p, bytes[i] == h->last[i]);
        h->same_q16[i] = (uint16_t)(h->same_q16[i] + (((same ? 65535 : 0) - h->same_q16[i]) >> 2));
        if (!same)
            h->last[i] = (uint8_t)hunch_coder_raw(coder, 8, bytes[i]);
        bytes[i] = h->last[i];
    }
}
