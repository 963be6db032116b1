#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

enum { PIECE = 1 << 16 };
static const unsigned char magic[6] = {0x89, 'H', 'U', 'N', 'C', 'H'};

int input_open(struct input *input, const char *file) {
    bool standard = !strcmp(file, "-");
    *input = (struct input){.name = standard ? "standard input" : file, .path = standard ? NULL : file};
    input->fd = standard ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (input->fd < 0 || fstat(input->fd, &input->stat)) {
        report_error(input->name, "%s; check the name and its permissions", strerror(errno));
        input_close(input);
        return CODE_DATA;
    }
    if (S_ISDIR(input->stat.st_mode)) {
        report_error(input->name, "is a directory; pack it with: tar -I hunch -cf NAME.tar.hunch NAME");
        input_close(input);
        return CODE_DATA;
    }
    off_t at = input_is_regular(input) ? lseek(input->fd, 0, SEEK_CUR) : 0;
    input->start = at > 0 ? (uint64_t)at : 0;
    return CODE_OK;
}

ssize_t input_read(struct input *input, void *buffer, size_t size) {
    for (;;) {
        ssize_t got = read(input->fd, buffer, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            struct pollfd wait = {input->fd, POLLIN, 0};
            poll(&wait, 1, -1);
            continue;
        }
        if (got < 0) {
            report_error(input->name, "cannot read at byte %llu: %s; check the disk or the sender",
                         (unsigned long long)input->taken, strerror(errno));
            return -1;
        }
        for (ssize_t i = 0; i < got && input->taken + (uint64_t)i < sizeof input->head; i++)
            input->head[input->taken + (uint64_t)i] = ((const unsigned char *)buffer)[i];
        input->taken += (uint64_t)got;
        return got;
    }
}

bool input_read_head(struct input *input) {
    unsigned char head[sizeof input->head];
    ssize_t got = 1;
    while (got > 0 && input->taken < sizeof head)
        got = input_read(input, head, sizeof head - (size_t)input->taken);
    return got >= 0;
}

char *input_read_all(struct input *input, size_t *length) {
    size_t capacity = input_size(input) + PIECE;
    char *bytes = malloc(capacity);
    ssize_t got = 1;
    *length = input->taken < sizeof input->head ? (size_t)input->taken : sizeof input->head;
    if (bytes)
        memcpy(bytes, input->head, *length);
    while (bytes && got > 0) {
        if (capacity - *length < 2) { /* a byte of input, and the zero */
            char *larger = realloc(bytes, capacity *= 2);
            if (!larger)
                free(bytes);
            bytes = larger;
            continue;
        }
        got = input_read(input, bytes + *length, capacity - *length - 1);
        *length += got > 0 ? (size_t)got : 0;
    }
    if (!bytes) {
        report_status(input->name, HUNCH_NO_MEMORY, "");
    } else if (got < 0) {
        free(bytes);
        bytes = NULL;
    } else {
        bytes[*length] = 0;
    }
    return bytes;
}

bool input_is_regular(const struct input *input) {
    return S_ISREG(input->stat.st_mode);
}

uint64_t input_size(const struct input *input) {
    uint64_t size = input_is_regular(input) ? (uint64_t)input->stat.st_size : 0;
    return size > input->start ? size - input->start : 0;
}

bool input_is_archive(const struct input *input) {
    return input->taken >= sizeof magic && !memcmp(input->head, magic, sizeof magic);
}

int input_read_at(int fd, uint64_t offset, void *buffer, size_t length) {
    unsigned char *p = buffer;
    while (length) {
        ssize_t got = pread(fd, p, length, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        p += got;
        offset += (uint64_t)got;
        length -= (size_t)got;
    }
    return 0;
}

static int read_at(void *opaque, uint64_t offset, void *buffer, size_t length) {
    const struct input *input = opaque;
    return input_read_at(input->fd, input->start + offset, buffer, length);
}

struct hunch_source input_source(struct input *input) {
    return (struct hunch_source){read_at, input, input_size(input)};
}

void input_close(struct input *input) {
    if (input->fd > STDIN_FILENO)
        close(input->fd);
    input->fd = -1;
}
