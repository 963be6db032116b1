/* PE programs and libraries (Windows): the sections that can be executed are code. */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum {
    DOS_HEAD = 64,
    PE_HEAD = 24,
    SECTION = 40, /* bytes of a section's header */
    SECTIONS_MOST = 96,
    HEAD_AT_MOST = 4096
};
static const uint32_t EXECUTE = UINT32_C(0x20000000);

static size_t pe_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    uint32_t head = load_u32(data + 60);
    unsigned count = load_u16(data + head + 6);
    size_t at = (size_t)head + PE_HEAD + load_u16(data + head + 20), n = 0;
    uint64_t end = 0;
    if (count > SECTIONS_MOST || at > length || (size_t)count * SECTION > length - at)
        return 0;
    for (unsigned i = 0; i < count && n < most; i++) {
        const uint8_t *section = data + at + (size_t)i * SECTION;
        uint32_t size = load_u32(section + 16), offset = load_u32(section + 20);
        if (!(load_u32(section + 36) & EXECUTE) || offset < end || offset < DOS_HEAD || size == 0)
            continue;
        arrays[n++] = hunch_array_code(offset, size);
        end = (uint64_t)offset + size;
    }
    return n;
}

static bool pe_probe(const uint8_t *data, size_t length) {
    uint32_t head = length > DOS_HEAD ? load_u32(data + 60) : 0;
    return head >= DOS_HEAD && head <= HEAD_AT_MOST && length > head + PE_HEAD && load_u32(data + head) == 0x4550;
}

const struct piece hunch_piece_pe = {
    .name = "pe",
    .summary = "code of a Windows program or library",
    .magic = "MZ",
    .magic_length = 2,
    .anywhere = true,
    .probe = pe_probe,
    .outlook = pe_outlook,
};
