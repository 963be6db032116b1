/* A JPEG file's frame, tables and scans as its markers tell them (ITU T.81, annex B), and where its blocks are. */
#ifndef HUNCH_FORMATS_JPEG_IMAGE_H
#define HUNCH_FORMATS_JPEG_IMAGE_H

#include "formats/jpeg/huffman.h"

enum {
    JPEG_COMPONENTS = 4,
    JPEG_BLOCK = 64,     /* coefficients */
    JPEG_SCANS = 64,     /* of a file; more are declined */
    JPEG_NOTES = 16,     /* tables of a header that are noted */
    JPEG_DC_LIMIT = 16384, /* |DC| is below */
    JPEG_AC_LIMIT = 16384  /* |AC| is below */
};

struct jpeg_component {
    uint8_t id, h, v, table; /* sampling factors, quantisation table */
    uint32_t wide, high;           /* blocks in whole MCUs */
    uint32_t used_wide, used_high; /* blocks with pixels: a scan of this component alone has only these */
    uint32_t rows;                 /* rows of blocks in memory: `high`, or those of one row of MCUs */
    int16_t *blocks;               /* (rows, wide, JPEG_BLOCK), coefficients in zigzag order */
};

struct jpeg_scan {
    uint8_t count;                    /* components */
    uint8_t component[JPEG_COMPONENTS]; /* index in the frame */
    uint8_t dc[JPEG_COMPONENTS], ac[JPEG_COMPONENTS]; /* Huffman tables */
    uint8_t first, last, high, low;   /* Ss, Se, Ah, Al */
};

struct jpeg {
    uint8_t count; /* components; 0 before the frame's header */
    bool progressive;
    uint32_t width, height;           /* pixels */
    uint32_t mcus_wide, mcus_high;
    uint32_t restart;                 /* MCUs between restart markers; 0: none */
    struct jpeg_component component[JPEG_COMPONENTS];
    struct jpeg_scan scan;            /* the last SOS read */
    bool have_quant[4];
    uint16_t quant[4][JPEG_BLOCK];    /* in zigzag order */
    struct huffman dc[4], ac[4];
    unsigned notes;                   /* tables in the markers read last, as their bytes lie there: */
    uint8_t note_index[JPEG_NOTES];   /* which Huffman table; HUFFMAN_TABLES: a quantisation table */
    const uint8_t *note[JPEG_NOTES];  /* Huffman tables from their counts on, quantisation tables of bytes */
};

enum jpeg_stop { JPEG_NONSENSE, JPEG_AT_SCAN, JPEG_AT_END };

/* A Huffman table by its index. */
static inline struct huffman *jpeg_table(struct jpeg *j, unsigned index) {
    return index < 4 ? &j->dc[index] : &j->ac[index - 4];
}

/* Reads markers from bytes[*at] on: up to the end of an SOS header or of EOI, where *at is left. */
enum jpeg_stop hunch_jpeg_read_markers(struct jpeg *j, const uint8_t *bytes, size_t length, size_t *at);

#endif
