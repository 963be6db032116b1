#include "base/checksum.h"

#include "base/bytes.h"

#define CRC_POLYNOMIAL UINT32_C(0xEDB88320)

enum {
    CRC_SLICES = 4,
    CRC_TABLE_BYTES = 1024, /* of data that pay for making the tables */
    ADLER_BASE = 65521,
    ADLER_RUN = 5552, /* bytes: 255 n (n + 1) / 2 + (n + 1)(base - 1) stays below 2^32 */
};

static uint32_t crc_byte(uint32_t crc) {
    for (unsigned bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ ((0u - (crc & 1)) & CRC_POLYNOMIAL);
    return crc;
}

/* Four bytes at a time: table k is of a byte with k bytes of 0 behind it. */
static uint32_t crc_sliced(uint32_t crc, const uint8_t *data, size_t length) {
    uint32_t table[CRC_SLICES][256];
    for (unsigned i = 0; i < 256; i++)
        table[0][i] = crc_byte(i);
    for (unsigned k = 1; k < CRC_SLICES; k++)
        for (unsigned i = 0; i < 256; i++)
            table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 0xFF];
    for (; length >= CRC_SLICES; length -= CRC_SLICES, data += CRC_SLICES) {
        crc ^= load_u32(data);
        crc = table[3][crc & 0xFF] ^ table[2][crc >> 8 & 0xFF] ^ table[1][crc >> 16 & 0xFF] ^ table[0][crc >> 24];
    }
    for (; length > 0; length--)
        crc = crc >> 8 ^ table[0][(crc ^ *data++) & 0xFF];
    return crc;
}

uint32_t hunch_crc32(uint32_t crc, const uint8_t *data, size_t length) {
    crc = ~crc;
    if (length >= CRC_TABLE_BYTES)
        return ~crc_sliced(crc, data, length);
    for (; length > 0; length--)
        crc = crc_byte(crc ^ *data++);
    return ~crc;
}

uint32_t hunch_adler32(uint32_t adler, const uint8_t *data, size_t length) {
    uint32_t a = adler & 0xFFFF, b = adler >> 16;
    while (length > 0) {
        size_t run = length < ADLER_RUN ? length : ADLER_RUN;
        length -= run;
        for (; run > 0; run--) {
            a += *data++;
            b += a;
        }
        a %= ADLER_BASE;
        b %= ADLER_BASE;
    }
    return b << 16 | a;
}
