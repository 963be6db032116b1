/* Every model of the registry under every parameter it accepts: what is encoded is decoded, measured cost is
 * coded size, kernels agree, and hostile payloads end in time and within bounds. `test_models MOST` cuts
 * inputs to MOST bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conformance/unit/pass.h"
#include "base/arena.h"
#include "base/cpu.h"
#include "conformance/unit/inputs.h"
#include "conformance/unit/random.h"
#include "models/registry.h"

enum {
    LEVELS = 16,     /* parameters below this are asked for: levels as they are */
    STRANGERS = 1500, /* and so many random ones */
    ROOM = 2 * INPUT_LONGEST + 4096,
    KERNEL_MOST = 20000, /* bytes: longest input that is coded with each set of kernels */
    GUARD = 64,          /* bytes behind each buffer that must not change */
    GUARD_BYTE = 0x5A,
};

static size_t most = INPUT_LONGEST;
static uint8_t data[INPUT_LONGEST + GUARD], work[INPUT_LONGEST + GUARD];
static uint8_t payload[ROOM + GUARD], other[ROOM + GUARD];

/* Calls `visit` for each model that codes, with each level that it accepts as its parameter. */
static void for_each(void (*visit)(const struct model *, uint32_t parameter)) {
    const struct model *m;
    for (unsigned i = 0; (m = hunch_model_at(i)); i++) {
        unsigned accepted = 0;
        for (uint32_t level = 0; m->id != 0 && level < LEVELS; level++) {
            struct model_params p = {level, INPUT_LONGEST, 0};
            if (m->size(&p) == 0)
                continue;
            accepted++;
            visit(m, level);
        }
        assert_true(m->id == 0 || accepted > 0);
    }
}

/* The same with parameters out of a stranger's header. */
static void for_each_stranger(void (*visit)(const struct model *, uint32_t parameter)) {
    const struct model *m;
    uint64_t seed = 1;
    for (unsigned i = 0; (m = hunch_model_at(i)); i++)
        for (unsigned round = 0; m->id != 0 && round < STRANGERS; round++) {
            uint32_t parameter = random_u32(&seed) >> random_below(&seed, 32);
            struct model_params p = {parameter, INPUT_LONGEST, 0};
            if (parameter >= LEVELS && m->size(&p) > 0)
                visit(m, parameter);
        }
}

static void assert_guard(const uint8_t *guard) {
    for (unsigned i = 0; i < GUARD; i++)
        assert_int_equal(guard[i], GUARD_BYTE);
}

static void check_kernels(const struct model *m, struct model_params p, const char *name, size_t length) {
    static const unsigned masks[] = {0, CPU_AVX2, CPU_NEON, CPU_AVX2 | CPU_AVX512};
    unsigned machine = hunch_cpu_detect();
    for (unsigned i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        p.cpu = masks[i];
        if ((masks[i] & machine) != masks[i] || masks[i] == machine)
            continue;
        struct outcome o = model_pass(m, &p, CODER_ENCODE, work, other, ROOM);
        if (o.length != length || memcmp(payload, other, length) != 0)
            fail_msg("%s %u, %s: kernels %u and %u differ", m->name, p.parameter, name, masks[i], machine);
        memset(work, 0, p.length);
        model_pass(m, &p, CODER_DECODE, work, payload, length);
        assert_memory_equal(work, data, p.length);
    }
}

/* The parameter that the encoder would take for the block in `data`; it must not need more memory than the level. */
static struct model_params choose(const struct model *m, uint32_t level, size_t length) {
    struct model_params plain = {level, length, hunch_cpu_detect()}, chosen = plain;
    if (m->hint)
        chosen.parameter = level | m->hint((struct content){CONTENT_BYTES, 0}, data, length);
    size_t size = m->size(&chosen);
    if (size == 0 || size > m->size(&plain))
        fail_msg("%s %u: chose %u, which needs %zu bytes, not %zu", m->name, level, chosen.parameter, size,
                 m->size(&plain));
    return chosen;
}

static void check_input(const struct model *m, uint32_t level, const struct input *input) {
    struct model_params p = choose(m, level, input_fill(input, data, most));
    memcpy(work, data, p.length);
    memset(work + p.length, GUARD_BYTE, GUARD);
    memset(payload, GUARD_BYTE, sizeof payload);
    struct outcome coded = model_pass(m, &p, CODER_ENCODE, work, payload, ROOM);
    assert_int_equal(coded.trouble, CODER_FINE);
    assert_memory_equal(work, data, p.length);

    size_t measured = model_pass(m, &p, CODER_MEASURE, work, NULL, 0).length;
    size_t apart = measured > coded.length ? measured - coded.length : coded.length - measured;
    if (apart > 8 + p.length / 4096)
        fail_msg("%s %u, %s: measured %zu, coded %zu", m->name, p.parameter, input->name, measured, coded.length);
    assert_memory_equal(work, data, p.length);

    memset(work, 0xA5, p.length);
    struct outcome decoded = model_pass(m, &p, CODER_DECODE, work, payload, coded.length);
    assert_int_equal(decoded.trouble, CODER_FINE);
    assert_int_equal(decoded.length, coded.length);
    if (memcmp(work, data, p.length) != 0)
        fail_msg("%s %u, %s: does not come back", m->name, p.parameter, input->name);
    assert_guard(work + p.length);
    if (p.length <= KERNEL_MOST)
        check_kernels(m, p, input->name, coded.length);
}

static void check_inputs(const struct model *m, uint32_t level) {
    const struct input *input;
    for (unsigned i = 0; (input = input_at(i)); i++)
        check_input(m, level, input);
}

static void inputs_come_back_and_cost_what_was_measured(void **state) {
    (void)state;
    for_each(check_inputs);
}

/* Random payloads, the extremes, and good payloads with a byte changed; any block length. */
static void check_hostile(const struct model *m, uint32_t parameter) {
    uint64_t seed = 1 + parameter;
    for (unsigned round = parameter < LEVELS ? 0 : 20; round < 24; round++) {
        size_t length = random_below(&seed, 300);
        struct model_params p = {parameter, 1 + random_below(&seed, round % 4 ? 200 : 3000), hunch_cpu_detect()};
        random_fill(&seed, payload, length);
        if (round % 6 == 1)
            memset(payload, 0, length);
        if (round % 6 == 2)
            memset(payload, 0xFF, length);
        if (round % 6 > 3) {
            random_fill(&seed, data, 20);
            for (size_t i = 20; i < p.length; i++)
                data[i] = data[i - 20 + random_below(&seed, 3)];
            length = model_pass(m, &p, CODER_ENCODE, data, payload, ROOM).length;
            if (length > 0)
                payload[random_below(&seed, round % 2 ? (uint32_t)length : 1)] ^=
                    (uint8_t)(1 + random_below(&seed, 255));
        }
        memset(work + p.length, GUARD_BYTE, GUARD);
        assert_true(model_pass(m, &p, CODER_DECODE, work, payload, length).length <= length);
        assert_guard(work + p.length);
    }
}

/* A parameter that no encoder of ours chooses still means one thing: kernels agree, and what it codes comes back. */
static void check_stranger(const struct model *m, uint32_t parameter) {
    const struct input *input;
    for (unsigned i = 0; (input = input_at(i)); i += 5) {
        struct model_params p = {parameter, input_fill(input, data, 300), hunch_cpu_detect()};
        memcpy(work, data, p.length);
        size_t length = model_pass(m, &p, CODER_ENCODE, work, payload, ROOM).length;
        memset(work, (int)i, p.length);
        p.cpu = 0;
        model_pass(m, &p, CODER_DECODE, work, payload, length);
        if (memcmp(work, data, p.length) != 0)
            fail_msg("%s %u, %s: does not come back", m->name, parameter, input->name);
    }
}

static void parameters_of_strangers_come_back(void **state) {
    (void)state;
    for_each_stranger(check_stranger);
}

static void hostile_payloads_end_within_bounds(void **state) {
    (void)state;
    for_each(check_hostile);
    for_each_stranger(check_hostile);
}

static void check_small_room(const struct model *m, uint32_t parameter) {
    struct model_params p = {parameter, 600, hunch_cpu_detect()};
    uint64_t seed = 1 + parameter;
    random_fill(&seed, data, p.length);
    for (size_t room = 0; room < 500; room = room * 3 + 1) {
        memset(payload, GUARD_BYTE, sizeof payload);
        struct outcome o = model_pass(m, &p, CODER_ENCODE, data, payload, room);
        assert_int_equal(o.trouble, CODER_FULL);
        assert_true(o.length <= room);
        assert_guard(payload + room);
    }
}

static void a_payload_too_small_is_told(void **state) {
    (void)state;
    for_each(check_small_room);
}

/* The need of a block is written in its header, so it must not depend on the machine; and a hostile header must not
 * make the sum wrap. */
static void check_size(const struct model *m, uint32_t parameter) {
    static const size_t lengths[] = {1, 2, 1000, 65536, 1 << 20, 1 << 30, SIZE_MAX / 2, SIZE_MAX};
    for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct model_params plain = {parameter, lengths[i], 0}, all = {parameter, lengths[i], ~0u};
        size_t size = m->size(&plain);
        assert_int_equal(m->size(&all), size);
        if (size > SIZE_MAX / 4)
            fail_msg("%s %u: %zu bytes of state for a block of %zu", m->name, parameter, size, lengths[i]);
    }
}

static void sizes_are_the_same_on_every_machine(void **state) {
    (void)state;
    for_each(check_size);
    for_each_stranger(check_size);
}

static void entries_are_sound(void **state) {
    (void)state;
    const struct model *m;
    unsigned i;
    for (i = 0; (m = hunch_model_at(i)); i++) {
        struct model_params unknown = {UINT32_MAX, 1000, 0};
        assert_ptr_equal(hunch_model_find(m->id), m);
        assert_true(m->name[0] && m->summary[0]);
        assert_int_equal(m->size(&unknown), 0);
    }
    assert_null(hunch_model_at(i + 1));
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_sound),
        cmocka_unit_test(sizes_are_the_same_on_every_machine),
        cmocka_unit_test(inputs_come_back_and_cost_what_was_measured),
        cmocka_unit_test(parameters_of_strangers_come_back),
        cmocka_unit_test(hostile_payloads_end_within_bounds),
        cmocka_unit_test(a_payload_too_small_is_told),
    };
    if (argc > 1)
        most = strtoul(argv[1], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
