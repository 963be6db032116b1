/* x86-64 machine code as in x86.c, but jumps stay relative: most lead a short way, which a model that does
 * not know how far it has come predicts better than where to.
 */
#include "formats/format.h"

#include "formats/x86/walk.h"

enum { JUMPS = false };

static size_t x86_near_split(const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    return hunch_x86_split(JUMPS, data, length, out, capacity);
}

static bool x86_near_join(const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    return hunch_x86_join(JUMPS, data, size, out, length);
}

const struct format hunch_format_x86_near = {
    .id = 3,
    .name = "x86_near",
    .summary = "x86-64 code, jumps relative",
    .content = {CONTENT_BYTES, 0},
    .probe = hunch_x86_probe,
    .split = x86_near_split,
    .join = x86_near_join,
};
