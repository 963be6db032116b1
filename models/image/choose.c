#include "models/image/choose.h"

#include <string.h>

#include "models/image/hash.h"

enum {
    PIXELS_MOST = 1 << 20, /* that are looked at */
    PIXELS_FEW = 1 << 12,  /* an array of no more is small */
    PIXELS_SAY_MORE = 1 << 15, /* than a choice made before */
    NEARLY_ALWAYS = 63000  /* of 65536 */
};

static uint32_t pixel_hash(const uint8_t *at, size_t size) {
    uint32_t h = 0;
    for (size_t i = 0; i < size; i++)
        h = hash_mix(h, at[i]);
    return h >> (32 - CHOICE_COLOURS_LOG2);
}

static uint32_t difference_bits(const struct picture *p, size_t x, size_t y) {
    uint32_t bits = 0;
    for (unsigned s = 0; s < p->samples; s++) {
        int32_t w = picture_sample(p, x - 1, y, s), n = picture_sample(p, x, y - 1, s);
        int32_t nw = picture_sample(p, x - 1, y - 1, s);
        bits += 1 + log2_floor(1 + magnitude(picture_sample(p, x, y, s) - median(w, n, w + n - nw)));
    }
    return bits;
}

static void look_at_row(struct choice *c, const struct picture *p, size_t y) {
    size_t size = (size_t)p->samples * p->bytes;
    for (size_t x = 1; x < p->width; x++) {
        const uint8_t *at = picture_at(p, x, y, 0);
        if (memcmp(at, at - size, size) == 0 || memcmp(at, at - p->width * size, size) == 0)
            continue;
        uint32_t h = pixel_hash(at, size);
        c->different += !(c->colours[h / 8] >> h % 8 & 1);
        c->colours[h / 8] |= (uint8_t)(1 << h % 8);
        c->fresh++;
        c->smooth_bits += difference_bits(p, x, y);
    }
}

/* A fresh pixel costs the logarithm of the colours when it is coded exactly, and a new colour costs more. The bound of
 * 7 / 5 stands between digits and drawn letters (0.7 to 1.36 in tests) and soft icons (1.5 and more). */
bool hunch_choose_exact(struct choice *c, const struct picture *p, uint64_t count, unsigned exact_q16) {
    struct picture q = *p;
    struct choice before = *c;
    bool small = count * p->width * p->height <= PIXELS_FEW;
    if (!small || c->looked >= PIXELS_MOST)
        memset(c, 0, sizeof *c);
    uint64_t most = small ? UINT64_MAX : PIXELS_MOST;
    for (uint64_t k = 0; k < count && c->looked < most; k++) {
        for (size_t y = 1; y < q.height && c->looked < most; y++) {
            look_at_row(c, &q, y);
            c->looked += q.width;
        }
        q.data += q.width * q.height * q.samples * q.bytes;
    }
    uint32_t colours = (uint32_t)c->different + 1;
    uint64_t exact_bits = c->fresh * log2_floor(colours * colours) / 2 + c->different * 8;
    bool exact = p->palette || (5 * exact_bits < 7 * c->smooth_bits && c->fresh * 2 < c->looked);
    if (!small)
        *c = before;
    else if (!p->palette && c->looked < PIXELS_SAY_MORE &&
             (exact_q16 > NEARLY_ALWAYS || exact_q16 < 65536 - NEARLY_ALWAYS))
        exact = exact_q16 > NEARLY_ALWAYS;
    return exact;
}
