/* What is known around an element, and the contexts made of it. */
#ifndef HUNCH_MODELS_TENSOR_CONTEXTS_H
#define HUNCH_MODELS_TENSOR_CONTEXTS_H

#include "base/arena.h"
#include "models/tensor/factors.h"
#include "models/tensor/forecast.h"
#include "models/tensor/guess.h"
#include "models/tensor/plan.h"
#include "models/tensor/recall.h"

enum { COLUMNS_LOG2 = 16, COLUMNS_KEPT = 1 << COLUMNS_LOG2, CONTEXTS_MOST = 20 };

/* Kept for each column (mod COLUMNS_KEPT). */
struct column {
    uint32_t size_q12; /* mean of sizes; a size is 16 * class + the 4 bits below the class */
    uint16_t class;    /* of the latest element */
    uint16_t sign_q16; /* mean of signs, xor 2^15 */
};

struct scene {
    struct column *columns;  /* (COLUMNS_KEPT) */
    size_t column, row;      /* of the element in hand */
    uint32_t all_q12;        /* mean of sizes in the array */
    uint32_t row_q12;        /* in the row */
    uint32_t row_sign_q16;   /* mean of signs in the row */
    uint32_t centre;         /* a class that is frequent */
    uint32_t drift_q12;      /* mean of classes */
    uint64_t west[3], north[2], north_west, north_east; /* neighbours' bits */
    uint32_t class[3], sign[3]; /* of the last three symbols */
    uint32_t spread;         /* of sizes expected here, in 1/16 class */
};

void hunch_scene_carve(struct arena *arena, struct scene *s);
void hunch_scene_open(struct scene *s, const struct array *a, uint32_t centre);

/* Looks around data + at. */
void hunch_scene_look(struct scene *s, const struct array *a, const uint8_t *data, size_t at, size_t step);

/* Learns the symbol of the element. */
void hunch_scene_learn(struct scene *s, const struct array *a, const struct symbol *y);

/* Goes on to the next element. */
void hunch_scene_skip(struct scene *s, const struct array *a);

/* Contexts of the class, and of sign and low bits. */
void hunch_contexts_class(struct guess *g, const struct scene *s, const struct array *a, const struct plan *p,
                          const struct forecast *f, const struct factors *x, const struct recall *r);
void hunch_contexts_low(struct guess *g, const struct scene *s, const struct array *a, const struct plan *p,
                        const struct forecast *f, const struct factors *x, const struct recall *r);

#endif
