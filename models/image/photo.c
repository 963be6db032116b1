#include "models/image/photo.h"

#include <string.h>

enum {
    SCALES = SAMPLES_MAX * PHOTO_EXPERTS_MAX * PHOTO_SIZES * PHOTO_ALARMS,
    BIASES = SAMPLES_MAX * PHOTO_BIASES * PHOTO_BIAS_CELLS
};

enum { TREE_NODES = 16, STEP_MOST = 15, RATE_Q17 = 28, COUNT_LIMIT = 255, INNER_CONTEXTS = 6 };

/* Contexts: up to 6, 10, 16 and 24 are made (photo_contexts.c). (brightness, fraction) is early among them: photographs
 * that were stretched lack some values altogether. */
static const struct photo_level levels[10] = {
    [3] = {.solves = 0, .rules = 2, .contexts = 2, .tree_log2 = 22, .period = 1},
    [4] = {.solves = 0, .rules = 3, .contexts = 4, .tree_log2 = 23, .period = 1},
    [5] = {.solves = 1, .rules = 2, .contexts = 4, .tree_log2 = 24, .period = 8},
    [6] = {.solves = 1, .rules = 4, .contexts = 10, .tree_log2 = 25, .period = 2},
    [7] = {.solves = 2, .rules = 8, .contexts = 24, .tree_log2 = 26, .period = 1},
    [8] = {.solves = 3, .rules = 8, .contexts = 24, .tree_log2 = 27, .period = 2},
    [9] = {.solves = 3, .rules = 8, .contexts = 24, .tree_log2 = 27, .period = 1},
};

void hunch_photo_carve(struct arena *a, struct photo *p, unsigned level, size_t length, size_t width) {
    const struct photo_level *l = p->level = &levels[level];
    size_t row = width + 2 * PHOTO_PAD;
    p->experts = (unsigned)l->solves + l->rules;
    struct blend_shape tree = {
        .contexts = l->contexts, .extras = p->experts + 1 + PHOTO_BIASES, .sets = 3, .sses = 2,
        .table_log2 = l->tree_log2, .limit = COUNT_LIMIT, .rate_q17 = RATE_Q17,
        .set_sizes = {TREE_NODES * 24, TREE_NODES * SAMPLES_MAX * 64, TREE_NODES * 256},
        .sse_sizes = {TREE_NODES * SAMPLES_MAX * 64, TREE_NODES * 512}};
    struct blend_shape inner = {
        .contexts = INNER_CONTEXTS, .extras = p->experts + 1 + PHOTO_BIASES, .sets = 2,
        .table_log2 = l->tree_log2 - 3, .limit = COUNT_LIMIT, .rate_q17 = RATE_Q17, .set_sizes = {(STEP_MOST + 1) * 2 * 64, 512}};
    hunch_blend_carve(a, &p->tree, &tree, length);
    hunch_blend_carve(a, &p->inner, &inner, length);
    for (unsigned s = 0; s < SAMPLES_MAX; s++)
        for (unsigned k = 0; k < l->solves; k++)
            hunch_solve_carve(a, &p->solve[s][k], SOLVE_TAPS_MAX, width);
    for (unsigned i = 0; i < PHOTO_ROWS + 3 * PHOTO_REFERENCES; i++)
        p->memory[i] = hunch_arena_take(a, sizeof(int32_t) * row);
    for (unsigned i = 0; i < PHOTO_ERROR_ROWS; i++)
        p->error_memory[i] = hunch_arena_take(a, sizeof(int32_t) * row * PHOTO_EXPERTS_MAX);
    p->off_memory = hunch_arena_take(a, length);
    p->scales = hunch_arena_take(a, sizeof *p->scales * SCALES);
    p->biases = hunch_arena_take(a, sizeof *p->biases * BIASES);
}

void hunch_photo_init(struct photo *p, unsigned cpu) {
    p->cpu = cpu;
}

void hunch_photo_moved(struct photo *p, unsigned cpu) {
    p->cpu = cpu;
    hunch_blend_moved(&p->tree, cpu);
    hunch_blend_moved(&p->inner, cpu);
}

void hunch_photo_watch(struct photo *p, struct undo *undo) {
    p->undo = undo;
    hunch_blend_watch(&p->tree, undo);
    hunch_blend_watch(&p->inner, undo);
}

/* At the first picture: a block of other pictures need not wait for it. */
static void make_ready(struct photo *p) {
    if (p->ready)
        return;
    p->ready = true;
    hunch_blend_init(&p->tree, p->cpu);
    hunch_blend_init(&p->inner, p->cpu);
    hunch_bell_shape(&p->shape, &p->tree.logistic);
}

static void load_row(const struct picture *pic, unsigned sample, size_t y, int32_t *row) {
    for (size_t x = 0; x < pic->width; x++)
        row[x] = picture_sample(pic, x, y, sample);
    for (size_t i = 1; i <= PHOTO_PAD; i++) {
        row[-(ptrdiff_t)i] = row[0];
        row[pic->width - 1 + i] = row[pic->width - 1];
    }
}

/* Rows y - 1, y, y + 1 of each reference; beyond the picture stands the row at its edge. */
static void load_references(struct photo *p, size_t y) {
    size_t last = p->picture->height - 1;
    for (unsigned r = 0; r < p->references; r++) {
        int32_t **rows = p->reference[r], *free_row = rows[0];
        unsigned sample = p->reference_sample[r];
        if (y == 0) {
            load_row(p->picture, sample, 0, rows[0]);
            load_row(p->picture, sample, 0, rows[1]);
        } else {
            rows[0] = rows[1];
            rows[1] = rows[2];
            rows[2] = free_row;
        }
        load_row(p->picture, sample, y < last ? y + 1 : last, rows[2]);
    }
}

/* The errors beyond the ends of a row are those at its ends. */
static void turn_error_rows(struct photo *p, size_t width) {
    enum { STEP = PHOTO_EXPERTS_MAX };
    int32_t *free_row = p->error_q4[PHOTO_ERROR_ROWS - 1];
    for (unsigned i = PHOTO_ERROR_ROWS - 1; i > 0; i--)
        p->error_q4[i] = p->error_q4[i - 1];
    p->error_q4[0] = free_row;
    for (size_t i = 1; i <= 2; i++) {
        memcpy(p->error_q4[1] + (width - 1 + i) * STEP, p->error_q4[1] + (width - 1) * STEP, STEP * sizeof(int32_t));
        memcpy(p->error_q4[0] - i * STEP, p->error_q4[1], STEP * sizeof(int32_t));
    }
}

static void begin_row(struct photo *p, size_t y) {
    size_t width = p->picture->width;
    int32_t *free_row = p->own[PHOTO_ROWS - 1];
    for (unsigned i = PHOTO_ROWS - 1; i > 0; i--)
        p->own[i] = p->own[i - 1];
    p->own[0] = free_row;
    for (size_t i = 1; i <= PHOTO_PAD; i++) {
        p->own[1][width - 1 + i] = p->own[1][width - 1];
        p->own[0][-(ptrdiff_t)i] = p->own[1][0];
    }
    turn_error_rows(p, width);
    load_references(p, y);
    for (unsigned k = 0; k < p->level->solves; k++)
        hunch_solve_row(&p->solve[p->turn][k]);
}

static void begin_plane(struct photo *p) {
    size_t row = p->picture->width + 2 * PHOTO_PAD;
    for (unsigned i = 0; i < PHOTO_ROWS; i++) {
        memset(p->memory[i], 0, sizeof(int32_t) * row);
        p->own[i] = p->memory[i] + PHOTO_PAD;
    }
    for (unsigned i = 0; i < 3 * PHOTO_REFERENCES; i++)
        p->reference[i / 3][i % 3] = p->memory[PHOTO_ROWS + i] + PHOTO_PAD;
    for (unsigned i = 0; i < PHOTO_ERROR_ROWS; i++) {
        memset(p->error_memory[i], 0, sizeof(int32_t) * row * PHOTO_EXPERTS_MAX);
        p->error_q4[i] = p->error_memory[i] + PHOTO_PAD * PHOTO_EXPERTS_MAX;
    }
    hunch_photo_plane(p);
}

/* What the decisions about one sample share. */
struct search {
    struct photo *photo;
    struct photo_sample *sample;
    struct coder *coder;
    int32_t value;     /* when encoding */
    int32_t low, high; /* it is known to lie in */
};

/* Whether the sample is at least t; nothing is coded where that is known. */
static unsigned at_least(struct search *q, struct blend *b, unsigned node, int32_t t) {
    if (t <= q->low || t > q->high)
        return t <= q->low;
    struct photo_sample *s = q->sample;
    unsigned bells = q->photo->experts + 1 + PHOTO_BIASES;
    for (unsigned k = 0; k < bells; k++)
        b->extra[k] = hunch_bell_ask(&q->photo->shape, &s->bell[k], t);
    unsigned bit = hunch_blend_bit(b, q->coder, node, q->value >= t);
    for (unsigned k = 0; k < bells; k++)
        bell_know(&s->bell[k], bit);
    if (bit)
        q->low = t;
    else
        q->high = t - 1;
    return bit;
}

/* The first t of step j in the direction. */
static int32_t step_at(const struct search *q, unsigned up, unsigned j) {
    return up ? q->sample->start + 1 + (1 << j) : q->sample->start + 1 - (1 << j);
}

static void open_inner(struct search *q, unsigned up, unsigned j) {
    hunch_blend_open(&q->photo->inner, q->photo->turn * 64 + up * 32 + j);
}

static unsigned inner_bit(struct search *q, unsigned up, unsigned j, unsigned depth, unsigned node, int32_t t) {
    struct blend *b = &q->photo->inner;
    unsigned group = q->sample->activity / 3 > 15 ? 15 : q->sample->activity / 3;
    unsigned step = j > STEP_MOST ? STEP_MOST : j; /* samples of 16 bits have one more */
    b->select[0] = (step * 2 + up) * 64 + depth * 8 + q->sample->loudness;
    b->select[1] = depth * 64 + q->photo->turn * 16 + group;
    return at_least(q, b, node, t);
}

/* Behind the tree's steps: further ones, then halves of what is left. */
static void search_inner(struct search *q, unsigned up, unsigned j, bool further) {
    hunch_photo_inner_contexts(q->photo, q->sample);
    open_inner(q, up, j);
    for (; further && q->low < q->high; j++) {
        further = inner_bit(q, up, j, 0, j < STEP_MOST ? j : STEP_MOST, step_at(q, up, j)) == up;
        if (!further)
            break;
    }
    if (j >= PHOTO_UNARY)
        open_inner(q, up, j + 16);
    for (unsigned node = 1, depth = 0; q->low < q->high; depth += depth < 7) {
        int32_t middle = q->low + (q->high - q->low + 1) / 2;
        node = node * 2 + inner_bit(q, up, j, depth, depth < 3 ? node : depth + 5, middle);
    }
}

static int32_t code_sample(struct photo *p, struct coder *coder, struct photo_sample *s, int32_t value) {
    struct search q = {p, s, coder, value, 0, p->most};
    hunch_photo_predict(p, s);
    hunch_photo_contexts(p, s);
    hunch_blend_open(&p->tree, 0);
    hunch_photo_choose(p, s, 1);
    unsigned up = at_least(&q, &p->tree, 1, s->start + 1), j = 0;
    bool further = true;
    for (; j < PHOTO_UNARY && q.low < q.high; j++) {
        unsigned node = 2 + up * PHOTO_UNARY + j;
        hunch_photo_choose(p, s, node);
        further = at_least(&q, &p->tree, node, step_at(&q, up, j)) == up;
        if (!further)
            break;
    }
    if (q.low < q.high)
        search_inner(&q, up, j, further);
    hunch_photo_learn(p, s, q.low);
    return q.low;
}

/* In the first row what stands above a pixel is taken to be like the pixel before it. */
static void continue_upwards(struct photo *p, size_t x, int32_t value) {
    for (unsigned r = 1; r < PHOTO_ROWS; r++)
        for (size_t i = 1; i <= PHOTO_PAD; i++)
            p->own[r][x + i] = value;
}

static void code_plane(struct photo *p, struct coder *coder) {
    const struct picture *pic = p->picture;
    struct photo_sample s;
    begin_plane(p);
    for (size_t y = 0; y < pic->height; y++) {
        begin_row(p, y);
        for (size_t x = 0; x < pic->width; x++) {
            s.x = x;
            s.pixel = y * pic->width + x;
            int32_t v = code_sample(p, coder, &s, picture_sample(pic, x, y, p->sample));
            picture_store(pic, x, y, p->sample, v);
            p->own[0][x] = v;
            if (y == 0)
                continue_upwards(p, x, v);
        }
    }
}

void hunch_photo_code(struct photo *p, struct coder *coder, const struct picture *picture) {
    /* transparency first, it says where anything is to be seen; green next, it is most like the others */
    static const uint8_t order[SAMPLES_MAX][SAMPLES_MAX] = {{0}, {1, 0}, {1, 0, 2}, {3, 1, 0, 2}};
    const uint8_t *turns = order[picture->samples - 1];
    make_ready(p);
    if (p->undo) { /* a picture's rows are scratch, and its first one begins the solves anew */
        hunch_undo_note(p->undo, p->scales, sizeof *p->scales * SCALES);
        hunch_undo_note(p->undo, p->biases, sizeof *p->biases * BIASES);
    }
    p->picture = picture;
    p->most = picture_most(picture);
    for (p->turn = 0; p->turn < picture->samples; p->turn++) {
        p->sample = turns[p->turn];
        p->references = p->turn < PHOTO_REFERENCES ? p->turn : PHOTO_REFERENCES;
        p->off[p->turn] = p->off_memory + p->turn * picture->width * picture->height;
        for (unsigned r = 0; r < p->references; r++) {
            p->reference_turn[r] = r + (p->turn == 3); /* blue looks at green and red, not at transparency */
            p->reference_sample[r] = turns[p->reference_turn[r]];
        }
        code_plane(p, coder);
    }
}
