#include "job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "progress.h"
#include "report.h"

enum { BUFFER = 1 << 18 };

/* --rm takes away a name only if that frees the content and nothing else names it. */
static bool may_remove(const struct job *job) {
    struct stat link;
    if (!job->options->remove_input || !job->input.path)
        return true;
    if (!input_is_regular(&job->input) || lstat(job->input.path, &link) || S_ISLNK(link.st_mode)) {
        report_error(job->input.name, "--rm removes regular files only; leave it out");
        return false;
    }
    if (link.st_nlink > 1 && !job->options->force) {
        report_error(job->input.name, "has other hard links; leave out --rm, or insist with -f");
        return false;
    }
    return true;
}

int job_open_output(struct job *job) {
    int code = output_open(&job->output, job->path, job->options->force, !job->encodes);
    if (code)
        return code;
    if (job->encodes && job->output.kind == OUTPUT_STREAM && !job->options->force && isatty(job->output.fd)) {
        report_error(job->output.name,
                     "an archive is not written to a terminal; name a file, or see hunch --help");
        return CODE_USAGE;
    }
    return CODE_OK;
}

int job_open(struct job *job, const struct options *options, const char *file, const char *path) {
    job->options = options;
    job->path = path;
    clock_gettime(CLOCK_MONOTONIC, &job->start);
    int code = input_open(&job->input, file);
    if (code)
        return code;
    if (!may_remove(job))
        return CODE_DATA;
    if (!job->encodes && isatty(job->input.fd)) {
        report_error(job->input.name,
                     "an archive is not read from a terminal; name a file, or see hunch --help");
        return CODE_USAGE;
    }
    code = job_open_output(job);
    if (code)
        return code;
    if (input_is_regular(&job->input) && output_is_file(&job->output, &job->input.stat)) {
        report_error(job->input.name, "is also the output; choose another name with -o");
        return CODE_DATA;
    }
    return CODE_OK;
}

/* Gives one piece to the library and passes on what comes back, also when an error comes with it. */
static bool run_piece(struct job *job, struct hunch_input *in, bool last) {
    struct hunch_output out;
    int done = 0;
    do {
        out = (struct hunch_output){job->buffer, BUFFER, 0};
        job->status = hunch_stream_run(job->stream, in, &out, last ? HUNCH_FINISH : HUNCH_CONTINUE, &done);
        if (!output_write(&job->output, job->buffer, out.position))
            return false;
        if (out.position || (last && done))
            progress_set(job->input.taken, job->output.written);
        if (job->watch && !verifier_feed(job->watch, job->buffer, out.position))
            return true;
    } while (job->status == HUNCH_OK && (last ? !done : in->position < in->size || out.position == out.size));
    return true;
}

bool job_failed(const struct job *job) {
    return job->status != HUNCH_OK || (job->watch && job->watch->status != HUNCH_OK);
}

int job_feed(struct job *job, const void *data, size_t size) {
    struct hunch_input in = {data, size, 0};
    if (!job->buffer)
        job->buffer = malloc(BUFFER);
    if (!job->buffer) {
        job->status = HUNCH_NO_MEMORY;
        return CODE_OK;
    }
    if (job->hash)
        XXH3_64bits_update(job->hash, data, size);
    return run_piece(job, &in, !size) ? CODE_OK : CODE_DATA;
}

int job_run(struct job *job) {
    unsigned char *buffer = malloc(BUFFER);
    int code = CODE_OK;
    ssize_t got = 1;
    if (!buffer)
        job->status = HUNCH_NO_MEMORY;
    while (got && code == CODE_OK && !job_failed(job)) {
        got = input_read(&job->input, buffer, BUFFER);
        code = got < 0 ? CODE_DATA : job_feed(job, buffer, (size_t)got);
    }
    free(buffer);
    return code;
}

/* Only the file that was read is removed, not one that took its name meanwhile. */
static int remove_input(const struct job *job) {
    struct stat now;
    const struct stat *then = &job->input.stat;
    if (lstat(job->input.path, &now) || now.st_dev != then->st_dev || now.st_ino != then->st_ino) {
        report_error(job->input.name, "was replaced meanwhile and is not removed; look at it");
        return CODE_DATA;
    }
    if (unlink(job->input.path)) {
        report_error(job->input.name, "cannot be removed: %s; remove it by hand", strerror(errno));
        return CODE_DATA;
    }
    return CODE_OK;
}

int job_commit(struct job *job) {
    hunch_stream_close(&job->stream); /* no thread of the library is left when the temporary name goes */
    if (!output_commit(&job->output))
        return CODE_DATA;
    bool removes =
        job->options->remove_input && job->input.path && !job->lost_ranges && job->output.kind == OUTPUT_FILE;
    return removes ? remove_input(job) : CODE_OK;
}

FILE *job_account_file(const struct job *job) {
    return job->path && output_is_standard(job->path) ? stderr : stdout;
}

static void account_json(const struct job *job, int code, uint64_t original, uint64_t coded, double seconds) {
    struct json json = {.file = job_account_file(job)};
    progress_clear();
    json_open(&json, NULL, '{');
    json_text(&json, "file", job->input.name);
    if (job->output.name)
        json_text(&json, "output", job->output.name);
    json_text(&json, "status",
              code == CODE_OK           ? "ok"
              : job->status != HUNCH_OK ? status_name(job->status)
              : job->lost_ranges        ? "ranges-lost"
                                        : "failed");
    json_number(&json, "exit", (uint64_t)code);
    json_number(&json, "original", original);
    json_number(&json, "coded", coded);
    json_real(&json, "ratio", coded ? (double)original / (double)coded : 0);
    json_real(&json, "seconds", seconds);
    if (job->encodes)
        json_truth(&json, "verified", job->verified);
    else
        json_number(&json, "lost_ranges", job->lost_ranges);
    json_close(&json, '}');
    fflush(json.file);
}

void job_account(const struct job *job, int code) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds =
        (double)(now.tv_sec - job->start.tv_sec) + (double)(now.tv_nsec - job->start.tv_nsec) / 1e9;
    uint64_t original = job->encodes ? job->input.taken : job->output.written;
    uint64_t coded = job->encodes ? job->output.written : job->input.taken;
    if (job->options->json)
        account_json(job, code, original, coded, seconds);
    else if (job->options->verbose && !job->options->quiet && code == CODE_OK)
        report_error(job->input.name, "%s; %llu bytes original, %llu coded, ratio %.3f, %.2f s",
                     !job->encodes   ? "OK"
                     : job->verified ? "encoded and verified"
                                     : "encoded, not verified",
                     (unsigned long long)original, (unsigned long long)coded,
                     coded ? (double)original / (double)coded : 0, seconds);
}

void job_close(struct job *job) {
    progress_end();
    hunch_stream_close(&job->stream);
    output_discard(&job->output);
    input_close(&job->input);
    XXH3_freeState(job->hash);
    free(job->buffer);
    free(job->target);
}
