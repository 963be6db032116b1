/* One block, alone: bytes to payload and back. Pure functions of their arguments; they run on any thread. */
#ifndef HUNCH_CODEC_BLOCK_H
#define HUNCH_CODEC_BLOCK_H

#include "codec/container.h"
#include "codec/primed.h"
#include "codec/settings.h"
#include "formats/pieces.h"

/* Bytes that encoding any `length` bytes needs at least; UINT64_MAX if the model refuses. */
uint64_t hunch_block_plain_need(const struct context *context, uint64_t length);

/* Bytes that encoding data needs at most, input and payload included; UINT64_MAX if the model refuses. */
uint64_t hunch_block_encode_need(const struct context *context, const uint8_t *data, uint64_t length,
                                 struct outlook known, uint64_t *room);

/* Bytes that decoding needs, payload (`coded` bytes) and output included, in *need. UNSUPPORTED when this library
 * lacks the model or the format or the model refuses its parameter; DAMAGED when the lengths contradict; MISSING_PRIOR
 * when the block is coded from one and `prior` is NULL. */
enum hunch_status hunch_block_decode_need(const struct context *context, const struct hunch_prior *prior,
                                          const struct block_header *block, uint64_t coded, uint64_t *need);

/* Encodes data (block->length bytes), from the context's prior when there are units and it suits the first; then
 * block->length may become less, see hunch_primed_encode. On success the other fields of *block are set except stream,
 * start and SOLE, *coded is the payload's length, and *payload is the payload, to be released by the caller, or NULL when
 * the block is stored: the payload is then data itself. Errors: NO_MEMORY, BAD_ARGUMENT (the model refuses). */
enum hunch_status hunch_block_encode(const struct context *context, uint8_t *data, struct outlook known,
                                     struct units *units, uint64_t room, struct block_header *block,
                                     uint8_t **payload, size_t *coded);

/* Decodes a payload whose check was good and for which hunch_block_decode_need said OK. On success *out is the
 * content, to be released by the caller, or NULL when the content is the payload itself. With `lost` a payload of units
 * may be damaged: see hunch_primed_decode. Errors: NO_MEMORY, DAMAGED, MISMATCH. */
enum hunch_status hunch_block_decode(const struct context *context, struct hunch_prior *prior,
                                     const struct block_header *block, uint8_t *payload, size_t coded, uint8_t **out,
                                     struct buffer *lost);

#endif
