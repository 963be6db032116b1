/* One allocation, carved into aligned pieces. The owner sums the sizes first, so that limits are checked before
 * anything is allocated and nothing can fail afterwards. */
#ifndef HUNCH_BASE_ARENA_H
#define HUNCH_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

enum { ARENA_ALIGN = 64 }; /* bytes: a cache line, and the widest vector */

/* The caller's allocator. allocate returns zeroed memory or NULL; both NULL mean the system's. */
struct allocator {
    void *(*allocate)(void *opaque, size_t size);
    void (*release)(void *opaque, void *memory);
    void *opaque;
};

/* Zeroed memory, aligned to ARENA_ALIGN; NULL when there is none. The system's allocator asks for huge pages where
 * they help: random access over large tables is bound by address translation. */
void *hunch_allocate(const struct allocator *a, size_t size);

/* Gives back what hunch_allocate returned for the same allocator; NULL is allowed. */
void hunch_release(const struct allocator *a, void *memory);

struct arena {
    uint8_t *base; /* NULL: only count */
    size_t used;   /* bytes, saturates at SIZE_MAX */
};

/* The next `size` bytes of the arena, aligned to ARENA_ALIGN; NULL while counting (base NULL). */
void *hunch_arena_take(struct arena *arena, size_t size);

#endif
