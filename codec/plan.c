#include "codec/plan.h"

#include "base/bytes.h"
#include "models/registry.h"

enum {
    MODEL_BWT = 1,
    MODEL_CM = 2,
    MODEL_IMAGE = 3,
    MODEL_AUDIO = 4,
    MODEL_TENSOR = 5,
    MODEL_DCT = 6,
    BWT_LEVELS = 2, /* levels 1 to this */
    BWT_SAMPLE = 3 << 16, /* bytes; a sort knows little of a few KB, and is fast */
    CM_SAMPLE = 3 << 12
};

static const uint8_t typed[CONTENT_KINDS] = {
    [CONTENT_IMAGE] = MODEL_IMAGE,
    [CONTENT_AUDIO] = MODEL_AUDIO,
    [CONTENT_TENSOR] = MODEL_TENSOR,
    [CONTENT_DCT] = MODEL_DCT,
};

bool hunch_plan_is_typed(enum content_kind kind) {
    return typed[kind] != 0;
}

struct plan hunch_plan_stream(int level, enum content_kind kind) {
    unsigned id = typed[kind] ? typed[kind] : level <= BWT_LEVELS ? MODEL_BWT : MODEL_CM;
    return (struct plan){hunch_model_find(id), (uint32_t)level};
}

struct plan hunch_plan_trial(int level, enum content_kind kind) {
    return hunch_plan_stream(level <= BWT_LEVELS ? 1 : BWT_LEVELS + 1, kind);
}

size_t hunch_plan_trial_sample(int level) {
    return level <= BWT_LEVELS ? BWT_SAMPLE : CM_SAMPLE;
}

uint64_t hunch_plan_block_size(int level) {
    return (level <= BWT_LEVELS ? UINT64_C(8) : UINT64_C(20)) << 20;
}

uint64_t hunch_plan_cut(uint64_t length, uint64_t block_size) {
    if (length <= block_size)
        return length;
    return length < 2 * block_size ? (length + 1) / 2 : block_size;
}

/* Noise has two signs: in every segment all bytes are about equally frequent, and no long string comes twice, near
 * or far. The second is seen by fingerprints of 8 bytes, taken at places chosen by the content (one in 2^rate), so
 * that a repeated stretch of some 2^rate bytes or more is sampled in both of its copies. */
enum {
    SEGMENT = 1 << 16,      /* bytes */
    NOISE_LEAST = 1 << 15,  /* bytes; shorter blocks are cheap to try */
    SEGMENT_SHARE = 256,    /* a segment is noise when order 0 saves less than 1 / SEGMENT_SHARE of it */
    TABLE_BITS = 16,        /* log2 of fingerprints kept */
    SAMPLES_BITS = 14,      /* log2 of about how many are taken */
    RATE_LEAST = 6,
    REPEAT_SHARE = 32       /* noise repeats less than 1 / REPEAT_SHARE of its fingerprints */
};

size_t hunch_plan_noise_scratch(size_t length) {
    return length < NOISE_LEAST ? 0 : sizeof(uint32_t) << TABLE_BITS;
}

static bool flat(const uint8_t *data, size_t length) {
    uint32_t counts[4][256] = {{0}}; /* four, so that equal neighbours do not wait for each other */
    size_t whole = length & ~(size_t)3;
    for (size_t i = 0; i < whole; i += 4)
        for (size_t j = 0; j < 4; j++)
            counts[j][data[i + j]]++;
    uint64_t bits_q16 = 0;
    for (unsigned symbol = 0; symbol < 256; symbol++) {
        uint32_t count = counts[0][symbol] + counts[1][symbol] + counts[2][symbol] + counts[3][symbol];
        uint64_t share_q22 = ((uint64_t)count << CODER_P_BITS) / whole;
        if (share_q22 != 0)
            bits_q16 += (uint64_t)count * hunch_cost_q16((uint32_t)share_q22);
    }
    uint64_t least = 8 * ((uint64_t)whole - whole / SEGMENT_SHARE); /* bits */
    return bits_q16 >> 16 >= least;
}

static unsigned sample_rate(size_t length) {
    unsigned rate = RATE_LEAST;
    while (length >> rate > (size_t)1 << SAMPLES_BITS)
        rate++;
    return rate;
}

static bool repeats(uint32_t *table, const uint8_t *data, size_t length) {
    uint32_t chosen = (UINT32_C(1) << sample_rate(length)) - 1; /* noise shows these bits as often as any others */
    size_t samples = 0, again = 0;
    for (size_t i = 0; i + 8 <= length; i++) {
        if ((load_u32(data + i) & chosen) != chosen)
            continue;
        uint64_t print = load_u64(data + i) * UINT64_C(0x9E3779B97F4A7C15);
        uint32_t *slot = &table[print >> (64 - TABLE_BITS)];
        uint32_t check = (uint32_t)(print >> 16) | 1; /* 0 is an empty slot */
        again += *slot == check;
        samples++;
        *slot = check;
    }
    return again * REPEAT_SHARE > samples;
}

bool hunch_plan_noise(void *scratch, const uint8_t *data, size_t length) {
    if (length < NOISE_LEAST)
        return false;
    for (size_t at = 0; at < length; at += SEGMENT) {
        size_t left = length - at;
        /* a short last segment would look uneven by chance: it is judged with bytes of the one before */
        if (left < SEGMENT && at > 0)
            at = length - SEGMENT;
        if (!flat(data + at, left < SEGMENT && at == 0 ? left : SEGMENT))
            return false;
    }
    return !repeats(scratch, data, length);
}
