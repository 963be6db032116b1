/* train: files to a prior. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "collect.h"
#include "input.h"
#include "json.h"
#include "lines.h"
#include "output.h"
#include "progress.h"
#include "report.h"
#include "verbs.h"

enum { NAME_MOST = 64, PIECE = 1 << 16, SAMPLES_MOST = 1 << 29 };
static const char suffix[] = ".prior";

/* Samples, one behind another. */
struct samples {
    const struct options *options;
    struct output output; /* of the prior: no sample */
    unsigned char *bytes;
    size_t length, capacity;
    size_t *lengths;
    size_t count, places;
};

/* ---- reading samples */

static bool make_room(struct samples *s, size_t more) {
    if (s->capacity - s->length < more) {
        size_t capacity = 2 * s->capacity + more;
        unsigned char *bytes = realloc(s->bytes, capacity);
        if (!bytes)
            return false;
        s->bytes = bytes;
        s->capacity = capacity;
    }
    if (s->count == s->places) {
        size_t places = 2 * s->places + 64;
        size_t *lengths = realloc(s->lengths, places * sizeof *lengths);
        if (!lengths)
            return false;
        s->lengths = lengths;
        s->places = places;
    }
    return true;
}

static int tell_too_much(const struct samples *s) {
    report_error(s->options->output, "a prior is made of 512 MiB of samples at most; name fewer");
    return CODE_DATA;
}

/* Reads an input as the next sample; an empty one teaches nothing. */
static int add_sample(struct samples *s, const char *file) {
    struct input input;
    int code = input_open(&input, file);
    size_t start = s->length;
    ssize_t got = 1;
    while (code == CODE_OK && got > 0) {
        if (!make_room(s, PIECE))
            code = report_status(file, HUNCH_NO_MEMORY, "");
        else if ((got = input_read(&input, s->bytes + s->length, s->capacity - s->length)) < 0)
            code = CODE_DATA;
        else
            s->length += (size_t)got;
        if (s->length > s->options->memory_limit)
            code = report_status(file, HUNCH_MEMORY_LIMIT, "for so many samples");
        else if (s->length > SAMPLES_MOST)
            code = tell_too_much(s);
    }
    input_close(&input);
    if (code == CODE_OK && s->length > start)
        s->lengths[s->count++] = s->length - start;
    return code;
}

/* Links are followed to files, as what they lead to is the sample; but not to directories. */
static int add_found(void *opaque, const struct found *found) {
    struct samples *s = opaque;
    struct stat stat = found->stat;
    if (S_ISLNK(stat.st_mode) && fstatat(found->directory, found->leaf, &stat, 0))
        return CODE_OK;
    if (!S_ISREG(stat.st_mode) || output_is_file(&s->output, &stat))
        return CODE_OK;
    return add_sample(s, found->path);
}

/* A directory stands for all files below it, unless the names come from a list: that has them already. */
static int add_inputs(struct samples *s, char **inputs, size_t count, bool listed) {
    struct collector collector = {.visit = add_found, .opaque = s};
    struct stat found;
    int code = CODE_OK;
    for (size_t i = 0; i < count && code == CODE_OK; i++) {
        bool directory = strcmp(inputs[i], "-") && !stat(inputs[i], &found) && S_ISDIR(found.st_mode);
        if (!directory)
            code = add_sample(s, inputs[i]);
        else if (!listed)
            code = collect(&collector, inputs[i], 0, true);
    }
    if (code == CODE_OK && collector.worst)
        report_error(s->options->output,
                     "is not made of a part of its samples; see to it that all can be read");
    return code > collector.worst ? code : collector.worst;
}

static int add_list(struct samples *s, const char *list) {
    struct lines lines;
    int code = lines_read(&lines, list);
    if (code == CODE_OK)
        code = add_inputs(s, lines.list, lines.count, true);
    lines_free(&lines);
    return code;
}

/* The inputs of the call, without the engine's name: there is but one. A file of that name is written ./cm,
 * as one that is named like a verb is. */
static int add_all(struct samples *s) {
    static char *standard_input[] = {"-"};
    const struct options *options = s->options;
    bool engine = options->file_count && !strcmp(options->files[0], "cm");
    if (options->files_from)
        return add_list(s, options->files_from);
    if (engine && options->file_count == 1)
        return add_inputs(s, standard_input, 1, false);
    return add_inputs(s, options->files + engine, options->file_count - engine, false);
}

/* ---- the prior */

/* The prior's name: that of its file without what lies above and ".prior". */
static void make_name(char name[NAME_MOST + 1], const char *file) {
    const char *slash = strrchr(file, '/'), *base = slash ? slash + 1 : file;
    size_t length = strlen(base), tail = sizeof suffix - 1;
    if (length > tail && !strcmp(base + length - tail, suffix))
        length -= tail;
    bool cut = length > NAME_MOST;
    length = cut ? NAME_MOST : length;
    while (cut && length && ((unsigned char)base[length] & 0xC0) == 0x80)
        length--; /* not within a character of UTF-8 */
    snprintf(name, NAME_MOST + 1, "%.*s", (int)length, base);
}

static void tell(const struct samples *s, const void *prior, size_t length) {
    const struct options *options = s->options;
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    if (hunch_prior_describe(prior, length, &info) != HUNCH_OK)
        return;
    if (options->json) {
        struct json json = {.file = stdout};
        json_open(&json, NULL, '{');
        json_text(&json, "output", options->output);
        json_text(&json, "name", info.name);
        json_hash(&json, "id", info.id);
        json_number(&json, "coded", length);
        json_number(&json, "samples", s->count);
        json_number(&json, "original", s->length);
        json_number(&json, "memory", info.memory);
        json_close(&json, '}');
    } else if (!options->quiet) {
        report_error(options->output,
                     "prior \"%s\" (%016" PRIx64 "), %zu bytes, trained on %zu samples of %zu bytes",
                     info.name, info.id, length, s->count, s->length);
    }
}

static int write_prior(struct samples *s, const void *prior, size_t length) {
    struct output *output = &s->output;
    if (!output_write(output, prior, length) || !output_sync(output, NULL) || !output_commit(output))
        return CODE_DATA;
    tell(s, prior, length);
    return CODE_OK;
}

/* Samples that were taken apart have more or fewer bytes than their files: the share of them counts. */
static void show(void *opaque, uint64_t done, uint64_t total) {
    const struct samples *s = opaque;
    progress_set((uint64_t)((double)s->length * (double)done / (double)total), 0);
}

static int train(struct samples *s) {
    struct hunch_settings settings;
    char name[NAME_MOST + 1];
    size_t length = hunch_train_bound(s->length);
    if (!s->count) {
        report_error(s->options->output, "there is nothing to train on; name files that are not empty");
        return CODE_DATA;
    }
    void *prior = malloc(length);
    options_settings(s->options, &settings);
    make_name(name, s->options->output);
    settings.on_progress = show;
    settings.opaque = s;
    progress_begin(&(struct progress_plan){.verb = "train",
                                           .name = s->options->output,
                                           .total = s->length,
                                           .show = !s->options->quiet});
    enum hunch_status status =
        prior ? hunch_train(prior, &length, name, s->bytes, s->lengths, s->count, &settings) : HUNCH_NO_MEMORY;
    progress_end();
    int code =
        status == HUNCH_OK ? write_prior(s, prior, length) : report_status(s->options->output, status, "");
    free(prior);
    return code;
}

int train_files(const struct options *options) {
    struct samples s = {.options = options};
    int code = output_open(&s.output, options->output, options->force, false);
    if (code == CODE_OK)
        code = add_all(&s);
    if (code == CODE_OK)
        code = train(&s);
    output_discard(&s.output);
    free(s.bytes);
    free(s.lengths);
    return code;
}
