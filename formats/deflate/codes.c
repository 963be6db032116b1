#include "formats/deflate/codes.h"

#include <string.h>

static unsigned reversed(unsigned code, unsigned bits) {
    unsigned r = 0;
    for (unsigned i = 0; i < bits; i++)
        r |= (code >> i & 1) << (bits - 1 - i);
    return r;
}

/* What is left of the space of codes, in codes of 15 bits; negative when it is overdrawn. */
static int32_t space_left(const struct codes *codes) {
    int32_t left = 1 << CODE_BITS_MOST;
    for (unsigned l = 1; l <= CODE_BITS_MOST; l++)
        left -= (int32_t)codes->count[l] << (CODE_BITS_MOST - l);
    return left;
}

static void fill_fast(struct codes *codes, unsigned symbol) {
    unsigned length = codes->length[symbol];
    for (unsigned i = codes->code[symbol]; i < 1u << CODES_FAST_BITS; i += 1u << length)
        codes->fast[i] = (uint16_t)(symbol << 4 | length);
}

bool hunch_codes_make(struct codes *codes, const uint8_t *lengths, unsigned n, bool reading) {
    unsigned next[CODE_BITS_MOST + 2] = {0}, place[CODE_BITS_MOST + 2] = {0};
    memset(codes->length, 0, sizeof codes->length);
    memset(codes->count, 0, sizeof codes->count);
    if (reading)
        memset(codes->fast, 0, sizeof codes->fast);
    memcpy(codes->length, lengths, n);
    for (unsigned s = 0; s < n; s++)
        codes->count[lengths[s]]++;
    codes->count[0] = 0;
    for (unsigned l = 1; l <= CODE_BITS_MOST; l++) {
        next[l + 1] = (next[l] + codes->count[l]) << 1;
        place[l + 1] = place[l] + codes->count[l];
    }
    int32_t left = space_left(codes);
    for (unsigned s = 0; s < n; s++) {
        unsigned l = lengths[s];
        if (l == 0)
            continue;
        codes->sorted[place[l]++] = (uint16_t)s;
        codes->code[s] = (uint16_t)reversed(next[l]++, l);
        if (reading && l <= CODES_FAST_BITS && left >= 0)
            fill_fast(codes, s);
    }
    bool lone = codes->count[1] <= 1 && place[CODE_BITS_MOST] == codes->count[1];
    return left == 0 || lone;
}

unsigned hunch_codes_read_long(const struct codes *codes, struct bits *b) {
    unsigned code = 0, first = 0, place = 0;
    for (unsigned l = 1; l <= CODE_BITS_MOST; l++) {
        code = code << 1 | (b->hold >> (l - 1) & 1);
        if (code - first < codes->count[l]) {
            bits_drop(b, l);
            return codes->sorted[place + code - first];
        }
        place += codes->count[l];
        first = (first + codes->count[l]) << 1;
    }
    b->broken = true; /* no code begins so */
    return 0;
}
