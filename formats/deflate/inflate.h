/* What a deflate stream holds: first its size and what gives its compressor away, then its content. */
#ifndef HUNCH_FORMATS_DEFLATE_INFLATE_H
#define HUNCH_FORMATS_DEFLATE_INFLATE_H

#include "formats/deflate/block.h"

struct stream_facts {
    size_t packed; /* bytes of the stream */
    size_t plain;  /* bytes of its content */
    uint64_t matches;
    unsigned farthest;   /* bytes: the longest distance */
    uint32_t tokens_most; /* of a block */
    uint32_t fixed_blocks, dynamic_blocks;
    uint32_t ends[16];   /* blocks, not the last, of 2^i - 1 tokens */
    uint64_t flushes;    /* empty stored blocks, not at the beginning */
    uint64_t crossings;  /* matches with what stands before the last of these */
    uint32_t cuts;       /* blocks, not the last, of a multiple of 4096 tokens */
};

/* Reads through the stream at data[0]; false when it is none, is cut short, or its content would be more than
 * `plain_most` bytes for each of its own. */
bool hunch_inflate_scan(struct block *block, const uint8_t *data, size_t length, unsigned plain_most,
                        struct stream_facts *facts);

/* Writes the content of a stream that was scanned, facts->plain bytes, and finds the facts about flushes; false when it
 * is damaged. block->token has facts->tokens_most. */
bool hunch_inflate(struct block *block, const uint8_t *data, struct stream_facts *facts, uint8_t *plain);

#endif
