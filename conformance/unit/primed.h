/* Priors for the sorts of samples, archives of such samples, and their members: what the tests of units share. */
#ifndef CONFORMANCE_UNIT_PRIMED_H
#define CONFORMANCE_UNIT_PRIMED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "conformance/unit/samples.h"

enum { TRAINED = 20, SORTS = 4, PACKED_MOST = 4, PHOTOS_MOST = 8 };

static struct bytes prose, packed[PACKED_MOST]; /* an excerpt, and files that other programs have packed */
static unsigned packed_count;
static struct bytes photos[PHOTOS_MOST]; /* JPEG files */
static unsigned photo_count;

static inline void read_files(int count, char **paths) {
    prose = read_file(paths[0]);
    for (int i = 1; i < count; i++) {
        struct bytes file = read_file(paths[i]);
        if (file.length > 2 && memcmp(file.data, "\xFF\xD8", 2) == 0 && photo_count < PHOTOS_MOST)
            photos[photo_count++] = copy_of(file);
        if (packed_count < PACKED_MOST)
            packed[packed_count++] = file;
        else
            free(file.data);
    }
}

static inline void free_files(void) {
    for (unsigned i = 0; i < packed_count; i++)
        free(packed[i].data);
    for (unsigned i = 0; i < photo_count; i++)
        free(photos[i].data);
    free(prose.data);
}

/* The same few, from another one on. */
static inline struct set make_photos(unsigned first, unsigned count) {
    struct set s = {0};
    for (unsigned i = 0; i < count && photo_count > 0; i++)
        set_add(&s, photos[(first + i) % photo_count].data, photos[(first + i) % photo_count].length);
    return s;
}

static inline struct set make_sort(unsigned sort, unsigned part, unsigned count) {
    if (sort == 0)
        return make_texts(prose, 10000 * part, count);
    if (sort == 1)
        return make_sounds(7 + part, count);
    return sort == 2 ? make_pictures(5 + part, count) : make_photos(part, count);
}

/* A prior for the sort, which has read odd samples too. */
static inline struct bytes train_sort(unsigned sort, int level) {
    struct set s = make_sort(sort, 0, TRAINED);
    if (packed_count > 0)
        add_odd(&s, packed[0], 77);
    struct bytes file = train(&s, level);
    set_free(&s);
    return file;
}

static inline hunch_prior *make_prior(unsigned sort, int level) {
    struct bytes file = train_sort(sort, level);
    hunch_prior *prior = open_prior(file);
    free(file.data);
    return prior;
}

static hunch_prior *at_hand[2]; /* what `find` finds */

/* The end of a test with a prior at hand. */
static inline void put_away(hunch_prior *prior, struct bytes archive, struct set *s) {
    hunch_prior_close(&prior);
    at_hand[0] = NULL;
    free(archive.data);
    set_free(s);
}

static inline hunch_prior *find(void *opaque, uint64_t id, const char *name) {
    (void)opaque;
    assert_string_equal(name, "samples");
    for (unsigned i = 0; i < 2; i++)
        if (at_hand[i] && hunch_prior_id(at_hand[i]) == id)
            return at_hand[i];
    return NULL;
}

static inline struct hunch_settings reader_settings(void) {
    struct hunch_settings s;
    hunch_settings_default(&s);
    s.find_prior = find;
    return s;
}

static inline struct hunch_settings writer_settings(const struct set *s, int level, hunch_prior *prior) {
    struct hunch_settings settings = set_settings(s, level);
    settings.prior = prior;
    return settings;
}

/* ---- reading */

static inline enum hunch_status read_member(hunch_archive *a, uint64_t index, uint8_t *buffer, size_t *length) {
    struct hunch_member m = {.sizeof_member = sizeof m};
    assert_int_equal(hunch_archive_stat(a, index, &m), HUNCH_OK);
    *length = (size_t)m.length;
    return hunch_archive_read(a, m.offset, buffer, (size_t)m.length);
}

static inline void check_member(hunch_archive *a, const struct set *s, unsigned i) {
    uint8_t *buffer = malloc(s->lengths[i] + 1);
    size_t length;
    assert_int_equal(read_member(a, i, buffer, &length), HUNCH_OK);
    assert_int_equal(length, s->lengths[i]);
    assert_memory_equal(buffer, s->content.data + s->offsets[i], length);
    free(buffer);
}

#endif
