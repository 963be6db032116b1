#include "models/audio/predict.h"

#include <string.h>

enum { Q = LEAST_WEIGHT_BITS, SIGNAL_BITS = 24 /* between stages */, FRACTION_MOST = 8, PRODUCT_BITS = 20 };

static struct least_shape shape_of(const struct least_plan *p, unsigned channels, unsigned bits) {
    return (struct least_shape){.channels = channels, .lags = channels > 2 ? p->lags_many : p->lags, .block = p->block,
                                .forget = p->forget, .shift = bits > PRODUCT_BITS ? bits - PRODUCT_BITS : 0};
}

void hunch_predict_carve(struct arena *arena, struct group *g, const struct plan *plan, unsigned channels,
                         unsigned bits) {
    g->plan = plan;
    g->channels = channels;
    g->leasts = g->filters = 0;
    g->down = bits < SIGNAL_BITS - FRACTION_MOST ? Q - FRACTION_MOST : Q - SIGNAL_BITS + bits;
    while (g->leasts < LEASTS_MAX && plan->leasts[g->leasts].lags)
        g->leasts++;
    while (g->filters < FILTERS_MAX && plan->filters[g->filters].taps)
        g->filters++;
    for (unsigned i = 0; i < g->leasts; i++) {
        struct least_shape shape = shape_of(&plan->leasts[i], channels, bits);
        hunch_least_carve(arena, &g->least[i], &shape);
    }
    g->channel = hunch_arena_take(arena, sizeof *g->channel * channels);
    for (unsigned c = 0; c < channels; c++)
        for (unsigned i = 0; i < g->filters; i++) {
            struct lms stand_in, *f = g->channel ? &g->channel[c].filters[i] : &stand_in;
            hunch_lms_carve(arena, f, plan->filters[i].taps, plan->filters[i].rate_q16);
        }
    for (unsigned c = 0; g->channel && c < channels; c++) {
        struct final *f = &g->channel[c].final;
        f->n = g->filters + g->leasts - 1;
        f->every = plan->every;
        f->forget = plan->forget;
    }
}

uint64_t hunch_predict_weight(const struct plan *plan, unsigned channels) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < LEASTS_MAX && plan->leasts[i].lags; i++) {
        struct least_shape s = shape_of(&plan->leasts[i], channels, 0);
        uint64_t variables = (uint64_t)channels * (s.lags + 1);
        sum += 20 * variables * variables;
    }
    for (unsigned i = 0; i < FILTERS_MAX; i++)
        sum += 8 * (uint64_t)channels * plan->filters[i].taps;
    return sum;
}

void hunch_predict_restart(struct group *g) {
    for (unsigned i = 0; i < g->leasts; i++)
        hunch_least_restart(&g->least[i]);
    for (unsigned c = 0; c < g->channels; c++)
        for (unsigned i = 0; i < g->filters; i++)
            hunch_lms_restart(&g->channel[c].filters[i]);
}

static int32_t held(int64_t v) {
    return (int32_t)(v > LMS_MOST ? LMS_MOST : v < -LMS_MOST ? -LMS_MOST : v);
}

int64_t hunch_predict(struct group *g, unsigned channel) {
    struct channel *c = &g->channel[channel];
    int32_t *opinion = c->opinions;
    c->base_q22 = hunch_least_predict(&g->least[0], g->kernels, channel);
    c->sum = 0;
    for (unsigned i = 0; i < g->filters; i++) {
        c->guess[i] = lms_predict(&c->filters[i], g->kernels);
        c->sum = held((int64_t)c->sum + c->guess[i]);
        *opinion++ = c->guess[i];
    }
    for (unsigned i = 1; i < g->leasts; i++)
        *opinion++ = held((hunch_least_predict(&g->least[i], g->kernels, channel) - c->base_q22) >> g->down);
    int64_t more = held(hunch_final_predict(&c->final, c->opinions));
    return c->base_q22 + held(c->sum + more) * (INT64_C(1) << g->down);
}

uint64_t hunch_predict_doubt(const struct group *g, unsigned channel) {
    const struct channel *c = &g->channel[channel];
    uint32_t sum = 0;
    for (unsigned i = 0; i < c->final.n; i++)
        sum += (uint32_t)(c->opinions[i] < 0 ? -c->opinions[i] : c->opinions[i]);
    return (uint64_t)sum << (g->down - (Q - FRACTION_MOST));
}

void hunch_predict_learn(struct group *g, unsigned channel, int32_t sample) {
    struct channel *c = &g->channel[channel];
    int32_t missed[FILTERS_MAX + 1];
    missed[0] = held((sample * (INT64_C(1) << Q) - c->base_q22) >> g->down);
    for (unsigned i = 0; i < g->filters; i++) {
        int32_t input = missed[g->plan->filters[i].from];
        missed[i + 1] = held((int64_t)input - c->guess[i]);
        hunch_lms_learn(&c->filters[i], g->kernels, missed[i + 1]);
        hunch_lms_push(&c->filters[i], input);
    }
    if (c->final.n)
        hunch_final_learn(&c->final, g->kernels, c->opinions, held((int64_t)missed[0] - c->sum));
    for (unsigned i = 0; i < g->leasts; i++)
        hunch_least_add(&g->least[i], g->kernels, channel, sample);
}
