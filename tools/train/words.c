/* Makes formats/text/words.def from a text on standard input (doc/words.md): counts its words, puts them into
 * classes and writes them in the order of their codes. The same text gives the same list. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/train/classes.h"
#include "tools/train/vocabulary.h"

enum {
    WORDS = 44000,
    CLASS_MOST = 2160, /* words that a lead has codes for */
    LEAD = 0x80,
    LEADS = 128,
    SINGLES = 40, /* words with a class of their own beforehand; others may come to it */
    LINE = 96     /* bytes of words in a line */
};

/* Marks of punctuation that tell classes of words apart, each a token; behind them two more: a word without a
 * code, any other character. */
static const char punctuation[] = ".,;:!?\"-'()\n";

/* Marks beyond ASCII that have codes: the first with one byte each, the others a class of two. */
static const char *const frequent_marks[] = {"’", "“", "”", "—", "‘"};
static const char other_marks[] =
    "é è ê à â ç ë î ï ô ö ä ü ù û ñ á ó í ú œ æ É È À Ç Ö Ü Ä £ ° ½ ¼ … – « » ß Æ å ø ò ì § • † ′ ″ € ™ © ·";
enum { FREQUENT_MARKS = sizeof frequent_marks / sizeof *frequent_marks };

static uint8_t *text_read(FILE *file, size_t *length) {
    size_t room = 1 << 20, used = 0;
    uint8_t *text = malloc(room + 8);
    while (text) {
        used += fread(text + used, 1, room - used, file);
        if (used < room)
            break;
        uint8_t *more = realloc(text, 2 * room + 8);
        if (!more)
            free(text);
        text = more;
        room *= 2;
    }
    if (text)
        memset(text + used, 0, 8);
    *length = used;
    return text;
}

/* The text as tokens: the words of the vocabulary, then marks. Returns how many. */
static size_t tokens_read(const struct vocabulary *v, const uint8_t *text, size_t length,
                          uint32_t *sequence) {
    uint32_t words = (uint32_t)v->entries_count, unknown = words + (uint32_t)strlen(punctuation),
             other = unknown + 1;
    size_t count = 0, plain;
    for (size_t p = 0; p < length;) {
        size_t size = hunch_word_extent(text + p, &plain);
        if (size) {
            const struct spelling *s = hunch_vocabulary_entry(v, text + p, size);
            if (!s && size > plain)
                s = hunch_vocabulary_entry(v, text + p, size = plain);
            sequence[count++] = s ? s->number : unknown;
            p += size;
            continue;
        }
        uint8_t b = text[p++];
        if (b == ' ')
            continue;
        const char *mark = b ? strchr(punctuation, b) : NULL;
        uint32_t token = mark ? words + (uint32_t)(mark - punctuation) : other;
        bool repeats = count && sequence[count - 1] == token && (token == other || b == '\n' || b == '-');
        if (!repeats)
            sequence[count++] = token;
    }
    return count;
}

/* Writes class `lead`: words in lines. */
struct writer {
    unsigned lead;
    size_t line; /* bytes of words in this line; 0: none is open */
};

static void class_begin(struct writer *w) {
    if (w->line)
        printf("\")\n");
    w->line = 0;
    printf("CLASS(0x%02X)\n", w->lead++);
}

static void class_word(struct writer *w, const uint8_t *word, size_t length) {
    if (w->line && w->line + 1 + length > LINE) {
        printf("\")\n");
        w->line = 0;
    }
    printf("%s%.*s", w->line ? " " : "WORDS(\"", (int)length, (const char *)word);
    w->line += length + (w->line != 0);
}

static void marks_write(struct writer *w) {
    class_begin(w);
    for (const char *p = other_marks; *p;) {
        size_t length = strcspn(p, " ");
        class_word(w, (const uint8_t *)p, length);
        p += length + (p[length] == ' ');
    }
}

/* Classes of one word, or the others, in the order of the tree; words by falling frequency. */
static void classes_write(struct writer *w, const struct vocabulary *v, const struct classes *c,
                          bool single) {
    for (uint32_t i = 0; i < c->open + c->singles; i++) {
        uint32_t size = 0;
        for (uint32_t t = 0; t < c->words; t++)
            size += c->class_of[t] == c->order[i];
        if (size == 0 || (size == 1) != single)
            continue;
        class_begin(w);
        for (uint32_t t = 0; t < c->words; t++)
            if (c->class_of[t] == c->order[i])
                class_word(w, v->entries[t]->text, v->entries[t]->length);
    }
}

static bool list_write(const struct vocabulary *v, const struct classes *c) {
    struct writer w = {.lead = LEAD};
    printf("/* The words of format `text` in the order of their codes; made by tools/train/words.c, see "
           "doc/words.md.\n"
           " * Part of the format: never changed under the same id. CLASS(lead): words whose codes begin so. "
           "*/\n");
    for (size_t i = 0; i < FREQUENT_MARKS; i++) {
        class_begin(&w);
        class_word(&w, (const uint8_t *)frequent_marks[i], strlen(frequent_marks[i]));
    }
    classes_write(&w, v, c, true);
    classes_write(&w, v, c, false);
    marks_write(&w);
    printf("\")\n");
    return !ferror(stdout) && fflush(stdout) == 0;
}

int main(void) {
    size_t length;
    uint8_t *text = text_read(stdin, &length);
    struct vocabulary v = {0};
    uint32_t *sequence = text ? malloc((length + 1) * sizeof *sequence) : NULL;
    bool good = sequence && hunch_vocabulary_learn(&v, text, length, WORDS);
    if (good) {
        struct classes c = {.words = (uint32_t)v.entries_count,
                            .tokens = (uint32_t)(v.entries_count + strlen(punctuation) + 2),
                            .singles = SINGLES,
                            .open = LEADS - SINGLES - FREQUENT_MARKS - 1,
                            .most = CLASS_MOST};
        size_t count = tokens_read(&v, text, length, sequence);
        good = hunch_classes_learn(&c, sequence, count) && list_write(&v, &c);
        hunch_classes_free(&c);
    }
    if (!good)
        fprintf(stderr, "words: out of memory, or the list could not be written\n");
    hunch_vocabulary_free(&v);
    free(sequence);
    free(text);
    return !good;
}
