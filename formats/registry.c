#include "formats/registry.h"

#define FORMAT(id, name) extern const struct format hunch_format_##name;
#include "formats/registry.def"
#undef FORMAT

static const struct format *const table[] = {
#define FORMAT(id, name) &hunch_format_##name,
#include "formats/registry.def"
#undef FORMAT
    NULL,
};

const struct format *hunch_format_at(unsigned index) {
    unsigned i = 0;
    while (i < index && table[i])
        i++;
    return table[i];
}

const struct format *hunch_format_find(uint32_t id) {
    for (unsigned i = 0; table[i]; i++)
        if (table[i]->id == id)
            return table[i];
    return NULL;
}
