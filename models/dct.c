/* Quantised DCT coefficients of JPEG files (CONTENT_DCT in base/content.h), by context mixing over decisions.
 *
 * Blocks lie in rows of MCUs; a window of one such row and the row of blocks above it is kept. Of each block first the
 * number of AC coefficients that are not 0 is coded, then those in zigzag order, then DC (dct/block.h). A coefficient
 * is predicted from its neighbours in this block, the same places of the blocks around and of the components before,
 * and from pixels: where two blocks meet they should be alike (dct/predict.h). Two least-mean-squares predictors turn
 * this into a value and a size; they and the quantities themselves are the contexts of the engine blend.h.
 *
 * What is no such image is coded in order 1. Parameter: the level, 1..9. State: the window (200 bytes a block,
 * two rows of MCUs at most), 4 MiB of maps and weights, 4 to 256 MiB of table for long blocks. Cost: a cache line per
 * context and coefficient up to the last that is not 0; 15 maps per decision.
 *
 * Ideas: the edges are Lepton's (Horn et al. 2017) and packJPG's (Stirner and Seelmann 2007), mixing is PAQ's. */
#include "models/model.h"

#include <string.h>

#include "base/bytes.h"
#include "models/dct/block.h"
#include "models/dct/tables.h"
#include "models/head.h"

enum {
    LEVEL_MOST = 9,
    WINDOW_LEAST = 64,           /* blocks */
    WINDOW_MOST = 4 * 8194 * 5,  /* blocks: 4 components of 65535 pixels, 4 rows and one above */
    PLAIN_RATE = 4,
    EVEN = 1u << (CODER_P_BITS - 1)
};

struct dct {
    struct dct_coder coder;
    struct head head;
    struct dct_image image;
    struct dct_block *window;
    uint64_t window_size; /* blocks */
    uint16_t *plain_q16;  /* (byte before, node) */
    struct undo *undo;    /* NULL: none */
};

/* Two blocks of the stream are 4 bytes at least, and the window holds at most two rows of blocks for each of a row of
 * MCUs, and two blocks more at its ends: this is enough for any image that the stream can hold. */
static uint64_t window_size(uint64_t length) {
    uint64_t size = length + WINDOW_LEAST;
    return size < WINDOW_MOST ? size : WINDOW_MOST;
}

static void carve(struct arena *a, struct dct *m, const struct model_params *p) {
    m->window_size = window_size(p->length);
    m->window = hunch_arena_take(a, (size_t)m->window_size * sizeof *m->window);
    m->plain_q16 = hunch_arena_take(a, 256 * 256 * sizeof *m->plain_q16);
    hunch_dct_coder_carve(a, &m->coder, p->parameter, p->length);
}

static size_t dct_size(const struct model_params *p) {
    struct arena count = {NULL, 0};
    struct dct stand_in;
    if (p->parameter < 1 || p->parameter > LEVEL_MOST || p->length > (size_t)1 << 30)
        return 0;
    hunch_arena_take(&count, sizeof stand_in);
    carve(&count, &stand_in, p);
    return count.used;
}

static struct dct *lay_out(void *state, const struct model_params *p) {
    struct arena a = {state, 0};
    struct dct *m = hunch_arena_take(&a, sizeof *m);
    carve(&a, m, p);
    return m;
}

static void dct_init(void *state, const struct model_params *p) {
    struct dct *m = lay_out(state, p);
    hunch_head_init(&m->head);
    hunch_dct_coder_init(&m->coder, p->cpu);
    for (size_t i = 0; i < 256 * 256; i++)
        m->plain_q16[i] = 1 << 15;
}

/* Bytes of any kind, each in the context of the one before. */
static void code_plain(struct dct *m, struct coder *coder, uint8_t *data, size_t length) {
    unsigned before = 0;
    for (size_t i = 0; i < length; i++) {
        uint16_t *p = m->plain_q16 + before * 256;
        undo_note(m->undo, p, 256 * sizeof *p);
        unsigned node = 1, byte = data[i];
        for (unsigned k = 0; k < 8; k++) {
            unsigned bit = coder_bit(coder, (uint32_t)p[node] << 6 | 32, byte >> (7 - k) & 1);
            p[node] = (uint16_t)(p[node] + (((bit ? 65535 : 0) - p[node]) >> PLAIN_RATE));
            node = node * 2 + bit;
        }
        data[i] = (uint8_t)node;
        before = data[i];
    }
}

/* A table: as a quality makes it, or as bytes. */
static void code_table(struct dct *m, struct coder *coder, uint8_t *bytes) {
    unsigned kind = 0, quality = 1;
    bool known = coder->direction != CODER_DECODE && hunch_dct_table_find(bytes, &kind, &quality);
    if (!coder_bit(coder, EVEN, known)) {
        code_plain(m, coder, bytes, DCT_TABLE);
        return;
    }
    kind = hunch_coder_raw(coder, 1, kind);
    quality = hunch_coder_raw(coder, 7, quality - 1) + 1;
    if (quality > DCT_QUALITIES) {
        coder_fail(coder, CODER_DAMAGED);
        quality = DCT_QUALITIES;
    }
    hunch_dct_table(kind, quality, bytes);
}

static void code_tables(struct dct *m, struct coder *coder, uint8_t *data) {
    for (unsigned t = 0; t < m->image.tables; t++) {
        code_table(m, coder, data + t * DCT_TABLE);
        for (unsigned k = 0; k < DCT_BLOCK; k++) {
            uint16_t step = load_u16(data + t * DCT_TABLE + 2 * k);
            m->image.table[t][hunch_dct_zigzag[k]] = step ? step : 1;
        }
    }
}

/* ---- rows of blocks */

static void begin_window(struct dct *m) {
    struct dct_block *at = m->window;
    for (unsigned c = 0; c < m->image.count; c++) {
        struct dct_component *k = &m->image.component[c];
        k->rows = at;
        at += (size_t)(k->wide + 2) * (k->v + 1);
    }
    memset(m->window, 0, (size_t)(at - m->window) * sizeof *at);
}

/* Row y of the window: 0 is the row above those of the MCUs. */
static struct dct_block *row_of(const struct dct_component *k, unsigned y) {
    return k->rows + (size_t)y * (k->wide + 2) + 1;
}

static struct dct_place place_of(const struct dct_image *image, unsigned c, unsigned y, uint32_t x, bool has_above) {
    const struct dct_component *k = &image->component[c], *first = &image->component[0], *before = k - (c > 0);
    struct dct_block *row = row_of(k, y), *up = row_of(k, y - 1);
    struct dct_place p = {
        .block = row + x, .above = up + x, .left = row + x - 1, .above_left = up + x - 1, .above_right = up + x + 1,
        .left_left = x > 1 ? row + x - 2 : row - 1, .has_above = has_above, .has_left = x > 0, .component = c,
        .table = image->table[k->table]};
    if (c > 0)
        p.first = row_of(first, 1 + (y - 1) * first->v / k->v) + (size_t)x * first->h / k->h;
    if (c > 1 && before->h == k->h && before->v == k->v)
        p.before = row_of(before, y) + x;
    return p;
}

/* Codes the block of a place, which has `length` bytes of the stream at most; how many it has, 0: trouble. */
static size_t code_place(struct dct *m, struct coder *coder, const struct dct_place *p, uint8_t *data, size_t length) {
    uint8_t bytes[DCT_BYTES_MOST];
    if (coder->direction != CODER_DECODE)
        hunch_dct_get(p->block->level, data, length);
    hunch_dct_code_block(&m->coder, coder, p);
    size_t n = hunch_dct_put(p->block->level, bytes);
    if (n > length) {
        coder_fail(coder, CODER_DAMAGED);
        return 0;
    }
    memcpy(data, bytes, n);
    return n;
}

/* A row of MCUs: bytes; 0: trouble. */
static size_t code_row(struct dct *m, struct coder *coder, uint32_t mcu_row, uint8_t *data, size_t length) {
    size_t at = 0;
    for (unsigned c = 0; c < m->image.count; c++) {
        const struct dct_component *k = &m->image.component[c];
        memcpy(row_of(k, 0) - 1, row_of(k, k->v) - 1, (k->wide + 2) * sizeof(struct dct_block));
        for (unsigned y = 1; y <= k->v; y++)
            for (uint32_t x = 0; x < k->wide; x++) {
                struct dct_place p = place_of(&m->image, c, y, x, mcu_row > 0 || y > 1);
                size_t n = code_place(m, coder, &p, data + at, length - at);
                if (n == 0)
                    return 0;
                at += n;
            }
    }
    return at;
}

/* Reads or writes a head: false when there is none, or it is damaged. */
static bool code_head(struct dct *m, struct coder *coder, uint8_t *data, size_t length) {
    bool good = length >= DCT_HEAD;
    if (coder->direction != CODER_DECODE)
        good = good && hunch_dct_head(&m->image, data) && hunch_dct_window(&m->image) <= m->window_size &&
               hunch_dct_whole(&m->image, data + DCT_HEAD, length - DCT_HEAD);
    if (!coder_bit(coder, EVEN, good))
        return false;
    if (length >= DCT_HEAD) {
        hunch_head_code(&m->head, coder, data, DCT_HEAD);
        if (hunch_dct_head(&m->image, data) && hunch_dct_window(&m->image) <= m->window_size &&
            m->image.tables * (uint64_t)DCT_TABLE + 2 * hunch_dct_blocks(&m->image) <= length - DCT_HEAD)
            return true;
    }
    coder_fail(coder, CODER_DAMAGED);
    return false;
}

/* Bytes of an image; 0: what follows is none. */
static size_t code_image(struct dct *m, struct coder *coder, uint8_t *data, size_t length) {
    if (!code_head(m, coder, data, length))
        return 0;
    size_t at = DCT_HEAD;
    code_tables(m, coder, data + at);
    at += m->image.tables * (size_t)DCT_TABLE;
    begin_window(m);
    for (uint32_t y = 0; y < m->image.mcus_high; y++) {
        size_t n = code_row(m, coder, y, data + at, length - at);
        if (n == 0)
            return length;
        at += n;
    }
    return at;
}

static void dct_code(void *state, struct coder *coder, uint8_t *data, size_t from, size_t to) {
    struct dct *m = state;
    size_t at = from, n = 1;
    undo_note(m->undo, m, sizeof *m); /* the window is empty when an image begins */
    while (at < to && n > 0) {
        n = code_image(m, coder, data + at, to - at);
        at += n;
    }
    code_plain(m, coder, data + at, to - at);
}

static void dct_watch(void *state, struct undo *undo) {
    struct dct *m = state;
    m->undo = undo;
    hunch_dct_coder_watch(&m->coder, undo);
}

static void dct_moved(void *state, const struct model_params *p) {
    struct dct *m = lay_out(state, p);
    hunch_dct_coder_moved(&m->coder, p->cpu);
    dct_watch(m, NULL);
}

const struct model hunch_model_dct = {
    .id = 6,
    .name = "dct",
    .summary = "coefficients of JPEG files, predicted from the blocks around",
    .size = dct_size,
    .init = dct_init,
    .code = dct_code,
    .moved = dct_moved,
    .watch = dct_watch,
};
