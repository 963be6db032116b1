#include "conformance/unit/inputs.h"

#include <string.h>

#include "conformance/unit/random.h"
#include "entropy/rans.h"

static void fill_byte(uint64_t *seed, uint8_t *data, size_t length, unsigned byte) {
    (void)seed;
    memset(data, (int)byte, length);
}

static void fill_random(uint64_t *seed, uint8_t *data, size_t length, unsigned detail) {
    (void)detail;
    random_fill(seed, data, length);
}

static void fill_period(uint64_t *seed, uint8_t *data, size_t length, unsigned period) {
    random_fill(seed, data, length < period ? length : period);
    for (size_t i = period; i < length; i++)
        data[i] = data[i - period];
}

/* All byte values in order, upwards or downwards. */
static void fill_ramp(uint64_t *seed, uint8_t *data, size_t length, unsigned down) {
    (void)seed;
    for (size_t i = 0; i < length; i++)
        data[i] = (uint8_t)(down ? length - i : i);
}

/* Only zeros and 0xFF, in runs: the extremes of every probability. */
static void fill_extremes(uint64_t *seed, uint8_t *data, size_t length, unsigned longest) {
    uint8_t byte = 0;
    for (size_t i = 0; i < length; byte = (uint8_t)~byte)
        for (size_t run = 1 + random_below(seed, longest); run > 0 && i < length; run--)
            data[i++] = byte;
}

/* A word of the language that the seed `word` speaks. */
static size_t spell(char *out, uint32_t word) {
    static const char syllables[][4] = {"ba", "the", "ing", "o", "re", "st", "an", "er",
                                        "li", "qu", "mo", "ch", "e", "tion", "u", "ver"};
    uint64_t seed = word * UINT64_C(0x9E3779B97F4A7C15) + 1;
    size_t length = 0;
    for (unsigned parts = 1 + random_below(&seed, 4); parts > 0; parts--) {
        const char *part = syllables[random_below(&seed, 16)];
        size_t size = strnlen(part, 4);
        memcpy(out + length, part, size);
        length += size;
    }
    return length;
}

/* Sentences in lines: some words often, many seldom, capitals and stops. */
static void fill_text(uint64_t *seed, uint8_t *data, size_t length, unsigned crlf) {
    char word[32];
    unsigned capital = 1, column = 0;
    for (size_t i = 0; i < length;) {
        uint32_t rank = random_below(seed, 1 + random_below(seed, 1 + random_below(seed, 3000)));
        size_t size = spell(word, rank);
        if (capital)
            word[0] = (char)(word[0] - 'a' + 'A');
        capital = random_below(seed, 9) == 0;
        if (capital)
            word[size++] = '.';
        else if (random_below(seed, 12) == 0)
            word[size++] = ',';
        column += (unsigned)size + 1;
        if (column > 70 && crlf)
            word[size++] = '\r';
        word[size++] = column > 70 ? '\n' : ' ';
        column = column > 70 ? 0 : column;
        for (size_t j = 0; j < size && i < length; j++)
            data[i++] = (uint8_t)word[j];
    }
}

/* Two-byte letters between ASCII stops, as most of the world's text looks to a byte model. */
static void fill_utf8(uint64_t *seed, uint8_t *data, size_t length, unsigned detail) {
    (void)detail;
    for (size_t i = 0; i < length;) {
        if (random_below(seed, 6) == 0 || i + 1 == length) {
            data[i++] = ' ';
            continue;
        }
        data[i++] = (uint8_t)(0xD0 + random_below(seed, 2));
        data[i++] = (uint8_t)(0x80 + random_below(seed, 1 + random_below(seed, 48)));
    }
}

/* Records of `width` bytes: a counter, a slow walk, a small code, noise. */
static void fill_records(uint64_t *seed, uint8_t *data, size_t length, unsigned width) {
    uint32_t walk = 1000;
    for (size_t i = 0; i < length; i++) {
        size_t row = i / width, column = i % width;
        if (column == 0)
            walk += random_below(seed, 7) - 3;
        data[i] = (uint8_t)(column < 4     ? row >> (8 * column)
                            : column < 6   ? walk >> (8 * (column - 4))
                            : column == 6  ? random_below(seed, 3)
                            : column == 7  ? random_below(seed, 256)
                                           : 0);
    }
}

/* Instructions that call a few places again and again: relative distances (0xE8) hide what is alike. */
static void fill_code(uint64_t *seed, uint8_t *data, size_t length, unsigned detail) {
    static const uint8_t common[] = {0x48, 0x89, 0x8B, 0x55, 0xC3, 0x0F, 0x85, 0x41, 0x5D, 0x31, 0xC0, 0x90};
    (void)detail;
    for (size_t i = 0; i < length;) {
        if (random_below(seed, 8) > 0 || length - i < 5) {
            data[i++] = common[random_below(seed, sizeof common)];
            continue;
        }
        uint32_t distance = random_below(seed, 40) * 977 - (uint32_t)(i + 5);
        data[i++] = 0xE8;
        for (unsigned j = 0; j < 4; j++)
            data[i++] = (uint8_t)(distance >> (8 * j));
    }
}

/* Random bytes that come again much later, with one byte changed now and then. */
static void fill_far_copies(uint64_t *seed, uint8_t *data, size_t length, unsigned distance) {
    random_fill(seed, data, length);
    for (size_t i = distance; i < length; i++)
        if (random_below(seed, 500) > 0)
            data[i] = data[i - distance];
}

/* What another compressor wrote: text under the library's own static coder. */
static void fill_compressed(uint64_t *seed, uint8_t *data, size_t length, unsigned detail) {
    static uint8_t text[2 * INPUT_LONGEST], coded[4 * INPUT_LONGEST];
    (void)detail;
    fill_text(seed, text, sizeof text, 0);
    hunch_rans_code(CODER_ENCODE, text, sizeof text, 256, coded, sizeof coded);
    memcpy(data, coded, length);
}

static const struct input table[] = {
    {"one byte", fill_byte, 'x', 1},
    {"one zero", fill_byte, 0, 1},
    {"two bytes", fill_random, 0, 2},
    {"three equal", fill_byte, 0xFF, 3},
    {"five random", fill_random, 0, 5},
    {"all equal", fill_byte, 'a', 5000},
    {"64 KiB of zeros", fill_byte, 0, 65536},
    {"random 255", fill_random, 0, 255},
    {"random 256", fill_random, 0, 256},
    {"random 257", fill_random, 0, 257},
    {"random 5000", fill_random, 0, 5000},
    {"period 2", fill_period, 2, 1000},
    {"period 3", fill_period, 3, 3000},
    {"period 7", fill_period, 7, 2000},
    {"period 16", fill_period, 16, 2000},
    {"period 31", fill_period, 31, 2000},
    {"period 100", fill_period, 100, 2000},
    {"period 255", fill_period, 255, 2000},
    {"period 256", fill_period, 256, 2000},
    {"period 257", fill_period, 257, 2000},
    {"period 300", fill_period, 300, 3001},
    {"upwards", fill_ramp, 0, 1024},
    {"downwards", fill_ramp, 1, 1023},
    {"extremes", fill_extremes, 40, 5000},
    {"long extremes", fill_extremes, 3000, 20000},
    {"text", fill_text, 0, 12000},
    {"text with CRLF", fill_text, 1, 4000},
    {"UTF-8", fill_utf8, 0, 4001},
    {"records of 8", fill_records, 8, 8000},
    {"records of 23", fill_records, 23, 6000},
    {"machine code", fill_code, 0, 8000},
    {"far copies", fill_far_copies, 4099, 20000},
    {"already compressed", fill_compressed, 0, 4096},
    {"text 65535", fill_text, 0, 65535},
    {"random 65536", fill_random, 0, 65536},
    {"records 65537", fill_records, 12, 65537},
};

const struct input *input_at(unsigned index) {
    return index < sizeof table / sizeof table[0] ? &table[index] : NULL;
}

size_t input_fill(const struct input *input, uint8_t *data, size_t most) {
    size_t length = input->length < most ? input->length : most;
    uint64_t seed = 1 + (uint64_t)(input - table);
    input->fill(&seed, data, length, input->detail);
    return length;
}
