#include "formats/jpeg/scan.h"

#include <stdlib.h>
#include <string.h>

enum {
    RUN_LONGEST = 0x7FFF,  /* blocks: EOB14 with all bits set */
    HELD_MOST = 937,       /* correction bits that libjpeg holds back before it ends a run */
    TAIL_ENDS = 0x80,      /* the band ends early */
    TAIL_EMPTY = 0x40,     /* nothing of the band is new */
    TAIL_BITS = 0x3F       /* correction bits behind the last new coefficient */
};

/* One component's part of a scan in hand. */
struct track {
    const struct jpeg_component *k;
    const struct huffman *dc, *ac;
    unsigned index; /* of the component */
    int32_t before; /* DC of the block before */
};

struct walk {
    const struct jpeg *j;
    struct entropy *e;
    struct jpeg_extra *x;
    struct jpeg_rows *r;
    struct track track[JPEG_COMPONENTS];
    uint32_t run;   /* blocks left of a run of ended bands */
    uint32_t block; /* of a scan of one component, from 0 */
};

static unsigned magnitude(int32_t v, unsigned low) {
    return (unsigned)(v < 0 ? -v : v) >> low;
}

static unsigned bit_length(uint32_t v) {
    unsigned n = 0;
    while (v >> n)
        n++;
    return n;
}

/* A number of `size` bits as T.81 writes it: negative ones with the lowest 2^size - 1 added (F.1.2.1). */
static int32_t code_number(struct entropy *e, unsigned size, int32_t v) {
    if (size == 0)
        return 0;
    uint32_t bits = hunch_jpeg_bits(e, size, (uint32_t)(v < 0 ? v + (1 << size) - 1 : v));
    return bits >> (size - 1) ? (int32_t)bits : (int32_t)bits - (1 << size) + 1;
}

static void code_dc(struct walk *w, struct track *t, int16_t *block) {
    struct entropy *e = w->e;
    unsigned low = w->j->scan.low;
    if (w->j->scan.high > 0) {
        unsigned bit = hunch_jpeg_bits(e, 1, (unsigned)((uint16_t)block[0] >> low & 1));
        if (!e->writing)
            block[0] = (int16_t)(block[0] | (int32_t)(bit << low));
        return;
    }
    int32_t v = block[0] >> low, difference = v - t->before; /* >> rounds down: gcc and clang say so */
    unsigned size = hunch_jpeg_symbol(e, t->dc, bit_length(magnitude(difference, 0)));
    if (size > 15) {
        e->broken = true;
        return;
    }
    v = t->before + code_number(e, size, difference);
    t->before = v;
    if (v >= JPEG_DC_LIMIT >> low || v <= -(JPEG_DC_LIMIT >> low))
        e->broken = true;
    else if (!e->writing)
        block[0] = (int16_t)(v * (1 << low));
}

/* Writing: the symbol that comes at place k of the band; `last_new` is the place of the last new coefficient. */
static unsigned next_symbol(const struct walk *w, const int16_t *block, unsigned k) {
    const struct jpeg_scan *s = &w->j->scan;
    bool refining = s->high > 0;
    for (unsigned zeros = 0; k <= s->last; k++) {
        unsigned m = magnitude(block[k], s->low);
        if (m == 0) {
            zeros++;
        } else if (!refining || m == 1) {
            return zeros > 15 ? 0xF0 : zeros << 4 | bit_length(m);
        }
    }
    return w->x->runs ? (bit_length(w->x->runs[w->block]) - 1) << 4 & 0xF0 : 0;
}

/* A symbol with no coefficient: true when it ends the band. */
static bool code_end(struct walk *w, unsigned symbol) {
    unsigned n = symbol >> 4, *run = &w->run;
    if (n == 15)
        return false;
    if (!w->x->runs) {
        w->e->broken |= n > 0;
        return true;
    }
    *run = 1u << n | hunch_jpeg_bits(w->e, n, w->x->runs[w->block] & ((1u << n) - 1));
    w->x->runs[w->block] = (uint16_t)*run;
    return true;
}

/* A band that is coded for the first time, or all AC of a sequential file. */
static void code_band(struct walk *w, const struct track *t, int16_t *block) {
    const struct jpeg_scan *s = &w->j->scan;
    for (unsigned k = s->first ? s->first : 1; k <= s->last && w->run == 0; k++) {
        unsigned symbol = hunch_jpeg_symbol(w->e, t->ac, w->e->writing ? next_symbol(w, block, k) : 0);
        unsigned size = symbol & 15;
        if (size == 0 && code_end(w, symbol))
            break;
        k += symbol >> 4;
        if (k > s->last || (size > 0 && size + s->low > 14)) {
            w->e->broken = true;
            return;
        }
        if (size == 0)
            continue;
        int32_t m = (int32_t)magnitude(block[k], s->low);
        int32_t v = code_number(w->e, size, block[k] < 0 ? -m : m);
        if (!w->e->writing)
            block[k] = (int16_t)(v * (1 << s->low));
    }
    w->run -= w->run > 0;
}

/* One more bit of a coefficient that was not zero before this scan. */
static void code_correction(struct walk *w, int16_t *v) {
    unsigned low = w->j->scan.low, bit = hunch_jpeg_bits(w->e, 1, magnitude(*v, low) & 1);
    if (!w->e->writing && bit)
        *v = (int16_t)(*v < 0 ? -(int32_t)(magnitude(*v, 0) | 1u << low) : (int32_t)(magnitude(*v, 0) | 1u << low));
}

/* A coefficient that is not zero before this scan. */
static bool is_old(const struct walk *w, int16_t v) {
    return w->e->writing ? magnitude(v, w->j->scan.low) > 1 : v != 0;
}

/* A band that gets one more bit (G.1.2.3): symbols count the zeros that stay zero; old coefficients passed on the way
 * get their correction bits. */
static void code_refined_band(struct walk *w, const struct track *t, int16_t *block) {
    const struct jpeg_scan *s = &w->j->scan;
    unsigned k = s->first;
    while (k <= s->last && w->run == 0 && !w->e->broken) {
        unsigned symbol = hunch_jpeg_symbol(w->e, t->ac, w->e->writing ? next_symbol(w, block, k) : 0);
        unsigned size = symbol & 15, zeros = symbol >> 4, positive = 0;
        if (size == 0 && code_end(w, symbol))
            break;
        if (size > 1)
            w->e->broken = true;
        if (size) {
            unsigned to = k, left = zeros;
            while (w->e->writing && to < s->last && (magnitude(block[to], s->low) > 1 || left > 0))
                left -= magnitude(block[to++], s->low) == 0;
            positive = hunch_jpeg_bits(w->e, 1, block[to] > 0);
        }
        for (; k <= s->last; k++) {
            if (is_old(w, block[k]))
                code_correction(w, &block[k]);
            else if (zeros-- == 0)
                break;
        }
        if (size && k > s->last)
            w->e->broken = true;
        else if (size && !w->e->writing)
            block[k] = (int16_t)(positive ? 1 << s->low : -(1 << s->low));
        k++;
    }
    if (w->run > 0) {
        for (; k <= s->last; k++)
            if (is_old(w, block[k]))
                code_correction(w, &block[k]);
        w->run--;
    }
}

static void code_block(struct walk *w, struct track *t, int16_t *block) {
    const struct jpeg_scan *s = &w->j->scan;
    if (s->first == 0)
        code_dc(w, t, block);
    if (s->last > 0 && s->high == 0)
        code_band(w, t, block);
    else if (s->last > 0)
        code_refined_band(w, t, block);
    w->block++;
}

/* The end of a stretch: padding; predictions and runs end here. */
static void end_stretch(struct walk *w) {
    struct jpeg_extra *x = w->x;
    unsigned pad = hunch_jpeg_align(w->e, x->pads ? x->pads[x->stretch] : x->pad);
    if (x->pads && !w->e->writing)
        x->pads[x->stretch] = (uint8_t)pad;
    x->stretch++;
    w->e->broken |= w->run > 0;
    for (unsigned i = 0; i < w->j->scan.count; i++)
        w->track[i].before = 0;
}

static bool is_alone(const struct jpeg *j) {
    return j->scan.count == 1;
}

/* Columns and rows of units: blocks of the only component, or MCUs. */
static void grid(const struct jpeg *j, uint32_t *wide, uint32_t *high) {
    const struct jpeg_component *k = &j->component[j->scan.component[0]];
    *wide = is_alone(j) ? k->used_wide : j->mcus_wide;
    *high = is_alone(j) ? k->used_high : j->mcus_high;
}

size_t hunch_jpeg_scan_stretches(const struct jpeg *j) {
    uint32_t wide, high;
    grid(j, &wide, &high);
    uint64_t units = (uint64_t)wide * high;
    return j->restart ? (size_t)((units + j->restart - 1) / j->restart) : 1;
}

/* Row y of units: their rows of blocks, then unit by unit. */
static bool code_row(struct walk *w, uint32_t y, uint32_t wide, uint32_t *left) {
    int16_t *rows[JPEG_COMPONENTS][4];
    bool alone = is_alone(w->j);
    for (unsigned i = 0; i < w->j->scan.count; i++) {
        const struct track *t = &w->track[i];
        for (unsigned v = 0; v < (alone ? 1u : t->k->v); v++)
            if (!(rows[i][v] = w->r->row(w->r, w->j, t->index, alone ? y : y * t->k->v + v)))
                return false;
    }
    for (uint32_t x = 0; x < wide && !w->e->broken; x++) {
        if (w->j->restart && *left == 0) {
            end_stretch(w);
            hunch_jpeg_restart(w->e, 0xD0 + ((w->x->stretch - 1) & 7));
            *left = w->j->restart;
        }
        --*left;
        for (unsigned i = 0; i < w->j->scan.count; i++) {
            struct track *t = &w->track[i];
            unsigned h = alone ? 1 : t->k->h, v = alone ? 1 : t->k->v;
            for (unsigned b = 0; b < h * v; b++)
                code_block(w, t, rows[i][b / h] + (size_t)(x * h + b % h) * JPEG_BLOCK);
        }
    }
    return !w->e->broken;
}

bool hunch_jpeg_scan_code(const struct jpeg *j, struct entropy *e, struct jpeg_extra *x, struct jpeg_rows *r) {
    struct walk w = {.j = j, .e = e, .x = x, .r = r};
    uint32_t wide, high, left = j->restart;
    for (unsigned i = 0; i < j->scan.count; i++) {
        struct track *t = &w.track[i];
        t->index = j->scan.component[i];
        t->k = &j->component[t->index];
        t->dc = &j->dc[j->scan.dc[i]];
        t->ac = &j->ac[j->scan.ac[i]];
    }
    grid(j, &wide, &high);
    for (uint32_t y = 0; y < high; y++)
        if (!code_row(&w, y, wide, &left) || (r->done && !r->done(r, j, y)))
            return false;
    end_stretch(&w);
    if (e->writing)
        hunch_jpeg_flush(e);
    return !e->broken;
}

/* ---- runs of ended bands */

bool hunch_jpeg_scan_has_runs(const struct jpeg *j) {
    return j->progressive && j->scan.last > 0;
}

uint32_t hunch_jpeg_scan_blocks(const struct jpeg *j) {
    const struct jpeg_component *k = &j->component[j->scan.component[0]];
    return k->used_wide * k->used_high; /* < 2^28 */
}

static uint8_t tail_of(const struct jpeg_scan *s, const int16_t *block) {
    unsigned bits = 0;
    for (unsigned k = s->last; k >= s->first; k--) {
        unsigned m = magnitude(block[k], s->low);
        if (m == 1 || (m > 1 && s->high == 0))
            return (uint8_t)(k == s->last ? 0 : TAIL_ENDS | bits);
        bits += m > 1;
    }
    return (uint8_t)(TAIL_ENDS | TAIL_EMPTY | bits);
}

bool hunch_jpeg_scan_tails(const struct jpeg *j, struct jpeg_rows *r, uint8_t *tails) {
    uint32_t wide, high;
    grid(j, &wide, &high);
    for (uint32_t y = 0; y < high; y++) {
        const int16_t *row = r->row(r, j, j->scan.component[0], y);
        if (!row)
            return false;
        for (uint32_t x = 0; x < wide; x++)
            *tails++ = tail_of(&j->scan, row + (size_t)x * JPEG_BLOCK);
    }
    return true;
}

unsigned hunch_jpeg_scan_run(const struct jpeg *j, const uint8_t *tails, uint32_t block) {
    uint32_t blocks = hunch_jpeg_scan_blocks(j), end = blocks;
    if (j->restart && blocks - block > j->restart - block % j->restart)
        end = block + j->restart - block % j->restart;
    unsigned run = 1, held = tails[block] & TAIL_BITS;
    while (block + run < end && (tails[block + run] & TAIL_EMPTY) && run < RUN_LONGEST && held <= HELD_MOST)
        held += tails[block + run++] & TAIL_BITS;
    return run;
}
