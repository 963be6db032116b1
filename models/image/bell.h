/* What a predicted value and the usual size of its errors say about the decision "the sample is at least t", when it
 * is known to lie in low..high: the log odds of the masses of a bell around the prediction on both sides of t. */
#ifndef HUNCH_MODELS_IMAGE_BELL_H
#define HUNCH_MODELS_IMAGE_BELL_H

#include "entropy/logistic.h"

enum { BELL_STEPS = 32 /* per width */, BELL_SIZE = 64 * BELL_STEPS };

/* The shape of all bells: seven parts of a logistic curve and one of another, four times as wide. */
struct bell_shape {
    uint32_t mass_q30[2 * BELL_SIZE + 1]; /* left of (i - BELL_SIZE) / BELL_STEPS widths; rises by 16 at least */
    int16_t log_q8[512];                  /* ln(1 + i / 512), 1/256 nat */
};

struct bell {
    int32_t middle_q8;
    int32_t inverse_q16;      /* BELL_STEPS / width, widths in 1/256 */
    uint32_t low, high, here; /* masses left of the interval, of its end, and of the last t */
};

void hunch_bell_shape(struct bell_shape *shape, const struct logistic *l);

/* A bell over 0..most; usual_q8: the mean of the prediction's errors. */
void hunch_bell_open(const struct bell_shape *shape, struct bell *b, int32_t middle_q8, uint32_t usual_q8,
                     int32_t most);

/* ln of the odds that the sample is >= t, q8 nats, within STRETCH_LIMIT. */
int32_t hunch_bell_ask(const struct bell_shape *shape, struct bell *b, int32_t t);

/* The sample is >= t (bit 1), or not. */
static inline void bell_know(struct bell *b, unsigned bit) {
    if (bit)
        b->low = b->here;
    else
        b->high = b->here;
}

#endif
