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

enum { COUNT = sizeof table / sizeof table[0] - 1 };

const struct format *hunch_format_at(unsigned index) {
    return index < COUNT ? table[index] : NULL;
}

const struct format *hunch_format_find(uint32_t id) {
    for (unsigned i = 0; i < COUNT; i++)
        if (table[i]->id == id)
            return table[i];
    return NULL;
}
