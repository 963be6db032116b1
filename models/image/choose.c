#include "models/image/choose.h"

#include <string.h>

#include "models/image/hash.h"

enum { PIXELS_MOST = 1 << 20 /* that are looked at */ };

struct pixels {
    uint64_t fresh;       /* like neither neighbour */
    uint64_t smooth_bits; /* what the fresh ones cost as differences, about */
    uint64_t colours;     /* different ones, about */
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

static void look_at_row(struct choice *c, const struct picture *p, size_t y, struct pixels *sum) {
    size_t size = (size_t)p->samples * p->bytes;
    for (size_t x = 1; x < p->width; x++) {
        const uint8_t *at = picture_at(p, x, y, 0);
        if (memcmp(at, at - size, size) == 0 || memcmp(at, at - p->width * size, size) == 0)
            continue;
        uint32_t h = pixel_hash(at, size);
        sum->colours += !(c->colours[h / 8] >> h % 8 & 1);
        c->colours[h / 8] |= (uint8_t)(1 << h % 8);
        sum->fresh++;
        sum->smooth_bits += difference_bits(p, x, y);
    }
}

/* A fresh pixel costs the logarithm of the colours when it is coded exactly, and a new colour costs more. The bound of
 * 7 / 5 stands between digits and drawn letters (0.7 to 1.36 in tests) and soft icons (1.5 and more). */
bool hunch_choose_exact(struct choice *c, const struct picture *p, uint64_t count) {
    struct picture q = *p;
    struct pixels sum = {0, 0, 0};
    uint64_t looked = 0;
    memset(c, 0, sizeof *c);
    for (uint64_t k = 0; k < count && looked < PIXELS_MOST; k++) {
        for (size_t y = 1; y < q.height && looked < PIXELS_MOST; y++) {
            look_at_row(c, &q, y, &sum);
            looked += q.width;
        }
        q.data += q.width * q.height * q.samples * q.bytes;
    }
    uint32_t colours = (uint32_t)sum.colours + 1;
    uint64_t exact_bits = sum.fresh * log2_floor(colours * colours) / 2 + sum.colours * 8;
    return p->palette || (5 * exact_bits < 7 * sum.smooth_bits && sum.fresh * 2 < looked);
}
