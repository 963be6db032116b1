/* For the encoder: looks for samples in rows, by how much bytes at a distance differ, and for tables as text. */
#include "models/cm/contexts.h"

#include <stdbool.h>

enum {
    LAG_MAX = 1 << 14,      /* bytes: longest row that is looked for */
    LENGTH_LEAST = 1 << 12, /* bytes; shorter blocks are not looked at */
    WINDOWS = 8,            /* places of the block that are looked at */
    WINDOW = 1024,          /* bytes of each */
    STEP = 3,
    TABLE_SAMPLE = 1 << 15, /* bytes that are looked at for a table */
    LINES_LEAST = 8,
    COLUMNS_LEAST = 2 /* delimiters in a line */
};

/* Sum of the differences between bytes `lag` <= reach apart in windows spread over the block. */
static uint64_t difference(const uint8_t *data, size_t length, size_t reach, size_t lag) {
    uint64_t sum = 0;
    size_t room = length - reach - WINDOW;
    for (size_t k = 0; k < WINDOWS; k++) {
        const uint8_t *p = data + reach + room / WINDOWS * k;
        for (size_t i = 0; i < WINDOW; i += STEP) {
            int d = p[i] - *(p + i - lag);
            sum += (uint64_t)(d < 0 ? -d : d);
        }
    }
    return sum;
}

static bool is_text(const uint8_t *data, size_t length) {
    size_t odd = 0, seen = 0;
    for (size_t i = 0; i < length; i += 61, seen++)
        odd += (data[i] < 32 && data[i] != 9 && data[i] != 10 && data[i] != 13) || data[i] == 127;
    return odd * 50 < seen;
}

/* The distance in [from, to), to <= reach, whose bytes differ least. */
static size_t nearest(const uint8_t *data, size_t length, size_t reach, size_t from, size_t to, uint64_t *least,
                      uint64_t *mean) {
    size_t best = from;
    uint64_t sum = 0;
    *least = UINT64_MAX;
    for (size_t lag = from; lag < to; lag++) {
        uint64_t d = difference(data, length, reach, lag);
        sum += d;
        if (d < *least) {
            *least = d;
            best = lag;
        }
    }
    *mean = sum / (to - from);
    return best;
}

/* Samples are told from other bytes by how much nearer they are to a neighbour than to bytes at any distance. */
static bool related(uint64_t least, uint64_t mean) {
    return least * 5 < mean * 3;
}

/* Whether most lines of the sample have as many of `delimiter`, quoted ones aside, as the line before, and at
 * least two. */
static bool is_columns(const uint8_t *data, size_t length, uint8_t delimiter) {
    size_t lines = 0, alike = 0, count = 0, before = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        quoted ^= data[i] == '"';
        count += data[i] == delimiter && !quoted;
        if (data[i] != '\n')
            continue;
        alike += count == before && count >= COLUMNS_LEAST;
        before = count;
        count = 0;
        quoted = false;
        lines++;
    }
    return lines >= LINES_LEAST && alike * 10 >= lines * 8;
}

/* Whether most lines are objects of JSON. */
static bool is_objects(const uint8_t *data, size_t length) {
    size_t lines = 0, objects = 0, start = 0;
    for (size_t i = 0; i < length; i++) {
        if (data[i] != '\n')
            continue;
        objects += i > start + 1 && data[start] == '{' && (data[i - 1] == '}' || data[i - 1] == '\r');
        start = i + 1;
        lines++;
    }
    return lines >= LINES_LEAST && objects * 10 >= lines * 8;
}

/* The delimiter of a table as text, '{' for lines of JSON; 0 for other text. */
static uint32_t find_table(const uint8_t *data, size_t length) {
    static const uint8_t delimiters[] = {',', '\t', ';', '|'};
    size_t sample = length < TABLE_SAMPLE ? length : TABLE_SAMPLE;
    const uint8_t *middle = data + (length - sample) / 2;
    while (sample > 0 && *middle != '\n') { /* from the beginning of a line */
        middle++;
        sample--;
    }
    if (sample < 2)
        return 0;
    if (is_objects(middle + 1, sample - 1))
        return '{';
    for (size_t i = 0; i < sizeof delimiters; i++)
        if (is_columns(middle + 1, sample - 1, delimiters[i]))
            return delimiters[i];
    return 0;
}

uint32_t hunch_cm_hint(struct content content, const uint8_t *data, size_t length) {
    uint64_t least, mean, unused, row;
    if (content.kind == CONTENT_WORDS)
        return (uint32_t)WIDTH_WORDS << PARAMETER_WIDTH | (uint32_t)content.detail << PARAMETER_STRIDE;
    if (length < (size_t)LENGTH_LEAST)
        return 0;
    if (is_text(data, length)) {
        uint32_t delimiter = find_table(data, length);
        return delimiter ? (uint32_t)WIDTH_TABLE << PARAMETER_WIDTH | delimiter << PARAMETER_STRIDE : 0;
    }
    size_t reach = length / 8 < LAG_MAX ? length / 8 : LAG_MAX;
    size_t stride = nearest(data, length, reach, 5, reach, &row, &mean);
    size_t width = nearest(data, length, reach, 1, 5, &least, &unused);
    if (!related(least, mean) && !related(row, mean))
        return 0;
    if (!related(row, mean) || stride % width || stride < 2 * width)
        stride = 0;
    return (uint32_t)width << PARAMETER_WIDTH | (uint32_t)stride << PARAMETER_STRIDE;
}
