/* What the head of a stream of coefficients says (CONTENT_DCT in base/content.h), blocks in memory, and blocks as
 * bytes of the stream. */
#ifndef HUNCH_MODELS_DCT_IMAGE_H
#define HUNCH_MODELS_DCT_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"

enum { DCT_COMPONENTS = 4, DCT_BLOCK = 64, DCT_LIMIT = 16384, DCT_BYTES_MOST = 1 + 3 * DCT_BLOCK };

/* The place in the block (8 * row + column) of the k-th coefficient in zigzag order. */
extern const uint8_t hunch_dct_zigzag[DCT_BLOCK];

/* Blocks are kept with what their neighbours will ask of them. Coefficients in rows: [8 * vertical + horizontal]. */
struct dct_block {
    int16_t level[DCT_BLOCK]; /* as in the stream */
    int32_t below[8]; /* (horizontal frequency) the edge that the block below may expect; see predict.h */
    int32_t beside[8]; /* (vertical frequency) the same for the block to the right */
    int16_t dc_error; /* of its prediction */
    uint8_t count;    /* AC coefficients that are not 0 */
    uint8_t high;     /* 1 + the last of them in zigzag order */
};

struct dct_component {
    uint32_t wide; /* blocks */
    unsigned h, v, table;
    struct dct_block *rows; /* (v + 1, wide + 2): those of a row of MCUs behind the last of the one before; a block
                             * of zeros at either end */
};

struct dct_image {
    unsigned count, tables;
    uint32_t mcus_wide, mcus_high;
    struct dct_component component[DCT_COMPONENTS];
    uint16_t table[DCT_COMPONENTS][DCT_BLOCK]; /* 8 * row + column */
};

/* Reads a head; false when it makes no sense. */
bool hunch_dct_head(struct dct_image *image, const uint8_t head[DCT_HEAD]);

/* Blocks of an image, and those of its window (rows). */
uint64_t hunch_dct_blocks(const struct dct_image *image);
uint64_t hunch_dct_window(const struct dct_image *image);

/* Whether `length` bytes behind a head begin with the tables and blocks that it promises, as they are to be written. */
bool hunch_dct_whole(const struct dct_image *image, const uint8_t *bytes, size_t length);

/* A block from its bytes (fewer than DCT_BYTES_MOST may be left): bytes read; 0: not as it is to be written. */
size_t hunch_dct_get(int16_t level[DCT_BLOCK], const uint8_t *bytes, size_t length);
/* The bytes of a block, <= DCT_BYTES_MOST. */
size_t hunch_dct_put(const int16_t level[DCT_BLOCK], uint8_t *bytes);

#endif
