#include "tools/train/vocabulary.h"

#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 1 << 20,
    SPELLINGS_MAX = SLOTS / 2,
    WORD_MAX = 24,        /* bytes; formats/text/dictionary.h has the same limit */
    DAMP = 40,            /* occurrences of a word that count in one book */
    BOOKS_MIN = 3,        /* that have an entry */
    BOOKS_APOSTROPHE = 40 /* the same with an apostrophe: rarer ones are put together from their parts */
};

static bool is_letter(unsigned b) {
    return (b | 32) - 'a' < 26u;
}

static bool is_capital(unsigned b) {
    return b - 'A' < 26u;
}

static size_t letter_length(const uint8_t *p) {
    return is_letter(p[0]) ? 1 : p[0] == 0xC3 && (p[1] & 0xC0) == 0x80 ? 2 : 0;
}

static size_t letters_length(const uint8_t *p) {
    size_t length = 0;
    for (size_t n; (n = letter_length(p + length)) != 0;)
        length += n;
    return length;
}

size_t hunch_word_extent(const uint8_t *text, size_t *plain) {
    if (!is_letter(text[0]))
        return *plain = 0;
    size_t length = *plain = letters_length(text);
    while (text[length] == '\'' && letter_length(text + length + 1))
        length += 1 + letters_length(text + length + 1);
    return length;
}

static uint32_t slot_of(const struct vocabulary *v, const uint8_t *word, size_t length) {
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < length; i++)
        h = (h ^ word[i]) * 16777619u;
    for (h = (h ^ h >> 15) % SLOTS; v->slots[h]; h = (h + 1) % SLOTS) {
        const struct spelling *s = &v->spellings[v->slots[h] - 1];
        if (s->length == length && memcmp(s->text, word, length) == 0)
            break;
    }
    return h;
}

static struct spelling *find(const struct vocabulary *v, const uint8_t *word, size_t length) {
    uint32_t slot = v->slots[slot_of(v, word, length)];
    return slot ? &v->spellings[slot - 1] : NULL;
}

/* One occurrence; words beyond the room or too long are passed over. */
static void count_word(struct vocabulary *v, const uint8_t *word, size_t length, bool inside) {
    if (length == 0 || length > WORD_MAX)
        return;
    uint32_t *slot = &v->slots[slot_of(v, word, length)];
    if (!*slot) {
        if (v->count == SPELLINGS_MAX)
            return;
        v->spellings[v->count] = (struct spelling){.text = word, .length = length};
        *slot = (uint32_t)++v->count;
    }
    struct spelling *s = &v->spellings[*slot - 1];
    if (s->books == 0 || s->book != v->books) {
        s->book = v->books;
        s->books++;
        s->here = 0;
    }
    s->count++;
    s->damped += s->here++ < DAMP;
    s->inside += inside;
}

/* A capital that no sentence explains: behind a small letter or a comma, and one space. */
static bool stands_inside(const uint8_t *text, size_t p) {
    return p > 1 && text[p - 1] == ' ' &&
           ((is_letter(text[p - 2]) && !is_capital(text[p - 2])) || text[p - 2] == ',');
}

static void count_words(struct vocabulary *v, const uint8_t *text, size_t length) {
    static const char title[] = "# Title:"; /* how a book begins */
    for (size_t p = 0, plain; p < length;) {
        if ((p == 0 || text[p - 1] == '\n') && strncmp((const char *)text + p, title, sizeof title - 1) == 0)
            v->books++;
        size_t whole = hunch_word_extent(text + p, &plain), part = plain;
        bool inside = is_capital(text[p]) && stands_inside(text, p);
        count_word(v, text + p, whole, inside);
        if (whole > plain)
            count_word(v, text + p, plain, inside);
        while (part < whole) { /* the parts behind apostrophes */
            size_t next = part + 1 + letters_length(text + p + part + 1);
            if (is_letter(text[p + part + 1]))
                count_word(v, text + p + part + 1, next - part - 1, false);
            part = next;
        }
        p += whole ? whole : 1;
    }
}

/* The word's other spelling: small letters, a capital first, or all capitals (how: 0, 1, 2). */
static void respell(const uint8_t *word, size_t length, int how, uint8_t *out) {
    for (size_t i = 0; i < length && i < WORD_MAX; i++)
        out[i] = !is_letter(word[i])                ? word[i]
                 : how == 2 || (how == 1 && i == 0) ? word[i] & ~32
                                                    : word[i] | 32;
}

/* Chooses for all spellings of one word (small letters: `word`) the one that stands in the dictionary. */
static void choose_spelling(struct vocabulary *v, const uint8_t *word, size_t length) {
    uint8_t spelled[WORD_MAX];
    struct spelling *as[3], *chosen;
    for (int how = 0; how < 3; how++) {
        respell(word, length, how, spelled);
        as[how] = how == 2 && length == 1 ? NULL : find(v, spelled, length);
    }
    bool apostrophe = memchr(word, '\'', length) != NULL;
    chosen = !as[0] || (as[1] && as[1]->inside > 2 * as[0]->count) ? as[1] : as[0];
    if (!chosen || chosen->entry || (length == 1 && chosen->count < 1000))
        return;
    uint64_t score = 0, books = 0;
    for (int how = 0; how < 3; how++)
        if (as[how]) {
            score += as[how]->damped;
            books = as[how]->books > books ? as[how]->books : books;
        }
    if (books < (apostrophe ? BOOKS_APOSTROPHE : BOOKS_MIN))
        return;
    chosen->entry = true;
    chosen->score = score;
}

static int by_score(const void *a, const void *b) {
    const struct spelling *x = *(const struct spelling *const *)a, *y = *(const struct spelling *const *)b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    size_t common = x->length < y->length ? x->length : y->length;
    int order = memcmp(x->text, y->text, common);
    return order ? order : x->length < y->length ? -1 : 1;
}

bool hunch_vocabulary_learn(struct vocabulary *v, const uint8_t *text, size_t length, size_t most) {
    *v = (struct vocabulary){.spellings = calloc(SPELLINGS_MAX, sizeof *v->spellings),
                             .slots = calloc(SLOTS, sizeof *v->slots),
                             .entries = calloc(SPELLINGS_MAX, sizeof *v->entries)};
    if (!v->spellings || !v->slots || !v->entries)
        return false;
    count_words(v, text, length);
    for (size_t i = 0; i < v->count; i++) {
        uint8_t small[WORD_MAX];
        respell(v->spellings[i].text, v->spellings[i].length, 0, small);
        choose_spelling(v, small, v->spellings[i].length);
    }
    for (size_t i = 0; i < v->count; i++)
        if (v->spellings[i].entry)
            v->entries[v->entries_count++] = &v->spellings[i];
    qsort(v->entries, v->entries_count, sizeof *v->entries, by_score);
    for (size_t i = 0; i < v->entries_count; i++) {
        struct spelling *s = &v->spellings[v->entries[i] - v->spellings];
        s->number = (uint32_t)i;
        s->entry = i < most;
    }
    v->entries_count = v->entries_count < most ? v->entries_count : most;
    return true;
}

const struct spelling *hunch_vocabulary_entry(const struct vocabulary *v, const uint8_t *word,
                                              size_t length) {
    uint8_t spelled[WORD_MAX];
    if (length == 0 || length > WORD_MAX)
        return NULL;
    const struct spelling *s = find(v, word, length);
    for (int how = 0; how < 2 && !(s && s->entry); how++) {
        respell(word, length, how, spelled);
        s = find(v, spelled, length);
    }
    return s && s->entry ? s : NULL;
}

void hunch_vocabulary_free(struct vocabulary *v) {
    free(v->spellings);
    free(v->slots);
    free(v->entries);
}
