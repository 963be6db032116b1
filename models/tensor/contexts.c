#include "models/tensor/contexts.h"

#include <string.h>

enum { SMALL = 40 /* 1/16 classes: a size further below the mean counts as this far */ };

void hunch_scene_carve(struct arena *arena, struct scene *s) {
    s->columns = hunch_arena_take(arena, sizeof *s->columns * COLUMNS_KEPT);
}

void hunch_scene_open(struct scene *s, const struct array *a, uint32_t centre) {
    struct column *columns = s->columns;
    memset(s, 0, sizeof *s);
    s->columns = columns;
    size_t kept = a->columns < COLUMNS_KEPT
                      ? a->columns + 1
                      : COLUMNS_KEPT; /* one more: the last has an empty one beside it */
    memset(columns, 0, kept * sizeof *columns);
    s->centre = centre;
    s->drift_q12 = centre << 12;
    s->all_q12 = s->row_q12 = centre << 16;
    s->row_sign_q16 = 1 << 15;
}

static uint64_t look(const struct array *a, const uint8_t *data, size_t index, size_t back) {
    return back > 0 && back <= index ? hunch_element_load(a, data + a->base + (index - back) * a->width) : 0;
}

void hunch_scene_look(struct scene *s, const struct array *a, const uint8_t *data, size_t at, size_t step) {
    size_t index = (at - a->base) / a->width, columns = a->columns;
    for (unsigned i = 0; i < 3; i++)
        s->west[i] = look(a, data, index, (i + 1) * step);
    s->north[0] = look(a, data, index, columns);
    s->north[1] = look(a, data, index, 2 * columns);
    s->north_west = look(a, data, index, columns + step);
    s->north_east = look(a, data, index, columns > step ? columns - step : 0);
    struct column *c = &s->columns[s->column % COLUMNS_KEPT];
    if (s->row == 0)
        c->size_q12 = s->all_q12;
    s->spread = (s->row_q12 + c->size_q12 - s->all_q12) >> 12;
}

/* mean += (x - mean) / (n + 2), n no more than `slowest`. */
static uint32_t approach(uint32_t mean_q12, uint32_t x_q12, size_t n, uint32_t slowest) {
    int32_t by = (int32_t)(n < slowest ? n : slowest) + 2;
    return (uint32_t)((int32_t)mean_q12 + ((int32_t)x_q12 - (int32_t)mean_q12) / by);
}

void hunch_scene_skip(struct scene *s, const struct array *a) {
    if (++s->column == a->columns) {
        s->column = 0;
        s->row++;
        s->row_q12 = s->all_q12;
        s->row_sign_q16 = 1 << 15;
    }
}

void hunch_scene_learn(struct scene *s, const struct array *a, const struct symbol *y) {
    struct column *c = &s->columns[s->column % COLUMNS_KEPT];
    uint32_t below = (uint32_t)(y->depth >= 4 ? y->low >> (y->depth - 4) : y->low << (4 - y->depth)) & 15;
    uint32_t size = y->class << 4 | below, floor = s->all_q12 >> 12;
    if (size + SMALL < floor)
        size = floor - SMALL;
    c->size_q12 = approach(c->size_q12, size << 12, s->row, 60);
    s->row_q12 = approach(s->row_q12, size << 12, s->column, 30);
    s->all_q12 = approach(s->all_q12, size << 12, s->row > 0 ? 1000 : s->column, 500);
    s->drift_q12 = approach(s->drift_q12, y->class << 12, s->row > 0 ? 1000 : s->column, 40);
    int32_t away = (int32_t)(s->drift_q12 - (s->centre << 12));
    if (away > 6144 || away < -6144)
        s->centre = (s->drift_q12 + 2048) >> 12;
    c->class = (uint16_t)y->class;
    uint32_t sign = c->sign_q16 ^ 0x8000u, most = y->sign ? 65535 : 0;
    c->sign_q16 = (uint16_t)(approach(sign, most, s->row + 2, 60) ^ 0x8000u);
    s->row_sign_q16 = approach(s->row_sign_q16, most, s->column + 2, 250);
    for (unsigned i = 2; i > 0; i--) {
        s->class[i] = s->class[i - 1];
        s->sign[i] = s->sign[i - 1];
    }
    s->class[0] = y->class;
    s->sign[0] = y->sign;
    hunch_scene_skip(s, a);
}

static uint32_t fold(uint64_t v) {
    return (uint32_t)(v ^ v >> 32);
}

/* Class, sign and three bits below of a float. */
static uint32_t brief(const struct array *a, uint64_t v) {
    return (uint32_t)(v >> (a->mantissa - 3));
}

static uint32_t class_of(const struct array *a, uint64_t v) {
    return (uint32_t)(v >> a->mantissa) & ((1u << a->classes_log2) - 1);
}

static uint32_t sign_of(const struct array *a, uint64_t v) {
    return (uint32_t)(v >> (a->bits - 1)) & 1;
}

static uint64_t size_of(const struct array *a, uint64_t v) {
    return v & (array_mask(a) >> 1);
}

/* The contexts of a symbol, as many as blend has. */
struct list {
    uint32_t *hash;
    unsigned count, most;
};

static struct list list_open(struct guess *g) {
    return (struct list){g->blend.hash, 0, g->blend.shape.contexts};
}

static void put(struct list *l, uint32_t x) {
    if (l->count < l->most) {
        l->hash[l->count] = guess_mix(x, l->count);
        l->count++;
    }
}

static bool full(const struct list *l) {
    return l->count == l->most;
}

static void float_class(struct guess *g, const struct scene *s, const struct array *a, const struct factors *x,
                        const struct recall *r) {
    struct list l = list_open(g);
    const struct column *c = &s->columns[s->column % COLUMNS_KEPT];
    uint32_t w = class_of(a, s->west[0]), ww = class_of(a, s->west[1]), nn = class_of(a, s->north[0]);
    uint32_t row = s->row_q12 >> 12, column = c->size_q12 >> 12;
    bool same = r->pointer[RECALL_BEFORE] != 0;
    const struct symbol *b = &r->symbol[RECALL_BEFORE];
    put(&l, s->spread >> 1);
    put(&l, guess_mix(w, nn));
    if (full(&l))
        return;
    if (x->active) {
        uint32_t far = (uint32_t)(x->estimate_q12 < 0 ? -x->estimate_q12 : x->estimate_q12);
        put(&l, guess_mix(far >> 8, s->spread >> 3));
        put(&l, far >> 7);
    }
    put(&l, guess_mix(row >> 2, column >> 2));
    put(&l, (uint32_t)s->column);
    if (full(&l))
        return;
    put(&l, same ? guess_mix(b->class, b->depth > 2 ? (uint32_t)(b->low >> (b->depth - 3)) : 9) : guess_mix(w, ww));
    put(&l, guess_mix(column >> 1, nn));
    if (full(&l))
        return;
    put(&l, guess_mix(fold(size_of(a, s->west[0])), (uint32_t)s->column));
    put(&l, guess_mix(guess_mix(w, ww), class_of(a, s->west[2])));
    put(&l, guess_mix(row >> 1, w));
    put(&l, guess_mix(guess_mix(class_of(a, s->north_west), class_of(a, s->north_east)), nn));
    put(&l, fold(size_of(a, s->west[0])));
    put(&l, fold(size_of(a, s->north[0])));
    if (full(&l))
        return;
    put(&l, guess_mix(s->spread >> 1, guess_mix(w, nn)));
    put(&l, guess_mix(fold(s->west[0]), fold(s->west[1])));
    put(&l, guess_mix((uint32_t)s->column, w));
    put(&l, guess_mix(nn, class_of(a, s->north[1])));
    put(&l, (uint32_t)s->row);
    put(&l, guess_mix(class_of(a, s->west[1]), class_of(a, s->west[2])));
    put(&l, s->all_q12 >> 13);
    put(&l, 0);
}

static void float_low(struct guess *g, const struct scene *s, const struct array *a, const struct factors *x,
                      const struct recall *r) {
    struct list l = list_open(g);
    const struct column *c = &s->columns[s->column % COLUMNS_KEPT];
    uint64_t w = s->west[0], nn = s->north[0];
    uint32_t row = s->row_q12 >> 12, column = c->size_q12 >> 12;
    const struct symbol *b = &r->symbol[RECALL_BEFORE];
    bool same = r->pointer[RECALL_BEFORE] != 0;
    uint32_t lean = s->row_sign_q16 >> 10, column_lean = (c->sign_q16 ^ 0x8000u) >> 12;
    put(&l, s->spread >> 1);
    put(&l, lean >> 1);
    if (full(&l))
        return;
    if (x->active) {
        put(&l, (uint32_t)(x->estimate_q12 >> 8));
        put(&l, guess_mix((uint32_t)(x->estimate_q12 >> 9), s->spread >> 2));
    }
    put(&l, guess_mix(lean >> 2, column_lean));
    put(&l, sign_of(a, w) | sign_of(a, nn) << 1 | sign_of(a, s->west[1]) << 2 | sign_of(a, s->north_west) << 3);
    if (full(&l))
        return;
    put(&l, (uint32_t)s->column);
    put(&l, same ? guess_mix(b->class, (uint32_t)(b->low >> (b->depth - 3) | b->sign << 8)) : class_of(a, w));
    if (full(&l))
        return;
    put(&l, brief(a, w));
    put(&l, guess_mix(fold(size_of(a, w)), (uint32_t)s->column));
    put(&l, brief(a, nn));
    put(&l, fold(w));
    put(&l, fold(nn));
    put(&l, guess_mix(row >> 2, column >> 2));
    if (full(&l))
        return;
    put(&l, guess_mix(class_of(a, w) << 1 | sign_of(a, w), class_of(a, nn) << 1 | sign_of(a, nn)));
    put(&l, (uint32_t)s->row);
    put(&l, guess_mix(fold(w), fold(s->west[1])));
    put(&l, guess_mix(sign_of(a, nn) | sign_of(a, s->north[1]) << 1, (uint32_t)s->column));
    put(&l, guess_mix(fold(w), (uint32_t)s->column));
    put(&l, guess_mix(fold(nn), (uint32_t)s->column));
    put(&l, guess_mix(brief(a, w), brief(a, s->west[1])));
    put(&l, guess_mix(brief(a, w), brief(a, nn)));
    put(&l, guess_mix(fold(s->west[1]), fold(s->west[2])));
}

/* Differences of other guesses from the one in use, by digits: how sure it is, and where to. */
struct opinions {
    uint32_t far[FORECASTS];
};

static struct opinions opine(const struct array *a, const struct forecast *f) {
    struct opinions o = {{0}};
    for (unsigned k = FORECAST_W; k < f->count; k++)
        o.far[k] = (uint32_t)(64 + forecast_digits(a, f->guess[k] - f->guess[f->best]));
    return o;
}

static void number_class(struct guess *g, const struct scene *s, const struct array *a, const struct forecast *f) {
    struct list l = list_open(g);
    const struct column *c = &s->columns[s->column % COLUMNS_KEPT];
    struct opinions o = opine(a, f);
    uint32_t best = f->best, east = s->columns[(s->column + 1) % COLUMNS_KEPT].class;
    uint32_t late = 2 * s->class[0] + s->class[1] + c->class + east;
    put(&l, guess_mix(late, best));
    put(&l, guess_mix(o.far[FORECAST_W] << 8 | o.far[FORECAST_N], o.far[FORECAST_FILTER] << 8 | best));
    if (full(&l))
        return;
    put(&l, guess_mix(fold(s->west[0]), fold(s->north[0])));
    put(&l, s->spread >> 1);
    put(&l, guess_mix(s->class[0] << 8 | s->class[1], s->class[2] << 8 | best));
    put(&l, guess_mix(fold(s->west[0]), fold(s->west[1])));
    if (full(&l))
        return;
    put(&l, guess_mix(o.far[FORECAST_LINE] << 8 | o.far[FORECAST_PLANE], s->class[0] << 8 | best));
    put(&l, guess_mix(s->class[0] << 8 | c->class, east << 8 | best));
    if (full(&l))
        return;
    put(&l, guess_mix((uint32_t)s->column, best));
    put(&l, guess_mix(fold(f->guess[best]), best));
    put(&l, guess_mix(o.far[FORECAST_FILTER] << 8 | o.far[FORECAST_LONG], late));
    put(&l, fold(s->north[0]));
    put(&l, fold(s->west[0]));
    put(&l, guess_mix(guess_mix(fold(s->west[0]), fold(s->west[1])), fold(s->west[2])));
    if (full(&l))
        return;
    put(&l, guess_mix(guess_mix(fold(s->west[0]), fold(s->north[0])), fold(s->north_west)));
    put(&l, guess_mix(s->row_q12 >> 14, c->size_q12 >> 14));
    put(&l, guess_mix(guess_mix(fold(s->north[0]), fold(s->north_east)), fold(s->west[0])));
    put(&l, guess_mix(o.far[FORECAST_BEFORE], best));
    put(&l, guess_mix(fold(s->north[0]), (uint32_t)s->column));
    put(&l, guess_mix(o.far[FORECAST_W] << 8 | o.far[FORECAST_LINE],
                      o.far[FORECAST_FILTER] << 16 | o.far[FORECAST_LONG] << 8 | best));
}

static void number_low(struct guess *g, const struct scene *s, const struct array *a, const struct forecast *f) {
    struct list l = list_open(g);
    struct opinions o = opine(a, f);
    uint32_t best = f->best, signs = s->sign[0] | s->sign[1] << 1;
    put(&l, guess_mix(best, 0));
    put(&l, guess_mix(o.far[FORECAST_W] << 8 | o.far[FORECAST_N], o.far[FORECAST_FILTER] << 8 | best));
    if (full(&l))
        return;
    put(&l, guess_mix(fold(s->west[0]), fold(s->north[0])));
    put(&l, guess_mix(signs, best));
    put(&l, guess_mix(fold(f->guess[best]), best));
    put(&l, guess_mix(fold(s->west[0]), fold(s->west[1])));
    if (full(&l))
        return;
    put(&l, guess_mix(o.far[FORECAST_LINE] << 8 | o.far[FORECAST_PLANE], best));
    put(&l, guess_mix((uint32_t)s->column, best));
    if (full(&l))
        return;
    put(&l, guess_mix(o.far[FORECAST_FILTER] << 8 | o.far[FORECAST_LONG], best));
    put(&l, guess_mix(s->class[0] << 8 | s->class[1], signs << 8 | best));
    put(&l, fold(f->guess[FORECAST_FILTER]));
    put(&l, fold(s->north[0]));
    put(&l, fold(s->west[0]));
    put(&l, guess_mix(guess_mix(fold(s->west[0]), fold(s->west[1])), fold(s->west[2])));
    if (full(&l))
        return;
    put(&l, guess_mix(guess_mix(fold(s->west[0]), fold(s->north[0])), fold(s->north_west)));
    put(&l, guess_mix(o.far[FORECAST_W] << 8 | o.far[FORECAST_LONG], signs << 8 | best));
    put(&l, guess_mix(guess_mix(fold(s->north[0]), fold(s->north_east)), fold(s->west[0])));
    put(&l, guess_mix(o.far[FORECAST_BEFORE], best));
    put(&l, guess_mix(fold(s->north[0]), (uint32_t)s->column));
    put(&l, s->spread >> 1);
}

void hunch_contexts_class(struct guess *g, const struct scene *s, const struct array *a, const struct plan *p,
                          const struct forecast *f, const struct factors *x, const struct recall *r) {
    if (p->way == PLAN_FLOAT)
        float_class(g, s, a, x, r);
    else
        number_class(g, s, a, f);
}

void hunch_contexts_low(struct guess *g, const struct scene *s, const struct array *a, const struct plan *p,
                        const struct forecast *f, const struct factors *x, const struct recall *r) {
    if (p->way == PLAN_FLOAT)
        float_low(g, s, a, x, r);
    else
        number_low(g, s, a, f);
}
