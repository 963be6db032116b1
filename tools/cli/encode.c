/* encode: read, encode, write, read back, decode and compare, publish. */
#include "encode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "pack.h"
#include "priors.h"
#include "progress.h"
#include "report.h"
#include "tar.h"
#include "verbs.h"

static const char suffix[] = ".hunch";
enum { BUFFER = 1 << 18 };

static bool has_suffix(const char *file) {
    size_t length = strlen(file), tail = sizeof suffix - 1;
    return length > tail && !strcmp(file + length - tail, suffix);
}

/* The output's path: as told, standard output, or the file's name with the suffix. NULL when refused. */
static const char *choose_target(struct job *job, const struct options *options, const char *file) {
    if (options->output)
        return options->output;
    if (options->to_stdout || !strcmp(file, "-"))
        return "-";
    if (has_suffix(file) && !options->force) {
        report_error(file, "has the suffix .hunch already; decode it with -d, or encode it again with -f");
        return NULL;
    }
    size_t length = strlen(file);
    job->target = malloc(length + sizeof suffix);
    if (!job->target) {
        report_error(file, "out of memory; close other programs");
        return NULL;
    }
    memcpy(job->target, file, length);
    memcpy(job->target + length, suffix, sizeof suffix);
    return job->target;
}

static int tell_unverified(const struct job *job, const struct verifier *verifier) {
    if (status_code(verifier->status) == CODE_LIMIT || verifier->status == HUNCH_NO_MEMORY)
        return report_status(job->output.name, verifier->status, "when verifying");
    report_error(job->output.name,
                 "what was written does not decode to what was read (%s); try again, test the "
                 "machine's memory, and report this fault",
                 status_name(verifier->status));
    return CODE_CORRUPT;
}

/* Feeds the verifier from disk, from the first byte to the last. */
static int read_back(struct job *job, struct verifier *verifier) {
    unsigned char *buffer = malloc(BUFFER);
    if (!buffer)
        return report_status(job->output.name, HUNCH_NO_MEMORY, "when verifying");
    uint64_t at = 0;
    ssize_t got = 0;
    while (at < job->output.written && (got = output_read_back(&job->output, at, buffer, BUFFER)) > 0) {
        uint64_t before = verifier->length;
        at += (uint64_t)got;
        if (!verifier_feed(verifier, buffer, (size_t)got))
            break;
        if (verifier->length != before)
            progress_set(at, verifier->length);
    }
    free(buffer);
    return got < 0 ? CODE_DATA : CODE_OK;
}

/* The encoder is closed by now: verification never adds its memory to the encoder's. */
static int verify_file(struct job *job, const struct hunch_settings *settings) {
    struct verifier verifier;
    int code = CODE_OK;
    progress_end();
    progress_begin(&(struct progress_plan){.verb = "verify",
                                           .name = job->input.name,
                                           .total = job->output.written,
                                           .expands = true,
                                           .show = !job->options->quiet});
    bool good = verifier_open(&verifier, settings);
    if (good)
        code = read_back(job, &verifier);
    if (good && code == CODE_OK)
        good = verifier.status == HUNCH_OK &&
               verifier_finish(&verifier, job->input.taken, XXH3_64bits_digest(job->hash));
    progress_set(job->output.written, verifier.length);
    if (code == CODE_OK && !good)
        code = tell_unverified(job, &verifier);
    verifier_close(&verifier);
    return code;
}

/* Runs the encoder; a pipe's verifier looks on. */
static int encode_content(struct job *job, const struct encode_source *source, struct verifier *watch) {
    job->status = hunch_encoder_open(&job->stream, &source->settings);
    if (job->status != HUNCH_OK)
        return report_status(job->input.name, job->status, "");
    job->watch = watch;
    int code = source->feed ? source->feed(source->opaque) : job_run(job);
    if (source->feed && code == CODE_OK && !job_failed(job))
        code = job_feed(job, NULL, 0);
    hunch_stream_close(&job->stream);
    if (code != CODE_OK)
        return code;
    if (job->status != HUNCH_OK)
        return report_status(job->input.name, job->status, "");
    if (watch && (watch->status != HUNCH_OK ||
                  !verifier_finish(watch, job->input.taken, XXH3_64bits_digest(job->hash))))
        return tell_unverified(job, watch);
    return CODE_OK;
}

static int encode_watched(struct job *job, const struct encode_source *source) {
    struct verifier watch;
    int code = verifier_open(&watch, &source->settings) ? encode_content(job, source, &watch)
                                                        : tell_unverified(job, &watch);
    verifier_close(&watch);
    return code;
}

/* A prior that suits nothing is most often one that was trained with another --as, or on shorter samples. */
static void look_for_units(struct job *job, const struct hunch_settings *settings) {
    struct hunch_source source = output_source(&job->output);
    hunch_archive *archive = NULL;
    bool found = !job->input.taken || hunch_archive_open(&archive, &source, settings) != HUNCH_OK;
    for (uint64_t i = 0; !found && i < hunch_archive_blocks(archive); i++) {
        struct hunch_block_info b = {.sizeof_info = sizeof b};
        found = hunch_archive_block(archive, i, &b) != HUNCH_OK || !strcmp(b.model, "primed");
    }
    hunch_archive_close(&archive);
    if (!found)
        report_error(job->input.name,
                     "is coded without the prior, which suits no part of it; see --prior in: man hunch");
}

int encode_job(struct job *job, const struct encode_source *source) {
    const struct options *options = job->options;
    bool verifies = !options->skip_verify, to_file = job->output.kind == OUTPUT_FILE;
    job->hash = XXH3_createState();
    if (!job->hash)
        return report_status(job->input.name, HUNCH_NO_MEMORY, "");
    XXH3_64bits_reset(job->hash);
    progress_begin(&(struct progress_plan){.verb = "encode",
                                           .name = job->input.name,
                                           .total = source->total,
                                           .passes_after = verifies && to_file,
                                           .show = !options->quiet});
    int code = verifies && !to_file ? encode_watched(job, source) : encode_content(job, source, NULL);
    if (code == CODE_OK && !output_sync(&job->output, job->input.path ? &job->input.stat : NULL))
        code = CODE_DATA;
    if (code == CODE_OK && verifies && to_file)
        code = verify_file(job, &source->settings);
    if (code == CODE_OK && verifies && to_file && source->check)
        code = source->check(source->opaque);
    if (code == CODE_OK && to_file && source->settings.prior && !options->quiet)
        look_for_units(job, &source->settings);
    job->verified = verifies && code == CODE_OK;
    progress_end();
    return code == CODE_OK ? job_commit(job) : code;
}

static int encode_file(const struct options *options, const char *file) {
    struct job job = {
        .options = options, .encodes = true, .input = {.name = file, .fd = -1}, .output.fd = -1};
    const char *target = choose_target(&job, options, file);
    int code = target ? job_open(&job, options, file, target) : CODE_DATA;
    if (code == CODE_OK) {
        struct encode_source source = {.total = input_size(&job.input)};
        options_settings(options, &source.settings);
        code = priors_encoder(options, &source.settings);
        if (code == CODE_OK)
            code = encode_job(&job, &source);
    }
    job_account(&job, code);
    job_close(&job);
    return code;
}

static bool is_directory(const char *file) {
    struct stat found;
    return strcmp(file, "-") && !stat(file, &found) && S_ISDIR(found.st_mode);
}

int encode_files(const struct options *options) {
    int worst = CODE_OK;
    if (options->files_from)
        return pack_list(options, options->files_from);
    if (options->output && options->file_count > 1)
        return pack_files(options, options->files, options->file_count);
    for (size_t i = 0; i < options->file_count; i++) {
        char **file = &options->files[i];
        int code = options->tar          ? pack_tar(options, *file)
                   : is_directory(*file) ? pack_files(options, file, 1)
                                         : encode_file(options, *file);
        worst = code > worst ? code : worst;
    }
    return worst;
}
