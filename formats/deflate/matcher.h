/* Foretells the tokens of a deflate stream from its content: the search for matches that zlib and its ancestors make.
 *
 * The matcher is told every token that the stream really has, so that one failure does not breed others. Positions are
 * those of the whole content: zlib's window slides under them, which changes nothing but that its first byte is never
 * found (position 0 here).
 *
 * zlib walks along the positions that share a hash of 3 bytes, the nearest first, up to a number of them, and takes the
 * longest match. Here positions that share 4, or 6, bytes are linked too, and matches are first sought where they are
 * longest; numbers of the positions within their hash tell which of them zlib would still have looked at. Where a match
 * of some length is known, the bytes that end behind it may be rarer than those it begins with: then their links are
 * followed. State: 5 tables of 2^16 numbers of 4 bytes, 4 of the window's size. Cost: some 60 ns for each byte. */
#ifndef HUNCH_FORMATS_DEFLATE_MATCHER_H
#define HUNCH_FORMATS_DEFLATE_MATCHER_H

#include "formats/deflate/block.h"
#include "formats/deflate/rules.h"

enum { LINKS = 3 }; /* of 3 bytes as zlib has them, of 4 and of 6 */

struct matcher_tables {
    uint32_t *head[LINKS]; /* (1 << HASH_BITS_MOST) each, zeroed: the last position with this hash, 0 none */
    uint32_t *prev[LINKS]; /* (1 << window_bits) each: by position, the position before with the same hash */
    uint32_t *count;       /* (1 << HASH_BITS_MOST): positions that had this hash of 3 bytes */
    uint32_t *seen;        /* (1 << HASH_BITS_MOST): how many positions had this hash of 6 bytes */
    uint32_t *number;      /* (1 << window_bits): by position, which of these it is */
};

struct matcher {
    const uint8_t *data;
    size_t length; /* bytes of content, below 2^32 */
    size_t end;    /* matches end here: where the compressor had no more content yet, at most length */
    size_t at;     /* of the next token */
    size_t floor;  /* no match begins there or before */
    size_t entered; /* positions below are in the hash; levels below LEVEL_LAZY leave some of them out */
    struct matcher_tables tables;
    unsigned links; /* that are kept up: a short search needs no more than the first */
    struct rules rules;
    struct effort effort;
    token found; /* the match at `at`, 0 none, when `searched` */
    bool searched;
    token next; /* the better match one byte further, for which this token must be a literal; 0 none */
    uint64_t work; /* candidates looked at */
};

/* Bytes of the tables for these window bits, and the tables in so much zeroed memory. */
size_t hunch_matcher_tables_size(unsigned window_bits);
void hunch_matcher_tables_set(struct matcher_tables *tables, unsigned window_bits, void *memory);

/* Begins at the content's beginning; tables are set, for at least the rules' window, and their heads zeroed. */
void hunch_matcher_init(struct matcher *m, const struct rules *rules, const uint8_t *data, size_t length);

/* Zeroes the heads again, for another beginning. */
void hunch_matcher_forget(struct matcher *m);

/* The token at m->at < m->end that zlib would choose. */
token hunch_matcher_predict(struct matcher *m);

/* The token at m->at is this one. It must lie inside of the content. */
void hunch_matcher_accept(struct matcher *m, token t);

/* n bytes are passed over without tokens. */
void hunch_matcher_skip(struct matcher *m, size_t n);

/* The rank of a match at m->at among the candidates that agree with as many bytes, the nearest first, from 1; 0 when it
 * is none of them. And back: the distance of that rank; 0 when there is none. */
unsigned hunch_matcher_rank(struct matcher *m, unsigned length, unsigned distance);
unsigned hunch_matcher_ranked(struct matcher *m, unsigned length, unsigned rank);

#endif
