#include "models/audio/plain.h"

enum { RATE = 4, HALF = 1 << 15 };

void hunch_plain_carve(struct arena *arena, struct plain *p) {
    p->one_q16 = hunch_arena_take(arena, sizeof(uint16_t) * 256 * 256);
}

void hunch_plain_code(struct plain *p, struct coder *coder, uint8_t *data, size_t length) {
    for (size_t i = 0; i < length; i++) {
        uint16_t *nodes = p->one_q16 + 256 * (size_t)p->before;
        undo_note(p->undo, nodes, sizeof *nodes * 256);
        unsigned node = 1;
        for (unsigned place = 8; place-- > 0;) {
            int32_t one = nodes[node] ^ HALF; /* memory comes zeroed, which is a half */
            /* the first bit of a byte is turned over: else 0xFF bytes, all at the bottom of the coder's interval, cost
             * less than measured */
            unsigned turn = place == 7, bit = coder_bit(coder, (uint32_t)one << 6 | 32, (data[i] >> place & 1) ^ turn);
            one += ((bit ? 65535 : 0) - one) >> RATE;
            nodes[node] = (uint16_t)(one ^ HALF);
            node = node << 1 | (bit ^ turn);
        }
        p->before = data[i] = (uint8_t)node;
    }
}
