/* Mixing in the logistic domain (Mattern 2012, Mahoney's PAQ): p = squash(sum w_i x_i), and after coding bit b every
 * weight moves by rate * x_i * (b - p), the gradient of the cost. The weight of an input is the sum of several: one
 * from each weight set, and each set is chosen by its own small context. All of them learn from the one common error.
 * (A layer above with one answer of each set was tried: no smaller, and a third slower. Models that want two layers
 * mix the answers of whole groups of sets, each with an error of its own; see models/cm.c.)
 *
 * x: int32, q8 nats, |x| <= 2047. w: int32, 1.0 = 2^24, |w| < 8, so that 16 of them fit 31 bits. The product uses the
 * sum without its 12 lowest bits: 2^11 * 2^19 fits; after >> 6 it is in q14 nats. Sums wrap at 32 bits (never for
 * weights that learning makes).
 */
#ifndef HUNCH_MODELS_CM_MIXER_H
#define HUNCH_MODELS_CM_MIXER_H

#include <stddef.h>
#include <stdint.h>

enum {
    MIXER_ONE = 1 << 24,          /* weight 1.0 */
    MIXER_LIMIT = (8 << 24) - 1,  /* largest weight */
    MIXER_SETS_MAX = 16,
    MIXER_GRAIN = 16,             /* inputs are padded with zeros to a multiple of this */
    MIXER_STEP_LIMIT = 524287     /* |step|: |x * step| < 2^30 */
};

/* Inner kernels; every variant gives the same results as the plain C one. n is a multiple of MIXER_GRAIN; x and
 * each w[k] are aligned to 64 bytes; 1 <= sets <= MIXER_SETS_MAX.
 * dot: sum over i of x[i] * (sum over k of w[k][i] >> 12) >> 6. */
typedef int32_t mixer_dot(const int32_t *x, int32_t *const *w, unsigned sets, size_t n);
/* w[k][i] += (x[i] * step + 64) >> 7, held within MIXER_LIMIT */
typedef void mixer_train(const int32_t *x, int32_t *const *w, unsigned sets, size_t n, int32_t step);

struct mixer_kernels {
    mixer_dot *dot;
    mixer_train *train;
};

/* The best variants that the CPU_* flags allow. */
struct mixer_kernels hunch_mixer_kernels(unsigned cpu);

mixer_dot hunch_mixer_dot_c, hunch_mixer_dot_avx2, hunch_mixer_dot_avx512, hunch_mixer_dot_neon;
mixer_train hunch_mixer_train_c, hunch_mixer_train_avx2, hunch_mixer_train_avx512, hunch_mixer_train_neon;

/* The step for an error (bit - p, in 1/2^22) at a learning rate in 1/2^17 (per nat and unit of error). */
static inline int32_t mixer_step(int32_t error_q22, int32_t rate_q17) {
    int64_t step = (int64_t)error_q22 * rate_q17 >> 16;
    return step > MIXER_STEP_LIMIT ? MIXER_STEP_LIMIT : step < -MIXER_STEP_LIMIT ? -MIXER_STEP_LIMIT : (int32_t)step;
}

#endif
