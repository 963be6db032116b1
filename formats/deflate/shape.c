#include "formats/deflate/shape.h"

#include <string.h>

#include "formats/deflate/trees.h"

enum { HEADS_LEAST = 4, REPEAT_MOST = 6, ZEROS_MOST = 10, ZEROS_LONG_MOST = 138 };

void hunch_frequencies_count(struct frequencies *f, const token *tokens, uint32_t n) {
    memset(f, 0, sizeof *f);
    f->literal[SYMBOL_END] = 1;
    for (uint32_t i = 0; i < n; i++) {
        token t = tokens[i];
        if (t >> TOKEN_LENGTH_SHIFT) {
            f->literal[length_symbol(t >> TOKEN_LENGTH_SHIFT)]++;
            f->distance[distance_symbol(t & TOKEN_DISTANCE_MASK)]++;
        } else {
            f->literal[t]++;
        }
    }
}

/* The item at this place of the lengths: the longest run that an item can tell, where that is one item less. The
 * lengths of distances do not repeat those of literals. */
static unsigned predict_item(const struct code_shape *s, unsigned at, unsigned *count) {
    unsigned end = at < s->literals ? s->literals : s->literals + s->distances, value = s->length[at], run = 1;
    while (at + run < end && run < ZEROS_LONG_MOST && s->length[at + run] == value)
        run++;
    bool repeats = at > 0 && at != s->literals && s->length[at - 1] == value;
    *count = 1;
    if (value == 0 && run >= 3) {
        *count = run;
        return run <= ZEROS_MOST ? HEAD_ZEROS : HEAD_ZEROS_LONG;
    }
    if (value == 0 || !repeats || run < 3)
        return value;
    *count = run < REPEAT_MOST ? run : REPEAT_MOST;
    return HEAD_REPEAT;
}

/* Lengths of the codes of items; the number that is told. */
static unsigned predict_heads(const struct code_shape *s, uint8_t *head) {
    uint32_t frequency[HEADS] = {0};
    for (unsigned i = 0; i < s->items; i++)
        frequency[s->item[i].symbol]++;
    (void)hunch_tree_lengths(frequency, HEADS, HEAD_BITS_MOST, head);
    unsigned heads = HEADS;
    while (heads > HEADS_LEAST && head[head_order(heads - 1)] == 0)
        heads--;
    return heads;
}

void hunch_shape_predict(struct code_shape *s, const struct frequencies *f) {
    s->literals = hunch_tree_lengths(f->literal, LITERALS, CODE_BITS_MOST, s->length);
    s->distances = hunch_tree_lengths(f->distance, DISTANCES, CODE_BITS_MOST, s->length + s->literals);
    s->items = 0;
    for (unsigned at = 0, count; at < s->literals + s->distances; at += count) {
        s->item[s->items].symbol = (uint8_t)predict_item(s, at, &count);
        s->item[s->items++].count = (uint8_t)count;
    }
    s->heads = predict_heads(s, s->head);
}

/* Bits of a dynamic block behind its type. */
static uint64_t dynamic_bits(const struct code_shape *s, const struct frequencies *f) {
    uint64_t bits = 5 + 5 + 4 + 3 * s->heads;
    for (unsigned i = 0; i < s->items; i++)
        bits += s->head[s->item[i].symbol] + head_extra(s->item[i].symbol);
    for (unsigned i = 0; i < s->literals; i++)
        bits += (uint64_t)f->literal[i] * (s->length[i] + (i > SYMBOL_END ? length_extra(i) : 0));
    for (unsigned i = 0; i < s->distances; i++)
        bits += (uint64_t)f->distance[i] * (s->length[s->literals + i] + distance_extra(i));
    return bits;
}

static uint64_t fixed_bits(const struct frequencies *f) {
    uint64_t bits = 0;
    for (unsigned i = 0; i < LITERALS; i++)
        bits += (uint64_t)f->literal[i] * (fixed_length(i) + (i > SYMBOL_END ? length_extra(i) : 0));
    for (unsigned i = 0; i < DISTANCES; i++)
        bits += (uint64_t)f->distance[i] * (FIXED_DISTANCE_BITS + distance_extra(i));
    return bits;
}

enum block_type hunch_shape_type(const struct code_shape *shape, const struct frequencies *f, size_t size) {
    uint64_t dynamic = (dynamic_bits(shape, f) + 3 + 7) / 8, fixed = (fixed_bits(f) + 3 + 7) / 8;
    if ((uint64_t)size + 4 <= (fixed < dynamic ? fixed : dynamic))
        return BLOCK_STORED;
    return fixed <= dynamic ? BLOCK_FIXED : BLOCK_DYNAMIC;
}

/* A number that is foretold, of a range; false: damaged. */
static bool note_number(struct notes *notes, unsigned *value, unsigned predicted, unsigned least, unsigned most) {
    if (!hunch_notes_event(notes, *value != predicted)) {
        *value = predicted;
        return true;
    }
    uint64_t number = hunch_notes_number(notes, *value);
    *value = (unsigned)number;
    return number >= least && number <= most;
}

static bool note_length(struct notes *notes, uint8_t *length, unsigned predicted, unsigned most) {
    unsigned value = *length;
    bool good = note_number(notes, &value, predicted, 0, most);
    *length = (uint8_t)value;
    return good;
}

/* Lengths of codes where they differ; of literals or of distances. */
static bool note_lengths(struct notes *notes, uint8_t *lengths, unsigned n, const uint8_t *predicted,
                         unsigned foretold) {
    bool good = true;
    for (unsigned i = 0; i < n && good; i++)
        good = note_length(notes, lengths + i, i < foretold ? predicted[i] : 0, CODE_BITS_MOST);
    return good;
}

/* Items in place of those that the lengths foretell. */
static bool note_items(struct notes *notes, struct code_shape *s) {
    unsigned at = 0, total = s->literals + s->distances, i = 0;
    while (at < total) {
        unsigned count, symbol = predict_item(s, at, &count);
        bool differs = s->item[i].symbol != symbol || s->item[i].count != count;
        if (hunch_notes_event(notes, differs)) {
            uint64_t other = hunch_notes_number(notes, s->item[i].symbol);
            uint64_t many = hunch_notes_number(notes, s->item[i].count);
            if (other >= HEADS || many < head_base((unsigned)other) || many > total - at ||
                many >= head_base((unsigned)other) + (1u << head_extra((unsigned)other)))
                return false;
            symbol = (unsigned)other;
            count = (unsigned)many;
        }
        s->item[i].symbol = (uint8_t)symbol;
        s->item[i++].count = (uint8_t)count;
        at += count;
    }
    s->items = i;
    return true;
}

bool hunch_shape_note(struct code_shape *s, const struct code_shape *p, struct notes *notes) {
    uint8_t head[HEADS];
    bool good = note_number(notes, &s->literals, p->literals, SYMBOL_END + 1, LITERALS) &&
                note_number(notes, &s->distances, p->distances, 1, DISTANCES) &&
                note_lengths(notes, s->length, s->literals, p->length, p->literals) &&
                note_lengths(notes, s->length + s->literals, s->distances, p->length + p->literals, p->distances) &&
                note_items(notes, s);
    if (!good)
        return false;
    unsigned heads = predict_heads(s, head);
    for (unsigned i = 0; i < HEADS && good; i++)
        good = note_length(notes, &s->head[i], head[i], HEAD_BITS_MOST);
    return good && note_number(notes, &s->heads, heads, HEADS_LEAST, HEADS);
}
