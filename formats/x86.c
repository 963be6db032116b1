/* x86-64 machine code: relative addresses become absolute ones, so that all calls of one function and all
 * uses of one variable look the same, wherever they stand. doc/spec/x86.md has the rules. Scratch memory:
 * none.
 */
#include "formats/format.h"

#include <string.h>

#include "formats/x86/walk.h"

enum { JUMPS = true };

static size_t x86_scratch(size_t length) {
    (void)length;
    return 1;
}

static size_t x86_split(void *scratch, const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    (void)scratch;
    if (length > capacity)
        return 0;
    memcpy(out, data, length);
    hunch_x86_walk(X86_SPLIT, JUMPS, out, length);
    return length;
}

static bool x86_join(void *scratch, const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    (void)scratch;
    if (size != length)
        return false;
    memcpy(out, data, length);
    hunch_x86_walk(X86_JOIN, JUMPS, out, length);
    return true;
}

const struct format hunch_format_x86 = {
    .id = 2,
    .name = "x86",
    .summary = "x86-64 code, addresses absolute",
    .content = {CONTENT_BYTES, 0},
    .scratch = x86_scratch,
    .probe = hunch_x86_probe,
    .split = x86_split,
    .join = x86_join,
};
