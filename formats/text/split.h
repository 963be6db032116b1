/* The way there of format `text`. */
#ifndef HUNCH_FORMATS_TEXT_SPLIT_H
#define HUNCH_FORMATS_TEXT_SPLIT_H

#include <stddef.h>
#include <stdint.h>

/* Rewrites data into out and returns the bytes written, 0 when they do not fit. Needs no scratch memory. */
size_t hunch_text_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity);

#endif
