/* Floats that are whole multiples of a unit: prices, temperatures, coordinates, counts, pixels over 255. What is stored
 * is the float next to k / D; the number k is shorter and smoother. D is one of a few numbers that people use. */
#ifndef HUNCH_MODELS_TENSOR_UNIT_H
#define HUNCH_MODELS_TENSOR_UNIT_H

#include <stdint.h>

enum { UNITS = 12 }; /* 0: none */

/* D of a unit, 1..2^20; 0 for none. */
uint32_t hunch_unit_divisor(unsigned unit);

/* The k that the float with these bits may stand for (it does if hunch_unit_float gives the bits back); 0 for what is
 * too large, too small or no number. mantissa: bits of the field, 23 or 52. */
int64_t hunch_unit_count(uint32_t divisor, unsigned mantissa, uint64_t float_bits);

/* The bits of the float next to k / D, ties to even. */
uint64_t hunch_unit_float(uint32_t divisor, unsigned mantissa, int64_t k);

#endif
