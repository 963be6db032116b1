/* Codes numbers as decisions: is it 0, has it the expected sign, does it have more than 1, 2, ... bits, and the bits
 * below the highest. Beside the contexts of the blend, maps give it their opinion: adaptive probabilities for each
 * decision at points along the logarithm of a quantity, linear between two points, in rows that a small context
 * chooses. Between points all that was learned for small quantities is shared with those a little larger. */
#ifndef HUNCH_MODELS_DCT_NUMBER_H
#define HUNCH_MODELS_DCT_NUMBER_H

#include "models/blend.h"
#include "models/dct/scale.h"

enum { NUMBER_MAPS = 15, NUMBER_DECISIONS = 32, NUMBER_SETS = 4, LOW_LENGTHS = 16 };

struct number_maps {
    uint32_t *of[NUMBER_MAPS]; /* (rows, NUMBER_DECISIONS, LOG_BUCKETS) counters */
    struct undo *undo;         /* NULL: none */
};

extern const uint8_t hunch_dct_map_rows[NUMBER_MAPS];

/* The lower bits of large numbers: (length, bit) in 1/2^16. */
typedef uint16_t number_low[LOW_LENGTHS][LOW_LENGTHS];

/* What a number is coded with. */
struct number {
    struct coder *coder;
    struct blend *blend;
    struct number_maps *maps; /* NULL: none */
    number_low *low;
    unsigned decisions;            /* of each choice: 32 with maps */
    uint32_t select[NUMBER_SETS];  /* weight sets, */
    uint32_t refine[2];            /* SSE stages, without the decision */
    uint32_t row[NUMBER_MAPS];     /* of the maps, */
    uint32_t at_q3[NUMBER_MAPS];   /* and the place there */
    unsigned stage;                /* decisions 16 * stage + node */
};

void hunch_number_carve(struct arena *arena, struct number_maps *maps);
void hunch_number_init(struct number_maps *maps, number_low low[2]);

/* One decision of what the blend has open. */
unsigned hunch_number_bit(struct number *n, unsigned node, unsigned bit);

/* A number, |v| < 2^15, whose sign is expected to be `sign` (1 or -1); not 0 unless it may be. Opens the contexts of
 * the blend with salts from `salt` (a multiple of 1024) on. Uses stages n->stage and the next. */
int32_t hunch_number_code(struct number *n, unsigned salt, bool may_be_zero, int32_t sign, int32_t v);

#endif
