/* What a caller says that bare bytes are: hunch_settings.as. */
#ifndef HUNCH_CODEC_RAW_H
#define HUNCH_CODEC_RAW_H

#include "formats/pieces.h"

/* Reads a description such as "f32:768" (see hunch.h) as an endless array; false when it is none. */
bool hunch_raw_parse(const char *text, struct array *array);

/* The array that `length` bytes are by a description (NULL: none), held in *array. */
struct outlook hunch_raw_outlook(const char *text, uint64_t length, struct array *array);

#endif
