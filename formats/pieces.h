/* Blocks as pieces: formats/piece.h says what a piece is. doc/FORMAT.md has the recipe's grammar. */
#ifndef HUNCH_FORMATS_PIECES_H
#define HUNCH_FORMATS_PIECES_H

#include "formats/piece.h"
#include "formats/streams.h"

/* The kind of piece at this place of the table; NULL past its end. */
const struct piece *hunch_piece_at(unsigned index);
const struct piece *hunch_piece_find(uint64_t id);

/* Arrays that are known to lie in content before anybody looks at it. */
struct outlook {
    const struct array *arrays; /* (count) by rising place, apart; places counted from the content's beginning */
    size_t count;
};

/* Whether something in the content looks like a piece. */
bool hunch_pieces_wanted(const uint8_t *data, size_t length);

/* Tells up to `most` arrays of the piece at the content's beginning, by rising place: how many. For content that goes
 * on beyond what is in hand. */
size_t hunch_pieces_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most);

/* Takes content apart into streams (empty ones, with allocator and room set): true when pieces were found, and then
 * join gives the content back. Frees nothing. */
bool hunch_pieces_split(struct streams *out, const uint8_t *data, size_t length, struct outlook known);

/* The same, for who wants to know what was found: calls `found` for each piece, those inside of others (depth
 * >= 1, places in the content of the one around) before it. Pieces that `split` took back may be told too. */
struct finding {
    const struct piece *piece;
    size_t offset, length; /* bytes */
    unsigned depth;
};
bool hunch_pieces_find(struct streams *out, const uint8_t *data, size_t length,
                       void (*found)(void *opaque, const struct finding *finding), void *opaque);

/* Bytes that join allocates at most, for streams of `total` bytes in all. */
uint64_t hunch_pieces_scratch(uint64_t length, uint64_t total);

/* Fills exactly `length` bytes of out from all of the streams; false when they are damaged (or in->no_memory). */
bool hunch_pieces_join(struct streams *in, uint8_t *out, size_t length);

#endif
