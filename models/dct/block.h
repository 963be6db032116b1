/* Codes blocks of coefficients: how many AC coefficients are not 0, those in zigzag order until that many have come,
 * then DC, for which all others are known. */
#ifndef HUNCH_MODELS_DCT_BLOCK_H
#define HUNCH_MODELS_DCT_BLOCK_H

#include "models/dct/contexts.h"

struct dct_coder {
    struct blend ac, dc; /* dc: of counts too */
    struct number_maps maps;
    struct dct_learners learners;
    number_low low[2]; /* ac, dc */
};

/* level: 1..9; bytes: of the stream. */
void hunch_dct_coder_carve(struct arena *arena, struct dct_coder *d, unsigned level, uint64_t bytes);
void hunch_dct_coder_init(struct dct_coder *d, unsigned cpu);
/* As those of models (models/model.h); what is watched is all but *d itself. */
void hunch_dct_coder_moved(struct dct_coder *d, unsigned cpu);
void hunch_dct_coder_watch(struct dct_coder *d, struct undo *undo);

/* Codes the levels of place->block and fills in the rest of it. */
void hunch_dct_code_block(struct dct_coder *d, struct coder *coder, const struct dct_place *place);

#endif
