#include "priors.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <xxhash.h>

#include "input.h"
#include "json.h"
#include "report.h"

enum {
    HEAD = 16,             /* bytes of a prior's file: what it is, and its id */
    PRIORS_MOST = 64,
    PATH_ROOM = 4096,
    FILE_MOST = 1 << 30,   /* bytes of a prior's file */
    PAGE = 4096,
    WORTH_KEEPING_MS = 300 /* to open it, for its state to be kept */
};
static const unsigned char magic[8] = {0x89, 'H', 'P', 'R', 'I', 'O', 'R', 1};

/* An open prior. */
struct opened {
    hunch_prior *prior;
    void *image; /* a mapping, NULL for none */
    size_t size;
};

static struct opened all[PRIORS_MOST];
static unsigned count;
static const struct options *asked; /* by these: hunch_settings.opaque belongs to other callbacks */

bool priors_is_file(const unsigned char *head, size_t length) {
    return length >= sizeof magic && !memcmp(head, magic, sizeof magic);
}

/* ---- files */

static unsigned char *read_all(const char *file, size_t *length) {
    struct input input = {.fd = -1};
    unsigned char *bytes = NULL;
    *length = 0;
    if (input_open(&input, file) != CODE_OK)
        return NULL;
    uint64_t size = input_size(&input);
    if (!input_is_regular(&input) || size > FILE_MOST) {
        report_error(file, "is no prior; train one with: hunch train -o NAME.prior FILES");
    } else if (!(bytes = malloc(size + 1))) {
        report_status(file, HUNCH_NO_MEMORY, "");
    } else {
        ssize_t got = 1;
        while (*length < size && (got = input_read(&input, bytes + *length, size - *length)) > 0)
            *length += (size_t)got;
        if (got < 0) {
            free(bytes);
            bytes = NULL;
        }
    }
    input_close(&input);
    return bytes;
}

static int report_prior(const char *file, enum hunch_status status) {
    if (status == HUNCH_NOT_ARCHIVE) {
        report_error(file, "is no prior; train one with: hunch train -o NAME.prior FILES");
        return CODE_DATA;
    }
    if (status == HUNCH_DAMAGED) {
        report_error(file, "this prior is damaged; restore it from a copy");
        return CODE_CORRUPT;
    }
    return report_status(file, status, "for its prior");
}

/* ---- what opening computed, kept */

/* "$HUNCH_CACHE", "$XDG_CACHE_HOME/hunch" or "$HOME/.cache/hunch"; false when there is none, or it is switched off. */
static bool cache_directory(char path[PATH_ROOM]) {
    const char *own = getenv("HUNCH_CACHE"), *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n = 0;
    if (own)
        n = snprintf(path, PATH_ROOM, "%s", own);
    else if (xdg && *xdg)
        n = snprintf(path, PATH_ROOM, "%s/hunch", xdg);
    else if (home && *home)
        n = snprintf(path, PATH_ROOM, "%s/.cache/hunch", home);
    return n > 0 && n < PATH_ROOM;
}

/* The state's file: named by the prior and by this very program, for no other may read it. */
static bool cache_name(char path[PATH_ROOM], uint64_t id, const char *tail) {
    char directory[PATH_ROOM];
    struct stat self;
    if (!cache_directory(directory) || stat("/proc/self/exe", &self))
        return false;
    const uint64_t program[] = {(uint64_t)self.st_size, (uint64_t)self.st_mtim.tv_sec, (uint64_t)self.st_mtim.tv_nsec,
                                (uint64_t)self.st_ino, (uint64_t)self.st_dev};
    int n = snprintf(path, PATH_ROOM, "%s/%016" PRIx64 "-%016" PRIx64 ".state%s", directory, id,
                     (uint64_t)XXH3_64bits(program, sizeof program), tail);
    return n > 0 && n < PATH_ROOM;
}

/* Maps a kept state, copy on write; false when there is none that can be trusted. */
static bool map_state(struct opened *o, uint64_t id) {
    char path[PATH_ROOM];
    struct stat found;
    if (!cache_name(path, id, ""))
        return false;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool good = !fstat(fd, &found) && S_ISREG(found.st_mode) && found.st_uid == geteuid() && !(found.st_mode & 022) &&
                found.st_size > 0;
    if (good) {
        o->size = (size_t)found.st_size;
        o->image = mmap(NULL, o->size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
        good = o->image != MAP_FAILED;
    }
    if (!good)
        o->image = NULL;
    close(fd);
    return good;
}

static void unmap_state(struct opened *o) {
    if (o->image)
        munmap(o->image, o->size);
    o->image = NULL;
}

static bool all_zero(const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* Writes the state, pages of zeros as holes. */
static bool write_state(int fd, const unsigned char *image, size_t size) {
    for (size_t at = 0; at < size; at += PAGE) {
        size_t n = size - at < PAGE ? size - at : PAGE;
        if (!all_zero(image + at, n) && pwrite(fd, image + at, n, (off_t)at) != (ssize_t)n)
            return false;
    }
    return !ftruncate(fd, (off_t)size);
}

/* States of this prior that other versions of the program left. */
static void remove_others(uint64_t id) {
    char directory[PATH_ROOM], own[PATH_ROOM], start[32];
    DIR *d;
    struct dirent *entry;
    if (!cache_directory(directory) || !cache_name(own, id, "") || !(d = opendir(directory)))
        return;
    snprintf(start, sizeof start, "%016" PRIx64 "-", id);
    const char *leaf = strrchr(own, '/') + 1;
    while ((entry = readdir(d)))
        if (!strncmp(entry->d_name, start, strlen(start)) && strcmp(entry->d_name, leaf))
            unlinkat(dirfd(d), entry->d_name, 0);
    closedir(d);
}

/* Keeping the state is a courtesy: that it fails is nobody's trouble. */
static void keep_state(const hunch_prior *prior) {
    char directory[PATH_ROOM], path[PATH_ROOM], temporary[PATH_ROOM], tail[32];
    size_t size;
    const void *image = hunch_prior_image(prior, &size);
    snprintf(tail, sizeof tail, ".%ld", (long)getpid());
    if (!cache_directory(directory) || !cache_name(path, hunch_prior_id(prior), "") ||
        !cache_name(temporary, hunch_prior_id(prior), tail))
        return;
    for (char *p = directory + 1; *p; p++)
        if (*p == '/') {
            *p = 0;
            mkdir(directory, 0700);
            *p = '/';
        }
    mkdir(directory, 0700);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    bool good = write_state(fd, image, size);
    if (close(fd) || !good || rename(temporary, path))
        unlink(temporary);
    else
        remove_others(hunch_prior_id(prior));
}

/* ---- opening */

static long milliseconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

static enum hunch_status open_bytes(struct opened *o, const void *bytes, size_t length, uint64_t id,
                                    const struct hunch_settings *settings) {
    struct timespec start;
    if (map_state(o, id)) {
        if (hunch_prior_restore(&o->prior, bytes, length, o->image, o->size, settings) == HUNCH_OK)
            return HUNCH_OK;
        unmap_state(o);
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    enum hunch_status status = hunch_prior_open(&o->prior, bytes, length, settings);
    if (status == HUNCH_OK && milliseconds_since(&start) > WORTH_KEEPING_MS)
        keep_state(o->prior);
    return status;
}

/* Opens the prior in a file, or finds it among the open ones. With an id any other prior is passed over in silence, NULL. */
static hunch_prior *open_file(const struct options *options, const char *file, const uint64_t *id, int *code) {
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    struct hunch_settings settings;
    size_t length;
    hunch_prior *prior = NULL;
    unsigned char *bytes = read_all(file, &length);
    *code = bytes ? CODE_OK : CODE_DATA;
    if (!bytes)
        return NULL;
    enum hunch_status status = hunch_prior_describe(bytes, length, &info);
    for (unsigned i = 0; i < count && status == HUNCH_OK; i++)
        if (hunch_prior_id(all[i].prior) == info.id)
            prior = all[i].prior;
    bool wanted = !id || (status == HUNCH_OK && info.id == *id);
    if (status == HUNCH_OK && wanted && !prior && count < PRIORS_MOST) {
        struct hunch_settings plain;
        options_settings(options, &settings);
        hunch_settings_default(&plain);
        plain.memory_limit = settings.memory_limit;
        plain.cpu_mask = settings.cpu_mask;
        status = open_bytes(&all[count], bytes, length, info.id, &plain);
        prior = all[count].prior;
        count += status == HUNCH_OK;
    }
    free(bytes);
    if (status != HUNCH_OK && wanted)
        *code = report_prior(file, status);
    return wanted && status == HUNCH_OK ? prior : NULL;
}

/* ---- finding */

static bool has_id(const char *file, uint64_t id) {
    unsigned char head[HEAD];
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
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

static hunch_prior *look_in(const struct options *options, const char *directory, size_t length, uint64_t id) {
    char path[PATH_ROOM];
    struct dirent *entry;
    hunch_prior *prior = NULL;
    int code;
    if (!length || length >= PATH_ROOM)
        return NULL;
    snprintf(path, sizeof path, "%.*s", (int)length, directory);
    DIR *d = opendir(path);
    while (d && !prior && (entry = readdir(d))) {
        int n = snprintf(path, sizeof path, "%.*s/%s", (int)length, directory, entry->d_name);
        if (n > 0 && n < PATH_ROOM && has_id(path, id))
            prior = open_file(options, path, &id, &code);
    }
    if (d)
        closedir(d);
    return prior;
}

/* "$HUNCH_PRIORS", else "$XDG_DATA_HOME/hunch/priors" and the system's. */
static hunch_prior *look_around(const struct options *options, uint64_t id) {
    char directories[PATH_ROOM];
    const char *own = getenv("HUNCH_PRIORS"), *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    hunch_prior *prior = NULL;
    if (own)
        snprintf(directories, sizeof directories, "%s", own);
    else
        snprintf(directories, sizeof directories, "%s%s/hunch/priors:/usr/local/share/hunch/priors:/usr/share/hunch/priors",
                 xdg && *xdg ? xdg : home ? home : "", xdg && *xdg ? "" : "/.local/share");
    for (const char *p = directories; *p && !prior;) {
        size_t length = strcspn(p, ":");
        prior = look_in(options, p, length, id);
        p += length + (p[length] == ':');
    }
    return prior;
}

static struct hunch_prior *find(void *opaque, uint64_t id, const char *name) {
    const struct options *options = asked;
    hunch_prior *prior = NULL;
    int code;
    (void)opaque;
    for (unsigned i = 0; i < count; i++)
        if (hunch_prior_id(all[i].prior) == id)
            return all[i].prior;
    if (options->prior)
        prior = open_file(options, options->prior, &id, &code);
    if (!prior)
        prior = look_around(options, id);
    if (!prior)
        report_error(NULL,
                     "the prior \"%s\" (%016" PRIx64 ") is missing; name its file with --prior, or put it into "
                     "~/.local/share/hunch/priors",
                     name, id);
    return prior;
}

void priors_decoder(const struct options *options, struct hunch_settings *settings) {
    settings->find_prior = find;
    asked = options;
}

int priors_encoder(const struct options *options, struct hunch_settings *settings) {
    int code = CODE_OK;
    settings->prior = options->prior ? open_file(options, options->prior, NULL, &code) : NULL;
    settings->self_contained = (int)options->self_contained;
    return code;
}

int priors_put(const struct options *options, const char *file) {
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    size_t length;
    unsigned char *bytes = read_all(file, &length);
    if (!bytes)
        return CODE_DATA;
    enum hunch_status status = hunch_prior_describe(bytes, length, &info);
    free(bytes);
    if (status != HUNCH_OK)
        return report_prior(file, status);
    if (options->json) {
        struct json json = {.file = stdout};
        json_open(&json, NULL, '{');
        json_text(&json, "file", file);
        json_truth(&json, "prior", true);
        json_text(&json, "name", info.name);
        json_hash(&json, "id", info.id);
        json_number(&json, "samples", info.samples);
        json_number(&json, "bytes", info.length);
        json_number(&json, "memory", info.memory);
        json_close(&json, '}');
        return CODE_OK;
    }
    report_part(stdout, file);
    printf(": hunch prior\n  name        ");
    report_part(stdout, info.name);
    printf("\n  id          %016" PRIx64 "\n  trained on  %" PRIu64 " samples, %" PRIu64 " bytes\n"
           "  memory      %" PRIu64 " bytes (%.1f MiB) at most\n",
           info.id, info.samples, info.length, info.memory, (double)info.memory / 1048576);
    return CODE_OK;
}

void priors_close(void) {
    while (count) {
        struct opened *o = &all[--count];
        hunch_prior_close(&o->prior);
        unmap_state(o);
    }
}
