/* Damage to archives of every level: cut at 1,000 random places and 20,000 random bytes changed, seeded. Each time the
 * decoder gives an error or the exact original, and on an error what it wrote is how the original begins.
 * `test_damage SHARE` does one in SHARE of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/inputs.h"
#include "conformance/unit/random.h"
#include "hunch/hunch.h"

enum { LEVELS = 9, CUTS = 1000, CHANGES = 20000, LENGTH = 1500, BLOCK = 1024, ROOM = 4096 };

static unsigned share = 1;
static uint8_t original[LENGTH], archive[LEVELS + 1][ROOM], output[2 * LENGTH];
static size_t archive_length[LEVELS + 1];
static uint64_t tried, told, unharmed;

/* A text of two blocks for each level; inputs differ so that the models see several kinds of content. */
static int make_archives(void **state) {
    (void)state;
    const struct input *text = input_at(0);
    for (unsigned i = 0; strcmp(text->name, "text") != 0; i++)
        text = input_at(i);
    input_fill(text, original, LENGTH);
    for (int level = 1; level <= LEVELS; level++) {
        struct hunch_settings s;
        hunch_settings_default(&s);
        s.level = level;
        s.block_size = BLOCK;
        archive_length[level] = ROOM;
        assert_int_equal(hunch_encode(archive[level], &archive_length[level], original, LENGTH, &s), HUNCH_OK);
    }
    return 0;
}

/* Decodes a copy that is exactly `length` long, so that sanitizers see reads behind it. */
static void judge(const uint8_t *damaged, size_t length) {
    uint8_t *exact = malloc(length ? length : 1);
    size_t written = sizeof output;
    memcpy(exact, damaged, length);
    memset(output, 0xA5, sizeof output);
    enum hunch_status status = hunch_decode(output, &written, exact, length, NULL);
    free(exact);
    tried++;
    if (status == HUNCH_OK) {
        assert_int_equal(written, LENGTH);
        unharmed++;
    } else if (status == HUNCH_TRUNCATED || status == HUNCH_DAMAGED || status == HUNCH_MISMATCH) {
        assert_true(written <= LENGTH);
    } else {
        written = 0;
    }
    told += status != HUNCH_OK;
    assert_memory_equal(output, original, written);
}

static void cut_short_is_told(void **state) {
    (void)state;
    uint64_t seed = 1;
    for (unsigned i = 0; i < CUTS / share; i++) {
        unsigned level = 1 + i % LEVELS;
        size_t length = random_below(&seed, (uint32_t)archive_length[level]);
        uint64_t before = told;
        judge(archive[level], length);
        assert_int_equal(told, before + 1);
    }
}

static void a_byte_changed_is_told_or_harmless(void **state) {
    (void)state;
    uint64_t seed = 2;
    for (unsigned i = 0; i < CHANGES / share; i++) {
        unsigned level = 1 + i % LEVELS;
        uint8_t *byte = &archive[level][random_below(&seed, (uint32_t)archive_length[level])];
        uint8_t change = (uint8_t)(1 + random_below(&seed, 255));
        *byte ^= change;
        judge(archive[level], archive_length[level]);
        *byte ^= change;
    }
    print_message("%llu damaged archives: %llu told, %llu decoded to the exact original\n", (unsigned long long)tried,
                  (unsigned long long)told, (unsigned long long)unharmed);
}

/* With keep_going, the place of every byte is kept: what is not lost stands where it stood. */
struct loss {
    uint8_t gone[LENGTH];
    int end;
};

static void note_loss(void *opaque, struct hunch_range lost, enum hunch_status why) {
    struct loss *loss = opaque;
    (void)why;
    loss->end |= lost.length == 0;
    for (uint64_t i = lost.offset; i < lost.offset + lost.length && i < LENGTH; i++)
        loss->gone[i] = 1;
}

static void what_keep_going_saves_is_true(void **state) {
    (void)state;
    uint64_t seed = 3;
    for (unsigned i = 0; i < CHANGES / 10 / share; i++) {
        static struct loss loss;
        unsigned level = 1 + i % LEVELS;
        uint8_t *byte = &archive[level][random_below(&seed, (uint32_t)archive_length[level])];
        uint8_t change = (uint8_t)(1 + random_below(&seed, 255));
        struct hunch_settings s;
        size_t written = sizeof output;
        hunch_settings_default(&s);
        s.keep_going = 1;
        s.on_lost = note_loss;
        s.opaque = &loss;
        memset(&loss, 0, sizeof loss);
        *byte ^= change;
        (void)hunch_decode(output, &written, archive[level], archive_length[level], &s);
        *byte ^= change;
        for (size_t j = 0; j < written && j < LENGTH; j++)
            assert_true(loss.gone[j] || output[j] == original[j]);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_short_is_told),
        cmocka_unit_test(a_byte_changed_is_told_or_harmless),
        cmocka_unit_test(what_keep_going_saves_is_true),
    };
    if (argc > 1)
        share = (unsigned)strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, make_archives, NULL);
}
