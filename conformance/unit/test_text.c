/* Format `text`: what its words, capitals, spaces, literals and wrapped lines do to hard inputs, and what
 * hostile streams do to join. `test_text ROUNDS FILE... `: so many random inputs; real texts, passed over
 * where absent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/random.h"
#include "formats/registry.h"
#include "formats/text/dictionary.h"
#include "formats/text/stream.h"

static unsigned rounds = 2000;
static char **files;

static const struct format *format(void) {
    return hunch_format_find(1);
}

/* Splits and joins in buffers that are no longer than said; fails unless the data comes back. Returns the
 * stream's size; a copy of the stream goes to `stream`, up to 256 bytes, unless that is NULL. */
static size_t come_back(const void *data, size_t length, uint8_t *stream) {
    size_t capacity = 3 * length + 1;
    uint8_t *in = malloc(length + 1), *parts = malloc(capacity), *back = malloc(length + 1);
    memcpy(in, data, length);
    size_t size = format()->split(in, length, parts, capacity);
    assert_true(size > 0 && size <= capacity);
    parts = realloc(parts, size);
    memset(back, 0xA5, length + 1);
    if (!format()->join(parts, size, back, length) || memcmp(back, data, length) != 0)
        fail_msg("does not come back: %.*s", (int)(length < 300 ? length : 300), (const char *)data);
    assert_int_equal(back[length], 0xA5);
    if (stream)
        memcpy(stream, parts, size < 256 ? size : 256);
    free(in);
    free(parts);
    free(back);
    return size;
}

static void every_word_has_its_code(void **state) {
    (void)state;
    unsigned words = 0;
    for (unsigned lead = WORD_LEAD; lead < 256; lead++)
        for (unsigned s = 0; s < (lead < WORD_LEAD + WORD_SINGLES ? 1u : 128u); s++)
            for (unsigned t = 0; t < (lead >= WORD_LEAD + WORD_SINGLES && s + 0x80 >= WORD_LONG ? 128u : 1u);
                 t++) {
                uint8_t data[3] = {(uint8_t)lead, (uint8_t)(0x80 + s), (uint8_t)(0x80 + t)}, code[3];
                size_t length, text_length;
                unsigned number = hunch_word_decode(data, 3, &length);
                if (number == WORD_NONE)
                    continue;
                words++;
                const uint8_t *text = hunch_word_text(number, &text_length);
                assert_int_equal(hunch_word_find(text, text_length), number);
                assert_int_equal(hunch_word_encode(number, code), length);
                assert_memory_equal(code, data, length);
                for (size_t cut = 1; cut < length; cut++)
                    assert_int_equal(hunch_word_decode(data, cut, &text_length), WORD_NONE);
            }
    assert_int_equal(words, 44057);
}

static void streams_are_as_described(void **state) {
    (void)state;
    static const struct {
        const char *text, *stream;
    } cases[] = {
        {"The.", "\0^\xAC."},
        {"the the, the.the", "\0\xAC\xAC,\xAC.\1\xAC"},
        {"THE xyzzy plugh the", "\0~\xACxyzzy plugh\xAC"},
        {" the\n\nThe ", "\0 \xAC\n\n^\xAC "},
        {"Xyzzy XYZZY xYz", "\0^xyzzy~xyzzy xYz"},
        {"^the\xFF"
         "A",
         "\0\2^\xAC\2\xFF^\xA8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t stream[256];
        size_t size = 1 + strlen(cases[i].stream + 1);
        assert_int_equal(come_back(cases[i].text, strlen(cases[i].text), stream), size);
        assert_memory_equal(stream, cases[i].stream, size);
    }
}

static const char *const pieces[] = {
    "the",
    "The",
    "THE",
    "of",
    "London",
    "LONDON",
    "london",
    "don't",
    "Don't",
    "DON'T",
    "dOn't",
    "father's",
    "McAllister",
    "xyzzy",
    "Xyzzy",
    "XYZZY",
    "x",
    "X",
    "I",
    "a",
    "A",
    "caf\xC3\xA9",
    "\xC3\x89t\xC3\xA9",
    "Th\xC3\xA9r\xC3\xA8se",
    "\xE2\x80\x99",
    "\xE2\x80\x9C",
    "\xE2\x80\x94",
    "\xE2\x82\xAC",
    "\xC3",
    "\xE2\x80",
    "\xFF",
    "\x80",
    " ",
    " ",
    " ",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    ",",
    ".",
    "!",
    "?",
    ";",
    ":",
    "'",
    "\"",
    "(",
    "-",
    "--",
    "^",
    "~",
    "\1",
    "\2",
    "\3",
    "\4",
    "0",
    "1904",
    "@",
    "<p>",
    "incomprehensibilities",
    "antidisestablishmentarianisms",
    "a'b'c'd'e'f'g'h'i'j'k'l'm'n'o",
};
enum { PIECES = sizeof pieces / sizeof *pieces };

static void every_byte_beside_words_comes_back(void **state) {
    (void)state;
    static const char *const words[] = {"the", "The", "xyzzy", "XYZZY", "don't", ""};
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b += rounds < 2000 ? 17 : 1) {
            const char *left = words[(a + b) % 6], *right = words[(a * 7 + b / 6) % 6];
            char text[32];
            size_t n = strlen(left);
            memcpy(text, left, n);
            text[n++] = (char)a;
            text[n++] = (char)b;
            memcpy(text + n, right, strlen(right) + 1);
            come_back(text, n + strlen(right), NULL);
        }
}

static void pieces_come_back(void **state) {
    (void)state;
    uint64_t seed = 4;
    for (unsigned round = 0; round < rounds; round++) {
        char text[4096];
        size_t n = 0, count = random_below(&seed, 60), kinds = 1 + random_below(&seed, PIECES);
        for (size_t i = 0; i < count; i++) {
            const char *piece = pieces[random_below(&seed, (uint32_t)kinds)];
            memcpy(text + n, piece, strlen(piece));
            n += strlen(piece);
            if (random_below(&seed, 2))
                text[n++] = ' ';
        }
        come_back(text, n, NULL);
    }
}

/* Words wrapped greedily at `width`, some line ends and spaces moved at random one in `odd` times. */
static size_t wrapped_text(uint64_t *seed, char *text, size_t words, size_t width, uint32_t odd, bool crlf) {
    size_t n = 0, column = 0;
    for (size_t i = 0; i < words; i++) {
        const char *word = pieces[random_below(seed, 36)];
        size_t length = 0;
        for (size_t k = 0; word[k]; k++)
            length += text_is_character((uint8_t)word[k]);
        bool wrap = column + 1 + length > width;
        if (odd && random_below(seed, odd) == 0)
            wrap = !wrap;
        if (wrap) {
            if (crlf)
                text[n++] = '\r';
            text[n++] = '\n';
            column = 0;
        } else if (i > 0) {
            text[n++] = ' ';
            column++;
        }
        memcpy(text + n, word, strlen(word));
        n += strlen(word);
        column += length;
    }
    return n;
}

static void wrapped_lines_come_back(void **state) {
    (void)state;
    uint64_t seed = 5;
    static char text[60000];
    for (unsigned round = 0; round < rounds; round++) {
        size_t width = 1 + random_below(&seed, 140);
        uint32_t odd = round % 3 == 0 ? 0 : 2 + random_below(&seed, 40);
        come_back(text, wrapped_text(&seed, text, random_below(&seed, 300), width, odd, round % 2), NULL);
    }
}

static void wrapping_goes_without_saying(void **state) {
    (void)state;
    static const char line[] =
        "the time of the men and the women and the children that they had been there for so\r\n"
        "long was all that they had to give them in the end of the day and it was not much\r\n"
        "of a thing to be had by them or by those who were with them on that day when they\r\n"
        "came down to the sea again.\r\n";
    uint8_t stream[256];
    size_t size = come_back(line, sizeof line - 1, stream);
    assert_true(size < 256 && (stream[0] & TEXT_CRLF) && (stream[0] & 127) >= 80);
    for (size_t i = 1; i + 2 < size; i++)
        assert_true(stream[i] != '\n' && stream[i] != '\r');
}

static void long_runs_cost_linear_time(void **state) {
    (void)state;
    static const char *const runs[] = {"a",  "a'",  "a\xC3\xA9", "\xC3\xA9", "A",
                                       "a ", "a\n", "\x80",      " \x80",    "the"};
    size_t length = rounds < 2000 ? 20000 : 1000000;
    char *text = malloc(length + 8);
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        for (size_t n = 0; n < length; n += strlen(runs[i]))
            memcpy(text + n, runs[i], strlen(runs[i]));
        come_back(text, length, NULL);
    }
    free(text);
}

static void hostile_streams_stay_in_bounds(void **state) {
    (void)state;
    uint64_t seed = 6;
    for (unsigned round = 0; round < 10 * rounds; round++) {
        size_t size = random_below(&seed, 200), length = random_below(&seed, 1200);
        uint8_t *stream = malloc(size + 1), *out = malloc(length + 1);
        for (size_t i = 0; i < size; i++) {
            static const uint8_t likely[] = {' ', '\n', '^', '~', 1, 2, 3, 'a', '.', 0xAC, 0xFF, 0xF0};
            uint32_t r = random_u32(&seed);
            stream[i] = round % 3 == 0 || r % 2 ? (uint8_t)(r >> 8) : likely[(r >> 8) % sizeof likely];
        }
        stream = realloc(stream, size ? size : 1);
        out[length] = 0xA5;
        format()->join(stream, size, out, length);
        assert_int_equal(out[length], 0xA5);
        free(stream);
        free(out);
    }
}

static void damage_is_told(void **state) {
    (void)state;
    static const char *const streams[] = {
        "", "\x80^.", "\x80\xFF", "\x80\xFF\x41", "\x80\xFF\xFF", "\x80\xFF\xFF\xFF", "\x80\2", "\x80^\x80"};
    uint8_t out[64];
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        for (size_t length = 0; length < sizeof out; length++)
            assert_false(format()->join((const uint8_t *)streams[i], strlen(streams[i]), out, length));
    static const uint8_t good[] = {0, '^', 0xAC, '.'};
    for (size_t length = 0; length < 64; length++)
        assert_true(format()->join(good, sizeof good, out, length) == (length == 4));
}

static void prose_is_accepted_and_shrinks(void **state) {
    (void)state;
    unsigned seen = 0;
    for (char **file = files; *file; file++) {
        static uint8_t text[1 << 16];
        FILE *f = fopen(*file, "rb");
        if (!f)
            continue;
        size_t length = fread(text, 1, sizeof text, f);
        fclose(f);
        assert_true(format()->probe(text, length));
        assert_true(come_back(text, length, NULL) * 2 < length);
        seen++;
    }
    if (seen == 0)
        skip();
}

static void other_content_is_declined(void **state) {
    (void)state;
    static uint8_t data[20000];
    uint64_t seed = 7;
    assert_false(format()->probe(data, 0));
    assert_false(format()->probe(data, sizeof data));
    random_fill(&seed, data, sizeof data);
    assert_false(format()->probe(data, sizeof data));
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = i % 8 == 7 ? '\n' : (uint8_t)('0' + random_below(&seed, 10));
    assert_false(format()->probe(data, sizeof data));
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_has_its_code),
        cmocka_unit_test(streams_are_as_described),
        cmocka_unit_test(every_byte_beside_words_comes_back),
        cmocka_unit_test(pieces_come_back),
        cmocka_unit_test(wrapped_lines_come_back),
        cmocka_unit_test(wrapping_goes_without_saying),
        cmocka_unit_test(long_runs_cost_linear_time),
        cmocka_unit_test(hostile_streams_stay_in_bounds),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(prose_is_accepted_and_shrinks),
        cmocka_unit_test(other_content_is_declined),
    };
    if (argc > 1)
        rounds = (unsigned)strtoul(argv[1], NULL, 10);
    files = argv + (argc > 2 ? 2 : argc);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
