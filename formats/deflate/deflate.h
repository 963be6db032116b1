/* Deflate streams inside of pieces: taken apart into content, which the piece puts where it likes, and what the recipe
 * needs so that exactly this stream comes back: its sizes, the rules of its compressor and notes of the exceptions.
 * doc/spec/pieces/deflate.md has the format. */
#ifndef HUNCH_FORMATS_DEFLATE_DEFLATE_H
#define HUNCH_FORMATS_DEFLATE_DEFLATE_H

#include "formats/deflate/replay.h"
#include "formats/piece.h"

struct deflated {
    size_t packed, plain; /* bytes of the stream, of its content */
    struct rules rules;
    const uint8_t *notes[NOTES_LANES];
    size_t notes_size[NOTES_LANES]; /* bytes */
};

/* Takes the stream at data[0] apart; `length` bytes are there. window_bits: what the container says, 0 unknown. The
 * content (never NULL, also when it is empty), which lives with *d until split returns; NULL declines. */
const uint8_t *hunch_deflate_open(struct splitter *s, const uint8_t *data, size_t length, unsigned window_bits,
                                  struct deflated *d);

/* All of *d into the recipe. */
void hunch_deflate_put(struct splitter *s, const struct deflated *d);

/* And out of it; false when damaged. */
bool hunch_deflate_get(struct joiner *j, struct deflated *d);

/* Writes the stream, d->packed bytes, for d->plain bytes of content; false when damaged. */
bool hunch_deflate_join(struct joiner *j, const struct deflated *d, const uint8_t *plain, uint8_t *packed);

#endif
