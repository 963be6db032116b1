/* What formats tell models about the streams they make. */
#ifndef HUNCH_BASE_CONTENT_H
#define HUNCH_BASE_CONTENT_H

#include <stdint.h>

enum content_kind {
    CONTENT_BYTES = 0, /* anything */
    /* Text in which bytes from 0x80 are codes of words. Leads below 0x80 + detail stand alone; other leads are
     * followed by one byte, or by two when the first of them is 0xF0 or more. The lead names a class of words. */
    CONTENT_WORDS = 1,
    /* Typed streams: one array behind another, each a head of fixed length (little-endian) and then what the head
     * says. A model reads the heads from the stream itself, as it codes it, so it must take any: a head that makes no
     * sense or promises more than the stream has is followed by bytes of no known kind up to the stream's end.
     *
     * Pictures. Head: u8 layout, u32 width, u32 height (pixels), u32 count (pictures of this kind, one behind the
     * other). Rows from the top, pixels from the left, samples of a pixel together. Layout: bits 0..2 samples of a
     * pixel, 1..4; bit 3: samples of 16 bits, the high byte first; bit 4: samples are indices of a palette. */
    CONTENT_IMAGE = 2,
    /* Sound. Head: u8 channels (1..), u8 bits (8, 16, 24, 32), u8 flags (1: float, 2: high byte first, 4: 8-bit samples
     * are signed), u8 0, u32 frames. Frames of one sample of each channel. */
    CONTENT_AUDIO = 3,
    /* Arrays of numbers. Head: u8 element (enum content_element), u8 flags (1: high byte first), u32 columns
     * (elements of the last dimension, >= 1), u64 elements. */
    CONTENT_TENSOR = 4,
    /* Quantised DCT coefficients of JPEG files. Head: u8 components (1..4), u8 sampling[4] (of each component:
     * blocks of an MCU across << 4 | down, 1..4 each; 0 for those that are not), u8 which (2 bits a component, from the
     * lowest: its table), u8 tables (1..4), u16 width, u16 height (MCUs). Then the tables, 64 times u16 each: how much
     * a step of a coefficient is worth, in zigzag order, as all that follows. Then for each row of MCUs, for each
     * component, for each row of its blocks, its blocks from the left: u8 n (0..63), which is the place of the last AC
     * coefficient that is not 0 (0: none is not), and coefficients 0 .. n, each as a varint of 2 v, or of -2 v - 1 for
     * v < 0; |v| < 16384. */
    CONTENT_DCT = 5,
    /* How pieces are put together again (formats/pieces.c). */
    CONTENT_RECIPE = 6,
    /* Machine code, without heads. */
    CONTENT_CODE = 7,
    CONTENT_KINDS
};

enum content_element {
    ELEMENT_F64 = 1, ELEMENT_F32, ELEMENT_F16, ELEMENT_BF16, ELEMENT_F8,
    ELEMENT_I8, ELEMENT_I16, ELEMENT_I32, ELEMENT_I64
};

enum { IMAGE_HEAD = 13, AUDIO_HEAD = 8, TENSOR_HEAD = 14, DCT_HEAD = 11, DCT_TABLE = 128 }; /* bytes */

struct content {
    uint8_t kind;
    uint8_t detail;
};

#endif
