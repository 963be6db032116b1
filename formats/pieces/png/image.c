#include "formats/pieces/png/image.h"

#include <string.h>

#include "base/bytes.h"
#include "formats/deflate/notes.h"
#include "formats/pieces/png/rows.h"

enum {
    DEPTH_AT = 8, /* of the header chunk */
    COLOUR_AT = 9,
    INTERLACE_AT = 12,
    COLOUR_PALETTE = 3,
    LAYOUT_WIDE = 8, /* flags of an image's layout */
    LAYOUT_PALETTE = 16,
    AS_IT_IS = 0,    /* varint before the content; else 1 + enum png_guess */
    NOTE_BYTES = 4,  /* bytes for a row's note, a little more than it needs */
    NOTES_FREE = 16
};

static uint32_t load_big(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Layout of an image of whole bytes that fills `size` bytes of rows, and its rows; 0 when it is none. */
static unsigned image_layout(const uint8_t *header, size_t size, struct png_rows *rows) {
    static const uint8_t samples_of[7] = {[0] = 1, [2] = 3, [3] = 1, [4] = 2, [6] = 4};
    unsigned depth = header[DEPTH_AT], colour = header[COLOUR_AT], samples = colour < 7 ? samples_of[colour] : 0;
    uint64_t width = load_big(header), height = load_big(header + 4);
    if (samples == 0 || (depth != 8 && depth != 16) || header[INTERLACE_AT] != 0 || width == 0 || height == 0)
        return 0;
    uint64_t row = width * samples * (depth / 8); /* < 2^35 */
    if (size / (row + 1) != height || size % (row + 1) != 0)
        return 0;
    *rows = (struct png_rows){samples * (depth / 8), (size_t)row, (size_t)height};
    return samples | (depth == 16 ? LAYOUT_WIDE : 0) | (colour == COLOUR_PALETTE ? LAYOUT_PALETTE : 0);
}

/* Filters of all rows by a guess and notes of its failures, in either direction; `filtered` has the rows when notes are
 * taken, and gets them otherwise. */
static bool note_filters(const struct png_rows *r, enum png_guess guess, struct notes *notes, const uint8_t *pixels,
                         const uint8_t *filtered, uint8_t *out) {
    unsigned filter = 0;
    for (size_t y = 0; y < r->rows; y++) {
        unsigned real = out ? 0 : filtered[y * (r->row + 1)];
        filter = hunch_png_guess(r, guess, pixels, y, filter);
        if (hunch_notes_event(notes, real != filter)) {
            uint64_t number = hunch_notes_number(notes, real);
            if (number >= PNG_FILTERS)
                return false;
            filter = (unsigned)number;
        }
        if (out)
            hunch_png_filter(r, pixels, y, filter, out + y * (r->row + 1));
    }
    return !notes->broken;
}

/* Notes of filters by the better guess, into the recipe. */
static bool put_filters(struct splitter *s, const struct png_rows *r, const uint8_t *pixels, const uint8_t *filtered) {
    struct notes notes[PNG_GUESSES];
    for (unsigned guess = 0; guess < PNG_GUESSES; guess++) {
        size_t room = r->rows * NOTE_BYTES + NOTES_FREE;
        notes[guess] = (struct notes){.out = hunch_split_scratch(s, room), .length = room};
        if (!notes[guess].out || !note_filters(r, (enum png_guess)guess, &notes[guess], pixels, filtered, NULL))
            return false;
    }
    unsigned best = notes[PNG_GUESS_SUM].at < notes[PNG_GUESS_ABOVE].at ? PNG_GUESS_SUM : PNG_GUESS_ABOVE;
    hunch_split_varint(s, 1 + best);
    hunch_split_varint(s, notes[best].at);
    hunch_split_put(s, CONTENT_RECIPE, notes[best].out, notes[best].at);
    return true;
}

void hunch_png_put_image(struct splitter *s, const uint8_t *header, const uint8_t *plain, size_t size) {
    struct png_rows r;
    unsigned layout = image_layout(header, size, &r);
    uint8_t *pixels = layout ? hunch_split_scratch(s, r.rows * r.row) : NULL;
    if (!pixels || !hunch_png_unfilter(&r, plain, pixels) || !put_filters(s, &r, pixels, plain)) {
        hunch_split_varint(s, AS_IT_IS);
        hunch_split_put(s, CONTENT_BYTES, plain, size);
        return;
    }
    uint8_t head[IMAGE_HEAD] = {(uint8_t)layout};
    store_u32(head + 1, load_big(header));
    store_u32(head + 5, (uint32_t)r.rows);
    store_u32(head + 9, 1);
    hunch_split_put(s, CONTENT_IMAGE, head, sizeof head);
    hunch_split_put(s, CONTENT_IMAGE, pixels, r.rows * r.row);
}

const uint8_t *hunch_png_join_image(struct joiner *j, const uint8_t *header, size_t size) {
    struct png_rows r;
    uint64_t how = hunch_join_varint(j);
    if (how == AS_IT_IS)
        return hunch_join_get(j, CONTENT_BYTES, size);
    uint64_t length = hunch_join_varint(j);
    if (how > PNG_GUESSES || length > hunch_join_left(j, CONTENT_RECIPE) || !image_layout(header, size, &r))
        return NULL;
    struct notes notes = {.in = hunch_join_get(j, CONTENT_RECIPE, (size_t)length), .length = (size_t)length};
    const uint8_t *head = hunch_join_get(j, CONTENT_IMAGE, IMAGE_HEAD);
    const uint8_t *pixels = head ? hunch_join_get(j, CONTENT_IMAGE, r.rows * r.row) : NULL;
    uint8_t *filtered = pixels && notes.in ? hunch_join_scratch(j, size) : NULL;
    if (!filtered || !note_filters(&r, (enum png_guess)(how - 1), &notes, pixels, NULL, filtered))
        return NULL;
    return filtered;
}
