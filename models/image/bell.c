#include "models/image/bell.h"

#include "base/bytes.h"

enum { LN2_Q14 = 11357 };

/* log2 of x / 2^31, 1 <= that < 2, in 1/65536, by squaring. */
static uint32_t log2_q16(uint64_t x_q31) {
    uint32_t fraction = 0;
    for (int i = 0; i < 16; i++) {
        x_q31 = x_q31 * x_q31 >> 31;
        fraction = fraction << 1 | (uint32_t)(x_q31 >> 32);
        x_q31 >>= x_q31 >> 32;
    }
    return fraction;
}

void hunch_bell_shape(struct bell_shape *shape, const struct logistic *l) {
    for (uint32_t i = 0; i < 512; i++)
        shape->log_q8[i] = (int16_t)(((uint64_t)log2_q16((uint64_t)(512 + i) << 22) * LN2_Q14 + (1 << 21)) >> 22);
    for (int32_t i = -BELL_SIZE; i <= BELL_SIZE; i++) {
        int32_t z = i * ((1 << 14) / BELL_STEPS);
        uint32_t mass_q22 = (logistic_squash(l, z) * 7 + logistic_squash(l, z / 4)) >> 3;
        shape->mass_q30[i + BELL_SIZE] = (mass_q22 << 8) + (uint32_t)(i + BELL_SIZE) * 16;
    }
}

static uint32_t mass_below(const struct bell_shape *shape, const struct bell *b, int32_t t) {
    int64_t z = (((int64_t)t * 256 - 128 - b->middle_q8) * b->inverse_q16) >> 16;
    z = z < -BELL_SIZE ? -BELL_SIZE : z > BELL_SIZE ? BELL_SIZE : z;
    return shape->mass_q30[z + BELL_SIZE];
}

void hunch_bell_open(const struct bell_shape *shape, struct bell *b, int32_t middle_q8, uint32_t usual_q8,
                     int32_t most) {
    uint32_t width_q8 = usual_q8 * 3 / 4 + 16;
    b->middle_q8 = middle_q8;
    b->inverse_q16 = (int32_t)((BELL_STEPS << 16) / width_q8);
    b->low = mass_below(shape, b, 0);
    b->high = mass_below(shape, b, most + 1);
}

static int32_t ln_q8(const struct bell_shape *shape, uint32_t v) {
    unsigned e = log2_floor(v);
    uint32_t mantissa = (e >= 9 ? v >> (e - 9) : v << (9 - e)) & 511;
    return (int32_t)(e * LN2_Q14 >> 6) + shape->log_q8[mantissa];
}

int32_t hunch_bell_ask(const struct bell_shape *shape, struct bell *b, int32_t t) {
    enum { FLOOR = 64 };
    b->here = mass_below(shape, b, t);
    int32_t x = ln_q8(shape, b->high - b->here + FLOOR) - ln_q8(shape, b->here - b->low + FLOOR);
    return x > STRETCH_LIMIT ? STRETCH_LIMIT : x < -STRETCH_LIMIT ? -STRETCH_LIMIT : x;
}
