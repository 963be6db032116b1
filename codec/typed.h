/* A block in pieces: what formats/pieces.h makes of it, several streams, each with a model of its own. */
#ifndef HUNCH_CODEC_TYPED_H
#define HUNCH_CODEC_TYPED_H

#include "codec/container.h"
#include "codec/settings.h"
#include "formats/pieces.h"

/* Bytes that taking the block apart may take beside `plain`, what it needs in any case, in *room; 0 when
 * nothing in it is known or looks like a piece, or the limit has no room. Depends on content and settings
 * alone. The answer is the room and what models of typed streams need more than that of plain bytes. */
uint64_t hunch_typed_need(const struct context *context, const uint8_t *data, size_t length, struct outlook known,
                          uint64_t plain, uint64_t *room);

/* Encodes the block as pieces into payload (block->length bytes of room). Sets flags, count and streams of
 * *block and *coded; *doubt says that a sample of it as plain bytes promises less. OUTPUT_FULL: there are no
 * pieces, or they do not shrink. NO_MEMORY, BAD_ARGUMENT. */
enum hunch_status hunch_typed_encode(const struct context *context, uint8_t *data, struct outlook known,
                                     struct block_header *block, uint64_t room, uint8_t *payload, size_t *coded,
                                     bool *doubt);

/* Bytes that joining pieces takes beside streams and content. */
uint64_t hunch_typed_scratch(const struct block_header *block);

/* Decodes the block into out (block->length bytes). Errors: NO_MEMORY, DAMAGED. */
enum hunch_status hunch_typed_decode(const struct context *context, const struct block_header *block,
                                     uint8_t *payload, uint8_t *out);

#endif
