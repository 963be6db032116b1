/* A block of a deflate stream, taken from its bits or put into them by the same function. */
#ifndef HUNCH_FORMATS_DEFLATE_BLOCK_H
#define HUNCH_FORMATS_DEFLATE_BLOCK_H

#include "formats/deflate/codes.h"

/* A literal is its byte; a match is length << 16 | distance. */
typedef uint32_t token;
enum {
    TOKEN_LENGTH_SHIFT = 16,
    TOKEN_DISTANCE_MASK = 0xFFFF,
    TOKENS_MOST = 1 << 19, /* of a block; a stream with longer blocks is declined */
};

/* Bytes that it stands for. */
static inline size_t token_size(token t) {
    return t >> TOKEN_LENGTH_SHIFT ? t >> TOKEN_LENGTH_SHIFT : 1;
}

enum block_type { BLOCK_STORED, BLOCK_FIXED, BLOCK_DYNAMIC };

enum { LENGTHS_MOST = LITERALS + DISTANCES };

/* How the codes of a dynamic block are told. */
struct code_shape {
    unsigned literals, distances, heads; /* lengths that are told: 257..286, 1..30, 4..19 */
    uint8_t length[LENGTHS_MOST];        /* of literals, then of distances */
    unsigned items;
    struct {
        uint8_t symbol, count; /* `count` lengths told at once */
    } item[LENGTHS_MOST];
    uint8_t head[HEADS]; /* lengths of the codes of items, by symbol */
};

struct block {
    bool final;
    unsigned type;
    unsigned padding;      /* the bits that fill the byte before stored bytes */
    size_t size;           /* bytes that it stands for */
    const uint8_t *stored; /* those, where they are stored */
    struct code_shape shape;
    uint32_t tokens;
    token *token; /* (the most of a block, TOKENS_MOST suffices); NULL: read tokens are not kept */
    uint64_t matches;  /* among the tokens that were read */
    unsigned farthest; /* distance of those, bytes */
    struct codes literal, distance;
};

/* Reads the block from bits, or writes it; false when it is damaged, of a kind that is declined, or does not fit. */
bool hunch_block_code(struct block *block, struct bits *b);

#endif
