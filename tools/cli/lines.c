#include "lines.h"

#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "report.h"

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
    lines->text = input_read_all(&input, &length);
    code = lines->text ? split(lines, input.name, length) : CODE_DATA;
    input_close(&input);
    return code;
}

void lines_free(struct lines *lines) {
    free(lines->list);
    free(lines->text);
    *lines = (struct lines){0};
}
