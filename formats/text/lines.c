#include "formats/text/lines.h"

#include <string.h>

#include "formats/text/stream.h"

enum { WIDTH_MAX = 127 };

static bool all_crlf(const uint8_t *data, size_t length) {
    size_t ends = 0;
    for (const uint8_t *p = data; (p = memchr(p, '\n', length - (size_t)(p - data))); p++, ends++)
        if (p == data || p[-1] != '\r')
            return false;
    return ends > 0;
}

/* Characters from data[p] to the next space or line end, counted up to `most`. */
static size_t chunk_width(const struct lines *l, size_t p, size_t most) {
    size_t width = 0;
    while (p < l->length && l->data[p] != ' ' && !lines_end_at(l, p) && width < most)
        width += text_is_character(l->data[p++]);
    return width;
}

/* Votes for widths: a line end of `width` characters, behind which the next chunk would have reached `over`,
 * is where greedy wrapping puts it for every limit in width .. over - 1; a line longer than the limit speaks
 * against it. */
struct votes {
    int64_t step[WIDTH_MAX + 2]; /* difference of votes from one width to the next */
    size_t ends;                 /* line ends between text and text */
};

static void votes_line(struct votes *v, const struct lines *l, size_t width, size_t next) {
    if (width == 0)
        return;
    v->step[0] -= (int64_t)(1 + width / 64);
    v->step[width <= WIDTH_MAX ? width : WIDTH_MAX + 1] += (int64_t)(1 + width / 64);
    if (next == l->length || l->data[next] == ' ' || lines_end_at(l, next))
        return;
    v->ends++;
    if (width > WIDTH_MAX)
        return;
    size_t over = width + 1 + chunk_width(l, next, WIDTH_MAX);
    v->step[width]++;
    v->step[over <= WIDTH_MAX ? over : WIDTH_MAX + 1]--;
}

/* The width that explains most line ends, 0 when that is less than half of them. */
static size_t wrap_width(const struct lines *l) {
    struct votes v = {.ends = 0};
    size_t width = 0;
    for (size_t p = 0; p < l->length;) {
        size_t end = lines_end_at(l, p);
        if (end) {
            votes_line(&v, l, width, p + end);
            width = 0;
            p += end;
        } else {
            width += text_is_character(l->data[p++]);
        }
    }
    int64_t best = 0, sum = v.step[0];
    size_t chosen = 0;
    for (size_t w = 1; w <= WIDTH_MAX; w++) {
        sum += v.step[w];
        if (sum > best) {
            best = sum;
            chosen = w;
        }
    }
    return (uint64_t)best * 2 > v.ends ? chosen : 0;
}

void hunch_lines_init(struct lines *l, const uint8_t *data, size_t length) {
    *l = (struct lines){.data = data, .length = length, .crlf = all_crlf(data, length)};
    l->width = wrap_width(l);
}

bool hunch_lines_wrap(struct lines *l, size_t p) {
    if (l->width == 0)
        return false;
    while (l->counted < p) {
        size_t end = lines_end_at(l, l->counted);
        l->column = end ? 0 : l->column + text_is_character(l->data[l->counted]);
        l->counted += end ? end : 1;
    }
    size_t end = lines_end_at(l, p), next = p + (end ? end : 1);
    if (next == l->length || l->data[next] == ' ' || lines_end_at(l, next))
        return false; /* nothing stands behind it to be wrapped */
    return l->column + 1 + chunk_width(l, next, l->width) > l->width;
}
