/* What formats tell models about the streams they make. */
#ifndef HUNCH_BASE_CONTENT_H
#define HUNCH_BASE_CONTENT_H

#include <stdint.h>

enum content_kind {
    CONTENT_BYTES = 0, /* anything */
    /* Text in which bytes from 0x80 are codes of words. Leads below 0x80 + detail stand alone; other leads are
     * followed by one byte, or by two when the first of them is 0xF0 or more. The lead names a class of words. */
    CONTENT_WORDS = 1
};

struct content {
    uint8_t kind;
    uint8_t detail;
};

#endif
