/* The predictor of one binary decision: counters in a few contexts, mixed, then refined. Probabilities are kept as
 * p - 1/2 in 1/2^16, 16 bits with a sign, so that zeroed memory means "even".
 *
 * counter: v += (bit - v) / 2^rate.
 * mixer: p = sum w_i v_i, w_i += share * (bit - p) v_i: least mean squares on the probabilities themselves (B. Widrow
 * and M. Hoff, 1960). Mixing in the logistic domain was tried: 0.1 % smaller, half as slow again.
 * refiner: what came true of p so far, in eight steps of p; the bit is coded with the mean of p and that. More steps,
 * or interpolation between them, were not smaller. */
#ifndef HUNCH_MODELS_BWT_PREDICT_H
#define HUNCH_MODELS_BWT_PREDICT_H

#include "entropy/coder.h"

#define INLINE inline __attribute__((always_inline))

enum {
    INPUTS_MAX = 6,
    WEIGHT_ONE = 1 << 14,
    STEPS = 8,
    STEP_SHIFT = 13, /* 16 - log2 of the steps */
    STEP_RATE = 6,
    RARE_LIMIT = 60,
    MARGIN = 32      /* a mixed p is within MARGIN .. 65535 - MARGIN */
};

typedef uint16_t refiner[STEPS]; /* p in 1/2^16 */

struct mixer {
    uint32_t w_q14[INPUTS_MAX]; /* signed, in two's complement */
    refiner refiner;
};

/* What differs between levels and between kinds of decisions. */
struct mixing {
    unsigned inputs;
    unsigned share; /* -log2 of the error's share in a step of a weight; the error is in 1/2^14 */
    uint8_t rates[INPUTS_MAX];
};

static inline void refiner_init(refiner r) {
    for (unsigned i = 0; i < STEPS; i++)
        r[i] = (uint16_t)((2 * i + 1) << (STEP_SHIFT - 1));
}

static inline void mixer_init(struct mixer *m, const struct mixing *mixing) {
    for (unsigned i = 0; i < mixing->inputs; i++)
        m->w_q14[i] = WEIGHT_ONE * 11 / 10 / mixing->inputs;
    refiner_init(m->refiner);
}

/* a bit on the scale of a counter */
static inline int32_t counter_target(unsigned bit) {
    return 0x7FFF ^ ((int32_t)bit - 1);
}

/* the value of a counter after that bit */
static inline int16_t counter_after(int32_t v, int32_t target, unsigned rate) {
    return (int16_t)(v + ((target - v) >> rate));
}

static inline void step_learn(uint16_t *step, int32_t target) {
    *step = (uint16_t)(*step + ((target + 32768 - *step) >> STEP_RATE));
}

/* Codes one bit by counters, all different; all of them learn. `own`, a second refiner, may be NULL.
 * |v_i| <= 2^15 and |error| <= 2^14: a step of a weight fits. Steps are added as unsigned numbers, so that nothing a
 * payload says makes a weight overflow. */
static INLINE unsigned predict_bit(const struct mixing *mixing, struct mixer *m, uint16_t *own, struct coder *coder,
                                   int16_t *const *counters, unsigned bit) {
    int32_t v[INPUTS_MAX];
    int64_t sum = 0;
    for (unsigned i = 0; i < mixing->inputs; i++) {
        v[i] = *counters[i];
        sum += (int64_t)v[i] * (int32_t)m->w_q14[i];
    }
    sum >>= 14;
    int32_t p = (int32_t)(sum < MARGIN - 32768 ? MARGIN - 32768 : sum > 32767 - MARGIN ? 32767 - MARGIN : sum);
    uint32_t p_q16 = (uint32_t)(p + 32768);
    uint16_t *step = &m->refiner[p_q16 >> STEP_SHIFT], *own_step = own ? &own[p_q16 >> STEP_SHIFT] : step;
    uint32_t p_q22 = own ? (2 * p_q16 + *step + *own_step) << 4 : (p_q16 + *step) << 5;
    bit = coder_bit(coder, p_q22, bit);
    int32_t target = counter_target(bit), error = (target - p) >> 2;
    for (unsigned i = 0; i < mixing->inputs; i++) {
        m->w_q14[i] += (uint32_t)((v[i] * error + (1 << (mixing->share - 1))) >> mixing->share);
        *counters[i] = counter_after(v[i], target, mixing->rates[i]);
    }
    step_learn(step, target);
    if (own)
        step_learn(own_step, target);
    return bit;
}

/* A counter for what is rare: its rate is 1 / (n + 1.5) after n bits. */
struct rare {
    int16_t v;
    uint16_t n;
};

static inline unsigned predict_rare(struct coder *coder, struct rare *r, unsigned bit) {
    int32_t p_q22 = (r->v + 32768) * 64;
    p_q22 = p_q22 < 1024 ? 1024 : p_q22 > (1 << 22) - 1024 ? (1 << 22) - 1024 : p_q22;
    bit = coder_bit(coder, (uint32_t)p_q22, bit);
    r->v = (int16_t)(r->v + (counter_target(bit) - r->v) * 2 / (2 * r->n + 3)); /* towards zero */
    r->n += r->n < RARE_LIMIT;
    return bit;
}

#endif
