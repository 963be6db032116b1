/* Headers of tar archives (POSIX ustar, GNU): each is a piece of one record of 512 bytes, so that what a member begins
 * with is looked at as the beginning of a file.
 *
 * Streams: BYTES the record. */
#include "formats/piece.h"

#include "base/bytes.h"

enum { RECORD = 512, MAGIC_AT = 257, SUM_AT = 148, SUM_LENGTH = 8, SIZE_AT = 124, SIZE_LENGTH = 12 };

static uint64_t octal(const uint8_t *field, size_t n) {
    uint64_t value = 0;
    for (size_t i = 0; i < n && field[i]; i++)
        if (field[i] >= '0' && field[i] <= '7')
            value = value * 8 + (uint64_t)(field[i] - '0');
    return value;
}

/* The sum of all bytes, with blanks for the field that holds it, in octal. */
static bool sum_is_good(const uint8_t *record) {
    uint32_t sum = 0;
    for (size_t i = 0; i < RECORD; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_LENGTH ? ' ' : record[i];
    return sum == octal(record + SUM_AT, SUM_LENGTH);
}

static bool tar_probe(const uint8_t *data, size_t length) {
    return length >= RECORD && sum_is_good(data);
}

static size_t tar_split(struct splitter *s, const uint8_t *data, size_t length) {
    uint64_t size = octal(data + SIZE_AT, SIZE_LENGTH), records = size / RECORD + (size % RECORD != 0);
    if (records < length / RECORD)
        hunch_split_begins(s,
                           RECORD + (size_t)records *
                                        RECORD); /* the next header, if no piece in this member reaches it */
    hunch_split_put(s, CONTENT_BYTES, data, RECORD);
    return RECORD;
}

static bool tar_join(struct joiner *j) {
    return hunch_join_put(j, hunch_join_get(j, CONTENT_BYTES, RECORD), RECORD);
}

const struct piece hunch_piece_tar = {
    .id = 6,
    .name = "tar",
    .summary = "headers of a tar archive",
    .magic = "ustar",
    .magic_length = 5,
    .magic_at = MAGIC_AT,
    .probe = tar_probe,
    .split = tar_split,
    .join = tar_join,
};
