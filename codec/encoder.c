#include <string.h>

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "codec/members.h"
#include "codec/plan.h"
#include "codec/prior.h"
#include "codec/raw.h"
#include "codec/stream.h"
#include "formats/pieces/array.h"

/* Input waits in two halves of up to one block each: whether the first half is cut as a whole block or shared out
 * evenly is known when the second is full or the input ends. */
struct encoder {
    struct hunch_stream base;
    struct buffer halves[2];
    struct buffer spare; /* empty, of a block that is done: fresh memory costs more than coding noise does */
    uint64_t start;        /* original bytes in blocks cut so far */
    uint64_t cut;          /* blocks */
    struct buffer pending; /* headers and trailer that wait for room in the output */
    uint64_t pending_given;
    bool head_begun;      /* the header of the queue's head is in `pending` or given */
    struct buffer index;  /* entries of the blocks written */
    uint64_t archive_length; /* bytes, given or pending */
    bool ended;              /* the archive's last part is given or pending */
    struct member_writer members;
    uint64_t grouped;        /* members that begin in the block in hand */
    struct buffer unit_begins; /* of uint64_t: where units begin in what waits, in all content; without a prior none */
    uint64_t unit_after;       /* where the unit behind a boundary begins */
    bool boundary;           /* what waits must be cut before more is taken */
    struct buffer outlook;   /* of struct array: those of a file that is longer than a block, places in all content */
    struct buffer begins;    /* of uint64_t: where members begin in what waits */
    size_t begins_passed;    /* of them, bytes that are behind */
    struct job next;         /* of the block that is cut next, when `prepared` */
    bool prepared;
};

static struct encoder *encoder_of(struct hunch_stream *stream) {
    return (struct encoder *)(void *)stream;
}

static bool write_pending(struct encoder *e, const uint8_t *bytes, size_t length) {
    e->archive_length += length;
    return hunch_buffer_append(&e->pending, &e->base.context.allocator, bytes, length);
}

/* ---- out: headers, payloads, trailer */

static bool write_prior(struct encoder *e) {
    uint8_t bytes[PART_HEADER_MOST];
    const struct hunch_prior *prior = e->base.context.settings.prior;
    size_t length = e->base.context.settings.self_contained ? prior->file.length : 0;
    struct part part = {.type = PART_PRIOR, .length = length, .prior.id = prior->id};
    memcpy(part.prior.name, prior->name, sizeof part.prior.name);
    part.check = hash_low(prior->file.bytes, length);
    hunch_part_write(&part, bytes);
    return write_pending(e, bytes, part.header_length) && write_pending(e, prior->file.bytes, length);
}

static bool write_block_header(struct encoder *e, struct job *job) {
    uint8_t bytes[PART_HEADER_MOST];
    uint64_t gap = 0;
    if (e->archive_length == 0) {
        hunch_archive_header_write(bytes);
        if (!write_pending(e, bytes, ARCHIVE_HEADER_LENGTH))
            return false;
        bool needed = job->block.flags & BLOCK_PRIMED || !(job->block.flags & BLOCK_SOLE);
        if (e->base.context.settings.prior && needed && !write_prior(e))
            return false;
        gap = e->archive_length - ARCHIVE_HEADER_LENGTH;
    }
    uint64_t length;
    const uint8_t *payload = hunch_job_result(job, &length);
    struct part part = {.type = PART_BLOCK, .length = length, .block = job->block};
    part.check = (uint32_t)hunch_hash(payload, (size_t)length);
    hunch_part_write(&part, bytes);
    if (!write_pending(e, bytes, part.header_length))
        return false;
    e->archive_length += length;
    struct index_entry entry = {.gap = gap, .part_length = part.header_length + length, .length = job->block.length};
    struct wire w = wire_open(WIRE_WRITE, bytes, sizeof bytes);
    hunch_index_entry(&w, &entry);
    e->ended = job->block.flags & BLOCK_SOLE;
    return hunch_buffer_append(&e->index, &e->base.context.allocator, bytes, (size_t)(w.at - bytes));
}

static enum hunch_status write_members(struct encoder *e) {
    uint8_t bytes[PART_HEADER_MOST];
    struct buffer payload = {0};
    enum hunch_status status = hunch_members_write(&e->members, &e->base.context, e->start, &payload);
    struct part part = {.type = PART_MEMBERS, .length = payload.length};
    part.check = (uint32_t)hunch_hash(payload.bytes, payload.length);
    hunch_part_write(&part, bytes);
    if (status == HUNCH_OK && (!write_pending(e, bytes, part.header_length) ||
                               !write_pending(e, payload.bytes, payload.length)))
        status = HUNCH_NO_MEMORY;
    hunch_buffer_free(&payload, &e->base.context.allocator);
    return status;
}

static bool write_index(struct encoder *e) {
    uint8_t bytes[PART_HEADER_MOST];
    struct part index = {.type = PART_INDEX, .length = e->index.length};
    index.check = (uint32_t)hunch_hash(e->index.bytes, e->index.length);
    hunch_part_write(&index, bytes);
    if (!write_pending(e, bytes, index.header_length) || !write_pending(e, e->index.bytes, e->index.length))
        return false;
    struct part footer = {.type = PART_FOOTER, .check = (uint32_t)hunch_hash(NULL, 0)};
    footer.footer = (struct footer){
        .archive_length = e->archive_length + FOOTER_LENGTH,
        .content_length = e->start,
        .index_length = index.header_length + e->index.length,
    };
    hunch_part_write(&footer, bytes);
    e->ended = true;
    return write_pending(e, bytes, footer.header_length);
}

static enum hunch_status write_trailer(struct encoder *e) {
    enum hunch_status status = e->members.count ? write_members(e) : HUNCH_OK;
    return status == HUNCH_OK && !write_index(e) ? HUNCH_NO_MEMORY : status;
}

/* Keeps the larger of a done block's buffer and the spare one. */
static void recycle(struct encoder *e, struct buffer *done) {
    if (done->capacity <= e->spare.capacity)
        return;
    struct buffer smaller = e->spare;
    e->spare = *done;
    e->spare.length = 0;
    *done = smaller;
}

/* Gives what is ready, in order; *full tells that the output had no room for all of it. NO_MEMORY, or what a block's
 * encoding answered. */
static enum hunch_status drain(struct encoder *e, struct hunch_output *out, bool *full) {
    for (;;) {
        *full = !hunch_stream_give(out, e->pending.bytes, e->pending.length, &e->pending_given);
        if (*full)
            return HUNCH_OK;
        e->pending.length = 0;
        e->pending_given = 0;
        struct job *job = hunch_queue_head(&e->base.queue);
        if (!job || !hunch_queue_head_finished(&e->base.queue))
            return HUNCH_OK;
        if (job->status != HUNCH_OK)
            return job->status;
        if (!e->head_begun) {
            e->head_begun = true;
            if (!write_block_header(e, job))
                return HUNCH_NO_MEMORY;
            continue;
        }
        uint64_t length;
        const uint8_t *payload = hunch_job_result(job, &length);
        *full = !hunch_stream_give(out, payload, length, &job->given);
        if (*full)
            return HUNCH_OK;
        e->head_begun = false;
        if (hunch_queue_head_go_on(&e->base.queue))
            continue;
        recycle(e, &job->input);
        hunch_queue_pop(&e->base.queue);
    }
}

/* ---- in: halves, blocks */

/* Whether the limit lets `more` bytes wait. The next block will hold half of what waits, or more: when not even that
 * could be encoded, more input changes nothing. */
static bool room_for(const struct encoder *e, size_t more) {
    uint64_t limit = e->base.context.settings.memory_limit, block = e->base.context.settings.block_size;
    uint64_t waiting = (uint64_t)e->halves[0].length + e->halves[1].length + more, least = (waiting + 1) / 2;
    return waiting <= limit && hunch_block_plain_need(&e->base.context, least < block ? least : block) <= limit;
}

static enum hunch_status take(struct encoder *e, struct hunch_input *in) {
    size_t block = (size_t)e->base.context.settings.block_size;
    for (int i = 0; i < 2; i++) {
        struct buffer *half = &e->halves[i];
        size_t room = block - half->length;
        size_t left = in->size - in->position;
        size_t count = left < room ? left : room;
        if (count == 0)
            continue;
        if (!room_for(e, count))
            return HUNCH_MEMORY_LIMIT;
        if (half->capacity == 0) {
            *half = e->spare;
            e->spare = (struct buffer){0};
        }
        if (!hunch_buffer_reserve(half, &e->base.context.allocator, count, block))
            return HUNCH_NO_MEMORY;
        memcpy(half->bytes + half->length, (const uint8_t *)in->data + in->position, count);
        half->length += count;
        in->position += count;
    }
    return HUNCH_OK;
}

/* Moves the tail of the first half, from `length` on, before the content of the second: that they fit there follows
 * from the cut (the second part is never the longer one). */
static enum hunch_status share(struct encoder *e, size_t length) {
    struct buffer *first = &e->halves[0], *second = &e->halves[1];
    size_t tail = first->length - length;
    if (!hunch_buffer_reserve(second, &e->base.context.allocator, tail, SIZE_MAX))
        return HUNCH_NO_MEMORY;
    memmove(second->bytes + tail, second->bytes, second->length);
    memcpy(second->bytes, first->bytes + length, tail);
    first->length = length;
    second->length += tail;
    return HUNCH_OK;
}

/* ---- files that are longer than a block */

enum { OUTLOOK_MOST = 1 << 14 /* arrays of a file that are known beyond its first block */ };

/* Looks at a block with which a file begins, for the blocks behind it. */
static enum hunch_status look_out(struct encoder *e, size_t length) {
    const struct allocator *a = &e->base.context.allocator;
    e->outlook.length = 0;
    if (!e->base.context.settings.use_formats)
        return HUNCH_OK;
    if (!hunch_buffer_reserve(&e->outlook, a, OUTLOOK_MOST * sizeof(struct array), SIZE_MAX))
        return HUNCH_NO_MEMORY;
    struct array *arrays = (struct array *)(void *)e->outlook.bytes;
    size_t n = hunch_pieces_outlook(e->halves[0].bytes, length, arrays, OUTLOOK_MOST);
    for (size_t i = 0; i < n; i++)
        arrays[i].before += e->start;
    e->outlook.length = n * sizeof *arrays;
    return HUNCH_OK;
}

/* Where the first member behind those passed begins; UINT64_MAX when none does. */
static uint64_t next_begin(const struct encoder *e) {
    return e->begins_passed < e->begins.length ? load_u64(e->begins.bytes + e->begins_passed) : UINT64_MAX;
}

/* Passes over the members that began before the next block; true when a file begins with it. */
static bool begins_here(struct encoder *e) {
    while (next_begin(e) < e->start)
        e->begins_passed += sizeof(uint64_t);
    if (e->begins_passed == e->begins.length)
        e->begins_passed = e->begins.length = 0;
    return e->members.count ? next_begin(e) == e->start : e->start == 0;
}

/* The arrays of the outlook that lie in the next `length` bytes, up to where another file begins, as the block sees
 * them. */
static enum hunch_status arrays_within(const struct encoder *e, size_t length, struct buffer *known) {
    uint64_t left = next_begin(e) - e->start;
    struct outlook all = hunch_job_outlook(&e->outlook);
    if (e->base.context.settings.as && e->members.count > 0) {
        struct array a;
        struct outlook own = hunch_raw_outlook(e->base.context.settings.as, length, &a);
        return hunch_buffer_append(known, &e->base.context.allocator, &a, own.count * sizeof a)
                   ? HUNCH_OK
                   : HUNCH_NO_MEMORY;
    }
    for (size_t i = 0; i < all.count; i++) {
        struct array a;
        if (!hunch_array_rest(&all.arrays[i], e->start, &a) || a.before >= length ||
            a.before >= left || !hunch_array_fit(&a, left - a.before))
            continue;
        if (!hunch_buffer_append(known, &e->base.context.allocator, &a, sizeof a))
            return HUNCH_NO_MEMORY;
    }
    return HUNCH_OK;
}

/* What is known of the next block from the ones before; a file that begins with it is looked at when it goes on. */
static enum hunch_status foresee(struct encoder *e, size_t length, bool all, struct buffer *known) {
    if (begins_here(e) && !e->base.context.settings.as)
        return all ? HUNCH_OK : look_out(e, length);
    return arrays_within(e, length, known);
}

/* ---- units */

enum { UNITS_BYTES = 1 << 17, UNITS_MOST = 1 << 8 /* of content, and of units, from which on a block is cut */ };

/* The lengths of the units of the next `length` bytes, when they are whole units that a prior may take; else
 * none. `whole`: nothing waits behind them. */
static enum hunch_status units_within(const struct encoder *e, size_t length, bool whole, struct buffer *units) {
    const struct allocator *a = &e->base.context.allocator;
    const uint64_t *begin = (const uint64_t *)(const void *)e->unit_begins.bytes, only = e->start;
    size_t count = e->unit_begins.length / sizeof *begin;
    if (!e->base.context.settings.prior || !whole || length == 0)
        return HUNCH_OK;
    if (e->members.count == 0) {
        begin = &only;
        count = 1;
    }
    while (count > 1 && begin[count - 1] == e->start + length)
        count--; /* empty members at the end */
    bool good = count > 0 && begin[0] == e->start && count <= BLOCK_UNITS_MOST;
    for (size_t i = 0; i < count && good; i++) {
        uint64_t unit = (i + 1 < count ? begin[i + 1] : e->start + length) - begin[i];
        good = unit > 0 && unit <= UNIT_MOST;
        if (good && !hunch_buffer_append(units, a, &unit, sizeof unit))
            return HUNCH_NO_MEMORY;
    }
    if (!good)
        units->length = 0;
    return HUNCH_OK;
}

/* Makes the next block's job ready, but for its input: what is known of it and what it needs. It is looked at
 * once, however often the queue has no room for it. */
static enum hunch_status prepare(struct encoder *e, size_t length, bool all) {
    struct job *next = &e->next;
    if (e->prepared && next->block.length == length)
        return HUNCH_OK;
    hunch_buffer_free(&next->known, &e->base.context.allocator);
    hunch_buffer_free(&next->units, &e->base.context.allocator);
    *next = (struct job){.kind = JOB_ENCODE, .block = {.start = e->start, .length = length}};
    enum hunch_status status = foresee(e, length, all, &next->known);
    if (status == HUNCH_OK)
        status = units_within(e, length, length == e->halves[0].length + e->halves[1].length, &next->units);
    if (status != HUNCH_OK)
        return status;
    struct outlook known = hunch_job_outlook(&next->known);
    next->memory = hunch_block_encode_need(&e->base.context, e->halves[0].bytes, length, known, &next->room);
    e->prepared = true;
    return next->memory == UINT64_MAX ? HUNCH_BAD_ARGUMENT : HUNCH_OK;
}

/* Sends the first `length` bytes that wait to the pool. */
static void cut(struct encoder *e, size_t length, bool sole) {
    e->next.input = e->halves[0];
    e->next.block.flags = sole ? BLOCK_SOLE : 0;
    hunch_queue_push(&e->base.queue, &e->next);
    e->next = (struct job){0};
    e->prepared = false;
    e->halves[0] = e->halves[1];
    e->halves[1] = (struct buffer){0};
    e->start += length;
    e->unit_begins.length = 0;
    e->cut++;
}

/* Cuts one block if the rule allows and the queue admits it; *moved tells. `ending` means that what waits is all
 * there is up to a flush or the end (`finish`). */
static enum hunch_status cut_next(struct encoder *e, bool ending, bool finish, bool *moved) {
    uint64_t block = e->base.context.settings.block_size;
    uint64_t waiting = (uint64_t)e->halves[0].length + e->halves[1].length;
    bool empty_archive = finish && e->cut == 0 && waiting == 0;
    *moved = false;
    if (waiting < 2 * block && (!ending || (waiting == 0 && !empty_archive)))
        return HUNCH_OK;
    size_t length = (size_t)hunch_plan_cut(waiting, block);
    enum hunch_status status = prepare(e, length, ending && length == waiting);
    if (status != HUNCH_OK)
        return status;
    switch (hunch_queue_admit(&e->base.queue, e->next.memory, (uint64_t)e->halves[1].capacity + e->spare.capacity)) {
    case ADMISSION_LATER: return HUNCH_OK;
    case ADMISSION_NEVER: return HUNCH_MEMORY_LIMIT;
    case ADMISSION_GIVEN: break;
    }
    if (length < e->halves[0].length && share(e, length) != HUNCH_OK)
        return HUNCH_NO_MEMORY;
    cut(e, length, finish && e->cut == 0 && length == waiting && e->members.count == 0);
    *moved = true;
    return HUNCH_OK;
}

/* Takes input and cuts blocks as far as the queue admits. */
static enum hunch_status feed(struct encoder *e, struct hunch_input *in, enum hunch_directive directive) {
    bool moved = true;
    enum hunch_status status = HUNCH_OK;
    while (e->boundary && status == HUNCH_OK && moved)
        status = cut_next(e, true, false, &moved);
    if (e->boundary && status == HUNCH_OK && e->halves[0].length > 0)
        return HUNCH_OK; /* the queue must give something out first */
    if (e->boundary && e->base.context.settings.prior &&
        !hunch_buffer_append(&e->unit_begins, &e->base.context.allocator, &e->unit_after,
                             sizeof e->unit_after))
        return HUNCH_NO_MEMORY;
    e->boundary = false;
    moved = true;
    while (status == HUNCH_OK && moved) {
        status = take(e, in);
        bool ending = directive != HUNCH_CONTINUE && in->position == in->size;
        if (status == HUNCH_OK)
            status = cut_next(e, ending, ending && directive == HUNCH_FINISH, &moved);
    }
    return status;
}

static enum hunch_status run(struct hunch_stream *stream, struct hunch_input *in, struct hunch_output *out,
                             enum hunch_directive directive, int *done) {
    struct encoder *e = encoder_of(stream);
    if (e->ended && in->position < in->size)
        return HUNCH_BAD_ARGUMENT;
    for (;;) {
        bool full;
        enum hunch_status status = drain(e, out, &full);
        if (status == HUNCH_OK)
            status = feed(e, in, directive);
        if (status != HUNCH_OK)
            return status;
        if (full)
            return HUNCH_OK;
        bool all_taken = in->position == in->size;
        if (!hunch_queue_head(&stream->queue)) {
            *done = directive != HUNCH_FINISH || e->ended;
            if (*done)
                return HUNCH_OK;
            status = write_trailer(e);
            if (status != HUNCH_OK)
                return status;
        } else if (all_taken && directive == HUNCH_CONTINUE && !hunch_queue_head_finished(&stream->queue)) {
            *done = 1;
            return HUNCH_OK;
        } else {
            hunch_queue_head_wait(&stream->queue);
        }
    }
}

/* Whether a group of `length` bytes has no room for this member within `size` bytes. */
static bool no_room(const struct hunch_member *member, uint64_t length, uint64_t size) {
    return length >= size || member->length > size - length;
}

/* Whether the group in hand, of `length` bytes and as many members as were counted, is full before this
 * member; it may have `most` members, 0: any number. */
static bool group_full(const struct encoder *e, const struct hunch_member *member, uint64_t length, uint64_t most) {
    uint64_t size = e->base.context.settings.group_size;
    return length > 0 && ((most && e->grouped >= most) || (size && no_room(member, length, size)));
}

/* The same of a unit: groups are of one member, unless the settings say otherwise. */
static bool unit_full(const struct encoder *e, const struct hunch_member *member, uint64_t length) {
    const struct hunch_settings *s = &e->base.context.settings;
    uint64_t most = s->group_members || s->group_size ? s->group_members : 1;
    return group_full(e, member, length, most) || no_room(member, length, UNIT_MOST);
}

/* Begins another unit with this member where that must be, and another block when what waits is enough. */
static enum hunch_status begin_unit(struct encoder *e, const struct hunch_member *member, uint64_t at) {
    size_t count = e->unit_begins.length / sizeof at;
    uint64_t last = count > 0 ? ((const uint64_t *)(const void *)e->unit_begins.bytes)[count - 1] : at;
    bool large = member->length > UNIT_MOST || at - last > UNIT_MOST, empty = count > 0 && at == last;
    if (count > 0 && (empty ? !large : !unit_full(e, member, at - last)))
        return HUNCH_OK;
    if (empty)
        e->unit_begins.length = --count * sizeof at; /* members without content go with the large one */
    e->grouped = 0;
    if (count >= UNITS_MOST || (count == 0 && at > e->start) ||
        (count > 0 && (large || at - e->start >= UNITS_BYTES))) {
        e->boundary = true; /* cutting forgets the units of the block: this one is put behind it */
        e->unit_after = at;
        return HUNCH_OK;
    }
    return hunch_buffer_append(&e->unit_begins, &e->base.context.allocator, &at, sizeof at) ? HUNCH_OK
                                                                                            : HUNCH_NO_MEMORY;
}

static enum hunch_status begin_member(struct hunch_stream *stream, const struct hunch_member *member) {
    struct encoder *e = encoder_of(stream);
    uint64_t at = e->start + e->halves[0].length + e->halves[1].length;
    if ((e->members.count == 0 && at > 0) || e->ended)
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = stream->context.settings.prior ? begin_unit(e, member, at) : HUNCH_OK;
    if (status != HUNCH_OK)
        return status;
    if (!stream->context.settings.prior &&
        group_full(e, member, at - e->start, stream->context.settings.group_members)) {
        e->boundary = true;
        e->grouped = 0;
    }
    e->grouped++;
    uint8_t begin[sizeof at];
    store_u64(begin, at);
    status = hunch_members_add(&e->members, &stream->context.allocator, member, at);
    return status == HUNCH_OK &&
                   !hunch_buffer_append(&e->begins, &e->base.context.allocator, begin, sizeof begin)
               ? HUNCH_NO_MEMORY
               : status;
}

static void release(struct hunch_stream *stream) {
    struct encoder *e = encoder_of(stream);
    const struct allocator *allocator = &stream->context.allocator;
    hunch_buffer_free(&e->halves[0], allocator);
    hunch_buffer_free(&e->halves[1], allocator);
    hunch_buffer_free(&e->spare, allocator);
    hunch_buffer_free(&e->pending, allocator);
    hunch_buffer_free(&e->index, allocator);
    hunch_members_free(&e->members, allocator);
    hunch_buffer_free(&e->outlook, allocator);
    hunch_buffer_free(&e->begins, allocator);
    hunch_buffer_free(&e->unit_begins, allocator);
    hunch_buffer_free(&e->next.units, allocator);
    hunch_buffer_free(&e->next.known, allocator);
}

/* Takes the caller's word for what the content is. */
static enum hunch_status take_word(struct encoder *e, const char *as) {
    struct array array;
    if (!hunch_raw_parse(as, &array))
        return HUNCH_BAD_ARGUMENT;
    return hunch_buffer_append(&e->outlook, &e->base.context.allocator, &array, sizeof array)
               ? HUNCH_OK
               : HUNCH_NO_MEMORY;
}

enum hunch_status hunch_encoder_open(hunch_stream **stream, const struct hunch_settings *settings) {
    if (!stream)
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = hunch_stream_make(stream, sizeof(struct encoder), settings);
    if (status != HUNCH_OK)
        return status;
    if ((*stream)->context.settings.prior)
        hunch_prior_share((*stream)->context.settings.prior, (*stream)->context.settings.threads);
    (*stream)->run = run;
    (*stream)->member = begin_member;
    (*stream)->release = release;
    if ((*stream)->context.settings.as)
        status = take_word(encoder_of(*stream), (*stream)->context.settings.as);
    if (status != HUNCH_OK)
        hunch_stream_close(stream);
    return status;
}
