/* English text, also inside of markup, mail and source: words become short codes whose first byte is a class
 * of words that keep the same company, so that a model which predicts bytes from bytes predicts word classes
 * from words.
 *
 * A list of words in classes (text/words.def, learned by tools/train/words from English books) gives the
 * codes; capitals become a code before the word, the space before a word goes without saying, line ends that
 * wrap a paragraph are foretold by the width of its lines. doc/spec/text.md has the rules.
 */
#include "formats/format.h"

#include <string.h>

#include "formats/text/dictionary.h"
#include "formats/text/join.h"
#include "formats/text/split.h"
#include "formats/text/stream.h"

enum {
    PROBES = 4,
    PROBE_BYTES = 8192,
    KNOWN_PERCENT =
        35 /* bytes of known words and spaces in text worth a trial; about even with the bytes as they are */
};

/* Is this a word of the dictionary, as it is or in small letters behind its first? */
static bool word_known(const uint8_t *word, size_t length) {
    uint8_t lower[WORD_BYTES_MAX];
    if (length < 2 || length > WORD_BYTES_MAX)
        return false;
    if (hunch_word_find(word, length) != WORD_NONE)
        return true;
    memcpy(lower, word, length);
    lower[0] |= 32;
    return text_is_capital(word[0]) && hunch_word_find(lower, length) != WORD_NONE;
}

/* Bytes of data that are words of the dictionary, each with a space. */
static size_t known_bytes(const uint8_t *data, size_t length) {
    size_t known = 0;
    for (size_t p = 0; p < length;) {
        size_t start = p;
        while (p < length && text_is_letter(data[p]))
            p++;
        if (word_known(data + start, p - start))
            known += p - start + 1;
        p += p == start;
    }
    return known;
}

static bool text_probe(const uint8_t *data, size_t length) {
    size_t seen = 0, known = 0;
    for (size_t i = 0; i < PROBES; i++) {
        size_t part = length / PROBES, size = part < PROBE_BYTES ? part : PROBE_BYTES;
        seen += size;
        known += known_bytes(data + i * part, size);
    }
    return seen > 0 && known * 100 >= seen * KNOWN_PERCENT;
}

static size_t text_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    return hunch_text_split(data, length, out, capacity);
}

static bool text_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    return hunch_text_join(data, size, out, length);
}

const struct format hunch_format_text = {
    .id = 1,
    .name = "text",
    .summary = "English words as codes by class",
    .content = {CONTENT_WORDS, WORD_SINGLES},
    .probe = text_probe,
    .split = text_split,
    .join = text_join,
};
