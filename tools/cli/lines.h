/* A list of names, one a line. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stddef.h>

struct lines {
    char *text;
    char **list; /* into the text; empty lines are left out */
    size_t count;
};

/* Reads `file`, "-" for standard input. Returns an exit code; trouble was told. lines_free must follow. */
int lines_read(struct lines *lines, const char *file);

void lines_free(struct lines *lines);

#endif
