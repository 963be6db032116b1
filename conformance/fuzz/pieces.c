/* Pieces: byte 0 chooses what is done with the rest: it is content, or behind the header of a gzip member, or of a file
 * in a ZIP archive, and must come back; or it is streams (two lengths of 2 bytes; the recipe, bytes, pictures) for a
 * join of as many bytes as another 2 bytes say. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "formats/pieces.h"

enum { ROOM = 1 << 27, HEADS = 6 };

static const struct allocator system_allocator;

static void join(const uint8_t *data, size_t size) {
    struct streams s = {.allocator = &system_allocator};
    size_t length = load_u16(data + 4) % 16384 + 1, parts[3] = {load_u16(data), load_u16(data + 2), 0};
    static const enum content_kind kinds[3] = {CONTENT_RECIPE, CONTENT_BYTES, CONTENT_IMAGE};
    data += HEADS;
    size -= HEADS;
    for (unsigned i = 0; i < 3; i++) {
        size_t n = i == 2 || parts[i] > size ? size : parts[i];
        s.of[kinds[i]] = (struct buffer){n ? hunch_allocate(&system_allocator, n) : NULL, n, n};
        if (n)
            memcpy(s.of[kinds[i]].bytes, data, n);
        data += n;
        size -= n;
        s.room += n;
    }
    s.room = hunch_pieces_scratch(length, s.room);
    uint8_t *out = malloc(length);
    (void)hunch_pieces_join(&s, out, length);
    free(out);
    hunch_streams_free(&s);
}

static void round_trip(const uint8_t *data, size_t size) {
    struct streams s = {.allocator = &system_allocator, .room = ROOM};
    uint8_t *out = malloc(size);
    (void)hunch_pieces_wanted(data, size);
    if (hunch_pieces_split(&s, data, size, (struct outlook){0})) {
        s.room = ROOM;
        if (!hunch_pieces_join(&s, out, size) || memcmp(out, data, size) != 0)
            abort();
    }
    free(out);
    hunch_streams_free(&s);
}

/* The same behind a header, and with 8 bytes after it, for what comes there. */
static void wrapped(const char *header, size_t header_size, const uint8_t *data, size_t size) {
    uint8_t *all = malloc(header_size + size + 8);
    memcpy(all, header, header_size);
    memcpy(all + header_size, data, size);
    memset(all + header_size + size, 0, 8);
    round_trip(all, header_size + size + 8);
    free(all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char gzip[10] = "\x1F\x8B\x08\0\0\0\0\0\0\3", zip[30] = "PK\3\4\24\0\0\0\x08";
    if (size < HEADS + 1)
        return -1;
    switch (data[0] % 4) {
    case 0:
        join(data + 1, size - 1);
        break;
    case 1:
        wrapped(gzip, sizeof gzip, data + 1, size - 1);
        break;
    case 2:
        wrapped(zip, sizeof zip, data + 1, size - 1);
        break;
    default:
        round_trip(data + 1, size - 1);
    }
    return 0;
}
