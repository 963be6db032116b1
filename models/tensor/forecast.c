#include "models/tensor/forecast.h"

#include <string.h>

enum {
    INPUT_DIGITS = 20, /* |input| < 2^20 */
    WEIGHT_MOST = 1 << 20,
    ZERO_BONUS = 128 /* q8 digits: numbers themselves have more in common than differences */
};

static const uint8_t shapes[2][3] = {{FILTER_WEST, FILTER_NORTH, 5}, {2 * FILTER_WEST, FILTER_NORTH, 8}};

void hunch_forecast_open(struct forecast *f, unsigned count) {
    memset(f, 0, sizeof *f);
    f->count = count;
    for (unsigned k = 0; k < 2; k++) {
        f->filter[k].west = shapes[k][0];
        f->filter[k].north = shapes[k][1];
        f->filter[k].slow = shapes[k][2];
    }
}

struct view {
    const struct array *a;
    const uint8_t *data;
    size_t index; /* of the element in hand */
    uint64_t turn;
};

/* The number `back` elements before; `other` when that is outside of the array. */
static uint64_t look(const struct view *v, size_t back, uint64_t other) {
    if (back == 0 || back > v->index)
        return other;
    uint64_t x = hunch_element_load(v->a, v->data + v->a->base + (v->index - back) * v->a->width);
    return element_order(v->a, x) ^ v->turn;
}

static int64_t scaled(const struct forecast *f, const struct array *a, uint64_t difference) {
    int64_t d = array_signed(a, difference) / ((int64_t)1 << f->scale), most = ((int64_t)1 << INPUT_DIGITS) - 1;
    return d > most ? most : d < -most ? -most : d;
}

static void make_inputs(struct forecast *f, const struct view *v, size_t step, uint64_t n) {
    unsigned wests = f->count > FORECAST_LONG ? f->filter[1].west : f->filter[0].west;
    uint64_t x = f->west;
    size_t columns = v->a->columns;
    f->scale = f->peak_q8 >> 8 > INPUT_DIGITS ? (f->peak_q8 >> 8) - INPUT_DIGITS : 0;
    f->input[0] = scaled(f, v->a, n - x);
    f->input[1] = scaled(f, v->a, look(v, columns + step, n) - n);
    f->input[2] = scaled(f, v->a, look(v, columns > step ? columns - step : 0, n) - n);
    f->input[3] = scaled(f, v->a, look(v, 2 * columns, n) - n);
    for (unsigned i = 0; i < wests; i++) {
        uint64_t next = look(v, (i + 2) * step, x);
        f->input[FILTER_NORTH + i] = scaled(f, v->a, x - next);
        x = next;
    }
}

static uint64_t filter_run(struct filter *l, const struct forecast *f) {
    int64_t sum = 0;
    for (unsigned i = 0; i < l->west + l->north; i++)
        sum += l->weight_q16[i] * f->input[i];
    l->sum_q16 = sum;
    return f->west + ((uint64_t)((sum + (1 << 15)) >> 16) << f->scale);
}

/* Normalised least mean squares: weight += error * input / power, slowly. |error| <= 2^21, |input| < 2^20, so the
 * shifted quotient is below 2^51 and, as |input| <= sqrt(power), its product with an input below 2^62. */
static void filter_learn(struct filter *l, const struct forecast *f, int64_t target) {
    int64_t error = target - (l->sum_q16 >> 16), most = (int64_t)1 << (INPUT_DIGITS + 1), power = 1;
    unsigned n = l->west + l->north;
    error = error > most ? most : error < -most ? -most : error;
    for (unsigned i = 0; i < n; i++)
        power += f->input[i] * f->input[i];
    int64_t gain_q30 = error * ((int64_t)1 << 30) / power;
    for (unsigned i = 0; i < n; i++) {
        int64_t w = l->weight_q16[i] + (gain_q30 * f->input[i] >> (14 + l->slow));
        l->weight_q16[i] = w > WEIGHT_MOST ? WEIGHT_MOST : w < -WEIGHT_MOST ? -WEIGHT_MOST : w;
    }
}

void hunch_forecast_make(struct forecast *f, const struct array *a, const uint8_t *data, size_t at, size_t step,
                         uint64_t turn, size_t before) {
    struct view v = {a, data, (at - a->base) / a->width, turn};
    uint64_t mask = array_mask(a), w = look(&v, step, 0), n = look(&v, a->columns, w);
    f->west = w;
    f->guess[FORECAST_ZERO] = turn;
    f->guess[FORECAST_W] = w;
    f->guess[FORECAST_N] = n;
    f->guess[FORECAST_LINE] = (2 * w - look(&v, 2 * step, w)) & mask;
    f->guess[FORECAST_PLANE] = (w + n - look(&v, a->columns + step, n)) & mask;
    f->guess[FORECAST_BEFORE] = before ? element_order(a, hunch_element_load(a, data + before)) ^ turn : w;
    if (f->count > FORECAST_FILTER) {
        make_inputs(f, &v, step, n);
        for (unsigned k = 0; k < f->count - FORECAST_FILTER; k++)
            f->guess[FORECAST_FILTER + k] = filter_run(&f->filter[k], f) & mask;
    }
    f->best = 0;
    for (unsigned k = 1; k < f->count; k++)
        if (f->cost_q8[k] + (f->best == FORECAST_ZERO ? ZERO_BONUS : 0) < f->cost_q8[f->best])
            f->best = k;
}

void hunch_forecast_learn(struct forecast *f, const struct array *a, uint64_t order) {
    for (unsigned k = 0; k < f->count; k++) {
        int32_t d = forecast_digits(a, order - f->guess[k]);
        uint32_t cost = (uint32_t)(d < 0 ? -d : d) << 8;
        f->cost_q8[k] = f->cost_q8[k] + cost / 16 - f->cost_q8[k] / 16;
    }
    if (f->count > FORECAST_FILTER) {
        int64_t target = scaled(f, a, order - f->west);
        for (unsigned k = 0; k < f->count - FORECAST_FILTER; k++)
            filter_learn(&f->filter[k], f, target);
        int32_t d = forecast_digits(a, order - f->west);
        uint32_t peak = (uint32_t)(d < 0 ? -d : d) << 8;
        f->peak_q8 = peak > f->peak_q8 ? peak : f->peak_q8 - (f->peak_q8 - peak) / 256;
    }
}
