/* One stream and its payload: what a format and a model make of bytes, and back. */
#ifndef HUNCH_CODEC_PAYLOAD_H
#define HUNCH_CODEC_PAYLOAD_H

#include "codec/container.h"
#include "codec/settings.h"
#include "entropy/coder.h"

enum { MODEL_STORED = 0 };

/* Bytes that encoding a stream of this kind takes at most, beside the stream and its payload; UINT64_MAX if the model
 * refuses. */
uint64_t hunch_payload_encode_need(const struct context *context, enum content_kind kind, uint64_t length);

/* Bytes that decoding takes at most beside payload and stream, in *need. UNSUPPORTED when this library lacks the
 * model or the format or the model refuses its parameter; DAMAGED when the lengths contradict. */
enum hunch_status hunch_payload_decode_need(const struct context *context, const struct stream_header *stream,
                                            uint64_t coded, uint64_t *need);

/* Sets stream to be stored as it is. */
void hunch_payload_store(struct stream_header *stream, size_t *coded);

/* What a coder's trouble means. */
enum hunch_status hunch_payload_status(const struct coder *coder);

/* Chooses how content of a kind is encoded: sets model, parameter, format and coded length of *stream, and
 * *formed to what the format made, to be released by the caller (NULL: none). `spare` as below. Errors:
 * NO_MEMORY, BAD_ARGUMENT. */
enum hunch_status hunch_payload_plan(const struct context *context, enum content_kind as, uint8_t *data,
                                     struct stream_header *stream, uint8_t *spare, uint8_t **formed);

/* Encodes data (stream->length >= 1 bytes) with the model for content of a kind, stream->kind or
 * CONTENT_BYTES, into `payload`, at most `room` bytes; `spare` has stream->length bytes that may be
 * overwritten, and may be the payload. Sets the other fields of *stream and *coded. With `noise` only a
 * format is worth a try. Errors: OUTPUT_FULL (it would not shrink below room), NO_MEMORY, BAD_ARGUMENT. */
enum hunch_status hunch_payload_encode(const struct context *context, enum content_kind as, uint8_t *data,
                                       struct stream_header *stream, bool noise, uint8_t *spare,
                                       uint8_t *payload, size_t room, size_t *coded);

/* Decodes a payload for which decode_need said OK into out (stream->length bytes). Errors: NO_MEMORY, DAMAGED. */
enum hunch_status hunch_payload_decode(const struct context *context, const struct stream_header *stream,
                                       uint8_t *payload, size_t coded, uint8_t *out);

#endif
