/* PRIMED blocks: units coded from a prior, each alone. The payload is a table, for each unit its length
 * (where the header does not tell), the bytes of its payload and a check of its content; then the units'
 * payloads. A unit whose payload is as long as its content is stored. */
#ifndef HUNCH_CODEC_PRIMED_H
#define HUNCH_CODEC_PRIMED_H

#include "codec/prior.h"

enum { PRIMED_TABLE_MOST = 24 /* bytes of the table for a unit */ };

/* Parts of content, each to be coded alone. */
struct units {
    const uint64_t *lengths; /* (count) bytes, 1..UNIT_MOST */
    size_t count;            /* 0: none */
    bool stranger;           /* it was seen that the prior does not suit the first */
};

/* Encodes data, block->length bytes in units, into *payload, to be released by the caller. Sets the block's flags and
 * units. It ends before the first unit that the prior does not suit: block->length is what is left, and units->stranger
 * speaks of what comes then. UNSUPPORTED: the prior does not suit the first, which alone is left. OUTPUT_FULL: what is
 * left does not shrink. NO_MEMORY. */
enum hunch_status hunch_primed_encode(const struct context *context, uint8_t *data, struct units *units,
                                      struct block_header *block, uint8_t **payload, size_t *coded);

/* Bytes that decoding takes beside payload and content. MISSING_PRIOR when prior is NULL, DAMAGED. */
enum hunch_status hunch_primed_decode_need(const struct hunch_prior *prior, const struct block_header *block,
                                           uint64_t coded, uint64_t *need);

/* Decodes content [from, to) of a block into out. With `lost` units that are damaged are zeros in out and put there (as
 * struct hunch_range within the block); else the first one ends it: DAMAGED, NO_MEMORY. */
enum hunch_status hunch_primed_decode(const struct context *context, struct hunch_prior *prior,
                                      const struct block_header *block, uint8_t *payload, size_t coded, uint64_t from,
                                      uint64_t to, uint8_t *out, struct buffer *lost);

#endif
