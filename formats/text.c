/* English text, also inside of markup, mail and source: words become short codes whose first byte is a class of words
 * that keep the same company, so that a model which predicts bytes from bytes predicts word classes from words.
 *
 * A list of words in classes (text/words.def, learned by tools/train/words from English books) gives the codes; capitals
 * become a code before the word, the space before a word goes without saying, line ends that wrap a paragraph are
 * foretold by the width of its lines. doc/spec/text.md has the rules. Scratch memory: none.
 */
#include "formats/format.h"

#include "formats/text/dictionary.h"
#include "formats/text/join.h"
#include "formats/text/split.h"
#include "formats/text/stream.h"

enum {
    PROBES = 4,
    PROBE_BYTES = 8192,
    KNOWN_PERCENT = 45 /* bytes of known words with the space before them, in text worth a trial */
};

static size_t text_scratch(size_t length) {
    (void)length;
    return 1;
}

/* Bytes of data that are words of the dictionary in small letters, each with a space. */
static size_t known_bytes(const uint8_t *data, size_t length) {
    size_t known = 0;
    for (size_t p = 0; p < length;) {
        size_t start = p;
        while (p < length && text_is_letter(data[p]))
            p++;
        if (p - start > 1 && hunch_word_find(data + start, p - start) != WORD_NONE)
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
    return seen > 0 && known >= seen / 100 * KNOWN_PERCENT;
}

static size_t text_split(void *scratch, const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    (void)scratch;
    return hunch_text_split(data, length, out, capacity);
}

static bool text_join(void *scratch, const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    (void)scratch;
    return hunch_text_join(data, size, out, length);
}

const struct format hunch_format_text = {
    .id = 1,
    .name = "text",
    .summary = "English words as codes by class",
    .content = {CONTENT_WORDS, WORD_SINGLES},
    .scratch = text_scratch,
    .probe = text_probe,
    .split = text_split,
    .join = text_join,
};
