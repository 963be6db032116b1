/* Finds the rules by which a deflate stream was made. */
#ifndef HUNCH_FORMATS_DEFLATE_SEARCH_H
#define HUNCH_FORMATS_DEFLATE_SEARCH_H

#include "formats/deflate/inflate.h"
#include "formats/deflate/replay.h"

struct search {
    const uint8_t *packed, *plain;
    const struct stream_facts *facts;
    unsigned window_bits; /* that the container tells; 0: unknown */
    unsigned notes_part; /* notes may have this part of the stream's size, and */
    size_t notes_free;   /* so many bytes more */
    struct block *block;
    const struct matcher_tables *tables; /* for any window, heads zeroed, and zeroed again */
};

/* The rules that leave the fewest notes; false when any would leave too many. */
bool hunch_rules_search(const struct search *s, struct rules *rules);

#endif
