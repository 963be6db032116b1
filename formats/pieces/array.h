/* What pieces that hold one plain array have in common: bytes before it, then a head and its elements. */
#ifndef HUNCH_FORMATS_PIECES_ARRAY_H
#define HUNCH_FORMATS_PIECES_ARRAY_H

#include "formats/piece.h"

enum { TENSOR_BIG_ENDIAN = 1 }; /* flag of a tensor's head */

/* Bytes of one element; 0 for none of enum content_element. */
unsigned hunch_array_element_bytes(unsigned element);

/* Puts `before` bytes and then an array of pictures or numbers: bytes taken from data in all, 0 on nonsense (sizes 0
 * or beyond length, or too large for a head). Pictures: layout as in a head, count at least 1; cut to whole rows of the
 * first picture, or to whole pictures. */
size_t hunch_array_put_image(struct splitter *s, const uint8_t *data, size_t length, size_t before, unsigned layout,
                             uint64_t width, uint64_t height, uint64_t count);
size_t hunch_array_put_tensor(struct splitter *s, const uint8_t *data, size_t length, size_t before, unsigned element,
                              unsigned flags, uint64_t columns, uint64_t elements);

/* Puts the bytes of the next array of the kind, IMAGE or TENSOR. */
bool hunch_array_join(struct joiner *j, enum content_kind kind);

/* The whole join of a piece made by either put: varint bytes before, varint kind, the array. */
bool hunch_array_join_piece(struct joiner *j);

#endif
