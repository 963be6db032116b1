#include "models/image/fast.h"

#include "models/image/hash.h"

enum { QUICK = 4, SLOW = 7, LEVEL_OF_TWO = 2, P_LEAST = 1 << 9 /* of 2^22 */ };

void hunch_fast_carve(struct arena *a, struct fast *f, unsigned level) {
    f->level = level;
    size_t row = FAST_STEP_NODES + FAST_INNER_NODES;
    f->steps = hunch_arena_take(a, sizeof *f->steps * SAMPLES_MAX * FAST_LOUDNESS * row);
    f->bytes = hunch_arena_take(a, sizeof *f->bytes * FAST_PLACES * 256);
}

static unsigned code_bit(const struct fast *f, struct coder *coder, struct fast_bit *p, unsigned bit) {
    int32_t sum = f->level < LEVEL_OF_TWO ? p->quick_q16 * 2 : p->quick_q16 + p->slow_q16;
    int32_t p_q22 = (1 << 21) + sum * 32;
    p_q22 = p_q22 < P_LEAST ? P_LEAST : p_q22 > (1 << 22) - P_LEAST ? (1 << 22) - P_LEAST : p_q22;
    bit = coder_bit(coder, (uint32_t)p_q22, bit);
    undo_note(f->undo, p, sizeof *p);
    int32_t goal = bit ? 32767 : -32768;
    p->quick_q16 = (int16_t)(p->quick_q16 + ((goal - p->quick_q16) >> QUICK));
    if (f->level >= LEVEL_OF_TWO)
        p->slow_q16 = (int16_t)(p->slow_q16 + ((goal - p->slow_q16) >> SLOW));
    return bit;
}

static uint8_t code_byte(const struct fast *f, struct coder *coder, uint32_t place, uint8_t byte) {
    struct fast_bit *p = f->bytes + (size_t)(place & (FAST_PLACES - 1)) * 256;
    unsigned node = 1;
    for (unsigned i = 8; i-- > 0;)
        node = node * 2 + code_bit(f, coder, p + node, byte >> i & 1);
    return (uint8_t)node;
}

void hunch_fast_bytes(struct fast *f, struct coder *coder, uint8_t *data, size_t length) {
    for (size_t i = 0; i < length; i++)
        data[i] = code_byte(f, coder, i ? data[i - 1] : 0, data[i]);
}

/* Whether the difference is 0, its sign, in which doubling step it lies, and where in it. */
static int32_t code_difference(const struct fast *f, struct coder *coder, struct fast_bit *p, int32_t d,
                               unsigned bits) {
    if (code_bit(f, coder, &p[0], d == 0))
        return 0;
    unsigned below = code_bit(f, coder, &p[1], d < 0), j = 0;
    uint32_t m = magnitude(d) - 1;
    while (j < bits && code_bit(f, coder, &p[2 + (j < 14 ? j : 14) * 2 + below], m >> j != 0))
        j++;
    if (j > 1) { /* 2^(j-1) <= m < 2^j */
        struct fast_bit *inner = p + FAST_STEP_NODES + (j - 2) * 2 % FAST_INNER_NODES;
        uint32_t v = 1;
        for (unsigned i = j - 1; i-- > 0;)
            v = v * 2 + (i + 2 == j ? code_bit(f, coder, inner, m >> i & 1)
                                    : hunch_coder_raw(coder, 1, m >> i & 1));
        m = v;
    } else {
        m = j;
    }
    return below ? -(int32_t)m - 1 : (int32_t)m + 1;
}

/* Neighbours of a sample: W before, N above; at the edges the other one stands in. */
struct corner {
    int32_t w, n, nw, ne;
};

static struct corner look(const struct picture *p, size_t x, size_t y, unsigned s) {
    struct corner c;
    c.w = x ? picture_sample(p, x - 1, y, s) : y ? picture_sample(p, x, y - 1, s) : 0;
    c.n = y ? picture_sample(p, x, y - 1, s) : c.w;
    c.nw = x && y ? picture_sample(p, x - 1, y - 1, s) : c.n;
    c.ne = y && x + 1 < p->width ? picture_sample(p, x + 1, y - 1, s) : c.n;
    return c;
}

static int32_t code_sample(const struct fast *f, struct coder *coder, const struct picture *p, size_t x, size_t y,
                           unsigned s, int32_t before) {
    struct corner c = look(p, x, y, s);
    int32_t most = picture_most(p), expected = median(c.w, c.n, c.w + c.n - c.nw);
    uint32_t unrest = magnitude(c.w - c.nw) + magnitude(c.n - c.nw) + magnitude(c.n - c.ne);
    unsigned loudness = unrest ? 1 + log2_floor(unrest) : 0;
    int32_t middle = clamp_to(expected + before, most), range = most + 1;
    int32_t d = picture_sample(p, x, y, s) - middle;
    d = d > most / 2 ? d - range : d < -most / 2 - 1 ? d + range : d; /* differences wrap */
    loudness = loudness < FAST_LOUDNESS ? loudness : FAST_LOUDNESS - 1;
    struct fast_bit *bits = f->steps + (size_t)(s * FAST_LOUDNESS + loudness) * (FAST_STEP_NODES + FAST_INNER_NODES);
    d = code_difference(f, coder, bits, d, p->bytes * 8 - 1);
    picture_store(p, x, y, s, (middle + d) & most);
    return picture_sample(p, x, y, s) - expected;
}

static void code_pixel(const struct fast *f, struct coder *coder, const struct picture *p, size_t x, size_t y) {
    unsigned colours = p->samples >= 3 ? 3 : 1;
    int32_t before = 0; /* what the colour before was off by */
    for (unsigned s = 0; s < p->samples; s++) {
        int32_t off = code_sample(f, coder, p, x, y, s, s < colours ? before : 0);
        before = off;
    }
}

static void code_index(const struct fast *f, struct coder *coder, const struct picture *p, size_t x, size_t y) {
    uint8_t *here = picture_at(p, x, y, 0);
    size_t size = (size_t)p->samples * p->bytes;
    for (size_t i = 0; i < size; i++) {
        uint32_t w = x ? here[(ptrdiff_t)i - (ptrdiff_t)size] : 0, n = y ? *(here + i - p->width * size) : 0;
        here[i] = code_byte(f, coder, hash_mix(w, n), here[i]);
    }
}

void hunch_fast_code(struct fast *f, struct coder *coder, const struct picture *picture) {
    for (size_t y = 0; y < picture->height; y++)
        for (size_t x = 0; x < picture->width; x++)
            if (picture->palette)
                code_index(f, coder, picture, x, y);
            else
                code_pixel(f, coder, picture, x, y);
}
