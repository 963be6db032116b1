#include "base/arena.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 << 20 };

/* Before each block stands how it was made: the pointer to free and, for mappings, the length. */
struct header {
    void *memory;
    size_t mapped; /* bytes, 0 for heap memory */
};

static void *place(uint8_t *memory, size_t align, size_t mapped) {
    uintptr_t start = (uintptr_t)memory + sizeof(struct header);
    uint8_t *user = memory + sizeof(struct header) + (align - start % align) % align;
    struct header *h = (struct header *)(void *)(user - sizeof(struct header));
    h->memory = memory;
    h->mapped = mapped;
    return user;
}

static void *map_pages(size_t size) {
    size_t length = size + 2 * (size_t)HUGE_PAGE;
    void *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    void *user = place(memory, HUGE_PAGE, length);
#ifdef MADV_HUGEPAGE
    (void)madvise(user, size, MADV_HUGEPAGE); /* advice: its failure changes nothing */
#endif
    return user;
}

void *hunch_allocate(const struct allocator *a, size_t size) {
    size_t length;
    if (size > SIZE_MAX / 2)
        return NULL;
    if (!a->allocate && size >= 2 * (size_t)HUGE_PAGE)
        return map_pages(size);
    length = size + sizeof(struct header) + ARENA_ALIGN;
    uint8_t *memory = a->allocate ? a->allocate(a->opaque, length) : calloc(1, length);
    return memory ? place(memory, ARENA_ALIGN, 0) : NULL;
}

void hunch_release(const struct allocator *a, void *memory) {
    if (!memory)
        return;
    struct header h = *(struct header *)(void *)((uint8_t *)memory - sizeof(struct header));
    if (h.mapped)
        munmap(h.memory, h.mapped);
    else if (a->allocate)
        a->release(a->opaque, h.memory);
    else
        free(h.memory);
}

void *hunch_arena_take(struct arena *arena, size_t size) {
    size_t start = arena->used;
    if (size > SIZE_MAX - ARENA_ALIGN - start) {
        arena->used = SIZE_MAX - ARENA_ALIGN;
        return NULL;
    }
    arena->used = start + (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    return arena->base ? arena->base + start : NULL;
}
