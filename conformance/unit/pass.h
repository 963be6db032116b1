/* One pass of a model over a block, and there and back: what the tests of models share. */
#ifndef CONFORMANCE_UNIT_PASS_H
#define CONFORMANCE_UNIT_PASS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "models/registry.h"

struct outcome {
    size_t length; /* of the payload, bytes */
    enum coder_trouble trouble;
};

/* The payload has `room` bytes when encoding, holds them when decoding. */
static inline struct outcome model_pass(const struct model *m, const struct model_params *p,
                                        enum coder_direction direction, uint8_t *block, uint8_t *coded, size_t room) {
    const struct allocator system = {NULL, NULL, NULL};
    struct coder c;
    size_t size = m->size(p);
    assert_true(size > 0);
    void *state = hunch_allocate(&system, size);
    assert_non_null(state);
    hunch_coder_init(&c, direction, coded, room);
    m->init(state, p);
    m->code(state, &c, block, 0, p->length);
    struct outcome o = {hunch_coder_finish(&c), CODER_FINE};
    o.trouble = c.trouble;
    hunch_release(&system, state);
    return o;
}

/* Encodes, measures and decodes with the plain kernels; returns the length of the payload. */
static inline size_t model_round_trip(unsigned id, uint32_t parameter, const uint8_t *content, size_t length) {
    const struct model *m = hunch_model_find(id);
    struct model_params p = {.parameter = parameter, .length = length};
    size_t room = length * 5 / 4 + 1024;
    uint8_t *coded = malloc(room), *block = malloc(length + 1);
    memcpy(block, content, length);
    struct outcome o = model_pass(m, &p, CODER_ENCODE, block, coded, room);
    assert_int_equal(o.trouble, CODER_FINE);
    assert_memory_equal(block, content, length);
    struct outcome cost = model_pass(m, &p, CODER_MEASURE, block, NULL, 0);
    assert_in_range(cost.length, o.length > 8 ? o.length - 8 : 0, o.length + 8 + length / 4096);
    memset(block, 0xA5, length);
    struct outcome back = model_pass(m, &p, CODER_DECODE, block, coded, o.length);
    assert_int_equal(back.trouble, CODER_FINE);
    assert_memory_equal(block, content, length);
    free(coded);
    free(block);
    return o.length;
}

#endif
