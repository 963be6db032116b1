/* Which contexts predict a byte: hashes of what stands before it, chosen per level.
 *
 * They are made one byte ahead, so that memory can be asked for before it is needed: when data[at - 1] is known, the
 * contexts of byte at + 1 are hashed without data[at], which is added when it is known (context_hash). */
#ifndef HUNCH_MODELS_CM_CONTEXTS_H
#define HUNCH_MODELS_CM_CONTEXTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"

enum { CONTEXTS_MAX = 96 };

/* The model's parameter: bits 0..3 level; 4..6 what the bytes are: 0 anything, 1..4 samples of so many bytes
 * in rows, 5 a table as text, 7 words as codes (base/content.h); 7..8 of samples: place of the block's first
 * byte in its sample; 9.. of samples: bytes per row, 0: no rows; of words: leads that stand alone; of a
 * table: the delimiter, '{' for JSON. */
enum {
    PARAMETER_WIDTH = 4,
    PARAMETER_SHIFT = 7,
    PARAMETER_STRIDE = 9,
    STRIDE_MAX = 1 << 16,
    WIDTH_TABLE = 5,
    WIDTH_WORDS = 7
};

enum { FILTER_TAPS = 14 };

/* An adaptive linear filter (normalised LMS, Widrow and Hoff) over a sample's neighbours; one per byte of a sample. */
struct filter {
    int32_t weight_q16[FILTER_TAPS];
    int32_t input[FILTER_TAPS]; /* neighbours less their base */
    int32_t prediction_q4; /* of the next sample, in 1/16 */
};

/* Where in a table the bytes so far have come. */
struct table {
    unsigned delimiter;    /* between values; '{': JSON */
    bool quoted, escape;
    uint32_t name;         /* hash of the last string of JSON */
    uint32_t key;          /* of the value in hand: its column, or a hash of its name */
    uint32_t value, shape; /* hashes of the value so far: its bytes, and with all digits as one */
    uint32_t before;       /* hash of the value before */
    size_t place;          /* bytes of the value so far */
    size_t above;          /* where the last value of this key begins; 0: none */
    size_t start[256];     /* where the last value of each key (hashed) begins */
};

/* What the contexts remember of the bytes so far. */
struct contexts {
    unsigned level;
    unsigned filled;         /* contexts made so far */
    uint32_t ahead[CONTEXTS_MAX];  /* contexts of the byte after the next (records and words: of the next), as
                                      far as known */
    uint32_t newest[CONTEXTS_MAX]; /* all ones where the newest byte takes part, else 0 */
    uint32_t word[4];        /* hash of the word in hand, and of the ones before */
    uint32_t gap;            /* hash of what stands between the last word and here */
    uint32_t field;          /* place of the field in its line: separated by blanks, commas, tabs */
    uint32_t tag;            /* hash of the last name behind '<' */
    uint32_t number;         /* the last bytes with digits as one, letters as another */
    size_t line_start[3];    /* where this line and the ones before begin */
    /* of words as codes */
    unsigned tail;           /* bytes of the code in hand still to come: 2 (or 1), 1, 0 */
    unsigned letters;        /* a word in letters is in hand */
    uint32_t token[5];       /* the token in hand (0: none yet), and the ones before */
    uint32_t kind[5];        /* their classes: the lead of a code, or the character */
    uint32_t mark;           /* the last punctuation */
    size_t width;            /* bytes per sample; 0: no records; WIDTH_WORDS: words as codes */
    size_t shift;            /* place of byte 0 in its sample */
    size_t stride;           /* bytes per row of samples; of words as codes: leads that stand alone */
    struct filter filter[4];
    struct table table;
    uint32_t classes;        /* classes of the last 8 bytes, 4 bits each, newest lowest; 12 bits that choose weights */
};

void hunch_contexts_init(struct contexts *c, uint32_t parameter);

/* Number of contexts that a parameter uses; 0 when it is not valid. */
unsigned hunch_contexts_count(uint32_t parameter);

/* The same for words as codes (contexts_words.c). */
void hunch_contexts_words(struct contexts *c, const uint8_t *data, size_t at);
unsigned hunch_contexts_words_count(unsigned level);

/* The same for tables as text (contexts_table.c). */
void hunch_contexts_table(struct contexts *c, const uint8_t *data, size_t at);
unsigned hunch_contexts_table_count(unsigned level);

/* The same for records (contexts_record.c): contexts of byte `at` itself, newest[] all 0. */
void hunch_contexts_record(struct contexts *c, const uint8_t *data, size_t at);
unsigned hunch_contexts_record_count(unsigned level);

/* For the encoder: the parameter's bits above the level for this block, with its records if it seems to have any. */
uint32_t hunch_cm_hint(struct content content, const uint8_t *data, size_t length);

static inline uint32_t context_mix(uint32_t a, uint32_t b) {
    uint32_t h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u) * 0x85EBCA6Bu;
    return h ^ h >> 15;
}

/* Whether the newest byte takes part in a context. */
static const uint32_t CONTEXT_NEWEST = UINT32_MAX, CONTEXT_OLDER = 0;

/* Adds a context to the list. */
static inline void context_add(struct contexts *c, uint32_t hash, uint32_t newest) {
    unsigned n = c->filled++;
    c->newest[n] = newest;
    c->ahead[n] = (hash + n * 0x2545F491u) * 0x9E3779B1u + n;
}

/* The hash of a context once the newest byte (or, for the table line, its first bits) is known too. */
static inline uint32_t context_hash(uint32_t ahead, uint32_t newest, uint32_t byte) {
    uint32_t h = (ahead ^ (byte & newest) * 0x2C1B3C6Du) * 0x297A2D39u;
    return h ^ h >> 15;
}

/* data[0 .. at - 1] is known, at >= 1 and data[at - 1] is new: brings everything up to date and fills ahead[]. */
void hunch_contexts_update(struct contexts *c, const uint8_t *data, size_t at);

#endif
