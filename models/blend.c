#include "models/blend.h"

#include <string.h>

enum {
    LINE_ENTRIES = 16,
    LINE_BYTES = LINE_ENTRIES * sizeof(uint32_t),
    ERROR_LEAST = 1 << 12, /* of 2^22: smaller errors teach the mixer nothing */
    P_LEAST = 32,          /* of 2^22: no bit is ever certain */
    TRUST_HALF = 8         /* updates after which a probability is trusted by half */
};

static unsigned inputs_of(const struct blend_shape *shape) {
    unsigned n = 2 * shape->contexts + shape->extras + 1;
    return (n + MIXER_GRAIN - 1) / MIXER_GRAIN * MIXER_GRAIN;
}

void hunch_blend_carve(struct arena *arena, struct blend *b, const struct blend_shape *shape, uint64_t opens) {
    uint64_t want = opens * shape->contexts * LINE_BYTES;
    size_t bytes = 1 << 14;
    while (bytes < want && bytes < (size_t)1 << shape->table_log2)
        bytes *= 2;
    b->shape = *shape;
    b->inputs = inputs_of(shape);
    b->line_mask = (uint32_t)(bytes / LINE_BYTES - 1);
    b->table = hunch_arena_take(arena, bytes);
    for (unsigned k = 0; k < shape->sets; k++)
        b->weights[k] = hunch_arena_take(arena, sizeof(int32_t) * b->inputs * shape->set_sizes[k]);
    for (unsigned k = 0; k < shape->sses; k++)
        b->sse[k].p_q16 = hunch_arena_take(arena, sse_bytes(shape->sse_sizes[k]));
}

void hunch_blend_init(struct blend *b, unsigned cpu) {
    b->kernels = hunch_mixer_kernels(cpu);
    b->rate_q25 = (int32_t)b->shape.rate_q17 << 11;
    hunch_logistic_init(&b->logistic);
    counter_reciprocals(b->reciprocal);
    for (int32_t n = 0; n <= COUNTER_LIMIT; n++)
        b->trust_q8[n] = (int16_t)(256 * n / (n + TRUST_HALF));
    int32_t start = MIXER_ONE * 2 / (int32_t)(b->shape.contexts + b->shape.extras) / (int32_t)b->shape.sets;
    for (unsigned k = 0; k < b->shape.sets; k++)
        for (size_t i = 0; i < (size_t)b->inputs * b->shape.set_sizes[k]; i++)
            b->weights[k][i] = start;
    for (unsigned k = 0; k < b->shape.sses; k++)
        sse_init(&b->sse[k], &b->logistic, b->shape.sse_sizes[k]);
}

void hunch_blend_moved(struct blend *b, unsigned cpu) {
    b->kernels = hunch_mixer_kernels(cpu);
}

void hunch_blend_watch(struct blend *b, struct undo *undo) {
    b->undo = undo;
}

static uint32_t place(uint32_t hash, uint32_t salt, unsigned i) {
    uint32_t h = (hash + salt * 0x9E3779B1u + i * 0x2545F491u) * 0x85EBCA6Bu;
    return (h ^ h >> 15) * 0x2C1B3C6Du;
}

static uint32_t *line_at(struct blend *b, uint32_t h) {
    return b->table + (size_t)((h ^ h >> 16) & b->line_mask) * LINE_ENTRIES;
}

/* The line of a check, here or next door; else the one of both with less evidence, cleared. */
static uint32_t *find(struct blend *b, uint32_t h) {
    uint32_t check = h | 1; /* 0: an empty line */
    uint32_t *line = line_at(b, h);
    if (line[0] == check) {
        undo_note(b->undo, line, LINE_BYTES);
        return line;
    }
    uint32_t *other = b->table + ((size_t)(line - b->table) ^ LINE_ENTRIES);
    if (other[0] == check || (other[1] & COUNTER_LIMIT) < (line[1] & COUNTER_LIMIT))
        line = other;
    undo_note(b->undo, line, LINE_BYTES);
    if (line[0] == check)
        return line;
    memset(line, 0, LINE_BYTES);
    line[0] = check;
    return line;
}

void hunch_blend_open(struct blend *b, uint32_t salt) {
    for (unsigned i = 0; i < b->shape.contexts; i++)
        b->line[i] = find(b, place(b->hash[i], salt, i));
}

static void gather(struct blend *b, unsigned node) {
    int32_t *restrict x = b->x;
    for (unsigned i = 0; i < b->shape.contexts; i++, x += 2) {
        uint32_t c = b->line[i][node];
        int32_t p = (int32_t)counter_p_q12(c), trust_q8 = b->trust_q8[c & COUNTER_LIMIT];
        x[0] = trust_q8 ? b->logistic.stretch[p] : 0;
        x[1] = (p - 2048) * trust_q8 >> 8;
    }
    for (unsigned j = 0; j < b->shape.extras; j++)
        *x++ = b->extra[j];
    *x = 256; /* bias */
}

static void learn(struct blend *b, unsigned node, unsigned bit) {
    for (unsigned i = 0; i < b->shape.contexts; i++) {
        uint32_t *c = &b->line[i][node], n = *c & COUNTER_LIMIT;
        if (n == 0)
            *c = counter_start(1u << 21);
        counter_update(c, bit, b->reciprocal);
        if (n >= b->shape.limit)
            *c = (*c & ~(uint32_t)COUNTER_LIMIT) | b->shape.limit;
    }
}

/* What one bit may change. */
static void note_rows(struct blend *b) {
    for (unsigned k = 0; k < b->shape.sets; k++)
        hunch_undo_note(b->undo, b->chosen[k], b->inputs * sizeof *b->chosen[k]);
    for (unsigned k = 0; k < b->shape.sses; k++)
        hunch_undo_note(b->undo, b->sse[k].row, SSE_ROW * sizeof *b->sse[k].row);
}

unsigned hunch_blend_bit(struct blend *b, struct coder *coder, unsigned node, unsigned bit) {
    unsigned sets = b->shape.sets, sses = b->shape.sses;
    for (unsigned k = 0; k < sses; k++)
        sse_choose(&b->sse[k], b->refine[k]);
    for (unsigned k = 0; k < sets; k++)
        b->chosen[k] = b->weights[k] + (size_t)b->select[k] * b->inputs;
    gather(b, node);
    int32_t sum = b->kernels.dot(b->x, b->chosen, sets, b->inputs), st = sum >> 6;
    st = st > STRETCH_LIMIT ? STRETCH_LIMIT : st < -STRETCH_LIMIT ? -STRETCH_LIMIT : st;
    uint32_t p = logistic_squash(&b->logistic, sum), q = p;
    if (sses == 1)
        q = (p + sse_refine(&b->sse[0], st)) >> 1;
    else if (sses == 2)
        q = (2 * p + sse_refine(&b->sse[0], st) + sse_refine(&b->sse[1], st)) >> 2;
    q = q < P_LEAST ? P_LEAST : q > (1u << 22) - P_LEAST ? (1u << 22) - P_LEAST : q;

    bit = coder_bit(coder, q, bit);

    if (b->undo)
        note_rows(b);
    int32_t error = (int32_t)(bit << 22) - (int32_t)p;
    b->rate_q25 += (((int32_t)b->shape.rate_q17 << 8) - b->rate_q25) >> 16;
    if (error > ERROR_LEAST || error < -ERROR_LEAST)
        b->kernels.train(b->x, b->chosen, sets, b->inputs, mixer_step(error, b->rate_q25 >> 8));
    for (unsigned k = 0; k < sses; k++)
        sse_update(&b->sse[k], bit);
    learn(b, node, bit);
    return bit;
}
