/* Contexts of a pixel: hashes of neighbours as they are; for bytes also sums, slopes and coarse patterns of more. */
#include "models/image/exact.h"
#include "models/image/hash.h"

/* Pixels around, as numbers: W to the left, N above, E to the right; doubled letters are further away. */
struct around {
    uint32_t w, n, nw, ne, ww, nn, nne, nnw, nee, nww, www, nnn;
    uint32_t far[6];
    uint32_t all;    /* hash of the first six */
    bool small;      /* a picture of few pixels, where a place says much */
    uint32_t place;  /* number of the pixel in a small picture, else its column */
    uint32_t row;
    uint32_t before; /* at the same place of the picture before */
};

static void look(const struct exact *e, size_t x, size_t y, struct around *a) {
    enum { SMALL = 4096 };
    const struct picture *p = e->picture;
    const uint32_t *r0 = e->row[0] + x, *r1 = e->row[1] + x, *r2 = e->row[2] + x, *r3 = e->row[3] + x;
    size_t bytes = p->width * p->height * e->size;
    *a = (struct around){r0[-1], r1[0], r1[-1], r1[1], r0[-2], r2[0], r2[1], r2[-1], r1[2], r1[-2], r0[-3], r3[0],
                         .far = {r2[2], r2[-2], r1[3], r3[1], r3[-1], r0[-4]}};
    a->all = hash_mix(hash_mix(hash_mix(a->w, a->n), hash_mix(a->nw, a->ne)), hash_mix(a->ww, a->nn));
    a->small = p->width * p->height <= SMALL;
    a->place = (uint32_t)(a->small ? y * p->width + x : x);
    a->row = a->small ? (uint32_t)y : 0;
    a->before = p->before ? hunch_exact_pixel(picture_at(p, x, y, 0) - bytes, e->size) : 0;
}

static uint32_t mix3(uint32_t a, uint32_t b, uint32_t c) {
    return hash_mix(hash_mix(a, b), c);
}

static uint32_t mix4(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return hash_mix(hash_mix(a, b), hash_mix(c, d));
}

/* Which of eighteen neighbours are above a limit. */
static uint32_t pattern(const struct around *a, uint32_t limit) {
    const uint32_t near[12] = {a->w, a->n, a->nw, a->ne, a->ww, a->nn, a->nne, a->nee, a->nww, a->nnw, a->www, a->nnn};
    uint32_t bits = 0;
    for (unsigned i = 0; i < 12; i++)
        bits |= (uint32_t)(near[i] > limit) << i;
    for (unsigned i = 0; i < 6; i++)
        bits |= (uint32_t)(a->far[i] > limit) << (12 + i);
    return bits;
}

/* The high bits of eight neighbours, four and three bits of each. */
static uint32_t coarse(const struct around *a) {
    return a->w >> 4 | a->n >> 4 << 4 | a->ne >> 4 << 8 | a->nw >> 4 << 12 | a->ww >> 5 << 16 | a->nn >> 5 << 19 |
           a->nne >> 5 << 22 | a->nee >> 5 << 25;
}

static uint32_t *put_general(uint32_t *h, const struct around *a) {
    *h++ = hash_mix(a->w, a->n);
    *h++ = mix4(a->w, a->n, a->nw, a->ne);
    *h++ = mix3(a->w, a->n, a->ne);
    *h++ = mix3(a->w, a->n, a->nw);
    *h++ = a->all;
    *h++ = hash_mix(a->w, a->ww);
    *h++ = hash_mix(a->n, a->nn);
    *h++ = mix4(a->all, a->nne, a->nee, a->nww);
    return h;
}

static uint32_t *put_general_more(uint32_t *h, const struct around *a) {
    *h++ = a->w;
    *h++ = hash_mix(a->n, a->ne);
    *h++ = hash_mix(a->n, a->nw);
    *h++ = mix3(a->w, a->ww, a->www);
    *h++ = mix3(a->n, a->nn, a->nnn);
    *h++ = mix4(mix3(a->all, a->nne, a->nee), hash_mix(a->nnw, a->nww), a->www, a->nnn);
    *h++ = hash_mix(a->w, a->ne);
    return h;
}

static uint32_t *put_general_most(uint32_t *h, const struct around *a, uint32_t ink) {
    *h++ = mix3(a->before, a->w, a->n);
    *h++ = a->small ? hash_mix(ink >> 3, a->place / 4) : hash_mix(a->w, a->nw);
    *h++ = mix3(a->w, a->n, a->row + 1);
    *h++ = mix4(a->n, a->ne, a->nn, a->nne);
    *h++ = mix4(a->w, a->nw, a->ww, a->nww);
    *h++ = mix4(a->w, a->n, ink >> 4, a->ne >> 5);
    return h;
}

/* For pixels of one byte: as numbers. */
static uint32_t *put_bytes(uint32_t *h, const struct around *a) {
    int32_t plane = (int32_t)a->w + (int32_t)a->n - (int32_t)a->nw;
    *h++ = hash_mix(a->place, a->w >> 6 | a->n >> 6 << 2);
    *h++ = hash_mix(a->w >> 5 | a->n >> 5 << 3 | a->nw >> 5 << 6 | a->ne >> 5 << 9,
                    a->ww >> 5 | a->nn >> 5 << 3 | a->nne >> 6 << 6);
    *h++ = (uint32_t)clamp_to(plane, 255);
    return h;
}

static uint32_t *put_bytes_more(uint32_t *h, const struct around *a) {
    *h++ = (a->n + a->ne - a->nne + 512) * 64 + (a->w >> 2);
    *h++ = (a->w + a->ne - a->n + 512) * 64 + (a->nw >> 2);
    return h;
}

static uint32_t *put_bytes_most(uint32_t *h, const struct around *a) {
    *h++ = hash_mix(a->place, a->w >> 4 | a->n >> 4 << 4);
    *h++ = (2 * a->w + 2 * a->n + a->ne + a->nw) >> 2;
    *h++ = hash_mix((a->w + a->n) >> 1, (a->ww + a->nn) >> 3);
    *h++ = hash_mix(2 * a->w - a->ww + 256, 2 * a->n - a->nn + 256);
    *h++ = a->w >> 3 | a->n >> 3 << 5 | a->ne >> 3 << 10 | a->nw >> 3 << 15;
    *h++ = hash_mix(coarse(a), a->nnw >> 6);
    *h++ = hash_mix(pattern(a, 127), a->w >> 5 | a->n >> 5 << 3);
    *h++ = hash_mix(pattern(a, 0), a->row);
    *h++ = hash_mix(a->w >> 2 | a->n >> 2 << 6, a->ne >> 6);
    *h++ = a->w >> 4 | a->n >> 4 << 4 | a->ne >> 4 << 8 | a->nw >> 4 << 12 | a->ww >> 4 << 16 | a->nn >> 4 << 20;
    *h++ = hash_mix(pattern(a, 63) & 0xFFF, a->place);
    *h++ = hash_mix(pattern(a, 191), a->w >> 6 | a->n >> 6 << 2);
    return h;
}

/* For larger pixels: more hashes. */
static uint32_t *put_colours(uint32_t *h, const struct around *a) {
    *h++ = a->place;
    *h++ = hash_mix(a->w, a->place);
    *h++ = a->n;
    return h;
}

static uint32_t *put_colours_more(uint32_t *h, const struct around *a) {
    *h++ = hash_mix(a->w, a->nne);
    *h++ = hash_mix(a->nw, a->ne);
    return h;
}

static uint32_t *put_colours_most(uint32_t *h, const struct around *a) {
    *h++ = mix3(a->place, a->w, a->n);
    *h++ = hash_mix(a->w, a->nw);
    *h++ = hash_mix(a->ne, a->nee);
    *h++ = hash_mix(a->ww, a->nn);
    *h++ = mix3(a->w, a->ne, a->nee);
    *h++ = mix4(a->w, a->n, a->nn, a->ww);
    *h++ = mix3(a->n, a->nne, a->nnn);
    *h++ = mix4(a->n, a->w, a->nne, a->nnn);
    *h++ = mix3(a->n, a->ne, a->nee);
    *h++ = mix4(a->nw, a->n, a->ne, a->nn);
    *h++ = mix4(a->w, a->ww, a->www, a->n);
    *h++ = mix3(a->all, a->before, a->place);
    return h;
}

void hunch_exact_contexts(struct exact *e, size_t x, size_t y) {
    struct around a;
    unsigned count = e->level->contexts;
    bool bytes = e->size == 1;
    uint32_t *h = e->context;
    look(e, x, y, &a);
    h = put_general(h, &a);
    h = bytes ? put_bytes(h, &a) : put_colours(h, &a);
    if (count > 11) {
        h = put_general_more(h, &a);
        h = bytes ? put_bytes_more(h, &a) : put_colours_more(h, &a);
    }
    if (count > 20) {
        h = put_general_most(h, &a, e->ink);
        h = bytes ? put_bytes_most(h, &a) : put_colours_most(h, &a);
    }
    for (unsigned i = 0; i < count; i++)
        e->context[i] = hash_mix(e->context[i], i);
}
