/* Which words of a text are worth a code. */
#ifndef HUNCH_TOOLS_TRAIN_VOCABULARY_H
#define HUNCH_TOOLS_TRAIN_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One spelling of a word: capitals make another. */
struct spelling {
    const uint8_t *text; /* in the training text, or in parts */
    size_t length;
    uint64_t count;
    uint64_t
        damped; /* sum over the books of min(count in the book, DAMP): no book alone makes a word frequent */
    uint32_t books;
    uint32_t inside; /* times with a capital where no sentence begins */
    uint32_t book;   /* the last one that had it */
    uint32_t here;   /* how often that had it */
    bool entry;      /* chosen for the dictionary, in this spelling */
    uint64_t score;
    uint32_t number; /* rank among the entries */
};

struct vocabulary {
    struct spelling *spellings;
    size_t count;
    uint32_t *slots; /* 1 + index into spellings; 0 empty */
    uint32_t books;
    const struct spelling **entries; /* by falling score */
    size_t entries_count;
};

/* Bytes of the word at text[p], of the kind that formats/text/split.c looks up: an ASCII letter first, then
 * letters (ASCII, and U+00C0..U+00FF in UTF-8) and apostrophes between letters; 0 when there is none. *plain:
 * bytes before the first apostrophe. text is followed by a zero byte. */
size_t hunch_word_extent(const uint8_t *text, size_t *plain);

/* Counts the words of text[0 .. length - 1] and chooses at most `most` of them. False when memory ends. */
bool hunch_vocabulary_learn(struct vocabulary *v, const uint8_t *text, size_t length, size_t most);

/* The entry for the word in this spelling, or with its capitals taken away in the ways that split knows; NULL
 * when there is none. */
const struct spelling *hunch_vocabulary_entry(const struct vocabulary *v, const uint8_t *word, size_t length);

void hunch_vocabulary_free(struct vocabulary *v);

#endif
