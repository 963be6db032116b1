/* Blocks as pieces: formats/piece.h says what a piece is. doc/FORMAT.md has the recipe's grammar. */
#ifndef HUNCH_FORMATS_PIECES_H
#define HUNCH_FORMATS_PIECES_H

#include "formats/piece.h"
#include "formats/streams.h"

/* The kind of piece at this place of the table; NULL past its end. */
const struct piece *hunch_piece_at(unsigned index);
const struct piece *hunch_piece_find(uint64_t id);

/* Whether something in the content looks like a piece. */
bool hunch_pieces_wanted(const uint8_t *data, size_t length);

/* Takes content apart into streams (empty ones, with allocator and room set): true when pieces were found, and then
 * join gives the content back. Frees nothing. */
bool hunch_pieces_split(struct streams *out, const uint8_t *data, size_t length);

/* Bytes that join allocates at most, for streams of `total` bytes in all. */
uint64_t hunch_pieces_scratch(uint64_t length, uint64_t total);

/* Fills exactly `length` bytes of out from all of the streams; false when they are damaged (or in->no_memory). */
bool hunch_pieces_join(struct streams *in, uint8_t *out, size_t length);

#endif
