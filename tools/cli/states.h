/* What opening a prior computed, kept for later runs in a cache directory: it may have taken minutes.
 *
 * A state is trusted as the program itself is. So only a file of the user who runs it counts, in a directory that is
 * theirs, neither of them writable to others, and made by this very program; and its hash must be right, since a disk
 * that lies would cost what is encoded from it. */
#ifndef CLI_STATES_H
#define CLI_STATES_H

#include <stdbool.h>
#include <stddef.h>

#include "hunch/hunch.h"

/* A kept state, mapped copy on write. */
struct state {
    void *image;   /* NULL: none */
    size_t size;   /* bytes of it */
    size_t mapped; /* bytes of the mapping, with what stands behind it */
};

/* Maps the state of a prior; false when there is none that can be trusted. */
bool state_map(struct state *state, uint64_t id);

void state_unmap(struct state *state);

/* Keeps the state of a prior that nothing uses yet. That it fails is nobody's trouble. */
void state_keep(const hunch_prior *prior);

#endif
