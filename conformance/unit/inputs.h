/* Generated inputs that are hard on models, formats and containers: the shapes that break things, and small pictures
 * of what people store. The same bytes on every machine. */
#ifndef CONFORMANCE_UNIT_INPUTS_H
#define CONFORMANCE_UNIT_INPUTS_H

#include <stddef.h>
#include <stdint.h>

struct input {
    const char *name;
    void (*fill)(uint64_t *seed, uint8_t *data, size_t length, unsigned detail);
    unsigned detail; /* a period, a byte, ... */
    size_t length;   /* bytes, >= 1 */
};

enum { INPUT_LONGEST = 65537 }; /* bytes */

/* The input at this place of the table; NULL past its end. */
const struct input *input_at(unsigned index);

/* Writes min(length, most) bytes of the input to data and returns their number. */
size_t input_fill(const struct input *input, uint8_t *data, size_t most);

#endif
