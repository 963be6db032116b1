#include "models/tensor/plan.h"

#include <string.h>

#include "entropy/coder.h"
#include "models/tensor/factors.h"

enum {
    WINDOWS = 16,
    WINDOW = 2048,         /* elements */
    MAP_LOG2 = 18,         /* bits of a map of what has been seen */
    CLASSES = 2048,
    STEPS = 6,
    GUESSES = 4,
    FACTORS_LEVEL = 5,
    UNIT_SAMPLE = 1000      /* elements */
};

static const uint8_t steps[STEPS] = {1, 2, 3, 4, 6, 8};

struct map {
    uint8_t bits[1 << (MAP_LOG2 - 3)];
    uint32_t fresh; /* marks that were new */
};

static uint32_t place_of(uint64_t key) {
    return (uint32_t)((key ^ key >> 32) * UINT64_C(0x9E3779B97F4A7C15) >> (64 - MAP_LOG2));
}

static void mark(struct map *m, uint32_t h) {
    m->fresh += !(m->bits[h >> 3] >> (h & 7) & 1);
    m->bits[h >> 3] |= (uint8_t)(1u << (h & 7));
}

/* What is counted over the windows. Costs are in bits, q16, for all elements that were seen. */
struct survey {
    const struct array *a;
    const uint8_t *data;
    size_t before;                /* offset of the array before, or 0 */
    uint32_t seen;
    struct map sizes;             /* elements, without sign; of narrow ones: several in a row */
    struct map pairs;
    uint32_t exponents[CLASSES];
    uint32_t high[128], three[8]; /* highest bits of mantissas */
    uint32_t classes[GUESSES][65]; /* digits of the number, of its differences from W, N and the array before */
    uint64_t digits[STEPS];       /* of the differences from the neighbour at a step */
    uint32_t ones[64];
    uint32_t odd[2];              /* numbers with the sign set: small ones, large ones */
};

static uint64_t element(const struct survey *s, size_t i) {
    return hunch_element_load(s->a, s->data + s->a->base + i * s->a->width);
}

static uint64_t number(const struct survey *s, size_t i) {
    return element_order(s->a, element(s, i));
}

static unsigned size_digits(const struct array *a, uint64_t v) {
    return digits(magnitude(array_signed(a, v)));
}

static void survey_element(struct survey *s, size_t i) {
    const struct array *a = s->a;
    uint64_t v = number(s, i), w = i > 0 ? number(s, i - 1) : 0, n = i >= a->columns ? number(s, i - a->columns) : w;
    uint64_t raw = element(s, i), key = magnitude(array_signed(a, v));
    if (a->real) {
        key = raw & (array_mask(a) >> 1);
        struct symbol y = hunch_symbol_of_float(a, raw);
        s->exponents[y.class]++;
        if (y.depth >= 7) {
            s->high[y.low >> (y.depth - 7)]++;
            s->three[y.low >> (y.depth - 3)]++;
        }
    }
    for (unsigned back = 1; back * a->width < 4 && back <= i; back++)
        key = key << a->bits | number(s, i - back);
    mark(&s->sizes, place_of(key));
    mark(&s->pairs, a->bits == 8 ? (uint32_t)(v << 8 | w) : place_of(v * UINT64_C(0xD6E8FEB86659FD93) + w));
    s->classes[0][size_digits(a, v)]++;
    s->classes[1][size_digits(a, v - w)]++;
    s->classes[2][size_digits(a, v - n)]++;
    uint64_t b = s->before ? element_order(a, hunch_element_load(a, s->data + s->before + i * a->width)) : w;
    s->classes[3][size_digits(a, v - b)]++;
    for (unsigned k = 0; k < STEPS; k++)
        s->digits[k] += size_digits(a, i >= steps[k] ? v - number(s, i - steps[k]) : v);
    for (unsigned k = 0; k < a->bits; k++)
        s->ones[k] += raw >> k & 1;
    s->odd[size_digits(a, v) == a->bits - 1u] += raw >> (a->bits - 1) & 1;
    s->seen++;
}

static void survey_all(struct survey *s) {
    size_t count = s->a->count, most = (size_t)WINDOWS * WINDOW;
    if (count <= most) {
        for (size_t i = 0; i < count; i++)
            survey_element(s, i);
        return;
    }
    for (size_t k = 0; k < WINDOWS; k++)
        for (size_t i = 0; i < WINDOW; i++)
            survey_element(s, (count - WINDOW) / (WINDOWS - 1) * k + i);
}

/* Bits, q16, to tell which of the classes each element is in. */
static uint64_t entropy(const uint32_t *counts, unsigned n, uint32_t all) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++)
        if (counts[i] > 0) {
            uint32_t p = (uint32_t)(((uint64_t)counts[i] << 22) / all);
            sum += (uint64_t)counts[i] * hunch_cost_q16(p > 0 ? p : 1);
        }
    return sum;
}

/* The same, and sign and digits of a difference. */
static uint64_t cost_of_number(const struct survey *s, unsigned k) {
    uint64_t sum = entropy(s->classes[k], 65, s->seen);
    for (unsigned c = 1; c <= 64; c++)
        sum += (uint64_t)s->classes[k][c] * c << 16;
    return sum;
}

static void choose_way(struct plan *p, const struct survey *s) {
    const struct array *a = s->a;
    uint64_t all = (uint64_t)s->seen * a->bits << 16, best = UINT64_MAX;
    for (unsigned k = 0; k < GUESSES; k++) {
        uint64_t cost = cost_of_number(s, k);
        best = cost < best ? cost : best;
    }
    p->way = PLAN_NUMBER;
    if (a->real) {
        uint64_t cost = entropy(s->exponents, CLASSES, s->seen) + ((uint64_t)s->seen * (a->mantissa + 1u) << 16);
        bool few = s->sizes.fresh < s->seen / 2 && a->divisor == 0;
        if (cost < best + (few ? best / 2 : all / 64)) {
            best = cost;
            p->way = PLAN_FLOAT;
        }
    }
    uint64_t pairs = UINT64_C(1) << (2 * a->bits < MAP_LOG2 ? 2 * a->bits : MAP_LOG2);
    bool all_new = s->pairs.fresh + (uint64_t)s->seen * s->seen / (2 * pairs) >= s->seen; /* as many as in noise */
    if (s->seen >= 256 && best + all / 512 > all && all_new)
        p->way = PLAN_RAW;
}

static void choose_depth(struct plan *p, const struct survey *s, unsigned level) {
    const struct array *a = s->a;
    static const uint8_t of_level[10] = {0, 0, 0, 0, 0, 0, 1, 1, 2, 2};
    uint64_t total = 0;
    for (unsigned c = 1; c <= 64; c++)
        total += (uint64_t)s->classes[1][c] * c;
    p->deep = of_level[level];
    /* of 4 bits that tell nothing by themselves, contexts seldom know more */
    uint64_t even = entropy(s->three, 8, s->seen) + ((uint64_t)s->seen * 4 << 16);
    if (!p->recall && entropy(s->high, 128, s->seen) + ((uint64_t)s->seen << 16) / 100 > even)
        p->deep = 0;
    if (p->way == PLAN_NUMBER)
        p->deep = (uint8_t)(p->deep + 1);
    bool few = s->sizes.fresh < s->seen / 8;
    if (a->width <= 2 || few || (level > 2 && p->way == PLAN_NUMBER && total < (uint64_t)s->seen * 12))
        p->deep = 15;
    else if (p->recall && level >= 4)
        p->deep = (uint8_t)(p->deep + 1);
    unsigned rest = a->mantissa > 3u + 4u * p->deep ? a->mantissa - 3u - 4u * p->deep : 0;
    p->plain = p->way == PLAN_FLOAT;
    for (unsigned k = 0; k < rest; k++) {
        int64_t off = (int64_t)2 * s->ones[k] - s->seen;
        if (off * off > 64 * (int64_t)s->seen) /* eight times what chance does */
            p->plain = 0;
    }
}

/* Whether an element says that it is a multiple of the unit: one in 16 would be so by chance if k had 3
 * digits less than the mantissa and its hidden bit, so k must be smaller. */
static bool says_unit(const struct array *a, uint64_t v) {
    return element_exact(a, v) && size_digits(a, element_order(a, v)) + 3u <= a->mantissa;
}

/* The first unit of which nearly all elements of a sample are multiples, beside zeros; 0: none. */
static uint8_t choose_unit(const struct array *a, const uint8_t *data) {
    size_t of = a->count < UNIT_SAMPLE ? a->count : UNIT_SAMPLE;
    size_t stride = a->count / of;
    struct array in = *a;
    for (unsigned unit = 1; a->real && a->width >= 4 && unit < UNITS; unit++) {
        size_t yes = 0, no = 0;
        in.divisor = hunch_unit_divisor(unit);
        for (size_t i = 0; i < of && no <= of / 32; i++) {
            uint64_t v = hunch_element_load(a, data + a->base + i * stride * a->width);
            bool says = says_unit(&in, v);
            yes += says && v != 0;
            no += !says;
        }
        if (no <= of / 32 && yes > no)
            return (uint8_t)unit;
    }
    return 0;
}

static uint8_t choose_step(const struct survey *s) {
    unsigned best = 0;
    for (unsigned k = 1; k < STEPS; k++)
        if (s->digits[k] + s->seen / 4 < s->digits[best])
            best = k;
    return steps[best];
}

struct plan hunch_plan_make(const struct array *array, const uint8_t *data, size_t before, unsigned level) {
    struct plan p = {.way = array->real ? PLAN_FLOAT : PLAN_NUMBER, .step = 1, .deep = 15};
    struct array a = *array; /* with the unit */
    struct survey s;
    if (a.count == 0)
        return p;
    p.unit = choose_unit(&a, data);
    a.divisor = hunch_unit_divisor(p.unit);
    memset(&s, 0, sizeof s);
    s.a = &a;
    s.data = data;
    s.before = before;
    survey_all(&s);
    choose_way(&p, &s);
    p.recall = s.sizes.fresh < s.seen / 16 * 14;
    p.turned = !a.real && s.odd[1] > s.odd[0];
    if (p.way == PLAN_NUMBER)
        p.step = choose_step(&s);
    else
        p.unit = 0;
    p.factors = p.way == PLAN_FLOAT && level >= FACTORS_LEVEL && !p.recall && a.columns >= FACTORS &&
                a.columns <= FACTOR_COLUMNS && a.count / a.columns >= FACTOR_ROWS;
    choose_depth(&p, &s, level);
    return p;
}

void hunch_plan_write(const struct plan *p, uint8_t bytes[PLAN_BYTES]) {
    bytes[0] = (uint8_t)(p->way | p->recall << 2 | p->plain << 3 | p->turned << 4 | p->factors << 5);
    bytes[1] = (uint8_t)(p->deep | p->unit << 4);
    bytes[2] = p->step;
}

void hunch_plan_read(struct plan *p, const struct array *a, const uint8_t bytes[PLAN_BYTES]) {
    p->way = (uint8_t)((bytes[0] & 3) % PLAN_WAYS);
    if (p->way == PLAN_FLOAT && !a->real)
        p->way = PLAN_NUMBER;
    p->recall = bytes[0] >> 2 & 1;
    p->plain = bytes[0] >> 3 & 1;
    p->turned = bytes[0] >> 4 & 1;
    p->factors = bytes[0] >> 5 & (p->way == PLAN_FLOAT && a->columns <= FACTOR_COLUMNS);
    p->deep = bytes[1] & 15;
    p->unit = p->way == PLAN_NUMBER && a->width >= 4 && a->real && bytes[1] >> 4 < UNITS ? bytes[1] >> 4 : 0;
    p->step = bytes[2] > 0 ? bytes[2] : 1;
}
