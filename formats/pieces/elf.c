/* ELF programs and libraries of 64-bit machines (little-endian): the segments that can be executed are code. */
#include "formats/piece.h"

#include "base/bytes.h"
#include "formats/pieces/array.h"

enum {
    HEAD = 64,
    ENTRY = 56, /* bytes of a program header */
    SEGMENTS_MOST = 64,
    CLASS_64 = 2,
    LITTLE_ENDIAN_DATA = 1,
    TYPE_LOAD = 1,
    FLAG_EXECUTE = 1
};

static size_t elf_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    uint64_t at = load_u64(data + 32), end = 0;
    unsigned count = load_u16(data + 56);
    size_t n = 0;
    if (load_u16(data + 54) != ENTRY || count > SEGMENTS_MOST || at > length || (uint64_t)count * ENTRY > length - at)
        return 0;
    for (unsigned i = 0; i < count && n < most; i++) {
        const uint8_t *entry = data + at + (size_t)i * ENTRY;
        uint64_t offset = load_u64(entry + 8), size = load_u64(entry + 32);
        bool code = load_u32(entry) == TYPE_LOAD && load_u32(entry + 4) & FLAG_EXECUTE;
        if (!code || offset < end || offset < HEAD || offset >> 40 || size == 0 || size >> 40)
            continue;
        arrays[n++] = hunch_array_code(offset, size);
        end = offset + size;
    }
    return n;
}

static bool elf_probe(const uint8_t *data, size_t length) {
    return length > HEAD && data[4] == CLASS_64 && data[5] == LITTLE_ENDIAN_DATA;
}

const struct piece hunch_piece_elf = {
    .name = "elf",
    .summary = "code of an ELF program or library",
    .magic = "\x7F" "ELF",
    .magic_length = 4,
    .anywhere = true,
    .probe = elf_probe,
    .outlook = elf_outlook,
};
