#include <string.h>

#include "codec/payload.h"
#include "codec/prior.h"
#include "codec/transform.h"
#include "formats/registry.h"

enum {
    PLAIN_MOST = 1 << 15,            /* bytes: what is longer teaches its own models more than a prior of bytes knows */
    PACKED_ABOVE = 9, PACKED_OF = 8  /* content is compressed when its streams are longer than 9/8 of it */
};

static unsigned find_kind(const struct hunch_prior *p, unsigned kind) {
    unsigned i = 0;
    while (i < p->count && p->kinds[i].kind != kind)
        i++;
    return i;
}

/* ---- apart */

/* Puts a stream through the kind's format, behind the others of the kind. Declining is no trouble: the bytes are put
 * as they are then. */
static enum hunch_status put_formed(const struct context *context, const struct format *format, const uint8_t *data,
                                    size_t length, struct buffer *out, struct portion *portion, size_t *put) {
    size_t capacity = hunch_transform_capacity(length);
    uint8_t *back = hunch_allocate(&context->allocator, length);
    *put = 0;
    if (!back || !hunch_buffer_reserve(out, &context->allocator, capacity, SIZE_MAX)) {
        hunch_release(&context->allocator, back);
        return HUNCH_NO_MEMORY;
    }
    uint8_t *formed = out->bytes + out->length;
    size_t size = format->split(data, length, formed, capacity);
    if (size > 0 && format->join(formed, size, back, length) && memcmp(back, data, length) == 0) {
        portion->original = (uint32_t)length;
        *put = size;
    }
    hunch_release(&context->allocator, back);
    return HUNCH_OK;
}

static enum hunch_status put(const struct hunch_prior *p, const struct context *context, unsigned i,
                             const uint8_t *data, size_t length, bool rooms, struct buffer *out,
                             struct portion *portion) {
    const struct prior_kind *k = &p->kinds[i];
    size_t size = 0;
    if (length > UNIT_ROOM && rooms)
        return HUNCH_UNSUPPORTED;
    if (k->format) {
        const struct format *format = hunch_format_find((uint32_t)k->format);
        enum hunch_status status = put_formed(context, format, data, length, out, portion, &size);
        if (status != HUNCH_OK)
            return status;
        out->length += size;
    }
    if (size == 0) {
        size = length;
        if (!hunch_buffer_append(out, &context->allocator, data, length))
            return HUNCH_NO_MEMORY;
    }
    portion->length[i] = (uint32_t)size;
    return rooms && size > k->room ? HUNCH_UNSUPPORTED : HUNCH_OK;
}

/* Whether the prior has no model for one of the streams. */
static bool is_strange(const struct hunch_prior *p, const struct streams *streams) {
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++)
        if (streams->of[kind].length > 0 && find_kind(p, kind) == p->count)
            return true;
    return false;
}

/* Whether content shrinks more when its streams are coded without the prior than when its bytes are with it. */
static bool is_better_alone(const struct streams *streams, size_t length) {
    uint64_t total = 0;
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++)
        total += streams->of[kind].length;
    return length > PLAIN_MOST || total * PACKED_OF > (uint64_t)length * PACKED_ABOVE;
}

enum hunch_status hunch_unit_split(const struct hunch_prior *p, const struct context *context, const uint8_t *data,
                                   size_t length, struct outlook known, bool rooms, struct buffer out[PRIOR_KINDS],
                                   struct portion *portion) {
    struct streams streams = {.allocator = &context->allocator,
                              .room = UNIT_SPLIT_ROOM + (uint64_t)UNIT_SPLIT_RATIO * length};
    enum hunch_status status = HUNCH_OK;
    unsigned bytes = find_kind(p, CONTENT_BYTES);
    *portion = (struct portion){{0}, 0};
    bool apart = context->settings.use_formats && hunch_pieces_split(&streams, data, length, known);
    bool strange = apart && is_strange(p, &streams);
    if (streams.no_memory) {
        status = HUNCH_NO_MEMORY;
    } else if (strange && rooms && is_better_alone(&streams, length)) {
        status = HUNCH_UNSUPPORTED;
    } else if (apart && !strange) {
        for (unsigned i = 0; i < p->count && status == HUNCH_OK; i++) {
            struct buffer *b = &streams.of[p->kinds[i].kind];
            if (b->length > 0)
                status = put(p, context, i, b->bytes, b->length, rooms, &out[i], portion);
        }
    } else if (bytes < p->count) {
        status = put(p, context, bytes, data, length, rooms, &out[bytes], portion);
    } else {
        status = HUNCH_UNSUPPORTED;
    }
    hunch_streams_free(&streams);
    return status;
}

static void histories(const struct hunch_prior *p, uint64_t from[PRIOR_KINDS]) {
    for (unsigned i = 0; i < p->count; i++)
        from[i] = p->kinds[i].history;
}

enum hunch_status hunch_unit_encode(struct hunch_prior *p, const struct context *context, const uint8_t *data,
                                    size_t length, struct outlook known, uint8_t *payload, size_t room, size_t *coded) {
    struct buffer streams[PRIOR_KINDS] = {{0}};
    struct portion portion;
    uint64_t from[PRIOR_KINDS];
    enum hunch_status status = hunch_unit_split(p, context, data, length, known, true, streams, &portion);
    struct mind *m = status == HUNCH_OK ? hunch_prior_acquire(p) : NULL;
    if (m) {
        struct coder coder;
        histories(p, from);
        for (unsigned i = 0; i < p->count; i++)
            if (streams[i].length > 0)
                memcpy(m->memory + p->kinds[i].bytes + from[i], streams[i].bytes, streams[i].length);
        hunch_coder_init(&coder, CODER_ENCODE, payload, room);
        hunch_unit_code(p, m, &coder, &portion, from, true);
        *coded = hunch_coder_finish(&coder);
        hunch_prior_release(p, m);
        status = hunch_payload_status(&coder);
    } else if (status == HUNCH_OK) {
        status = HUNCH_NO_MEMORY;
    }
    for (unsigned i = 0; i < PRIOR_KINDS; i++)
        hunch_buffer_free(&streams[i], &context->allocator);
    return status;
}

/* ---- together */

/* Plain bytes before the format, in *made when there is one. */
static enum hunch_status unform(const struct hunch_prior *p, const struct context *context, struct buffer *bytes,
                                const struct portion *portion, uint8_t **made) {
    unsigned i = find_kind(p, CONTENT_BYTES);
    *made = NULL;
    if (portion->original == 0)
        return HUNCH_OK;
    const struct format *format =
        i < p->count && p->kinds[i].format ? hunch_format_find((uint32_t)p->kinds[i].format) : NULL;
    if (!format || portion->original > UNIT_ROOM || bytes->length == 0)
        return HUNCH_DAMAGED;
    *made = hunch_allocate(&context->allocator, portion->original);
    if (!*made)
        return HUNCH_NO_MEMORY;
    if (!format->join(bytes->bytes, bytes->length, *made, portion->original))
        return HUNCH_DAMAGED;
    *bytes = (struct buffer){*made, portion->original, portion->original};
    return HUNCH_OK;
}

/* What lies in the mind behind the training streams, as content. */
static enum hunch_status join(const struct hunch_prior *p, const struct context *context, const struct mind *m,
                              const struct portion *portion, uint8_t *out, size_t length) {
    struct streams streams = {.allocator = &context->allocator};
    uint64_t total = 0;
    uint8_t *made;
    for (unsigned i = 0; i < p->count; i++)
        streams.of[p->kinds[i].kind] = (struct buffer){m->memory + p->kinds[i].bytes + p->kinds[i].history,
                                                       portion->length[i], portion->length[i]};
    struct buffer *bytes = &streams.of[CONTENT_BYTES];
    enum hunch_status status = unform(p, context, bytes, portion, &made);
    for (unsigned kind = 0; kind < CONTENT_KINDS; kind++)
        total += streams.of[kind].length;
    streams.room = hunch_pieces_scratch(length, total);
    if (status == HUNCH_OK && streams.of[CONTENT_RECIPE].length > 0) {
        if (!hunch_pieces_join(&streams, out, length))
            status = streams.no_memory ? HUNCH_NO_MEMORY : HUNCH_DAMAGED;
    } else if (status == HUNCH_OK) {
        if (total == length && bytes->length == length)
            memcpy(out, bytes->bytes, length);
        else
            status = HUNCH_DAMAGED;
    }
    hunch_release(&context->allocator, made);
    return status;
}

enum hunch_status hunch_unit_decode(struct hunch_prior *p, const struct context *context, uint8_t *payload,
                                    size_t coded, uint8_t *out, size_t length) {
    struct coder coder;
    struct portion portion = {{0}, 0};
    uint64_t from[PRIOR_KINDS];
    struct mind *m = hunch_prior_acquire(p);
    if (!m)
        return HUNCH_NO_MEMORY;
    histories(p, from);
    hunch_coder_init(&coder, CODER_DECODE, payload, coded);
    hunch_unit_code(p, m, &coder, &portion, from, true);
    enum hunch_status status = hunch_payload_status(&coder);
    if (status == HUNCH_OK)
        status = join(p, context, m, &portion, out, length);
    hunch_prior_release(p, m);
    return status;
}
