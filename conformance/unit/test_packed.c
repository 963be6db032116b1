/* Pieces that hold deflate streams: gzip members, PNG pictures and files in ZIP archives, in the shapes that they come
 * in. `test_packed SHARE`: one in so many of the faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/bytes.h"
#include "base/checksum.h"
#include "conformance/unit/random.h"
#include "conformance/unit/taken.h"

enum { ROOM = 1 << 17, PLAIN = 5000 };

static unsigned share = 1;
static uint64_t seed = 7;

/* A file in the making. */
struct file {
    uint8_t bytes[ROOM];
    size_t length;
};
static struct file file;

static void add(struct file *f, const void *bytes, size_t n) {
    assert_true(n <= ROOM - f->length);
    if (n)
        memcpy(f->bytes + f->length, bytes, n);
    f->length += n;
}

static void add_big(struct file *f, uint32_t v) {
    uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    add(f, b, 4);
}

static void add_little(struct file *f, uint64_t v, unsigned n) {
    uint8_t b[8];
    store_u64(b, v);
    add(f, b, n);
}

/* A deflate stream; window: as in deflateInit2. */
static size_t deflated(const uint8_t *plain, size_t size, int window, uint8_t *out, size_t room) {
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, 0), Z_OK);
    z.next_in = (Bytef *)plain;
    z.avail_in = (uInt)size;
    z.next_out = out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return room - z.avail_out;
}

static const uint8_t *sample(void) {
    static uint8_t plain[PLAIN];
    for (size_t i = 0; i < PLAIN; i++)
        plain[i] = (uint8_t)"hunch guesses bytes"[random_below(&seed, 8) ? i % 19 : random_below(&seed, 19)];
    return plain;
}

/* The file is taken apart (or not, when `most` is 0) and comes back; its plain streams hold `least` bytes at least and
 * the recipe `most` at most. */
static void check(const char *what, size_t least, size_t most) {
    struct taken t = take(file.bytes, file.length);
    size_t content = (size_t)taken_total(&t) - t.streams.of[CONTENT_RECIPE].length;
    if (!taken_comes_back(&t, file.bytes, file.length))
        fail_msg("%s: does not come back", what);
    if (t.found != (most > 0) || (t.found && (content < least || t.streams.of[CONTENT_RECIPE].length > most)))
        fail_msg("%s: found %d, content %zu, recipe %zu", what, t.found, content, t.streams.of[CONTENT_RECIPE].length);
    taken_free(&t);
}

/* ---- gzip */

enum { GZIP_HEADER_CRC = 2, GZIP_EXTRA = 4, GZIP_NAME = 8, GZIP_COMMENT = 16 };

static void add_gzip(unsigned flags, const uint8_t *plain, size_t size, uint32_t crc_error) {
    uint8_t packed[2 * PLAIN];
    size_t n = deflated(plain, size, -15, packed, sizeof packed);
    add(&file, "\x1F\x8B\x08", 3);
    add_little(&file, flags, 1);
    add(&file, "\1\2\3\4\0\3", 6);
    if (flags & GZIP_EXTRA)
        add(&file, "\5\0extra", 7);
    if (flags & GZIP_NAME)
        add(&file, "name", 5);
    if (flags & GZIP_COMMENT)
        add(&file, "a comment", 10);
    if (flags & GZIP_HEADER_CRC)
        add(&file, "\1\2", 2);
    add(&file, packed, n);
    add_little(&file, hunch_crc32(0, plain, size) ^ crc_error, 4);
    add_little(&file, size, 4);
}

static void gzip_headers_and_members(void **state) {
    (void)state;
    for (unsigned flags = 0; flags < 32; flags++) {
        file.length = 0;
        add(&file, "before", flags % 7);
        add_gzip(flags, sample(), PLAIN, 0);
        add_gzip(flags, sample(), PLAIN, flags & 1);
        add(&file, "behind", flags % 5);
        check("gzip", 2 * PLAIN, 80);
    }
    file.length = 0;
    add_gzip(32, sample(), PLAIN, 0);
    check("gzip, unknown flags", 0, 0);
}

static void gzip_in_gzip(void **state) {
    (void)state;
    static uint8_t inner[ROOM];
    file.length = 0;
    add_gzip(0, sample(), 600, 0);
    for (unsigned depth = 1; depth < 7; depth++) {
        size_t n = file.length;
        memcpy(inner, file.bytes, n);
        file.length = 0;
        add_gzip(0, inner, n, 0);
        check("gzip in gzip", 10, 40 * (depth + 1));
    }
}

/* ---- PNG */

struct png {
    uint32_t width, height;
    unsigned depth, colour, interlace;
    int filter;         /* of all rows; -1: any */
    size_t part;        /* bytes of each chunk with pixels */
    uint32_t adler_error;
    size_t more;        /* bytes behind the checksum */
};

static void add_chunk(const char *type, const uint8_t *bytes, size_t n) {
    uint32_t crc = hunch_crc32(hunch_crc32(0, (const uint8_t *)type, 4), bytes, n);
    add_big(&file, (uint32_t)n);
    add(&file, type, 4);
    add(&file, bytes, n);
    add_big(&file, crc);
}

static size_t png_row(const struct png *p) {
    static const unsigned samples[7] = {1, 0, 3, 1, 2, 0, 4};
    return (p->width * samples[p->colour] * p->depth + 7) / 8;
}

/* Filtered rows need not come from any picture: all are of one. */
static size_t png_rows(const struct png *p, uint8_t *rows) {
    size_t row = png_row(p);
    for (uint32_t y = 0; y < p->height; y++) {
        *rows++ = (uint8_t)(p->filter < 0 ? random_below(&seed, 5) : (uint32_t)p->filter);
        for (size_t i = 0; i < row; i++)
            *rows++ = (uint8_t)random_below(&seed, 4);
    }
    return (row + 1) * p->height;
}

static void make_png(const struct png *p) {
    static uint8_t rows[ROOM], packed[ROOM];
    uint8_t header[13] = {0, 0, (uint8_t)(p->width >> 8), (uint8_t)p->width, 0, 0, (uint8_t)(p->height >> 8),
                          (uint8_t)p->height, (uint8_t)p->depth, (uint8_t)p->colour, 0, 0, (uint8_t)p->interlace};
    file.length = 0;
    add(&file, "\x89PNG\r\n\x1A\n", 8);
    add_chunk("IHDR", header, 13);
    if (p->colour == 3)
        add_chunk("PLTE", (const uint8_t *)"rgbRGB", 6);
    size_t n = deflated(rows, png_rows(p, rows), 15, packed, ROOM);
    packed[n - 1] ^= (uint8_t)p->adler_error;
    memset(packed + n, 'x', p->more);
    n += p->more;
    for (size_t at = 0; at < n; at += p->part)
        add_chunk("IDAT", packed + at, n - at < p->part ? n - at : p->part);
    add_chunk("tEXt", (const uint8_t *)"Comment\0none", 12);
    add_chunk("IEND", NULL, 0);
}

/* Layout in the head of the IMAGE stream; -1: none was made. */
static int png_layout(void) {
    struct taken t = take(file.bytes, file.length);
    assert_true(t.found);
    assert_true(taken_comes_back(&t, file.bytes, file.length));
    int layout = t.streams.of[CONTENT_IMAGE].length ? t.streams.of[CONTENT_IMAGE].bytes[0] : -1;
    taken_free(&t);
    return layout;
}

static void png_pictures(void **state) {
    (void)state;
    static const struct {
        unsigned depth, colour, interlace;
        int layout;
    } cases[] = {
        {8, 0, 0, 1},  {8, 2, 0, 3},   {8, 3, 0, 17},  {8, 4, 0, 2},   {8, 6, 0, 4},  {16, 0, 0, 9}, {16, 2, 0, 11},
        {16, 4, 0, 10}, {16, 6, 0, 12}, {1, 0, 0, -1}, {4, 3, 0, -1}, {8, 2, 1, -1}, {8, 5, 0, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int filter = -1; filter < 6; filter++) {
            struct png p = {.width = 33, .height = 29, .part = 700, .filter = filter};
            p.depth = cases[i].depth;
            p.colour = cases[i].colour;
            p.interlace = cases[i].interlace;
            make_png(&p);
            if (png_row(&p) > 0)
                assert_int_equal(png_layout(), filter < 5 ? cases[i].layout : -1);
        }
}

static void png_chunks(void **state) {
    (void)state;
    struct png p = {.width = 60, .height = 50, .depth = 8, .colour = 2, .part = 100};
    for (p.part = 1; p.part < 3000; p.part += p.part + 3) {
        make_png(&p);
        assert_int_equal(png_layout(), 3);
    }
    p.more = 5;
    p.adler_error = 1;
    make_png(&p);
    assert_int_equal(png_layout(), 3);
    file.bytes[50] ^= 1; /* of the chunk with pixels: its CRC is wrong now */
    check("png, wrong CRC", 0, 0);
    make_png(&p);
    for (size_t cut = file.length - 1; cut > 0; cut -= cut / 9 + 1) {
        file.length = cut;
        check("png, cut short", 0, 0);
    }
}

/* ---- ZIP */

enum { ZIP_STORED = 0, ZIP_DEFLATED = 8, ZIP_DESCRIBED = 8, ZIP_ENCRYPTED = 1 };

static void add_zip(unsigned method, unsigned flags, bool zip64, const uint8_t *plain, size_t size) {
    static uint8_t packed[ROOM];
    size_t n = method == ZIP_DEFLATED ? deflated(plain, size, -15, packed, ROOM) : size;
    bool told = !(flags & ZIP_DESCRIBED);
    add(&file, "PK\3\4\24\0", 6);
    add_little(&file, flags, 2);
    add_little(&file, method, 2);
    add(&file, "time", 4);
    add_little(&file, told ? hunch_crc32(0, plain, size) : 0, 4);
    add_little(&file, zip64 ? UINT32_MAX : told ? n : 0, 4);
    add_little(&file, zip64 ? UINT32_MAX : told ? size : 0, 4);
    add_little(&file, 4, 2);
    add_little(&file, zip64 ? 20 : 0, 2);
    add(&file, "name", 4);
    if (zip64) {
        add(&file, "\1\0\20\0", 4);
        add_little(&file, size, 8);
        add_little(&file, n, 8);
    }
    add(&file, method == ZIP_DEFLATED ? packed : plain, n);
}

static void zip_files(void **state) {
    (void)state;
    file.length = 0;
    add_zip(ZIP_DEFLATED, 0, false, sample(), PLAIN);
    add_zip(ZIP_DEFLATED, ZIP_DESCRIBED, false, sample(), PLAIN);
    add(&file, "PK\7\10 descriptor", 15);
    add_zip(ZIP_STORED, 0, false, sample(), PLAIN);
    add_zip(ZIP_DEFLATED, 0, true, sample(), PLAIN);
    add_zip(ZIP_STORED, 0, true, sample(), PLAIN);
    add(&file, "PK\1\2 directory", 14);
    check("zip", 5 * PLAIN, 150);
    file.length = 0;
    add_zip(ZIP_STORED, ZIP_DESCRIBED, false, sample(), PLAIN);
    check("zip, stored and described", 0, 0);
    file.length = 0;
    add_zip(ZIP_DEFLATED, ZIP_ENCRYPTED, false, sample(), PLAIN);
    check("zip, encrypted", 0, 0);
}

/* ---- all of them */

static void make_all(void) {
    struct png p = {.width = 20, .height = 9, .depth = 8, .colour = 6, .part = 200, .filter = -1};
    make_png(&p);
    add_gzip(GZIP_NAME, sample(), 400, 1);
    add_zip(ZIP_DEFLATED, 0, true, sample(), 300);
    add_zip(ZIP_STORED, 0, true, sample(), 50);
}

static void cut_files_do_no_harm(void **state) {
    (void)state;
    make_all();
    for (size_t cut = file.length; cut > 0; cut--) {
        uint8_t *exact = malloc(cut);
        memcpy(exact, file.bytes, cut);
        struct taken t = take(exact, cut);
        assert_true(taken_comes_back(&t, exact, cut));
        taken_free(&t);
        free(exact);
    }
}

/* One bit of a stream is another, or the stream is cut: join refuses it or makes something, within bounds. */
static void damaged_streams_do_no_harm(void **state) {
    (void)state;
    make_all();
    struct taken t = take(file.bytes, file.length);
    assert_true(t.found);
    for (unsigned k = 0; k < CONTENT_KINDS; k++)
        for (size_t i = 0; i < t.streams.of[k].length; i++)
            for (unsigned bit = 0; bit < 9; bit++) {
                if (random_below(&seed, k == CONTENT_RECIPE ? 1 : share * 4) > 0)
                    continue;
                struct taken copy = taken_copy(&t);
                uint8_t *out = malloc(file.length);
                if (bit < 8)
                    copy.streams.of[k].bytes[i] ^= (uint8_t)(1 << bit);
                else
                    copy.streams.of[k].length = i;
                (void)taken_join(&copy, out, file.length);
                free(out);
                taken_free(&copy);
            }
    taken_free(&t);
}

static void checksums_are_those_of_zlib(void **state) {
    (void)state;
    const uint8_t *data = sample();
    for (size_t n = 0; n <= PLAIN; n += n / 7 + 1) {
        assert_int_equal(hunch_crc32(0, data, n), crc32(0, data, (uInt)n));
        assert_int_equal(hunch_crc32(5, data, n), crc32(5, data, (uInt)n));
        assert_int_equal(hunch_adler32(1, data, n), adler32(1, data, (uInt)n));
    }
    memset(file.bytes, 0xFF, ROOM);
    assert_int_equal(hunch_adler32(0xFFF0FFF0, file.bytes, ROOM), adler32(0xFFF0FFF0, file.bytes, ROOM));
    assert_int_equal(hunch_crc32(0, file.bytes, ROOM), crc32(0, file.bytes, ROOM));
}

int main(int argc, char **argv) {
    share = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checksums_are_those_of_zlib),
        cmocka_unit_test(gzip_headers_and_members),
        cmocka_unit_test(gzip_in_gzip),
        cmocka_unit_test(png_pictures),
        cmocka_unit_test(png_chunks),
        cmocka_unit_test(zip_files),
        cmocka_unit_test(cut_files_do_no_harm),
        cmocka_unit_test(damaged_streams_do_no_harm),
    };
    return cmocka_run_group_tests_name("packed", tests, NULL, NULL);
}
