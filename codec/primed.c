#include "codec/primed.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "codec/raw.h"

enum { CHECK_BYTES = 3 };

/* ---- the table */

struct entry {
    uint64_t length, coded; /* bytes */
    uint32_t check;         /* low 24 bits of XXH3-64 of the content */
};

static void entry_fields(struct wire *w, const struct block_header *b, uint64_t number, struct entry *e) {
    if (b->unit_length == 0)
        hunch_wire_varint(w, &e->length);
    else if (w->direction == WIRE_READ)
        e->length = number + 1 < b->units ? b->unit_length : b->length - b->unit_length * (b->units - 1);
    hunch_wire_varint(w, &e->coded);
    for (unsigned i = 0; i < CHECK_BYTES; i++) {
        uint8_t byte = (uint8_t)(e->check >> 8 * i);
        hunch_wire_u8(w, &byte);
        e->check = (e->check & ~(UINT32_C(255) << 8 * i)) | (uint32_t)byte << 8 * i;
    }
}

static uint32_t check_of(const uint8_t *data, size_t length) {
    return hash_low(data, length) & ((UINT32_C(1) << 8 * CHECK_BYTES) - 1);
}

/* The length that all units but the last have, and the last does not exceed; 0: none. */
static uint64_t common_length(const uint64_t *lengths, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (i + 1 < count ? lengths[i] != lengths[0] : lengths[i] > lengths[0])
            return 0;
    return lengths[0];
}

static uint64_t sum_of(const uint64_t *lengths, size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += lengths[i];
    return sum;
}

/* ---- encode */

/* One that does not shrink is stored. UNSUPPORTED: the prior does not suit it. */
static enum hunch_status encode_unit(const struct context *context, const uint8_t *data, struct entry *e,
                                     uint8_t *payload) {
    size_t length = (size_t)e->length, coded = 0;
    struct array array;
    struct outlook known = hunch_raw_outlook(context->settings.as, length, &array);
    e->check = check_of(data, length);
    enum hunch_status status =
        hunch_unit_encode(context->settings.prior, context, data, length, known, payload, length, &coded);
    e->coded = coded;
    if (status == HUNCH_OUTPUT_FULL || (status == HUNCH_OK && coded >= length)) {
        memcpy(payload, data, length);
        e->coded = length;
    }
    return status == HUNCH_OUTPUT_FULL ? HUNCH_OK : status;
}

/* Codes units up to the first that the prior does not suit, their payloads to `to`: how many in *count. */
static enum hunch_status encode_units(const struct context *context, const uint8_t *data, struct units *units,
                                      struct entry *entries, uint8_t *to, size_t *count) {
    for (*count = 0; *count < units->count; ++*count) {
        struct entry *e = &entries[*count];
        e->length = units->lengths[*count];
        enum hunch_status status = encode_unit(context, data, e, to);
        units->stranger = status == HUNCH_UNSUPPORTED;
        if (status != HUNCH_OK)
            return units->stranger && *count > 0 ? HUNCH_OK : status;
        data += e->length;
        to += e->coded;
    }
    return HUNCH_OK;
}

/* The table of the entries before their payloads, which lie behind its room. */
static void put_table(struct block_header *b, struct entry *entries, uint8_t *bytes, size_t room, size_t *coded) {
    struct wire w = wire_open(WIRE_WRITE, bytes, room);
    size_t units = 0;
    for (uint64_t i = 0; i < b->units; i++) {
        entry_fields(&w, b, i, &entries[i]);
        units += (size_t)entries[i].coded;
    }
    memmove(w.at, bytes + room, units);
    *coded = (size_t)(w.at - bytes) + units;
}

enum hunch_status hunch_primed_encode(const struct context *context, uint8_t *data, struct units *units,
                                      struct block_header *block, uint8_t **payload, size_t *coded) {
    const struct allocator *a = &context->allocator;
    size_t room = units->count * PRIMED_TABLE_MOST, count = 0;
    struct entry *entries = hunch_allocate(a, units->count * sizeof *entries);
    uint8_t *bytes = hunch_allocate(a, room + (size_t)block->length);
    enum hunch_status status = HUNCH_NO_MEMORY;
    if (entries && bytes)
        status = units->stranger ? HUNCH_UNSUPPORTED
                                 : encode_units(context, data, units, entries, bytes + room, &count);
    if (status == HUNCH_OK || status == HUNCH_UNSUPPORTED)
        block->length = sum_of(units->lengths, count ? count : 1);
    if (status == HUNCH_UNSUPPORTED)
        units->stranger = false;
    if (status == HUNCH_OK) {
        block->units = count;
        block->unit_length = common_length(units->lengths, count);
        put_table(block, entries, bytes, room, coded);
        status = *coded < block->length ? HUNCH_OK : HUNCH_OUTPUT_FULL;
    }
    hunch_release(a, entries);
    if (status != HUNCH_OK) {
        hunch_release(a, bytes);
        return status;
    }
    block->flags |= BLOCK_PRIMED;
    *payload = bytes;
    return HUNCH_OK;
}

/* ---- decode */

enum hunch_status hunch_primed_decode_need(const struct hunch_prior *prior, const struct block_header *block,
                                           uint64_t coded, uint64_t *need) {
    *need = 0;
    if (block->units > block->length || coded > block->length + block->units * PRIMED_TABLE_MOST ||
        (block->unit_length &&
         (block->unit_length > UNIT_MOST || block->unit_length * (block->units - 1) >= block->length ||
          block->length - block->unit_length * (block->units - 1) > block->unit_length)))
        return HUNCH_DAMAGED;
    if (!prior)
        return HUNCH_MISSING_PRIOR;
    *need = hunch_prior_join_need(prior) + UNIT_MOST;
    return HUNCH_OK;
}

/* Finds where the units' payloads begin, and checks that the lengths are those of the block. */
static bool check_table(const struct block_header *b, uint8_t *payload, size_t coded, size_t *units) {
    struct wire w = wire_open(WIRE_READ, payload, coded);
    uint64_t length = 0, bytes = 0;
    for (uint64_t i = 0; i < b->units && !w.broken; i++) {
        struct entry e = {0};
        entry_fields(&w, b, i, &e);
        if (e.length == 0 || e.length > UNIT_MOST || e.coded > e.length)
            return false;
        length += e.length;
        bytes += e.coded;
    }
    *units = (size_t)(w.at - payload);
    return !w.broken && length == b->length && bytes == coded - *units;
}

static enum hunch_status decode_unit(const struct context *context, struct hunch_prior *prior, const struct entry *e,
                                     uint8_t *payload, uint8_t *out) {
    enum hunch_status status = HUNCH_OK;
    size_t length = (size_t)e->length;
    if (e->coded == e->length)
        memcpy(out, payload, length);
    else
        status = hunch_unit_decode(prior, context, payload, (size_t)e->coded, out, length);
    return status == HUNCH_OK && check_of(out, length) != e->check ? HUNCH_MISMATCH : status;
}

/* Decodes the part of a unit that lies in [from, to), a range within it, to `out`. */
static enum hunch_status decode_part(const struct context *context, struct hunch_prior *prior, const struct entry *e,
                                     uint8_t *payload, uint64_t from, uint64_t to, uint8_t *out) {
    if (from == 0 && to == e->length)
        return decode_unit(context, prior, e, payload, out);
    uint8_t *whole = hunch_allocate(&context->allocator, (size_t)e->length);
    if (!whole)
        return HUNCH_NO_MEMORY;
    enum hunch_status status = decode_unit(context, prior, e, payload, whole);
    if (status == HUNCH_OK)
        memcpy(out, whole + from, (size_t)(to - from));
    hunch_release(&context->allocator, whole);
    return status;
}

enum hunch_status hunch_primed_decode(const struct context *context, struct hunch_prior *prior,
                                      const struct block_header *block, uint8_t *payload, size_t coded, uint64_t from,
                                      uint64_t to, uint8_t *out, struct buffer *lost) {
    size_t at;
    uint64_t start = 0;
    if (!check_table(block, payload, coded, &at))
        return HUNCH_DAMAGED;
    struct wire w = wire_open(WIRE_READ, payload, at);
    for (uint64_t i = 0; i < block->units && start < to; i++) {
        struct entry e = {0};
        entry_fields(&w, block, i, &e);
        uint64_t first = from > start ? from - start : 0, last = to - start < e.length ? to - start : e.length;
        if (first < e.length) {
            uint8_t *place = out + (start + first - from);
            enum hunch_status status = decode_part(context, prior, &e, payload + at, first, last, place);
            if ((status == HUNCH_DAMAGED || status == HUNCH_MISMATCH) && lost) {
                struct hunch_range range = {start + first, last - first};
                memset(place, 0, (size_t)(last - first));
                status = hunch_buffer_append(lost, &context->allocator, &range, sizeof range)
                             ? HUNCH_OK
                             : HUNCH_NO_MEMORY;
            }
            if (status != HUNCH_OK)
                return status;
        }
        start += e.length;
        at += (size_t)e.coded;
    }
    return HUNCH_OK;
}
