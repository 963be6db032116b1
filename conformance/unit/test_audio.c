/* The audio model on generated sounds of all widths and forms: they come back, cost what was measured, and cost less
 * than they would without prediction; heads that lie are bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/pass.h"
#include "base/arena.h"
#include "base/bytes.h"
#include "base/content.h"
#include "base/cpu.h"
#include "conformance/unit/random.h"
#include "models/audio/least.h"
#include "models/audio/samples.h"
#include "models/registry.h"

enum { AUDIO = 4, LEVELS = 9, MOST = 1 << 16 /* bytes of a stream */, ROOM = 2 * MOST };

enum { REAL = 1, HIGH_FIRST = 2, SIGNED = 4 };

static uint8_t stream[MOST], work[MOST], payload[ROOM];
static size_t length; /* of stream */

static size_t pass(enum coder_direction direction, unsigned level, unsigned cpu, size_t room, bool *fine) {
    struct model_params p = {level, length, cpu};
    struct outcome o = model_pass(hunch_model_find(AUDIO), &p, direction, work, payload, room);
    *fine = o.trouble == CODER_FINE;
    return o.length;
}

/* Encodes, measures and decodes the stream, with all kernels and with plain ones; returns the coded length. */
static size_t round_trip(unsigned level) {
    bool fine;
    memcpy(work, stream, length);
    size_t coded = pass(CODER_ENCODE, level, hunch_cpu_detect(), ROOM, &fine);
    assert_true(fine);
    assert_memory_equal(work, stream, length);
    size_t measured = pass(CODER_MEASURE, level, 0, 0, &fine);
    assert_in_range(measured, coded > 8 ? coded - 8 : 0, coded + 8 + length / 4096);
    memset(work, 0xA5, length);
    assert_int_equal(pass(CODER_DECODE, level, 0, coded, &fine), coded);
    assert_true(fine);
    assert_memory_equal(work, stream, length);
    return coded;
}

static void put_head(unsigned channels, unsigned bits, unsigned flags, uint32_t frames) {
    uint8_t *head = stream + length;
    head[0] = (uint8_t)channels;
    head[1] = (uint8_t)bits;
    head[2] = (uint8_t)flags;
    head[3] = 0;
    store_u32(head + 4, frames);
    length += AUDIO_HEAD;
}

static void put_sample(unsigned bits, unsigned flags, uint32_t v) {
    for (unsigned i = 0; i < bits / 8; i++)
        stream[length++] = (uint8_t)(v >> 8 * (flags & HIGH_FIRST ? bits / 8 - 1 - i : i));
}

/* The float nearest to v * 2^-scale, |v| < 2^24. */
static uint32_t real_of(int32_t v, unsigned scale) {
    uint32_t m = v < 0 ? 0u - (uint32_t)v : (uint32_t)v;
    if (m == 0)
        return 0;
    unsigned top = log2_floor(m);
    return (v < 0 ? 1u << 31 : 0) | (127 + top - scale) << 23 | (m << (23 - top) & 0x7FFFFF);
}

/* A sound of `bits` bits, |sample| < 2^(bits - 2): a resonance that noise strikes, another for each channel. */
static int32_t sound(uint64_t *seed, int64_t *memory, unsigned channel, unsigned bits) {
    int64_t *m = memory + 2 * channel, strike = (int64_t)random_below(seed, 2048) - 1024;
    int64_t v = (m[0] * (1900 - 40 * (int64_t)channel) - m[1] * 1000) / 1024 + strike;
    m[1] = m[0];
    m[0] = v;
    v = v > 16383 ? 16383 : v < -16384 ? -16384 : v; /* 15 bits */
    return (int32_t)(bits >= 16 ? v * (INT64_C(1) << (bits - 16)) : v >> (16 - bits));
}

static void put_sound(unsigned channels, unsigned bits, unsigned flags, uint32_t frames) {
    int64_t memory[2 * 255] = {0};
    uint64_t seed = bits + channels;
    put_head(channels, bits, flags, frames);
    for (uint32_t t = 0; t < frames; t++)
        for (unsigned c = 0; c < channels; c++) {
            int32_t v = sound(&seed, memory, c, flags & REAL ? 24 : bits);
            v += bits > 16 ? (int32_t)random_below(&seed, 200) : 0;
            if (flags & REAL)
                put_sample(bits, flags, real_of(v, 23));
            else
                put_sample(bits, flags, bits == 8 && !(flags & SIGNED) ? (uint32_t)v + 128 : (uint32_t)v);
        }
}

static void all_widths_come_back(void **state) {
    (void)state;
    static const unsigned widths[] = {8, 16, 24, 32, 32}, channels[] = {1, 2, 3, 8, 11};
    for (unsigned w = 0; w < 5; w++)
        for (unsigned c = 0; c < 5; c++)
            for (unsigned flags = 0; flags < 8; flags += 2) {
                unsigned real = w == 4 ? REAL : 0, level = 1 + (w + 2 * c + flags / 2) % LEVELS;
                length = 0;
                put_sound(channels[c], widths[w], flags | real, 9000 / channels[c] / (widths[w] / 8));
                if (round_trip(level) >= length - length / 64)
                    fail_msg("%u bits, %u channels, flags %u, level %u", widths[w], channels[c], flags, level);
            }
}

static void all_levels_come_back(void **state) {
    (void)state;
    for (unsigned level = 1; level <= LEVELS; level++) {
        length = 0;
        put_sound(2, 16, 0, 3000);
        put_sound(1, 24, 0, 2000);
        put_sound(1, 24, 0, 0);
        put_sound(1, 24, 0, 1);
        put_sound(9, 16, HIGH_FIRST, 300);
        round_trip(level);
    }
}

/* Kinds of extreme signals, of 32 bits before they are cut to a width. */
static uint32_t extreme(uint64_t *seed, unsigned kind, uint32_t t) {
    switch (kind) {
    case 0: return 0;
    case 1: return random_u32(seed);
    case 2: return t / 50 % 2 ? 0x7FFFFFFF : 0x80000000;
    case 3: return t % 2 ? 0x7FFFFFFF : 0x80000000;
    case 4: return t / 700 % 2 ? random_u32(seed) : 0;
    case 5: return 0x80000000;
    case 6: return t == 1500 ? 0x7FFFFFFF : 0xFFFFFFFF;
    default: return random_u32(seed) & 0xF0000000; /* few values */
    }
}

static void extremes_come_back(void **state) {
    (void)state;
    enum { FRAMES = 3000 };
    for (unsigned bits = 8; bits <= 32; bits += 8)
        for (unsigned kind = 0; kind < 8; kind++) {
            uint64_t seed = kind;
            unsigned channels = 1 + kind % 2;
            length = 0;
            put_head(channels, bits, SIGNED, FRAMES);
            for (uint32_t t = 0; t < FRAMES * channels; t++)
                put_sample(bits, 0, extreme(&seed, kind, t) >> (32 - bits));
            size_t coded = round_trip(1 + (kind + bits / 8) % LEVELS);
            assert_in_range(coded, 1, length + length / 20 + 64);
            if (kind == 0 || kind == 5)
                assert_in_range(coded, 1, 60);
            if (kind == 7) /* 16 values: half a byte each */
                assert_in_range(coded, 1, FRAMES * channels / 2 * 5 / 4);
        }
}

static void put_reals(uint64_t *seed, unsigned kind, uint32_t frames) {
    static const uint32_t odd[] = {0x80000000, 0x7F800000, 0xFF800000, 0x7FC00001,
                                   1,          0x807FFFFF, 0x7F7FFFFF, 0x00800000};
    put_head(1, 32, REAL, frames);
    for (uint32_t t = 0; t < frames; t++) {
        uint32_t v = real_of((int32_t)random_below(seed, 1 << 20) - (1 << 19), 19);
        if (kind == 1) /* magnitudes of all sizes */
            v = random_u32(seed);
        if (kind == 2) /* a wide range: no step fits them all */
            v -= random_below(seed, 30) << 23;
        if (kind == 3 && t % 17 == 0)
            v = odd[random_below(seed, 8)];
        if (kind == 4)
            v = odd[t % 8];
        put_sample(32, 0, v);
    }
}

static void all_floats_come_back(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (unsigned kind = 0; kind < 5; kind++)
        for (unsigned level = 1; level <= LEVELS; level += 4) {
            length = 0;
            put_reals(&seed, kind, 1500);
            put_reals(&seed, kind, 3);
            round_trip(level);
        }
}

static void floats_from_integers_cost_the_same(void **state) {
    (void)state;
    enum { FRAMES = 6000 };
    int64_t memory[2] = {0};
    uint64_t seed = 1;
    length = 0;
    put_sound(1, 16, 0, FRAMES);
    size_t integers = round_trip(5);
    length = 0;
    seed = 17;
    put_head(1, 32, REAL, FRAMES);
    for (uint32_t t = 0; t < FRAMES; t++)
        put_sample(32, 0, real_of(sound(&seed, memory, 0, 16), 15));
    assert_in_range(round_trip(5), integers * 99 / 100, integers * 101 / 100 + 16);
}

static void unused_bits_cost_nothing(void **state) {
    (void)state;
    enum { FRAMES = 6000 };
    int64_t memory[2] = {0};
    uint64_t seed = 17;
    length = 0;
    put_sound(1, 16, 0, FRAMES);
    size_t plain = round_trip(5);
    length = 0;
    put_head(1, 24, 0, FRAMES);
    for (uint32_t t = 0; t < FRAMES; t++)
        put_sample(24, 0, (uint32_t)sound(&seed, memory, 0, 16) << 8);
    assert_in_range(round_trip(5), plain * 98 / 100, plain * 102 / 100 + 16);
}

static void damaged_heads_are_bytes(void **state) {
    (void)state;
    uint64_t seed = 9;
    for (unsigned round = 0; round < 60; round++) {
        length = 0;
        put_sound(1 + round % 2, 16, 0, 500);
        size_t second = length;
        put_sound(1, 16, 0, 300);
        stream[(round % 3 ? second : 0) + random_below(&seed, AUDIO_HEAD)] ^= (uint8_t)(1 + random_below(&seed, 255));
        length -= random_below(&seed, 40);
        round_trip(1 + round % LEVELS);
    }
    for (length = 1; length < 40; length++) { /* cut in and just behind a head */
        memset(stream, 0, sizeof stream);
        stream[0] = 1;
        stream[1] = 16;
        stream[4] = 3;
        round_trip(1 + (unsigned)length % LEVELS);
    }
}

static void strangers_payloads_end(void **state) {
    (void)state;
    uint64_t seed = 5;
    bool fine;
    for (unsigned round = 0; round < 300; round++) {
        length = 0;
        put_sound(1 + random_below(&seed, 12), 8 + 8 * random_below(&seed, 4), random_below(&seed, 8), 200);
        memcpy(work, stream, length);
        size_t coded = pass(CODER_ENCODE, 1 + round % LEVELS, 0, ROOM, &fine);
        for (unsigned i = 0; i < 3; i++)
            payload[random_below(&seed, i ? (uint32_t)coded : 12)] ^= (uint8_t)(1 + random_below(&seed, 255));
        pass(CODER_DECODE, 1 + round % LEVELS, hunch_cpu_detect(), coded, &fine);
    }
}

/* Weights of a sum of samples before, found exactly. */
static void least_squares_find_weights(void **state) {
    (void)state;
    enum { LAGS = 4, FRAMES = 4000 };
    const struct least_shape shape = {.channels = 2, .lags = LAGS, .block = 16, .forget = 5};
    struct audio_kernels k = hunch_audio_kernels(hunch_cpu_detect());
    struct arena count = {NULL, 0};
    struct least q;
    uint64_t seed = 2;
    int32_t one[FRAMES] = {0}, two[FRAMES] = {0};
    hunch_least_carve(&count, &q, &shape);
    struct arena arena = {aligned_alloc(ARENA_ALIGN, count.used), 0};
    assert_non_null(arena.base);
    memset(arena.base, 0, count.used);
    hunch_least_carve(&arena, &q, &shape);
    hunch_least_restart(&q);
    for (unsigned t = 2; t < FRAMES; t++) {
        one[t] = (int32_t)random_below(&seed, 4000) - 2000 + one[t - 1] / 2;
        two[t] = one[t] / 4 * 3 - one[t - 2] / 4;
        int64_t miss = 0;
        for (unsigned c = 0; c < 2; c++) {
            int64_t p = hunch_least_predict(&q, &k, c);
            miss = (p >> LEAST_WEIGHT_BITS) - (c ? two[t] : one[t]);
            hunch_least_add(&q, &k, c, c ? two[t] : one[t]);
        }
        if (t > 100)
            assert_in_range(miss + 8, 0, 16);
    }
    free(arena.base);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(least_squares_find_weights),
        cmocka_unit_test(all_widths_come_back),
        cmocka_unit_test(all_levels_come_back),
        cmocka_unit_test(extremes_come_back),
        cmocka_unit_test(all_floats_come_back),
        cmocka_unit_test(floats_from_integers_cost_the_same),
        cmocka_unit_test(unused_bits_cost_nothing),
        cmocka_unit_test(damaged_heads_are_bytes),
        cmocka_unit_test(strangers_payloads_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
