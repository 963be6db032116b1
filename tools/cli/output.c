#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "input.h"
#include "report.h"
#include "signals.h"

enum { PAGE = 4096 };
static const char temporary_name[] = ".hunch-XXXXXX";

/* Length of the part of `path` up to its last slash, the slash included; 0 for the current directory. */
static size_t directory_length(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

static int open_stream(struct output *output, const char *path) {
    output->kind = OUTPUT_STREAM;
    output->fd = path ? open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY) : STDOUT_FILENO;
    if (output->fd >= 0)
        return CODE_OK;
    report_error(path, "cannot write: %s; choose another output with -o", strerror(errno));
    return CODE_DATA;
}

static int open_temporary(struct output *output) {
    size_t directory = directory_length(output->path);
    output->kind = OUTPUT_FILE;
    output->temporary = malloc(directory + sizeof temporary_name);
    if (!output->temporary) {
        report_error(output->name, "out of memory; close other programs");
        return CODE_DATA;
    }
    memcpy(output->temporary, output->path, directory);
    memcpy(output->temporary + directory, temporary_name, sizeof temporary_name);
    sigset_t before;
    signals_hold(&before);
    output->fd = mkostemp(output->temporary, O_CLOEXEC);
    int error = errno;
    if (output->fd >= 0)
        signals_doom(output->temporary);
    signals_release(&before);
    if (output->fd >= 0)
        return CODE_OK;
    free(output->temporary);
    output->temporary = NULL;
    report_error(output->name, "cannot make a file there: %s; choose another place with -o", strerror(error));
    return CODE_DATA;
}

bool output_is_standard(const char *path) {
    return !strcmp(path, "-") || !strcmp(path, "/dev/stdout");
}

int output_open(struct output *output, const char *path, bool replace, bool sparse) {
    *output = (struct output){.fd = -1, .replace = replace, .sparse = sparse};
    if (!path)
        return CODE_OK;
    if (output_is_standard(path)) {
        output->name = "standard output";
        return open_stream(output, NULL);
    }
    output->name = output->path = path;
    struct stat stat_target;
    if (!stat(path, &stat_target) && S_ISDIR(stat_target.st_mode)) {
        report_error(path, "is a directory; name a file in it with -o");
        return CODE_DATA;
    }
    if (!stat(path, &stat_target) && !S_ISREG(stat_target.st_mode))
        return open_stream(output, path);
    int known = lstat(path, &stat_target);
    if (known && errno == ENAMETOOLONG) {
        report_error(path, "is too long a name for this file system; choose another name with -o");
        return CODE_DATA;
    }
    if (!replace && !known) {
        report_error(path, "exists already; overwrite it with -f, or choose another name with -o");
        return CODE_DATA;
    }
    return open_temporary(output);
}

bool output_is_file(const struct output *output, const struct stat *file) {
    struct stat own;
    int failed = output->kind == OUTPUT_FILE     ? stat(output->path, &own)
                 : output->kind == OUTPUT_STREAM ? fstat(output->fd, &own)
                                                 : -1;
    return !failed && S_ISREG(own.st_mode) && own.st_dev == file->st_dev && own.st_ino == file->st_ino;
}

static bool tell_failure(const struct output *output) {
    report_error(output->name, "cannot write: %s; %s", strerror(errno),
                 errno == ENOSPC || errno == EDQUOT ? "make room, or choose another place with -o"
                 : errno == EFBIG                   ? "raise the file size limit"
                                                    : "check the disk or the receiver");
    return false;
}

static bool write_all(struct output *output, const unsigned char *p, size_t size) {
    while (size) {
        ssize_t put = write(output->fd, p, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            struct pollfd wait = {output->fd, POLLOUT, 0};
            poll(&wait, 1, -1);
            continue;
        }
        if (put < 0)
            return tell_failure(output);
        p += put;
        size -= (size_t)put;
    }
    return true;
}

/* Moves over the zeros that wait, so that the next write leaves a hole where they are. */
static bool skip_hole(struct output *output) {
    if (output->hole && lseek(output->fd, (off_t)output->hole, SEEK_CUR) < 0)
        return tell_failure(output);
    output->hole = 0;
    return true;
}

static bool is_zero(const unsigned char *p, size_t size) {
    return !p[0] && !memcmp(p, p + 1, size - 1);
}

/* Whole pages of zeros are left out; everything between two of them goes out in one write. */
static bool write_sparse(struct output *output, const unsigned char *p, size_t size) {
    uint64_t at = output->written;
    size_t begin = 0;
    for (size_t i = 0; i < size;) {
        size_t piece = PAGE - (size_t)((at + i) % PAGE);
        if (piece > size - i)
            piece = size - i;
        if (piece == PAGE && is_zero(p + i, piece)) {
            if (i > begin && (!skip_hole(output) || !write_all(output, p + begin, i - begin)))
                return false;
            output->hole += piece;
            begin = i + piece;
        }
        i += piece;
    }
    return begin == size || (skip_hole(output) && write_all(output, p + begin, size - begin));
}

bool output_write(struct output *output, const void *data, size_t size) {
    bool good = output->kind == OUTPUT_NOTHING || !size         ? true
                : output->kind == OUTPUT_FILE && output->sparse ? write_sparse(output, data, size)
                                                                : write_all(output, data, size);
    output->written += good ? size : 0;
    return good;
}

/* Where the group cannot be given, nobody may read through it what they could not before. */
static void copy_attributes(const struct output *output, const struct stat *from) {
    mode_t mode = from->st_mode & 0777;
    bool owned = !geteuid() && !fchown(output->fd, from->st_uid, from->st_gid);
    if (!owned && fchown(output->fd, (uid_t)-1, from->st_gid))
        mode = (mode & 0707) | (mode & (mode << 3) & 0070);
    const struct timespec times[2] = {from->st_atim, from->st_mtim};
    if (fchmod(output->fd, mode) || futimens(output->fd, times))
        report_error(output->name, "its mode or times could not be set: %s; its content is whole",
                     strerror(errno));
}

static void give_new_mode(const struct output *output) {
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(output->fd, 0666 & ~mask))
        report_error(output->name, "its mode could not be set: %s; its content is whole", strerror(errno));
}

bool output_sync(struct output *output, const struct stat *from) {
    if (output->kind != OUTPUT_FILE)
        return true;
    if (output->hole && ftruncate(output->fd, (off_t)output->written))
        return tell_failure(output);
    if (from)
        copy_attributes(output, from);
    else
        give_new_mode(output);
    return !fsync(output->fd) || errno == EINVAL || errno == ENOTSUP || tell_failure(output);
}

ssize_t output_read_back(const struct output *output, uint64_t offset, void *buffer, size_t size) {
    ssize_t got;
    do
        got = pread(output->fd, buffer, size, (off_t)offset);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        report_error(output->name, "cannot be read back: %s; check the disk", strerror(errno));
    return got;
}

static int read_at(void *opaque, uint64_t offset, void *buffer, size_t length) {
    const struct output *output = opaque;
    return input_read_at(output->fd, offset, buffer, length);
}

struct hunch_source output_source(struct output *output) {
    return (struct hunch_source){read_at, output, output->written};
}

/* Gives the file its final name and leaves what has that name alone, in one step where there is one. */
static int publish(const struct output *output) {
    const char *from = output->temporary, *to = output->path;
    if (output->replace)
        return rename(from, to);
#ifdef RENAME_NOREPLACE
    int done = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
    if (!done || errno == EEXIST)
        return done;
#endif
    if (!link(from, to)) {
        unlink(from);
        return 0;
    }
    struct stat target;
    if (errno == EEXIST || !lstat(to, &target)) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

/* Some file systems cannot sync a directory and say EINVAL, as some cannot sync a file above: nothing to wait
 * for. */
static bool sync_directory(const struct output *output) {
    size_t length = directory_length(output->path);
    char *directory = strndup(length ? output->path : ".", length ? length : 1);
    int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool good = fd < 0 || !fsync(fd) || errno == EINVAL || errno == ENOTSUP;
    if (!good)
        tell_failure(output);
    if (fd >= 0)
        close(fd);
    free(directory);
    return good;
}

bool output_commit(struct output *output) {
    int fd = output->fd;
    output->fd = -1;
    if (output->kind == OUTPUT_NOTHING || fd == STDOUT_FILENO)
        return true;
    if (close(fd)) {
        tell_failure(output);
        output_discard(output);
        return false;
    }
    if (output->kind == OUTPUT_STREAM)
        return true;
    if (publish(output)) {
        if (errno == EEXIST)
            report_error(output->name,
                         "appeared meanwhile; overwrite it with -f, or choose another name with -o");
        else
            tell_failure(output);
        output_discard(output);
        return false;
    }
    signals_doom(NULL);
    free(output->temporary);
    output->temporary = NULL;
    return sync_directory(output);
}

void output_discard(struct output *output) {
    if (output->fd > STDERR_FILENO)
        close(output->fd);
    output->fd = -1;
    if (output->temporary) {
        unlink(output->temporary);
        signals_doom(NULL);
        free(output->temporary);
        output->temporary = NULL;
    }
}
