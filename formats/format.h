/* What a format is: a way to rewrite a block so that models predict it better, undone byte for byte. To add one:
 * formats/NAME.c that defines `const struct format hunch_format_NAME`, a line in registry.def, its page in
 * doc/FORMAT.md and its vectors. A format declines rather than fails. */
#ifndef HUNCH_FORMATS_FORMAT_H
#define HUNCH_FORMATS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"

struct format {
    unsigned id; /* 1.. ; 0 is raw, no format; id, name and summary lie as in struct hunch_entry */
    const char *name;
    const char *summary;
    struct content content; /* what the streams of split are */
    /* Looks at the content (a block or a sample of it); true when split is worth a trial. */
    bool (*probe)(const uint8_t *data, size_t length);
    /* Rewrites data into out (`capacity` bytes) and returns the bytes written; 0 declines. */
    size_t (*split)(const uint8_t *data, size_t length, uint8_t *out, size_t capacity);
    /* The inverse: fills exactly `length` bytes of out from all of data; false when data is damaged. Hostile input
     * costs time linear in the sizes and touches nothing outside. */
    bool (*join)(const uint8_t *data, size_t size, uint8_t *out, size_t length);
};

#endif
