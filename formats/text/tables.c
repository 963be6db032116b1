/* Run by the build: turns words.def into the tables of dictionary.c, on standard output. Fails when the list
 * breaks a rule of the format, so that a library with a wrong list cannot be built. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "formats/text/dictionary.h"
#include "formats/text/hash.h"

static const char list[] = {
#define CLASS(lead)  "\n"
#define WORDS(words) words " "
#include "formats/text/words.def"
#undef CLASS
#undef WORDS
};

static const uint8_t leads[] = {
#define CLASS(lead) lead,
#define WORDS(words)
#include "formats/text/words.def"
#undef CLASS
#undef WORDS
};

struct words {
    const char *text[WORD_NONE];
    size_t length[WORD_NONE];
    unsigned class[WORD_NONE];
    unsigned count;
    unsigned class_start[WORD_LEADS + 1];
    unsigned classes;
    uint16_t slots[1 << WORD_SLOT_BITS];
};

/* False, with the reason on stderr. */
static bool refuse(const char *why, const char *word, size_t length) {
    fprintf(stderr, "words.def: %s: %.*s\n", why, (int)length, word);
    return false;
}

static bool word_place(struct words *w, unsigned number) {
    const char *text = w->text[number];
    size_t length = w->length[number];
    uint32_t slot = word_slot((const uint8_t *)text, length);
    while (w->slots[slot] != WORD_NONE) {
        unsigned other = w->slots[slot];
        if (w->length[other] == length && memcmp(w->text[other], text, length) == 0)
            return refuse("twice in the list", text, length);
        slot = (slot + 1) & ((1u << WORD_SLOT_BITS) - 1);
    }
    w->slots[slot] = (uint16_t)number;
    return true;
}

static bool words_parse(struct words *w) {
    memset(w->slots, 0xFF, sizeof w->slots);
    for (const char *p = list; *p;) {
        if (*p == '\n') {
            if (w->classes == WORD_LEADS || leads[w->classes] != WORD_LEAD + w->classes)
                return refuse("classes are not in order", "", 0);
            w->class_start[w->classes++] = w->count;
            p++;
            continue;
        }
        size_t length = strcspn(p, " \n");
        if (length == 0 || length > WORD_BYTES_MAX || w->classes == 0 ||
            w->count >= WORD_NONE / 2 + WORD_NONE / 4)
            return refuse("too long, too many, or not in a class", p, length);
        w->text[w->count] = p;
        w->length[w->count] = length;
        w->class[w->count] = w->classes - 1;
        if (w->count - w->class_start[w->classes - 1] >= WORD_CLASS_MAX)
            return refuse("one too many for its class", p, length);
        if (!word_place(w, w->count++))
            return false;
        p += length + (p[length] == ' ');
    }
    while (w->classes <= WORD_LEADS)
        w->class_start[w->classes++] = w->count;
    for (unsigned i = 0; i < WORD_LEADS; i++)
        if ((w->class_start[i + 1] - w->class_start[i] == 1) != (i < WORD_SINGLES))
            return refuse(
                "WORD_SINGLES is not the number of the classes of one word, or they are not the first", "",
                0);
    return true;
}

static void numbers_write(const char *name, const char *type, size_t count,
                          unsigned (*at)(struct words *, size_t), struct words *w) {
    printf("static const %s %s[%zu] = {", type, name, count);
    for (size_t i = 0; i < count; i++)
        printf("%s%u,", i % 16 ? "" : "\n", at(w, i));
    printf("\n};\n");
}

static unsigned start_at(struct words *w, size_t i) {
    static unsigned sum; /* called with i = 0, 1, 2, ... */
    unsigned start = sum;
    if (i < w->count)
        sum += (unsigned)w->length[i];
    return start;
}

static unsigned class_at(struct words *w, size_t i) {
    return w->class[i];
}

static unsigned class_start_at(struct words *w, size_t i) {
    return w->class_start[i];
}

static unsigned slot_at(struct words *w, size_t i) {
    return w->slots[i];
}

int main(void) {
    static struct words w;
    if (!words_parse(&w))
        return 1;
    printf("static const char word_text[] =");
    for (unsigned i = 0; i < w.count; i++)
        printf("%s%.*s%s", i % 8 ? "" : "\n\"", (int)w.length[i], w.text[i],
               i % 8 == 7 || i + 1 == w.count ? "\"" : "");
    printf(";\n");
    numbers_write("word_start", "uint32_t", w.count + 1, start_at, &w);
    numbers_write("word_class", "uint8_t", w.count, class_at, &w);
    numbers_write("class_start", "uint16_t", WORD_LEADS + 1, class_start_at, &w);
    numbers_write("word_slots", "uint16_t", (size_t)1 << WORD_SLOT_BITS, slot_at, &w);
    return ferror(stdout) || fflush(stdout) != 0;
}
