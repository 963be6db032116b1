/* Finds the rules by which a deflate stream was made. */
#ifndef HUNCH_FORMATS_DEFLATE_SEARCH_H
#define HUNCH_FORMATS_DEFLATE_SEARCH_H

#include "formats/deflate/inflate.h"
#include "formats/deflate/replay.h"

struct search {
    const uint8_t *packed, *plain;
    const struct stream_facts *facts;
    unsigned window_bits; /* that the container tells; 0: unknown */
    struct block *block;
    uint32_t *head, *prev; /* (1 << HASH_BITS_MOST), zeroed, and zeroed again; (1 << WINDOW_BITS_MOST) */
};

/* The rules that leave the fewest notes. */
void hunch_rules_search(const struct search *s, struct rules *rules);

#endif
