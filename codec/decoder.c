#include "codec/decoder.h"

#include <string.h>

static struct decoder *decoder_of(struct hunch_stream *stream) {
    return (struct decoder *)(void *)stream;
}

/* ---- out: contents of blocks, zeros for lost ranges */

static void tell_lost(struct decoder *d, struct job *job) {
    const struct hunch_settings *s = &d->base.context.settings;
    if (!job->told && s->on_lost)
        s->on_lost(s->opaque, (struct hunch_range){job->offset, job->block.length}, job->status);
    job->told = true;
}

/* Tells the units of a finished block that are gone: its content has zeros there. */
static void tell_units_lost(struct decoder *d, struct job *job) {
    const struct hunch_settings *s = &d->base.context.settings;
    const struct hunch_range *range = (const struct hunch_range *)(const void *)job->lost.bytes;
    for (size_t i = 0; i < job->lost.length / sizeof *range && !job->told && s->on_lost; i++)
        s->on_lost(s->opaque, (struct hunch_range){job->offset + range[i].offset, range[i].length}, HUNCH_DAMAGED);
    job->told = true;
}

/* Gives what is ready, in order; *full tells that the output had no room for all of it. Answers with the error of a
 * block that may not be lost. */
static enum hunch_status drain(struct decoder *d, struct hunch_output *out, bool *full) {
    struct queue *queue = &d->base.queue;
    struct job *job;
    *full = false;
    while ((job = hunch_queue_head(queue)) != NULL && hunch_queue_head_finished(queue)) {
        if (job->kind == JOB_DECODE && job->status != HUNCH_OK) {
            if (!d->base.context.settings.keep_going || job->status == HUNCH_NO_MEMORY)
                return job->status;
            hunch_queue_head_lost(queue);
        }
        uint64_t length = job->block.length;
        const uint8_t *content = NULL;
        if (job->kind == JOB_LOST)
            tell_lost(d, job);
        else
            content = hunch_job_result(job, &length);
        if (job->suspect && job->kind == JOB_DECODE)
            tell_units_lost(d, job);
        *full = !hunch_stream_give(out, content, length, &job->given);
        if (*full)
            break;
        hunch_queue_pop(queue);
    }
    return HUNCH_OK;
}

/* ---- in */

static size_t held(const struct decoder *d) {
    return d->held.length - d->at;
}

/* Passes over bytes that nobody needs, held or still in the input. */
static void pass(struct decoder *d, struct hunch_input *in) {
    size_t here = held(d) < d->skip ? held(d) : (size_t)d->skip;
    d->at += here;
    d->skip -= here;
    size_t left = in->size - in->position;
    size_t there = left < d->skip ? left : (size_t)d->skip;
    in->position += there;
    d->skip -= there;
}

/* Holds more input, up to what the reader wants; false when memory is short. */
static bool fill(struct decoder *d, struct hunch_input *in) {
    size_t left = in->size - in->position;
    size_t missing = d->wanted > held(d) ? d->wanted - held(d) : 0;
    size_t count = left < missing ? left : missing;
    if (count == 0)
        return true;
    if (d->at > 0) {
        memmove(d->held.bytes, d->held.bytes + d->at, held(d));
        d->held.length -= d->at;
        d->at = 0;
    }
    /* grows with what has come, not with what a header promises; fourfold, so that old and new bytes, side by side, are
     * no more than 5/4 of the whole (hunch_block_decode_need) */
    size_t most = d->wanted - d->held.length, more = d->held.length < most / 3 ? 3 * d->held.length : most;
    if (!hunch_buffer_reserve(&d->held, &d->base.context.allocator, more > count ? more : count, d->wanted))
        return false;
    memcpy(d->held.bytes + d->held.length, (const uint8_t *)in->data + in->position, count);
    d->held.length += count;
    in->position += count;
    return true;
}

/* Reads as far as input and queue allow; what must come to go on. */
static enum step feed(struct decoder *d, struct hunch_input *in, bool finish) {
    enum step step = STEP_ON;
    while (step == STEP_ON) {
        if (d->skip > 0) {
            pass(d, in);
            d->input_ended = finish && in->position == in->size;
            if (d->skip > 0 && !d->input_ended)
                return STEP_MORE;
            d->skip = 0; /* cut short inside: the reader meets the end */
        }
        if (!fill(d, in))
            return STEP_NO_MEMORY;
        d->input_ended = finish && in->position == in->size;
        step = hunch_reader_step(d);
        if (step == STEP_MORE && in->position < in->size)
            step = STEP_ON;
    }
    return step;
}

static enum hunch_status run(struct hunch_stream *stream, struct hunch_input *in, struct hunch_output *out,
                             enum hunch_directive directive, int *done) {
    struct decoder *d = decoder_of(stream);
    for (;;) {
        bool full;
        enum hunch_status status = drain(d, out, &full);
        if (status != HUNCH_OK)
            return status;
        enum step step = feed(d, in, directive == HUNCH_FINISH);
        if (step == STEP_NO_MEMORY)
            return HUNCH_NO_MEMORY;
        if (!hunch_queue_head(&stream->queue)) {
            *done = step != STEP_OVER || d->final == HUNCH_OK;
            return step == STEP_OVER ? d->final : HUNCH_OK;
        }
        if (full)
            return HUNCH_OK;
        if (step == STEP_MORE && directive == HUNCH_CONTINUE && !hunch_queue_head_finished(&stream->queue)) {
            *done = 1;
            return HUNCH_OK;
        }
        hunch_queue_head_wait(&stream->queue);
    }
}

static void release(struct hunch_stream *stream) {
    struct decoder *d = decoder_of(stream);
    hunch_prior **own = (hunch_prior **)(void *)d->own.bytes;
    for (size_t i = 0; i < d->own.length / sizeof *own; i++)
        hunch_prior_close(&own[i]);
    hunch_buffer_free(&d->own, &stream->context.allocator);
    hunch_buffer_free(&d->held, &stream->context.allocator);
}

enum hunch_status hunch_decoder_open(hunch_stream **stream, const struct hunch_settings *settings) {
    if (!stream)
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = hunch_stream_make(stream, sizeof(struct decoder), settings);
    if (status == HUNCH_OK) {
        (*stream)->run = run;
        (*stream)->release = release;
    }
    return status;
}
