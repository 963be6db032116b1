#include "models/tensor/element.h"

#include "base/bytes.h"
#include "base/content.h"

bool hunch_array_open(struct array *a, const uint8_t *head) {
    static const struct {
        uint8_t width, mantissa, classes_log2;
    } of[] = {
        [ELEMENT_F64] = {8, 52, 11}, [ELEMENT_F32] = {4, 23, 8}, [ELEMENT_F16] = {2, 10, 5},
        [ELEMENT_BF16] = {2, 7, 8},  [ELEMENT_F8] = {1, 3, 4},   [ELEMENT_I8] = {1, 0, 0},
        [ELEMENT_I16] = {2, 0, 0},   [ELEMENT_I32] = {4, 0, 0},  [ELEMENT_I64] = {8, 0, 0},
    };
    unsigned kind = head[0];
    uint32_t columns = load_u32(head + 2);
    if (kind < ELEMENT_F64 || kind > ELEMENT_I64 || head[1] > 1 || columns == 0)
        return false;
    *a = (struct array){
        .kind = (uint8_t)kind,
        .big = head[1] & 1,
        .real = of[kind].mantissa != 0,
        .width = of[kind].width,
        .bits = (uint8_t)(8 * of[kind].width),
        .mantissa = of[kind].mantissa,
        .classes_log2 = of[kind].classes_log2,
        .columns = columns,
    };
    return true;
}

uint64_t hunch_element_load(const struct array *a, const uint8_t *at) {
    uint64_t v;
    switch (a->width) {
    case 1: return at[0];
    case 2: v = load_u16(at); return a->big ? (v >> 8 | v << 8) & 0xFFFF : v;
    case 4: return a->big ? __builtin_bswap32(load_u32(at)) : load_u32(at);
    default: return a->big ? __builtin_bswap64(load_u64(at)) : load_u64(at);
    }
}

void hunch_element_store(const struct array *a, uint8_t *at, uint64_t v) {
    switch (a->width) {
    case 1: at[0] = (uint8_t)v; break;
    case 2: store_u16(at, (uint16_t)(a->big ? v >> 8 | v << 8 : v)); break;
    case 4: store_u32(at, a->big ? __builtin_bswap32((uint32_t)v) : (uint32_t)v); break;
    default: store_u64(at, a->big ? __builtin_bswap64(v) : v); break;
    }
}

struct symbol hunch_symbol_of_float(const struct array *a, uint64_t v) {
    return (struct symbol){
        .class = (uint32_t)(v >> a->mantissa) & ((1u << a->classes_log2) - 1),
        .sign = (uint32_t)(v >> (a->bits - 1)) & 1,
        .depth = a->mantissa,
        .low = v & ((UINT64_C(1) << a->mantissa) - 1),
    };
}

uint64_t hunch_symbol_to_float(const struct array *a, const struct symbol *s) {
    return (uint64_t)s->sign << (a->bits - 1) | (uint64_t)s->class << a->mantissa | s->low;
}

struct symbol hunch_symbol_of_difference(const struct array *a, uint64_t order, uint64_t guess) {
    int64_t r = array_signed(a, order - guess);
    uint64_t size = magnitude(r);
    unsigned class = digits(size);
    return (struct symbol){
        .class = class,
        .sign = r < 0,
        .depth = class > 0 ? class - 1 : 0,
        .low = class > 0 ? size ^ UINT64_C(1) << (class - 1) : 0,
    };
}

uint64_t hunch_symbol_to_order(const struct array *a, const struct symbol *s, uint64_t guess) {
    uint64_t size = s->class > 0 ? UINT64_C(1) << (s->class - 1) | s->low : 0;
    return (s->sign ? guess - size : guess + size) & array_mask(a);
}
