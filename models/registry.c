#include "models/registry.h"

#define MODEL(id, name) extern const struct model hunch_model_##name;
#include "models/registry.def"
#undef MODEL

static const struct model *const table[] = {
#define MODEL(id, name) &hunch_model_##name,
#include "models/registry.def"
#undef MODEL
    NULL,
};

const struct model *hunch_model_at(unsigned index) {
    unsigned i = 0;
    while (i < index && table[i])
        i++;
    return table[i];
}

const struct model *hunch_model_find(uint32_t id) {
    for (unsigned i = 0; table[i]; i++)
        if (table[i]->id == id)
            return table[i];
    return NULL;
}
