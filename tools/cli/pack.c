#include "pack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect.h"
#include "dataset.h"
#include "lines.h"
#include "path.h"
#include "report.h"

enum { BUFFER = 1 << 18, STOPPED = -1 };
static const char suffix[] = ".hunch";

struct pack {
    struct dataset set;
    const struct options *options;
    char **inputs;
    size_t count;
    bool listed;           /* the inputs come from a list: none is walked */
    unsigned char *buffer; /* of BUFFER bytes */
    uint64_t total;        /* bytes that regular files say to have */
};

/* Bytes of the path without slashes at its end. */
static size_t bare_length(const char *path) {
    size_t length = strlen(path);
    while (length && path[length - 1] == '/')
        length--;
    return length;
}

/* Bytes at the start of an input that no member's name has. */
static size_t above_of(const struct pack *p, const char *input) {
    if (p->listed)
        return (size_t)(path_strip(input) - input);
    size_t length = bare_length(input), start = length;
    while (start && input[start - 1] != '/')
        start--;
    const char *base = input + start;
    bool nameless = start == length || (length - start == 1 && *base == '.') ||
                    (length - start == 2 && base[0] == '.' && base[1] == '.');
    return nameless ? length + 1 : start;
}

const char *pack_target(const struct options *options, const char *file, const char *tail, char **made) {
    *made = NULL;
    if (options->output || options->to_stdout || !strcmp(file, "-"))
        return options->output ? options->output : "-";
    size_t length = bare_length(file), cut = strlen(tail);
    if (length > cut && !memcmp(file + length - cut, tail, cut))
        length -= cut;
    *made = malloc(length + sizeof suffix);
    if (!*made) {
        report_status(file, HUNCH_NO_MEMORY, "");
        return NULL;
    }
    memcpy(*made, file, length);
    memcpy(*made + length, suffix, sizeof suffix);
    return *made;
}

/* What a visit returns: an exit code, or that the library ended it. */
static int answer(const struct pack *p, int code) {
    return code == CODE_OK && job_failed(&p->set.job) ? STOPPED : code;
}

static struct hunch_member describe(const struct found *found, uint64_t length) {
    return (struct hunch_member){.sizeof_member = sizeof(struct hunch_member),
                                 .name = found->name,
                                 .length = length,
                                 .mode = (uint32_t)found->stat.st_mode,
                                 .mtime = found->stat.st_mtim.tv_sec,
                                 .mtime_nanoseconds = (uint32_t)found->stat.st_mtim.tv_nsec};
}

/* Takes as many bytes as the file was said to have, so that one which grows for ever comes to an end; then
 * looks whether there are more. */
static int pack_content(struct pack *p, struct input *file, uint64_t length) {
    uint64_t left = length;
    ssize_t got = 1;
    while (got > 0 && left) {
        got = input_read(file, p->buffer, left < BUFFER ? (size_t)left : BUFFER);
        if (got < 0)
            return CODE_DATA;
        left -= (uint64_t)got;
        int code = answer(p, dataset_data(&p->set, p->buffer, (size_t)got));
        if (code != CODE_OK)
            return code;
    }
    got = left ? 1 : input_read(file, p->buffer, 1);
    if (got < 0)
        return CODE_DATA;
    if (got) {
        report_error(file->name, "%s while it was read; encode it again when it is at rest",
                     left ? "became shorter" : "grew");
        p->set.worst = CODE_DATA;
    }
    return CODE_OK;
}

static int pack_opened(struct pack *p, const struct found *found, struct input *file) {
    struct found now = *found;
    if (fstat(file->fd, &now.stat) || !S_ISREG(now.stat.st_mode)) {
        report_error(found->path, "was replaced meanwhile; it is left out");
        p->set.worst = CODE_DATA;
        return CODE_OK;
    }
    struct hunch_member member = describe(&now, (uint64_t)now.stat.st_size);
    int code = answer(p, dataset_begin(&p->set, &member));
    return code == CODE_OK ? pack_content(p, file, member.length) : code;
}

/* The archive in the making, or the one that it replaces. */
static bool is_output(const struct pack *p, const struct stat *stat) {
    const struct output *output = &p->set.job.output;
    struct stat own;
    return output_is_file(output, stat) || (output->kind == OUTPUT_FILE && !fstat(output->fd, &own) &&
                                            own.st_dev == stat->st_dev && own.st_ino == stat->st_ino);
}

static int pack_file(struct pack *p, const struct found *found) {
    struct input file = {.name = found->path};
    if (is_output(p, &found->stat))
        return CODE_OK;
    file.fd =
        openat(found->directory, found->leaf, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (file.fd < 0) {
        report_error(found->path, "cannot be opened: %s; it is left out", strerror(errno));
        p->set.worst = CODE_DATA;
        return CODE_OK;
    }
    int code = pack_opened(p, found, &file);
    input_close(&file);
    return code;
}

static int pack_link(struct pack *p, const struct found *found) {
    ssize_t length = readlinkat(found->directory, found->leaf, (char *)p->buffer, BUFFER);
    if (length < 0) {
        report_error(found->path, "cannot be read: %s; it is left out", strerror(errno));
        p->set.worst = CODE_DATA;
        return CODE_OK;
    }
    struct hunch_member member = describe(found, (uint64_t)length);
    int code = answer(p, dataset_begin(&p->set, &member));
    return code == CODE_OK ? answer(p, dataset_data(&p->set, p->buffer, (size_t)length)) : code;
}

static int pack_found(void *opaque, const struct found *found) {
    struct pack *p = opaque;
    if (S_ISREG(found->stat.st_mode))
        return pack_file(p, found);
    if (S_ISLNK(found->stat.st_mode))
        return pack_link(p, found);
    if (S_ISDIR(found->stat.st_mode)) {
        struct hunch_member member = describe(found, 0);
        return answer(p, dataset_begin(&p->set, &member));
    }
    if (!p->options->quiet)
        report_error(found->path, "is a %s; it is left out",
                     S_ISSOCK(found->stat.st_mode)   ? "socket"
                     : S_ISFIFO(found->stat.st_mode) ? "pipe"
                                                     : "device");
    return CODE_OK;
}

static int sum_found(void *opaque, const struct found *found) {
    struct pack *p = opaque;
    p->total += S_ISREG(found->stat.st_mode) ? (uint64_t)found->stat.st_size : 0;
    return CODE_OK;
}

static int feed(void *opaque) {
    struct pack *p = opaque;
    struct collector collector = {.visit = pack_found, .opaque = p};
    int code = CODE_OK;
    for (size_t i = 0; i < p->count && code == CODE_OK; i++)
        code = collect(&collector, p->inputs[i], above_of(p, p->inputs[i]), !p->listed);
    p->set.worst = collector.worst > p->set.worst ? collector.worst : p->set.worst;
    return code == STOPPED ? CODE_OK : code;
}

/* What can be known to fail does so before any work is done. */
static int check_input(struct pack *p, struct nameset *names, const char *input) {
    struct stat found;
    const char *name = input + above_of(p, input);
    size_t bare = bare_length(input),
           length = bare > (size_t)(name - input) ? bare - (size_t)(name - input) : 0;
    if (lstat(input, &found)) {
        report_error(input, "%s; check the name and its permissions", strerror(errno));
        return CODE_DATA;
    }
    if (p->listed && length && !path_is_clean(name)) {
        report_error(input, "has an empty, \".\" or \"..\" part; list it from the directory above it");
        return CODE_DATA;
    }
    enum nameset_answer known = length ? nameset_add(names, name, length) : NAME_NEW;
    if (known == NAME_NO_MEMORY)
        return report_status(input, HUNCH_NO_MEMORY, "");
    if (known == NAME_KNOWN)
        report_error(input, "another member would have this name; encode the directory above both");
    return known == NAME_KNOWN ? CODE_DATA : CODE_OK;
}

static int check_inputs(struct pack *p) {
    struct nameset names = {0};
    int worst = CODE_OK;
    for (size_t i = 0; i < p->count; i++) {
        int code = check_input(p, &names, p->inputs[i]);
        worst = code > worst ? code : worst;
    }
    nameset_free(&names);
    return worst;
}

static int pack_to(struct pack *p, const char *name, const char *target) {
    struct collector collector = {.visit = sum_found, .opaque = p, .silent = true};
    int code = check_inputs(p);
    if (code != CODE_OK)
        return code;
    if (p->options->remove_input) {
        report_error(name, "--rm removes regular files only; leave it out");
        return CODE_DATA;
    }
    for (size_t i = 0; i < p->count; i++)
        (void)collect(&collector, p->inputs[i], above_of(p, p->inputs[i]), !p->listed);
    p->buffer = malloc(BUFFER);
    code = p->buffer ? dataset_encode(&p->set, p->options, name, target, p->total, feed, p)
                     : report_status(name, HUNCH_NO_MEMORY, "");
    free(p->buffer);
    return code;
}

int pack_files(const struct options *options, char **inputs, size_t count) {
    struct pack p = {.options = options, .inputs = inputs, .count = count};
    char *made = NULL;
    if (!options->output && !options->to_stdout && above_of(&p, inputs[0]) > bare_length(inputs[0])) {
        report_error(inputs[0], "gives the archive no name; choose one with -o");
        return CODE_DATA;
    }
    const char *target = pack_target(options, inputs[0], "", &made);
    int code = target ? pack_to(&p, count == 1 ? inputs[0] : target, target) : CODE_DATA;
    free(made);
    return code;
}

int pack_list(const struct options *options, const char *list) {
    struct lines lines;
    int code = lines_read(&lines, list);
    if (code == CODE_OK) {
        struct pack p = {.options = options, .inputs = lines.list, .count = lines.count, .listed = true};
        code = pack_to(&p, list, options->output ? options->output : "-");
    }
    lines_free(&lines);
    return code;
}
