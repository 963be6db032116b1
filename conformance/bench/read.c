/* read ARCHIVE [PRIOR]: opens an archive and reads some of its members, each alone, as a loader of samples
 * does: prints how long opening takes and what memory, and how long a member. For datasets.sh. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "hunch/hunch.h"

enum { READS = 1000 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int read_at(void *opaque, uint64_t offset, void *buffer, size_t length) {
    return pread(*(int *)opaque, buffer, length, (off_t)offset) == (ssize_t)length ? 0 : -1;
}

static struct hunch_prior *find(void *opaque, uint64_t id, const char *name) {
    (void)name;
    return opaque && hunch_prior_id(opaque) == id ? opaque : NULL;
}

static hunch_prior *open_prior(const char *file, const struct hunch_settings *settings) {
    int fd = open(file, O_RDONLY);
    off_t size = lseek(fd, 0, SEEK_END);
    void *bytes = malloc(size > 0 ? (size_t)size : 1);
    hunch_prior *prior = NULL;
    if (bytes && pread(fd, bytes, (size_t)size, 0) == (ssize_t)size)
        (void)hunch_prior_open(&prior, bytes, (size_t)size, settings);
    free(bytes);
    close(fd);
    return prior;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Spread over the archive, not one after another. */
static int read_some(hunch_archive *archive, unsigned char *buffer, size_t room) {
    static double took[READS];
    double sum = 0;
    uint64_t count = hunch_archive_count(archive);
    for (uint64_t i = 0; i < READS; i++) {
        struct hunch_member m = {.sizeof_member = sizeof m};
        double start = now_ms();
        if (hunch_archive_stat(archive, i * 7919 % count, &m) != HUNCH_OK || m.length > room ||
            hunch_archive_read(archive, m.offset, buffer, (size_t)m.length) != HUNCH_OK)
            return 1;
        sum += took[i] = now_ms() - start;
    }
    qsort(took, READS, sizeof took[0], by_size);
    printf("%d members read alone: mean %.2f ms, median %.2f, 99 of 100 within %.2f\n", READS, sum / READS,
           took[READS / 2], took[READS / 100 * 99]);
    return 0;
}

int main(int argc, char **argv) {
    enum { ROOM = 1 << 24 };
    struct hunch_settings settings;
    hunch_archive *archive;
    struct rusage usage;
    unsigned char *buffer = malloc(ROOM);
    if (argc < 2 || argc > 3 || !buffer)
        return 2;
    int fd = open(argv[1], O_RDONLY);
    struct hunch_source source = {read_at, &fd, (uint64_t)lseek(fd, 0, SEEK_END)};
    hunch_settings_default(&settings);
    settings.memory_limit = UINT64_C(8) << 30;
    settings.find_prior = find;
    double start = now_ms();
    if (fd < 0 || hunch_archive_open(&archive, &source, &settings) != HUNCH_OK)
        return 1;
    double opening = now_ms() - start;
    getrusage(RUSAGE_SELF, &usage);
    printf("%llu members, opened in %.1f ms with %.1f MiB\n", (unsigned long long)hunch_archive_count(archive), opening,
           (double)usage.ru_maxrss / 1024);
    hunch_archive_close(&archive);
    settings.opaque = argc > 2 ? open_prior(argv[2], &settings) : NULL;
    if (hunch_archive_open(&archive, &source, &settings) != HUNCH_OK)
        return 1;
    int code = hunch_archive_count(archive) ? read_some(archive, buffer, ROOM) : 0;
    hunch_archive_close(&archive);
    hunch_prior *prior = settings.opaque;
    hunch_prior_close(&prior);
    free(buffer);
    return code;
}
