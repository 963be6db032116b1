/* list: a line per archive, or per member of an archive that has them; with -v a line per block; or a JSON
 * document per archive. */
#include <inttypes.h>
#include <stdio.h>

#include "archive.h"
#include "json.h"
#include "list.h"
#include "members.h"
#include "report.h"
#include "verbs.h"

static const char check_name[] = "xxh3-64";

static double ratio(uint64_t original, uint64_t coded) {
    return coded ? (double)original / (double)coded : 0;
}

static void put_line(uint64_t original, uint64_t coded, uint64_t blocks, const char *model,
                     const char *format, const char *name) {
    printf("%14" PRIu64 " %14" PRIu64 " %9.3f %7" PRIu64 "  %-12s %-12s %-8s  ", original, coded,
           ratio(original, coded), blocks, model, format, check_name);
    report_name(stdout, name);
}

static int put_blocks(const struct archive *archive) {
    printf("  %7s %14s %14s %14s %12s %9s %12s  %-16s %-12s %s\n", "block", "offset", "original",
           "archive at", "coded", "ratio", "memory", "model", "format", "check");
    for (uint64_t i = 0; i < archive->count; i++) {
        struct hunch_block_info b;
        char model[64];
        int code = archive_block(archive, i, &b);
        if (code)
            return code;
        uint64_t coded = b.header_length + b.coded_length;
        snprintf(model, sizeof model, "%s:%" PRIu32, b.model, b.model_parameter);
        printf("  %7" PRIu64 " %14" PRIu64 " %14" PRIu64 " %14" PRIu64 " %12" PRIu64 " %9.3f %12" PRIu64
               "  %-16s %-12s %016" PRIx64 "\n",
               i + 1, b.offset, b.length, b.archive_offset, coded, ratio(b.length, coded), b.memory, model,
               b.format, b.check);
    }
    return CODE_OK;
}

int list_priors(const struct archive *archive) {
    struct hunch_prior_info info;
    bool inside;
    int code;
    for (uint64_t i = 0; archive_prior(archive, i, &info, &inside, &code); i++) {
        printf("  prior       ");
        report_part(stdout, info.name);
        printf(", id %016" PRIx64 ", ", info.id);
        if (inside)
            printf("in the archive, %.1f MiB at most to open\n", (double)info.memory / 1048576);
        else
            printf("not in the archive\n");
    }
    return code;
}

/* Nothing for an archive without. */
static int put_json_priors(struct json *json, const struct archive *archive) {
    struct hunch_prior_info info;
    bool inside, any = false;
    int code;
    for (uint64_t i = 0; archive_prior(archive, i, &info, &inside, &code); i++) {
        if (!any)
            json_open(json, "priors", '[');
        any = true;
        json_open(json, NULL, '{');
        json_text(json, "name", info.name);
        json_hash(json, "id", info.id);
        json_truth(json, "inside", inside);
        if (inside)
            json_number(json, "memory", info.memory);
        json_close(json, '}');
    }
    if (any)
        json_close(json, ']');
    return code;
}

static int put_json_blocks(struct json *json, const struct archive *archive) {
    json_open(json, "block_list", '[');
    int code = CODE_OK;
    for (uint64_t i = 0; i < archive->count && code == CODE_OK; i++) {
        struct hunch_block_info b;
        code = archive_block(archive, i, &b);
        if (code)
            break;
        json_open(json, NULL, '{');
        json_number(json, "offset", b.offset);
        json_number(json, "length", b.length);
        json_number(json, "archive_offset", b.archive_offset);
        json_number(json, "header_length", b.header_length);
        json_number(json, "coded_length", b.coded_length);
        json_number(json, "memory", b.memory);
        json_text(json, "model", b.model);
        json_number(json, "model_parameter", b.model_parameter);
        json_text(json, "format", b.format);
        json_hash(json, "check", b.check);
        json_close(json, '}');
    }
    json_close(json, ']');
    return code;
}

int list_json(const struct archive *archive, bool blocks) {
    struct json json = {.file = stdout};
    json_open(&json, NULL, '{');
    json_text(&json, "file", archive->input.name);
    json_number(&json, "original", archive->original);
    json_number(&json, "coded", archive->coded);
    json_real(&json, "ratio", ratio(archive->original, archive->coded));
    json_number(&json, "blocks", archive->count);
    json_text(&json, "model", archive->models);
    json_text(&json, "format", archive->formats);
    json_text(&json, "check", check_name);
    json_number(&json, "memory", archive->memory);
    if (archive->members)
        members_json(&json, archive);
    int code = put_json_priors(&json, archive),
        blocks_code = blocks ? put_json_blocks(&json, archive) : CODE_OK;
    json_close(&json, '}');
    return blocks_code > code ? blocks_code : code;
}

static void put_header(void) {
    printf("%14s %14s %9s %7s  %-12s %-12s %-8s  %s\n", "original", "coded", "ratio", "blocks", "model",
           "format", "check", "name");
}

/* What was said so far: the first plain archive gets a heading, and several a line of sums. */
struct listing {
    uint64_t original, coded, blocks; /* of all plain archives that could be read */
    uint64_t plain;                   /* their number */
};

/* The blocks of an archive of members are only looked at where they are shown: there may be many. */
static int put_archive(const struct options *options, struct archive *archive, struct listing *sum) {
    bool members = archive->members && !options->json;
    int code = members && !options->verbose ? CODE_OK : archive_sum(archive);
    if (code != CODE_OK)
        return code;
    if (options->json)
        return list_json(archive, options->verbose);
    if (members) {
        if (options->file_count > 1 && !options->quiet)
            printf("%s:\n", archive->input.name);
        members_text(archive);
    } else {
        if (!sum->plain && !options->quiet)
            put_header();
        put_line(archive->original, archive->coded, archive->count, archive->models, archive->formats,
                 archive->input.name);
        sum->original += archive->original;
        sum->coded += archive->coded;
        sum->blocks += archive->count;
        sum->plain++;
    }
    code = options->verbose ? list_priors(archive) : CODE_OK;
    return options->verbose && code == CODE_OK ? put_blocks(archive) : code;
}

static int list_file(const struct options *options, const char *file, struct listing *sum) {
    struct archive archive;
    int code = archive_open(&archive, options, file);
    if (code == CODE_OK)
        code = put_archive(options, &archive, sum);
    fflush(stdout);
    archive_close(&archive);
    return code;
}

int list_files(const struct options *options) {
    struct listing sum = {0};
    int worst = CODE_OK;
    for (size_t i = 0; i < options->file_count; i++) {
        int code = list_file(options, options->files[i], &sum);
        worst = code > worst ? code : worst;
    }
    if (options->file_count > 1 && sum.plain && !options->json && !options->quiet)
        put_line(sum.original, sum.coded, sum.blocks, "", "", "(all)");
    return worst;
}
