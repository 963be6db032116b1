/* x86-64 machine code: relative addresses become absolute ones, so that all calls of one function and all
 * uses of one variable look the same, wherever they stand. doc/spec/x86.md has the rules.
 */
#include "formats/format.h"

#include "formats/x86/walk.h"

enum { JUMPS = true };

static size_t x86_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    return hunch_x86_split(JUMPS, data, length, out, capacity);
}

static bool x86_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    return hunch_x86_join(JUMPS, data, size, out, length);
}

const struct format hunch_format_x86 = {
    .id = 2,
    .name = "x86",
    .summary = "x86-64 code, addresses absolute",
    .content = {CONTENT_BYTES, 0},
    .probe = hunch_x86_probe,
    .split = x86_split,
    .join = x86_join,
};
