/* The predictors of one binary decision: counters in a few contexts, mixed in the logistic domain.
 *
 * A counter is p - 1/2 in 1/2^22 (signed, high 22 bits) and the number of updates (low 10 bits), so that zeroed
 * memory means "even, nothing seen". p += (bit - p) / (n + 1.5), n up to a limit of the context.
 * Mixer: p = squash(sum w_i * stretch(p_i)), w_i += error * stretch(p_i) / 2^rate; weights are kept unsigned, so that
 * nothing a payload says makes them overflow. */
#ifndef HUNCH_MODELS_BWT_PREDICT_H
#define HUNCH_MODELS_BWT_PREDICT_H

#include "entropy/coder.h"
#include "entropy/logistic.h"

enum {
    LIMIT_MAX = 255,     /* of a counter's n */
    INPUTS = 6,          /* the most contexts of a decision */
    WEIGHT_ONE = 1 << 16
};

struct predictor {
    struct logistic logistic;
    int32_t reciprocal[LIMIT_MAX + 1]; /* 65536 / (n + 1.5) */
};

static inline void predictor_init(struct predictor *p) {
    hunch_logistic_init(&p->logistic);
    for (int32_t n = 0; n <= LIMIT_MAX; n++)
        p->reciprocal[n] = 131072 / (2 * n + 3);
}

static inline int32_t counter_p_q22(uint32_t counter) {
    return ((int32_t)counter >> 10) + (1 << 21);
}

static inline void counter_learn(const struct predictor *p, uint32_t *counter, unsigned bit, uint32_t limit) {
    uint32_t n = *counter & 1023;
    int32_t old = (int32_t)*counter >> 10;
    int32_t error = (int32_t)(bit << 22) - (int32_t)bit - (1 << 21) - old; /* |error| < 2^22, reciprocal < 2^16 */
    old += (int32_t)((int64_t)error * p->reciprocal[n] >> 16);
    *counter = (uint32_t)old << 10 | (n + (n < limit));
}

/* Codes one bit by `count` counters with their limits and the weights of the decision's kind; all of them learn. */
static inline __attribute__((always_inline)) unsigned predict_bit(
    const struct predictor *p, struct coder *coder, unsigned count, uint32_t *const *counter, const uint8_t *limit,
    uint32_t *w_q16, unsigned rate, unsigned bit) {
    int32_t x[INPUTS];
    int64_t sum = 0;
    for (unsigned i = 0; i < count; i++) {
        x[i] = p->logistic.stretch[counter_p_q22(*counter[i]) >> 10];
        sum += (int64_t)(int32_t)w_q16[i] * x[i];
    }
    uint32_t p_one = logistic_squash(&p->logistic, (int32_t)(sum >> 10));
    bit = coder_bit(coder, p_one, bit);
    int32_t error = ((int32_t)(bit << 22) - (int32_t)p_one) >> 8; /* q14; |error * x| < 2^25 */
    for (unsigned i = 0; i < count; i++) {
        w_q16[i] += (uint32_t)((error * x[i] + (1 << (rate - 1))) >> rate);
        counter_learn(p, counter[i], bit, limit[i]);
    }
    return bit;
}

/* One bit by a single counter, for what is rare. */
static inline unsigned predict_rare(const struct predictor *p, struct coder *coder, uint32_t *counter, unsigned bit) {
    int32_t p_one = counter_p_q22(*counter);
    p_one = p_one < 1024 ? 1024 : p_one > (1 << 22) - 1024 ? (1 << 22) - 1024 : p_one;
    bit = coder_bit(coder, (uint32_t)p_one, bit);
    counter_learn(p, counter, bit, 30);
    return bit;
}

#endif
