#include "codec/queue.h"

#include <string.h>

static uint8_t *job_input(const struct job *job) {
    return job->input.bytes ? job->input.bytes + job->input_at : NULL;
}

struct outlook hunch_job_outlook(const struct buffer *known) {
    return (struct outlook){(const struct array *)(const void *)known->bytes, known->length / sizeof(struct array)};
}

static void encode(struct job *job, uint8_t *input) {
    uint64_t length = job->block.length;
    struct units units = {(const uint64_t *)(const void *)(job->units.bytes + job->units_at),
                          (job->units.length - job->units_at) / sizeof(uint64_t), job->stranger};
    job->status = hunch_block_encode(job->context, input, hunch_job_outlook(&job->known), &units, job->room, &job->block,
                                     &job->output, &job->coded);
    job->stranger = units.stranger;
    job->left = (size_t)(length - job->block.length);
}

static void run(struct task *task) {
    struct job *job = (struct job *)(void *)task;
    uint8_t *input = job_input(job);
    if (job->kind == JOB_ENCODE)
        encode(job, input);
    else
        job->status = hunch_block_decode(job->context, job->prior, &job->block, input, job->coded, &job->output,
                                         job->suspect ? &job->lost : NULL);
}

bool hunch_queue_open(struct queue *queue, const struct context *context) {
    unsigned threads = context->settings.threads;
    *queue = (struct queue){.context = context};
    /* one more than work at a time: its result is taken away while the others run */
    queue->capacity = threads > 1 ? threads + 1 : 1;
    queue->jobs = hunch_allocate(&context->allocator, queue->capacity * sizeof queue->jobs[0]);
    queue->pool = hunch_pool_open(&context->allocator, threads);
    return queue->jobs && queue->pool;
}

void hunch_queue_close(struct queue *queue) {
    if (!queue->context)
        return;
    hunch_pool_close(queue->pool);
    queue->pool = NULL;
    while (queue->count > 0)
        hunch_queue_pop(queue);
    hunch_release(&queue->context->allocator, queue->jobs);
}

enum admission hunch_queue_admit(const struct queue *queue, uint64_t memory, uint64_t held) {
    uint64_t limit = queue->context->settings.memory_limit;
    uint64_t used = queue->memory + held;
    if (queue->count == queue->capacity)
        return ADMISSION_LATER;
    if (memory <= limit && used <= limit - memory)
        return ADMISSION_GIVEN;
    return queue->count > 0 ? ADMISSION_LATER : ADMISSION_NEVER;
}

void hunch_queue_push(struct queue *queue, const struct job *job) {
    struct job *place = &queue->jobs[(queue->first + queue->count) % queue->capacity];
    *place = *job;
    place->context = queue->context;
    place->task = (struct task){.run = run};
    queue->count++;
    queue->memory += job->memory;
    if (job->kind == JOB_LOST)
        place->task.finished = true;
    else
        hunch_pool_submit(queue->pool, &place->task);
}

struct job *hunch_queue_head(struct queue *queue) {
    return queue->count ? &queue->jobs[queue->first] : NULL;
}

bool hunch_queue_head_finished(struct queue *queue) {
    return hunch_pool_finished(queue->pool, &queue->jobs[queue->first].task);
}

void hunch_queue_head_wait(struct queue *queue) {
    hunch_pool_wait(queue->pool, &queue->jobs[queue->first].task);
}

uint8_t *hunch_job_result(const struct job *job, uint64_t *length) {
    *length = job->kind == JOB_ENCODE ? job->coded : job->block.length;
    return job->output ? job->output : job_input(job);
}

static void free_bytes(struct queue *queue, struct job *job) {
    hunch_buffer_free(&job->input, &queue->context->allocator);
    hunch_buffer_free(&job->known, &queue->context->allocator);
    hunch_buffer_free(&job->units, &queue->context->allocator);
    hunch_buffer_free(&job->lost, &queue->context->allocator);
    hunch_release(&queue->context->allocator, job->output);
    job->output = NULL;
    queue->memory -= job->memory;
    job->memory = 0;
}

bool hunch_queue_head_go_on(struct queue *queue) {
    struct job *job = &queue->jobs[queue->first];
    uint64_t unit, done = job->block.length;
    if (job->left == 0)
        return false;
    for (; done > 0; done -= unit, job->units_at += sizeof unit)
        memcpy(&unit, job->units.bytes + job->units_at, sizeof unit);
    hunch_release(&queue->context->allocator, job->output);
    job->output = NULL;
    job->given = 0;
    job->input_at += (size_t)job->block.length;
    job->block = (struct block_header){.start = job->block.start + job->block.length, .length = job->left};
    job->task = (struct task){.run = run};
    hunch_pool_submit(queue->pool, &job->task);
    return true;
}

void hunch_queue_pop(struct queue *queue) {
    free_bytes(queue, &queue->jobs[queue->first]);
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
}

void hunch_queue_head_lost(struct queue *queue) {
    struct job *job = &queue->jobs[queue->first];
    free_bytes(queue, job);
    job->kind = JOB_LOST;
}
