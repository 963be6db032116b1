#include "models/dct/number.h"

enum {
    NODE_ZERO = 1, NODE_SIGN = 2, NODE_AGREE = 3, NODE_DIFFER = 10, NODE_END = 16,
    LENGTH_MOST = 15,   /* bits of a number */
    TOP_BITS = 3,       /* below the highest, that have contexts */
    MAP_LIMIT = 250,    /* updates after which a map's probability stops slowing down */
    LOW_RATE = 6
};

/* as hunch_dct_contexts chooses them: zones, counts left, classes of values, ... */
const uint8_t hunch_dct_map_rows[NUMBER_MAPS] = {16, 16, 32, 16, 24, 64, 64, 16, 64, 32, 32, 32, 32, 64, 64};

void hunch_number_carve(struct arena *arena, struct number_maps *maps) {
    const size_t row = sizeof(uint32_t) * NUMBER_DECISIONS * LOG_BUCKETS;
    for (unsigned i = 0; i < NUMBER_MAPS; i++)
        maps->of[i] = hunch_arena_take(arena, row * hunch_dct_map_rows[i]);
}

void hunch_number_init(struct number_maps *maps, number_low low[2]) {
    for (unsigned i = 0; i < NUMBER_MAPS; i++)
        for (unsigned j = 0; j < (unsigned)hunch_dct_map_rows[i] * NUMBER_DECISIONS * LOG_BUCKETS; j++)
            maps->of[i][j] = counter_start(1u << 21);
    for (unsigned i = 0; i < 2 * LOW_LENGTHS * LOW_LENGTHS; i++)
        low[i / (LOW_LENGTHS * LOW_LENGTHS)][i / LOW_LENGTHS % LOW_LENGTHS][i % LOW_LENGTHS] = 1 << 15;
}

/* The map's points for a decision. */
static uint32_t *points_of(const struct number *n, unsigned i, unsigned decision) {
    return n->maps->of[i] + ((size_t)n->row[i] * NUMBER_DECISIONS + decision) * LOG_BUCKETS;
}

/* Both points learn by their share of the opinion; the nearer one grows older. */
static void map_learn(uint32_t point[2], unsigned far_q3, unsigned bit, const int32_t *reciprocal) {
    for (unsigned j = 0; j < 2; j++) {
        unsigned share_q3 = j ? far_q3 : 8 - far_q3, age = point[j] & COUNTER_LIMIT;
        int32_t p = (int32_t)(point[j] >> 10), error = (int32_t)(bit << 22) - (int32_t)bit - p;
        p += (int32_t)((int64_t)error * reciprocal[age] * share_q3 >> 19);
        point[j] = (uint32_t)p << 10 | (age + (age < MAP_LIMIT && (j ? share_q3 >= 4 : share_q3 > 4)));
    }
}

unsigned hunch_number_bit(struct number *n, unsigned node, unsigned bit) {
    struct blend *b = n->blend;
    unsigned decision = node | n->stage << 4;
    for (unsigned k = 0; k < b->shape.sets; k++)
        b->select[k] = n->select[k] * n->decisions + decision;
    for (unsigned k = 0; k < b->shape.sses; k++)
        b->refine[k] = n->refine[k] * n->decisions + decision;
    for (unsigned i = 0; n->maps && i < NUMBER_MAPS; i++) {
        const uint32_t *point = points_of(n, i, decision) + (n->at_q3[i] >> 3);
        uint32_t far_q3 = n->at_q3[i] & 7;
        b->extra[i] = b->logistic.stretch[((point[0] >> 10) * (8 - far_q3) + (point[1] >> 10) * far_q3) >> 13];
    }
    bit = hunch_blend_bit(b, n->coder, node, bit);
    for (unsigned i = 0; n->maps && i < NUMBER_MAPS; i++) {
        uint32_t *points = points_of(n, i, decision);
        undo_note(n->maps->undo, points, LOG_BUCKETS * sizeof *points);
        map_learn(points + (n->at_q3[i] >> 3), n->at_q3[i] & 7, bit, b->reciprocal);
    }
    return bit;
}

static unsigned low_bit(struct number *n, unsigned length, unsigned index, unsigned bit) {
    uint16_t *p = &(*n->low)[length][index];
    bit = coder_bit(n->coder, (uint32_t)*p << 6 | 32, bit);
    *p = (uint16_t)(*p + (((bit ? 65535 : 0) - *p) >> LOW_RATE));
    return bit;
}

/* How many bits the number has: a unary code. */
static unsigned code_length(struct number *n, unsigned agrees, unsigned length) {
    unsigned node = agrees ? NODE_AGREE : NODE_DIFFER, end = agrees ? NODE_DIFFER : NODE_END, l = 1;
    for (; node < end; node++, l++)
        if (!hunch_number_bit(n, node, length > l))
            return l;
    while (l < LENGTH_MOST && low_bit(n, 0, l, length > l))
        l++;
    return l;
}

/* The bits of a number below the highest. */
static uint32_t code_rest(struct number *n, unsigned salt, unsigned length, uint32_t m) {
    uint32_t r = 1;
    unsigned left = length - 1, top = least(left, TOP_BITS);
    hunch_blend_open(n->blend, salt);
    n->stage++;
    for (; top > 0; top--, left--)
        r = r * 2 + hunch_number_bit(n, r, m >> (left - 1) & 1);
    n->stage--;
    for (; left > 0; left--)
        r = r * 2 + low_bit(n, length, left, m >> (left - 1) & 1);
    return r;
}

int32_t hunch_number_code(struct number *n, unsigned salt, bool may_be_zero, int32_t sign, int32_t v) {
    uint32_t m = magnitude(v);
    hunch_blend_open(n->blend, salt);
    if (may_be_zero && !hunch_number_bit(n, NODE_ZERO, m != 0))
        return 0;
    unsigned agrees = hunch_number_bit(n, NODE_SIGN, (v < 0) == (sign < 0));
    unsigned length = code_length(n, agrees, length_of(m));
    m = length > 1 ? code_rest(n, salt + 16 * length + agrees, length, m) : 1;
    return agrees == (sign < 0) ? -(int32_t)m : (int32_t)m;
}
