/* Where bytes go: nowhere, a stream, or a file that appears under its name only when it is whole.
 *
 * A file is written to a temporary name in the same directory, synced, and then published by a rename that
 * does not overwrite (unless told to). Killed at any moment, it leaves the final name as it was. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "hunch/hunch.h"

enum output_kind { OUTPUT_NOTHING, OUTPUT_STREAM, OUTPUT_FILE };

struct output {
    unsigned kind;
    const char *name; /* for messages */
    const char *path; /* the final name of a file; the caller's, must outlive the output */
    char *temporary;  /* the name until then */
    int fd;           /* -1 for nothing */
    bool replace;     /* overwrite what has the final name */
    bool sparse;      /* leave holes for zeros */
    uint64_t written; /* bytes */
    uint64_t hole;    /* of these, zeros at the end that are not on disk yet */
};

/* Whether the path stands for standard output. */
bool output_is_standard(const char *path);

/* Opens `path`: NULL for nothing, "-" for standard output; a device or pipe of that name is written to as it
 * is. Call before any thread starts. Returns an exit code; trouble was told. */
int output_open(struct output *output, const char *path, bool replace, bool sparse);

/* Whether the stream is the regular file `stat`, or the final name is. */
bool output_is_file(const struct output *output, const struct stat *stat);

/* Returns false on failure, which was told. */
bool output_write(struct output *output, const void *data, size_t size);

/* Gives a file the mode, times and, where the system lets us, the owner of `from` (NULL: those of any new
 * file) and brings it to disk. Streams: nothing to do. Returns false on failure, which was told. */
bool output_sync(struct output *output, const struct stat *from);

/* Reads what was written to a file back; returns the number of bytes, -1 on failure, which was told. */
ssize_t output_read_back(const struct output *output, uint64_t offset, void *buffer, size_t size);

/* What was written to a file, to be read at any place; valid until it is published or discarded. */
struct hunch_source output_source(struct output *output);

/* Publishes a synced file under its final name and closes. Returns false on failure, which was told; then
 * nothing is left. Call when no other thread runs. */
bool output_commit(struct output *output);

/* Closes and leaves nothing. May be called after any of the above, and on an output that never opened with fd
 * -1 and all else zero. */
void output_discard(struct output *output);

#endif
