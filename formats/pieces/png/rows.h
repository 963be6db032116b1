/* Rows of a PNG (PNG 9): a filter's number and then bytes that it made of pixels, taken off and put on again. */
#ifndef HUNCH_FORMATS_PIECES_PNG_ROWS_H
#define HUNCH_FORMATS_PIECES_PNG_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PNG_FILTERS = 5 };

/* How the filter of a row is foretold. */
enum png_guess {
    PNG_GUESS_ABOVE, /* that of the row above, 0 at first */
    PNG_GUESS_SUM,   /* the first with the least sum of absolute values, bytes taken as signed, as libpng chooses */
    PNG_GUESSES
};

struct png_rows {
    size_t pixel; /* bytes from a pixel to the next */
    size_t row;   /* bytes of a row of pixels */
    size_t rows;
};

/* Pixels (rows * row bytes) of filtered rows (rows * (1 + row) bytes); false when a filter has no such number. */
bool hunch_png_unfilter(const struct png_rows *r, const uint8_t *filtered, uint8_t *pixels);

/* The filter that is foretold for a row; `above`: the filter of the row before. */
unsigned hunch_png_guess(const struct png_rows *r, enum png_guess guess, const uint8_t *pixels, size_t row,
                         unsigned above);

/* Filters one row: writes 1 + row bytes. */
void hunch_png_filter(const struct png_rows *r, const uint8_t *pixels, size_t row, unsigned filter, uint8_t *filtered);

#endif
