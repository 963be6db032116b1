#include "models/tensor/recall.h"

#include "base/bytes.h"

enum { LOG2_LEAST = 10, HIT_LIMIT = 250 };

void hunch_recall_carve(struct arena *arena, struct recall *r, size_t length, unsigned most) {
    r->log2 = LOG2_LEAST;
    while (r->log2 < most && (size_t)1 << r->log2 < length / 2)
        r->log2++;
    r->follow = hunch_arena_take(arena, sizeof(uint64_t) << r->log2);
    for (unsigned k = 0; k < RECALLS_ALL; k++)
        if (k != RECALL_FORWARD && k != RECALL_BEFORE)
            r->table[k] = hunch_arena_take(arena, sizeof(uint32_t) << r->log2);
}

void hunch_recall_init(struct recall *r) {
    for (unsigned k = 0; k < RECALLS_ALL; k++)
        for (uint32_t run = 0; run < RUN_CLASSES; run++) {
            r->hit[k][run] = counter_start((1u << 22) - (1u << 22) / (run + 2));
            for (unsigned s = 0; k < RECALLS && s < STAGES; s++)
                r->map[s][k][run] = r->hit[k][run];
        }
    r->sure = counter_start((1u << 22) - (1u << 15));
    for (unsigned i = 0; i < 64; i++)
        r->rest[i][0] = r->rest[i][1] = counter_start(1u << 21);
}

void hunch_recall_open(struct recall *r, size_t before) {
    for (unsigned k = 0; k < RECALLS_ALL; k++) {
        r->pointer[k] = 0;
        r->slot[k] = NULL;
        r->run[k] = 0;
    }
    r->asked = NULL;
    r->pointer[RECALL_BEFORE] = before;
}

static uint32_t *slot_at(struct recall *r, unsigned k, uint64_t key) {
    return r->table[k] + (key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - r->log2));
}

/* The number without its sign. */
static uint64_t size_of(const struct array *a, uint64_t v) {
    return a->real ? v & (array_mask(a) >> 1) : magnitude(array_signed(a, v));
}

static uint64_t size_at(const struct array *a, const uint8_t *data, size_t at) {
    return size_of(a, hunch_element_load(a, data + at));
}

/* Elements that name a place. */
static unsigned key_elements(const struct array *a) {
    return a->width >= 4 ? 2 : 8 / a->width;
}

/* Bytes before `p` that equal those before `at`, at most RUN_CLASSES - 1 elements. */
static unsigned agreement(const struct array *a, const uint8_t *data, size_t at, size_t p) {
    unsigned n = 0, most = (RUN_CLASSES - 1) * a->width;
    while (n < most && n < p && data[p - 1 - n] == data[at - 1 - n])
        n++;
    return n / a->width;
}

static void ask_forward(struct recall *r, const struct array *a, const uint8_t *data, size_t at) {
    unsigned elements = key_elements(a);
    if (at - a->base < (size_t)elements * a->width)
        return;
    uint64_t key = 0;
    for (unsigned i = 1; i <= elements; i++)
        key = (key ^ hunch_element_load(a, data + at - i * a->width)) * UINT64_C(0xD6E8FEB86659FD93);
    key = (key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15);
    r->asked = r->follow + (key >> (64 - r->log2));
    r->check = (uint32_t)key;
    __builtin_prefetch(r->asked);
}

/* The answer to what was asked one element ago: the place behind the element that followed then. */
static void find_forward(struct recall *r, const struct array *a, const uint8_t *data, size_t at) {
    if (r->asked) {
        size_t p = (size_t)(uint32_t)*r->asked + a->width;
        if (r->pointer[RECALL_FORWARD] == 0 && p > a->width && *r->asked >> 32 == r->check) {
            unsigned n = agreement(a, data, at, p);
            if (n > key_elements(a)) {
                r->pointer[RECALL_FORWARD] = p;
                r->run[RECALL_FORWARD] = (uint8_t)n;
            }
        }
        *r->asked = (uint64_t)r->check << 32 | (at - a->width);
    }
    ask_forward(r, a, data, at);
}

static void find_mirror(struct recall *r, const struct array *a, const uint8_t *data, size_t at) {
    size_t width = a->width;
    r->slot[RECALL_MIRROR] = NULL;
    if (at - a->base < 2 * width)
        return;
    uint64_t near = size_at(a, data, at - width), far = size_at(a, data, at - 2 * width);
    uint32_t *slot = r->slot[RECALL_MIRROR] =
        slot_at(r, RECALL_MIRROR, (near + far) * UINT64_C(0xD6E8FEB86659FD93) ^ (near ^ far));
    size_t p = *slot; /* of the later one of two neighbours */
    if (r->pointer[RECALL_MIRROR] != 0 || p < a->base + 2 * width)
        return;
    if (size_at(a, data, p) == far && size_at(a, data, p - width) == near)
        r->pointer[RECALL_MIRROR] = p - 2 * width;
}

static void find_column(struct recall *r, const struct array *a, const uint8_t *data, size_t at) {
    r->pointer[RECALL_COLUMN] = 0;
    r->slot[RECALL_COLUMN] = NULL;
    if (at == a->base)
        return;
    uint64_t west = size_at(a, data, at - a->width), column = (at - a->base) / a->width % a->columns;
    uint32_t *slot = r->slot[RECALL_COLUMN] = slot_at(r, RECALL_COLUMN, west * UINT64_C(0xD6E8FEB86659FD93) ^ column);
    if (*slot >= a->base + a->width && size_at(a, data, *slot - a->width) == west)
        r->pointer[RECALL_COLUMN] = *slot;
}

void hunch_recall_find(struct recall *r, const struct array *a, const uint8_t *data, size_t at, bool all) {
    find_forward(r, a, data, at);
    if (all) {
        find_mirror(r, a, data, at);
        find_column(r, a, data, at);
    }
    r->live = 0;
    for (unsigned k = 0; k < RECALLS; k++)
        r->live |= (unsigned)(r->pointer[k] != 0) << k;
}

static void judge(struct recall *r, unsigned k, bool right) {
    if (right)
        r->run[k] = (uint8_t)(r->run[k] + (r->run[k] < RUN_MOST));
    else
        r->run[k] = (uint8_t)(recall_run(r, k) >> 2);
}

void hunch_recall_learn(struct recall *r, const struct array *a, const uint8_t *data, size_t at, bool all) {
    uint64_t v = hunch_element_load(a, data + at), size = size_of(a, v);
    size_t p = r->pointer[RECALL_FORWARD];
    if (p != 0) {
        bool right = hunch_element_load(a, data + p) == v;
        judge(r, RECALL_FORWARD, right);
        r->pointer[RECALL_FORWARD] = right ? p + a->width : 0;
    }
    if (r->pointer[RECALL_BEFORE] != 0) {
        judge(r, RECALL_BEFORE, hunch_element_load(a, data + r->pointer[RECALL_BEFORE]) == v);
        r->pointer[RECALL_BEFORE] += a->width;
    }
    if (!all)
        return;
    p = r->pointer[RECALL_MIRROR];
    if (p != 0) {
        bool right = size_at(a, data, p) == size;
        judge(r, RECALL_MIRROR, right);
        r->pointer[RECALL_MIRROR] = right && p >= a->base + a->width ? p - a->width : 0;
    }
    if (r->slot[RECALL_MIRROR])
        *r->slot[RECALL_MIRROR] = (uint32_t)(at - a->width);
    if (r->pointer[RECALL_COLUMN] != 0)
        judge(r, RECALL_COLUMN, size_at(a, data, r->pointer[RECALL_COLUMN]) == size);
    if (r->slot[RECALL_COLUMN])
        *r->slot[RECALL_COLUMN] = (uint32_t)at;
}

void hunch_recall_late(struct recall *r, const struct array *a, const uint8_t *data, size_t at,
                       const struct symbol *s, unsigned rest) {
    uint64_t known = (uint64_t)s->class << 52 ^ s->low >> rest, column = (at - a->base) / a->width % a->columns;
    for (unsigned k = RECALL_TAIL_COLUMN; k < RECALLS_ALL; k++) {
        uint64_t key = known * UINT64_C(0xD6E8FEB86659FD93) + (k == RECALL_TAIL ? 0 : column + 1);
        uint32_t *slot = slot_at(r, k, key ^ key >> 29);
        size_t p = *slot;
        *slot = (uint32_t)at;
        if (p < a->base || p == 0)
            continue;
        r->symbol[k] = hunch_symbol_of_float(a, hunch_element_load(a, data + p));
        if (r->symbol[k].class == s->class && r->symbol[k].low >> rest == s->low >> rest)
            r->live |= 1u << k;
    }
}

static bool code_hit(struct recall *r, struct guess *g, unsigned k, bool right, const int32_t *reciprocal) {
    uint32_t *c = &r->hit[k][recall_run(r, k)], p = *c >> 10;
    p = p < 256 ? 256 : p > (1u << 22) - 256 ? (1u << 22) - 256 : p;
    right = coder_bit(g->coder, p, right);
    counter_update(c, right, reciprocal);
    if ((*c & COUNTER_LIMIT) > HIT_LIMIT)
        *c = (*c & ~(uint32_t)COUNTER_LIMIT) | HIT_LIMIT;
    return right;
}

static void code_bits(struct recall *r, struct guess *g, struct symbol *s, unsigned rest, bool plain) {
    uint64_t low = s->low, told = 0;
    for (unsigned i = rest; plain && i > 0;) {
        unsigned n = i < 16 ? i : 16;
        i -= n;
        told = told << n | hunch_coder_raw(g->coder, n, (unsigned)(low >> i) & ((1u << n) - 1));
    }
    for (unsigned i = rest; !plain && i > 0; i--) {
        uint32_t *c = &r->rest[i - 1][told != 0], p = *c >> 10;
        p = p < 256 ? 256 : p > (1u << 22) - 256 ? (1u << 22) - 256 : p;
        unsigned bit = coder_bit(g->coder, p, low >> (i - 1) & 1);
        counter_update(c, bit, g->blend.reciprocal);
        told = told << 1 | bit;
    }
    s->low = (low & ~(UINT64_MAX >> (64 - rest))) | told;
}

void hunch_recall_rest(struct recall *r, struct guess *g, struct symbol *s, unsigned rest, bool plain) {
    uint64_t mask = UINT64_MAX >> (64 - rest), refused[RECALLS_ALL];
    unsigned count = 0;
    bool right = false;
    for (unsigned k = 0; k < RECALLS_ALL; k++) {
        if (!(r->live >> k & 1))
            continue;
        uint64_t tail = r->symbol[k].low & mask;
        unsigned i = 0;
        while (i < count && refused[i] != tail)
            i++;
        if (i < count || right) /* refused before, or told already: nothing to ask, something to learn */
            continue;
        right = code_hit(r, g, k, (s->low & mask) == tail, g->blend.reciprocal);
        if (k >= RECALLS)
            judge(r, k, right);
        if (right)
            s->low = (s->low & ~mask) | tail;
        refused[count++] = tail;
    }
    if (!right)
        code_bits(r, g, s, rest, plain);
}
