/* Rows that are sums of a few patterns, as those of embeddings are: element (r, c) is near the sum over k of
 * a[r][k] * u[c][k]. Both are learned by the way: a anew in each row, u from row to row, by steps against the error
 * (normalised least mean squares; S. Funk's factorisation, 2006, done online). The estimate is a context. */
#ifndef HUNCH_MODELS_TENSOR_FACTORS_H
#define HUNCH_MODELS_TENSOR_FACTORS_H

#include "base/arena.h"
#include "models/tensor/element.h"

enum { FACTORS = 16, FACTOR_COLUMNS = 1 << 16, FACTOR_ROWS = 32 /* rows that an array must have */ };

struct factors {
    bool active;          /* this array has them, and its first row is over */
    int32_t (*u_q16)[FACTORS]; /* (FACTOR_COLUMNS, FACTORS), |u| <= 8 */
    int32_t a_q16[FACTORS];    /* of the row, |a| <= 8 */
    int64_t power_q12;    /* mean of |u|^2 */
    int64_t here_q12;     /* |u|^2 of the column */
    uint32_t centre;      /* the class that counts as one */
    int32_t estimate_q12; /* of the element in hand */
};

void hunch_factors_carve(struct arena *arena, struct factors *f);

/* Before the second row: a->columns <= FACTOR_COLUMNS. Elements near 2^(class centre) count as one. */
void hunch_factors_open(struct factors *f, const struct array *a, uint32_t centre);

/* Estimates the element of this column. */
void hunch_factors_estimate(struct factors *f, size_t column);

/* Learns it. */
void hunch_factors_learn(struct factors *f, const struct array *a, const struct symbol *s, size_t column);

#endif
