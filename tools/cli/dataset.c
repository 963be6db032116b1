#include "dataset.h"

#include <stdlib.h>
#include <string.h>

#include "path.h"
#include "priors.h"
#include "progress.h"
#include "report.h"

enum { GROUP_SIZE = 1 << 20 }; /* bytes of members that share a block, unless the options say otherwise */

/* What a table says of a member goes into the hash of the table in two steps, for an encoder learns the
 * length last. */
static void hash_member(XXH3_state_t *table, const struct hunch_member *m) {
    const uint64_t numbers[] = {m->mode, (uint64_t)m->mtime, m->mtime_nanoseconds};
    XXH3_64bits_update(table, m->name, strlen(m->name) + 1);
    XXH3_64bits_update(table, numbers, sizeof numbers);
}

static void hash_length(XXH3_state_t *table, uint64_t length) {
    XXH3_64bits_update(table, &length, sizeof length);
}

static int check_name(struct dataset *set, const char *name) {
    switch (nameset_add(&set->names, name, strlen(name) - path_is_directory(name))) {
    case NAME_NEW:
        return CODE_OK;
    case NAME_NO_MEMORY:
        return report_status(name, HUNCH_NO_MEMORY, "");
    default:
        report_error(set->job.input.name, "two of its members would be named %s; give them other names",
                     name);
        return CODE_DATA;
    }
}

int dataset_begin(struct dataset *set, const struct hunch_member *member) {
    int code = check_name(set, member->name);
    if (code != CODE_OK)
        return code;
    if (set->count++)
        hash_length(set->table, set->length);
    set->length = 0;
    hash_member(set->table, member);
    set->job.status = hunch_stream_member(set->job.stream, member);
    return CODE_OK;
}

int dataset_data(struct dataset *set, const void *data, size_t size) {
    if (!size)
        return CODE_OK;
    set->length += size;
    set->job.input.taken += size;
    return job_feed(&set->job, data, size);
}

static bool same_table(const hunch_archive *archive, const struct dataset *set) {
    XXH3_state_t *table = XXH3_createState();
    if (!table)
        return false;
    XXH3_64bits_reset(table);
    bool good = hunch_archive_count(archive) == set->count;
    for (uint64_t i = 0; good && i < set->count; i++) {
        struct hunch_member m = {.sizeof_member = sizeof m};
        good = hunch_archive_stat(archive, i, &m) == HUNCH_OK;
        if (good) {
            hash_member(table, &m);
            hash_length(table, m.length);
        }
    }
    good = good && XXH3_64bits_digest(table) == XXH3_64bits_digest(set->table);
    XXH3_freeState(table);
    return good;
}

/* Reads the table of members back and compares it with what was said to the encoder. */
static int check_table(struct dataset *set) {
    struct output *output = &set->job.output;
    struct hunch_source source = output_source(output);
    struct hunch_settings settings;
    hunch_archive *archive = NULL;
    options_settings(set->job.options, &settings);
    settings.output_limit = UINT64_MAX;
    if (set->count)
        hash_length(set->table, set->length);
    enum hunch_status status = hunch_archive_open(&archive, &source, &settings);
    bool good = status == HUNCH_OK && same_table(archive, set);
    hunch_archive_close(&archive);
    if (status_code(status) == CODE_LIMIT || status == HUNCH_NO_MEMORY)
        return report_status(output->name, status, "when verifying the table of members");
    if (good)
        return CODE_OK;
    report_error(
        output->name,
        "the table of members that was written is not what was to be written (%s); try again, test the "
        "machine's memory, and report this fault",
        status_name(status));
    return CODE_CORRUPT;
}

/* What encode_source.opaque points to. */
struct feeder {
    struct dataset *set;
    int (*feed)(void *opaque);
    void *opaque;
};

static int feed_members(void *opaque) {
    struct feeder *f = opaque;
    int code = f->feed(f->opaque);
    if (code == CODE_OK && !f->set->count && !job_failed(&f->set->job)) {
        report_error(f->set->job.input.name, "holds nothing to encode; look at the names");
        code = CODE_DATA;
    }
    return code;
}

static int check_members(void *opaque) {
    return check_table(((struct feeder *)opaque)->set);
}

static int encode_members(struct dataset *set, uint64_t total, struct feeder *feeder) {
    const struct options *options = set->job.options;
    struct encode_source source = {
        .total = total, .feed = feed_members, .check = check_members, .opaque = feeder};
    int code = job_open_output(&set->job);
    if (code != CODE_OK)
        return code;
    set->table = XXH3_createState();
    if (!set->table)
        return report_status(set->job.input.name, HUNCH_NO_MEMORY, "");
    XXH3_64bits_reset(set->table);
    options_settings(options, &source.settings);
    source.settings.group_members = options->group_members;
    source.settings.group_size = options->group_members ? 0
                                 : options->group_size  ? options->group_size
                                 : options->prior       ? 0 /* a member alone */
                                                        : GROUP_SIZE;
    code = priors_encoder(options, &source.settings);
    if (code == CODE_OK)
        code = encode_job(&set->job, &source);
    return set->worst > code ? set->worst : code;
}

int dataset_encode(struct dataset *set, const struct options *options, const char *name, const char *path,
                   uint64_t total, int (*feed)(void *opaque), void *opaque) {
    struct feeder feeder = {set, feed, opaque};
    *set = (struct dataset){.job = {.options = options, .encodes = true, .path = path, .output.fd = -1}};
    set->job.input = (struct input){.name = name, .fd = -1};
    clock_gettime(CLOCK_MONOTONIC, &set->job.start);
    int code = encode_members(set, total, &feeder);
    job_account(&set->job, code);
    job_close(&set->job);
    nameset_free(&set->names);
    XXH3_freeState(set->table);
    return code;
}
