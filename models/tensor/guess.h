/* The probability of one decision. From level 3 on blend mixes all contexts (models/blend.h); below, the mean of two
 * adaptive probabilities does, those of the first two contexts: 2^16 / 2 at first, with the rates 1/32 and 1/64. */
#ifndef HUNCH_MODELS_TENSOR_GUESS_H
#define HUNCH_MODELS_TENSOR_GUESS_H

#include "models/blend.h"

/* What a decision belongs to. */
enum stage { STAGE_CLASS, STAGE_ESCAPE, STAGE_HEAD, STAGE_DEEP, STAGES };

enum {
    GUESS_LINES_LOG2 = 13, /* lines of 16 probabilities: near the processor */
    GUESS_EXTRAS = 4,      /* opinions of recall.h */
    GUESS_SETS = 3
};

struct guess {
    bool fast;
    struct coder *coder;
    uint16_t *lines; /* (1 << GUESS_LINES_LOG2, 16), probability minus 2^15 */
    uint16_t *line[2];
    struct blend blend;
};

static inline uint32_t guess_mix(uint32_t a, uint32_t b) {
    uint32_t h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA6Bu;
    return h ^ h >> 15;
}

static inline uint16_t *guess_line(struct guess *g, uint32_t hash, uint32_t salt, unsigned i) {
    uint32_t h = (hash + salt * 0x9E3779B1u + i * 0x2545F491u) * 0x85EBCA6Bu;
    return g->lines + (size_t)(h >> (32 - GUESS_LINES_LOG2)) * 16;
}

/* deep: the salt alone says much, and fast levels take nothing else. */
static inline void guess_open(struct guess *g, uint32_t salt, bool deep) {
    if (!g->fast) {
        hunch_blend_open(&g->blend, salt);
        return;
    }
    for (unsigned i = 0; i < 2; i++)
        g->line[i] = guess_line(g, deep ? 0 : g->blend.hash[i], salt, i);
}

/* Probabilities are kept xor 2^15, so that zeroed memory is 1/2. */
static inline unsigned guess_fast(struct guess *g, unsigned node, unsigned bit) {
    uint32_t a = g->line[0][node] ^ 0x8000u, b = g->line[1][node] ^ 0x8000u;
    uint32_t p = (a + b) << 5;
    bit = coder_bit(g->coder, p < 1024 ? 1024 : p > (1u << 22) - 1024 ? (1u << 22) - 1024 : p, bit);
    a = bit ? a + ((65535 - a) >> 5) : a - (a >> 5);
    g->line[0][node] = (uint16_t)(a ^ 0x8000u);
    b = g->line[1][node] ^ 0x8000u; /* anew: both may be the same line */
    b = bit ? b + ((65535 - b) >> 6) : b - (b >> 6);
    g->line[1][node] = (uint16_t)(b ^ 0x8000u);
    return bit;
}

static inline unsigned guess_bit(struct guess *g, unsigned node, unsigned bit) {
    return g->fast ? guess_fast(g, node, bit) : hunch_blend_bit(&g->blend, g->coder, node, bit);
}

#endif
