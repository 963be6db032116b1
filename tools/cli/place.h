/* A directory that members are written into, and nothing outside it. Every component of a name is opened by
 * itself and never through a symbolic link, so that neither the names nor the links of an archive, nor what
 * lies there already, lead out. Files and links are made under a temporary name at the top of the directory
 * and renamed.
 *
 * Names must be clean (path.h). Functions return false after trouble, which was told by the name. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct place {
    int root;
    bool replace;             /* overwrite what is there */
    int fd;                   /* of the file in the making, -1 for none */
    bool begun;               /* the temporary name exists */
    bool full;                /* writing failed: there is no use in going on */
    unsigned number;          /* of temporary names tried */
    char temporary[PATH_MAX]; /* the path of the temporary name */
    size_t leaf;              /* where in it the name within the directory begins */
};

/* What a member is given at its end. */
struct attributes {
    uint32_t mode; /* 0: that of any new file */
    int64_t mtime; /* seconds since 1970 */
    uint32_t nanoseconds;
};

/* Opens the directory; makes it where it is missing. Returns an exit code; trouble was told. */
int place_open(struct place *place, const char *directory, bool replace);

/* Makes a directory and those above it. *made tells whether it was not there before. */
bool place_directory(struct place *place, const char *name, bool *made);

/* Begins a file; place_write adds to it; place_publish gives it its attributes and its name. place_abandon
 * may take the place of the last at any time. */
bool place_file(struct place *place, const char *name);
bool place_write(struct place *place, const char *name, const void *data, size_t size);
bool place_publish(struct place *place, const char *name, const struct attributes *attributes);
void place_abandon(struct place *place);

/* Makes a symbolic link. */
bool place_link(struct place *place, const char *name, const char *target,
                const struct attributes *attributes);

/* Gives a directory its attributes: after all that is in it was made, for they may forbid to make more. */
bool place_finish(struct place *place, const char *name, const struct attributes *attributes);

/* Brings all to disk. */
bool place_sync(struct place *place);

void place_close(struct place *place);

#endif
