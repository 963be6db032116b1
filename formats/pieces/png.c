/* PNG pictures, from the signature to the end chunk: pixels of whole bytes that are not interlaced go to IMAGE.
 *
 * Recipe: the chunks before the pixels; those with the pixels; the chunks behind. Chunks: varint their number, for each
 * varint bytes; type and bytes stand in BYTES. Chunks with pixels: varint their number; for all but the last, runs of
 * varint chunks and varint bytes that each has; varint of the two bytes of the zlib header; varint 1 when the checksum
 * is not the content's and stands in BYTES, else 0; varint bytes behind it, which stand in BYTES; the deflate stream
 * (formats/deflate/deflate.h); its content (png/image.c). */
#include "formats/piece.h"

#include <string.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "formats/deflate/deflate.h"
#include "formats/pieces/png/image.h"

#define SIGNATURE "\x89PNG\r\n\x1A\n"

enum {
    SIGNATURE_BYTES = 8,
    CHUNK_TYPE = 4,   /* bytes */
    CHUNK_AROUND = 12, /* bytes of length, type and CRC */
    ZLIB_HEADER = 2,
    ZLIB_TRAILER = 4,
    ZLIB_DICTIONARY = 0x2000 /* flag: a dictionary is needed */
};

static uint32_t load_big(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_big(uint8_t *p, uint32_t v) {
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static bool is_type(const uint8_t *chunk, const char *type) {
    return memcmp(chunk + CHUNK_TYPE, type, CHUNK_TYPE) == 0;
}

/* ---- split */

/* Content that is a PNG, and where its parts are. */
struct parts {
    const uint8_t *data;
    size_t length;  /* bytes to the end of the end chunk */
    size_t pixels;  /* where the chunks with pixels begin, */
    size_t behind;  /* and those behind them */
    size_t packed;  /* bytes in the chunks with pixels */
    size_t chunks[3]; /* before, with pixels, behind */
};

/* Bytes of the chunk at data[at]; 0 when it is cut short or its CRC is wrong. */
static size_t chunk_size(const uint8_t *data, size_t length, size_t at) {
    if (length - at < CHUNK_AROUND)
        return 0;
    size_t n = load_big(data + at);
    if (n > length - at - CHUNK_AROUND)
        return 0;
    const uint8_t *body = data + at + 4;
    return hunch_crc32(0, body, CHUNK_TYPE + n) == load_big(body + CHUNK_TYPE + n) ? n + CHUNK_AROUND : 0;
}

/* Walks over the chunks to the end chunk; false when this is no PNG whose pixels stand together. */
static bool find_parts(struct parts *p, const uint8_t *data, size_t length) {
    enum { BEFORE, PIXELS, BEHIND } place = BEFORE;
    size_t at = SIGNATURE_BYTES;
    *p = (struct parts){.data = data};
    for (bool end = false; !end;) {
        size_t n = chunk_size(data, length, at);
        if (n == 0)
            return false;
        bool pixels = is_type(data + at, "IDAT");
        end = is_type(data + at, "IEND");
        if (pixels && place == BEFORE) {
            place = PIXELS;
            p->pixels = at;
        } else if (!pixels && place == PIXELS) {
            place = BEHIND;
            p->behind = at;
        }
        if (pixels && place == BEHIND)
            return false;
        p->chunks[place]++;
        p->packed += pixels ? n - CHUNK_AROUND : 0;
        at += n;
    }
    p->length = at;
    return place == BEHIND && is_type(data + SIGNATURE_BYTES, "IHDR") &&
           load_big(data + SIGNATURE_BYTES) == PNG_HEADER;
}

static void put_chunks(struct splitter *s, const uint8_t *data, size_t at, size_t chunks) {
    hunch_split_varint(s, chunks);
    for (; chunks > 0; chunks--) {
        size_t n = load_big(data + at);
        hunch_split_varint(s, n);
        hunch_split_put(s, CONTENT_BYTES, data + at + 4, CHUNK_TYPE + n);
        at += n + CHUNK_AROUND;
    }
}

/* The bytes of the chunks with pixels, one behind the other; NULL when there is no memory. */
static uint8_t *gather(struct splitter *s, const struct parts *p) {
    uint8_t *all = hunch_split_scratch(s, p->packed), *to = all;
    for (size_t at = p->pixels; all && at < p->behind;) {
        size_t n = load_big(p->data + at);
        memcpy(to, p->data + at + 8, n);
        to += n;
        at += n + CHUNK_AROUND;
    }
    return all;
}

/* Sizes of all chunks with pixels but the last, as runs of equal ones. */
static void put_sizes(struct splitter *s, const struct parts *p) {
    size_t at = p->pixels, left = p->chunks[1] - 1;
    hunch_split_varint(s, p->chunks[1]);
    while (left > 0) {
        size_t n = load_big(p->data + at), run = 0;
        for (; run < left && load_big(p->data + at) == n; run++)
            at += n + CHUNK_AROUND;
        hunch_split_varint(s, run);
        hunch_split_varint(s, n);
        left -= run;
    }
}

static bool put_pixels(struct splitter *s, const struct parts *p) {
    struct deflated d;
    const uint8_t *header = p->data + SIGNATURE_BYTES + 8;
    uint8_t *all = p->packed > ZLIB_HEADER + ZLIB_TRAILER ? gather(s, p) : NULL;
    if (!all || (all[0] & 15) != 8 || load_u16(all) & ZLIB_DICTIONARY)
        return false;
    const uint8_t *plain = hunch_deflate_open(s, all + ZLIB_HEADER, p->packed - ZLIB_HEADER - ZLIB_TRAILER,
                                              (all[0] >> 4) + 8u, &d);
    if (!plain)
        return false;
    const uint8_t *adler = all + ZLIB_HEADER + d.packed;
    bool odd = load_big(adler) != hunch_adler32(1, plain, d.plain);
    size_t more = p->packed - ZLIB_HEADER - d.packed - ZLIB_TRAILER;
    put_sizes(s, p);
    hunch_split_varint(s, load_u16(all));
    hunch_split_varint(s, odd);
    hunch_split_put(s, CONTENT_BYTES, adler, odd ? ZLIB_TRAILER : 0);
    hunch_split_varint(s, more);
    hunch_split_put(s, CONTENT_BYTES, adler + ZLIB_TRAILER, more);
    hunch_deflate_put(s, &d);
    hunch_png_put_image(s, header, plain, d.plain);
    return true;
}

static size_t png_split(struct splitter *s, const uint8_t *data, size_t length) {
    struct parts p;
    if (!find_parts(&p, data, length))
        return 0;
    put_chunks(s, data, SIGNATURE_BYTES, p.chunks[0]);
    if (!put_pixels(s, &p))
        return 0;
    put_chunks(s, data, p.behind, p.chunks[2]);
    return p.length;
}

/* ---- join */

/* A chunk of n bytes; `body` has its type too, or only its bytes where `type` is not NULL. */
static bool put_chunk(struct joiner *j, const char *type, const uint8_t *body, size_t n) {
    uint8_t *chunk = body && n <= INT32_MAX ? hunch_join_room(j, n + CHUNK_AROUND) : NULL;
    if (!chunk)
        return false;
    store_big(chunk, (uint32_t)n);
    if (type) {
        memcpy(chunk + 4, type, CHUNK_TYPE);
        memcpy(chunk + 4 + CHUNK_TYPE, body, n);
    } else {
        memcpy(chunk + 4, body, CHUNK_TYPE + n);
    }
    store_big(chunk + 4 + CHUNK_TYPE + n, hunch_crc32(0, chunk + 4, CHUNK_TYPE + n));
    return true;
}

/* Chunks as they are; the bytes of the first go to *first. */
static bool join_chunks(struct joiner *j, const uint8_t **first, uint64_t *first_size) {
    uint64_t chunks = hunch_join_varint(j);
    for (uint64_t i = 0; i < chunks; i++) {
        uint64_t n = hunch_join_varint(j);
        if (n > hunch_join_left(j, CONTENT_BYTES))
            return false;
        const uint8_t *body = hunch_join_get(j, CONTENT_BYTES, CHUNK_TYPE + (size_t)n);
        if (!put_chunk(j, NULL, body, (size_t)n))
            return false;
        if (i == 0) {
            *first = body + CHUNK_TYPE;
            *first_size = n;
        }
    }
    return true;
}

/* The sizes of chunks with pixels are read again when all is there: where they stand. */
struct sizes {
    const uint8_t *runs;
    size_t size;
    uint64_t chunks;
};

/* Passes over the runs, and keeps them. */
static bool get_sizes(struct joiner *j, struct sizes *z) {
    size_t before = hunch_join_left(j, CONTENT_RECIPE);
    z->chunks = hunch_join_varint(j);
    z->runs = hunch_join_get(j, CONTENT_RECIPE, 0);
    z->size = hunch_join_left(j, CONTENT_RECIPE);
    for (uint64_t left = z->chunks; left > 1;) {
        uint64_t run = hunch_join_varint(j);
        (void)hunch_join_varint(j);
        if (run == 0 || run >= left)
            return false;
        left -= run;
    }
    z->size -= hunch_join_left(j, CONTENT_RECIPE);
    return z->runs && z->chunks > 0 && z->chunks < before + UINT32_MAX;
}

static bool put_run(struct joiner *j, const uint8_t **from, size_t *left, uint64_t run, uint64_t n) {
    for (; run > 0; run--) {
        if (n > *left || !put_chunk(j, "IDAT", *from, (size_t)n))
            return false;
        *from += n;
        *left -= (size_t)n;
    }
    return true;
}

static bool put_sized(struct joiner *j, const struct sizes *z, const uint8_t *all, size_t size) {
    struct notes runs = {.in = z->runs, .length = z->size}; /* as numbers alone */
    while (runs.at < runs.length) {
        uint64_t run = hunch_notes_number(&runs, 0), n = hunch_notes_number(&runs, 0);
        if (!put_run(j, &all, &size, run, n))
            return false;
    }
    return put_run(j, &all, &size, 1, size);
}

static bool join_pixels(struct joiner *j, const uint8_t *header) {
    struct deflated d;
    struct sizes sizes;
    if (!get_sizes(j, &sizes))
        return false;
    uint64_t head = hunch_join_varint(j), odd = hunch_join_varint(j);
    const uint8_t *adler = odd ? hunch_join_get(j, CONTENT_BYTES, ZLIB_TRAILER) : NULL;
    uint64_t more = hunch_join_varint(j);
    if (more > hunch_join_left(j, CONTENT_BYTES) || (odd && !adler))
        return false;
    const uint8_t *extra = hunch_join_get(j, CONTENT_BYTES, (size_t)more);
    if ((more && !extra) || !hunch_deflate_get(j, &d))
        return false;
    const uint8_t *plain = hunch_png_join_image(j, header, d.plain);
    size_t size = ZLIB_HEADER + d.packed + ZLIB_TRAILER + (size_t)more;
    uint8_t *all = plain ? hunch_join_scratch(j, size) : NULL, *end = all ? all + ZLIB_HEADER + d.packed : NULL;
    if (!all || !hunch_deflate_join(j, &d, plain, all + ZLIB_HEADER))
        return false;
    store_u16(all, (uint16_t)head);
    if (odd)
        memcpy(end, adler, ZLIB_TRAILER);
    else
        store_big(end, hunch_adler32(1, plain, d.plain));
    if (more)
        memcpy(end + ZLIB_TRAILER, extra, (size_t)more);
    return put_sized(j, &sizes, all, size);
}

static bool png_join(struct joiner *j) {
    const uint8_t *header = NULL, *first;
    uint64_t size = 0, first_size;
    if (!hunch_join_put(j, (const uint8_t *)SIGNATURE, SIGNATURE_BYTES) || !join_chunks(j, &header, &size) ||
        size != PNG_HEADER)
        return false;
    return join_pixels(j, header) && join_chunks(j, &first, &first_size);
}

const struct piece hunch_piece_png = {
    .id = 2,
    .name = "png",
    .summary = "PNG pictures",
    .magic = SIGNATURE,
    .magic_length = SIGNATURE_BYTES,
    .anywhere = true,
    .split = png_split,
    .join = png_join,
};
