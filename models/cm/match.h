/* The match model: finds the last place where the latest bytes stood and predicts that what followed them then
 * follows again; how far to trust it is learned per length of the match. */
#ifndef HUNCH_MODELS_CM_MATCH_H
#define HUNCH_MODELS_CM_MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/undo.h"

enum { MATCH_BUCKETS = 32 };

struct match {
    uint32_t *table;     /* (1 << bits): hash of the last `minimum` bytes -> position behind them */
    unsigned bits;
    unsigned minimum;    /* bytes; 1..8 */
    uint32_t *entry;     /* of the table, asked for one byte ago; NULL: none yet */
    size_t pointer;      /* of the byte that stood next */
    unsigned length;     /* bytes that agree; 0: no match */
    unsigned predicted;  /* 256 | the predicted byte; 0: none, or it has failed */
    unsigned bucket;     /* of the length, 1..31; for the bit in hand, 0 when nothing is predicted */
    unsigned expected;   /* the predicted bit */
    struct undo *undo;   /* NULL: none */
    uint32_t map[MATCH_BUCKETS]; /* counters: probability that the predicted bit comes */
};

void hunch_match_init(struct match *m, unsigned bits, unsigned minimum);

/* Something new begins: what stands before it foretells nothing. */
void hunch_match_begin(struct match *m);

/* data[0 .. at - 1] is known, the last byte new. recent: the last eight bytes, newest lowest. */
void hunch_match_update(struct match *m, const uint8_t *data, size_t at, uint64_t recent);

/* Before a bit: what is predicted after the first bits of this byte (c0: 1 and then those bits; `left` to come). */
static inline void match_predict(struct match *m, unsigned c0, unsigned left) {
    m->bucket = 0;
    if (!m->predicted)
        return;
    if (m->predicted >> left != c0) {
        m->predicted = 0;
        return;
    }
    unsigned l = m->length;
    m->bucket = l < 16 ? l : l < 32 ? 12 + l / 4 : l < 64 ? 16 + l / 8 : l < 512 ? 24 + l / 80 : 31;
    m->expected = m->predicted >> (left - 1) & 1;
}

#endif
