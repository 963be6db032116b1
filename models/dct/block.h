/* Codes blocks of coefficients: how many are not 0, those, and DC. */
#ifndef HUNCH_MODELS_DCT_BLOCK_H
#define HUNCH_MODELS_DCT_BLOCK_H

#include "models/blend.h"
#include "models/dct/image.h"
#include "models/dct/lms.h"
#include "models/dct/predict.h"

/* A block and its surroundings. Those that are not there are blocks of zeros; above and left say which are there. */
struct dct_place {
    struct dct_block *block;
    const struct dct_block *above, *left, *above_left, *above_right, *left_left;
    const struct dct_block *first; /* of the first component at the same place; NULL: this is of it */
    const struct dct_block *before; /* of the component before, where it lies as this one does; else NULL */
    bool has_above, has_left;
    unsigned component;   /* 0..3 */
    const uint16_t *table;
};

struct dct_coder {
    struct blend ac, dc;
    uint32_t *map[8];
    struct lms value[3][64], size[3][64];
    uint16_t low_q16[2][16][16]; /* (dc, length, bit) lower bits of large numbers */
};

void hunch_dct_coder_carve(struct arena *arena, struct dct_coder *d, unsigned level, uint64_t bytes);
void hunch_dct_coder_init(struct dct_coder *d, unsigned cpu);
/* Codes the levels of place->block and fills in the rest of it. */
void hunch_dct_code_block(struct dct_coder *d, struct coder *coder, const struct dct_place *place);

#endif
