/* Roots are exact: at squares, beside them, at the ends, and for numbers of every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/root.h"
#include "conformance/unit/random.h"

static const uint64_t end = UINT64_C(1) << 63;

static void check(uint64_t v) {
    uint64_t root = root_u64(v);
    assert_true(root * root <= v && v < (root + 1) * (root + 1));
}

static void around_squares(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (uint64_t r = 1; r < UINT64_C(3037000499); r += 1 + (r >> 12) + random_below(&seed, 3))
        for (uint64_t v = r * r - 1; v <= r * r + 1; v++)
            if (v != 0)
                check(v);
}

static void any_number(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (unsigned i = 0; i < 1000000; i++) {
        uint64_t v = ((uint64_t)random_u32(&seed) << 32 | random_u32(&seed)) >> (1 + random_below(&seed, 63));
        check(v ? v : 1);
    }
}

static void the_ends(void **state) {
    (void)state;
    for (uint64_t v = 1; v < 70000; v++) {
        check(v);
        check(end - v);
    }
    for (unsigned bit = 1; bit < 63; bit++) {
        check(UINT64_C(1) << bit);
        check((UINT64_C(1) << bit) - 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(around_squares),
        cmocka_unit_test(any_number),
        cmocka_unit_test(the_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
