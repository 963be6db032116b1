#include "models/image/exact.h"

#include <string.h>

#include "models/image/hash.h"

enum { COUNT_LIMIT = 500, FLAGS_RATE_Q17 = 30, DIGITS_RATE_Q17 = 24, NIBBLE = 16, SEEN_MOST_LOG2 = 20 };

/* Contexts: 11, 20 and 38 are all that exact_contexts.c makes for a class of levels. */
static const struct exact_level levels[10] = {
    [3] = {.contexts = 4, .flags_log2 = 22, .digits_log2 = 22},
    [4] = {.contexts = 8, .flags_log2 = 23, .digits_log2 = 23},
    [5] = {.contexts = 11, .flags_log2 = 25, .digits_log2 = 25},
    [6] = {.contexts = 20, .flags_log2 = 26, .digits_log2 = 26},
    [7] = {.contexts = 20, .flags_log2 = 26, .digits_log2 = 26, .numbers = true},
    [8] = {.contexts = 38, .flags_log2 = 27, .digits_log2 = 27, .numbers = true},
    [9] = {.contexts = 38, .flags_log2 = 27, .digits_log2 = 28, .numbers = true},
};

static const struct solve_shape solve_shapes[EXACT_SOLVES] = {
    {.taps = 12, .fade = 8, .period = 1, .ridge = 64},
    {.taps = 20, .fade = 11, .period = 1, .ridge = 64},
};

void hunch_exact_carve(struct arena *a, struct exact *e, unsigned level, size_t length, size_t width) {
    const struct exact_level *l = e->level = &levels[level];
    struct blend_shape flags = {.contexts = l->contexts, .sets = 3, .sses = 2, .table_log2 = l->flags_log2,
                                .limit = COUNT_LIMIT, .rate_q17 = FLAGS_RATE_Q17,
                                .set_sizes = {256, 4096, 128}, .sse_sizes = {256, 65536}};
    struct blend_shape digits = {.contexts = l->contexts, .extras = l->numbers ? EXACT_BELLS + EXACT_TAPS : 0,
                                 .sets = l->numbers ? 5 : 3, .sses = 1, .table_log2 = l->digits_log2,
                                 .limit = COUNT_LIMIT, .rate_q17 = DIGITS_RATE_Q17,
                                 .set_sizes = {EXACT_BYTES_MAX * 32 * NIBBLE, 256, EXACT_MOODS * 8, 256, 512},
                                 .sse_sizes = {65536}};
    hunch_blend_carve(a, &e->flags, &flags, length);
    hunch_blend_carve(a, &e->digits, &digits, length);
    for (unsigned k = 0; k < EXACT_SOLVES; k++)
        hunch_solve_carve(a, &e->solve[k], EXACT_TAPS, 1);
    for (unsigned i = 0; i < EXACT_ROWS; i++)
        e->memory[i] = hunch_arena_take(a, sizeof(uint32_t) * (width + 2 * EXACT_PAD));
    e->seen_log2 = 10;
    while (e->seen_log2 < SEEN_MOST_LOG2 && (size_t)1 << e->seen_log2 < length)
        e->seen_log2++;
    e->seen = hunch_arena_take(a, sizeof(uint32_t) << e->seen_log2);
}

void hunch_exact_init(struct exact *e, unsigned cpu) {
    e->cpu = cpu;
}

void hunch_exact_moved(struct exact *e, unsigned cpu) {
    e->cpu = cpu;
    hunch_blend_moved(&e->flags, cpu);
    hunch_blend_moved(&e->digits, cpu);
}

void hunch_exact_watch(struct exact *e, struct undo *undo) {
    e->undo = undo;
    hunch_blend_watch(&e->flags, undo);
    hunch_blend_watch(&e->digits, undo);
}

/* At the first picture: a block of other pictures need not wait for it. */
static void make_ready(struct exact *e) {
    if (e->ready)
        return;
    e->ready = true;
    hunch_blend_init(&e->flags, e->cpu);
    hunch_blend_init(&e->digits, e->cpu);
    hunch_bell_shape(&e->shape, &e->flags.logistic);
    for (unsigned k = 0; k < EXACT_SOLVES; k++)
        hunch_solve_begin(&e->solve[k], &solve_shapes[k], 1);
}

uint32_t hunch_exact_pixel(const uint8_t *pixel, unsigned size) {
    uint32_t v = 0;
    for (unsigned i = 0; i < size; i++)
        v = (i < 4 ? v << 8 : v * 0x9E3779B1u) ^ pixel[i];
    return v;
}

/* One nibble; what lies between low and low + 16 * unit is known of the byte. */
static unsigned code_nibble(struct exact *e, struct coder *coder, unsigned nibble, unsigned part, unsigned beside,
                            int32_t low, int32_t unit) {
    struct blend *b = &e->digits;
    struct exact_number *n = &e->number;
    unsigned node = 1, bells = e->level->numbers ? EXACT_BELLS : 0;
    uint32_t corner = (uint32_t)(n->tap[0] / 64 + n->tap[1] / 64 * 4 + n->tap[3] / 64 * 16);
    hunch_blend_open(b, part);
    for (unsigned i = 4; i-- > 0;) {
        int32_t t = low + (unit << i);
        b->select[0] = part * NIBBLE + node;
        b->select[1] = beside / 16 * NIBBLE + node;
        b->select[2] = n->mood * 8 + i + (unit > 1 ? 4 : 0);
        b->select[3] = (uint32_t)n->tap[1] / 16 * NIBBLE + node;
        b->select[4] = corner * 8 + b->select[2] % 8;
        b->refine[0] = (hash_mix(beside, part) * NIBBLE + node) & 65535;
        for (unsigned k = 0; k < bells; k++)
            b->extra[k] = hunch_bell_ask(&e->shape, &n->bell[k], t);
        unsigned bit = hunch_blend_bit(b, coder, node, nibble >> i & 1);
        for (unsigned k = 0; k < bells; k++)
            bell_know(&n->bell[k], bit);
        low = bit ? t : low;
        node = node * 2 + bit;
    }
    return node & 15;
}

/* The mixer sees the neighbours themselves, too: a small regression for every node of the nibble's tree. */
static void show_neighbours(struct exact *e) {
    for (unsigned k = 0; k < EXACT_TAPS; k++)
        e->digits.extra[EXACT_BELLS + k] = (e->number.tap[k] - 128) * 3;
}

static void code_bytes(struct exact *e, struct coder *coder, uint8_t *here, size_t x, size_t y, uint32_t failed) {
    uint32_t known = failed;
    for (unsigned i = 0; i < e->size; i++) {
        unsigned beside = x ? here[(ptrdiff_t)i - (ptrdiff_t)e->size] : 0;
        for (unsigned k = 0; k < e->level->contexts; k++)
            e->digits.hash[k] = hash_mix(e->context[k], known);
        if (e->level->numbers) {
            hunch_exact_expect(e, x, y, i);
            show_neighbours(e);
        }
        unsigned high = code_nibble(e, coder, here[i] >> 4, i * 32, beside, 0, 16);
        unsigned low = code_nibble(e, coder, here[i] & 15, i * 32 + 1 + high, beside, (int32_t)high * 16, 1);
        here[i] = (uint8_t)(high << 4 | low);
        known = hash_mix(known, here[i] + 1u);
        if (e->level->numbers)
            hunch_exact_learn(e, i, here[i]);
    }
}

/* Where neighbours are alike. */
static unsigned likeness(const struct exact *e, size_t x) {
    const uint32_t *r0 = e->row[0] + x, *r1 = e->row[1] + x, *r2 = e->row[2] + x;
    return (unsigned)((r0[-1] == r1[0]) | (r1[0] == r1[1]) << 1 | (r1[0] == r1[-1]) << 2 | (r0[-1] == r0[-2]) << 3 |
                      (r1[0] == r2[0]) << 4 | (r1[1] == r1[2]) << 5);
}

static bool code_flag(struct exact *e, struct coder *coder, const uint8_t *guess, unsigned g, unsigned alike,
                      uint32_t failed, bool same) {
    struct blend *b = &e->flags;
    uint32_t pixel = hunch_exact_pixel(guess, e->size);
    b->select[0] = g * 64 + alike;
    b->select[1] = g * 1024 + (pixel & 255) * 4 + failed;
    b->select[2] = g * 32 + (e->ink > 31 ? 31 : e->ink);
    b->refine[0] = g * 64 + alike;
    b->refine[1] = hash_mix(pixel, g * 64 + alike) & 65535;
    return hunch_blend_bit(b, coder, 1 + g, same);
}

/* Tries the guesses; whether one was right. */
static bool code_guesses(struct exact *e, struct coder *coder, uint8_t *here, const uint8_t *const *guess, size_t x,
                         uint32_t *failed) {
    unsigned alike = likeness(e, x);
    memcpy(e->flags.hash, e->context, sizeof(uint32_t) * e->level->contexts);
    hunch_blend_open(&e->flags, 0);
    for (unsigned g = 0; g < EXACT_GUESSES; g++) {
        bool useless = !guess[g];
        for (unsigned k = 0; k < g && !useless; k++)
            useless = guess[k] && memcmp(guess[k], guess[g], e->size) == 0;
        if (useless)
            continue;
        if (code_flag(e, coder, guess[g], g, alike, *failed, memcmp(here, guess[g], e->size) == 0)) {
            memmove(here, guess[g], e->size);
            return true;
        }
        ++*failed;
    }
    return false;
}

/* The pixel that followed this neighbourhood last time. Grey pixels of other pictures are left out: where noise has
 * come once, a wrong guess costs more than a good one saves (digits: 2.6 %). */
static const uint8_t *recall(const struct exact *e, uint32_t seen, size_t offset) {
    size_t from = e->size == 1 ? (size_t)(e->picture->data - e->block) : 0;
    return seen > from && seen - 1 + e->size <= offset ? e->block + (seen - 1) : NULL;
}

static void code_pixel(struct exact *e, struct coder *coder, size_t x, size_t y) {
    uint8_t *here = picture_at(e->picture, x, y, 0);
    size_t offset = (size_t)(here - e->block);
    uint32_t failed = 0;
    hunch_exact_contexts(e, x, y);
    uint32_t *seen = &e->seen[e->context[1] >> (32 - e->seen_log2)];
    const uint8_t *guess[EXACT_GUESSES] = {
        recall(e, *seen, offset),
        x ? here - e->size : NULL,
        y ? here - e->picture->width * e->size : NULL,
    };
    if (!code_guesses(e, coder, here, guess, x, &failed))
        code_bytes(e, coder, here, x, y, failed);
    undo_note(e->undo, seen, sizeof *seen);
    *seen = (uint32_t)offset + 1;
    e->row[0][x] = hunch_exact_pixel(here, e->size);
    e->ink += here[0] != 0;
}

void hunch_exact_code(struct exact *e, struct coder *coder, const uint8_t *block, const struct picture *picture) {
    make_ready(e);
    for (unsigned k = 0; e->undo && k < EXACT_SOLVES; k++)
        hunch_solve_note(&e->solve[k], e->undo);
    e->block = block;
    e->picture = picture;
    e->size = picture->samples * picture->bytes;
    e->ink = 0;
    for (unsigned i = 0; i < EXACT_ROWS; i++) {
        memset(e->memory[i], 0, sizeof(uint32_t) * (picture->width + 2 * EXACT_PAD));
        e->row[i] = e->memory[i] + EXACT_PAD;
    }
    for (size_t y = 0; y < picture->height; y++) {
        uint32_t *free_row = e->row[EXACT_ROWS - 1];
        for (unsigned i = EXACT_ROWS - 1; i > 0; i--)
            e->row[i] = e->row[i - 1];
        e->row[0] = free_row;
        for (size_t x = 0; x < picture->width; x++)
            code_pixel(e, coder, x, y);
    }
}
