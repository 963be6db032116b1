/* Lengths of Huffman codes as zlib and its ancestors choose them. */
#ifndef HUNCH_FORMATS_DEFLATE_TREES_H
#define HUNCH_FORMATS_DEFLATE_TREES_H

#include "formats/deflate/alphabet.h"

/* Lengths for n symbols (2..LITERALS) of these frequencies, none above `most` bits; the number of lengths that matter:
 * one more than the last symbol that has a code. Frequencies sum up to less than 2^31. */
unsigned hunch_tree_lengths(const uint32_t *frequency, unsigned n, unsigned most, uint8_t *lengths);

#endif
