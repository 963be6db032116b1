/* The Huffman tables that most JPEG files carry. */
#ifndef HUNCH_FORMATS_JPEG_STANDARD_H
#define HUNCH_FORMATS_JPEG_STANDARD_H

#include "formats/jpeg/huffman.h"

enum { JPEG_STANDARD_TABLES = 4 }; /* DC and AC of luminance, DC and AC of chrominance */

/* The bytes of a table as in a DHT segment from the counts on, and how many they are. */
size_t hunch_jpeg_standard_table(unsigned index, const uint8_t **bytes);

#endif
