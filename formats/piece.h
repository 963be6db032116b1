/* Pieces: parts of a block that are of a known kind (a PNG file, the samples of a WAV file, a gzip member,
 * ...). The format `pieces` walks over a block, lets each kind take what it knows apart into typed streams
 * (base/content.h) and a recipe, and leaves the rest as plain bytes. There are two sorts of kinds:
 *
 * - files that hold arrays as they are (WAV, NPY, safetensors, ...): the kind tells where the arrays lie
 * (`outlook`), and that is all. The recipe does not know of it: decoding needs no such kind, and it may learn
 * without a new id.
 * - files that have to be taken apart (PNG, gzip, JPEG, ...): `split` and `join`.
 *
 * To add a kind: formats/pieces/NAME.c that defines `const struct piece hunch_piece_NAME`, a line in
 * formats/pieces/registry.def, its page in doc/spec/pieces/ if it has an id, its tests. A kind declines
 * rather than fails.
 *
 * Streams are filled and emptied in order: what split puts, join gets, in the same order and the same
 * amounts. */
#ifndef HUNCH_FORMATS_PIECE_H
#define HUNCH_FORMATS_PIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"

struct splitter; /* where split puts things */
struct joiner;   /* where join gets things and puts content */

/* One plain array, as large as its file says, wherever the content in hand ends. */
struct array {
    uint64_t before;        /* bytes of the content before its first element */
    enum content_kind kind; /* IMAGE, AUDIO, TENSOR or CODE */
    uint8_t type[4];        /* the first bytes of its heads */
    unsigned sample;        /* bytes of a pixel, a frame or an element; 0: nonsense */
    uint64_t columns;       /* of a tensor, else 1 */
    uint64_t width, height; /* of a picture, else 1 */
    uint64_t count;         /* pictures, frames, elements or bytes */
};

struct piece {
    unsigned id; /* 1.. ; 0: holds arrays as they are */
    const char *name;
    const char *summary;
    const char *magic;    /* bytes that stand at magic_at in every piece of this kind; NULL: none */
    uint8_t magic_length; /* 0..16 */
    uint16_t magic_at;    /* bytes; 0 when it may begin anywhere */
    bool anywhere; /* may begin anywhere (the magic is strong); false: only where content begins, or a piece
                      ended */
    /* A cheap look behind the magic, that most bytes which are no such piece fail; NULL: the magic says
     * enough. */
    bool (*probe)(const uint8_t *data, size_t length);
    /* Tells up to `most` arrays of the piece that begins at data[0], by rising place and apart from each
     * other; how many, 0 declines. Only the beginning of a long piece may be there. */
    size_t (*outlook)(const uint8_t *data, size_t length, struct array *arrays, size_t most);
    /* Recognises a piece at data[0] and takes it apart: the bytes that it spans, <= length; 0 declines, and whatever
     * was put is taken back. What follows the piece is not its business. `length` is all that is left of the content:
     * a piece that is cut short there may be taken too. Must be undone by join bit for bit (the walker checks). */
    size_t (*split)(struct splitter *s, const uint8_t *data, size_t length);
    /* Puts exactly the bytes that split took. false: damaged. Hostile input costs time linear in what is put and in
     * what the streams hold. */
    bool (*join)(struct joiner *j);
};

/* ---- for split. Trouble (no room, no memory) is remembered by the splitter; what is put after it is dropped. */

/* Numbers and small things of the recipe. */
void hunch_split_varint(struct splitter *s, uint64_t value);
/* n bytes behind the others of a stream. */
void hunch_split_put(struct splitter *s, enum content_kind kind, const uint8_t *bytes, size_t n);
/* Room for n bytes there, to be filled; NULL on trouble (decline then). Valid until the next put or room of
 * the kind. */
uint8_t *hunch_split_room(struct splitter *s, enum content_kind kind, size_t n);
/* Content inside of the piece (say, what was compressed): walked over as a block is. */
void hunch_split_nested(struct splitter *s, const uint8_t *data, size_t n);
/* Tells that something new begins `offset` bytes behind the piece's own beginning, so that kinds without a magic are
 * looked for there. */
void hunch_split_begins(struct splitter *s, size_t offset);
/* Zeroed scratch memory that lives until split returns; NULL when there is none (decline then). */
void *hunch_split_scratch(struct splitter *s, size_t n);

/* ---- for join. After trouble numbers are 0 and pointers NULL. */

uint64_t hunch_join_varint(struct joiner *j);
/* The next n bytes of a stream; with n 0, where its next bytes are: hunch_join_left of them may be looked at. */
const uint8_t *hunch_join_get(struct joiner *j, enum content_kind kind, size_t n);
/* How many bytes of a stream are left. */
size_t hunch_join_left(const struct joiner *j, enum content_kind kind);
/* Content, behind what was put before; false when it is more than the block has (damaged). */
bool hunch_join_put(struct joiner *j, const uint8_t *bytes, size_t n);
/* Room for n bytes of content, to be filled at once. */
uint8_t *hunch_join_room(struct joiner *j, size_t n);
/* The n bytes that split gave to nested; they live until join returns. */
const uint8_t *hunch_join_nested(struct joiner *j, size_t n);
/* Zeroed scratch memory that lives until join returns. */
void *hunch_join_scratch(struct joiner *j, size_t n);

#endif
