/* What the encoder found out about an array before coding it, told to the decoder in front of the elements. */
#ifndef HUNCH_MODELS_TENSOR_PLAN_H
#define HUNCH_MODELS_TENSOR_PLAN_H

#include "models/tensor/element.h"

enum plan_way {
    PLAN_RAW,    /* noise: nothing but repeats */
    PLAN_FLOAT,  /* exponent, sign, mantissa */
    PLAN_NUMBER, /* differences from guesses */
    PLAN_WAYS
};

enum { PLAN_BYTES = 3 /* way, recall, plain and turned; deep and unit; step */ };

struct plan {
    uint8_t way;
    uint8_t recall; /* values come again: look for them */
    uint8_t plain;  /* the lowest bits are even: no statistics */
    uint8_t turned; /* numbers have no sign */
    uint8_t factors; /* rows are told with the help of patterns (factors.h) */
    uint8_t deep;   /* groups of 4 bits that contexts see, after the first 3 bits below the class: 0..15 */
    uint8_t step;   /* elements to the neighbour W, 1..255 */
    uint8_t unit;   /* floats are told as multiples of it (unit.h); 0: none */
};

/* Looks at an array, of which all is known. before: offset of the array of the same shape before it, or 0.
 * level: 1..9. */
struct plan hunch_plan_make(const struct array *a, const uint8_t *data, size_t before, unsigned level);

/* To bytes and back; any bytes are a plan. */
void hunch_plan_write(const struct plan *p, uint8_t bytes[PLAN_BYTES]);
void hunch_plan_read(struct plan *p, const struct array *a, const uint8_t bytes[PLAN_BYTES]);

#endif
