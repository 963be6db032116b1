/* The bytes of a rewritten text (doc/spec/text.md): what split writes and join reads. */
#ifndef HUNCH_FORMATS_TEXT_STREAM_H
#define HUNCH_FORMATS_TEXT_STREAM_H

#include <stdbool.h>
#include <stdint.h>

/* The first byte: the width of wrapped lines in the low 7 bits (0: lines are not wrapped), and this. */
enum { TEXT_CRLF = 0x80 }; /* every line ends in CR LF */

/* Control codes; as literals they stand behind TEXT_LITERAL, like the bytes of codes. The frequent ones are
 * printable characters that are rare in prose: what looks at the bytes to tell what they are still sees text.
 */
enum {
    TEXT_JOINED = 1,    /* no space here, though one is implied */
    TEXT_LITERAL = 2,   /* the next byte is itself */
    TEXT_FIXED = 3,     /* a space at which no line may be wrapped, and none before it in its line */
    TEXT_CAPITAL = '^', /* the next word's first letter is a capital */
    TEXT_UPPER = '~'    /* all letters of the next word are capitals */
};

static inline bool text_is_control(unsigned b) {
    return b == TEXT_CAPITAL || b == TEXT_UPPER || b - TEXT_JOINED <= (unsigned)TEXT_FIXED - TEXT_JOINED;
}

/* What stands before a word decides whether a space between them goes without saying. */
enum text_before {
    TEXT_BEFORE_OTHER,   /* the space is written */
    TEXT_BEFORE_LETTERS, /* a word in letters: implied before all but a letter */
    TEXT_BEFORE_WORD     /* a code of a word, or one of , ; : . ! ? : implied */
};

static inline bool text_is_letter(unsigned b) {
    return (b | 32) - 'a' < 26u;
}

static inline bool text_is_capital(unsigned b) {
    return b - 'A' < 26u;
}

/* What a literal byte is to the word behind it. */
static inline enum text_before text_after_literal(unsigned b) {
    return b == ',' || b == '.' || b == ';' || b == ':' || b == '!' || b == '?' ? TEXT_BEFORE_WORD
                                                                                : TEXT_BEFORE_OTHER;
}

/* Characters, not bytes, count in a line's width: bytes that continue a character of UTF-8 are left out. */
static inline bool text_is_character(unsigned b) {
    return (b & 0xC0) != 0x80;
}

#endif
