#include "nameset.h"

#include <stdlib.h>
#include <xxhash.h>

enum { CAPACITY_LEAST = 1024 };

/* The slot that holds the hash, or the free one where it belongs. */
static uint64_t *find_slot(const struct nameset *set, uint64_t hash) {
    size_t i = (size_t)hash & (set->capacity - 1);
    while (set->slots[i] && set->slots[i] != hash)
        i = (i + 1) & (set->capacity - 1);
    return &set->slots[i];
}

/* Keeps at least half of the slots free. */
static int grow(struct nameset *set) {
    struct nameset larger = {.capacity = set->capacity ? 2 * set->capacity : CAPACITY_LEAST,
                             .count = set->count};
    larger.slots = calloc(larger.capacity, sizeof *larger.slots);
    if (!larger.slots)
        return -1;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i])
            *find_slot(&larger, set->slots[i]) = set->slots[i];
    free(set->slots);
    *set = larger;
    return 0;
}

enum nameset_answer nameset_add(struct nameset *set, const char *name, size_t length) {
    uint64_t hash = XXH3_64bits(name, length);
    if (2 * set->count >= set->capacity && grow(set))
        return NAME_NO_MEMORY;
    uint64_t *slot = find_slot(set, hash ? hash : 1);
    if (*slot)
        return NAME_KNOWN;
    *slot = hash ? hash : 1;
    set->count++;
    return NAME_NEW;
}

void nameset_free(struct nameset *set) {
    free(set->slots);
    *set = (struct nameset){0};
}
