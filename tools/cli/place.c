#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path.h"
#include "report.h"
#include "signals.h"

enum { TRIES = 10000, LEAF_MOST = NAME_MAX + 2 };
static const int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

static bool tell(struct place *p, const char *name, const char *what) {
    bool full = errno == ENOSPC || errno == EDQUOT || errno == EIO || errno == EFBIG;
    p->full |= full;
    report_error(name, "%s: %s; %s", what, strerror(errno),
                 full              ? "make room, or choose another place with -C"
                 : errno == EEXIST ? "overwrite it with -f, or choose another place with -C"
                 : errno == ENOTDIR || errno == ELOOP ? "a file or a symbolic link lies in the way; remove it"
                                                      : "look at what lies there");
    return false;
}

int place_open(struct place *p, const char *directory, bool replace) {
    *p = (struct place){.fd = -1, .replace = replace};
    int length = snprintf(p->temporary, sizeof p->temporary - LEAF_MOST, "%s/", directory);
    p->leaf = (size_t)length;
    if (mkdir(directory, 0777) && errno != EEXIST)
        p->root = -1;
    else
        p->root = open(directory, directory_flags);
    if (p->root >= 0 && p->leaf < sizeof p->temporary - LEAF_MOST)
        return CODE_OK;
    report_error(directory, "cannot be used as a directory: %s; choose another with -C", strerror(errno));
    return CODE_DATA;
}

/* Opens the directory that is to hold `name`, and makes what is missing above it. *leaf becomes the last part
 * of the name. */
static int open_parent(const struct place *p, const char *name, char leaf[LEAF_MOST]) {
    int at = p->root;
    for (;;) {
        size_t length = strcspn(name, "/");
        if (length >= LEAF_MOST) {
            errno = ENAMETOOLONG;
            break;
        }
        memcpy(leaf, name, length);
        leaf[length] = 0;
        if (!name[length] || !name[length + 1])
            return at == p->root ? fcntl(p->root, F_DUPFD_CLOEXEC, 0) : at;
        if (mkdirat(at, leaf, 0777) && errno != EEXIST)
            break;
        int next = openat(at, leaf, directory_flags | O_NOFOLLOW);
        if (next < 0)
            break;
        if (at != p->root)
            close(at);
        at = next;
        name += length + 1;
    }
    int error = errno;
    if (at != p->root)
        close(at);
    errno = error;
    return -1;
}

bool place_directory(struct place *p, const char *name, bool *made) {
    char leaf[LEAF_MOST];
    struct stat found;
    int parent = open_parent(p, name, leaf);
    *made = parent >= 0 && !mkdirat(parent, leaf, 0777);
    int error = errno;
    bool there = *made || (parent >= 0 && error == EEXIST &&
                           !fstatat(parent, leaf, &found, AT_SYMLINK_NOFOLLOW) && S_ISDIR(found.st_mode));
    if (parent >= 0)
        close(parent);
    errno = error;
    return there || tell(p, name, "this directory cannot be made");
}

/* Tries names until `make` finds one free; signals that come meanwhile find it doomed. */
static bool make_temporary(struct place *p, int (*make)(struct place *, const char *leaf, const char *target),
                           const char *target) {
    sigset_t before;
    bool good = false;
    signals_hold(&before);
    for (unsigned i = 0; i < TRIES && !good; i++) {
        snprintf(p->temporary + p->leaf, LEAF_MOST, ".hunch-%06x",
                 ((unsigned)getpid() << 10 ^ p->number++) & 0xffffff);
        good = !make(p, p->temporary + p->leaf, target);
        if (!good && errno != EEXIST)
            break;
    }
    p->begun = good;
    if (good)
        signals_doom(p->temporary);
    int error = errno;
    signals_release(&before);
    errno = error;
    return good;
}

static int make_file(struct place *p, const char *leaf, const char *unused) {
    (void)unused;
    p->fd = openat(p->root, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return p->fd < 0 ? -1 : 0;
}

static int make_link(struct place *p, const char *leaf, const char *target) {
    return symlinkat(target, p->root, leaf);
}

bool place_file(struct place *p, const char *name) {
    return make_temporary(p, make_file, NULL) || tell(p, name, "no temporary file can be made");
}

bool place_write(struct place *p, const char *name, const void *data, size_t size) {
    const unsigned char *at = data;
    while (size) {
        ssize_t put = write(p->fd, at, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            tell(p, name, "cannot be written");
            p->full = true;
            return false;
        }
        at += put;
        size -= (size_t)put;
    }
    return true;
}

static mode_t new_mode(void) {
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static void times_of(struct timespec times[2], const struct attributes *a) {
    times[0] = (struct timespec){.tv_nsec = UTIME_OMIT};
    times[1] = (struct timespec){.tv_sec = (time_t)a->mtime,
                                 .tv_nsec = a->nanoseconds < 1000000000 ? a->nanoseconds : 0};
}

static void tell_attributes(const char *name) {
    report_error(name, "its mode or time could not be set: %s; its content is whole", strerror(errno));
}

/* Renames without overwriting, in one step where there is one. */
static int rename_new(int from_directory, const char *from, int directory, const char *leaf) {
#ifdef RENAME_NOREPLACE
    int done = renameat2(from_directory, from, directory, leaf, RENAME_NOREPLACE);
    if (!done || (errno != EINVAL && errno != ENOSYS))
        return done;
#endif
    if (linkat(from_directory, from, directory, leaf, 0))
        return -1;
    return unlinkat(from_directory, from, 0);
}

/* Gives what has the temporary name its own. */
static bool give_name(struct place *p, const char *name) {
    char leaf[LEAF_MOST];
    const char *from = p->temporary + p->leaf;
    int parent = open_parent(p, name, leaf);
    int failed = parent < 0   ? -1
                 : p->replace ? renameat(p->root, from, parent, leaf)
                              : rename_new(p->root, from, parent, leaf);
    int error = errno;
    if (parent >= 0)
        close(parent);
    errno = error;
    if (failed) {
        tell(p, name, "cannot be put in place");
        place_abandon(p);
        return false;
    }
    signals_doom(NULL);
    p->begun = false;
    return true;
}

bool place_publish(struct place *p, const char *name, const struct attributes *a) {
    struct timespec times[2];
    times_of(times, a);
    if (fchmod(p->fd, a->mode ? a->mode & 0777 : new_mode()) || futimens(p->fd, times))
        tell_attributes(name);
    int failed = close(p->fd);
    p->fd = -1;
    if (failed) {
        tell(p, name, "cannot be written");
        place_abandon(p);
        return false;
    }
    return give_name(p, name);
}

bool place_link(struct place *p, const char *name, const char *target, const struct attributes *a) {
    struct timespec times[2];
    if (!make_temporary(p, make_link, target))
        return tell(p, name, "no link can be made");
    times_of(times, a);
    if (utimensat(p->root, p->temporary + p->leaf, times, AT_SYMLINK_NOFOLLOW))
        tell_attributes(name);
    return give_name(p, name);
}

void place_abandon(struct place *p) {
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    if (p->begun)
        unlinkat(p->root, p->temporary + p->leaf, 0);
    p->begun = false;
    signals_doom(NULL);
}

bool place_finish(struct place *p, const char *name, const struct attributes *a) {
    char leaf[LEAF_MOST];
    struct timespec times[2];
    int parent = open_parent(p, name, leaf);
    int fd = parent < 0 ? -1 : openat(parent, leaf, directory_flags | O_NOFOLLOW);
    times_of(times, a);
    bool good = fd >= 0 && (!a->mode || !fchmod(fd, a->mode & 0777)) && !futimens(fd, times);
    if (!good)
        tell_attributes(name);
    if (parent >= 0)
        close(parent);
    if (fd >= 0)
        close(fd);
    return good;
}

bool place_sync(struct place *p) {
    return !syncfs(p->root) || errno == EINVAL || errno == ENOSYS ||
           tell(p, p->temporary, "cannot be brought to disk");
}

void place_close(struct place *p) {
    place_abandon(p);
    if (p->root >= 0)
        close(p->root);
    p->root = -1;
}
