#include <string.h>

#include "base/hash.h"
#include "base/buffer.h"
#include "codec/plan.h"
#include "codec/stream.h"

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
};

static struct encoder *encoder_of(struct hunch_stream *stream) {
    return (struct encoder *)(void *)stream;
}

static bool append(struct encoder *e, struct buffer *buffer, const uint8_t *bytes, size_t length) {
    if (!hunch_buffer_reserve(buffer, &e->base.context.allocator, length, SIZE_MAX))
        return false;
    memcpy(buffer->bytes + buffer->length, bytes, length);
    buffer->length += length;
    return true;
}

static bool write_pending(struct encoder *e, const uint8_t *bytes, size_t length) {
    e->archive_length += length;
    return append(e, &e->pending, bytes, length);
}

/* ---- out: headers, payloads, trailer */

static bool write_block_header(struct encoder *e, struct job *job) {
    uint8_t bytes[PART_HEADER_MOST];
    if (e->archive_length == 0) {
        hunch_archive_header_write(bytes);
        if (!write_pending(e, bytes, ARCHIVE_HEADER_LENGTH))
            return false;
    }
    uint64_t length;
    const uint8_t *payload = hunch_job_result(job, &length);
    struct part part = {.type = PART_BLOCK, .length = length, .block = job->block};
    part.check = (uint32_t)hunch_hash(payload, (size_t)length);
    hunch_part_write(&part, bytes);
    if (!write_pending(e, bytes, part.header_length))
        return false;
    e->archive_length += length;
    struct index_entry entry = {.part_length = part.header_length + length, .length = job->block.length};
    struct wire w = wire_open(WIRE_WRITE, bytes, sizeof bytes);
    hunch_index_entry(&w, &entry);
    e->ended = job->block.flags & BLOCK_SOLE;
    return append(e, &e->index, bytes, (size_t)(w.at - bytes));
}

static bool write_trailer(struct encoder *e) {
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
        recycle(e, &job->input);
        hunch_queue_pop(&e->base.queue);
        e->head_begun = false;
    }
}

/* ---- in: halves, blocks */

static enum hunch_status take(struct encoder *e, struct hunch_input *in) {
    size_t block = (size_t)e->base.context.settings.block_size;
    for (int i = 0; i < 2; i++) {
        struct buffer *half = &e->halves[i];
        size_t room = block - half->length;
        size_t left = in->size - in->position;
        size_t count = left < room ? left : room;
        if (count == 0)
            continue;
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

/* Sends the first `length` bytes that wait to the pool. */
static void cut(struct encoder *e, size_t length, bool sole, uint64_t need) {
    struct job job = {
        .kind = JOB_ENCODE,
        .input = e->halves[0],
        .memory = need,
        .block = {.flags = sole ? BLOCK_SOLE : 0, .start = e->start, .length = length},
    };
    e->halves[0] = e->halves[1];
    e->halves[1] = (struct buffer){0};
    e->start += length;
    e->cut++;
    hunch_queue_push(&e->base.queue, &job);
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
    uint64_t need = hunch_block_encode_need(&e->base.context, e->halves[0].bytes, length);
    uint64_t held = (uint64_t)e->halves[1].capacity + e->spare.capacity;
    if (need == UINT64_MAX)
        return HUNCH_BAD_ARGUMENT;
    switch (hunch_queue_admit(&e->base.queue, need, held)) {
    case ADMISSION_LATER: return HUNCH_OK;
    case ADMISSION_NEVER: return HUNCH_MEMORY_LIMIT;
    case ADMISSION_GIVEN: break;
    }
    if (length < e->halves[0].length && share(e, length) != HUNCH_OK)
        return HUNCH_NO_MEMORY;
    cut(e, length, finish && e->cut == 0 && length == waiting, need);
    *moved = true;
    return HUNCH_OK;
}

/* Takes input and cuts blocks as far as the queue admits. */
static enum hunch_status feed(struct encoder *e, struct hunch_input *in, enum hunch_directive directive) {
    bool moved = true;
    enum hunch_status status = HUNCH_OK;
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
            if (!write_trailer(e))
                return HUNCH_NO_MEMORY;
        } else if (all_taken && directive == HUNCH_CONTINUE && !hunch_queue_head_finished(&stream->queue)) {
            *done = 1;
            return HUNCH_OK;
        } else {
            hunch_queue_head_wait(&stream->queue);
        }
    }
}

static void release(struct hunch_stream *stream) {
    struct encoder *e = encoder_of(stream);
    const struct allocator *allocator = &stream->context.allocator;
    hunch_buffer_free(&e->halves[0], allocator);
    hunch_buffer_free(&e->halves[1], allocator);
    hunch_buffer_free(&e->spare, allocator);
    hunch_buffer_free(&e->pending, allocator);
    hunch_buffer_free(&e->index, allocator);
}

enum hunch_status hunch_encoder_open(hunch_stream **stream, const struct hunch_settings *settings) {
    if (!stream)
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = hunch_stream_make(stream, sizeof(struct encoder), settings);
    if (status == HUNCH_OK) {
        (*stream)->run = run;
        (*stream)->release = release;
    }
    return status;
}
