#include "locate.h"

#include <inttypes.h>
#include <stdio.h>

/* The block that holds the byte, by halving: blocks lie in order of their content. Their number when none
 * does. */
static uint64_t find_block(const hunch_archive *archive, uint64_t offset, struct hunch_block_info *info) {
    uint64_t low = 0, count = hunch_archive_blocks(archive), high = count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (hunch_archive_block(archive, middle, info) != HUNCH_OK)
            return count;
        if (offset < info->offset)
            high = middle;
        else if (offset - info->offset >= info->length)
            low = middle + 1;
        else
            return middle;
    }
    return count;
}

void locate_content(char text[LOCATE_TEXT], struct input *input, const struct options *options, uint64_t offset) {
    struct hunch_source source = input_source(input);
    struct hunch_block_info info = {.sizeof_info = sizeof info};
    struct hunch_settings settings;
    hunch_archive *archive = NULL;
    options_settings(options, &settings);
    snprintf(text, LOCATE_TEXT, "after content byte %" PRIu64, offset);
    if (!input_is_regular(input) || hunch_archive_open(&archive, &source, &settings) != HUNCH_OK)
        return;
    uint64_t count = hunch_archive_blocks(archive), block = find_block(archive, offset, &info);
    if (block < count)
        snprintf(text, LOCATE_TEXT,
                 "in block %" PRIu64 " of %" PRIu64 " (archive byte %" PRIu64 ", content byte %" PRIu64 ")",
                 block + 1, count, info.archive_offset, offset);
    hunch_archive_close(&archive);
}
