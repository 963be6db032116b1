/* Codes a sample given a prediction: the magnitude of what the prediction missed, by decisions "is it in bucket j or
 * above?" that begin at the expected bucket and go up or down from there; the bits of its place in the bucket; its
 * sign. Buckets are 0, 1, 2, 3, then four to an octave.
 *
 * A decision is predicted by opinions: adaptive probabilities in small contexts, most of which see only how far the
 * bucket's start is, in eighths of an octave, from some average of the magnitudes before. So they learn the shape of
 * the distribution and not its scale, and once learned they serve all sounds. A mixer and two SSE stages
 * weigh them; of two opinions the mean serves. */
#ifndef HUNCH_MODELS_AUDIO_RESIDUAL_H
#define HUNCH_MODELS_AUDIO_RESIDUAL_H

#include "base/undo.h"
#include "entropy/coder.h"
#include "entropy/logistic.h"
#include "models/cm/counter.h"
#include "models/cm/mixer.h"
#include "models/cm/sse.h"

enum { BUCKETS = 128, NEARS = 64, MEANS = 6, PASTS = 3, OPINIONS_MAX = 15, OPINION_ROWS = 1024, RESIDUAL_SETS = 3,
       RESIDUAL_SSES = 2, RESIDUAL_INPUTS = 16, SIGNS = 4096 };

/* How much the samples of a channel were missed by, in steps. */
struct loudness {
    uint64_t mean_q8[MEANS]; /* from the fastest to the slowest */
    uint64_t past_q8[PASTS]; /* the newest first */
};

/* What is known of a sample. */
struct question {
    const struct loudness *other; /* of the channel that is nearest in time, NULL if there is none */
    int32_t guess, least, most;   /* least <= guess <= most; no sample of the channel is outside */
    unsigned fraction;            /* of the prediction above the guess - 1/2, in eighths */
    uint64_t doubt_q8;            /* how far opinions were apart, in steps */
    unsigned fine;                /* the sample has 2^fine values to a step */
};

struct residual {
    unsigned opinions;
    struct logistic logistic;
    struct mixer_kernels kernels; /* set by the owner */
    struct undo *undo;            /* NULL: none; *r itself is the owner's to note */
    int32_t reciprocal[COUNTER_LIMIT + 1];
    int16_t level[BUCKETS];       /* of the least magnitude of a bucket */
    int32_t rate_q25;
    uint32_t *opinion;            /* (OPINIONS_MAX, OPINION_ROWS, 3, NEARS); 0: nothing seen */
    int32_t *weights[RESIDUAL_SETS];
    struct sse sse[RESIDUAL_SSES];
    uint32_t low[2][NEARS];
    uint32_t sign[SIGNS];
    _Alignas(ARENA_ALIGN) int32_t x[RESIDUAL_INPUTS];
};

/* The arena's memory is zeroed. */
void hunch_residual_carve(struct arena *arena, struct residual *r, unsigned opinions);
void hunch_residual_init(struct residual *r);

/* Codes a sample and remembers by how much it was missed. */
int32_t hunch_residual_code(struct residual *r, struct coder *coder, struct loudness *own, const struct question *ask,
                            int32_t sample);

#endif
