/* One input on its way through an encoder or a decoder to one output, and the account given of it. */
#ifndef CLI_JOB_H
#define CLI_JOB_H

#include <stdio.h>
#include <time.h>
#include <xxhash.h>

#include "input.h"
#include "options.h"
#include "output.h"
#include "verify.h"

struct job {
    const struct options *options;
    struct input input;
    struct output output;
    const char *path; /* of the output, as given to output_open */
    char *target;     /* the path where it was made from the input's; NULL where the options gave one */
    hunch_stream *stream;
    struct verifier *watch;   /* is fed every byte written, while it passes by; NULL for none */
    XXH3_state_t *hash;       /* of the bytes read; NULL for none */
    unsigned char *buffer;    /* for what the library gives */
    enum hunch_status status; /* what the library answered last */
    struct timespec start;
    uint64_t lost_ranges;
    int lost_code; /* the exit code that the worst of them asks for */
    bool encodes, verified;
};

/* Opens the input and the output: `path` as in output_open. Both must have fd -1 before. Refuses what must
 * not be read, written or removed. Returns an exit code; trouble was told. job_close must follow then. */
int job_open(struct job *job, const struct options *options, const char *file, const char *path);

/* The same for the output alone, where the input is none of one file: `options`, `path` and the name of the
 * input are set. */
int job_open_output(struct job *job);

/* Gives a piece to the stream and writes what comes back; no bytes are the end. Returns CODE_OK unless
 * writing failed, which was told; job_failed says whether to go on. */
int job_feed(struct job *job, const void *data, size_t size);

/* Whether `status`, or the status of `watch`, is an error. */
bool job_failed(const struct job *job);

/* Runs the stream from the first byte to the last. Returns CODE_OK unless reading or writing failed, which
 * was told; the caller looks at `status`, and at the status of `watch`. */
int job_run(struct job *job);

/* Publishes the output and, with --rm, removes the input. Returns an exit code; trouble was told. */
int job_commit(struct job *job);

/* Where the account of --json goes: standard output, unless the data goes there. */
FILE *job_account_file(const struct job *job);

/* Tells how it went, where the options ask for that: a JSON document or a line on standard error. The job may
 * have failed before anything opened; its options and the name of its input are set. */
void job_account(const struct job *job, int code);

/* Releases all; an output that was not committed is removed. */
void job_close(struct job *job);

#endif
