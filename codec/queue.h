/* Blocks in flight: put in by the thread that drives a stream, worked on by the pool, taken out in the same order.
 * The queue bounds them by number and by memory; the bounds change when things happen, never what is written. */
#ifndef HUNCH_CODEC_QUEUE_H
#define HUNCH_CODEC_QUEUE_H

#include <stdbool.h>

#include "base/pool.h"
#include "codec/block.h"
#include "base/buffer.h"

enum job_kind {
    JOB_ENCODE, /* content to payload */
    JOB_DECODE, /* payload to content */
    JOB_LOST    /* nothing to do: stands for a range of content that is gone */
};

struct job {
    struct task task; /* first: the pool hands it back */
    enum job_kind kind;
    enum hunch_status status; /* of the finished work; for JOB_LOST why it is lost */
    const struct context *context;
    struct block_header block;
    struct buffer input; /* owned */
    struct hunch_prior *prior; /* JOB_DECODE: the archive's */
    bool suspect;        /* JOB_DECODE: the payload is damaged; units that are whole are saved */
    struct buffer lost;  /* owned; of struct hunch_range: units of such a payload that are gone */
    struct buffer units; /* owned; JOB_ENCODE: uint64_t lengths of units to be coded from the prior, or none, */
    size_t units_at;     /* bytes of them that are behind; */
    bool stranger;       /* see struct units; */
    size_t left;         /* bytes of the input that are not in the block: the job goes on with them */
    struct buffer known; /* owned; JOB_ENCODE: struct array, what is known to lie in the content */
    size_t input_at;   /* where the content or payload begins in it */
    uint8_t *output;   /* owned allocation; NULL: the input is the output */
    size_t coded;      /* bytes of payload */
    uint64_t memory;   /* bytes counted for it */
    uint64_t room;     /* JOB_ENCODE: bytes of them that taking the content apart may take */
    uint64_t offset;   /* of its content in all that is decoded, bytes */
    uint64_t given;    /* bytes of its result that the caller has */
    bool told;         /* JOB_LOST: the caller knows */
};

struct queue {
    const struct context *context;
    struct pool *pool;
    struct job *jobs;  /* (capacity), a ring */
    unsigned capacity, first, count;
    uint64_t memory; /* bytes counted for the jobs inside */
};

/* What a buffer of struct array holds. */
struct outlook hunch_job_outlook(const struct buffer *known);

/* False when memory is short; close it all the same. The context must outlive the queue. */
bool hunch_queue_open(struct queue *queue, const struct context *context);
void hunch_queue_close(struct queue *queue);

enum admission {
    ADMISSION_GIVEN,
    ADMISSION_LATER, /* when a job has been taken out */
    ADMISSION_NEVER  /* beyond the limit even alone */
};

/* Whether a job that needs `memory` bytes may enter now, `held` more being in use outside the queue. */
enum admission hunch_queue_admit(const struct queue *queue, uint64_t memory, uint64_t held);

/* Enters *job (copied) and starts its work; a place must be free (hunch_queue_admit says so). */
void hunch_queue_push(struct queue *queue, const struct job *job);

/* The oldest job; NULL when the queue is empty. */
struct job *hunch_queue_head(struct queue *queue);
bool hunch_queue_head_finished(struct queue *queue);
void hunch_queue_head_wait(struct queue *queue);
/* The bytes that the head's finished work gave. */
uint8_t *hunch_job_result(const struct job *job, uint64_t *length);
/* Sets the finished head to work on what is left of its input, behind the block that it gave; false: nothing is. */
bool hunch_queue_head_go_on(struct queue *queue);
/* Frees what the head holds and takes it out. */
void hunch_queue_pop(struct queue *queue);

/* Turns a finished head, whose `offset` was set, into a lost range; the reason is its status. */
void hunch_queue_head_lost(struct queue *queue);

#endif
