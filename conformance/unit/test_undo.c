/* The log of memory: all that was noted becomes what it was, whatever was noted in between and how often;
 * without memory for the log that is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/undo.h"
#include "conformance/unit/purse.h"
#include "conformance/unit/random.h"

enum { PLACES = 30000, WORD = 4 /* bytes */ };

static _Alignas(64) uint8_t memory[PLACES * WORD], before[PLACES * WORD];

static struct allocator allocator_of(struct purse *p) {
    return (struct allocator){purse_allocate, purse_release, p};
}

/* Changes stretches that are noted first: places come again, but always with the same number of bytes. */
static void scribble(struct undo *u, uint64_t *seed, unsigned changes) {
    for (unsigned i = 0; i < changes; i++) {
        size_t place = random_below(seed, PLACES / 16) * 16, n = WORD * (1 + place / 16 % 16);
        hunch_undo_note(u, memory + place * WORD, n);
        for (size_t k = 0; k < n; k++)
            memory[place * WORD + k] = (uint8_t)random_u32(seed);
    }
}

static void memory_is_as_it_was(void **state) {
    (void)state;
    static struct undo u; /* tens of KB */
    struct purse purse;
    uint64_t seed = 5;
    purse_open(&purse, PURSE_NEVER);
    struct allocator allocator = allocator_of(&purse);
    u = (struct undo){.allocator = &allocator};
    random_fill(&seed, memory, sizeof memory);
    for (unsigned changes = 0; changes < 20000; changes = 3 * changes + 1) {
        memcpy(before, memory, sizeof memory);
        scribble(&u, &seed, changes);
        assert_true(changes == 0 || memcmp(before, memory, sizeof memory) != 0);
        assert_true(hunch_undo_roll_back(&u));
        assert_memory_equal(before, memory, sizeof memory);
        assert_true(hunch_undo_roll_back(&u)); /* nothing is left to do */
        assert_memory_equal(before, memory, sizeof memory);
    }
    hunch_undo_free(&u);
    assert_int_equal(purse.out, 0);
    purse_close(&purse);
}

static void nothing_is_noted_without_a_log(void **state) {
    (void)state;
    undo_note(NULL, memory, WORD);
}

/* Most changes are of places that are in the log: it must not grow by them. */
static void places_are_noted_once(void **state) {
    (void)state;
    static struct undo u;
    struct purse purse;
    purse_open(&purse, PURSE_NEVER);
    struct allocator allocator = allocator_of(&purse);
    u = (struct undo){.allocator = &allocator};
    memcpy(before, memory, sizeof memory);
    for (unsigned i = 0; i < 100000; i++) {
        undo_note(&u, memory, WORD);
        memory[0]++;
    }
    assert_int_equal(purse.calls, 1); /* one chunk of the log */
    assert_true(hunch_undo_roll_back(&u));
    assert_memory_equal(before, memory, sizeof memory);
    undo_note(&u, memory, WORD); /* rolled back, it is noted anew */
    memory[0] ^= 255;
    assert_true(hunch_undo_roll_back(&u));
    assert_memory_equal(before, memory, sizeof memory);
    hunch_undo_free(&u);
    purse_close(&purse);
}

/* What was changed after a refusal is gone for good, also when memory is there again. */
static void a_refused_log_is_told(void **state) {
    (void)state;
    static struct undo u;
    for (unsigned refuse = 0; refuse < 2; refuse++) {
        struct purse purse;
        uint64_t seed = 8;
        purse_open(&purse, refuse);
        struct allocator allocator = allocator_of(&purse);
        u = (struct undo){.allocator = &allocator};
        scribble(&u, &seed, 3000);
        assert_true(u.failed);
        assert_false(hunch_undo_roll_back(&u));
        assert_false(hunch_undo_roll_back(&u));
        hunch_undo_free(&u);
        assert_int_equal(purse.out, 0);
        purse_close(&purse);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_as_it_was),
        cmocka_unit_test(nothing_is_noted_without_a_log),
        cmocka_unit_test(places_are_noted_once),
        cmocka_unit_test(a_refused_log_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
