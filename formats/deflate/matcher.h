/* Foretells the tokens of a deflate stream from its content: the search for matches that zlib and its ancestors make.
 *
 * The matcher is told every token that the stream really has, so that one failure does not breed others. Positions are
 * those of the whole content: zlib's window slides under them, which changes nothing but that its first byte is never
 * found (position 0 here). State: 4 bytes for each entry of the hash and of the window. */
#ifndef HUNCH_FORMATS_DEFLATE_MATCHER_H
#define HUNCH_FORMATS_DEFLATE_MATCHER_H

#include "formats/deflate/block.h"
#include "formats/deflate/rules.h"

struct matcher {
    const uint8_t *data;
    size_t length; /* bytes of content, below 2^32 */
    size_t end;    /* matches end here: where the compressor had no more content yet, at most length */
    size_t at;     /* of the next token */
    size_t entered; /* positions below are in the hash; levels below LEVEL_LAZY leave some of them out */
    uint32_t *head; /* (1 << hash_bits): the last position with this hash, 0 none */
    uint32_t *prev; /* (1 << window_bits): by position, the position before with the same hash */
    struct rules rules;
    struct effort effort;
    token found; /* the match at `at`, 0 none, when `searched` */
    bool searched;
    token next; /* the better match one byte further, for which this token must be a literal; 0 none */
    uint64_t work, work_most; /* candidates looked at; beyond the most nothing is found any more */
};

/* Numbers of entries of head and prev. */
size_t hunch_matcher_heads(const struct rules *rules);
size_t hunch_matcher_prevs(const struct rules *rules);

/* Begins at the content's beginning; head is zeroed. */
void hunch_matcher_init(struct matcher *m, const struct rules *rules, const uint8_t *data, size_t length);

/* Zeroes head again, for another beginning. */
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
