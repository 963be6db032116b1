#include "models/model.h"

#include <string.h>

#include "base/bytes.h"
#include "models/dct/block.h"
#include "models/head.h"

enum { WINDOW_MOST = 4 * 8194 * 5 };

struct dct {
    struct dct_coder coder;
    struct head head;
    size_t length;
    struct dct_block *blocks;
    uint64_t room; /* blocks */
    uint16_t *order1; /* (256, 256) q16 */
    struct dct_image image;
};

static uint64_t window_room(size_t length) {
    uint64_t room = (uint64_t)length + 64;
    return room < WINDOW_MOST ? room : WINDOW_MOST;
}

static void carve(struct arena *a, struct dct *m, const struct model_params *p) {
    m->room = window_room(p->length);
    m->blocks = hunch_arena_take(a, (size_t)m->room * sizeof(struct dct_block));
    m->order1 = hunch_arena_take(a, 65536 * sizeof(uint16_t));
    hunch_dct_coder_carve(a, &m->coder, p->parameter & 15, p->length);
}

static size_t dct_size(const struct model_params *p) {
    struct arena count = {NULL, 0};
    struct dct stand_in;
    if (p->parameter < 1 || p->parameter > 9 || p->length > (size_t)1 << 30)
        return 0;
    hunch_arena_take(&count, sizeof stand_in);
    carve(&count, &stand_in, p);
    return count.used;
}

static void dct_init(void *state, const struct model_params *p) {
    struct arena a = {state, 0};
    struct dct *m = hunch_arena_take(&a, sizeof *m);
    carve(&a, m, p);
    m->length = p->length;
    hunch_head_init(&m->head);
    hunch_dct_coder_init(&m->coder, p->cpu);
    for (size_t i = 0; i < 65536; i++)
        m->order1[i] = 1 << 15;
}

static void code_plain(struct dct *m, struct coder *coder, uint8_t *data, size_t length) {
    unsigned before = 0;
    for (size_t i = 0; i < length; i++) {
        uint16_t *p = m->order1 + before * 256;
        unsigned node = 1;
        for (unsigned k = 0; k < 8; k++) {
            unsigned bit = coder_bit(coder, (uint32_t)p[node] << 6 | 32, data[i] >> (7 - k) & 1);
            p[node] = (uint16_t)(p[node] + (((bit ? 65535 : 0) - p[node]) >> 4));
            node = node * 2 + bit;
        }
        data[i] = (uint8_t)node;
        before = data[i];
    }
}

static void lay_out(struct dct *m) {
    struct dct_block *at = m->blocks;
    for (unsigned c = 0; c < m->image.count; c++) {
        struct dct_component *k = &m->image.component[c];
        k->rows = at;
        at += (size_t)(k->wide + 2) * (k->v + 1);
    }
    memset(m->blocks, 0, (size_t)(at - m->blocks) * sizeof *at);
}

static struct dct_block *row_of(const struct dct_component *k, unsigned y) {
    return k->rows + (size_t)y * (k->wide + 2) + 1;
}

static size_t code_rows(struct dct *m, struct coder *coder, uint8_t *data, size_t length) {
    size_t at = 0;
    bool decoding = coder->direction == CODER_DECODE;
    for (uint32_t mcu = 0; mcu < m->image.mcus_high; mcu++) {
        for (unsigned c = 0; c < m->image.count; c++) {
            struct dct_component *k = &m->image.component[c], *y = &m->image.component[0];
            memcpy(row_of(k, 0) - 1, row_of(k, k->v) - 1, (k->wide + 2) * sizeof(struct dct_block));
            for (unsigned v = 1; v <= k->v; v++) {
                struct dct_block *row = row_of(k, v), *up = row_of(k, v - 1);
                for (uint32_t x = 0; x < k->wide; x++) {
                    struct dct_place p = {.block = row + x, .above = up + x, .left = row + x - 1 , .above_left = up + x - 1,
                        .above_right = up + x + 1, .left_left = x > 1 ? row + x - 2 : row - 1, .component = c,
                        .table = m->image.table[k->table], .has_above = mcu > 0 || v > 1, .has_left = x > 0};
                    if (c > 0)
                        p.first = row_of(y, 1 + (v - 1) * y->v / k->v) + x * y->h / k->h;
                    if (c > 1 && m->image.component[c - 1].h == k->h && m->image.component[c - 1].v == k->v)
                        p.before = row_of(&m->image.component[c - 1], v) + x;
                    if (!decoding)
                        hunch_dct_get(p.block->level, data + at, length - at);
                    hunch_dct_code_block(&m->coder, coder, &p);
                    uint8_t bytes[DCT_BYTES_MOST];
                    size_t n = hunch_dct_put(p.block->level, bytes);
                    if (n > length - at) {
                        coder_fail(coder, CODER_DAMAGED);
                        return length;
                    }
                    if (decoding)
                        memcpy(data + at, bytes, n);
                    at += n;
                }
            }
        }
    }
    return at;
}

static void code_tables(struct dct *m, struct coder *coder, uint8_t *data) {
    code_plain(m, coder, data, m->image.tables * (size_t)DCT_TABLE);
    for (unsigned t = 0; t < m->image.tables; t++)
        for (unsigned k = 0; k < DCT_BLOCK; k++) {
            uint16_t v = load_u16(data + t * DCT_TABLE + 2 * k);
            m->image.table[t][hunch_dct_zigzag[k]] = v ? v : 1;
        }
}

/* Bytes coded: an image; 0: what follows is none. */
static size_t code_image(struct dct *m, struct coder *coder, uint8_t *data, size_t length) {
    bool good = length >= DCT_HEAD;
    if (coder->direction != CODER_DECODE)
        good = good && hunch_dct_head(&m->image, data) && hunch_dct_window(&m->image) <= m->room &&
               hunch_dct_whole(&m->image, data + DCT_HEAD, length - DCT_HEAD);
    good = coder_bit(coder, 1u << 21, good);
    if (!good)
        return 0;
    if (length < DCT_HEAD) {
        coder_fail(coder, CODER_DAMAGED);
        return 0;
    }
    hunch_head_code(&m->head, coder, data, DCT_HEAD);
    if (!hunch_dct_head(&m->image, data) || hunch_dct_window(&m->image) > m->room ||
        m->image.tables * (size_t)DCT_TABLE > length - DCT_HEAD) {
        coder_fail(coder, CODER_DAMAGED);
        return 0;
    }
    size_t at = DCT_HEAD;
    code_tables(m, coder, data + at);
    at += m->image.tables * (size_t)DCT_TABLE;
    lay_out(m);
    return at + code_rows(m, coder, data + at, length - at);
}

static void dct_code(void *state, struct coder *coder, uint8_t *data) {
    struct dct *m = state;
    size_t at = 0, n = 1;
    while (at < m->length && n > 0) {
        n = code_image(m, coder, data + at, m->length - at);
        at += n;
    }
    code_plain(m, coder, data + at, m->length - at);
}

const struct model hunch_model_dct = {
    .id = 6,
    .name = "dct",
    .summary = "coefficients of JPEG files, mixed from those of neighbouring blocks",
    .size = dct_size,
    .init = dct_init,
    .code = dct_code,
};
