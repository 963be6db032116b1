/* The table of models, in the order of registry.def. */
#ifndef HUNCH_MODELS_REGISTRY_H
#define HUNCH_MODELS_REGISTRY_H

#include "models/model.h"

/* The model with this id; NULL when this library lacks it. */
const struct model *hunch_model_find(uint32_t id);

/* The model at this place of the table; NULL past its end. */
const struct model *hunch_model_at(unsigned index);

#endif
