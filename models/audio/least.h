/* Prediction by recursive least squares over a window that forgets (the covariance method of linear prediction, solved
 * anew every few frames). All channels of a group are predicted from the last `lags` frames of all of them and from
 * those channels of the present frame that are known already.
 *
 * Variables are the samples of lags + 1 frames in their natural, interleaved order: v = frame * channels + channel.
 * One symmetric matrix R of their products serves all channels: with R = L L' (Cholesky), the row of L for channel c
 * in the present frame is the right side y of L' w = y, whose solution w are the weights of all variables before it.
 *
 * Over a block of frames the products S of variables need not be summed one by one: those of (i, j) are those of
 * (i + channels, j + channels), a frame later, but for one frame at each end. So only products with the present frame
 * are sums. R = R - R / 2^forget + S / m, where m is how much the block was missed by on average: without this division
 * loud moments would drown the others (6 % larger for drums).
 *
 * Numbers: samples are at most 2^20 in products (wider ones are shifted), so a block of 2^8 frames gives S < 2^48.
 * R floats: it is kept times 2^up, so that its largest entries have 48 to 57 bits. Before solving, variables are scaled
 * by powers of two so that the largest of each channel's diagonal is in [2^58, 2^60); entries of L are then at most
 * 2^30, and so are partial sums of products of its rows at most 2^60 (Cauchy and Schwarz; what rounding makes of that
 * in nearly singular matrices wraps). Weights have 22 bits of fraction and are held within +-16. */
#ifndef HUNCH_MODELS_AUDIO_LEAST_H
#define HUNCH_MODELS_AUDIO_LEAST_H

#include "base/arena.h"
#include "models/audio/kernels.h"

enum { LEAST_CHANNELS_MAX = 8, LEAST_WEIGHT_BITS = 22 };

struct least_shape {
    unsigned channels; /* 1..LEAST_CHANNELS_MAX */
    unsigned lags;     /* frames */
    unsigned block;    /* frames from one solution to the next, <= 255 */
    unsigned forget;   /* R loses 1 / 2^forget of itself at each block */
    unsigned shift;    /* samples lose this many bits in products */
};

struct least {
    struct least_shape shape;
    unsigned variables; /* channels * (lags + 1) */
    unsigned filled;    /* frames of the block that are known */
    int64_t last;       /* prediction, 22 bits of fraction */
    int up;             /* r is 2^up times what it stands for */
    uint64_t missed_q4; /* by all predictions of the block, together */
    int32_t *x;         /* (lags + block, channels) samples; the block behind the lags */
    int32_t *scaled;    /* the same shifted */
    int64_t *r;         /* (variables, variables) lower half */
    int64_t *s;         /* the same of the block in hand */
    int32_t *l;         /* (variables, variables) lower half */
    int32_t *w;         /* (channels, variables) */
    int64_t *y;         /* (variables) */
};

void hunch_least_carve(struct arena *arena, struct least *q, const struct least_shape *shape);

/* Forgets the samples, not the weights. */
void hunch_least_restart(struct least *q);

/* What the next sample may be, with LEAST_WEIGHT_BITS of fraction; the channels before it in the frame were added. */
int64_t hunch_least_predict(struct least *q, const struct audio_kernels *k, unsigned channel);

void hunch_least_add(struct least *q, const struct audio_kernels *k, unsigned channel, int32_t sample);

/* ---- for other small systems */

/* L of the n x n matrix a (lower half, rows of `stride` entries, diagonal in [2^58, 2^60) at most); what has no root is
 * replaced by a small number. */
void hunch_cholesky(const struct audio_kernels *k, const int64_t *a, int32_t *l, unsigned n, unsigned stride);

/* Solves L' w = y: y (n) has 30 bits of fraction above LEAST_WEIGHT_BITS and is destroyed. */
void hunch_back_solve(const struct audio_kernels *k, const int32_t *l, unsigned n, unsigned stride, int64_t *y,
                      int32_t *w);

#endif
