/* Normalised least mean squares (Widrow and Hoff 1960): a long linear filter that learns from each error,
 * w += rate * error * x / |x|^2. */
#ifndef HUNCH_MODELS_AUDIO_LMS_H
#define HUNCH_MODELS_AUDIO_LMS_H

#include "base/arena.h"
#include "models/audio/kernels.h"

enum { LMS_WEIGHT_BITS = 24, LMS_SLACK = 512 /* samples between moves */, LMS_MOST = 1 << 26 };

struct lms {
    unsigned taps;
    unsigned rate_q16;
    unsigned at;     /* of the window's first sample in x */
    uint64_t energy; /* sum of squares over the window, each >> 4 */
    int32_t *x;      /* (taps + LMS_SLACK) */
    int32_t *w;      /* (taps) 24 bits of fraction */
};

void hunch_lms_carve(struct arena *arena, struct lms *f, unsigned taps, unsigned rate_q16);

void hunch_lms_restart(struct lms *f);

static inline int32_t lms_predict(const struct lms *f, const struct audio_kernels *k) {
    int64_t v = k->dot(f->x + f->at, f->w, f->taps) >> LMS_WEIGHT_BITS;
    return (int32_t)(v > LMS_MOST ? LMS_MOST : v < -LMS_MOST ? -LMS_MOST : v);
}

/* Learns from what the prediction missed. */
void hunch_lms_learn(struct lms *f, const struct audio_kernels *k, int32_t error);

/* Moves the window on by one sample, |sample| <= LMS_MOST. */
void hunch_lms_push(struct lms *f, int32_t sample);

#endif
