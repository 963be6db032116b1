/* Guesses of a number from its neighbours, for arrays that are smooth: W is the element `step` before, N the one a row
 * above. All arithmetic is mod 2^bits; the guess whose errors have had the fewest digits lately is the one that the
 * number is told from, the others are contexts. */
#ifndef HUNCH_MODELS_TENSOR_FORECAST_H
#define HUNCH_MODELS_TENSOR_FORECAST_H

#include "models/tensor/element.h"

enum {
    FORECAST_ZERO, /* no guess: the number itself */
    FORECAST_W,
    FORECAST_N,
    FORECAST_LINE,  /* 2 W - WW */
    FORECAST_PLANE, /* W + N - NW */
    FORECAST_BEFORE, /* the same place of the array before of the same shape */
    FORECAST_FILTER, /* a filter that learns */
    FORECAST_LONG,   /* a longer one, slower */
    FORECASTS
};

enum { FILTER_WEST = 16, FILTER_NORTH = 4, FILTER_MOST = 2 * FILTER_WEST + FILTER_NORTH };

struct filter {
    int64_t weight_q16[FILTER_MOST]; /* |w| <= 2^20 */
    unsigned west, north;            /* inputs */
    unsigned slow;                   /* shift of what is learned */
    int64_t sum_q16;                 /* its guess minus the base, scaled */
};

struct forecast {
    uint64_t guess[FORECASTS];   /* of a->bits bits */
    uint32_t cost_q8[FORECASTS]; /* digits of late errors */
    unsigned count;              /* guesses in use: FORECAST_FILTER (none learns) to FORECASTS */
    unsigned best;
    unsigned scale;              /* shift that keeps inputs small */
    uint32_t peak_q8;            /* digits of late differences */
    int64_t input[FILTER_MOST];  /* differences from W, scaled */
    uint64_t west;
    struct filter filter[2];
};

void hunch_forecast_open(struct forecast *f, unsigned count);

/* All guesses for the element at data + at; turn is xor-ed to loaded numbers; `before` is an offset or 0. */
void hunch_forecast_make(struct forecast *f, const struct array *a, const uint8_t *data, size_t at, size_t step,
                         uint64_t turn, size_t before);

/* Learns the element, in order. */
void hunch_forecast_learn(struct forecast *f, const struct array *a, uint64_t order);

/* Digits of the difference d, with its sign: -64..64. */
static inline int32_t forecast_digits(const struct array *a, uint64_t d) {
    int64_t r = array_signed(a, d);
    int32_t n = (int32_t)digits(magnitude(r));
    return r < 0 ? -n : n;
}

#endif
