/* Content taken apart into streams and put together again, for the tests of kinds of pieces. Streams are joined from
 * arrays as long as they are said to be, so that sanitizers see overruns. */
#ifndef CONFORMANCE_UNIT_TAKEN_H
#define CONFORMANCE_UNIT_TAKEN_H

#include <stdlib.h>
#include <string.h>

#include "formats/pieces.h"

static const struct allocator system_allocator;

struct taken {
    struct streams streams;
    bool found;
};

enum { TAKEN_ROOM = 1 << 28 }; /* bytes */

static inline uint64_t taken_total(const struct taken *t) {
    uint64_t total = 0;
    for (unsigned k = 0; k < CONTENT_KINDS; k++)
        total += t->streams.of[k].length;
    return total;
}

static inline void taken_free(struct taken *t) {
    hunch_streams_free(&t->streams);
}

static inline struct taken take(const uint8_t *data, size_t length) {
    struct taken t = {.streams = {.allocator = &system_allocator, .room = TAKEN_ROOM}};
    t.found = hunch_pieces_split(&t.streams, data, length, (struct outlook){0});
    return t;
}

/* The streams again, each in memory of its own size. */
static inline struct taken taken_copy(const struct taken *t) {
    struct taken copy = {.found = t->found, .streams = {.allocator = &system_allocator, .room = TAKEN_ROOM}};
    for (unsigned k = 0; k < CONTENT_KINDS; k++) {
        size_t n = t->streams.of[k].length;
        copy.streams.of[k] = (struct buffer){n ? hunch_allocate(&system_allocator, n) : NULL, n, n};
        if (n)
            memcpy(copy.streams.of[k].bytes, t->streams.of[k].bytes, n);
    }
    return copy;
}

static inline bool taken_join(struct taken *t, uint8_t *out, size_t length) {
    t->streams.room = hunch_pieces_scratch(length, taken_total(t));
    return hunch_pieces_join(&t->streams, out, length);
}

/* Does the content come back? */
static inline bool taken_comes_back(const struct taken *t, const uint8_t *data, size_t length) {
    struct taken copy = taken_copy(t);
    uint8_t *out = malloc(length ? length : 1);
    bool good = taken_join(&copy, out, length) && memcmp(out, data, length) == 0;
    free(out);
    taken_free(&copy);
    return good;
}

#endif
