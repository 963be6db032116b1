#include "models/dct/tables.h"

#include <string.h>

#include "base/bytes.h"

/* tables K.1 and K.2, in rows */
static const uint8_t annex[DCT_TABLE_KINDS][DCT_BLOCK] = {
    {16, 11, 10, 16, 24,  40,  51,  61,  12, 12, 14, 19, 26,  58,  60,  55,
     14, 13, 16, 24, 40,  57,  69,  56,  14, 17, 22, 29, 51,  87,  80,  62,
     18, 22, 37, 56, 68,  109, 103, 77,  24, 35, 55, 64, 81,  104, 113, 92,
     49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99},
    {17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99,
     24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
     99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
     99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99},
};

void hunch_dct_table(unsigned kind, unsigned quality, uint8_t bytes[DCT_TABLE]) {
    unsigned scale = quality < 50 ? 5000 / quality : 200 - 2 * quality; /* percent */
    for (unsigned k = 0; k < DCT_BLOCK; k++) {
        unsigned step = (annex[kind][hunch_dct_zigzag[k]] * scale + 50) / 100;
        store_u16(bytes + 2 * k, (uint16_t)(step < 1 ? 1 : step > 255 ? 255 : step));
    }
}

bool hunch_dct_table_find(const uint8_t bytes[DCT_TABLE], unsigned *kind, unsigned *quality) {
    for (*kind = 0; *kind < DCT_TABLE_KINDS; ++*kind)
        for (*quality = 1; *quality <= DCT_QUALITIES; ++*quality) {
            uint8_t known[DCT_TABLE];
            hunch_dct_table(*kind, *quality, known);
            if (memcmp(known, bytes, DCT_TABLE) == 0)
                return true;
        }
    *kind = 0;
    *quality = 1;
    return false;
}
