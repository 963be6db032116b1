/* Quantisation tables as most files have them: those of ITU T.81, annex K, scaled as libjpeg does for a quality. */
#ifndef HUNCH_MODELS_DCT_TABLES_H
#define HUNCH_MODELS_DCT_TABLES_H

#include "models/dct/image.h"

enum { DCT_TABLE_KINDS = 2, DCT_QUALITIES = 100 }; /* luminance, chrominance; qualities from 1 */

/* The bytes of such a table in the stream: 64 times u16, in zigzag order. */
void hunch_dct_table(unsigned kind, unsigned quality, uint8_t bytes[DCT_TABLE]);
/* Whether a table is one of them. */
bool hunch_dct_table_find(const uint8_t bytes[DCT_TABLE], unsigned *kind, unsigned *quality);

#endif
