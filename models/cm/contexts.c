#include "models/cm/contexts.h"

#include <stdbool.h>

/* The byte `back` places before the one to come; 0 before the start. */
static uint32_t behind(const uint8_t *data, size_t at, size_t back) {
    return back <= at ? data[at - back] : 0;
}

static bool is_letter(unsigned b) {
    return (b | 32) - 'a' < 26u || b >= 128;
}

static unsigned classify(unsigned b) {
    if (b >= 128)
        return 8 + (b >> 5 & 3);
    if ((b | 32) - 'a' < 26u)
        return b & 32 ? 1 : 2;
    if (b - '0' < 10u)
        return 3;
    if (b == ' ')
        return 4;
    if (b < 32)
        return b == '\n' || b == '\r' ? 5 : 6;
    return b < 48 ? 7 : 12;
}

void hunch_contexts_init(struct contexts *c, uint32_t parameter) {
    c->level = parameter & 15;
    c->width = parameter >> PARAMETER_WIDTH & 7;
    c->shift = parameter >> PARAMETER_SHIFT & 3;
    c->stride = parameter >> PARAMETER_STRIDE;
    c->table.delimiter = c->width == WIDTH_TABLE ? (unsigned)c->stride : 0;
}

static void update_words(struct contexts *c, unsigned b) {
    if (is_letter(b)) {
        c->word[0] = context_mix(c->word[0] + 1, b | (b < 128 ? 32 : 0));
        return;
    }
    if (c->word[0]) {
        for (int i = 3; i > 0; i--)
            c->word[i] = c->word[i - 1];
        c->word[0] = 0;
        c->gap = 0;
    }
    c->gap = context_mix(c->gap, b);
}

/* What structured text shows: the field in the line, the tag in hand, the shape of the last bytes. */
static void update_structure(struct contexts *c, unsigned b, unsigned before) {
    if (b == '\n')
        c->field = 0;
    else if ((b == ' ' || b == ',' || b == '\t' || b == ';') && before != ' ')
        c->field++;
    if (b == '<')
        c->tag = 1;
    else if (c->tag & 1) /* odd while the name goes on */
        c->tag = is_letter(b) || b == '/' ? context_mix(c->tag, b) | 1 : c->tag & ~1u;
    c->number = c->number * 0x2F0B4C47u + 1 + (b - '0' < 10u ? '0' : is_letter(b) ? 'a' : b);
}

static void update_lines(struct contexts *c, unsigned b, size_t at) {
    if (b != '\n')
        return;
    for (int i = 2; i > 0; i--)
        c->line_start[i] = c->line_start[i - 1];
    c->line_start[0] = at;
}

unsigned hunch_contexts_count(uint32_t parameter) {
    static const uint8_t counts[10] = {0, 0, 0, 4, 5, 6, 14, 22, 37, 37};
    unsigned level = parameter & 15;
    uint32_t width = parameter >> PARAMETER_WIDTH & 7, shift = parameter >> PARAMETER_SHIFT & 3;
    uint32_t stride = parameter >> PARAMETER_STRIDE;
    if (width == WIDTH_WORDS && !shift && stride <= 128)
        return hunch_contexts_words_count(level < 3 || level > 9 ? 0 : level);
    if (width == WIDTH_TABLE && !shift && stride && stride < 128)
        return hunch_contexts_table_count(level < 3 || level > 9 ? 0 : level);
    if (level < 3 || level > 9 || width > 4 || (width ? shift >= width || stride > STRIDE_MAX : shift || stride))
        return 0;
    if (stride && (stride % width || stride < 2 * width))
        return 0; /* a neighbour would overlap the sample that it predicts */
    return width ? hunch_contexts_record_count(level) : counts[level];
}

/* Contexts of byte at + 1, whose newest byte data[at] is still unknown: b1 is the one before that. */
static void fill(struct contexts *c, const uint8_t *data, size_t at) {
    uint32_t b1 = behind(data, at, 1), b2 = behind(data, at, 2), b3 = behind(data, at, 3), b4 = behind(data, at, 4);
    uint32_t c4 = b1 | b2 << 8 | b3 << 16 | b4 << 24;
    uint32_t b5 = behind(data, at, 5), b6 = behind(data, at, 6), b7 = behind(data, at, 7), b8 = behind(data, at, 8);
    uint32_t c8 = b5 | b6 << 8 | b7 << 16 | b8 << 24;
    size_t column = at + 1 - c->line_start[0];
    uint32_t above = column < c->line_start[0] - c->line_start[1] ? data[c->line_start[1] + column] : 0;
    c->filled = 0;
    context_add(c, b1, CONTEXT_NEWEST);
    context_add(c, c4 & 0xFFFFFF, CONTEXT_NEWEST);
    context_add(c, context_mix(c4, b5), CONTEXT_NEWEST);
    context_add(c, context_mix(c4 & 0xFFFF, above), CONTEXT_NEWEST);
    if (c->level >= 4)
        context_add(c, c->word[0], CONTEXT_NEWEST);
    if (c->level >= 5)
        context_add(c, c4 & 0xFFFF, CONTEXT_NEWEST);
    if (c->level >= 6) {
        context_add(c, context_mix(c->word[0], c->word[1]), CONTEXT_NEWEST);
        context_add(c, context_mix(c4, c8), CONTEXT_NEWEST);
        context_add(c, context_mix(context_mix(c->word[0], c->word[2]), c->word[1]), CONTEXT_NEWEST);
        context_add(c, c4 & 0x00FF00FF, CONTEXT_OLDER);
        context_add(c, c4, CONTEXT_NEWEST);
        context_add(c, context_mix(c->word[0], c->word[2]), CONTEXT_NEWEST);
        context_add(c, context_mix(above, b1), CONTEXT_NEWEST);
        context_add(c, context_mix((uint32_t)column, above), CONTEXT_NEWEST);
    }
    if (c->level >= 7) {
        uint32_t next = column + 1 < c->line_start[0] - c->line_start[1] ? data[c->line_start[1] + column + 1] : 0;
        size_t second = column < c->line_start[1] - c->line_start[2] ? data[c->line_start[2] + column] : 0;
        uint32_t first = c->line_start[0] < at ? data[c->line_start[0]] : 0;
        context_add(c, c4 & 0xF0F0F0F0, CONTEXT_NEWEST);
        context_add(c, context_mix(c4 & 0xFFFF, c->word[1]), CONTEXT_NEWEST);
        context_add(c, context_mix(above | next << 8, b1), CONTEXT_NEWEST);
        context_add(c, context_mix(above | (uint32_t)second << 8, b1), CONTEXT_NEWEST);
        context_add(c, context_mix(c->field, c->word[0]), CONTEXT_NEWEST);
        context_add(c, context_mix(c->field | first << 16, above | b1 << 8), CONTEXT_NEWEST);
        context_add(c, context_mix(c->number, c->field), CONTEXT_NEWEST);
        context_add(c, context_mix(c->tag, c->word[0]), CONTEXT_NEWEST);
    }
    if (c->level >= 8) {
        uint32_t b9 = behind(data, at, 9), b10 = behind(data, at, 10), b11 = behind(data, at, 11);
        uint32_t b12 = behind(data, at, 12), b13 = behind(data, at, 13);
        context_add(c, context_mix(c->classes, c->field), CONTEXT_NEWEST);
        context_add(c, context_mix(c->classes >> 8, b1 | b2 << 8), CONTEXT_NEWEST);
        context_add(c, context_mix(c->tag, b1 | b2 << 8), CONTEXT_NEWEST);
        context_add(c, context_mix((uint32_t)column, c->word[0]), CONTEXT_NEWEST);
        context_add(c, context_mix(c->word[0], c->word[3]), CONTEXT_NEWEST);
        context_add(c, context_mix(context_mix(c->word[0], c->word[1]), context_mix(c->word[2], c->word[3])),
                    CONTEXT_NEWEST);
        context_add(c, context_mix(c4, context_mix(c8, b5 ^ b9 << 8 ^ b10 << 16)), CONTEXT_NEWEST);
        context_add(c, context_mix(context_mix(c4, c8), context_mix(b9 | b10 << 8, b11 | b12 << 8 | b13 << 16)),
                    CONTEXT_NEWEST);
        context_add(c, context_mix(c4 & 0xFFFFFF, c->word[1]), CONTEXT_NEWEST);
        context_add(c, c4 & 0xFFFFFF00, CONTEXT_NEWEST);
        context_add(c, context_mix(c->word[1], c->word[2]), CONTEXT_NEWEST);
        context_add(c, context_mix(c->word[1], b1), CONTEXT_NEWEST);
        context_add(c, context_mix(c->gap, c->word[1]), CONTEXT_NEWEST);
        context_add(c, context_mix(c->classes, b1), CONTEXT_NEWEST);
        context_add(c, c4 & 0xFFFF, CONTEXT_OLDER);
    }
}

void hunch_contexts_update(struct contexts *c, const uint8_t *data, size_t at) {
    unsigned b = data[at - 1];
    update_words(c, b);
    update_lines(c, b, at);
    update_structure(c, b, at > 1 ? data[at - 2] : 0);
    c->classes = c->classes << 4 | classify(b);
    fill(c, data, at);
}
