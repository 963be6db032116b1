/* Walks directories: everything below one, sorted by name, bytewise, so that the order in which a file system
 * keeps names shows nowhere. Symbolic links are told of and not followed. */
#ifndef CLI_COLLECT_H
#define CLI_COLLECT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* A file, directory or whatever else. */
struct found {
    const char *path; /* for messages */
    const char *name; /* the path without what lies above the input; a directory's ends in "/" */
    int directory;    /* where it lies */
    const char *leaf; /* its name there */
    struct stat stat;
};

struct collector {
    int (*visit)(void *opaque, const struct found *found); /* anything but 0 ends the walk */
    void *opaque;
    bool silent; /* tell nothing */
    int worst;   /* exit code for what was told and passed over */
};

/* Visits `input` and, when it is a directory and `deep`, all below it. The first `above` bytes of the input
 * are not part of names; what has no name then is not visited itself. A link as input is followed when
 * `deep`, if it leads to a directory. Returns what `visit` did, or an exit code. */
int collect(struct collector *collector, const char *input, size_t above, bool deep);

#endif
