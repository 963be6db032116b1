/* Chooses the format of a block: whether rewriting it makes it smaller, by measure. */
#ifndef HUNCH_CODEC_TRANSFORM_H
#define HUNCH_CODEC_TRANSFORM_H

#include "codec/container.h"
#include "codec/settings.h"

/* The most bytes that a format may make of `length`: a little more than it was given, for escapes. */
size_t hunch_transform_capacity(size_t length);

/* Whether any format knows the content, so that a choice is worth its memory. */
bool hunch_transform_wanted(const struct context *context, const uint8_t *data, size_t length);

/* Tries the formats that know data (stream->length bytes). When one wins, sets its fields in *stream and *formed to
 * its output, to be released by the caller; else leaves them (*formed NULL). `spare` has stream->length bytes that
 * may be overwritten. Errors: NO_MEMORY. */
enum hunch_status hunch_transform_choose(const struct context *context, uint8_t *data, struct stream_header *stream,
                                         uint8_t *spare, uint8_t **formed);

#endif
