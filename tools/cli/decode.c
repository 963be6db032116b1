/* decode, test, and cat of a whole archive: the same but for where the bytes go. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "extract.h"
#include "job.h"
#include "json.h"
#include "locate.h"
#include "priors.h"
#include "progress.h"
#include "report.h"
#include "verbs.h"

static const char suffix[] = ".hunch";

/* The output's path: nothing for a test, as told, standard output, or the name without its suffix. False when
 * refused. */
static bool choose_target(struct job *job, const struct options *options, const char *file,
                          const char **target) {
    size_t length = strlen(file), tail = sizeof suffix - 1;
    *target = options->verb == VERB_TEST ? NULL : options->output ? options->output : "-";
    if (options->verb == VERB_TEST || options->output || options->to_stdout || !strcmp(file, "-"))
        return true;
    if (length <= tail || strcmp(file + length - tail, suffix) || file[length - tail - 1] == '/') {
        report_error(file,
                     "does not end in .hunch, so its content has no name; choose one with -o, or use -c");
        return false;
    }
    *target = job->target = strndup(file, length - tail);
    if (!job->target)
        report_error(file, "out of memory; close other programs");
    return job->target;
}

/* Called by the library for each range that is lost, in order. */
static void on_lost(void *opaque, struct hunch_range lost, enum hunch_status why) {
    struct job *job = opaque;
    job->lost_ranges++;
    if (why == HUNCH_MISSING_PRIOR && status_code(why) > job->lost_code)
        report_status(job->input.name, why, "");
    if (status_code(why) > job->lost_code)
        job->lost_code = status_code(why);
    if (job->options->json) {
        struct json json = {.file = job_account_file(job)};
        progress_clear();
        json_open(&json, NULL, '{');
        json_text(&json, "file", job->input.name);
        json_open(&json, "lost", '{');
        json_number(&json, "offset", lost.offset);
        if (lost.length)
            json_number(&json, "length", lost.length);
        json_text(&json, "why", status_name(why));
        json_close(&json, '}');
        json_close(&json, '}');
        fflush(json.file);
    } else if (lost.length)
        report_error(job->input.name,
                     "lost bytes %" PRIu64 " to %" PRIu64 " (%" PRIu64 " bytes, %s), zeros stand there",
                     lost.offset, lost.offset + lost.length - 1, lost.length, status_name(why));
    else if (why == HUNCH_NOT_ARCHIVE)
        report_error(job->input.name, "after %" PRIu64 " bytes of content comes no archive, left out",
                     lost.offset);
    else
        report_error(job->input.name, "lost all from byte %" PRIu64 " on (%s)", lost.offset,
                     status_name(why));
}

static int tell_failure(struct job *job) {
    char where[LOCATE_TEXT];
    if (job->status == HUNCH_NOT_ARCHIVE && input_is_archive(&job->input)) {
        report_error(job->input.name,
                     "garbage follows the archive, after %" PRIu64 " bytes of content; cut it off, or "
                     "keep the content with: hunch decode --keep-going",
                     job->output.written);
        return CODE_DATA;
    }
    if (status_code(job->status) == CODE_LIMIT)
        return report_status(job->input.name, job->status, "");
    locate_content(where, &job->input, job->options, job->output.written);
    return report_status(job->input.name, job->status, where);
}

/* Whether the content so far makes an output: it does when all went well, and with --keep-going also after an
 * error, unless the input never was an archive. */
static bool is_worth_keeping(const struct job *job) {
    enum hunch_status s = job->status;
    if (s == HUNCH_OK)
        return job->output.written || input_is_archive(&job->input);
    bool damage = s == HUNCH_TRUNCATED || s == HUNCH_DAMAGED || s == HUNCH_MISMATCH || s == HUNCH_NOT_ARCHIVE;
    return job->options->keep_going && damage && (job->output.written || job->lost_ranges);
}

/* Decoding front to back passes over the tables at the end; whoever tests an archive wants to know of them
 * too. */
static int test_tables(struct job *job) {
    struct hunch_source source = input_source(&job->input);
    struct hunch_settings settings;
    hunch_archive *archive = NULL;
    options_settings(job->options, &settings);
    if (!input_is_regular(&job->input))
        return CODE_OK;
    job->status = hunch_archive_open(&archive, &source, &settings);
    hunch_archive_close(&archive);
    return job->status == HUNCH_OK ? CODE_OK : report_status(job->input.name, job->status, "in its tables");
}

static int decode_opened(struct job *job) {
    struct hunch_settings settings;
    options_settings(job->options, &settings);
    settings.on_lost = on_lost;
    settings.opaque = job;
    job->status = hunch_decoder_open(&job->stream, &settings);
    if (job->status != HUNCH_OK)
        return report_status(job->input.name, job->status, "");
    bool shares_terminal = job->output.kind == OUTPUT_STREAM && isatty(job->output.fd);
    progress_begin(&(struct progress_plan){.verb = job->options->verb == VERB_TEST ? "test" : "decode",
                                           .name = job->input.name,
                                           .total = input_size(&job->input),
                                           .expands = true,
                                           .show = !job->options->quiet && !shares_terminal});
    int code = job_run(job);
    progress_end();
    if (code != CODE_OK)
        return code;
    if (job->status != HUNCH_OK)
        code = tell_failure(job);
    else if (job->lost_ranges)
        code = job->lost_code;
    if (code == CODE_OK && job->options->verb == VERB_TEST)
        code = test_tables(job);
    if (!is_worth_keeping(job))
        return code;
    hunch_stream_close(&job->stream);
    if (!output_sync(&job->output, job->input.path ? &job->input.stat : NULL))
        return CODE_DATA;
    int commit = job_commit(job);
    return commit > code ? commit : code;
}

static int decode_file(const struct options *options, const char *file) {
    struct job job = {.options = options, .input = {.name = file, .fd = -1}, .output.fd = -1};
    const char *target;
    int code =
        choose_target(&job, options, file, &target) ? job_open(&job, options, file, target) : CODE_DATA;
    if (code == CODE_OK)
        code = decode_opened(&job);
    job_account(&job, code);
    job_close(&job);
    return code;
}

int decode_files(const struct options *options) {
    int worst = CODE_OK;
    for (size_t i = 0; i < options->file_count; i++) {
        const char *file = options->files[i];
        int code;
        priors_next_file();
        if (!extract_file(options, file, &code))
            code = decode_file(options, file);
        worst = code > worst ? code : worst;
    }
    return worst;
}
