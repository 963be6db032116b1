/* An archive at rest: where its blocks and members are. */
#include "codec/archive.h"

#include <string.h>

#include "base/hash.h"
#include "formats/registry.h"
#include "models/registry.h"

uint64_t hunch_archive_blocks(const hunch_archive *archive) {
    return archive->places.length / sizeof(struct place);
}

uint64_t hunch_archive_length(const hunch_archive *archive) {
    return archive->content_length;
}

enum hunch_status hunch_archive_bytes(const struct hunch_archive *a, uint64_t offset, void *bytes, size_t length) {
    if (offset > a->source.size || length > a->source.size - offset)
        return HUNCH_TRUNCATED;
    if (length > 0 && a->source.read(a->source.opaque, offset, bytes, length) != 0)
        return HUNCH_READ_ERROR;
    return HUNCH_OK;
}

enum hunch_status hunch_archive_header(const struct hunch_archive *a, uint64_t offset, struct part *part) {
    uint8_t bytes[PART_HEADER_MOST];
    uint64_t left = offset < a->source.size ? a->source.size - offset : 0;
    size_t have = left < sizeof bytes ? (size_t)left : sizeof bytes, wanted;
    enum hunch_status status = hunch_archive_bytes(a, offset, bytes, have);
    if (status != HUNCH_OK)
        return status;
    switch (hunch_part_read(bytes, have, part, &wanted)) {
    case READING_SHORT: return HUNCH_TRUNCATED;
    case READING_BAD: return HUNCH_DAMAGED;
    case READING_WHOLE: break;
    }
    return part->status;
}

/* Notes a block behind those known. */
static enum hunch_status add_place(struct hunch_archive *a, uint64_t offset, uint64_t part_length, uint64_t length,
                                   uint64_t prior_at) {
    struct place place = {offset, part_length, a->content_length, length, prior_at};
    if (offset > a->source.size || part_length > a->source.size - offset)
        return HUNCH_TRUNCATED;
    if (length > UINT64_MAX - a->content_length)
        return HUNCH_DAMAGED;
    if (a->places.length > a->context.settings.memory_limit)
        return HUNCH_MEMORY_LIMIT;
    if (!hunch_buffer_append(&a->places, &a->context.allocator, &place, sizeof place))
        return HUNCH_NO_MEMORY;
    a->content_length += length;
    return HUNCH_OK;
}

enum hunch_status hunch_archive_payload(const struct hunch_archive *a, uint64_t offset, const struct part *part,
                                      uint8_t **bytes) {
    *bytes = NULL;
    if (part->length > a->context.settings.memory_limit || part->length > SIZE_MAX / 2)
        return HUNCH_MEMORY_LIMIT;
    size_t length = (size_t)part->length;
    *bytes = hunch_allocate(&a->context.allocator, length);
    if (!*bytes)
        return HUNCH_NO_MEMORY;
    enum hunch_status status = hunch_archive_bytes(a, offset + part->header_length, *bytes, length);
    return status == HUNCH_OK && hash_low(*bytes, length) != part->check ? HUNCH_DAMAGED : status;
}

/* Notes the members of the archive whose content begins at `base` and ends here. */
static enum hunch_status load_members(struct hunch_archive *a, uint64_t offset, const struct part *part,
                                      uint64_t base) {
    uint8_t *bytes;
    enum hunch_status status = hunch_archive_payload(a, offset, part, &bytes);
    if (status == HUNCH_OK)
        status = hunch_members_read(&a->members, &a->context, bytes, (size_t)part->length, base, a->content_length);
    hunch_release(&a->context.allocator, bytes);
    return status;
}

/* ---- finding the blocks: by the index, else part by part */

static enum hunch_status read_archive_header(const struct hunch_archive *a, uint64_t offset) {
    uint8_t bytes[ARCHIVE_HEADER_LENGTH];
    uint64_t left = a->source.size - offset;
    size_t have = left < sizeof bytes ? (size_t)left : sizeof bytes, wanted;
    enum hunch_status archive_status, status = hunch_archive_bytes(a, offset, bytes, have);
    if (status != HUNCH_OK)
        return status;
    switch (hunch_archive_header_read(bytes, have, &archive_status, &wanted)) {
    case READING_SHORT: return HUNCH_TRUNCATED;
    case READING_BAD: return HUNCH_NOT_ARCHIVE;
    case READING_WHOLE: break;
    }
    return archive_status;
}

/* Whether an archive's first part, in the gap before its first block, names a prior. */
static enum hunch_status look_for_prior(const struct hunch_archive *a, uint64_t *prior_at) {
    struct part part;
    enum hunch_status status = hunch_archive_header(a, ARCHIVE_HEADER_LENGTH, &part);
    if (status == HUNCH_OK && part.type == PART_PRIOR)
        *prior_at = ARCHIVE_HEADER_LENGTH;
    return status;
}

static enum hunch_status add_entries(struct hunch_archive *a, uint8_t *bytes, size_t length) {
    struct wire w = wire_open(WIRE_READ, bytes, length);
    uint64_t offset = ARCHIVE_HEADER_LENGTH, prior_at = 0;
    while (w.at < w.end) {
        struct index_entry entry;
        hunch_index_entry(&w, &entry);
        if (w.broken || entry.gap > a->source.size - offset)
            return HUNCH_DAMAGED;
        enum hunch_status status = HUNCH_OK;
        if (offset == ARCHIVE_HEADER_LENGTH && entry.gap > 0)
            status = look_for_prior(a, &prior_at);
        if (status == HUNCH_OK)
            status = add_place(a, offset + entry.gap, entry.part_length, entry.length, prior_at);
        if (status != HUNCH_OK)
            return status;
        offset += entry.gap + entry.part_length;
    }
    return HUNCH_OK;
}

/* Notes the blocks of the index at `offset`. */
static enum hunch_status load_index(struct hunch_archive *a, uint64_t offset, const struct part *part) {
    uint8_t *bytes;
    enum hunch_status status = hunch_archive_payload(a, offset, part, &bytes);
    if (status == HUNCH_OK)
        status = add_entries(a, bytes, (size_t)part->length);
    hunch_release(&a->context.allocator, bytes);
    return status;
}

/* Looks at the parts between the last block and the index. */
static enum hunch_status load_between(struct hunch_archive *a, uint64_t end) {
    uint64_t blocks = hunch_archive_blocks(a), at = ARCHIVE_HEADER_LENGTH;
    if (blocks)
        at = archive_place(a, blocks - 1)->archive_offset + archive_place(a, blocks - 1)->part_length;
    while (at < end) {
        struct part part;
        enum hunch_status status = hunch_archive_header(a, at, &part);
        if (status != HUNCH_OK)
            return status;
        if (part.length > end - at || part.header_length > end - at - part.length)
            return HUNCH_DAMAGED;
        if (part.type == PART_MEMBERS)
            status = load_members(a, at, &part, 0);
        if (status != HUNCH_OK)
            return status;
        at += part.header_length + part.length;
    }
    return at == end ? HUNCH_OK : HUNCH_DAMAGED;
}

/* Finds the index from the end. *used becomes true when the file is one archive with an index; when not, all is left
 * as it was: the bytes at the end may belong to the payload of a single block. */
static enum hunch_status find_index(struct hunch_archive *a, bool *used) {
    struct part footer, index;
    *used = false;
    if (a->source.size < ARCHIVE_HEADER_LENGTH + FOOTER_LENGTH)
        return HUNCH_OK;
    uint64_t at = a->source.size - FOOTER_LENGTH;
    enum hunch_status status = hunch_archive_header(a, at, &footer);
    if (status == HUNCH_READ_ERROR)
        return status;
    if (status != HUNCH_OK || footer.type != PART_FOOTER || footer.header_length != FOOTER_LENGTH ||
        footer.footer.archive_length != a->source.size || footer.footer.index_length > at - ARCHIVE_HEADER_LENGTH)
        return HUNCH_OK;
    at -= footer.footer.index_length;
    status = hunch_archive_header(a, at, &index);
    if (status == HUNCH_READ_ERROR)
        return status;
    if (status != HUNCH_OK || index.type != PART_INDEX ||
        index.header_length + index.length != footer.footer.index_length)
        return HUNCH_OK;
    status = load_index(a, at, &index);
    if (status == HUNCH_OK && a->content_length != footer.footer.content_length)
        status = HUNCH_DAMAGED;
    if (status == HUNCH_OK)
        status = load_between(a, at);
    *used = status == HUNCH_OK;
    if (!*used) {
        a->places.length = a->members.entries.length = a->members.names.length = 0;
        a->content_length = 0;
    }
    return status == HUNCH_DAMAGED || status == HUNCH_TRUNCATED ? HUNCH_OK : status;
}

/* Where a walk over the parts of all archives is. */
struct walk {
    uint64_t offset;   /* of the next part, bytes */
    uint64_t first;    /* of the archive's first part */
    uint64_t base;     /* where the archive's content begins */
    uint64_t prior_at; /* as in struct place */
    bool inside;       /* an archive */
};

/* Steps over the next part. */
static enum hunch_status walk_part(struct hunch_archive *a, struct walk *w) {
    struct part part;
    enum hunch_status status = hunch_archive_header(a, w->offset, &part);
    if (status != HUNCH_OK)
        return status;
    if (part.length > UINT64_MAX - part.header_length)
        return HUNCH_DAMAGED;
    uint64_t length = part.header_length + part.length;
    if (length > a->source.size - w->offset)
        return HUNCH_TRUNCATED;
    if (part.type == PART_BLOCK) {
        if (part.block.start != a->content_length - w->base)
            return HUNCH_DAMAGED;
        status = add_place(a, w->offset, length, part.block.length, w->prior_at);
        w->inside = !(part.block.flags & BLOCK_SOLE);
    } else if (part.type == PART_MEMBERS) {
        status = load_members(a, w->offset, &part, w->base);
    } else if (part.type == PART_PRIOR) {
        status = w->offset == w->first ? HUNCH_OK : HUNCH_DAMAGED;
        w->prior_at = w->offset;
    } else if (part.type == PART_FOOTER) {
        w->inside = false;
    }
    w->offset += length;
    return status;
}

static enum hunch_status walk(struct hunch_archive *a) {
    struct walk w = {0};
    do {
        enum hunch_status status;
        if (w.inside) {
            status = walk_part(a, &w);
        } else {
            status = read_archive_header(a, w.offset);
            w.first = w.offset += ARCHIVE_HEADER_LENGTH;
            w.base = a->content_length;
            w.prior_at = 0;
            w.inside = true;
        }
        if (status != HUNCH_OK)
            return status;
    } while (w.inside || w.offset < a->source.size);
    return HUNCH_OK;
}

static enum hunch_status find_blocks(struct hunch_archive *a) {
    bool used = false;
    enum hunch_status status = read_archive_header(a, 0);
    if (status == HUNCH_OK)
        status = find_index(a, &used);
    if (status == HUNCH_OK && !used)
        status = walk(a);
    if (status == HUNCH_OK && a->content_length > a->context.settings.output_limit)
        status = HUNCH_SIZE_LIMIT;
    return status;
}

enum hunch_status hunch_archive_open(hunch_archive **archive, const struct hunch_source *source,
                                     const struct hunch_settings *settings) {
    struct context context;
    if (!archive)
        return HUNCH_BAD_ARGUMENT;
    *archive = NULL;
    enum hunch_status status = hunch_context_fill(&context, settings);
    if (status != HUNCH_OK || !source || !source->read)
        return HUNCH_BAD_ARGUMENT;
    hunch_archive *a = hunch_allocate(&context.allocator, sizeof *a);
    if (!a)
        return HUNCH_NO_MEMORY;
    a->context = context;
    a->source = *source;
    if (pthread_mutex_init(&a->lock, NULL) != 0) {
        hunch_release(&context.allocator, a);
        return HUNCH_NO_MEMORY;
    }
    status = find_blocks(a);
    if (status != HUNCH_OK)
        hunch_archive_close(&a);
    *archive = a;
    return status;
}

/* ---- what is asked of it */

enum hunch_status hunch_archive_block_header(const struct hunch_archive *a, uint64_t index, struct part *part) {
    const struct place *place = archive_place(a, index);
    enum hunch_status status = hunch_archive_header(a, place->archive_offset, part);
    if (status != HUNCH_OK)
        return status;
    bool same = part->type == PART_BLOCK && part->block.length == place->length &&
                part->length == place->part_length - part->header_length;
    return same ? HUNCH_OK : HUNCH_DAMAGED;
}

/* The stream with the most payload: a block of several streams goes by its name. */
static const struct stream_header *main_stream(const struct block_header *b) {
    const struct stream_header *most = &b->streams[0];
    for (unsigned i = 1; i < b->count; i++)
        if (b->streams[i].payload > most->payload)
            most = &b->streams[i];
    return most;
}

static const char *format_name(const struct block_header *b) {
    uint64_t id = b->streams[0].format;
    const struct format *format = id <= UINT32_MAX ? hunch_format_find((uint32_t)id) : NULL;
    if (b->flags & BLOCK_TYPED)
        return "pieces";
    if (b->flags & BLOCK_PRIMED)
        return "units";
    return format ? format->name : b->flags & BLOCK_FORMATTED ? "unknown" : "raw";
}

enum hunch_status hunch_archive_block(const hunch_archive *archive, uint64_t index, struct hunch_block_info *info) {
    struct part part;
    if (!archive || !info || info->sizeof_info < sizeof info->sizeof_info || index >= hunch_archive_blocks(archive))
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = hunch_archive_block_header(archive, index, &part);
    if (status != HUNCH_OK)
        return status;
    const struct block_header *b = &part.block;
    const struct stream_header *s = main_stream(b);
    const struct model *model = s->model <= UINT32_MAX ? hunch_model_find((uint32_t)s->model) : NULL;
    struct hunch_block_info full = {
        .sizeof_info = info->sizeof_info < sizeof full ? info->sizeof_info : sizeof full,
        .archive_offset = archive_place(archive, index)->archive_offset,
        .header_length = part.header_length,
        .coded_length = part.length,
        .offset = archive_place(archive, index)->start,
        .length = b->length,
        .check = b->content_check,
        .model_parameter = (uint32_t)s->parameter,
        .model = b->flags & BLOCK_PRIMED ? "primed" : model ? model->name : "unknown",
        .format = format_name(b),
    };
    (void)hunch_block_decode_need(&archive->context, NULL, b, part.length, &full.memory); /* 0 when nobody knows */
    memcpy(info, &full, full.sizeof_info);
    return HUNCH_OK;
}

/* ---- members */

static const struct member_entry *member_at(const struct hunch_archive *a, uint64_t index) {
    return (const struct member_entry *)(const void *)a->members.entries.bytes + index;
}

static const char *member_name(const struct hunch_archive *a, uint64_t index) {
    return (const char *)a->members.names.bytes + member_at(a, index)->name;
}

uint64_t hunch_archive_count(const hunch_archive *archive) {
    return archive->members.entries.length / sizeof(struct member_entry);
}

enum hunch_status hunch_archive_stat(const hunch_archive *archive, uint64_t index, struct hunch_member *member) {
    if (!archive || !member || member->sizeof_member < sizeof member->sizeof_member ||
        index >= hunch_archive_count(archive))
        return HUNCH_BAD_ARGUMENT;
    const struct member_entry *e = member_at(archive, index);
    struct hunch_member full = {
        .sizeof_member = member->sizeof_member < sizeof full ? member->sizeof_member : sizeof full,
        .name = member_name(archive, index),
        .offset = e->offset,
        .length = e->length,
        .mode = e->mode,
        .mtime = e->seconds,
        .mtime_nanoseconds = e->nanoseconds,
    };
    memcpy(member, &full, full.sizeof_member);
    return HUNCH_OK;
}

uint64_t hunch_archive_find(const hunch_archive *archive, const char *name) {
    for (uint64_t i = 0; archive && name && i < hunch_archive_count(archive); i++)
        if (strcmp(member_name(archive, i), name) == 0)
            return i;
    return UINT64_MAX;
}

void hunch_archive_close(hunch_archive **archive) {
    if (!archive || !*archive)
        return;
    hunch_archive *a = *archive;
    struct allocator allocator = a->context.allocator;
    hunch_archive_forget(a);
    pthread_mutex_destroy(&a->lock);
    hunch_buffer_free(&a->members.entries, &allocator);
    hunch_buffer_free(&a->members.names, &allocator);
    hunch_buffer_free(&a->places, &allocator);
    hunch_release(&allocator, a);
    *archive = NULL;
}
