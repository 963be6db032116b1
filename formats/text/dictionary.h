/* The words that format `text` writes as codes, and the codes. The list is words.def, one class of words per
 * first byte; it is part of the format and never changes under the same id. The tables behind these functions
 * are made from it at build time by tables.c, so that nothing has to be prepared for a small block. */
#ifndef HUNCH_FORMATS_TEXT_DICTIONARY_H
#define HUNCH_FORMATS_TEXT_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A code is one byte when its class has one word (lead < WORD_LEAD + WORD_SINGLES), else two or three:
 *   lead, 0x80 + rank                                        rank < WORD_SHORT
 *   lead, 0xF0 + (rank - WORD_SHORT) / 128, 0x80 + (rank - WORD_SHORT) % 128      otherwise
 * All bytes of a code are >= 0x80; the lead names the class. */
enum {
    WORD_LEAD = 0x80,  /* the first lead */
    WORD_LEADS = 128,  /* classes */
    WORD_SINGLES = 45, /* classes of one word: the first ones */
    WORD_SHORT = 112,  /* words of a class with two-byte codes */
    WORD_LONG = 0xF0,  /* second bytes from here on have a third behind them */
    WORD_CLASS_MAX = WORD_SHORT + 16 * 128,
    WORD_BYTES_MAX = 24, /* longest word, bytes */
    WORD_NONE = 0xFFFF   /* not a word's number */
};

/* The number of this word (its place in words.def), WORD_NONE when it is not there. */
unsigned hunch_word_find(const uint8_t *text, size_t length);

/* The text of word `number` and its length. */
const uint8_t *hunch_word_text(unsigned number, size_t *length);

/* Writes the code of word `number` and returns its length, 1 to 3 bytes. */
size_t hunch_word_encode(unsigned number, uint8_t code[3]);

/* The number of the word whose code starts at data[0] (>= WORD_LEAD) and the length of that code; WORD_NONE
 * when `size` bytes hold no code there. size >= 1. */
unsigned hunch_word_decode(const uint8_t *data, size_t size, size_t *length);

#endif
