/* One file in a ZIP archive: its local header (APPNOTE.TXT 4.3.7) and its data, deflated or stored. The central
 * directory and data descriptors are bytes between pieces.
 *
 * Recipe: varint bytes of the header, which stand in BYTES; varint flags: which fields of the header are those of the
 * content and stand as 0 there; then, deflated: varint 1, the deflate stream (formats/deflate/deflate.h); stored:
 * varint 0, varint bytes; the content, nested. */
#include "formats/piece.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "formats/deflate/deflate.h"

enum {
    ZIP_HEADER = 30, /* bytes before name and extra fields */
    ZIP_FLAGS_AT = 6,
    ZIP_METHOD_AT = 8,
    ZIP_CRC_AT = 14,
    ZIP_PACKED_AT = 18,
    ZIP_PLAIN_AT = 22,
    ZIP_NAME_AT = 26,
    ZIP_EXTRA_AT = 28,
    ZIP_STORED = 0,
    ZIP_DEFLATED = 8,
    ZIP_ENCRYPTED = 1,  /* flags of the file */
    ZIP_DESCRIBED = 8,  /* sizes stand behind the data */
    ZIP64_EXTRA = 1,    /* id of the extra field that has sizes of 64 bits: plain, packed */
    FIELD_CRC = 1,      /* flags of the recipe */
    FIELD_PACKED = 2,
    FIELD_PLAIN = 4,
    FIELDS_MOST = 7,
    STORED_LEAST = 16 /* bytes: less is not worth a recipe */
};

static bool zip_probe(const uint8_t *data, size_t length) {
    if (length <= ZIP_HEADER || (load_u16(data + ZIP_FLAGS_AT) & ZIP_ENCRYPTED))
        return false;
    unsigned method = load_u16(data + ZIP_METHOD_AT);
    return method == ZIP_DEFLATED || (method == ZIP_STORED && !(load_u16(data + ZIP_FLAGS_AT) & ZIP_DESCRIBED));
}

/* The packed size in the extra fields of a header; 0 when it is not there. */
static uint64_t size_64(const uint8_t *header, size_t size) {
    size_t at = ZIP_HEADER + load_u16(header + ZIP_NAME_AT);
    while (size - at >= 4) {
        size_t n = load_u16(header + at + 2);
        if (n > size - at - 4)
            break;
        if (load_u16(header + at) == ZIP64_EXTRA && n >= 16)
            return load_u64(header + at + 12);
        at += 4 + n;
    }
    return 0;
}

/* Fields of the header that are what the content says. */
static unsigned known_fields(const uint8_t *header, uint32_t crc, size_t packed, size_t plain) {
    return (load_u32(header + ZIP_CRC_AT) == crc ? FIELD_CRC : 0) |
           (load_u32(header + ZIP_PACKED_AT) == packed ? FIELD_PACKED : 0) |
           (load_u32(header + ZIP_PLAIN_AT) == plain ? FIELD_PLAIN : 0);
}

/* Writes those fields. */
static void set_fields(uint8_t *header, unsigned fields, uint32_t crc, size_t packed, size_t plain) {
    if (fields & FIELD_CRC)
        store_u32(header + ZIP_CRC_AT, crc);
    if (fields & FIELD_PACKED)
        store_u32(header + ZIP_PACKED_AT, (uint32_t)packed);
    if (fields & FIELD_PLAIN)
        store_u32(header + ZIP_PLAIN_AT, (uint32_t)plain);
}

static bool put_header(struct splitter *s, const uint8_t *data, size_t header, size_t packed, const uint8_t *plain,
                       size_t plain_size) {
    unsigned fields = known_fields(data, hunch_crc32(0, plain, plain_size), packed, plain_size);
    hunch_split_varint(s, header);
    uint8_t *room = hunch_split_room(s, CONTENT_BYTES, header);
    if (!room)
        return false;
    memcpy(room, data, header);
    set_fields(room, fields, 0, 0, 0);
    hunch_split_varint(s, fields);
    return true;
}

static size_t split_stored(struct splitter *s, const uint8_t *data, size_t length, size_t header) {
    uint64_t size = load_u32(data + ZIP_PACKED_AT);
    if (size == UINT32_MAX)
        size = size_64(data, header);
    if (size < STORED_LEAST || size > length - header)
        return 0;
    if (!put_header(s, data, header, (size_t)size, data + header, (size_t)size))
        return 0;
    hunch_split_varint(s, 0);
    hunch_split_varint(s, size);
    hunch_split_nested(s, data + header, (size_t)size);
    return header + (size_t)size;
}

static size_t split_deflated(struct splitter *s, const uint8_t *data, size_t length, size_t header) {
    struct deflated d;
    const uint8_t *plain = hunch_deflate_open(s, data + header, length - header, 0, &d);
    if (!plain || !put_header(s, data, header, d.packed, plain, d.plain))
        return 0;
    hunch_split_varint(s, 1);
    hunch_deflate_put(s, &d);
    hunch_split_nested(s, plain, d.plain);
    return header + d.packed;
}

static size_t zip_split(struct splitter *s, const uint8_t *data, size_t length) {
    size_t header = ZIP_HEADER + (size_t)load_u16(data + ZIP_NAME_AT) + load_u16(data + ZIP_EXTRA_AT);
    if (header >= length)
        return 0;
    return load_u16(data + ZIP_METHOD_AT) == ZIP_STORED ? split_stored(s, data, length, header)
                                                         : split_deflated(s, data, length, header);
}

/* The header's place in the content, filled but for the fields; NULL when damaged. */
static uint8_t *join_header(struct joiner *j, unsigned *fields) {
    uint64_t size = hunch_join_varint(j), known = hunch_join_varint(j);
    if (size < ZIP_HEADER || size > hunch_join_left(j, CONTENT_BYTES) || known > FIELDS_MOST)
        return NULL;
    const uint8_t *bytes = hunch_join_get(j, CONTENT_BYTES, (size_t)size);
    uint8_t *header = hunch_join_room(j, (size_t)size);
    if (!bytes || !header)
        return NULL;
    memcpy(header, bytes, (size_t)size);
    *fields = (unsigned)known;
    return header;
}

static bool zip_join(struct joiner *j) {
    struct deflated d = {0};
    unsigned fields = 0;
    uint8_t *header = join_header(j, &fields);
    uint64_t deflated = hunch_join_varint(j);
    if (!header || deflated > 1)
        return false;
    if (deflated) {
        if (!hunch_deflate_get(j, &d))
            return false;
    } else {
        uint64_t size = hunch_join_varint(j);
        if (size > SIZE_MAX)
            return false;
        d.plain = d.packed = (size_t)size;
    }
    const uint8_t *plain = hunch_join_nested(j, d.plain);
    uint8_t *packed = plain ? hunch_join_room(j, d.packed) : NULL;
    if (!packed || (deflated && !hunch_deflate_join(j, &d, plain, packed)))
        return false;
    if (!deflated)
        memcpy(packed, plain, d.plain);
    set_fields(header, fields, hunch_crc32(0, plain, d.plain), d.packed, d.plain);
    return true;
}

const struct piece hunch_piece_zip = {
    .id = 3,
    .name = "zip",
    .summary = "files in ZIP archives",
    .magic = "PK\3\4",
    .magic_length = 4,
    .anywhere = true,
    .probe = zip_probe,
    .split = zip_split,
    .join = zip_join,
};
