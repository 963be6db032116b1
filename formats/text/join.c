/* Rewritten text back to text; see doc/spec/text.md for the rules. */
#include "formats/text/join.h"

#include <string.h>

#include "formats/text/dictionary.h"
#include "formats/text/stream.h"

struct joiner {
    uint8_t *out;
    size_t at, length;   /* bytes written, bytes asked for */
    size_t width;        /* of wrapped lines, characters; 0: not wrapped */
    size_t column;       /* characters of this line so far */
    size_t space;        /* at which this line may be wrapped, as a place in out */
    size_t space_column; /* characters up to and with that space; 0: there is no such space */
    enum text_before before;
    uint8_t letter_case; /* TEXT_CAPITAL or TEXT_UPPER for the next word, else 0 */
};

/* Characters have come: the line is wrapped at its last space when it is too long now. */
static void line_extend(struct joiner *j, size_t characters) {
    j->column += characters;
    if (j->column > j->width && j->space_column) {
        j->out[j->space] = '\n';
        j->column -= j->space_column;
        j->space_column = 0;
    }
}

static bool put_byte(struct joiner *j, uint8_t b) {
    if (j->at == j->length)
        return false;
    j->out[j->at++] = b;
    if (b == '\n')
        j->column = j->space_column = 0;
    else if (j->width)
        line_extend(j, text_is_character(b));
    return true;
}

static bool put_space(struct joiner *j) {
    if (j->at == j->length)
        return false;
    j->space = j->at;
    j->out[j->at++] = ' ';
    j->space_column = ++j->column;
    return true;
}

static bool put_fixed(struct joiner *j) {
    j->space_column = 0;
    j->before = TEXT_BEFORE_OTHER;
    return put_byte(j, ' ');
}

static uint8_t letter_upper(uint8_t b) {
    return b >= 'a' && b <= 'z' ? b - 32 : b;
}

static bool put_word(struct joiner *j, const uint8_t *text, size_t length) {
    bool word = text_is_letter(text[0]);
    if (j->before == TEXT_BEFORE_LETTERS)
        j->letter_case = 0; /* it was for the letters */
    if (!word && j->letter_case)
        return false;
    if (word && j->before != TEXT_BEFORE_OTHER && !put_space(j))
        return false;
    if (length > j->length - j->at)
        return false;
    uint8_t *to = j->out + j->at;
    memcpy(to, text, length);
    size_t capitals = j->letter_case == TEXT_UPPER ? length : j->letter_case == TEXT_CAPITAL ? 1 : 0;
    for (size_t i = 0; i < capitals; i++)
        to[i] = letter_upper(to[i]);
    j->at += length;
    if (j->width) {
        size_t characters = 0;
        for (size_t i = 0; i < length; i++)
            characters += text_is_character(text[i]);
        line_extend(j, characters);
    }
    j->before = word ? TEXT_BEFORE_WORD : TEXT_BEFORE_OTHER;
    j->letter_case = 0;
    return true;
}

/* A letter of a word that is spelled out. */
static bool put_letter(struct joiner *j, uint8_t b) {
    if (j->before == TEXT_BEFORE_WORD && !put_space(j))
        return false;
    if (j->letter_case)
        b = letter_upper(b);
    if (j->letter_case == TEXT_CAPITAL)
        j->letter_case = 0;
    j->before = TEXT_BEFORE_LETTERS;
    return put_byte(j, b);
}

/* TEXT_CAPITAL or TEXT_UPPER: the word begins here, and with it the space. */
static bool put_case(struct joiner *j, uint8_t code) {
    if (j->before != TEXT_BEFORE_OTHER && !put_space(j))
        return false;
    j->before = TEXT_BEFORE_OTHER;
    j->letter_case = code;
    return true;
}

static bool put_literal(struct joiner *j, uint8_t b) {
    j->before = text_after_literal(b);
    return b == ' ' ? put_space(j) : put_byte(j, b);
}

/* One code or byte that is not a word's; `next` is the byte behind it. */
static bool put_other(struct joiner *j, uint8_t b, uint8_t next) {
    if (text_is_letter(b))
        return put_letter(j, b);
    if (j->letter_case && j->before != TEXT_BEFORE_LETTERS)
        return false; /* capitals of nothing */
    j->letter_case = 0;
    switch (b) {
    case TEXT_CAPITAL:
    case TEXT_UPPER:
        return put_case(j, b);
    case TEXT_JOINED:
        j->before = TEXT_BEFORE_OTHER;
        return true;
    case TEXT_LITERAL:
        j->before = TEXT_BEFORE_OTHER;
        return put_byte(j, next);
    case TEXT_FIXED:
        return put_fixed(j);
    default:
        return put_literal(j, b);
    }
}

/* out[0 .. size - 1] has LF alone: gives every line its CR, from the back. */
static bool lines_end_crlf(uint8_t *out, size_t size, size_t length) {
    size_t lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += out[i] == '\n';
    if (lines != length - size)
        return false;
    while (lines) {
        uint8_t b = out[--size];
        out[--length] = b;
        if (b == '\n') {
            out[--length] = '\r';
            lines--;
        }
    }
    return true;
}

bool hunch_text_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    if (size == 0)
        return false;
    struct joiner j = {.out = out, .length = length, .width = data[0] & 0x7F};
    for (size_t p = 1; p < size;) {
        if (data[p] >= WORD_LEAD) {
            size_t code_length, word_length;
            unsigned number = hunch_word_decode(data + p, size - p, &code_length);
            if (number == WORD_NONE)
                return false;
            const uint8_t *word = hunch_word_text(number, &word_length);
            if (!put_word(&j, word, word_length))
                return false;
            p += code_length;
        } else {
            bool literal = data[p] == TEXT_LITERAL;
            if (literal && p + 1 == size)
                return false;
            if (!put_other(&j, data[p], literal ? data[p + 1] : 0))
                return false;
            p += literal ? 2 : 1;
        }
    }
    if (data[0] & TEXT_CRLF)
        return lines_end_crlf(out, j.at, length);
    return j.at == length;
}
