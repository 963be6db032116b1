/* train: files to a prior. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect.h"
#include "input.h"
#include "lines.h"
#include "output.h"
#include "report.h"
#include "verbs.h"

enum { NAME_MOST = 64 };

/* Samples, one behind another. */
struct samples {
    unsigned char *bytes;
    size_t length, capacity;
    size_t *lengths;
    size_t count, places;
    uint64_t limit; /* bytes */
};

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

/* Reads a file as the next sample; an empty one teaches nothing. */
static int add_sample(struct samples *s, const char *file) {
    struct input input = {.fd = -1};
    int code = input_open(&input, file);
    size_t start = s->length;
    ssize_t got = 1;
    while (code == CODE_OK && got > 0) {
        if (!make_room(s, 1 << 16))
            code = report_status(file, HUNCH_NO_MEMORY, "");
        else if ((got = input_read(&input, s->bytes + s->length, s->capacity - s->length)) < 0)
            code = CODE_DATA;
        else
            s->length += (size_t)got;
        if (s->length > s->limit)
            code = report_status(file, HUNCH_MEMORY_LIMIT, "for so many samples");
    }
    input_close(&input);
    if (code == CODE_OK && s->length > start)
        s->lengths[s->count++] = s->length - start;
    return code;
}

static int add_found(void *opaque, const struct found *found) {
    return S_ISREG(found->stat.st_mode) ? add_sample(opaque, found->path) : CODE_OK;
}

static int add_inputs(struct samples *s, char **inputs, size_t count) {
    struct collector collector = {.visit = add_found, .opaque = s};
    int code = CODE_OK;
    for (size_t i = 0; i < count && code == CODE_OK; i++)
        code = strcmp(inputs[i], "-") ? collect(&collector, inputs[i], 0, true) : add_sample(s, "-");
    return code > collector.worst ? code : collector.worst;
}

/* The prior's name: that of its file without what lies above and ".prior". */
static void make_name(char name[NAME_MOST + 1], const char *file) {
    const char *slash = strrchr(file, '/');
    snprintf(name, NAME_MOST + 1, "%s", slash ? slash + 1 : file);
    char *tail = strstr(name, ".prior");
    if (tail && tail != name)
        *tail = 0;
}

static int write_prior(const struct options *options, const void *bytes, size_t length) {
    struct output output = {.fd = -1};
    int code = output_open(&output, options->output, options->force, false);
    if (code == CODE_OK && !(output_write(&output, bytes, length) && output_sync(&output, NULL) && output_commit(&output)))
        code = CODE_DATA;
    output_discard(&output);
    return code;
}

static void tell(const struct options *options, const struct samples *s, const void *prior, size_t length) {
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    if (options->quiet || hunch_prior_describe(prior, length, &info) != HUNCH_OK)
        return;
    report_error(options->output, "prior \"%s\" (%016" PRIx64 "), %zu bytes, trained on %zu samples of %zu bytes", info.name,
                 info.id, length, s->count, s->length);
}

static int train(const struct options *options, const struct samples *s) {
    struct hunch_settings settings;
    char name[NAME_MOST + 1];
    size_t length = hunch_train_bound(s->length);
    if (!s->count) {
        report_error(options->output, "there is nothing to train on; name files that are not empty");
        return CODE_DATA;
    }
    void *prior = malloc(length);
    options_settings(options, &settings);
    make_name(name, options->output);
    enum hunch_status status =
        prior ? hunch_train(prior, &length, name, s->bytes, s->lengths, s->count, &settings) : HUNCH_NO_MEMORY;
    int code = status == HUNCH_OK ? write_prior(options, prior, length) : report_status(options->output, status, "");
    if (code == CODE_OK)
        tell(options, s, prior, length);
    free(prior);
    return code;
}

int train_files(const struct options *options) {
    struct samples samples = {.limit = options->memory_limit};
    char **files = options->files;
    size_t count = options->file_count;
    struct lines lines = {0};
    int code = CODE_OK;
    if (count && !strcmp(files[0], "cm") && access("cm", F_OK)) { /* the engine's name; there is no other */
        files++;
        count--;
    }
    if (options->files_from) {
        code = lines_read(&lines, options->files_from);
        files = lines.list;
        count = lines.count;
    }
    if (code == CODE_OK)
        code = add_inputs(&samples, files, count);
    if (code == CODE_OK)
        code = train(options, &samples);
    if (options->files_from)
        lines_free(&lines);
    free(samples.bytes);
    free(samples.lengths);
    return code;
}
