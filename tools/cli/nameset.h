/* Which names were there before: a set of their hashes, 8 to 32 bytes a name. Two of a million names share a
 * hash once in ten million sets; they are then taken for one. */
#ifndef CLI_NAMESET_H
#define CLI_NAMESET_H

#include <stddef.h>
#include <stdint.h>

enum nameset_answer { NAME_NEW, NAME_KNOWN, NAME_NO_MEMORY };

struct nameset {
    uint64_t *slots; /* capacity of them, 0 for a free one */
    size_t capacity, count;
};

/* Adds a name to a set, which begins as all zeros. */
enum nameset_answer nameset_add(struct nameset *set, const char *name, size_t length);

void nameset_free(struct nameset *set);

#endif
