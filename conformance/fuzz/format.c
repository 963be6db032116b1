/* Any format: byte 0 chooses it, byte 1 and 2 say the length that a join of the rest must fill; then the rest is taken
 * apart itself and put together again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "formats/registry.h"

static void join(const struct format *f, const uint8_t *data, size_t size, size_t length) {
    uint8_t *out = malloc(length);
    (void)f->join(data, size, out, length);
    free(out);
}

static void round_trip(const struct format *f, const uint8_t *data, size_t size) {
    size_t capacity = 2 * size + 256;
    uint8_t *parts = malloc(capacity), *out = malloc(size);
    (void)f->probe(data, size);
    size_t length = f->split(data, size, parts, capacity);
    if (length > capacity)
        abort();
    if (length > 0 && (!f->join(parts, length, out, size) || memcmp(out, data, size) != 0))
        abort();
    free(out);
    free(parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    unsigned count = 0;
    while (hunch_format_at(count))
        count++;
    if (size < 4 || count == 0)
        return -1;
    const struct format *f = hunch_format_at(data[0] % count);
    join(f, data + 3, size - 3, 1 + load_u16(data + 1) % 16384);
    round_trip(f, data + 3, size - 3);
    return 0;
}
