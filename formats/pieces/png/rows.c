#include "formats/pieces/png/rows.h"

enum { FILTER_NONE, FILTER_LEFT, FILTER_UP, FILTER_AVERAGE, FILTER_PAETH };

static unsigned distance(int a, int b) {
    return (unsigned)(a < b ? b - a : a - b);
}

/* Of left, up and their corner, the nearest to left + up - corner. */
static uint8_t paeth(uint8_t left, uint8_t up, uint8_t corner) {
    int p = left + up - corner;
    unsigned a = distance(p, left), b = distance(p, up), c = distance(p, corner);
    return a <= b && a <= c ? left : b <= c ? up : corner;
}

/* What a filter foretells for a byte; left of the row and above the picture is 0. */
static inline uint8_t foretell(unsigned filter, uint8_t left, uint8_t up, uint8_t corner) {
    switch (filter) {
    case FILTER_LEFT:
        return left;
    case FILTER_UP:
        return up;
    case FILTER_AVERAGE:
        return (uint8_t)((left + up) / 2);
    case FILTER_PAETH:
        return paeth(left, up, corner);
    default:
        return 0;
    }
}

/* The same for byte i of a row of pixels; `above` is NULL in the first row. */
static inline uint8_t foretell_at(unsigned filter, const uint8_t *row, const uint8_t *above, size_t i, size_t pixel) {
    bool first = i < pixel;
    return foretell(filter, first ? 0 : row[i - pixel], above ? above[i] : 0, above && !first ? above[i - pixel] : 0);
}

bool hunch_png_unfilter(const struct png_rows *r, const uint8_t *filtered, uint8_t *pixels) {
    const uint8_t *above = NULL;
    for (size_t y = 0; y < r->rows; y++, above = pixels, pixels += r->row) {
        unsigned filter = *filtered++;
        if (filter >= PNG_FILTERS)
            return false;
        for (size_t i = 0; i < r->row; i++)
            pixels[i] = (uint8_t)(*filtered++ + foretell_at(filter, pixels, above, i, r->pixel));
    }
    return true;
}

static uint64_t sum_of(const struct png_rows *r, const uint8_t *row, const uint8_t *above, unsigned filter) {
    uint64_t sum = 0;
    for (size_t i = 0; i < r->row; i++) {
        uint8_t v = (uint8_t)(row[i] - foretell_at(filter, row, above, i, r->pixel));
        sum += v < 128 ? v : 256u - v;
    }
    return sum;
}

unsigned hunch_png_guess(const struct png_rows *r, enum png_guess guess, const uint8_t *pixels, size_t row,
                         unsigned above) {
    if (guess == PNG_GUESS_ABOVE)
        return above;
    const uint8_t *here = pixels + row * r->row;
    uint64_t least = UINT64_MAX;
    unsigned best = 0;
    for (unsigned filter = 0; filter < PNG_FILTERS; filter++) {
        uint64_t sum = sum_of(r, here, row ? here - r->row : NULL, filter);
        if (sum < least) {
            least = sum;
            best = filter;
        }
    }
    return best;
}

void hunch_png_filter(const struct png_rows *r, const uint8_t *pixels, size_t row, unsigned filter, uint8_t *filtered) {
    const uint8_t *here = pixels + row * r->row, *above = row ? here - r->row : NULL;
    *filtered++ = (uint8_t)filter;
    for (size_t i = 0; i < r->row; i++)
        filtered[i] = (uint8_t)(here[i] - foretell_at(filter, here, above, i, r->pixel));
}
