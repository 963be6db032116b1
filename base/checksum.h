/* The checksums that other people's formats bear: CRC-32 (gzip, PNG, ZIP) and Adler-32 (zlib). */
#ifndef HUNCH_BASE_CHECKSUM_H
#define HUNCH_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 (polynomial EDB88320, reflected) of `length` more bytes behind those that `crc` is of; 0 is of none. */
uint32_t hunch_crc32(uint32_t crc, const uint8_t *data, size_t length);

/* Adler-32 (RFC 1950), likewise; 1 is of none. */
uint32_t hunch_adler32(uint32_t adler, const uint8_t *data, size_t length);

#endif
