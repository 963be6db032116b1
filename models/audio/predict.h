/* What the next sample of a channel may be: stages of linear prediction, each working on what the others leave.
 *
 *   least squares over all channels of a group (least.h), the first of them the base     p0, p1, ...
 *   a cascade of long to short adaptive filters (lms.h) on what the base missed          c0, c1, ...
 *   least squares over a few hundred samples: how far to believe each of them (final.h)
 *
 * prediction = p0 + c0 + c1 + ... + w . (c0, c1, ..., p1 - p0, ...) */
#ifndef HUNCH_MODELS_AUDIO_PREDICT_H
#define HUNCH_MODELS_AUDIO_PREDICT_H

#include "models/audio/final.h"
#include "models/audio/least.h"
#include "models/audio/lms.h"

enum { LEASTS_MAX = 4, FILTERS_MAX = 6 };

struct least_plan {
    uint8_t lags, lags_many; /* frames; the second for groups of more than two channels */
    uint8_t block;           /* frames */
    uint8_t forget;
};

struct filter_plan {
    uint16_t taps;
    uint16_t rate_q16;
    uint8_t from; /* 0: what the base missed; i: what filter i - 1 missed */
};

/* What a level does. */
struct plan {
    struct least_plan leasts[LEASTS_MAX]; /* those with lags 0 do not exist */
    struct filter_plan filters[FILTERS_MAX];
    uint8_t every, forget; /* of the last stage */
    uint8_t opinions;      /* about the size of what was missed */
};

struct channel {
    struct lms filters[FILTERS_MAX];
    struct final final;
    /* between predict and learn */
    int64_t base_q22;
    int32_t guess[FILTERS_MAX];
    int32_t opinions[FINAL_MOST];
    int32_t sum;
};

struct group {
    const struct plan *plan;
    const struct audio_kernels *kernels;
    unsigned channels;
    unsigned down;                   /* signals between stages have 22 - down bits of fraction (or less than none) */
    unsigned leasts, filters;
    struct least least[LEASTS_MAX];
    struct channel *channel;         /* (channels) */
};

/* A group for samples of `bits` bits, in zeroed memory and *g, or where one like it was copied to; with
 * arena->base NULL it only counts (*g is then a stand-in). */
void hunch_predict_carve(struct arena *arena, struct group *g, const struct plan *plan, unsigned channels,
                         unsigned bits);

/* About how many bytes carve takes, the same on every machine. */
uint64_t hunch_predict_weight(const struct plan *plan, unsigned channels);

/* What was before is taken for zeros; what was learned stays. */
void hunch_predict_restart(struct group *g);

/* In 1/2^22. */
int64_t hunch_predict(struct group *g, unsigned channel);

/* How far the opinions of the last prediction were apart, in 1/256. */
uint64_t hunch_predict_doubt(const struct group *g, unsigned channel);

void hunch_predict_learn(struct group *g, unsigned channel, int32_t sample);

#endif
