/* Typed streams on their way between formats and models: one growing array for each kind of content, and a purse of
 * memory lent by the codec that all of it is paid from. */
#ifndef HUNCH_FORMATS_STREAMS_H
#define HUNCH_FORMATS_STREAMS_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/content.h"

struct streams {
    struct buffer of[CONTENT_KINDS];
    size_t at[CONTENT_KINDS]; /* joining: bytes that have been got */
    const struct allocator *allocator;
    uint64_t room;  /* bytes that may still be allocated */
    bool no_memory; /* the allocator refused; running out of room is no such trouble */
};

/* Zeroed memory from the purse, or NULL. */
void *hunch_streams_allocate(struct streams *s, size_t size);
void hunch_streams_release(struct streams *s, void *memory, size_t size);

/* Room for `more` bytes behind a stream's length; NULL when the purse is empty. */
uint8_t *hunch_streams_reserve(struct streams *s, enum content_kind kind, size_t more);

/* Frees the arrays. */
void hunch_streams_free(struct streams *s);

#endif
