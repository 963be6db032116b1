#include <string.h>

#include "base/hash.h"
#include "codec/block.h"
#include "codec/decoder.h"

enum { SCAN_CHUNK = 1 << 16 }; /* bytes */

static uint8_t *bytes_at(const struct decoder *d, size_t offset) {
    return d->held.bytes + d->at + offset;
}

static size_t held(const struct decoder *d) {
    return d->held.length - d->at;
}

static bool keeps_going(const struct decoder *d) {
    return d->base.context.settings.keep_going;
}

static void advance(struct decoder *d, size_t count) {
    d->at += count;
    d->consumed += count;
}

static void pass_part(struct decoder *d, const struct part *part) {
    advance(d, part->header_length);
    d->skip = part->length;
    d->consumed += part->length;
}

static void enter_archive(struct decoder *d) {
    d->inside = true;
    d->found = true;
    d->consumed = ARCHIVE_HEADER_LENGTH;
    d->why = HUNCH_DAMAGED;
}

static void leave_archive(struct decoder *d) {
    d->inside = false;
    d->base_offset += d->next;
    d->next = 0;
    d->index_read = false;
    d->prior = NULL;
    d->known_end = 0;
    d->known_last = false;
}

/* ---- what is wrong, and what is lost by it */

static enum step end_with(struct decoder *d, enum hunch_status status) {
    d->over = true;
    d->final = status;
    return STEP_OVER;
}

/* What stands here is not what must: the end, or with keep_going a search from the next byte on. */
static enum step trouble(struct decoder *d, enum hunch_status why) {
    if (!keeps_going(d))
        return end_with(d, why);
    d->scanning = true;
    d->why = why;
    if (held(d) > 0)
        advance(d, 1);
    return STEP_ON;
}

/* Queues a lost range at the place of the next block; `length` 0 means that nobody knows how much. */
static enum step lose(struct decoder *d, uint64_t length, enum hunch_status why) {
    if (hunch_queue_admit(&d->base.queue, 0, 0) != ADMISSION_GIVEN)
        return STEP_WAIT;
    struct job job = {.kind = JOB_LOST, .status = why, .offset = d->base_offset + d->next};
    job.block.length = length;
    hunch_queue_push(&d->base.queue, &job);
    d->next += length;
    return STEP_ON;
}

/* Leaves an archive (or bytes that are none) whose end was not found. */
static enum step lose_tail(struct decoder *d) {
    enum step step = STEP_ON;
    if (d->known_end > d->next)
        step = lose(d, d->known_end - d->next, d->why);
    if (step == STEP_ON && !d->known_last && !d->index_read)
        step = lose(d, 0, d->why);
    if (step == STEP_ON)
        leave_archive(d);
    return step;
}

/* The input has ended while searching. */
static enum step end_scan(struct decoder *d) {
    if (!d->found)
        return end_with(d, d->why);
    enum step step = lose_tail(d);
    return step == STEP_ON ? end_with(d, HUNCH_OK) : step;
}

/* Asks for bytes; when there are none, the archive is cut short. */
static enum step more(struct decoder *d, size_t wanted) {
    d->wanted = wanted;
    if (!d->input_ended)
        return STEP_MORE;
    if (!keeps_going(d) || held(d) > 0)
        return trouble(d, HUNCH_TRUNCATED);
    d->why = HUNCH_TRUNCATED;
    return end_scan(d);
}

static bool beyond_limit(const struct decoder *d, uint64_t start, uint64_t length) {
    uint64_t limit = d->base.context.settings.output_limit;
    return d->base_offset > limit || start > limit - d->base_offset || length > limit - d->base_offset - start;
}

/* Whether so much content may be gone here: a block of it leaves some bytes in the archive as a rule, so that few bytes
 * cannot stand for any amount. */
static bool plausible(const struct decoder *d, uint64_t length) {
    return length >> BLOCK_LENGTH_BITS <= d->consumed / BLOCK_BYTES_LEAST;
}

/* The content up to `end` is gone, as a good header or index tells: zeros. */
static enum step lose_until(struct decoder *d, uint64_t end) {
    if (beyond_limit(d, end, 0))
        return end_with(d, HUNCH_SIZE_LIMIT);
    if (!plausible(d, end - d->next))
        return trouble(d, HUNCH_DAMAGED);
    enum step step = lose(d, end - d->next, d->why);
    if (step == STEP_ON)
        d->why = HUNCH_DAMAGED;
    return step;
}

/* ---- blocks */

static void leave_block(struct decoder *d, const struct part *part) {
    d->why = HUNCH_DAMAGED;
    if (part->block.flags & BLOCK_SOLE)
        leave_archive(d);
}

static enum step lose_block(struct decoder *d, const struct part *part, enum hunch_status why) {
    if (!keeps_going(d))
        return end_with(d, why);
    if (part->block.length > BLOCK_LENGTH_MOST)
        return trouble(d, HUNCH_DAMAGED);
    enum step step = lose(d, part->block.length, why);
    if (step == STEP_ON) {
        pass_part(d, part);
        leave_block(d, part);
    }
    return step;
}

/* Whether a part (behind a sole block: the end or an archive) begins `offset` bytes from here. */
static enum reading follows(const struct decoder *d, size_t offset, bool sole, size_t *wanted) {
    size_t have = held(d) - offset;
    struct part part;
    enum hunch_status status;
    enum reading reading = READING_SHORT;
    *wanted = 1;
    if (sole && have == 0 && d->input_ended)
        return READING_WHOLE;
    if (have > 0)
        reading = sole ? hunch_archive_header_read(bytes_at(d, offset), have, &status, wanted)
                       : hunch_part_read(bytes_at(d, offset), have, &part, wanted);
    *wanted += offset;
    return reading;
}

/* Gives the payload to the pool: the buffer itself when nothing stands behind it, else a copy. */
static enum step submit(struct decoder *d, const struct part *part, size_t total, uint64_t need, bool suspect) {
    struct job job = {.kind = JOB_DECODE, .block = part->block, .coded = (size_t)part->length, .memory = need,
                      .prior = d->prior, .suspect = suspect};
    job.offset = d->base_offset + d->next;
    if (held(d) == total) {
        job.input = d->held;
        job.input_at = d->at + part->header_length;
        d->held = (struct buffer){0};
        d->at = 0;
        d->consumed += total;
    } else {
        /* a byte more, so that an empty payload has a place too */
        if (!hunch_buffer_reserve(&job.input, &d->base.context.allocator, job.coded + 1, job.coded + 1))
            return STEP_NO_MEMORY;
        memcpy(job.input.bytes, bytes_at(d, part->header_length), job.coded);
        advance(d, total);
    }
    hunch_queue_push(&d->base.queue, &job);
    d->next += part->block.length;
    leave_block(d, part);
    return STEP_ON;
}

/* The payload's check failed. When the next part stands where it should, its bytes were changed and the block is
 * lost; when not, bytes were added or taken away and the search begins inside the payload. */
static enum step bad_payload(struct decoder *d, const struct part *part, size_t total, uint64_t need) {
    bool sole = part->block.flags & BLOCK_SOLE;
    size_t wanted;
    if (!keeps_going(d))
        return end_with(d, HUNCH_DAMAGED);
    enum reading reading = follows(d, total, sole, &wanted);
    if (reading == READING_WHOLE && part->block.flags & BLOCK_PRIMED)
        return submit(d, part, total, need, true);
    if (reading == READING_WHOLE)
        return lose_block(d, part, HUNCH_DAMAGED);
    if (reading == READING_SHORT && !d->input_ended)
        return more(d, wanted);
    d->known_end = d->next + part->block.length;
    d->known_last = sole;
    return trouble(d, HUNCH_DAMAGED);
}

/* The input ends inside the payload. Behind a sole block nothing could be found; its payload may well hold parts of
 * an archive that was encoded once more. */
static enum step short_payload(struct decoder *d, const struct part *part) {
    d->known_end = d->next + part->block.length;
    d->known_last = part->block.flags & BLOCK_SOLE;
    if (d->known_last)
        advance(d, held(d));
    return more(d, 0);
}

static enum step read_block(struct decoder *d, const struct part *part) {
    const struct block_header *block = &part->block;
    uint64_t need;
    if (d->index_read || block->start < d->next || (!keeps_going(d) && block->start != d->next))
        return trouble(d, HUNCH_DAMAGED);
    if (beyond_limit(d, block->start, block->length))
        return end_with(d, HUNCH_SIZE_LIMIT);
    if (block->start > d->next)
        return lose_until(d, block->start);
    enum hunch_status status = hunch_block_decode_need(&d->base.context, d->prior, block, part->length, &need);
    if (status != HUNCH_OK)
        return lose_block(d, part, status);
    switch (hunch_queue_admit(&d->base.queue, need, d->own_memory)) {
    case ADMISSION_LATER: return STEP_WAIT;
    case ADMISSION_NEVER: return end_with(d, HUNCH_MEMORY_LIMIT);
    case ADMISSION_GIVEN: break;
    }
    size_t total = part->header_length + (size_t)part->length;
    if (held(d) < total)
        return d->input_ended ? short_payload(d, part) : more(d, total);
    if (hash_low(bytes_at(d, part->header_length), (size_t)part->length) != part->check)
        return bad_payload(d, part, total, need);
    return submit(d, part, total, need, false);
}

/* ---- other parts */

static bool index_content(struct decoder *d, const struct part *part, uint64_t *content) {
    struct wire w = wire_open(WIRE_READ, bytes_at(d, part->header_length), (size_t)part->length);
    *content = 0;
    while (!w.broken && w.at < w.end) {
        struct index_entry entry;
        hunch_index_entry(&w, &entry);
        if (entry.length > UINT64_MAX - *content)
            return false;
        *content += entry.length;
    }
    return !w.broken;
}

static enum step read_index(struct decoder *d, const struct part *part) {
    uint64_t content;
    if (part->length > SIZE_MAX / 2 || part->length > d->base.context.settings.memory_limit)
        return end_with(d, HUNCH_MEMORY_LIMIT);
    size_t total = part->header_length + (size_t)part->length;
    if (held(d) < total)
        return more(d, total);
    if (d->index_read || hash_low(bytes_at(d, part->header_length), (size_t)part->length) != part->check ||
        !index_content(d, part, &content) || content < d->next)
        return trouble(d, HUNCH_DAMAGED);
    if (content > d->next)
        return keeps_going(d) ? lose_until(d, content) : end_with(d, HUNCH_DAMAGED);
    d->index_read = true;
    d->index_length = total;
    advance(d, total);
    return STEP_ON;
}

static enum step read_footer(struct decoder *d, const struct part *part) {
    const struct footer *footer = &part->footer;
    bool right = d->index_read && footer->index_length == d->index_length && part->length == 0 &&
                 footer->archive_length == d->consumed + part->header_length && footer->content_length == d->next;
    if (!right && !keeps_going(d))
        return end_with(d, HUNCH_DAMAGED);
    if (footer->content_length > d->next)
        return lose_until(d, footer->content_length);
    advance(d, part->header_length);
    leave_archive(d);
    return STEP_ON;
}

/* Opens the prior that an archive holds itself; one that an archive before held too serves again. */
static enum hunch_status open_own(struct decoder *d, const uint8_t *bytes, size_t length, uint64_t id) {
    const struct context *c = &d->base.context;
    hunch_prior **own = (hunch_prior **)(void *)d->own.bytes, *prior;
    for (size_t i = 0; i < d->own.length / sizeof *own; i++)
        if (hunch_prior_id(own[i]) == id) {
            d->prior = own[i];
            return HUNCH_OK;
        }
    enum hunch_status status = hunch_prior_open_own(&prior, bytes, length, id, &c->settings, d->own_memory);
    if (status == HUNCH_OK && !hunch_buffer_append(&d->own, &c->allocator, &prior, sizeof prior)) {
        hunch_prior_close(&prior);
        status = HUNCH_NO_MEMORY;
    }
    if (status == HUNCH_OK)
        d->own_memory += hunch_prior_taken(prior);
    d->prior = prior;
    return status;
}

static enum step read_prior(struct decoder *d, const struct part *part) {
    const struct hunch_settings *s = &d->base.context.settings;
    enum hunch_status status = HUNCH_OK;
    if (d->consumed != ARCHIVE_HEADER_LENGTH)
        return trouble(d, HUNCH_DAMAGED);
    if (part->length > SIZE_MAX / 2 || part->length > s->memory_limit)
        return end_with(d, HUNCH_MEMORY_LIMIT);
    size_t total = part->header_length + (size_t)part->length;
    if (held(d) < total)
        return more(d, total);
    uint8_t *bytes = bytes_at(d, part->header_length);
    d->prior = NULL;
    if (hash_low(bytes, (size_t)part->length) != part->check)
        return trouble(d, HUNCH_DAMAGED);
    if (part->length > 0) {
        status = open_own(d, bytes, (size_t)part->length, part->prior.id);
    } else {
        d->prior = hunch_prior_find(s, &part->prior);
    }
    if (status != HUNCH_OK && (status != HUNCH_DAMAGED || !keeps_going(d)))
        return end_with(d, status);
    advance(d, total); /* a prior that is missing is told by the first block that needs it */
    return STEP_ON;
}

/* A part of a later version: passed over when optional. */
static enum step read_unknown(struct decoder *d, const struct part *part) {
    if (part->status != HUNCH_OK) {
        if (!keeps_going(d))
            return end_with(d, part->status);
        d->why = part->status;
        enum step step = lose(d, 0, part->status);
        if (step != STEP_ON)
            return step;
    }
    pass_part(d, part);
    return STEP_ON;
}

static enum step read_part(struct decoder *d) {
    struct part part;
    size_t wanted = 1;
    enum reading reading = held(d) ? hunch_part_read(bytes_at(d, 0), held(d), &part, &wanted) : READING_SHORT;
    if (reading == READING_SHORT)
        return more(d, wanted);
    if (reading == READING_BAD)
        return trouble(d, HUNCH_DAMAGED);
    if (part.status != HUNCH_OK)
        return read_unknown(d, &part);
    switch (part.type) {
    case PART_BLOCK: return read_block(d, &part);
    case PART_INDEX: return read_index(d, &part);
    case PART_FOOTER: return read_footer(d, &part);
    case PART_PRIOR: return read_prior(d, &part);
    default: return read_unknown(d, &part);
    }
}

static enum step read_archive_header(struct decoder *d) {
    enum hunch_status status;
    size_t wanted = 1;
    enum reading reading = READING_SHORT;
    if (held(d) > 0)
        reading = hunch_archive_header_read(bytes_at(d, 0), held(d), &status, &wanted);
    else if (d->input_ended && d->found)
        return end_with(d, HUNCH_OK);
    if (reading == READING_SHORT)
        return more(d, wanted);
    if (reading == READING_BAD || status != HUNCH_OK)
        return trouble(d, reading == READING_BAD ? HUNCH_NOT_ARCHIVE : status);
    enter_archive(d);
    d->at += ARCHIVE_HEADER_LENGTH;
    return STEP_ON;
}

/* ---- the search after damage */

/* Whether something that can be gone on with begins here. */
static enum reading look(const struct decoder *d, size_t *wanted) {
    uint8_t *bytes = bytes_at(d, 0);
    struct part part;
    enum hunch_status status = HUNCH_OK;
    enum reading reading = READING_BAD;
    if (bytes[0] == ARCHIVE_FIRST_BYTE) {
        reading = hunch_archive_header_read(bytes, held(d), &status, wanted);
    } else if (bytes[0] == PART_BLOCK || (!d->inside && bytes[0] == PART_PRIOR) ||
               (d->inside && (bytes[0] == PART_INDEX || bytes[0] == PART_FOOTER))) {
        reading = hunch_part_read(bytes, held(d), &part, wanted);
        if (reading == READING_WHOLE) {
            bool old = (part.type == PART_BLOCK && part.block.start < d->next) ||
                       (part.type == PART_FOOTER && part.footer.content_length < d->next);
            status = old ? HUNCH_DAMAGED : part.status;
        }
    }
    return status == HUNCH_OK ? reading : READING_BAD;
}

/* Goes on at what `look` found. */
static enum step resume(struct decoder *d) {
    bool header = *bytes_at(d, 0) == ARCHIVE_FIRST_BYTE;
    if (d->found && (header || !d->inside)) {
        enum step step = lose_tail(d);
        if (step != STEP_ON)
            return step;
    }
    if (!header && !d->inside)
        enter_archive(d);
    d->scanning = false;
    return STEP_ON;
}

static enum step scan(struct decoder *d) {
    while (held(d) > 0) {
        size_t wanted;
        enum reading reading = look(d, &wanted);
        if (reading == READING_WHOLE)
            return resume(d);
        if (reading == READING_SHORT && !d->input_ended) {
            d->wanted = wanted;
            return STEP_MORE;
        }
        advance(d, 1);
    }
    d->wanted = SCAN_CHUNK;
    return d->input_ended ? end_scan(d) : STEP_MORE;
}

enum step hunch_reader_step(struct decoder *d) {
    if (d->over)
        return STEP_OVER;
    if (d->scanning)
        return scan(d);
    return d->inside ? read_part(d) : read_archive_header(d);
}
