/* A log of memory as it was, so that what changes it can be taken back: a model that was taught once codes a sample,
 * learns from it, and is then as it was before. */
#ifndef HUNCH_BASE_UNDO_H
#define HUNCH_BASE_UNDO_H

#include <stdbool.h>

#include "base/arena.h"

enum { UNDO_SEEN_LOG2 = 13 };

struct undo_chunk;

/* The log lies in chunks, so that it takes hardly more memory than it has bytes. */
struct undo {
    const struct allocator *allocator;
    struct undo_chunk *last;  /* of the log; NULL: it is empty */
    struct undo_chunk *spare; /* of logs before */
    bool failed; /* memory for the log was refused: what changed since the last roll-back cannot be taken back */
    const void *seen[1 << UNDO_SEEN_LOG2]; /* places that are in the log: most change again and again */
};

/* Takes down n bytes at `place` (aligned to 4) before they change. One place must always come with the same n. */
void hunch_undo_note(struct undo *u, const void *place, size_t n);

/* The same where there may be no log. */
static inline void undo_note(struct undo *u, const void *place, size_t n) {
    if (u)
        hunch_undo_note(u, place, n);
}

/* Makes all noted memory as it was; false when that cannot be done. */
bool hunch_undo_roll_back(struct undo *u);

void hunch_undo_free(struct undo *u);

#endif
