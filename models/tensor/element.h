/* Elements of arrays as numbers, and numbers as symbols: a class (how large), a sign, and the bits below.
 *
 * A float is its exponent field, its sign bit and its mantissa field. A number that is told as the difference r from a
 * guess is the count of binary digits of |r|, the sign of r and the digits below the highest one. Differences are taken
 * mod 2^bits, of floats between their places in the order of all floats, so that nothing can be out of range. */
#ifndef HUNCH_MODELS_TENSOR_ELEMENT_H
#define HUNCH_MODELS_TENSOR_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/tensor/unit.h"

/* One array of the stream. */
struct array {
    uint8_t kind;     /* enum content_element */
    bool big;         /* the high byte first */
    bool real;        /* floats */
    uint8_t width;    /* bytes of an element: 1, 2, 4, 8 */
    uint8_t bits;     /* of an element */
    uint8_t mantissa; /* bits of the mantissa field; of numbers that are no floats: 0 */
    uint8_t classes_log2; /* classes are below 2^this when floats are told as themselves */
    uint32_t divisor; /* numbers are told as multiples of 1 / divisor (unit.h); 0: as they are */
    size_t base;      /* offset of the first element, bytes */
    size_t columns;   /* elements of a row */
    size_t count;     /* elements */
};

struct symbol {
    uint32_t class;
    uint32_t sign;
    uint32_t depth;    /* bits of low */
    uint64_t low;      /* the bits below the class */
};

/* Reads a head; false when it makes no sense. base and count stay unset when so. */
bool hunch_array_open(struct array *a, const uint8_t *head);

static inline uint64_t array_mask(const struct array *a) {
    return UINT64_MAX >> (64 - a->bits);
}

/* v, of a->bits bits, as a signed number. */
static inline int64_t array_signed(const struct array *a, uint64_t v) {
    uint64_t top = UINT64_C(1) << (a->bits - 1);
    v = ((v & array_mask(a)) ^ top) - top;
    return v >> 63 ? -(int64_t)~v - 1 : (int64_t)v;
}

uint64_t hunch_element_load(const struct array *a, const uint8_t *at);
void hunch_element_store(const struct array *a, uint8_t *at, uint64_t v);

/* An element as a number of a->bits bits in two's complement: the k of a unit, the place of a float in the order of
 * all floats, or itself. */
static inline uint64_t element_order(const struct array *a, uint64_t v) {
    if (a->divisor)
        return (uint64_t)hunch_unit_count(a->divisor, a->mantissa, v) & array_mask(a);
    uint64_t top = UINT64_C(1) << (a->bits - 1);
    return a->real && (v & top) ? v ^ (top - 1) : v;
}

/* Its inverse; of elements that element_exact accepts where there is a unit. */
static inline uint64_t element_from_order(const struct array *a, uint64_t order) {
    if (a->divisor)
        return hunch_unit_float(a->divisor, a->mantissa, array_signed(a, order));
    return element_order(a, order); /* the sign bit stays, so the way there is the way back */
}

static inline bool element_exact(const struct array *a, uint64_t v) {
    return element_from_order(a, element_order(a, v)) == v;
}

struct symbol hunch_symbol_of_float(const struct array *a, uint64_t v);
uint64_t hunch_symbol_to_float(const struct array *a, const struct symbol *s);
struct symbol hunch_symbol_of_difference(const struct array *a, uint64_t order, uint64_t guess);
uint64_t hunch_symbol_to_order(const struct array *a, const struct symbol *s, uint64_t guess);

/* Binary digits of v; 0 for 0. */
static inline unsigned digits(uint64_t v) {
    return v ? 64u - (unsigned)__builtin_clzll(v) : 0;
}

/* |v| without overflow. */
static inline uint64_t magnitude(int64_t v) {
    return v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
}

#endif
