#include "models/dct/block.h"

#include <string.h>

enum {
    DC_CONTEXTS = 12,
    DC_SETS = 2,
    DC_DECISIONS = 64,
    SALT_DC = 1024, SALT_COUNT = 2048,
    STAGE_DC = 2, /* of decisions; counts have 0 and 1 */
    COUNT_BITS = 6
};

struct level {
    uint8_t contexts, table_log2; /* of AC; largest table, bytes */
    uint8_t rate_q17;
};

static const struct level levels[10] = {
    [1] = {2, 22, 60}, [2] = {3, 22, 60}, [3] = {4, 24, 50}, [4] = {6, 24, 40}, [5] = {8, 25, 35},
    [6] = {10, 26, 30}, [7] = {14, 27, 28}, [8] = {15, 27, 27}, [9] = {16, 28, 26},
};

void hunch_dct_coder_carve(struct arena *arena, struct dct_coder *d, unsigned level, uint64_t bytes) {
    const struct level *l = &levels[level];
    const struct blend_shape ac = {
        .contexts = l->contexts, .extras = NUMBER_MAPS, .sets = NUMBER_SETS, .sses = 2, .table_log2 = l->table_log2,
        .limit = 400, .rate_q17 = l->rate_q17,
        .set_sizes = {32 * NUMBER_DECISIONS, 16 * NUMBER_DECISIONS, 32 * NUMBER_DECISIONS, 24 * NUMBER_DECISIONS},
        .sse_sizes = {128 * NUMBER_DECISIONS, 24 * NUMBER_DECISIONS}};
    const struct blend_shape dc = {
        .contexts = DC_CONTEXTS, .sets = DC_SETS, .sses = 1, .table_log2 = 24, .limit = 255, .rate_q17 = 120,
        .set_sizes = {4 * DC_DECISIONS, 16 * DC_DECISIONS}, .sse_sizes = {16 * DC_DECISIONS}};
    hunch_blend_carve(arena, &d->ac, &ac, bytes);
    hunch_blend_carve(arena, &d->dc, &dc, bytes / 8 + 1);
    hunch_number_carve(arena, &d->maps);
}

void hunch_dct_coder_init(struct dct_coder *d, unsigned cpu) {
    hunch_blend_init(&d->ac, cpu);
    hunch_blend_init(&d->dc, cpu);
    hunch_number_init(&d->maps, d->low);
    hunch_dct_learners_init(&d->learners);
}

void hunch_dct_coder_moved(struct dct_coder *d, unsigned cpu) {
    hunch_blend_moved(&d->ac, cpu);
    hunch_blend_moved(&d->dc, cpu);
}

void hunch_dct_coder_watch(struct dct_coder *d, struct undo *undo) {
    hunch_blend_watch(&d->ac, undo);
    hunch_blend_watch(&d->dc, undo);
    d->maps.undo = undo;
}

/* ---- how many AC coefficients are not 0 */

/* Differences at the borders that are not of the mean. */
static uint32_t roughness(const int32_t sums[8]) {
    uint32_t sum = 0;
    for (unsigned i = 1; i < 8; i++)
        sum += magnitude(sums[i]) >> 12;
    return sum;
}

static unsigned expected_count(const struct dct_place *p) {
    unsigned above = p->above->count, left = p->left->count;
    return p->has_above ? p->has_left ? (above + left + 1) / 2 : above : left;
}

static void count_contexts(const struct dct_course *c, uint32_t h[DC_CONTEXTS]) {
    const struct dct_place *p = c->place;
    uint32_t plane = (uint32_t)p->component << 30, mean = expected_count(p), a = p->above->count, l = p->left->count;
    uint32_t corners = p->above_left->count + p->above_right->count;
    uint32_t first = p->first ? p->first->count : p->above_right->count;
    uint32_t before = p->before ? p->before->count : p->left_left->count;
    const uint32_t all[DC_CONTEXTS] = {
        plane | mean,
        plane | a >> 1 << 8 | l >> 1,
        plane | corners / 2 << 8 | mean >> 1,
        plane | first >> 1 << 8 | mean >> 1,
        plane | before >> 1 << 8 | mean >> 1,
        plane | (uint32_t)p->above->high << 8 | p->left->high,
        plane | l << 8 | before >> 2,
        plane | a << 8 | (uint32_t)p->above_right->count >> 2,
        plane | length_of(roughness(c->predict.down)) << 8 | length_of(roughness(c->predict.across)) << 16 | mean >> 2,
        plane | before << 8 | first,
        plane | (a + l + corners + before + first) / 3,
        plane,
    };
    memcpy(h, all, sizeof all);
}

static unsigned code_count(struct dct_coder *d, struct coder *coder, const struct dct_course *c, unsigned count) {
    unsigned mean = expected_count(c->place), known = 0;
    struct number n = {.coder = coder, .blend = &d->dc, .decisions = DC_DECISIONS,
                       .select = {c->place->component, mean / 4}, .refine = {mean / 4}};
    count_contexts(c, d->dc.hash);
    for (unsigned half = 0; half < 2; half++) {
        unsigned node = 1;
        hunch_blend_open(&d->dc, SALT_COUNT + half + known);
        n.stage = half;
        for (unsigned i = 0; i < COUNT_BITS / 2; i++)
            node = node * 2 + hunch_number_bit(&n, node, count >> (COUNT_BITS - 1 - half * 3 - i) & 1);
        known = known * 8 + node - 8;
    }
    return known;
}

/* ---- AC */

/* Codes the coefficient that is next in zigzag order. */
static void code_coefficient(struct dct_coder *d, struct coder *coder, struct dct_course *c, unsigned at) {
    struct dct_view w;
    struct number n = {.coder = coder, .blend = &d->ac, .maps = &d->maps, .low = &d->low[0],
                       .decisions = NUMBER_DECISIONS};
    hunch_dct_look(&w, c, at, &d->learners);
    hunch_dct_contexts(&w, c, &n);
    int32_t v = hunch_number_code(&n, 0, c->remaining < c->left, w.sign, c->place->block->level[at]);
    v = v >= DCT_LIMIT ? DCT_LIMIT - 1 : v <= -DCT_LIMIT ? 1 - DCT_LIMIT : v; /* damage alone is beyond */
    hunch_dct_learn(&d->learners, &w, v);
    c->level[at] = (int16_t)v;
    c->last[1] = c->last[0];
    c->last[0] = magnitude(v);
    c->energy += magnitude(v);
    c->zeros = v ? 0 : c->zeros + 1;
    c->left--;
    if (v) {
        c->remaining--;
        hunch_dct_predict_know(&c->predict, at, v);
    }
}

/* ---- DC */

static void dc_contexts(const struct dct_place *p, int32_t guess_q3, int32_t down_q3, int32_t across_q3, int32_t spread,
                        uint32_t h[DC_CONTEXTS]) {
    uint32_t plane = (uint32_t)p->component << 30, doubt = class_of((unsigned)spread / 2), count = p->block->count;
    int32_t other = p->before ? p->before->dc_error : p->first ? p->first->dc_error : 0;
    uint32_t errors = class_of(magnitude(p->above->dc_error)) + class_of(magnitude(p->left->dc_error));
    const uint32_t all[DC_CONTEXTS] = {
        plane | doubt,
        plane | doubt << 8 | errors,
        plane | count,
        plane | class_signed(down_q3 - across_q3, 1) << 8 | doubt / 2,
        plane | class_signed(other * 4, 1) << 8 | (p->first ? class_of(magnitude(p->first->dc_error)) : 0),
        plane | class_signed(p->left->dc_error * 4, 1),
        plane | class_signed(p->above->dc_error * 4, 1),
        plane | ((uint32_t)guess_q3 & 7) << 8 | doubt,
        plane | class_signed(p->above->level[0] * 8 - guess_q3, 1) << 8 |
            class_signed(p->left->level[0] * 8 - guess_q3, 1),
        plane | doubt << 8 | class_of(count) << 16 | errors / 2,
        plane | class_signed(down_q3 - guess_q3, 1) << 8 | class_signed(across_q3 - guess_q3, 1),
        plane,
    };
    memcpy(h, all, sizeof all);
}

static void code_dc(struct dct_coder *d, struct coder *coder, const struct dct_course *c) {
    const struct dct_place *p = c->place;
    const int32_t most = DCT_LIMIT - 1;
    int32_t spread, guess_q3 = hunch_dct_predict_dc(&c->predict, &spread);
    int32_t down_q3 = hunch_dct_predict_down(&c->predict, 0), across_q3 = hunch_dct_predict_across(&c->predict, 0);
    guess_q3 = guess_q3 > 8 * most ? 8 * most : guess_q3 < -8 * most ? -8 * most : guess_q3;
    uint32_t doubt = least(class_of((unsigned)spread / 2), 15);
    struct number n = {.coder = coder, .blend = &d->dc, .low = &d->low[1], .decisions = DC_DECISIONS, .stage = STAGE_DC,
                       .select = {p->component, doubt}, .refine = {doubt}};
    dc_contexts(p, guess_q3, down_q3, across_q3, spread, d->dc.hash);
    int32_t guess = (guess_q3 + 4) >> 3; /* >> rounds down: gcc and clang say so */
    int32_t v = guess + hunch_number_code(&n, SALT_DC, true, down_q3 < across_q3 ? -1 : 1, p->block->level[0] - guess);
    v = v > most ? most : v < -most ? -most : v;
    p->block->level[0] = (int16_t)v;
    p->block->dc_error = (int16_t)(v - guess); /* |both| < 2^14 */
}

void hunch_dct_code_block(struct dct_coder *d, struct coder *coder, const struct dct_place *place) {
    struct dct_course c = {.place = place, .left = DCT_BLOCK - 1};
    struct dct_block *block = place->block;
    unsigned count = 0, k = 1;
    hunch_dct_predict_begin(&c.predict, place->table, place->has_above ? place->above : NULL,
                            place->has_left ? place->left : NULL);
    for (unsigned i = 1; i < DCT_BLOCK; i++)
        count += block->level[i] != 0;
    count = code_count(d, coder, &c, count);
    block->count = (uint8_t)count;
    c.remaining = count;
    for (; k < DCT_BLOCK && c.remaining > 0; k++)
        code_coefficient(d, coder, &c, hunch_dct_zigzag[k]);
    block->high = (uint8_t)k;
    c.level[0] = block->level[0];
    memcpy(block->level, c.level, sizeof c.level);
    code_dc(d, coder, &c);
    hunch_dct_predict_keep(place->table, block);
}
