/* The piece that is one array (piece.h): described, cut, put and joined.
 *
 * Recipe: varint kind; for code varint bytes. Stream of that kind: a head (base/content.h; for code none) and what it
 * says. */
#ifndef HUNCH_FORMATS_PIECES_ARRAY_H
#define HUNCH_FORMATS_PIECES_ARRAY_H

#include "formats/piece.h"

enum { ARRAY_ID = 5 };

enum { TENSOR_BIG_ENDIAN = 1, AUDIO_FLOAT = 1 }; /* flags of heads */

/* Bytes of one element; 0 for none of enum content_element. */
unsigned hunch_array_element_bytes(unsigned element);

/* Descriptions; nonsense gives an array that put declines. Pictures: layout as in a head. */
struct array hunch_array_image(uint64_t before, unsigned layout, uint64_t width, uint64_t height, uint64_t count);
struct array hunch_array_audio(uint64_t before, unsigned channels, unsigned bits, unsigned flags, uint64_t frames);
struct array hunch_array_code(uint64_t before, uint64_t bytes);
struct array hunch_array_tensor(uint64_t before, unsigned element, unsigned flags, uint64_t columns, uint64_t elements);

/* What should count as a row of an array of n dimensions, the last one changing fastest: the last, with those before it
 * while it is small (colours, taps of a kernel). */
uint64_t hunch_array_columns(const uint64_t *dim, unsigned n);

/* Bytes of all elements; UINT64_MAX for nonsense. */
uint64_t hunch_array_size(const struct array *a);

/* What is left of the array from byte `from` of the content on, its place counted from there; false when that is
 * nothing. Small pictures are left whole, others and tables by whole rows. */
bool hunch_array_rest(const struct array *a, uint64_t from, struct array *rest);

/* Brings arrays into the order of the file and keeps those that lie one behind the other, their places moved by `base`:
 * how many. */
size_t hunch_array_keep_apart(struct array *arrays, size_t n, uint64_t base);

/* Cuts the array to what `length` bytes behind its place hold; false when that is nothing. */
bool hunch_array_fit(struct array *a, uint64_t length);

/* Puts a head and as much of the array as `length` bytes of data hold: whole pictures, or rows of one; whole frames;
 * whole elements. The bytes taken, 0 when nothing fits. */
size_t hunch_array_put(struct splitter *s, const uint8_t *data, size_t length, const struct array *a);

#endif
