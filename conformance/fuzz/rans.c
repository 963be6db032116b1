/* Static rANS: byte 0 is the alphabet's size - 1, bytes 1 and 2 the number of symbols, the rest a payload;
 * then the rest is coded itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "entropy/rans.h"

static void decode(const uint8_t *data, size_t size, unsigned n, size_t count) {
    uint8_t *payload = malloc(size), *symbols = malloc(count);
    memcpy(payload, data, size);
    hunch_rans_code(CODER_DECODE, symbols, count, n, payload, size);
    for (size_t i = 0; i < count; i++)
        if (symbols[i] >= n)
            abort();
    free(symbols);
    free(payload);
}

static void round_trip(const uint8_t *data, size_t count) {
    size_t room = hunch_rans_bound(count);
    uint8_t *payload = malloc(room), *symbols = malloc(count);
    memcpy(symbols, data, count);
    size_t length = hunch_rans_code(CODER_ENCODE, symbols, count, 256, payload, room);
    if (length == 0 || hunch_rans_code(CODER_MEASURE, symbols, count, 256, NULL, 0) != length)
        abort();
    memset(symbols, 0, count);
    if (hunch_rans_code(CODER_DECODE, symbols, count, 256, payload, length) != length ||
        memcmp(symbols, data, count) != 0)
        abort();
    free(symbols);
    free(payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 4)
        return -1;
    decode(data + 3, size - 3, data[0] + 1u, 1 + load_u16(data + 1) % 8192);
    round_trip(data + 3, size - 3);
    return 0;
}
