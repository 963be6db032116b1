/* Files of arrays: what is told of them, what goes on in the blocks behind the first, and what a caller's word does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "codec/container.h"
#include "codec/raw.h"
#include "conformance/unit/sealed.h"
#include "formats/pieces.h"
#include "formats/pieces/array.h"


static struct bytes make(const void *head, size_t head_length, size_t body) {
    struct bytes b = {malloc(head_length + body), head_length + body};
    memcpy(b.data, head, head_length);
    uint64_t seed = 7;
    for (size_t i = 0; i < body; i++)
        b.data[head_length + i] = (uint8_t)(i / 7 + i % 5 * 3 + random_below(&seed, 4));
    return b;
}

/* Bytes of each kind of stream in all blocks of an archive. */
static void sum_streams(struct bytes archive, uint64_t sums[CONTENT_KINDS]) {
    size_t at = ARCHIVE_HEADER_LENGTH, wanted;
    memset(sums, 0, CONTENT_KINDS * sizeof sums[0]);
    while (at < archive.length) {
        struct part part;
        assert_int_equal(hunch_part_read(archive.data + at, archive.length - at, &part, &wanted), READING_WHOLE);
        for (unsigned i = 0; part.type == PART_BLOCK && part.block.flags & BLOCK_TYPED && i < part.block.count; i++)
            sums[part.block.streams[i].kind] += part.block.streams[i].length;
        at += part.header_length + (size_t)part.length;
    }
}

/* Encodes in blocks of `block` bytes; at least `least` bytes must be in typed arrays of this kind. */
static void check_as(struct bytes content, const char *as, uint64_t block, enum content_kind kind, uint64_t least) {
    struct hunch_settings s = make_settings(3, block);
    uint64_t sums[CONTENT_KINDS];
    s.as = as;
    struct bytes archive = encode(content, &s);
    sum_streams(archive, sums);
    if (sums[kind] < least)
        fail_msg("kind %d: %d bytes of %d", (int)kind, (int)sums[kind], (int)least);
    struct story back = decode(archive, s, SIZE_MAX, 4096);
    assert_int_equal(back.status, HUNCH_OK);
    assert_true(same(back.content, content));
    free(back.content.data);
    free(archive.data);
}

/* What a split makes of the content, whether that pays or not. */
static size_t split_length(struct bytes content, struct outlook known, enum content_kind kind) {
    const struct allocator allocator = {0};
    struct streams streams = {.allocator = &allocator, .room = 1 << 24};
    assert_true(hunch_pieces_split(&streams, content.data, content.length, known));
    size_t length = streams.of[kind].length;
    hunch_streams_free(&streams);
    return length;
}

/* `length` bytes must come into streams of this kind, their heads aside, and all come back. */
static void check(struct bytes content, enum content_kind kind, size_t length) {
    size_t split = split_length(content, (struct outlook){0}, kind);
    assert_in_range(split, length, length + 2 * IMAGE_HEAD + 2);
    check_as(content, NULL, 0, kind, 0);
    check_as(content, NULL, 10000, kind, 0);
    free(content.data);
}

static size_t append_bytes(uint8_t *to, size_t at, const void *bytes, size_t n) {
    memcpy(to + at, bytes, n);
    return at + n;
}

/* Two pairs, a tensor of 60 x 40 floats, one of a quantised type, one of 50 x 50 halves. */
static void check_gguf(void) {
    static const uint8_t types[3] = {0, 12, 1}, rows[3] = {40, 1, 50}, columns[3] = {60, 100, 50};
    static const uint32_t places[3] = {0, 9600, 9728};
    uint8_t b[512] = "GGUF\3\0\0\0\3\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"
                     "\3\0\0\0\0\0\0\0abc\x8\0\0\0\2\0\0\0\0\0\0\0hi";
    size_t at = append_bytes(b, 24 + 8 + 3 + 4 + 8 + 2, "\x11\0\0\0\0\0\0\0general.alignment\4\0\0\0\x40\0\0\0", 33);
    for (unsigned i = 0; i < 3; i++) {
        at = append_bytes(b, at, "\1\0\0\0\0\0\0\0t\2\0\0\0", 13);
        store_u64(b + at, columns[i]);
        store_u64(b + at + 8, rows[i]);
        store_u32(b + at + 16, types[i]);
        store_u64(b + at + 20, places[i]);
        at += 28;
    }
    check(make(b, (at + 63) / 64 * 64, 9728 + 5000), CONTENT_TENSOR, 9600 + 5000);
}

static void check_programs(void) {
    uint8_t elf[64 + 2 * 56] = "\x7F" "ELF\2\1\1", pe[256] = "MZ";
    store_u64(elf + 32, 64);
    store_u16(elf + 54, 56);
    store_u16(elf + 56, 2);
    store_u32(elf + 64, 1); /* loaded, read alone */
    store_u32(elf + 68, 4);
    store_u64(elf + 64 + 8, 176);
    store_u64(elf + 64 + 32, 1000);
    store_u32(elf + 120, 1); /* loaded and executed */
    store_u32(elf + 124, 5);
    store_u64(elf + 120 + 8, 4096);
    store_u64(elf + 120 + 32, 20000);
    check(make(elf, sizeof elf, 30000), CONTENT_CODE, 20000);
    store_u32(pe + 60, 128);
    store_u32(pe + 128, 0x4550);
    store_u16(pe + 134, 1);
    store_u32(pe + 152 + 16, 15000);
    store_u32(pe + 152 + 20, 512);
    store_u32(pe + 152 + 36, 0x60000020);
    check(make(pe, sizeof pe, 20000), CONTENT_CODE, 15000);
}

static void files_are_recognised(void **state) {
    (void)state;
    uint8_t wav[44] = "RIFF....WAVEfmt \x10\0\0\0\1\0\2\0....\0\0\0\0\4\0\x10\0data",
            idx[16] = {0, 0, 8, 3, 0, 0, 0, 50};
    store_u32(wav + 40, 40000);
    check(make(wav, sizeof wav, 40003), CONTENT_AUDIO, 40000);
    idx[11] = 28;
    idx[15] = 28;
    check(make(idx, sizeof idx, 50 * 784), CONTENT_IMAGE, 50 * 784);
    check(make("P6\n#a\n100 90\n255\n", 17, 27000), CONTENT_IMAGE, 27000);
    check(make("P5 100 90 65535\n", 16, 18000), CONTENT_IMAGE, 18000);
    check(make("P7\nWIDTH 50\nHEIGHT 60\nDEPTH 4\nMAXVAL 255\nENDHDR\n", 49, 12000), CONTENT_IMAGE, 12000);
    char npy[128] = "\x93NUMPY\1\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (100, 70), }";
    npy[9] = 0;
    memset(npy + strlen(npy + 10) + 10, ' ', 117 - strlen(npy + 10));
    npy[127] = '\n';
    check(make(npy, sizeof npy, 28000), CONTENT_TENSOR, 28000);
    uint8_t bmp[54] = "BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x64\0\0\0\x32\0\0\0\1\0\x18";
    check(make(bmp, sizeof bmp, 15000), CONTENT_IMAGE, 15000);
    check_gguf();
    check_programs();
    uint8_t tensors[8 + 200];
    memset(tensors, ' ', sizeof tensors);
    store_u64(tensors, 200);
    memcpy(tensors + 8,
           "{\"b\":{\"dtype\":\"BF16\",\"shape\":[50,40],\"data_offsets\":[8000,12000]},"
           "\"a\":{\"dtype\":\"F32\",\"shape\":[20,10,10],\"data_offsets\":[0,8000]},\"__metadata__\":{\"a\":"
           "\"b\"}}",
           155);
    check(make(tensors, sizeof tensors, 12000), CONTENT_TENSOR, 12000);
}

/* A word makes one array of what fits, and the content comes back whatever was said of it. */
static void check_word(struct bytes content, const char *as, enum content_kind kind, size_t length) {
    struct array array;
    assert_true(hunch_raw_parse(as, &array));
    assert_int_equal(split_length(content, (struct outlook){&array, 1}, kind), length);
    check_as(content, as, 0, kind, 0);
    check_as(content, as, 9999, kind, 0);
}

/* A sound longer than a block is sound in every block. */
static void blocks_behind_the_first_know(void **state) {
    (void)state;
    uint8_t wav[44] = "RIFF....WAVEfmt \x10\0\0\0\1\0\2\0....\0\0\0\0\4\0\x10\0data";
    uint64_t seed = 3;
    store_u32(wav + 40, 60000);
    struct bytes content = make(wav, sizeof wav, 60000);
    for (unsigned i = 0; i < 15000; i++) {
        unsigned wave = i % 200 < 100 ? i % 100 : 100 - i % 100;
        store_u16(content.data + 44 + 4 * i, (uint16_t)(wave * wave + random_below(&seed, 50)));
        store_u16(content.data + 46 + 4 * i, (uint16_t)(wave * 90 + random_below(&seed, 50)));
    }
    check_as(content, NULL, 10001, CONTENT_AUDIO, 59900);
    free(content.data);
}

static void words_are_taken(void **state) {
    (void)state;
    struct bytes content = make("", 0, 30001);
    check_word(content, "f32:100", CONTENT_TENSOR, TENSOR_HEAD + 30000);
    check_word(content, "rgb8:40x50", CONTENT_IMAGE, IMAGE_HEAD + 30000);
    check_word(content, "gray8:100", CONTENT_IMAGE, IMAGE_HEAD + 30000);
    check_word(content, "pcm16:2", CONTENT_AUDIO, AUDIO_HEAD + 30000);
    check_word(content, "f64", CONTENT_TENSOR, TENSOR_HEAD + 30000);
    static const char *const bad[] = {"",
                                      "f33:1",
                                      "f32:",
                                      "f32:0",
                                      "f32:1x2",
                                      "rgb8:1x2x3",
                                      "pcm16:256",
                                      "pcm16:2 ",
                                      "gray8:-1",
                                      "gray8:99999999999",
                                      "rgb8:1000000x1000000"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct hunch_settings s = make_settings(3, 0);
        hunch_stream *stream;
        s.as = bad[i];
        assert_int_equal(hunch_encoder_open(&stream, &s), HUNCH_BAD_ARGUMENT);
        assert_null(stream);
    }
    free(content.data);
}

/* What is left of an array begins at a whole unit and ends where the array ends, wherever one looks. */
static void rests_add_up(void **state) {
    (void)state;
    struct array arrays[] = {hunch_array_image(100, 3, 20, 10, 5), hunch_array_image(0, 1, 1000, 600, 2),
                             hunch_array_audio(44, 2, 16, 0, 3000), hunch_array_tensor(8, ELEMENT_F32, 0, 70, 7000)};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        uint64_t end = arrays[i].before + hunch_array_size(&arrays[i]);
        for (uint64_t from = 0; from < end + 10; from += 1 + from / 50) {
            struct array rest;
            if (!hunch_array_rest(&arrays[i], from, &rest)) {
                assert_true(end - (from < end ? from : end) < 600);
                continue;
            }
            assert_int_equal(from + rest.before + hunch_array_size(&rest), end);
            assert_true(from + rest.before >= arrays[i].before);
        }
    }
}

struct tale {
    unsigned count;
    struct hunch_finding last;
};

static void hear(void *opaque, const struct hunch_finding *finding) {
    struct tale *tale = opaque;
    tale->count++;
    tale->last = *finding;
}

static void findings_are_told(void **state) {
    (void)state;
    struct tale tale = {0};
    struct bytes content = make("xxP5 100 90 255\n", 16, 9000);
    assert_int_equal(hunch_recognise(content.data, content.length, NULL, hear, &tale), HUNCH_OK);
    assert_int_equal(tale.count, 1);
    assert_string_equal(tale.last.name, "pnm");
    assert_int_equal(tale.last.offset, 2);
    assert_int_equal(tale.last.length, 9014);
    free(content.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_recognised),
        cmocka_unit_test(blocks_behind_the_first_know),
        cmocka_unit_test(words_are_taken),
        cmocka_unit_test(rests_add_up),
        cmocka_unit_test(findings_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
