/* Which contexts predict the next byte: hashes of what stands before it, chosen per level. */
#ifndef HUNCH_MODELS_CM_CONTEXTS_H
#define HUNCH_MODELS_CM_CONTEXTS_H

#include <stddef.h>
#include <stdint.h>

enum { CONTEXTS_MAX = 96, RECORD_MAX = 1024 };

/* What the contexts remember of the bytes so far. */
struct contexts {
    unsigned level;
    unsigned count;          /* contexts in use at this level */
    uint32_t hash[CONTEXTS_MAX];
    uint32_t word[6];        /* hash of the word in hand, and of the ones before */
    uint32_t gap;            /* hash of what stands between the last word and here */
    uint32_t line;           /* hash of the first bytes of this line */
    size_t line_start[4];    /* where this line and the ones before begin */
    uint32_t seen[256];      /* 1 + position where each byte value stood last */
    uint32_t distance[256];  /* and how far before it stood the time before */
    uint16_t votes[RECORD_MAX];
    unsigned record;         /* detected record length in bytes; 0: none */
    uint32_t classes;        /* classes of the last 8 bytes, 4 bits each, newest lowest */
};

void hunch_contexts_init(struct contexts *c, unsigned level);

/* Number of contexts that a level uses. */
unsigned hunch_contexts_count(unsigned level);

/* data[0 .. at - 1] is known, at >= 1 and data[at - 1] is new: brings everything up to date and fills hash[]. */
void hunch_contexts_update(struct contexts *c, const uint8_t *data, size_t at);

#endif
