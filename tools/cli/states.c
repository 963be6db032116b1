#include "states.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <xxhash.h>

enum {
    PATH_ROOM = 4096,
    NAME_ROOM = 80,
    ID_DIGITS = 16,
    PAGE = 4096,
    HASH = 8,        /* bytes, behind the image */
    DAYS_UNUSED = 30 /* then a state is removed */
};
static const char suffix[] = ".state";

/* "$HUNCH_CACHE", "$XDG_CACHE_HOME/hunch" or "$HOME/.cache/hunch"; false when there is none, or it is
 * switched off. */
static bool directory_name(char path[PATH_ROOM]) {
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

/* Makes the directory, and the one above it where that is missing, but no more: a home that is not there
 * stays so. */
static void make_directory(char path[PATH_ROOM]) {
    if (!mkdir(path, 0700) || errno != ENOENT)
        return;
    char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return;
    *slash = 0;
    mkdir(path, 0700);
    *slash = '/';
    mkdir(path, 0700);
}

static bool is_ours(const struct stat *found) {
    return found->st_uid == geteuid() && !(found->st_mode & 022);
}

/* Opens the cache directory, -1 when it is not there or others may write to it. */
static int open_directory(bool make) {
    char path[PATH_ROOM];
    struct stat found;
    if (!directory_name(path))
        return -1;
    if (make)
        make_directory(path);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &found) || !is_ours(&found))) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The state's name: of the prior and of this very program, for no other may read it. */
static bool state_name(char name[NAME_ROOM], uint64_t id, const char *tail) {
    struct stat self;
    if (stat("/proc/self/exe", &self))
        return false;
    const uint64_t program[] = {(uint64_t)self.st_size, (uint64_t)self.st_mtim.tv_sec,
                                (uint64_t)self.st_mtim.tv_nsec, (uint64_t)self.st_ino, (uint64_t)self.st_dev};
    snprintf(name, NAME_ROOM, "%016" PRIx64 "-%016" PRIx64 "%s%s", id,
             (uint64_t)XXH3_64bits(program, sizeof program), suffix, tail);
    return true;
}

/* ---- reading */

static bool map_file(struct state *state, int fd) {
    struct stat found;
    if (fstat(fd, &found) || !S_ISREG(found.st_mode) || !is_ours(&found) || found.st_size <= HASH)
        return false;
    state->mapped = (size_t)found.st_size;
    state->size = state->mapped - HASH;
    void *image = mmap(NULL, state->mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    state->image = image != MAP_FAILED ? image : NULL;
    return state->image;
}

static bool hash_is_right(const struct state *state) {
    uint64_t hash = XXH3_64bits(state->image, state->size);
    return !memcmp((const char *)state->image + state->size, &hash, HASH);
}

bool state_map(struct state *state, uint64_t id) {
    char name[NAME_ROOM];
    *state = (struct state){0};
    int directory = state_name(name, id, "") ? open_directory(false) : -1;
    int fd = directory < 0 ? -1 : openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool good = fd >= 0 && map_file(state, fd) && hash_is_right(state);
    if (good)
        futimens(fd, NULL); /* it is in use: see remove_stale */
    else
        state_unmap(state);
    if (fd >= 0)
        close(fd);
    if (directory >= 0)
        close(directory);
    return good;
}

void state_unmap(struct state *state) {
    if (state->image)
        munmap(state->image, state->mapped);
    state->image = NULL;
}

/* ---- writing */

static bool all_zero(const unsigned char *bytes, size_t size) {
    return !bytes[0] && !memcmp(bytes, bytes + 1, size - 1);
}

/* Writes the state, pages of zeros as holes, and its hash. */
static bool write_state(int fd, const unsigned char *image, size_t size) {
    uint64_t hash = XXH3_64bits(image, size);
    for (size_t at = 0; at < size; at += PAGE) {
        size_t n = size - at < PAGE ? size - at : PAGE;
        if (!all_zero(image + at, n) && pwrite(fd, image + at, n, (off_t)at) != (ssize_t)n)
            return false;
    }
    return pwrite(fd, &hash, HASH, (off_t)size) == HASH;
}

static bool is_state(const char *name) {
    return strspn(name, "0123456789abcdef") == ID_DIGITS && name[ID_DIGITS] == '-' &&
           strspn(name + ID_DIGITS + 1, "0123456789abcdef") == ID_DIGITS &&
           !strncmp(name + 2 * ID_DIGITS + 1, suffix, sizeof suffix - 1);
}

/* Removes states of the same prior that other versions of the program left, and those that nobody used for
 * long. */
static void remove_stale(int directory, const char *own) {
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    struct stat found;
    if (!d && fd >= 0)
        close(fd);
    while (d && (entry = readdir(d))) {
        const char *name = entry->d_name;
        if (!is_state(name) || !strcmp(name, own) || fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW))
            continue;
        if (!strncmp(name, own, ID_DIGITS) || found.st_mtim.tv_sec < time(NULL) - DAYS_UNUSED * 86400L)
            unlinkat(directory, name, 0);
    }
    if (d)
        closedir(d);
}

static void keep_in(int directory, const hunch_prior *prior) {
    char name[NAME_ROOM], temporary[NAME_ROOM], tail[32];
    size_t size;
    const void *image = hunch_prior_image(prior, &size);
    snprintf(tail, sizeof tail, ".%ld", (long)getpid());
    if (!state_name(name, hunch_prior_id(prior), "") || !state_name(temporary, hunch_prior_id(prior), tail))
        return;
    int fd = openat(directory, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    bool good = write_state(fd, image, size);
    if (close(fd) || !good || renameat(directory, temporary, directory, name))
        unlinkat(directory, temporary, 0);
    else
        remove_stale(directory, name);
}

void state_keep(const hunch_prior *prior) {
    int directory = open_directory(true);
    if (directory < 0)
        return;
    keep_in(directory, prior);
    close(directory);
}
