/* The content of a PNG's deflate stream as pixels and filters, or as it is. */
#ifndef HUNCH_FORMATS_PIECES_PNG_IMAGE_H
#define HUNCH_FORMATS_PIECES_PNG_IMAGE_H

#include "formats/piece.h"

enum { PNG_HEADER = 13 }; /* bytes of a header chunk */

/* `header`: the header chunk's bytes. */
void hunch_png_put_image(struct splitter *s, const uint8_t *header, const uint8_t *plain, size_t size);

/* The `size` bytes again, in scratch memory; NULL when damaged. */
const uint8_t *hunch_png_join_image(struct joiner *j, const uint8_t *header, size_t size);

#endif
