#include "archive.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static int sum_blocks(struct archive *archive) {
    archive->original = hunch_archive_length(archive->blocks);
    archive->count = hunch_archive_blocks(archive->blocks);
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
    archive->source = input_source(&archive->input);
    archive->coded = archive->source.size;
    enum hunch_status status = hunch_archive_open(&archive->blocks, &archive->source, &settings);
    return status == HUNCH_OK ? sum_blocks(archive) : report_status(archive->input.name, status, "");
}

void archive_close(struct archive *archive) {
    hunch_archive_close(&archive->blocks);
    input_close(&archive->input);
}
