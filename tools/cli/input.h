/* One file or standard input, to be read from front to back or, when it is a regular file, at any place. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "hunch/hunch.h"

struct input {
    const char *name; /* for messages: the file, or "standard input" */
    const char *path; /* NULL for standard input */
    int fd;
    struct stat stat;
    uint64_t start;        /* where in the file it begins: the caller of hunch may have read before */
    uint64_t taken;        /* bytes read so far */
    unsigned char head[8]; /* the first bytes read */
};

/* Opens `file`, "-" for standard input. Directories are refused. Returns an exit code, CODE_OK when open;
 * trouble was told. */
int input_open(struct input *input, const char *file);

/* Reads up to `size` bytes; fewer only from pipes and at the end. Returns the number, 0 at the end, -1 on
 * failure, which was told. */
ssize_t input_read(struct input *input, void *buffer, size_t size);

/* Reads what `head` has room for, or all when that is less, before anything else is read; false on failure, which was
 * told. */
bool input_read_head(struct input *input);

/* All of the input and a zero behind it, to be freed; of what was read before no more than the head. NULL
 * after trouble, which was told. */
char *input_read_all(struct input *input, size_t *length);

bool input_is_regular(const struct input *input);

/* Bytes in it, 0 when unknown. */
uint64_t input_size(const struct input *input);

/* Whether the bytes read so far begin like an archive. */
bool input_is_archive(const struct input *input);

/* Reads exactly `length` bytes of a file at any place: 0, or -1 on failure or where it ends. */
int input_read_at(int fd, uint64_t offset, void *buffer, size_t length);

/* Reads a regular file at any place; valid until input_close. */
struct hunch_source input_source(struct input *input);

/* NULL-safe and repeatable: an input that is not open has fd -1. */
void input_close(struct input *input);

#endif
