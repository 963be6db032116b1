/* x86-64 machine code as in x86.c, but jumps stay relative: most lead a short way, which a model that does
 * not know how far it has come predicts better than where to. Scratch memory: none.
 */
#include "formats/format.h"

#include <string.h>

#include "formats/x86/walk.h"

enum { JUMPS = false };

static size_t x86_near_scratch(size_t length) {
    (void)length;
    return 1;
}

static size_t x86_near_split(void *scratch, const uint8_t *data, size_t length, uint8_t *out,
                             size_t capacity) {
    (void)scratch;
    if (length > capacity)
        return 0;
    memcpy(out, data, length);
    hunch_x86_walk(X86_SPLIT, JUMPS, out, length);
    return length;
}

static bool x86_near_join(void *scratch, const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    (void)scratch;
    if (size != length)
        return false;
    memcpy(out, data, length);
    hunch_x86_walk(X86_JOIN, JUMPS, out, length);
    return true;
}

const struct format hunch_format_x86_near = {
    .id = 3,
    .name = "x86_near",
    .summary = "x86-64 code, jumps relative",
    .content = {CONTENT_BYTES, 0},
    .scratch = x86_near_scratch,
    .probe = hunch_x86_probe,
    .split = x86_near_split,
    .join = x86_near_join,
};
