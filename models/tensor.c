/* Arrays of numbers, one behind another (CONTENT_TENSOR): weights, samples, labels, tables.
 *
 * A number is a class (how large), a sign and the bits below (tensor/element.h). Floats that look like weights are told
 * as exponent, sign and mantissa; smooth arrays as the difference from the best of several guesses
 * (tensor/forecast.h); noise as it is. The encoder looks at an array first and says which (tensor/plan.h). Classes,
 * signs and the highest bits are mixed from many contexts (tensor/contexts.c) and from values that stood before
 * (tensor/recall.h); the lowest bits of trained weights are noise, and nothing is spent on them.
 *
 * Parameter: the level, 1..9. State: 7 MiB at levels 1 and 2, up to 46 at 5 and 286 at 9, less for small blocks. Cost
 * per number: about seven mixed decisions, more at high levels.
 */
#include "models/model.h"

#include "base/bytes.h"
#include "models/head.h"
#include "models/tensor/symbol.h"

enum { LEVELS = 9, FAST = 2, SHAPES = 16, RECALL_LOG2_FAST = 16, RECALL_LOG2 = 20, BYTE_NODES = 256, BYTE_LIMIT = 60 };

struct level {
    uint8_t contexts;
    uint8_t table_log2;
    uint8_t sses;
    uint8_t forecasts;
    uint16_t limit;
    uint8_t rate_q17;
};

static const struct level levels[LEVELS + 1] = {
    [1] = {2, 0, 0, FORECAST_FILTER, 0, 0},     [2] = {2, 0, 0, FORECAST_LONG, 0, 0},
    [3] = {4, 22, 0, FORECAST_LONG, 1023, 40},  [4] = {6, 23, 1, FORECAST_LONG, 1023, 40},
    [5] = {8, 24, 1, FORECAST_LONG, 1023, 40},  [6] = {12, 26, 1, FORECASTS, 1023, 20},
    [7] = {16, 26, 1, FORECASTS, 1023, 20},     [8] = {20, 27, 1, FORECASTS, 1023, 20},
    [9] = {20, 28, 1, FORECASTS, 1023, 20},
};

struct tensor {
    struct work work;
    struct head head, plan; /* of the arrays before */
    unsigned level;
    struct array shapes[SHAPES]; /* the latest arrays */
    unsigned next_shape;
    uint32_t *bytes; /* (256, 256) counters of what is no array; 0: none yet */
};

/* Lays the state out; with arena->base NULL it only counts (t is then a stand-in). */
static void carve(struct arena *arena, struct tensor *t, const struct model_params *p) {
    const struct level *l = &levels[p->parameter];
    struct guess *g = &t->work.guess;
    g->fast = p->parameter <= FAST;
    const struct blend_shape shape = {
        .contexts = l->contexts, .extras = GUESS_EXTRAS, .sets = GUESS_SETS, .sses = l->sses,
        .table_log2 = l->table_log2, .limit = l->limit, .rate_q17 = l->rate_q17,
        .set_sizes = {STAGES * 16, 256 * STAGES, 2048}, .sse_sizes = {STAGES * 256},
    };
    if (g->fast) {
        g->blend.shape = shape;
        g->lines = hunch_arena_take(arena, (sizeof(uint16_t) * 16) << GUESS_LINES_LOG2);
    } else {
        hunch_blend_carve(arena, &g->blend, &shape, p->length);
    }
    hunch_recall_carve(arena, &t->work.recall, p->length, g->fast ? RECALL_LOG2_FAST : RECALL_LOG2);
    hunch_scene_carve(arena, &t->work.scene);
    hunch_factors_carve(arena, &t->work.factors);
    t->bytes = hunch_arena_take(arena, sizeof(uint32_t) * BYTE_NODES * 256);
}

static size_t tensor_size(const struct model_params *p) {
    struct arena count = {NULL, 0};
    struct tensor stand_in;
    if (p->parameter < 1 || p->parameter > LEVELS || p->length > (size_t)1 << 30)
        return 0;
    hunch_arena_take(&count, sizeof stand_in);
    carve(&count, &stand_in, p);
    return count.used;
}

static void tensor_init(void *state, const struct model_params *p) {
    struct arena arena = {state, 0};
    struct tensor *t = hunch_arena_take(&arena, sizeof *t);
    carve(&arena, t, p);
    t->level = p->parameter;
    if (t->work.guess.fast)
        counter_reciprocals(t->work.guess.blend.reciprocal);
    else
        hunch_blend_init(&t->work.guess.blend, p->cpu);
    for (unsigned i = 0; i < 16; i++)
        t->work.exact[i] = counter_start((1u << 22) - (1u << 14));
    t->work.odd_again = counter_start(1u << 21);
    hunch_recall_init(&t->work.recall);
    hunch_head_init(&t->head);
    hunch_head_init(&t->plan);
}

/* The number of the element in hand as a symbol, told in the way of the plan. */
static struct symbol symbol_of(const struct work *w, uint64_t v) {
    const struct forecast *f = &w->forecast;
    if (w->plan.way == PLAN_RAW)
        return (struct symbol){.depth = w->array.bits, .low = v};
    if (w->plan.way == PLAN_FLOAT)
        return hunch_symbol_of_float(&w->array, v);
    return hunch_symbol_of_difference(&w->array, element_order(&w->array, v) ^ w->turn, f->guess[f->best]);
}

static uint64_t value_of(const struct work *w, const struct symbol *s) {
    const struct forecast *f = &w->forecast;
    if (w->plan.way == PLAN_RAW)
        return s->low;
    if (w->plan.way == PLAN_FLOAT)
        return hunch_symbol_to_float(&w->array, s);
    return element_from_order(&w->array, hunch_symbol_to_order(&w->array, s, f->guess[f->best]) ^ w->turn);
}

static void code_class(struct work *w, struct symbol *s) {
    const struct array *a = &w->array;
    unsigned log2 = w->plan.way == PLAN_FLOAT ? a->classes_log2 : 7;
    uint32_t last = w->plan.way == PLAN_FLOAT ? (1u << log2) - 1 : a->bits;
    hunch_contexts_class(&w->guess, &w->scene, a, &w->plan, &w->forecast, &w->factors, &w->recall);
    hunch_symbol_class(w, s, log2);
    if (s->class > last) /* no encoder says so */
        s->class = last;
    s->depth = w->plan.way == PLAN_FLOAT ? a->mantissa : s->class > 0 ? s->class - 1 : 0;
}

static bool code_flag(struct work *w, uint32_t *counter, bool flag) {
    uint32_t p = *counter >> 10;
    p = p < 256 ? 256 : p > (1u << 22) - 256 ? (1u << 22) - 256 : p;
    flag = coder_bit(w->guess.coder, p, flag);
    counter_update(counter, flag, w->guess.blend.reciprocal);
    return flag;
}

/* Where floats are told as multiples of a unit: whether this one is; if not, all of it. */
static bool code_exact(struct work *w, uint64_t *v, bool known) {
    struct array *a = &w->array;
    bool exact = code_flag(w, &w->exact[w->exact_past & 15], known && element_exact(a, *v));
    w->exact_past = w->exact_past << 1 | exact;
    if (exact || code_flag(w, &w->odd_again, known && *v == w->odd)) {
        *v = exact ? *v : w->odd;
        return exact;
    }
    for (unsigned i = a->bits; i > 0; i -= 16)
        w->odd = w->odd << 16 | hunch_coder_raw(w->guess.coder, 16, (unsigned)(*v >> (i - 16)) & 0xFFFF);
    *v = w->odd &= array_mask(a);
    return false;
}

/* In long repeats: whether this element is one more. */
static bool code_sure(struct work *w, const uint8_t *data, uint64_t *v, bool known) {
    struct recall *r = &w->recall;
    if (!(r->live >> RECALL_FORWARD & 1) || r->run[RECALL_FORWARD] < RUN_SURE)
        return false;
    uint64_t same = hunch_element_load(&w->array, data + r->pointer[RECALL_FORWARD]);
    if (code_flag(w, &r->sure, known && *v == same)) {
        *v = same;
        return true;
    }
    r->live &= ~(1u << RECALL_FORWARD);
    return false;
}

static uint64_t code_raw(struct work *w, uint64_t v) {
    struct symbol s = {.depth = w->array.bits, .low = v};
    hunch_recall_rest(&w->recall, &w->guess, &s, s.depth, true);
    return s.low;
}

static uint64_t code_symbol(struct work *w, const uint8_t *data, size_t at, uint64_t v, bool known) {
    struct symbol s = {0, 0, 0, 0};
    if (known)
        s = symbol_of(w, v);
    hunch_scene_look(&w->scene, &w->array, data, at, w->plan.step);
    size_t column = w->scene.column;
    if (w->plan.factors && w->scene.row == 1 && column == 0)
        hunch_factors_open(&w->factors, &w->array, w->scene.centre);
    if (w->factors.active)
        hunch_factors_estimate(&w->factors, column);
    code_class(w, &s);
    if (s.class > 0 || w->plan.way == PLAN_FLOAT) {
        hunch_contexts_low(&w->guess, &w->scene, &w->array, &w->plan, &w->forecast, &w->factors, &w->recall);
        hunch_symbol_low(w, data, at, &s);
    }
    if (w->factors.active)
        hunch_factors_learn(&w->factors, &w->array, &s, column);
    hunch_scene_learn(&w->scene, &w->array, &s);
    return value_of(w, &s);
}

static void code_element(struct work *w, uint8_t *data, size_t at, bool known) {
    const struct array *a = &w->array;
    struct recall *r = &w->recall;
    bool numbers = w->plan.way == PLAN_NUMBER;
    uint64_t v = known ? hunch_element_load(a, data + at) : 0;
    hunch_recall_find(r, a, data, at, w->plan.recall);
    if (numbers)
        hunch_forecast_make(&w->forecast, a, data, at, w->plan.step, w->turn, r->pointer[RECALL_BEFORE]);
    for (unsigned k = 0; k < RECALLS; k++)
        if (r->live >> k & 1)
            r->symbol[k] = symbol_of(w, hunch_element_load(a, data + r->pointer[k]));
    if (code_sure(w, data, &v, known))
        hunch_scene_skip(&w->scene, a);
    else if (w->plan.way == PLAN_RAW)
        v = code_raw(w, v);
    else if (a->divisor == 0 || code_exact(w, &v, known))
        v = code_symbol(w, data, at, v, known);
    else
        hunch_scene_skip(&w->scene, a);
    hunch_element_store(a, data + at, v);
    if (numbers)
        hunch_forecast_learn(&w->forecast, a, element_order(a, v) ^ w->turn);
    hunch_recall_learn(r, a, data, at, w->plan.recall);
}

/* The offset of the latest array of the same shape; 0: none. */
static size_t find_shape(struct tensor *t, const struct array *a) {
    size_t base = 0;
    for (unsigned i = 1; i <= SHAPES && base == 0; i++) {
        const struct array *b = &t->shapes[(t->next_shape - i) % SHAPES];
        if (b->kind == a->kind && b->big == a->big && b->columns == a->columns && b->count == a->count)
            base = b->base;
    }
    t->shapes[t->next_shape++ % SHAPES] = *a;
    return base;
}

/* The elements behind a head; `at` is behind both when it returns. */
static size_t code_array(struct tensor *t, struct coder *coder, uint8_t *data, size_t at) {
    struct work *w = &t->work;
    const struct array *a = &w->array;
    uint8_t bytes[PLAN_BYTES] = {0};
    bool known = coder->direction != CODER_DECODE;
    size_t before = find_shape(t, a);
    if (known) {
        struct plan plan = hunch_plan_make(a, data, before, t->level);
        hunch_plan_write(&plan, bytes);
    }
    hunch_head_code(&t->plan, coder, bytes, PLAN_BYTES);
    hunch_plan_read(&w->plan, a, bytes);
    w->array.divisor = hunch_unit_divisor(w->plan.unit);
    w->turn = w->plan.turned ? UINT64_C(1) << (a->bits - 1) : 0;
    w->exact_past = 0;
    w->factors.active = false;
    hunch_recall_open(&w->recall, before);
    hunch_scene_open(&w->scene, a, w->plan.way == PLAN_FLOAT ? (1u << (a->classes_log2 - 1)) - 5u : 4u);
    hunch_forecast_open(&w->forecast, levels[t->level].forecasts);
    for (size_t i = 0; i < a->count; i++, at += a->width)
        code_element(w, data, at, known);
    return at;
}

/* What is no array: bytes in the context of the byte before. */
static void code_bytes(struct tensor *t, uint8_t *data, size_t at, size_t to) {
    unsigned last = 0;
    for (; at < to; at++) {
        uint32_t *row = t->bytes + last * BYTE_NODES;
        unsigned node = 1;
        for (unsigned i = 8; i-- > 0;) {
            uint32_t *c = &row[node];
            if (*c == 0)
                *c = counter_start(1u << 21);
            node = node << 1 | code_flag(&t->work, c, data[at] >> i & 1);
            if ((*c & COUNTER_LIMIT) > BYTE_LIMIT)
                *c = (*c & ~(uint32_t)COUNTER_LIMIT) | BYTE_LIMIT;
        }
        data[at] = (uint8_t)node;
        last = data[at];
    }
}

static void tensor_code(void *state, struct coder *coder, uint8_t *data, size_t from, size_t to) {
    struct tensor *t = state;
    struct array *a = &t->work.array;
    size_t at = from;
    t->work.guess.coder = coder;
    while (to - at >= TENSOR_HEAD) {
        hunch_head_code(&t->head, coder, data + at, TENSOR_HEAD);
        const uint8_t *head = data + at;
        at += TENSOR_HEAD;
        if (!hunch_array_open(a, head) || load_u64(head + 6) > (to - at) / a->width)
            break;
        a->base = at;
        a->count = (size_t)load_u64(head + 6);
        if (a->columns > a->count) /* so that no sum of places wraps */
            a->columns = a->count > 0 ? a->count : 1;
        at = code_array(t, coder, data, at);
    }
    code_bytes(t, data, at, to);
}

const struct model hunch_model_tensor = {
    .id = 5,
    .name = "tensor",
    .summary = "arrays of numbers",
    .size = tensor_size,
    .init = tensor_init,
    .code = tensor_code,
};
