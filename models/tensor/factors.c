#include "models/tensor/factors.h"

#include <string.h>

enum {
    ONE_Q12 = 1 << 12,
    MOST_Q16 = 8 << 16,
    ERROR_MOST_Q12 = 3 << 12, /* one outlier must not turn all */
    SLOW_A = 3,               /* 1 / rate of a in the first column */
    SLOW_U = 10,              /* 1 / rate of u */
    COLUMN_MOST = 4000
};

void hunch_factors_carve(struct arena *arena, struct factors *f) {
    f->u_q16 = hunch_arena_take(arena, sizeof *f->u_q16 * FACTOR_COLUMNS);
}

void hunch_factors_open(struct factors *f, const struct array *a, uint32_t centre) {
    uint32_t h = 1;
    for (size_t c = 0; c < a->columns; c++)
        for (unsigned k = 0; k < FACTORS; k++) {
            h = h * 0x9E3779B1u + 0x7F4A7C15u;
            f->u_q16[c][k] = (int32_t)(h >> 17) - (1 << 14);
        }
    memset(f->a_q16, 0, sizeof f->a_q16);
    f->power_q12 = ONE_Q12 / 3;
    f->centre = centre;
    f->active = true;
}

void hunch_factors_estimate(struct factors *f, size_t column) {
    const int32_t *u = f->u_q16[column];
    int64_t sum = 0, square = 0;
    if (column == 0)
        memset(f->a_q16, 0, sizeof f->a_q16);
    for (unsigned k = 0; k < FACTORS; k++) { /* products < 2^39 */
        sum += (int64_t)f->a_q16[k] * u[k];
        square += (int64_t)u[k] * u[k];
    }
    f->here_q12 = square >> 20;
    sum >>= 20;
    f->estimate_q12 = sum > 4 * ONE_Q12 ? 4 * ONE_Q12 : sum < -4 * ONE_Q12 ? -4 * ONE_Q12 : (int32_t)sum;
}

/* The element in units of 2^(class centre), held within -8 .. 8. */
static int32_t number_q12(const struct factors *f, const struct array *a, const struct symbol *s) {
    int64_t m = ONE_Q12 | (int64_t)(a->mantissa >= 12 ? s->low >> (a->mantissa - 12) : s->low << (12 - a->mantissa));
    int32_t up = (int32_t)s->class - (int32_t)f->centre;
    m = up >= 3 ? 8 * ONE_Q12 : up >= 0 ? m << up : up > -14 ? m >> -up : 0;
    return s->sign ? -(int32_t)m : (int32_t)m;
}

static int32_t held(int64_t x) {
    return x > MOST_Q16 ? MOST_Q16 : x < -MOST_Q16 ? -MOST_Q16 : (int32_t)x;
}

/* a += e u / (|u|^2 + mean|u|^2 (SLOW_A + column / 10)),  u += e a / (SLOW_U + |a|^2). Gains have 24 bits of fraction
 * and are below 2^38. */
void hunch_factors_learn(struct factors *f, const struct array *a, const struct symbol *s, size_t column) {
    int32_t *u = f->u_q16[column];
    int64_t e = number_q12(f, a, s) - f->estimate_q12, square = 0;
    e = e > ERROR_MOST_Q12 ? ERROR_MOST_Q12 : e < -ERROR_MOST_Q12 ? -ERROR_MOST_Q12 : e;
    for (unsigned k = 0; k < FACTORS; k++)
        square += (int64_t)f->a_q16[k] * f->a_q16[k];
    int64_t late = (int64_t)(column < COLUMN_MOST ? column : COLUMN_MOST);
    int64_t gain_a = e * (1 << 24) / (f->here_q12 + f->power_q12 * (SLOW_A + late / 10) + 1);
    int64_t gain_u = e * (1 << 24) / (SLOW_U * ONE_Q12 + (square >> 20));
    for (unsigned k = 0; k < FACTORS; k++) {
        int32_t before = f->a_q16[k];
        f->a_q16[k] = held(before + (gain_a * u[k] >> 24));
        u[k] = held(u[k] + (gain_u * before >> 24));
    }
    f->power_q12 += (f->here_q12 - f->power_q12) >> 6;
}
