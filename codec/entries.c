#include <stddef.h>

#include "formats/registry.h"
#include "hunch/hunch.h"
#include "models/registry.h"

/* The tables hold what the public header shows at the start of each entry, so that no second table exists. */
#define SHOWS(type)                                                                                \
    _Static_assert(offsetof(struct type, id) == offsetof(struct hunch_entry, id) &&                \
                       offsetof(struct type, name) == offsetof(struct hunch_entry, name) &&        \
                       offsetof(struct type, summary) == offsetof(struct hunch_entry, summary),    \
                   "struct " #type " begins as struct hunch_entry")
SHOWS(model);
SHOWS(format);

const struct hunch_entry *hunch_model_entry(unsigned index) {
    return (const struct hunch_entry *)(const void *)hunch_model_at(index);
}

const struct hunch_entry *hunch_format_entry(unsigned index) {
    return (const struct hunch_entry *)(const void *)hunch_format_at(index);
}
