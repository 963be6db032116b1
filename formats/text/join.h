/* The way back of format `text`. */
#ifndef HUNCH_FORMATS_TEXT_JOIN_H
#define HUNCH_FORMATS_TEXT_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills exactly `length` bytes of out from all of data; false when data is damaged. Needs no scratch memory.
 */
bool hunch_text_join(const uint8_t *data, size_t size, uint8_t *out, size_t length);

#endif
