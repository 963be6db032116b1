#include "archive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

/* Adds a name to the list unless it is there; a list that is full ends in a '+'. */
static void add_name(char names[NAMES_TEXT], const char *name) {
    size_t length = strlen(name), used = strlen(names);
    for (const char *p = names; *p; p += strcspn(p, ","), p += *p == ',')
        if (!strncmp(p, name, length) && (p[length] == ',' || !p[length]))
            return;
    if (used && names[used - 1] == '+')
        return;
    if (used + length + 3 > NAMES_TEXT)
        memcpy(names + used, "+", 2);
    else
        snprintf(names + used, NAMES_TEXT - used, "%s%s", used ? "," : "", name);
}

int archive_block(const struct archive *archive, uint64_t index, struct hunch_block_info *info) {
    *info = (struct hunch_block_info){.sizeof_info = sizeof *info};
    enum hunch_status status = hunch_archive_block(archive->blocks, index, info);
    char where[64];
    snprintf(where, sizeof where, "in block %" PRIu64, index + 1);
    return status == HUNCH_OK ? CODE_OK : report_status(archive->input.name, status, where);
}

int archive_sum(struct archive *archive) {
    for (uint64_t i = 0; i < archive->count; i++) {
        struct hunch_block_info info;
        int code = archive_block(archive, i, &info);
        if (code)
            return code;
        archive->memory = info.memory > archive->memory ? info.memory : archive->memory;
        add_name(archive->models, info.model);
        add_name(archive->formats, info.format);
    }
    if (!archive->count)
        archive->models[0] = archive->formats[0] = '-';
    return CODE_OK;
}

static enum hunch_status take_blocks(struct archive *archive, const struct hunch_settings *settings) {
    archive->source = input_source(&archive->input);
    archive->coded = archive->source.size;
    enum hunch_status status = hunch_archive_open(&archive->blocks, &archive->source, settings);
    if (status == HUNCH_OK) {
        archive->original = hunch_archive_length(archive->blocks);
        archive->count = hunch_archive_blocks(archive->blocks);
        archive->members = hunch_archive_count(archive->blocks);
    }
    return status;
}

int archive_open(struct archive *archive, const struct options *options, const char *file) {
    struct hunch_settings settings;
    if (file) {
        *archive = (struct archive){.input.fd = -1};
        int code = input_open(&archive->input, file);
        if (code)
            return code;
    }
    if (!input_is_regular(&archive->input)) {
        report_error(archive->input.name,
                     "cannot be read at any place, as a pipe cannot; save it to a file first");
        return CODE_DATA;
    }
    options_settings(options, &settings);
    enum hunch_status status = take_blocks(archive, &settings);
    return status == HUNCH_OK ? CODE_OK : report_status(archive->input.name, status, "");
}

bool archive_open_members(struct archive *archive, const struct options *options, const char *file) {
    struct stat found;
    struct hunch_settings settings;
    *archive = (struct archive){.input.fd = -1};
    if (!strcmp(file, "-") || stat(file, &found) || !S_ISREG(found.st_mode) || access(file, R_OK) ||
        input_open(&archive->input, file) != CODE_OK)
        return false;
    options_settings(options, &settings);
    if (take_blocks(archive, &settings) == HUNCH_OK && archive->members)
        return true;
    archive_close(archive);
    return false;
}

struct hunch_member archive_member(const struct archive *archive, uint64_t index) {
    struct hunch_member member = {.sizeof_member = sizeof member};
    (void)hunch_archive_stat(archive->blocks, index, &member); /* cannot fail below the count */
    return member;
}

bool archive_prior(const struct archive *archive, uint64_t index, struct hunch_prior_info *info, bool *inside,
                   int *code) {
    int within = 0;
    *info = (struct hunch_prior_info){.sizeof_info = sizeof *info};
    enum hunch_status status = hunch_archive_prior(archive->blocks, index, info, &within);
    bool none = status == HUNCH_BAD_ARGUMENT;
    *inside = within;
    *code = none || status == HUNCH_OK ? CODE_OK : report_status(archive->input.name, status, "in its prior");
    return status == HUNCH_OK;
}

void archive_close(struct archive *archive) {
    hunch_archive_close(&archive->blocks);
    input_close(&archive->input);
}
