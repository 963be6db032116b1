/* Blocks of coefficients in the stream of kind CONTENT_DCT (base/content.h). */
#ifndef HUNCH_FORMATS_JPEG_BLOCKS_H
#define HUNCH_FORMATS_JPEG_BLOCKS_H

#include "base/content.h"
#include "formats/jpeg/image.h"

enum { BLOCK_BYTES_MOST = 1 + 3 * JPEG_BLOCK };

/* The head and tables of the stream: at most DCT_HEAD + 4 * DCT_TABLE bytes. */
size_t hunch_jpeg_put_head(const struct jpeg *j, uint8_t *bytes);

/* One block: bytes written, <= BLOCK_BYTES_MOST. */
size_t hunch_jpeg_put_block(const int16_t *block, uint8_t *bytes);
/* One block from at most `length` bytes into a zeroed one; bytes read, 0: damaged. */
size_t hunch_jpeg_get_block(int16_t *block, const uint8_t *bytes, size_t length);

#endif
