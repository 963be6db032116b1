#include "extract.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "content.h"
#include "json.h"
#include "path.h"
#include "place.h"
#include "progress.h"
#include "report.h"

enum { BUFFER = 1 << 18, TARGET_MOST = 4096 };

struct extraction {
    const struct options *options;
    struct archive archive;
    struct content content;
    struct place place;
    unsigned char *buffer; /* of BUFFER bytes */
    unsigned char *made;   /* for each member, whether it is a directory that was made here */
    uint64_t total, done;  /* bytes of the members that are chosen, and of these so far */
    uint64_t count, lost;  /* members written, and those that damage cost */
    int worst;             /* exit code for what was told and passed over */
    enum hunch_status status;
    struct timespec start;
};

static bool is_chosen(const struct options *options, const char *name) {
    char bare[PATH_MAX];
    size_t length = strlen(name);
    if (!options->pattern_count)
        return true;
    bool directory = path_is_directory(name) && length < sizeof bare;
    if (directory) { /* both "set/sub" and "set/sub/" mean it */
        memcpy(bare, name, length - 1);
        bare[length - 1] = 0;
    }
    for (size_t i = 0; i < options->pattern_count; i++)
        if (!fnmatch(options->patterns[i], name, 0) || (directory && !fnmatch(options->patterns[i], bare, 0)))
            return true;
    return false;
}

static void pass_over(struct extraction *x, int code) {
    x->worst = code > x->worst ? code : x->worst;
}

static struct attributes attributes_of(const struct hunch_member *m) {
    return (struct attributes){m->mode, m->mtime, m->mtime_nanoseconds};
}

static void tell_lost(struct extraction *x, const struct hunch_member *m) {
    const char *file = x->archive.input.name, *why = status_name(x->status);
    x->lost++;
    pass_over(x, status_code(x->status));
    if (!x->options->json) {
        report_error(file, "lost member %s (%" PRIu64 " bytes, %s), it is not written", m->name, m->length,
                     why);
        return;
    }
    struct json json = {.file = stdout};
    progress_clear();
    json_open(&json, NULL, '{');
    json_text(&json, "file", file);
    json_open(&json, "lost", '{');
    json_text(&json, "member", m->name);
    json_number(&json, "offset", m->offset);
    json_number(&json, "length", m->length);
    json_text(&json, "why", why);
    json_close(&json, '}');
    json_close(&json, '}');
    fflush(stdout);
}

/* What reading answered: an exit code to end with, unless damage costs this member alone. */
static int judge(struct extraction *x, const struct hunch_member *m) {
    bool damage = x->status == HUNCH_DAMAGED || x->status == HUNCH_MISMATCH || x->status == HUNCH_TRUNCATED;
    if (!damage || !x->options->keep_going)
        return report_status(x->status == HUNCH_MISSING_PRIOR ? x->archive.input.name : m->name, x->status,
                             "");
    tell_lost(x, m);
    x->status = HUNCH_OK;
    return CODE_OK;
}

static void advance(struct extraction *x, uint64_t bytes) {
    x->done += bytes;
    double share = x->total ? (double)x->done / (double)x->total : 1;
    progress_set((uint64_t)((double)x->archive.coded * share), x->done);
}

/* Copies the content into the file in the making. *whole tells whether it is all there. */
static int copy_content(struct extraction *x, const struct hunch_member *m, bool *whole) {
    *whole = false;
    for (uint64_t at = 0; at < m->length;) {
        size_t piece = m->length - at < BUFFER ? (size_t)(m->length - at) : BUFFER;
        x->status = content_read(&x->content, m->offset + at, x->buffer, piece);
        if (x->status != HUNCH_OK)
            return judge(x, m);
        if (!place_write(&x->place, m->name, x->buffer, piece))
            return CODE_DATA;
        at += piece;
        advance(x, piece);
    }
    *whole = true;
    return CODE_OK;
}

static int write_file(struct extraction *x, const struct hunch_member *m) {
    struct attributes attributes = attributes_of(m);
    bool whole;
    if (!place_file(&x->place, m->name)) {
        pass_over(x, CODE_DATA);
        return CODE_OK;
    }
    int code = copy_content(x, m, &whole);
    if (!whole)
        place_abandon(&x->place);
    else if (place_publish(&x->place, m->name, &attributes))
        x->count++;
    else
        pass_over(x, CODE_DATA);
    return code;
}

static int write_link(struct extraction *x, const struct hunch_member *m) {
    struct attributes attributes = attributes_of(m);
    char target[TARGET_MOST];
    if (m->length >= sizeof target) {
        report_error(m->name, "is a link of %" PRIu64 " bytes; it is left out", m->length);
        pass_over(x, CODE_DATA);
        return CODE_OK;
    }
    x->status = content_read(&x->content, m->offset, target, (size_t)m->length);
    if (x->status != HUNCH_OK)
        return judge(x, m);
    target[m->length] = 0;
    if (strlen(target) != m->length || !path_link_stays(m->name, target)) {
        report_error(m->name, "is a link that may lead out of the directory, to %s; it is left out", target);
        pass_over(x, CODE_DATA);
    } else if (place_link(&x->place, m->name, target, &attributes))
        x->count++;
    else
        pass_over(x, CODE_DATA);
    advance(x, m->length);
    return CODE_OK;
}

static void write_directory(struct extraction *x, const struct hunch_member *m, uint64_t index) {
    bool made;
    if (m->length) {
        report_error(m->name, "is a directory with content; it is left out");
        pass_over(x, CODE_DATA);
    } else if (place_directory(&x->place, m->name, &made)) {
        x->made[index] = made;
        x->count++;
    } else
        pass_over(x, CODE_DATA);
}

static int write_member(struct extraction *x, const struct hunch_member *m, uint64_t index) {
    if (!path_is_clean(m->name)) {
        report_error(m->name, "is no name of a file below this directory; it is left out");
        pass_over(x, CODE_DATA);
        return CODE_OK;
    }
    uint32_t kind = m->mode & S_IFMT;
    if (kind == S_IFDIR || path_is_directory(m->name)) {
        write_directory(x, m, index);
        return CODE_OK;
    }
    if (kind == S_IFLNK)
        return write_link(x, m);
    if (kind && kind != S_IFREG) {
        report_error(m->name, "is neither file nor directory nor link; it is left out");
        pass_over(x, CODE_DATA);
        return CODE_OK;
    }
    return write_file(x, m);
}

static int write_members(struct extraction *x) {
    int code = CODE_OK;
    for (uint64_t i = 0; i < x->archive.members && code == CODE_OK; i++) {
        struct hunch_member m = archive_member(&x->archive, i);
        if (is_chosen(x->options, m.name))
            code = write_member(x, &m, i);
        if (x->place.full)
            code = CODE_DATA;
    }
    /* from the last to the first: a directory comes before what is in it */
    for (uint64_t i = x->archive.members; i--;) {
        if (!x->made[i])
            continue;
        struct hunch_member m = archive_member(&x->archive, i);
        struct attributes attributes = attributes_of(&m);
        if (!place_finish(&x->place, m.name, &attributes))
            pass_over(x, CODE_DATA);
    }
    if (code == CODE_OK && !place_sync(&x->place))
        code = CODE_DATA;
    return code;
}

/* Sums what is chosen; a pattern that chooses nothing is a mistake of who wrote it. */
static int choose(struct extraction *x) {
    uint64_t chosen = 0;
    if (!x->archive.members) {
        report_error(x->archive.input.name, "holds no members; leave out -C and -m");
        return CODE_DATA;
    }
    for (uint64_t i = 0; i < x->archive.members; i++) {
        struct hunch_member m = archive_member(&x->archive, i);
        if (is_chosen(x->options, m.name)) {
            chosen++;
            x->total += m.length;
        }
    }
    if (chosen)
        return CODE_OK;
    report_error(x->archive.input.name, "has no member of such a name; see: hunch list");
    return CODE_DATA;
}

/* Tells that a prior is missing before anything is made, by a byte of the first member with content. Trouble
 * of other kinds is told where it comes. */
static int try_prior(struct extraction *x) {
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    struct hunch_member m = {0};
    unsigned char byte;
    int inside;
    if (hunch_archive_prior(x->archive.blocks, 0, &info, &inside) != HUNCH_OK || inside)
        return CODE_OK;
    for (uint64_t i = 0; i < x->archive.members && !m.length; i++) {
        struct hunch_member next = archive_member(&x->archive, i);
        if (is_chosen(x->options, next.name))
            m = next;
    }
    enum hunch_status status =
        m.length ? hunch_archive_read(x->archive.blocks, m.offset, &byte, 1) : HUNCH_OK;
    if (status != HUNCH_MISSING_PRIOR)
        return CODE_OK;
    x->status = status;
    return judge(x, &m);
}

static int extract_opened(struct extraction *x) {
    const struct options *options = x->options;
    const char *directory = options->directory ? options->directory : ".";
    int code = choose(x);
    if (code == CODE_OK)
        code = try_prior(x);
    if (code == CODE_OK)
        code = place_open(&x->place, directory, options->force);
    x->buffer = malloc(BUFFER);
    x->made = calloc((size_t)x->archive.members + 1, 1);
    if (code == CODE_OK && (!x->buffer || !x->made))
        code = report_status(x->archive.input.name, HUNCH_NO_MEMORY, "");
    if (code != CODE_OK)
        return code;
    progress_begin(&(struct progress_plan){.verb = "decode",
                                           .name = x->archive.input.name,
                                           .total = x->archive.coded,
                                           .expands = true,
                                           .show = !options->quiet});
    content_open(&x->content, &x->archive, options, !options->pattern_count && !options->keep_going);
    code = write_members(x);
    content_close(&x->content);
    progress_end();
    return x->worst > code ? x->worst : code;
}

static void account(const struct extraction *x, int code) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - x->start.tv_sec) + (double)(now.tv_nsec - x->start.tv_nsec) / 1e9;
    if (x->options->json) {
        struct json json = {.file = stdout};
        json_open(&json, NULL, '{');
        json_text(&json, "file", x->archive.input.name);
        json_text(&json, "output", x->options->directory ? x->options->directory : ".");
        json_text(&json, "status",
                  code == CODE_OK         ? "ok"
                  : x->status != HUNCH_OK ? status_name(x->status)
                                          : "failed");
        json_number(&json, "exit", (uint64_t)code);
        json_number(&json, "original", x->done);
        json_number(&json, "members", x->count);
        json_number(&json, "lost_members", x->lost);
        json_real(&json, "seconds", seconds);
        json_close(&json, '}');
        fflush(stdout);
    } else if (x->options->verbose && !x->options->quiet && code == CODE_OK)
        report_error(x->archive.input.name, "OK; %" PRIu64 " members, %" PRIu64 " bytes, %.2f s", x->count,
                     x->done, seconds);
}

bool extract_file(const struct options *options, const char *file, int *code) {
    struct extraction x = {.options = options, .place = {.root = -1, .fd = -1}};
    clock_gettime(CLOCK_MONOTONIC, &x.start);
    *code = CODE_OK;
    if (options->verb != VERB_DECODE || options->output || options->to_stdout)
        return false;
    if (options->directory || options->pattern_count)
        *code = archive_open(&x.archive, options, file);
    else if (!archive_open_members(&x.archive, options, file))
        return false;
    if (*code == CODE_OK && options->remove_input) {
        report_error(x.archive.input.name, "--rm removes an input that one output replaces; leave it out");
        *code = CODE_DATA;
    }
    if (*code == CODE_OK)
        *code = extract_opened(&x);
    account(&x, *code);
    place_close(&x.place);
    archive_close(&x.archive);
    free(x.buffer);
    free(x.made);
    return true;
}
