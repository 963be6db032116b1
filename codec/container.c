#include "codec/container.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"

enum { VERSION_AT = 6, FIELDS_LEAST = 5 };

static const uint8_t first_bytes[ARCHIVE_HEADER_LENGTH] = {ARCHIVE_FIRST_BYTE, 'H', 'U', 'N', 'C', 'H', 1, 0};

void hunch_archive_header_write(uint8_t out[ARCHIVE_HEADER_LENGTH]) {
    memcpy(out, first_bytes, ARCHIVE_HEADER_LENGTH);
}

enum reading hunch_archive_header_read(const uint8_t *bytes, size_t have, enum hunch_status *status, size_t *wanted) {
    size_t magic = have < VERSION_AT ? have : VERSION_AT;
    *wanted = ARCHIVE_HEADER_LENGTH;
    *status = HUNCH_OK;
    if (memcmp(bytes, first_bytes, magic) != 0)
        return READING_BAD;
    if (have < ARCHIVE_HEADER_LENGTH)
        return READING_SHORT;
    if (memcmp(bytes, first_bytes, ARCHIVE_HEADER_LENGTH) != 0)
        *status = HUNCH_UNSUPPORTED;
    return READING_WHOLE;
}

/* A block that is one stream: its length is the block's. */
static void plain_fields(struct wire *w, struct block_header *b, enum hunch_status *status) {
    struct stream_header *s = &b->streams[0];
    b->count = 1;
    s->length = b->length;
    hunch_wire_varint(w, &s->model);
    hunch_wire_varint(w, &s->parameter);
    s->coded_length = w->direction == WIRE_READ ? b->length : s->coded_length;
    if (b->flags & BLOCK_FORMATTED) {
        hunch_wire_varint(w, &s->format);
        hunch_wire_varint(w, &s->coded_length);
        if (s->format == 0)
            *status = HUNCH_UNSUPPORTED;
    }
}

void hunch_stream_fields(struct wire *w, struct stream_header *s) {
    hunch_wire_varint(w, &s->kind);
    hunch_wire_varint(w, &s->length);
    hunch_wire_varint(w, &s->model);
    hunch_wire_varint(w, &s->parameter);
    hunch_wire_varint(w, &s->format);
    s->coded_length = w->direction == WIRE_READ ? s->length : s->coded_length;
    if (s->format)
        hunch_wire_varint(w, &s->coded_length);
    hunch_wire_varint(w, &s->payload);
}

/* A block of several streams; UNSUPPORTED when there are more, or others, than this version knows. */
static void typed_fields(struct wire *w, struct block_header *b, enum hunch_status *status) {
    uint64_t count = b->count;
    hunch_wire_varint(w, &count);
    if (count == 0 || count > CONTENT_KINDS) {
        *status = HUNCH_UNSUPPORTED;
        return;
    }
    b->count = (unsigned)count;
    for (unsigned i = 0; i < b->count; i++) {
        hunch_stream_fields(w, &b->streams[i]);
        if (b->streams[i].kind >= CONTENT_KINDS || (i > 0 && b->streams[i].kind <= b->streams[i - 1].kind))
            *status = HUNCH_UNSUPPORTED;
    }
}

static void primed_fields(struct wire *w, struct block_header *b, enum hunch_status *status) {
    b->count = 0;
    hunch_wire_varint(w, &b->units);
    hunch_wire_varint(w, &b->unit_length);
    if (b->units == 0 || b->units > BLOCK_UNITS_MOST)
        *status = HUNCH_UNSUPPORTED;
}

static void block_fields(struct wire *w, struct block_header *b, enum hunch_status *status) {
    hunch_wire_u8(w, &b->flags);
    unsigned sort = b->flags & (BLOCK_FORMATTED | BLOCK_TYPED | BLOCK_PRIMED);
    if (b->flags & ~(BLOCK_SOLE | BLOCK_FORMATTED | BLOCK_TYPED | BLOCK_PRIMED) || (sort & (sort - 1))) {
        *status = HUNCH_UNSUPPORTED; /* what follows is laid out in a way unknown here */
        return;
    }
    if (!(b->flags & BLOCK_SOLE)) {
        hunch_wire_varint(w, &b->stream);
        hunch_wire_varint(w, &b->start);
    }
    hunch_wire_varint(w, &b->length);
    if (b->flags & BLOCK_TYPED)
        typed_fields(w, b, status);
    else if (b->flags & BLOCK_PRIMED)
        primed_fields(w, b, status);
    else
        plain_fields(w, b, status);
    hunch_wire_u64(w, &b->content_check);
    if (b->stream != 0)
        *status = HUNCH_UNSUPPORTED;
}

static void footer_fields(struct wire *w, struct footer *f) {
    hunch_wire_u64(w, &f->archive_length);
    hunch_wire_u64(w, &f->content_length);
    hunch_wire_u64(w, &f->index_length);
}

static void prior_fields(struct wire *w, struct prior_header *p) {
    uint64_t length = strlen(p->name);
    hunch_wire_u64(w, &p->id);
    hunch_wire_varint(w, &length);
    if (length > PART_NAME_MOST)
        w->broken = true;
    for (uint64_t i = 0; i < length && !w->broken; i++)
        hunch_wire_u8(w, (uint8_t *)&p->name[i]);
}

static void part_fields(struct wire *w, struct part *part) {
    hunch_wire_varint(w, &part->length);
    hunch_wire_u32(w, &part->check);
    if (part->type == PART_BLOCK)
        block_fields(w, &part->block, &part->status);
    else if (part->type == PART_FOOTER)
        footer_fields(w, &part->footer);
    else if (part->type == PART_PRIOR)
        prior_fields(w, &part->prior);
    else if (part->type != PART_INDEX && (part->type & PART_CRITICAL))
        part->status = HUNCH_UNSUPPORTED;
}

void hunch_part_write(struct part *part, uint8_t out[PART_HEADER_MOST]) {
    struct wire w = wire_open(WIRE_WRITE, out + 2, PART_HEADER_MOST - 6);
    part_fields(&w, part);
    size_t fields = (size_t)(w.at - (out + 2));
    out[0] = part->type;
    out[1] = (uint8_t)fields;
    store_u32(w.at, hash_low(out, 2 + fields));
    part->header_length = 2 + fields + 4;
}

enum reading hunch_part_read(uint8_t *bytes, size_t have, struct part *part, size_t *wanted) {
    *part = (struct part){.status = HUNCH_OK};
    *wanted = have + 1;
    if (have == 0)
        return READING_SHORT;
    if (!(bytes[0] & 0x80) || bytes[0] == ARCHIVE_FIRST_BYTE)
        return READING_BAD;
    if (have == 1)
        return READING_SHORT;
    size_t fields = bytes[1];
    if (fields < FIELDS_LEAST)
        return READING_BAD;
    *wanted = 2 + fields + 4;
    if (have < *wanted)
        return READING_SHORT;
    if (load_u32(bytes + 2 + fields) != hash_low(bytes, 2 + fields))
        return READING_BAD;
    part->type = bytes[0];
    part->header_length = *wanted;
    struct wire w = wire_open(WIRE_READ, bytes + 2, fields);
    part_fields(&w, part);
    if (w.broken)
        return READING_BAD;
    bool known = part->type == PART_BLOCK || part->type == PART_INDEX || part->type == PART_FOOTER ||
                 part->type == PART_PRIOR;
    if (known && w.at != w.end)
        part->status = HUNCH_UNSUPPORTED; /* fields added by a later version */
    return READING_WHOLE;
}

void hunch_index_entry(struct wire *w, struct index_entry *entry) {
    hunch_wire_varint(w, &entry->gap);
    hunch_wire_varint(w, &entry->part_length);
    hunch_wire_varint(w, &entry->length);
}
