#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "report.h"

enum { PIECE = 1 << 16 };

/* All of the input and a zero behind it; NULL after trouble, which was told. */
static char *read_all(struct input *input, size_t *length) {
    size_t capacity = 0;
    char *text = NULL;
    ssize_t got = 1;
    *length = 0;
    while (got > 0) {
        if (capacity - *length < PIECE) {
            capacity = 2 * capacity + 2 * (size_t)PIECE;
            char *larger = realloc(text, capacity);
            if (!larger) {
                free(text);
                report_status(input->name, HUNCH_NO_MEMORY, "");
                return NULL;
            }
            text = larger;
        }
        got = input_read(input, text + *length, PIECE - 1);
        *length += got > 0 ? (size_t)got : 0;
    }
    if (got < 0) {
        free(text);
        return NULL;
    }
    text[*length] = 0;
    return text;
}

static int split(struct lines *lines, const char *name, size_t length) {
    size_t most = 1;
    if (strlen(lines->text) != length) {
        report_error(name, "holds a zero byte, so it is no list of names; write one name a line");
        return CODE_DATA;
    }
    for (const char *p = lines->text; *p; p++)
        most += *p == '\n';
    lines->list = malloc(most * sizeof *lines->list);
    if (!lines->list)
        return report_status(name, HUNCH_NO_MEMORY, "");
    for (char *p = lines->text, *next; p; p = next) {
        next = strchr(p, '\n');
        if (next)
            *next++ = 0;
        if (*p)
            lines->list[lines->count++] = p;
    }
    return CODE_OK;
}

int lines_read(struct lines *lines, const char *file) {
    struct input input;
    size_t length;
    *lines = (struct lines){0};
    int code = input_open(&input, file);
    if (code != CODE_OK)
        return code;
    lines->text = read_all(&input, &length);
    code = lines->text ? split(lines, input.name, length) : CODE_DATA;
    input_close(&input);
    return code;
}

void lines_free(struct lines *lines) {
    free(lines->list);
    free(lines->text);
    *lines = (struct lines){0};
}
