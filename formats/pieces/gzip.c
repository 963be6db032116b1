/* A member of a gzip file (RFC 1952): header, deflate stream, CRC-32 and size of the content. Several members are
 * several pieces.
 *
 * Recipe: varint bytes of the header, which stand in BYTES; varint 1 when the last 8 bytes are not those of the content
 * and stand in BYTES, else 0; the deflate stream (formats/deflate/deflate.h); the content, nested. */
#include "formats/piece.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "formats/deflate/deflate.h"

enum {
    GZIP_HEADER = 10, /* bytes before the optional fields */
    GZIP_TRAILER = 8,
    GZIP_FLAGS_AT = 3,
    GZIP_HEADER_CRC = 2, /* flags */
    GZIP_EXTRA = 4,
    GZIP_NAME = 8,
    GZIP_COMMENT = 16,
    GZIP_RESERVED = 0xE0
};

static bool gzip_probe(const uint8_t *data, size_t length) {
    return length > GZIP_HEADER + GZIP_TRAILER && (data[GZIP_FLAGS_AT] & GZIP_RESERVED) == 0;
}

/* Bytes of a string that ends in 0, from there on; past the end when it has no end. */
static size_t string_size(const uint8_t *data, size_t length, size_t at) {
    size_t end = at;
    while (end < length && data[end] != 0)
        end++;
    return end + 1 - at;
}

/* Bytes of the header; 0 when it is cut short. */
static size_t header_size(const uint8_t *data, size_t length) {
    size_t at = GZIP_HEADER;
    unsigned flags = data[GZIP_FLAGS_AT];
    if (flags & GZIP_EXTRA)
        at += length - at >= 2 ? 2 + (size_t)load_u16(data + at) : 2;
    if (flags & GZIP_NAME)
        at += string_size(data, length, at);
    if (flags & GZIP_COMMENT)
        at += string_size(data, length, at);
    if (flags & GZIP_HEADER_CRC)
        at += 2;
    return at < length ? at : 0;
}

static void make_trailer(uint8_t *trailer, const uint8_t *plain, size_t size) {
    store_u32(trailer, hunch_crc32(0, plain, size));
    store_u32(trailer + 4, (uint32_t)size);
}

static size_t gzip_split(struct splitter *s, const uint8_t *data, size_t length) {
    struct deflated d;
    uint8_t trailer[GZIP_TRAILER];
    size_t header = header_size(data, length);
    if (header == 0 || length - header <= GZIP_TRAILER)
        return 0;
    const uint8_t *plain = hunch_deflate_open(s, data + header, length - header - GZIP_TRAILER, 0, &d);
    if (!plain)
        return 0;
    const uint8_t *end = data + header + d.packed;
    make_trailer(trailer, plain, d.plain);
    bool odd = memcmp(trailer, end, GZIP_TRAILER) != 0;
    hunch_split_varint(s, header);
    hunch_split_put(s, CONTENT_BYTES, data, header);
    hunch_split_varint(s, odd);
    hunch_split_put(s, CONTENT_BYTES, end, odd ? GZIP_TRAILER : 0);
    hunch_deflate_put(s, &d);
    hunch_split_nested(s, plain, d.plain);
    return header + d.packed + GZIP_TRAILER;
}

static bool gzip_join(struct joiner *j) {
    struct deflated d;
    uint8_t made[GZIP_TRAILER];
    uint64_t header = hunch_join_varint(j);
    if (header > hunch_join_left(j, CONTENT_BYTES) ||
        !hunch_join_put(j, hunch_join_get(j, CONTENT_BYTES, (size_t)header), (size_t)header))
        return false;
    bool odd = hunch_join_varint(j) != 0;
    const uint8_t *trailer = odd ? hunch_join_get(j, CONTENT_BYTES, GZIP_TRAILER) : made;
    if (!trailer || !hunch_deflate_get(j, &d))
        return false;
    const uint8_t *plain = hunch_join_nested(j, d.plain);
    uint8_t *packed = plain ? hunch_join_room(j, d.packed) : NULL;
    if (!packed || !hunch_deflate_join(j, &d, plain, packed))
        return false;
    if (!odd)
        make_trailer(made, plain, d.plain);
    return hunch_join_put(j, trailer, GZIP_TRAILER);
}

const struct piece hunch_piece_gzip = {
    .id = 1,
    .name = "gzip",
    .summary = "gzip members, with what they hold",
    .magic = "\x1F\x8B\x08",
    .magic_length = 3,
    .anywhere = true,
    .probe = gzip_probe,
    .split = gzip_split,
    .join = gzip_join,
};
