/* Sets of small samples for the tests of priors: texts, sounds, pictures, and what does not belong there. */
#ifndef CONFORMANCE_UNIT_SAMPLES_H
#define CONFORMANCE_UNIT_SAMPLES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "conformance/unit/random.h"
#include "conformance/unit/sealed.h"

enum { SAMPLES_MOST = 64, PICTURE_SIDE = 28 /* pixels */, WAV_HEAD = 44, WAV_FRAMES = 400 };

struct set {
    const char *as; /* settings.as, or NULL */
    struct bytes content;
    unsigned count;
    size_t lengths[SAMPLES_MOST], offsets[SAMPLES_MOST]; /* (count) */
};

static inline void set_add(struct set *s, const void *data, size_t length) {
    s->content.data = realloc(s->content.data, s->content.length + length + 1);
    if (length > 0)
        memcpy(s->content.data + s->content.length, data, length);
    s->offsets[s->count] = s->content.length;
    s->lengths[s->count++] = length;
    s->content.length += length;
}

static inline void set_free(struct set *s) {
    free(s->content.data);
    *s = (struct set){0};
}

static inline struct bytes read_file(const char *path) {
    struct bytes b = {NULL, 0};
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END) != 0)
        abort();
    b.length = (size_t)ftell(f);
    b.data = malloc(b.length + 1);
    rewind(f);
    if (fread(b.data, 1, b.length, f) != b.length)
        abort();
    fclose(f);
    return b;
}

static inline struct bytes copy_of(struct bytes b) {
    return join(b, (struct bytes){(uint8_t *)"", 0});
}

/* `count` excerpts of about 400 bytes, from `from` on, one every 480. */
static inline struct set make_texts(struct bytes prose, size_t from, unsigned count) {
    struct set s = {0};
    uint64_t seed = from + 1;
    for (unsigned i = 0; i < count; i++)
        set_add(&s, prose.data + (from + 480 * i) % (prose.length - 640), 160 + random_below(&seed, 480));
    return s;
}

/* WAV files: a tone that falls, 16 bits. */
static inline void add_sound(struct set *s, uint64_t *seed) {
    uint8_t wav[WAV_HEAD + 2 * WAV_FRAMES] = "RIFF....WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1F\0\0\x80\x3E\0\0\2\0\x10\0data";
    uint32_t step = 300 + random_below(seed, 900), phase = 0;
    store_u32(wav + 4, sizeof wav - 8);
    store_u32(wav + 40, 2 * WAV_FRAMES);
    for (uint32_t i = 0; i < WAV_FRAMES; i++, phase += step - i / 4) {
        uint32_t wave = phase % 65536 < 32768 ? phase % 32768 : 32768 - phase % 32768;
        uint32_t value = wave * (WAV_FRAMES - i) / WAV_FRAMES / 4 + random_below(seed, 12);
        store_u16(wav + WAV_HEAD + 2 * i, (uint16_t)(value - 4096));
    }
    set_add(s, wav, sizeof wav);
}

static inline struct set make_sounds(uint64_t seed, unsigned count) {
    struct set s = {0};
    for (unsigned i = 0; i < count; i++)
        add_sound(&s, &seed);
    return s;
}

/* Bare grey pictures: a ring on black. */
static inline void add_picture(struct set *s, uint64_t *seed) {
    uint8_t pixels[PICTURE_SIDE * PICTURE_SIDE];
    int32_t x0 = 9 + (int32_t)random_below(seed, 10), y0 = 9 + (int32_t)random_below(seed, 10);
    int32_t radius = 25 + (int32_t)random_below(seed, 50);
    for (int32_t y = 0; y < PICTURE_SIDE; y++)
        for (int32_t x = 0; x < PICTURE_SIDE; x++) {
            int32_t far = (x - x0) * (x - x0) + (y - y0) * (y - y0) - radius;
            int32_t light = 250 - 5 * (far < 0 ? -far : far);
            pixels[y * PICTURE_SIDE + x] = (uint8_t)(light <= 0 ? 0 : light - (int32_t)random_below(seed, 9));
        }
    set_add(s, pixels, sizeof pixels);
}

static inline struct set make_pictures(uint64_t seed, unsigned count) {
    struct set s = {.as = "gray8:28x28"};
    for (unsigned i = 0; i < count; i++)
        add_picture(&s, &seed);
    return s;
}

/* One byte, two, noise, and a file that other programs have packed. */
static inline void add_odd(struct set *s, struct bytes packed, uint64_t seed) {
    uint8_t noise[700];
    random_fill(&seed, noise, sizeof noise);
    set_add(s, "x", 1);
    set_add(s, noise, sizeof noise);
    set_add(s, "ab", 2);
    set_add(s, packed.data, packed.length);
}

/* ---- priors of them */

static inline struct hunch_settings set_settings(const struct set *s, int level) {
    struct hunch_settings settings = make_settings(level, 0);
    settings.as = s->as;
    return settings;
}

/* The file of a prior. */
static inline struct bytes train(const struct set *s, int level) {
    struct hunch_settings settings = set_settings(s, level);
    struct bytes file = {NULL, hunch_train_bound(s->content.length)};
    file.data = malloc(file.length);
    if (hunch_train(file.data, &file.length, "samples", s->content.data, s->lengths, s->count, &settings) != HUNCH_OK)
        abort();
    return file;
}

static inline hunch_prior *open_prior(struct bytes file) {
    hunch_prior *prior;
    if (hunch_prior_open(&prior, file.data, file.length, NULL) != HUNCH_OK)
        abort();
    return prior;
}

/* ---- archives of them */

static inline void encode_bytes(hunch_stream *stream, struct story *s, const void *data, size_t length,
                                enum hunch_directive directive) {
    run_stream(stream, s, data, length, 999, 777, directive);
}

/* An archive with a member for each sample; settings name the prior and the groups. */
static inline struct bytes encode_set(const struct set *set, const struct hunch_settings *settings) {
    struct story s = {.content = {malloc(16), 0}, .capacity = 16};
    hunch_stream *stream;
    if (hunch_encoder_open(&stream, settings) != HUNCH_OK)
        abort();
    for (unsigned i = 0; i < set->count; i++) {
        char name[32];
        struct hunch_member m = {.sizeof_member = sizeof m, .name = name, .length = set->lengths[i]};
        snprintf(name, sizeof name, "sample/%u", i);
        if (hunch_stream_member(stream, &m) != HUNCH_OK)
            abort();
        encode_bytes(stream, &s, set->content.data + set->offsets[i], set->lengths[i], HUNCH_CONTINUE);
    }
    encode_bytes(stream, &s, NULL, 0, HUNCH_FINISH);
    hunch_stream_close(&stream);
    if (s.status != HUNCH_OK)
        abort();
    return s.content;
}

static inline int read_archive(void *opaque, uint64_t offset, void *buffer, size_t length) {
    memcpy(buffer, ((const struct bytes *)opaque)->data + offset, length);
    return 0;
}

static inline enum hunch_status open_archive(hunch_archive **a, struct bytes *archive,
                                             const struct hunch_settings *settings) {
    struct hunch_source source = {read_archive, archive, archive->length};
    return hunch_archive_open(a, &source, settings);
}

#endif
