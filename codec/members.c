#include "codec/members.h"

#include "base/bytes.h"
#include "codec/payload.h"

enum {
    NAME_MOST = 1 << 16,       /* bytes */
    MEMBER_LEAST = COLUMNS - 1, /* bytes of the columns for a member, its name aside */
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
    good = good && append_varint(&w->column[COLUMN_NANOSECONDS], a, member->mtime_nanoseconds);
    good = good && hunch_buffer_append(&w->column[COLUMN_NAMES], a, member->name + shared, length - shared);
    w->name.length = shared;
    good = good && hunch_buffer_append(&w->name, a, member->name + shared, length - shared);
    w->mode = member->mode;
    w->seconds = member->mtime;
    w->start = start;
    w->count++;
    return good ? HUNCH_OK : HUNCH_NO_MEMORY;
}

/* All columns one behind the other. */
static bool gather(struct member_writer *w, const struct allocator *a, struct buffer *table) {
    bool good = true;
    for (unsigned i = 0; i < COLUMNS; i++)
        good = good && hunch_buffer_append(table, a, w->column[i].bytes, w->column[i].length);
    return good;
}

/* The settings by which tables are coded, whatever those of the content. */
static struct context table_context(const struct context *context) {
    struct context c = *context;
    c.settings.level = TABLE_LEVEL;
    c.settings.use_formats = 0;
    return c;
}

static enum hunch_status write_table(const struct context *context, uint64_t count, struct buffer *table,
                                     struct buffer *payload) {
    struct context c = table_context(context);
    struct stream_header header = {.length = table->length};
    uint8_t bytes[PART_HEADER_MOST];
    size_t coded = 0;
    uint8_t *room = hunch_allocate(&c.allocator, table->length);
    if (!room)
        return HUNCH_NO_MEMORY;
    enum hunch_status status =
        hunch_payload_encode(&c, CONTENT_BYTES, table->bytes, &header, false, room, room, table->length, &coded);
    if (status == HUNCH_OUTPUT_FULL) {
        hunch_payload_store(&header, &coded);
        memcpy(room, table->bytes, table->length);
        status = HUNCH_OK;
    }
    header.payload = coded;
    struct wire w = wire_open(WIRE_WRITE, bytes, sizeof bytes);
    hunch_wire_varint(&w, &count);
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
    struct buffer table = {0};
    enum hunch_status status = HUNCH_NO_MEMORY;
    if (append_varint(&w->column[COLUMN_LENGTH], a, end - w->start) && gather(w, a, &table))
        status = table.length > BLOCK_LENGTH_MOST ? HUNCH_BAD_ARGUMENT : write_table(context, w->count, &table, payload);
    hunch_buffer_free(&table, a);
    return status;
}

void hunch_members_free(struct member_writer *w, const struct allocator *allocator) {
    for (unsigned i = 0; i < COLUMNS; i++)
        hunch_buffer_free(&w->column[i], allocator);
    hunch_buffer_free(&w->name, allocator);
}

/* ---- read */

/* Finds where each column begins: all but the last have `count` varints. */
static bool find_columns(uint8_t *bytes, size_t length, uint64_t count, struct wire column[COLUMNS]) {
    struct wire w = wire_open(WIRE_READ, bytes, length);
    for (unsigned i = 0; i < COLUMNS; i++) {
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
    uint64_t before = t->names.length, mode, seconds, nanoseconds;
    if (!hunch_buffer_reserve(&t->entries, &c->allocator, (size_t)count * sizeof e, SIZE_MAX))
        return HUNCH_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        enum hunch_status status = read_name(t, c, column, before, &e.name);
        if (status != HUNCH_OK)
            return status;
        before = e.name;
        hunch_wire_varint(&column[COLUMN_MODE], &mode);
        hunch_wire_varint(&column[COLUMN_SECONDS], &seconds);
        hunch_wire_varint(&column[COLUMN_NANOSECONDS], &nanoseconds);
        hunch_wire_varint(&column[COLUMN_LENGTH], &e.length);
        if (mode > UINT32_MAX || nanoseconds > UINT32_MAX || e.length > end - e.offset)
            return HUNCH_DAMAGED;
        e.mode ^= (uint32_t)mode;
        e.seconds = (int64_t)((uint64_t)e.seconds + (uint64_t)unzigzag(seconds));
        e.nanoseconds = (uint32_t)nanoseconds;
        memcpy(t->entries.bytes + t->entries.length, &e, sizeof e);
        t->entries.length += sizeof e;
        e.offset += e.length;
    }
    return e.offset == end && column[COLUMN_NAMES].at == column[COLUMN_NAMES].end ? HUNCH_OK : HUNCH_DAMAGED;
}

enum hunch_status hunch_members_read(struct member_table *table, const struct context *context, uint8_t *payload,
                                     size_t length, uint64_t offset, uint64_t end) {
    struct context c = table_context(context);
    struct wire w = wire_open(WIRE_READ, payload, length), column[COLUMNS];
    struct stream_header header = {0};
    uint64_t count = 0, need = 0;
    hunch_wire_varint(&w, &count);
    hunch_stream_fields(&w, &header);
    if (w.broken || header.payload != (uint64_t)(w.end - w.at) || header.length == 0 || header.length / MEMBER_LEAST < count)
        return HUNCH_DAMAGED;
    enum hunch_status status = hunch_payload_decode_need(&c, &header, header.payload, &need);
    if (status != HUNCH_OK)
        return status;
    if (need + header.length + count * sizeof(struct member_entry) > c.settings.memory_limit)
        return HUNCH_MEMORY_LIMIT;
    uint8_t *bytes = hunch_allocate(&c.allocator, (size_t)header.length);
    if (!bytes)
        return HUNCH_NO_MEMORY;
    status = hunch_payload_decode(&c, &header, w.at, (size_t)header.payload, bytes);
    if (status == HUNCH_OK && !find_columns(bytes, (size_t)header.length, count, column))
        status = HUNCH_DAMAGED;
    if (status == HUNCH_OK)
        status = read_columns(table, &c, count, column, offset, end);
    hunch_release(&c.allocator, bytes);
    return status;
}
