#include "priors.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "progress.h"
#include "report.h"
#include "states.h"

enum {
    HEAD = 16, /* bytes of a prior's file: what it is, and its id */
    PRIORS_MOST = 64,
    PATH_ROOM = 4096,
    WORTH_KEEPING_MS = 300 /* to open it, for its state to be kept */
};
static const unsigned char magic[7] = {0x89, 'H', 'P', 'R', 'I', 'O', 'R'}; /* a byte of version follows */
static const char system_directories[] = "/usr/local/share/hunch/priors:/usr/share/hunch/priors";

/* A prior's file. */
struct prior_file {
    const char *name;
    char *bytes; /* NULL: none */
    size_t length;
    struct hunch_prior_info info;
};

/* An open prior. */
struct opened {
    hunch_prior *prior;
    struct state state;
    bool used; /* by the file in hand */
};

static struct opened all[PRIORS_MOST];
static unsigned count;
static struct prior_file named;     /* that of --prior */
static const struct options *asked; /* by these: hunch_settings.opaque belongs to other callbacks */

/* What kept a prior that was found from being opened. */
static struct {
    enum hunch_status status;
    char file[PATH_ROOM];
} obstacle;

bool priors_is_file(const unsigned char *head, size_t length) {
    return length >= sizeof magic && !memcmp(head, magic, sizeof magic);
}

/* ---- files */

static enum hunch_status describe(struct prior_file *file) {
    file->info = (struct hunch_prior_info){.sizeof_info = sizeof file->info};
    return hunch_prior_describe(file->bytes, file->length, &file->info);
}

static void free_file(struct prior_file *file) {
    free(file->bytes);
    file->bytes = NULL;
}

static const char *advice(enum hunch_status status) {
    return status == HUNCH_MEMORY_LIMIT  ? "raise --memlimit"
           : status == HUNCH_DAMAGED     ? "restore it from a copy"
           : status == HUNCH_UNSUPPORTED ? "install a newer hunch"
                                         : "use a machine with more memory";
}

static const char *trouble(enum hunch_status status) {
    return status == HUNCH_MEMORY_LIMIT  ? "needs more memory than the limit allows"
           : status == HUNCH_DAMAGED     ? "is damaged"
           : status == HUNCH_UNSUPPORTED ? "needs a newer version of hunch"
                                         : "cannot be opened, memory is short";
}

static int refuse(const char *file, enum hunch_status status) {
    if (status == HUNCH_NOT_ARCHIVE)
        report_error(file, "is no prior; train one with: hunch train -o NAME.prior FILES");
    else
        report_error(file, "this prior %s; %s", trouble(status), advice(status));
    return status_code(status);
}

/* Reads an open input, of which the head may have been read, as a prior's file. */
static int read_file(struct prior_file *file, struct input *input) {
    file->name = input->name;
    if (!input_read_head(input))
        return CODE_DATA;
    if (!priors_is_file(input->head, (size_t)input->taken))
        return refuse(file->name, HUNCH_NOT_ARCHIVE);
    file->bytes = input_read_all(input, &file->length);
    if (!file->bytes)
        return CODE_DATA;
    enum hunch_status status = describe(file);
    if (status == HUNCH_OK)
        return CODE_OK;
    free_file(file);
    return refuse(file->name, status);
}

/* ---- opening */

static long milliseconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

static void show(void *opaque, uint64_t done, uint64_t total) {
    (void)opaque;
    (void)total;
    progress_set(done, 0);
}

/* Opens a prior, from its kept state where there is one. */
static enum hunch_status open_new(struct opened *o, const struct prior_file *file,
                                  const struct hunch_settings *settings) {
    struct timespec start;
    if (state_map(&o->state, file->info.id)) {
        if (hunch_prior_restore(&o->prior, file->bytes, file->length, o->state.image, o->state.size,
                                settings) == HUNCH_OK)
            return HUNCH_OK;
        state_unmap(&o->state);
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    if (settings->on_progress)
        progress_begin(&(struct progress_plan){
            .verb = "read", .name = file->name, .total = file->info.length, .show = !asked->quiet});
    enum hunch_status status = hunch_prior_open(&o->prior, file->bytes, file->length, settings);
    if (settings->on_progress)
        progress_end();
    if (status == HUNCH_OK && milliseconds_since(&start) > WORTH_KEEPING_MS)
        state_keep(o->prior);
    return status;
}

static hunch_prior *find_open(uint64_t id) {
    for (unsigned i = 0; i < count; i++)
        if (hunch_prior_id(all[i].prior) == id) {
            all[i].used = true;
            return all[i].prior;
        }
    return NULL;
}

static void close_one(struct opened *o) {
    hunch_prior_close(&o->prior);
    state_unmap(&o->state);
}

static void close_unused(void) {
    unsigned kept = 0;
    for (unsigned i = 0; i < count; i++)
        if (all[i].used)
            all[kept++] = all[i];
        else
            close_one(&all[i]);
    count = kept;
}

/* Opens the prior of a file, or finds it among the open ones. `told`: how far that has come is shown. */
static enum hunch_status open_prior(const struct prior_file *file, bool told, hunch_prior **prior) {
    struct hunch_settings settings;
    *prior = find_open(file->info.id);
    if (*prior)
        return HUNCH_OK;
    close_unused();
    if (count == PRIORS_MOST)
        return HUNCH_NO_MEMORY;
    hunch_settings_default(&settings);
    settings.memory_limit = asked->memory_limit;
    settings.cpu_mask = asked->cpu_mask;
    struct opened o = {.used = true};
    settings.on_progress = told ? show : NULL;
    enum hunch_status status = open_new(&o, file, &settings);
    if (status == HUNCH_OK)
        all[count++] = o;
    *prior = o.prior;
    return status;
}

void priors_next_file(void) {
    for (unsigned i = 0; i < count; i++)
        all[i].used = false;
}

/* ---- finding */

/* Whether the file begins like the prior of this id. */
static bool has_id(const char *path, uint64_t id) {
    unsigned char head[HEAD];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t got = fd < 0 ? -1 : read(fd, head, HEAD);
    uint64_t found = 0;
    if (fd >= 0)
        close(fd);
    if (got != HEAD || !priors_is_file(head, HEAD))
        return false;
    for (unsigned i = 0; i < 8; i++)
        found |= (uint64_t)head[8 + i] << 8 * i;
    return found == id;
}

/* Opens a prior that was found; what hinders is noted, for there may be another copy. */
static hunch_prior *open_found(const struct prior_file *file, enum hunch_status status) {
    hunch_prior *prior = NULL;
    if (status == HUNCH_OK)
        status = open_prior(file, false, &prior);
    if (status != HUNCH_OK) {
        obstacle.status = status;
        snprintf(obstacle.file, sizeof obstacle.file, "%s", file->name);
    }
    return prior;
}

static hunch_prior *open_path(const char *path, uint64_t id) {
    struct input input = {.fd = -1};
    struct prior_file file = {.name = path};
    hunch_prior *prior = NULL;
    if (!has_id(path, id) || input_open(&input, path) != CODE_OK)
        return NULL;
    file.bytes = input_read_all(&input, &file.length);
    input_close(&input);
    if (file.bytes)
        prior = open_found(&file, describe(&file));
    free_file(&file);
    return prior;
}

static hunch_prior *look_in(const char *directory, uint64_t id) {
    char path[PATH_ROOM];
    struct dirent *entry;
    hunch_prior *prior = NULL;
    DIR *d = opendir(directory);
    while (d && !prior && (entry = readdir(d))) {
        int n = snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (n > 0 && n < PATH_ROOM)
            prior = open_path(path, id);
    }
    if (d)
        closedir(d);
    return prior;
}

/* Looks in directories, between which colons stand. */
static hunch_prior *look_in_each(const char *directories, uint64_t id) {
    char directory[PATH_ROOM];
    hunch_prior *prior = NULL;
    for (const char *p = directories; *p && !prior;) {
        size_t length = strcspn(p, ":");
        if (length > 0 && length < PATH_ROOM) {
            snprintf(directory, sizeof directory, "%.*s", (int)length, p);
            prior = look_in(directory, id);
        }
        p += length + (p[length] == ':');
    }
    return prior;
}

/* In $HUNCH_PRIORS, else in the user's directory and the system's. */
static hunch_prior *look_around(uint64_t id) {
    char directory[PATH_ROOM];
    const char *own = getenv("HUNCH_PRIORS"), *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int n = 0;
    if (own)
        return look_in_each(own, id);
    if (xdg && *xdg)
        n = snprintf(directory, sizeof directory, "%s/hunch/priors", xdg);
    else if (home && *home)
        n = snprintf(directory, sizeof directory, "%s/.local/share/hunch/priors", home);
    hunch_prior *prior = n > 0 && n < PATH_ROOM ? look_in(directory, id) : NULL;
    return prior ? prior : look_in_each(system_directories, id);
}

static hunch_prior *find(void *opaque, uint64_t id, const char *name) {
    (void)opaque;
    hunch_prior *prior = find_open(id);
    obstacle.status = HUNCH_OK;
    if (!prior && named.bytes && named.info.id == id)
        prior = open_found(&named, HUNCH_OK);
    if (!prior)
        prior = look_around(id);
    if (!prior && obstacle.status != HUNCH_OK)
        report_prior(obstacle.status, "the prior \"%s\" (%016" PRIx64 ") in %s %s; %s", name, id,
                     obstacle.file, trouble(obstacle.status), advice(obstacle.status));
    else if (!prior)
        report_prior(HUNCH_MISSING_PRIOR,
                     "the prior \"%s\" (%016" PRIx64
                     ") is missing%s; name its file with --prior, or put it into %s",
                     name, id, named.bytes ? ", and --prior names another" : "",
                     getenv("HUNCH_PRIORS") ? "a directory of HUNCH_PRIORS" : "~/.local/share/hunch/priors");
    return prior;
}

/* ---- what the others call */

int priors_begin(const struct options *options) {
    struct input input = {.fd = -1};
    if (!options->prior)
        return CODE_OK;
    int code = input_open(&input, options->prior);
    if (code == CODE_OK)
        code = read_file(&named, &input);
    input_close(&input);
    return code;
}

void priors_decoder(const struct options *options, struct hunch_settings *settings) {
    settings->find_prior = find;
    asked = options;
}

int priors_encoder(const struct options *options, struct hunch_settings *settings) {
    settings->self_contained = (int)options->self_contained;
    if (!named.bytes)
        return CODE_OK;
    enum hunch_status status = open_prior(&named, true, &settings->prior);
    return status == HUNCH_OK ? CODE_OK : refuse(named.name, status);
}

static void put_json(const struct prior_file *file) {
    struct json json = {.file = stdout};
    json_open(&json, NULL, '{');
    json_text(&json, "file", file->name);
    json_truth(&json, "prior", true);
    json_text(&json, "name", file->info.name);
    json_hash(&json, "id", file->info.id);
    json_number(&json, "samples", file->info.samples);
    json_number(&json, "bytes", file->info.length);
    json_number(&json, "memory", file->info.memory);
    json_close(&json, '}');
}

static void put_text(const struct prior_file *file) {
    const struct hunch_prior_info *info = &file->info;
    report_part(stdout, file->name);
    printf(": hunch prior\n  name        ");
    report_part(stdout, info->name);
    printf("\n  id          %016" PRIx64 "\n  trained on  %" PRIu64 " samples, %" PRIu64 " bytes\n"
           "  memory      %" PRIu64 " bytes (%.1f MiB) at most\n",
           info->id, info->samples, info->length, info->memory, (double)info->memory / 1048576);
}

int priors_put(const struct options *options, struct input *input) {
    struct prior_file file = {0};
    int code = read_file(&file, input);
    if (code == CODE_OK && options->json)
        put_json(&file);
    else if (code == CODE_OK)
        put_text(&file);
    free_file(&file);
    return code;
}

void priors_close(void) {
    priors_next_file();
    close_unused();
    free_file(&named);
}
