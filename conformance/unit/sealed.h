/* Contents and archives for the tests of the container: made and opened through the public header. */
#ifndef CONFORMANCE_UNIT_SEALED_H
#define CONFORMANCE_UNIT_SEALED_H

#include <stdlib.h>
#include <string.h>

#include "conformance/unit/random.h"
#include "hunch/hunch.h"

struct bytes {
    uint8_t *data;
    size_t length;
};

/* Half-predictable bytes: runs, repeats and noise by turns, so that blocks are coded as well as stored. */
static inline struct bytes make_content(uint64_t seed, size_t length) {
    struct bytes b = {malloc(length + 1), length};
    for (size_t at = 0; at < length;) {
        size_t run = 1 + random_below(&seed, 300), kind = random_below(&seed, 4);
        for (; run > 0 && at < length; run--, at++)
            b.data[at] = kind == 0   ? (uint8_t)random_u32(&seed)
                         : kind == 1 ? (uint8_t)"the end of the beginning "[at % 25]
                         : at >= 40  ? b.data[at - 40]
                                     : 'a';
    }
    return b;
}

static inline struct hunch_settings make_settings(int level, uint64_t block_size) {
    struct hunch_settings s;
    hunch_settings_default(&s);
    s.level = level;
    s.block_size = block_size;
    return s;
}

/* Everything that a decoder said. */
enum { TOLD_MOST = 64 };

struct story {
    struct bytes content;
    size_t capacity;
    enum hunch_status status;
    unsigned told; /* lost ranges */
    struct hunch_range lost[TOLD_MOST];
    enum hunch_status why[TOLD_MOST];
};

static inline void tell(void *opaque, struct hunch_range lost, enum hunch_status why) {
    struct story *s = opaque;
    if (s->told < TOLD_MOST) {
        s->lost[s->told] = lost;
        s->why[s->told] = why;
    }
    s->told++;
}

static inline void take_output(struct story *s, const uint8_t *data, size_t length) {
    if (s->content.length + length > s->capacity) {
        s->capacity = 2 * (s->content.length + length);
        s->content.data = realloc(s->content.data, s->capacity);
    }
    memcpy(s->content.data + s->content.length, data, length);
    s->content.length += length;
}

/* Feeds `length` bytes to the stream, `in_step` at a time into outputs of `out_step`. */
static inline void run_stream(hunch_stream *stream, struct story *s, const uint8_t *data, size_t length,
                              size_t in_step, size_t out_step, enum hunch_directive directive) {
    uint8_t *room = malloc(out_step);
    struct hunch_input in = {data, 0, 0};
    int done = 0;
    while (s->status == HUNCH_OK && !(done && in.position == length)) {
        in.size = length - in.position < in_step ? length : in.position + in_step;
        struct hunch_output out = {room, out_step, 0};
        s->status = hunch_stream_run(stream, &in, &out, in.size == length ? directive : HUNCH_CONTINUE, &done);
        take_output(s, room, out.position);
    }
    free(room);
}

static inline struct bytes encode(struct bytes content, const struct hunch_settings *settings) {
    struct bytes a = {NULL, hunch_encode_bound(content.length) + content.length / 8 + 4096};
    a.data = malloc(a.length);
    if (hunch_encode(a.data, &a.length, content.data, content.length, settings) != HUNCH_OK)
        abort();
    return a;
}

static inline struct story decode(struct bytes archive, struct hunch_settings settings, size_t in_step,
                                  size_t out_step) {
    struct story s = {{malloc(16), 0}, 16, HUNCH_OK, 0, {{0, 0}}, {HUNCH_OK}};
    hunch_stream *stream;
    settings.on_lost = tell;
    if (!settings.allocate)
        settings.opaque = &s;
    s.status = hunch_decoder_open(&stream, &settings);
    if (s.status == HUNCH_OK)
        run_stream(stream, &s, archive.data, archive.length, in_step, out_step, HUNCH_FINISH);
    hunch_stream_close(&stream);
    return s;
}

static inline struct bytes join(struct bytes a, struct bytes b) {
    struct bytes both = {malloc(a.length + b.length + 1), a.length + b.length};
    memcpy(both.data, a.data, a.length);
    memcpy(both.data + a.length, b.data, b.length);
    return both;
}

static inline int same(struct bytes a, struct bytes b) {
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

#endif
