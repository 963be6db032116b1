/* The table of formats, in the order of registry.def. */
#ifndef HUNCH_FORMATS_REGISTRY_H
#define HUNCH_FORMATS_REGISTRY_H

#include "formats/format.h"

/* The format with this id; NULL when this library lacks it. */
const struct format *hunch_format_find(uint32_t id);

/* The format at this place of the table; NULL past its end. */
const struct format *hunch_format_at(unsigned index);

#endif
