#include "codec/members.h"

#include "base/bytes.h"
#include "codec/payload.h"

enum {
    NAME_MOST = 1 << 16,       /* bytes */
    MEMBER_LEAST = COLUMNS - 2, /* bytes of the varint columns for a member */
    NANOSECONDS_BYTES = 4,     /* of a member */
    NOISE_SHARE = 8,           /* nanoseconds are stored when a model saves less than one part in so many: a clock's are
                                  noise, which takes long to decode for nothing */
    TABLE_LEVEL = 1            /* the table is read before anything else: it has to be fast */
};

static bool append_varint(struct buffer *b, const struct allocator *allocator, uint64_t value) {
    uint8_t bytes[VARINT_MOST];
    struct wire w = wire_open(WIRE_WRITE, bytes, sizeof bytes);
    hunch_wire_varint(&w, &value);
    return hunch_buffer_append(b, allocator, bytes, (size_t)(w.at - bytes));
}

static uint64_t zigzag(int64_t v) {
    return (uint64_t)v << 1 ^ (v < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t v) {
    return (int64_t)(v >> 1 ^ (v & 1 ? UINT64_MAX : 0));
}

/* ---- write */

static size_t shared_bytes(const struct buffer *before, const char *name, size_t length) {
    size_t n = 0;
    while (n < length && n < before->length && before->bytes[n] == (uint8_t)name[n])
        n++;
    return n;
}

enum hunch_status hunch_members_add(struct member_writer *w, const struct allocator *a,
                                    const struct hunch_member *member, uint64_t start) {
    size_t length = member->name ? strnlen(member->name, NAME_MOST + 1) : 0;
    if (length == 0 || length > NAME_MOST)
        return HUNCH_BAD_ARGUMENT;
    size_t shared = shared_bytes(&w->name, member->name, length);
    bool good = w->count == 0 || append_varint(&w->column[COLUMN_LENGTH], a, start - w->start);
    good = good && append_varint(&w->column[COLUMN_SHARED], a, shared);
    good = good && append_varint(&w->column[COLUMN_REST], a, length - shared);
    good = good && append_varint(&w->column[COLUMN_MODE], a, w->mode ^ member->mode);
    uint64_t step = (uint64_t)member->mtime - (uint64_t)w->seconds; /* wraps where the difference does */
    good = good && append_varint(&w->column[COLUMN_SECONDS], a, zigzag((int64_t)step));
    uint8_t nanoseconds[NANOSECONDS_BYTES];
    store_u32(nanoseconds, member->mtime_nanoseconds);
    good = good && hunch_buffer_append(&w->column[COLUMN_NANOSECONDS], a, nanoseconds, sizeof nanoseconds);
    good = good && hunch_buffer_append(&w->column[COLUMN_NAMES], a, member->name + shared, length - shared);
    w->name.length = shared;
    good = good && hunch_buffer_append(&w->name, a, member->name + shared, length - shared);
    w->mode = member->mode;
    w->seconds = member->mtime;
    w->start = start;
    w->count++;
    return good ? HUNCH_OK : HUNCH_NO_MEMORY;
}

/* All columns but the nanoseconds, one behind the other. */
static bool gather(struct member_writer *w, const struct allocator *a, struct buffer *table) {
    bool good = true;
    for (unsigned i = 0; i < COLUMNS; i++)
        good = good && (i == COLUMN_NANOSECONDS ||
                        hunch_buffer_append(table, a, w->column[i].bytes, w->column[i].length));
    return good;
}

/* The settings by which tables are coded, whatever those of the content. */
static struct context table_context(const struct context *context) {
    struct context c = *context;
    c.settings.level = TABLE_LEVEL;
    c.settings.use_formats = 0;
    return c;
}

/* Puts a stream behind the payload: its fields, and what it is coded to, which is at most `most` bytes or
 * else the bytes themselves. */
static enum hunch_status write_stream(const struct context *context, struct buffer *stream, size_t most,
                                      struct buffer *payload) {
    struct context c = table_context(context);
    struct stream_header header = {.length = stream->length};
    uint8_t bytes[PART_HEADER_MOST];
    size_t coded = 0;
    uint8_t *room = hunch_allocate(&c.allocator, stream->length);
    if (!room)
        return HUNCH_NO_MEMORY;
    enum hunch_status status = HUNCH_BAD_ARGUMENT;
    if (stream->length <= BLOCK_LENGTH_MOST)
        status = hunch_payload_encode(&c, CONTENT_BYTES, stream->bytes, &header, false, room, room, most, &coded);
    if (status == HUNCH_OUTPUT_FULL) {
        hunch_payload_store(&header, &coded);
        memcpy(room, stream->bytes, stream->length);
        status = HUNCH_OK;
    }
    header.payload = coded;
    struct wire w = wire_open(WIRE_WRITE, bytes, sizeof bytes);
    hunch_stream_fields(&w, &header);
    if (status == HUNCH_OK && (!hunch_buffer_append(payload, &c.allocator, bytes, (size_t)(w.at - bytes)) ||
                               !hunch_buffer_append(payload, &c.allocator, room, coded)))
        status = HUNCH_NO_MEMORY;
    hunch_release(&c.allocator, room);
    return status;
}

enum hunch_status hunch_members_write(struct member_writer *w, const struct context *context, uint64_t end,
                                      struct buffer *payload) {
    const struct allocator *a = &context->allocator;
    struct buffer table = {0}, *nanoseconds = &w->column[COLUMN_NANOSECONDS];
    enum hunch_status status = HUNCH_NO_MEMORY;
    if (append_varint(&w->column[COLUMN_LENGTH], a, end - w->start) && gather(w, a, &table) &&
        append_varint(payload, a, w->count))
        status = write_stream(context, &table, table.length, payload);
    if (status == HUNCH_OK)
        status = write_stream(context, nanoseconds, nanoseconds->length - nanoseconds->length / NOISE_SHARE, payload);
    hunch_buffer_free(&table, a);
    return status;
}

void hunch_members_free(struct member_writer *w, const struct allocator *allocator) {
    for (unsigned i = 0; i < COLUMNS; i++)
        hunch_buffer_free(&w->column[i], allocator);
    hunch_buffer_free(&w->name, allocator);
}

/* ---- read */

/* Finds where each column begins: all but the last have `count` varints, nanoseconds apart. */
static bool find_columns(const struct buffer streams[2], uint64_t count, struct wire column[COLUMNS]) {
    struct wire w = wire_open(WIRE_READ, streams[0].bytes, streams[0].length);
    for (unsigned i = 0; i < COLUMNS; i++) {
        if (i == COLUMN_NANOSECONDS) {
            column[i] = wire_open(WIRE_READ, streams[1].bytes, streams[1].length);
            continue;
        }
        column[i] = w;
        for (uint64_t j = 0; i < COLUMN_NAMES && j < count && !w.broken; j++) {
            uint64_t ignored;
            hunch_wire_varint(&w, &ignored);
        }
    }
    return !w.broken;
}

/* The next name behind the others; its place in *at. */
static enum hunch_status read_name(struct member_table *t, const struct context *c, struct wire column[COLUMNS],
                                   uint64_t before, uint64_t *at) {
    uint64_t shared, rest, last = t->names.length - before;
    struct wire *names = &column[COLUMN_NAMES];
    hunch_wire_varint(&column[COLUMN_SHARED], &shared);
    hunch_wire_varint(&column[COLUMN_REST], &rest);
    *at = t->names.length;
    if (shared > (last ? last - 1 : 0) || rest > (uint64_t)(names->end - names->at) || shared + rest == 0 ||
        shared + rest > NAME_MOST || memchr(names->at, 0, (size_t)rest))
        return HUNCH_DAMAGED;
    if (t->names.length > c->settings.memory_limit)
        return HUNCH_MEMORY_LIMIT;
    if (!hunch_buffer_reserve(&t->names, &c->allocator, (size_t)(shared + rest) + 1, SIZE_MAX))
        return HUNCH_NO_MEMORY;
    uint8_t *to = t->names.bytes + t->names.length;
    memcpy(to, t->names.bytes + before, (size_t)shared);
    memcpy(to + shared, names->at, (size_t)rest);
    to[shared + rest] = 0;
    names->at += rest;
    t->names.length += (size_t)(shared + rest) + 1;
    return HUNCH_OK;
}

static enum hunch_status read_columns(struct member_table *t, const struct context *c, uint64_t count,
                                      struct wire column[COLUMNS], uint64_t offset, uint64_t end) {
    struct member_entry e = {.offset = offset};
    uint64_t before = t->names.length, mode, seconds;
    if (!hunch_buffer_reserve(&t->entries, &c->allocator, (size_t)count * sizeof e, SIZE_MAX))
        return HUNCH_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        enum hunch_status status = read_name(t, c, column, before, &e.name);
        if (status != HUNCH_OK)
            return status;
        before = e.name;
        hunch_wire_varint(&column[COLUMN_MODE], &mode);
        hunch_wire_varint(&column[COLUMN_SECONDS], &seconds);
        hunch_wire_u32(&column[COLUMN_NANOSECONDS], &e.nanoseconds);
        hunch_wire_varint(&column[COLUMN_LENGTH], &e.length);
        if (mode > UINT32_MAX || e.length > end - e.offset)
            return HUNCH_DAMAGED;
        e.mode ^= (uint32_t)mode;
        e.seconds = (int64_t)((uint64_t)e.seconds + (uint64_t)unzigzag(seconds));
        memcpy(t->entries.bytes + t->entries.length, &e, sizeof e);
        t->entries.length += sizeof e;
        e.offset += e.length;
    }
    return e.offset == end && column[COLUMN_NAMES].at == column[COLUMN_NAMES].end ? HUNCH_OK : HUNCH_DAMAGED;
}

/* Decodes the stream that stands at w into *stream, owned by the caller. */
static enum hunch_status read_stream(const struct context *c, struct wire *w, uint64_t room, struct buffer *stream) {
    struct stream_header header = {0};
    uint64_t need = 0;
    hunch_stream_fields(w, &header);
    if (w->broken || header.payload > (uint64_t)(w->end - w->at) || header.length == 0)
        return HUNCH_DAMAGED;
    enum hunch_status status = hunch_payload_decode_need(c, &header, header.payload, &need);
    if (status != HUNCH_OK)
        return status;
    if (need + header.length + room > c->settings.memory_limit)
        return HUNCH_MEMORY_LIMIT;
    if (!hunch_buffer_reserve(stream, &c->allocator, (size_t)header.length, (size_t)header.length))
        return HUNCH_NO_MEMORY;
    stream->length = (size_t)header.length;
    status = hunch_payload_decode(c, &header, w->at, (size_t)header.payload, stream->bytes);
    w->at += header.payload;
    return status;
}

static enum hunch_status read_streams(const struct context *c, uint8_t *payload, size_t length, uint64_t *count,
                                      struct buffer streams[2]) {
    struct wire w = wire_open(WIRE_READ, payload, length);
    hunch_wire_varint(&w, count);
    if (*count > BLOCK_LENGTH_MOST)
        return HUNCH_DAMAGED;
    uint64_t entries = *count * sizeof(struct member_entry);
    enum hunch_status status = read_stream(c, &w, entries, &streams[0]);
    if (status == HUNCH_OK && streams[0].length / MEMBER_LEAST < *count)
        status = HUNCH_DAMAGED;
    if (status == HUNCH_OK)
        status = read_stream(c, &w, entries + streams[0].length, &streams[1]);
    if (status == HUNCH_OK && (streams[1].length / NANOSECONDS_BYTES != *count ||
                               streams[1].length % NANOSECONDS_BYTES != 0 || w.at != w.end))
        status = HUNCH_DAMAGED;
    return status;
}

enum hunch_status hunch_members_read(struct member_table *table, const struct context *context, uint8_t *payload,
                                     size_t length, uint64_t offset, uint64_t end) {
    struct context c = table_context(context);
    struct buffer streams[2] = {{0}};
    struct wire column[COLUMNS];
    uint64_t count = 0;
    enum hunch_status status = read_streams(&c, payload, length, &count, streams);
    if (status == HUNCH_OK && !find_columns(streams, count, column))
        status = HUNCH_DAMAGED;
    if (status == HUNCH_OK)
        status = read_columns(table, &c, count, column, offset, end);
    hunch_buffer_free(&streams[0], &c.allocator);
    hunch_buffer_free(&streams[1], &c.allocator);
    return status;
}
