/* Formats `x86` and `x86_near`: addresses become what doc/spec/x86.md says, and any bytes come back, those too that are
 * dense in opcodes with addresses, in their prefixes, and in ends within an instruction. `test_x86 ROUNDS`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "conformance/unit/random.h"
#include "formats/registry.h"
#include "formats/x86/walk.h"

enum { CASE_MOST = 16, X86 = 2, X86_NEAR = 3 };

static unsigned rounds = 2000;

/* Walks there and back in a buffer that is no longer than said; the bytes in between go to `stream` unless NULL. */
static void come_back(bool jumps, const uint8_t *data, size_t length, uint8_t *stream) {
    uint8_t *code = malloc(length ? length : 1);
    memcpy(code, data, length);
    hunch_x86_walk(X86_SPLIT, jumps, code, length);
    if (stream)
        memcpy(stream, code, length);
    hunch_x86_walk(X86_JOIN, jumps, code, length);
    assert_memory_equal(code, data, length);
    free(code);
}

static void addresses_are_as_described(void **state) {
    (void)state;
    static const struct {
        size_t length;
        uint8_t code[CASE_MOST], far[CASE_MOST], near[CASE_MOST];
    } cases[] = {
        /* nop; call; jmp */
        {11,
         {0x90, 0xE8, 0x10, 0, 0, 0, 0xE9, 0xF0, 0xFF, 0xFF, 0xFF},
         {0x90, 0xE8, 0, 0, 0, 0x16, 0xE9, 0xFF, 0xFF, 0xFF, 0xFB},
         {0x90, 0xE8, 0, 0, 0, 0x16, 0xE9, 0xFF, 0xFF, 0xFF, 0xF0}},
        /* je; call with a displacement that is far, either way round */
        {11,
         {0x0F, 0x84, 0x00, 0x01, 0, 0, 0xE8, 0x11, 2, 3, 0x24},
         {0x0F, 0x84, 0, 0, 0x01, 0x06, 0xE8, 0x11, 2, 3, 0x24},
         {0x0F, 0x84, 0, 0, 0x01, 0x00, 0xE8, 0x11, 2, 3, 0x24}},
        /* far, but near when turned round */
        {5, {0xE8, 0, 0, 0, 0x70}, {0xE8, 0x70, 0, 0, 0}, {0xE8, 0x70, 0, 0, 0}},
        /* cmp word [rip + 2], 0x1234: the address ends 2 bytes before the instruction does */
        {10,
         {0x66, 0x81, 0x3D, 2, 0, 0, 0, 0x34, 0x12, 0x90},
         {0x66, 0x81, 0x3D, 0, 0, 0, 11, 0x34, 0x12, 0x90},
         {0x66, 0x81, 0x3D, 0, 0, 0, 11, 0x34, 0x12, 0x90}},
        /* mov rax, imm64 with E8 in it; shr eax, 2, whose ModRM is E8 */
        {13,
         {0x48, 0xB8, 0xE8, 1, 0, 0, 0, 0, 0, 0, 0xC1, 0xE8, 2},
         {0x48, 0xB8, 0xE8, 1, 0, 0, 0, 0, 0, 0, 0xC1, 0xE8, 2},
         {0x48, 0xB8, 0xE8, 1, 0, 0, 0, 0, 0, 0, 0xC1, 0xE8, 2}},
        /* vmovaps ymm0, [rip + 1]; test byte [rip - 1], 1 */
        {15,
         {0xC5, 0xFC, 0x28, 0x05, 1, 0, 0, 0, 0xF6, 0x05, 0xFF, 0xFF, 0xFF, 0xFF, 1},
         {0xC5, 0xFC, 0x28, 0x05, 0, 0, 0, 9, 0xF6, 0x05, 0, 0, 0, 14, 1},
         {0xC5, 0xFC, 0x28, 0x05, 0, 0, 0, 9, 0xF6, 0x05, 0, 0, 0, 14, 1}},
        /* an end within an address */
        {4, {0xE8, 1, 0, 0}, {0xE8, 1, 0, 0}, {0xE8, 1, 0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t stream[CASE_MOST];
        come_back(true, cases[i].code, cases[i].length, stream);
        assert_memory_equal(stream, cases[i].far, cases[i].length);
        come_back(false, cases[i].code, cases[i].length, stream);
        assert_memory_equal(stream, cases[i].near, cases[i].length);
    }
}

/* Opcodes with addresses, prefixes, and bytes that make addresses near. */
static void fill_dense(uint64_t *seed, uint8_t *code, size_t length) {
    static const uint8_t likely[] = {0xE8, 0xE9, 0x0F, 0x84, 0x8F, 0x05, 0x48, 0x66, 0xC4, 0xC5, 0x62,
                                     0xF6, 0xF7, 0xB8, 0x3A, 0x38, 0x00, 0x00, 0xFF, 0xFF, 0x02, 0xFD};
    for (size_t i = 0; i < length; i++) {
        uint32_t r = random_u32(seed);
        code[i] = r % 4 == 0 ? (uint8_t)(r >> 8) : likely[(r >> 8) % sizeof likely];
    }
}

static void dense_opcodes_come_back(void **state) {
    (void)state;
    uint64_t seed = 8;
    for (unsigned round = 0; round < 10 * rounds; round++) {
        uint8_t code[300];
        size_t length = random_below(&seed, round % 2 ? 20 : sizeof code);
        fill_dense(&seed, code, length);
        come_back(round % 3 != 0, code, length, NULL);
    }
}

static void all_streams_are_of_some_code(void **state) {
    (void)state;
    uint64_t seed = 9;
    for (unsigned round = 0; round < 10 * rounds; round++) {
        uint8_t code[40], stream[40];
        size_t length = random_below(&seed, sizeof code);
        fill_dense(&seed, stream, length);
        memcpy(code, stream, length);
        hunch_x86_walk(X86_JOIN, round % 2, code, length);
        hunch_x86_walk(X86_SPLIT, round % 2, code, length);
        assert_memory_equal(code, stream, length);
    }
}

static void another_length_is_damage(void **state) {
    (void)state;
    uint8_t stream[8] = {0xE8}, out[9];
    for (unsigned id = X86; id <= X86_NEAR; id++)
        for (size_t length = 0; length <= sizeof out; length++)
            assert_true(hunch_format_find(id)->join(stream, sizeof stream, out, length) ==
                        (length == sizeof stream));
}

static void code_is_known_by_its_calls(void **state) {
    (void)state;
    static uint8_t data[100000];
    uint64_t seed = 10;
    assert_false(hunch_x86_probe(data, 0));
    assert_false(hunch_x86_probe(data, 4));
    assert_false(hunch_x86_probe(data, sizeof data));
    random_fill(&seed, data, sizeof data);
    assert_false(hunch_x86_probe(data, sizeof data));
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i % 4 == 0 ? 0xE8 : i % 4 == 1);
    assert_false(hunch_x86_probe(data, sizeof data));
    memset(data, 0x90, sizeof data);
    for (uint32_t i = 0; i + 5 <= sizeof data; i += 60) {
        data[i] = 0xE8;
        store_u32(data + i + 1, random_below(&seed, sizeof data) - (i + 5));
    }
    random_fill(&seed, data, sizeof data / 2); /* half of it is something else */
    assert_true(hunch_x86_probe(data, sizeof data));
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_as_described),
        cmocka_unit_test(dense_opcodes_come_back),
        cmocka_unit_test(all_streams_are_of_some_code),
        cmocka_unit_test(another_length_is_damage),
        cmocka_unit_test(code_is_known_by_its_calls),
    };
    if (argc > 1)
        rounds = (unsigned)strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
