/* info: an archive's blocks and the memory they need; of any other file, what the library makes of it;
 * without a file, what the library knows.
 *
 * What is recognised in a plain file is not always what pays: so its beginning is encoded at level 1 in memory too,
 * and what the encoder took it as is told beside it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive.h"
#include "json.h"
#include "list.h"
#include "priors.h"
#include "report.h"
#include "verbs.h"

enum { SAMPLE = 16 << 20, FORMATS_MOST = 32, RECOGNISED_MOST = 20 };

/* How much of a sample each format took. */
struct finding {
    size_t sampled, coded;
    unsigned count;
    struct {
        const char *name;
        uint64_t bytes;
    } formats[FORMATS_MOST];
};

static const char *size_class(uint64_t size, bool known) {
    return !known                     ? "unknown (a stream)"
           : !size                    ? "empty"
           : size < 64 << 10          ? "small (below 64 KiB)"
           : size < 16 << 20          ? "medium (below 16 MiB)"
           : size < (uint64_t)1 << 30 ? "large (below 1 GiB)"
                                      : "huge (1 GiB or more)";
}

static int read_memory(void *opaque, uint64_t offset, void *buffer, size_t length) {
    memcpy(buffer, (const unsigned char *)opaque + offset, length);
    return 0;
}

static void count_formats(const hunch_archive *archive, struct finding *finding) {
    for (uint64_t i = 0; i < hunch_archive_blocks(archive); i++) {
        struct hunch_block_info info = {.sizeof_info = sizeof info};
        if (hunch_archive_block(archive, i, &info) != HUNCH_OK)
            return;
        unsigned f = 0;
        while (f < finding->count && strcmp(finding->formats[f].name, info.format))
            f++;
        if (f == FORMATS_MOST)
            continue;
        finding->formats[f].name = info.format;
        finding->formats[f].bytes += info.length;
        finding->count += f == finding->count;
    }
}

static enum hunch_status try_formats(const struct options *options, const void *sample,
                                     struct finding *finding) {
    struct hunch_settings settings;
    options_settings(options, &settings);
    settings.level = 1;
    settings.block_size = 0;
    size_t written = hunch_encode_bound(finding->sampled);
    void *coded = malloc(written);
    hunch_archive *archive = NULL;
    enum hunch_status status =
        coded ? hunch_encode(coded, &written, sample, finding->sampled, &settings) : HUNCH_NO_MEMORY;
    if (status == HUNCH_OK) {
        struct hunch_source source = {read_memory, coded, written};
        finding->coded = written;
        status = hunch_archive_open(&archive, &source, NULL);
    }
    if (status == HUNCH_OK)
        count_formats(archive, finding);
    hunch_archive_close(&archive);
    free(coded);
    return status;
}

/* "  recognised  png at byte 0, 736501 bytes: a PNG picture", indented by depth. */
static void put_recognised(void *opaque, const struct hunch_finding *f) {
    unsigned *told = opaque;
    if ((*told)++ < RECOGNISED_MOST)
        printf("  recognised  %*s%s at byte %" PRIu64 ", %" PRIu64 " bytes: %s\n", (int)(2 * f->depth), "", f->name,
               f->offset, f->length, f->summary);
}

static void put_plain(const struct input *input, const struct finding *finding, const void *sample) {
    uint64_t size = input_size(input);
    bool known = input_is_regular(input);
    report_part(stdout, input->name);
    printf(": no archive\n  size class  %s", size_class(size, known));
    if (known)
        printf(", %" PRIu64 " bytes", size);
    printf("\n");
    if (!finding->sampled)
        return;
    unsigned told = 0;
    hunch_recognise(sample, finding->sampled, NULL, put_recognised, &told);
    if (told > RECOGNISED_MOST)
        printf("  recognised  %u more\n", told - RECOGNISED_MOST);
    for (unsigned f = 0; f < finding->count; f++)
        printf("  taken as    %s%s, %" PRIu64 " of the first %zu bytes\n", finding->formats[f].name,
               strcmp(finding->formats[f].name, "raw") ? "" : " (plain bytes)", finding->formats[f].bytes,
               finding->sampled);
    printf("  ratio       %.3f for these at level 1\n", (double)finding->sampled / (double)finding->coded);
}

static void put_recognised_json(void *opaque, const struct hunch_finding *f) {
    struct json *json = opaque;
    json_open(json, NULL, '{');
    json_text(json, "name", f->name);
    json_number(json, "offset", f->offset);
    json_number(json, "bytes", f->length);
    json_number(json, "depth", f->depth);
    json_close(json, '}');
}

static void put_plain_json(const struct input *input, const struct finding *finding, const void *sample) {
    struct json json = {.file = stdout};
    json_open(&json, NULL, '{');
    json_text(&json, "file", input->name);
    json_truth(&json, "archive", false);
    if (input_is_regular(input))
        json_number(&json, "size", input_size(input));
    json_text(&json, "size_class", size_class(input_size(input), input_is_regular(input)));
    json_number(&json, "sampled", finding->sampled);
    json_open(&json, "formats", '[');
    for (unsigned f = 0; f < finding->count; f++) {
        json_open(&json, NULL, '{');
        json_text(&json, "name", finding->formats[f].name);
        json_number(&json, "bytes", finding->formats[f].bytes);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_open(&json, "recognised", '[');
    hunch_recognise(sample, finding->sampled, NULL, put_recognised_json, &json);
    json_close(&json, ']');
    if (finding->coded)
        json_real(&json, "ratio_level_1", (double)finding->sampled / (double)finding->coded);
    json_close(&json, '}');
}

/* Goes on where the head was read. */
static int info_plain(const struct options *options, struct input *input) {
    struct finding finding = {.sampled = input->taken};
    unsigned char *sample = malloc(SAMPLE);
    ssize_t got = 1;
    if (!sample)
        return report_status(input->name, HUNCH_NO_MEMORY, "");
    memcpy(sample, input->head, finding.sampled);
    while (finding.sampled < SAMPLE &&
           (got = input_read(input, sample + finding.sampled, SAMPLE - finding.sampled)) > 0)
        finding.sampled += (size_t)got;
    enum hunch_status status = HUNCH_OK;
    if (got >= 0 && finding.sampled)
        status = try_formats(options, sample, &finding);
    int code = got < 0 ? CODE_DATA : status != HUNCH_OK ? report_status(input->name, status, "") : CODE_OK;
    if (code == CODE_OK && options->json)
        put_plain_json(input, &finding, sample);
    else if (code == CODE_OK)
        put_plain(input, &finding, sample);
    free(sample);
    return code;
}

/* Members, and the groups that share a block: how much is decoded for the sake of one. */
static void put_members(const struct archive *archive) {
    uint64_t files = 0, longest = 0;
    for (uint64_t i = 0; i < archive->members; i++) {
        struct hunch_member m = archive_member(archive, i);
        files += m.length != 0;
        longest = m.length > longest ? m.length : longest;
    }
    printf("  members     %" PRIu64 ", %" PRIu64 " of them with content, the longest %" PRIu64 " bytes\n",
           archive->members, files, longest);
    if (archive->count)
        printf("  groups      %.1f members and %.0f bytes in a block, on average\n",
               (double)archive->members / (double)archive->count,
               (double)archive->original / (double)archive->count);
}

static int put_archive(const struct archive *archive) {
    report_part(stdout, archive->input.name);
    printf(": hunch archive\n");
    printf("  original    %" PRIu64 " bytes\n  coded       %" PRIu64 " bytes, ratio %.3f\n",
           archive->original, archive->coded,
           archive->coded ? (double)archive->original / (double)archive->coded : 0);
    if (archive->members)
        put_members(archive);
    printf("  blocks      %" PRIu64 "\n  models      %s\n  formats     %s\n", archive->count, archive->models,
           archive->formats);
    printf("  memory      %" PRIu64 " bytes (%.1f MiB) to decode, for each thread\n", archive->memory,
           (double)archive->memory / 1048576);
    int told = list_priors(archive);
    if (told)
        return told;
    for (uint64_t i = 0; i < archive->count; i++) {
        struct hunch_block_info b;
        int code = archive_block(archive, i, &b);
        if (code)
            return code;
        printf("  block %" PRIu64 "\n    content   %" PRIu64 " bytes at %" PRIu64
               ", check xxh3-64 %016" PRIx64 "\n",
               i + 1, b.length, b.offset, b.check);
        printf("    archive   header %" PRIu64 " bytes at %" PRIu64 ", payload %" PRIu64
               " bytes, %.4f bits per byte\n",
               b.header_length, b.archive_offset, b.coded_length,
               b.length ? 8.0 * (double)(b.header_length + b.coded_length) / (double)b.length : 0);
        printf("    model     %s, parameter %" PRIu32 ", memory %" PRIu64 " bytes\n    format    %s\n",
               b.model, b.model_parameter, b.memory, b.format);
    }
    return CODE_OK;
}

static int info_file(const struct options *options, const char *file) {
    struct archive archive = {.input.fd = -1};
    struct input *input = &archive.input;
    int code = input_open(input, file);
    if (code == CODE_OK && !input_read_head(input))
        code = CODE_DATA;
    if (code == CODE_OK && priors_is_file(input->head, input->taken))
        code = priors_put(options, input);
    else if (code == CODE_OK && !input_is_archive(input))
        code = info_plain(options, input);
    else if (code == CODE_OK) {
        code = archive_open(&archive, options, NULL);
        if (code == CODE_OK)
            code = archive_sum(&archive);
        if (code == CODE_OK)
            code = options->json ? list_json(&archive, true) : put_archive(&archive);
    }
    archive_close(&archive);
    fflush(stdout);
    return code;
}

static void put_entries(const char *title, const struct hunch_entry *(*entry)(unsigned)) {
    printf("%s:%s\n", title, entry(0) ? "" : " none");
    for (unsigned i = 0; entry(i); i++)
        printf("  %3u  %-12s %s\n", entry(i)->id, entry(i)->name, entry(i)->summary);
}

static void put_json_entries(struct json *json, const char *key,
                             const struct hunch_entry *(*entry)(unsigned)) {
    json_open(json, key, '[');
    for (unsigned i = 0; entry(i); i++) {
        json_open(json, NULL, '{');
        json_number(json, "id", entry(i)->id);
        json_text(json, "name", entry(i)->name);
        json_text(json, "summary", entry(i)->summary);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static int info_library(const struct options *options) {
    if (options->json) {
        struct json json = {.file = stdout};
        json_open(&json, NULL, '{');
        json_text(&json, "version", hunch_version());
        put_json_entries(&json, "models", hunch_model_entry);
        put_json_entries(&json, "formats", hunch_format_entry);
        json_close(&json, '}');
        return CODE_OK;
    }
    printf("hunch %s\n", hunch_version());
    put_entries("models", hunch_model_entry);
    put_entries("formats", hunch_format_entry);
    return CODE_OK;
}

int info_files(const struct options *options) {
    int worst = CODE_OK;
    if (!options->file_count)
        return info_library(options);
    for (size_t i = 0; i < options->file_count; i++) {
        int code = info_file(options, options->files[i]);
        worst = code > worst ? code : worst;
    }
    return worst;
}
