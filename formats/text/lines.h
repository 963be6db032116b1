/* How the lines of a text end and where they are wrapped. */
#ifndef HUNCH_FORMATS_TEXT_LINES_H
#define HUNCH_FORMATS_TEXT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lines {
    const uint8_t *data;
    size_t length;
    bool crlf;     /* every LF stands behind a CR; the two are one line end */
    size_t width;  /* of wrapped lines, characters; 0: not wrapped */
    size_t column; /* characters of this line before data[counted] */
    size_t counted;
};

/* Finds out about the lines of data. */
void hunch_lines_init(struct lines *l, const uint8_t *data, size_t length);

/* Bytes of the line end at data[p], 0 when there is none. */
static inline size_t lines_end_at(const struct lines *l, size_t p) {
    if (!l->crlf)
        return p < l->length && l->data[p] == '\n';
    return p + 1 < l->length && l->data[p] == '\r' && l->data[p + 1] == '\n' ? 2 : 0;
}

/* data[p], a space or the first byte of a line end, is the next in order: would join wrap the line at a space
 * here? */
bool hunch_lines_wrap(struct lines *l, size_t p);

#endif
