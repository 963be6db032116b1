/* Text to rewritten text; see doc/spec/text.md for what join makes of it. Any stream that join turns back
 * would do: which words become codes, and which bytes stay as they are, is decided here and may get better.
 */
#include "formats/text/split.h"

#include <stdbool.h>
#include <string.h>

#include "formats/text/dictionary.h"
#include "formats/text/lines.h"
#include "formats/text/stream.h"

struct splitter {
    const uint8_t *data;
    size_t length;
    struct lines lines;
    uint8_t *out;
    size_t at, capacity; /* bytes written, may exceed the capacity when they did not fit */
    enum text_before before;
    bool spaced; /* a space stands before the next word and is not written yet */
};

static void put(struct splitter *s, uint8_t b) {
    if (s->at < s->capacity)
        s->out[s->at] = b;
    s->at++;
}

static void put_literal(struct splitter *s, uint8_t b) {
    if (b >= WORD_LEAD || text_is_control(b)) {
        put(s, TEXT_LITERAL);
        s->before = TEXT_BEFORE_OTHER;
    } else {
        s->before = text_after_literal(b);
    }
    put(s, b);
}

/* What must stand between the last token and a word, which begins with a letter as such or with a code. */
static void put_gap(struct splitter *s, bool letter) {
    bool implied = s->before == TEXT_BEFORE_WORD || (s->before == TEXT_BEFORE_LETTERS && !letter);
    if (s->spaced && !implied)
        put(s, ' ');
    if (!s->spaced && implied)
        put(s, TEXT_JOINED);
    s->spaced = false;
}

static void put_word(struct splitter *s, uint8_t letter_case, unsigned number) {
    uint8_t code[3];
    put_gap(s, false);
    if (letter_case)
        put(s, letter_case);
    size_t length = hunch_word_encode(number, code);
    for (size_t i = 0; i < length; i++)
        put(s, code[i]);
    s->before = TEXT_BEFORE_WORD;
}

/* Writes the word as a code, with its capitals before it; false when the dictionary does not have it. */
static bool word_code(struct splitter *s, const uint8_t *text, size_t length) {
    uint8_t lower[WORD_BYTES_MAX];
    unsigned number = hunch_word_find(text, length);
    if (number != WORD_NONE) {
        put_word(s, 0, number);
        return true;
    }
    if (!text_is_capital(text[0]) || length > WORD_BYTES_MAX)
        return false;
    memcpy(lower, text, length);
    lower[0] |= 32;
    number = hunch_word_find(lower, length);
    if (number != WORD_NONE) {
        put_word(s, TEXT_CAPITAL, number);
        return true;
    }
    for (size_t i = 1; i < length; i++) {
        if (text_is_letter(text[i]) && !text_is_capital(text[i]))
            return false;
        if (text_is_capital(text[i]))
            lower[i] |= 32;
    }
    number = hunch_word_find(lower, length);
    if (number == WORD_NONE) { /* LONDON, whose entry is London */
        lower[0] = text[0];
        number = hunch_word_find(lower, length);
    }
    if (number != WORD_NONE)
        put_word(s, TEXT_UPPER, number);
    return number != WORD_NONE;
}

/* Writes letters as they are, small behind a code for their capitals. */
static void word_spell(struct splitter *s, const uint8_t *text, size_t length) {
    size_t capitals = 0;
    while (capitals < length && text_is_capital(text[capitals]))
        capitals++;
    put_gap(s, capitals == 0);
    bool upper = capitals == length && length > 1;
    if (capitals)
        put(s, upper ? TEXT_UPPER : TEXT_CAPITAL);
    for (size_t i = 0; i < length; i++)
        put(s, upper || (i == 0 && capitals) ? text[i] | 32 : text[i]);
    s->before = TEXT_BEFORE_LETTERS;
}

/* Bytes of the letter at data[p]: ASCII, or one of U+00C0 .. U+00FF in UTF-8; 0 when it is none. */
static size_t letter_at(const struct splitter *s, size_t p) {
    if (p < s->length && text_is_letter(s->data[p]))
        return 1;
    return p + 1 < s->length && s->data[p] == 0xC3 && !text_is_character(s->data[p + 1]) ? 2 : 0;
}

/* Where the letters from data[p] end, or some place beyond `limit` when they go on there. */
static size_t letters_end(const struct splitter *s, size_t p, size_t limit) {
    for (size_t n; p <= limit && (n = letter_at(s, p)) != 0;)
        p += n;
    return p;
}

/* A word that begins with the ASCII letter data[p]: tried with its apostrophes (don't), then without, then
 * its ASCII letters are spelled. What is too long for the dictionary is not looked at to its end: all of it
 * is looked at again when only its beginning gets written. Returns where the part that is written ends. */
static size_t split_word(struct splitter *s, size_t p) {
    const uint8_t *word = s->data + p;
    size_t limit = p + WORD_BYTES_MAX, plain = letters_end(s, p, limit), end = plain;
    while (end <= limit && end + 1 < s->length && s->data[end] == '\'' && letter_at(s, end + 1))
        end = letters_end(s, end + 1, limit);
    if (end > plain && word_code(s, word, end - p))
        return end;
    if (word_code(s, word, plain - p))
        return plain;
    size_t ascii = p;
    while (ascii < s->length && text_is_letter(s->data[ascii]))
        ascii++;
    word_spell(s, word, ascii - p);
    return ascii;
}

/* A space, or a line end that is as good as one: left out before a word. */
static void split_space(struct splitter *s, size_t next) {
    if (next < s->length && text_is_letter(s->data[next]))
        s->spaced = true;
    else
        put_literal(s, ' ');
}

/* A character that the dictionary has, as a code; 0 when there is none, else its length. */
static size_t split_mark(struct splitter *s, size_t p) {
    uint8_t code[3];
    size_t length = s->data[p] >= 0xE0 ? 3 : 2;
    if (s->data[p] < 0xC2 || s->data[p] >= 0xF0 || length > s->length - p)
        return 0;
    unsigned number = hunch_word_find(s->data + p, length);
    if (number == WORD_NONE)
        return 0;
    size_t n = hunch_word_encode(number, code);
    for (size_t i = 0; i < n; i++)
        put(s, code[i]);
    s->before = TEXT_BEFORE_OTHER;
    return length;
}

/* What is not a word, at data[p]; returns where it ends. */
static size_t split_other(struct splitter *s, size_t p) {
    size_t end = lines_end_at(&s->lines, p);
    bool space = s->data[p] == ' ';
    if (end || space) {
        size_t next = p + (end ? end : 1);
        bool wrap = hunch_lines_wrap(&s->lines, p);
        if (space && wrap) {
            put(s, TEXT_FIXED);
            s->before = TEXT_BEFORE_OTHER;
        } else if (space || wrap) {
            split_space(s, next);
        } else {
            put_literal(s, '\n');
        }
        return next;
    }
    size_t mark = split_mark(s, p);
    if (mark == 0)
        put_literal(s, s->data[p]);
    return p + (mark ? mark : 1);
}

size_t hunch_text_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    struct splitter s = {.data = data, .length = length, .out = out, .capacity = capacity};
    hunch_lines_init(&s.lines, data, length);
    put(&s, (uint8_t)(s.lines.width | (s.lines.crlf ? TEXT_CRLF : 0)));
    for (size_t p = 0; p < length && s.at <= capacity;)
        p = text_is_letter(data[p]) ? split_word(&s, p) : split_other(&s, p);
    return s.at <= capacity ? s.at : 0;
}
