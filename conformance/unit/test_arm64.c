/* Format `arm64`: the targets of BL and ADRP become what doc/spec/arm64.md says, and any words come back.
 * `test_arm64 ROUNDS`. */
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

enum { ARM64 = 4, PAGE_WORDS = 1024, WORDS = 3 * PAGE_WORDS };

static unsigned rounds = 2000;

static void targets_are_as_described(void **state) {
    (void)state;
    static uint8_t code[4 * WORDS], stream[4 * WORDS], back[4 * WORDS];
    const struct format *f = hunch_format_find(ARM64);
    store_u32(code + 4, 0x94000004);                        /* bl +4 */
    store_u32(code + 8, 0x97FFFFFE);                        /* bl -2 */
    store_u32(code + 4 * (PAGE_WORDS + 1), 0xB0000003);     /* adrp x3, +1 page */
    store_u32(code + 4 * (2 * PAGE_WORDS), 0xD0FFFFE3);     /* adrp x3, -2 pages */
    store_u32(code + 4 * (2 * PAGE_WORDS + 1), 0x90400003); /* too far: stays */
    assert_int_equal(f->split(code, sizeof code, stream, sizeof stream), sizeof stream);
    assert_int_equal(load_u32(stream + 4), 0x94000005);
    assert_int_equal(load_u32(stream + 8), 0x94000000);
    assert_int_equal(load_u32(stream + 4 * (PAGE_WORDS + 1)), 0xD0000003);
    assert_int_equal(load_u32(stream + 4 * (2 * PAGE_WORDS)), 0x90000003);
    assert_int_equal(load_u32(stream + 4 * (2 * PAGE_WORDS + 1)), 0x90400003);
    assert_true(f->join(stream, sizeof stream, back, sizeof back));
    assert_memory_equal(back, code, sizeof code);
    assert_false(f->join(stream, sizeof stream - 1, back, sizeof back));
}

static void any_words_come_back(void **state) {
    (void)state;
    static const uint8_t likely[] = {0x94, 0x97, 0x95, 0x90, 0xB0, 0xD0, 0xF0};
    uint64_t seed = 11;
    const struct format *f = hunch_format_find(ARM64);
    for (unsigned round = 0; round < rounds; round++) {
        static uint8_t code[20000], stream[20000], back[20000];
        size_t length = random_below(&seed, round % 20 ? 100 : sizeof code);
        random_fill(&seed, code, length);
        for (size_t i = 3; i < length; i += 4) {
            code[i] = likely[random_below(&seed, sizeof likely)];
            if (random_below(&seed, 2))
                code[i - 1] = random_below(&seed, 2) ? 0 : 0xFF;
        }
        f->probe(code, length);
        assert_int_equal(f->split(code, length, stream, length), length);
        assert_true(f->join(stream, length, back, length));
        assert_memory_equal(back, code, length);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_as_described),
        cmocka_unit_test(any_words_come_back),
    };
    if (argc > 1)
        rounds = (unsigned)strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
