/* bench: encodes and decodes each file in memory, once per level named, and says what that cost. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "input.h"
#include "json.h"
#include "report.h"
#include "verbs.h"

/* Before each allocation stands its size; the room keeps the alignment of malloc. */
enum { HEAD = 64, FIRST_BUFFER = 1 << 20 };
static const double seconds_least = 0.5;

/* Bytes that the library holds, now and at most. Its workers allocate too. */
struct meter {
    _Atomic size_t now, most;
};

struct measure {
    uint64_t original, coded;        /* bytes */
    double encode_time, decode_time; /* seconds, the best of the runs */
    size_t encode_memory, decode_memory;
};

struct content {
    const char *name;
    unsigned char *data;
    size_t size;
};

static void *meter_allocate(void *opaque, size_t size) {
    struct meter *meter = opaque;
    unsigned char *memory = size > SIZE_MAX - HEAD ? NULL : calloc(1, size + HEAD);
    if (!memory)
        return NULL;
    memcpy(memory, &size, sizeof size);
    size_t now = atomic_fetch_add(&meter->now, size) + size, most = atomic_load(&meter->most);
    while (now > most && !atomic_compare_exchange_weak(&meter->most, &most, now))
        ;
    return memory + HEAD;
}

static void meter_release(void *opaque, void *memory) {
    struct meter *meter = opaque;
    size_t size;
    if (!memory)
        return;
    memcpy(&size, (unsigned char *)memory - HEAD, sizeof size);
    atomic_fetch_sub(&meter->now, size);
    free((unsigned char *)memory - HEAD);
}

static double clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

typedef enum hunch_status (*one_call)(void *, size_t *, const void *, size_t, const struct hunch_settings *);

/* Runs one direction until the clock is satisfied. On entry *written is the capacity. */
static enum hunch_status time_call(one_call call, void *target, size_t *written, const void *source,
                                   size_t length, const struct hunch_settings *settings, double *best) {
    size_t capacity = *written;
    double spent = 0;
    *best = 0;
    do {
        double start = clock_seconds();
        *written = capacity;
        enum hunch_status status = call(target, written, source, length, settings);
        double time = clock_seconds() - start;
        if (status != HUNCH_OK)
            return status;
        *best = !*best || time < *best ? time : *best;
        spent += time;
    } while (spent < seconds_least);
    return HUNCH_OK;
}

static enum hunch_status measure(const struct options *options, unsigned level, const struct content *content,
                                 unsigned char *coded, size_t capacity, unsigned char *decoded,
                                 struct measure *m) {
    struct hunch_settings settings;
    struct meter meter = {0};
    options_settings(options, &settings);
    settings.level = (int)level;
    settings.allocate = meter_allocate;
    settings.release = meter_release;
    settings.opaque = &meter;
    size_t written = capacity, length = content->size;
    enum hunch_status status =
        time_call(hunch_encode, coded, &written, content->data, content->size, &settings, &m->encode_time);
    m->encode_memory = atomic_exchange(&meter.most, 0);
    if (status != HUNCH_OK)
        return status;
    status = time_call(hunch_decode, decoded, &length, coded, written, &settings, &m->decode_time);
    m->decode_memory = atomic_load(&meter.most);
    m->original = content->size;
    m->coded = written;
    if (status == HUNCH_OK && (length != content->size || memcmp(decoded, content->data, length)))
        status = HUNCH_MISMATCH;
    return status;
}

static double per_second(uint64_t bytes, double seconds) {
    return seconds > 0 ? (double)bytes / 1e6 / seconds : 0;
}

static double bits_per_byte(const struct measure *m) {
    return m->original ? 8.0 * (double)m->coded / (double)m->original : 0;
}

static void put_header(void) {
    printf("%5s %12s %12s %8s %11s %11s %9s %9s  %s\n", "level", "original", "coded", "bits/B", "enc MB/s",
           "dec MB/s", "enc MiB", "dec MiB", "name");
}

static void put_line(unsigned level, const struct measure *m, const char *name) {
    printf("%5u %12llu %12llu %8.4f %11.3f %11.3f %9.1f %9.1f  ", level, (unsigned long long)m->original,
           (unsigned long long)m->coded, bits_per_byte(m), per_second(m->original, m->encode_time),
           per_second(m->original, m->decode_time), (double)m->encode_memory / 1048576,
           (double)m->decode_memory / 1048576);
    report_name(stdout, name);
}

static void put_json(unsigned level, const struct options *options, const struct measure *m,
                     const char *name) {
    struct json json = {.file = stdout};
    json_open(&json, NULL, '{');
    json_text(&json, "file", name);
    json_number(&json, "level", level);
    json_number(&json, "threads", options->threads);
    json_number(&json, "original", m->original);
    json_number(&json, "coded", m->coded);
    json_real(&json, "bits_per_byte", bits_per_byte(m));
    json_real(&json, "encode_seconds", m->encode_time);
    json_real(&json, "decode_seconds", m->decode_time);
    json_real(&json, "encode_mb_per_second", per_second(m->original, m->encode_time));
    json_real(&json, "decode_mb_per_second", per_second(m->original, m->decode_time));
    json_number(&json, "encode_memory", m->encode_memory);
    json_number(&json, "decode_memory", m->decode_memory);
    json_close(&json, '}');
}

static void add(struct measure *sum, const struct measure *m) {
    sum->original += m->original;
    sum->coded += m->coded;
    sum->encode_time += m->encode_time;
    sum->decode_time += m->decode_time;
    sum->encode_memory = m->encode_memory > sum->encode_memory ? m->encode_memory : sum->encode_memory;
    sum->decode_memory = m->decode_memory > sum->decode_memory ? m->decode_memory : sum->decode_memory;
}

static int load(struct content *content, const char *file) {
    struct input input;
    int code = input_open(&input, file);
    size_t capacity = input_size(&input) + 1;
    ssize_t got = 0;
    if (code)
        return code;
    *content = (struct content){.name = input.name, .data = malloc(capacity)};
    while (content->data &&
           (got = input_read(&input, content->data + content->size, capacity - content->size)) > 0) {
        content->size += (size_t)got;
        if (content->size < capacity)
            continue;
        capacity = 2 * capacity + FIRST_BUFFER;
        unsigned char *more = realloc(content->data, capacity);
        if (!more)
            free(content->data);
        content->data = more;
    }
    if (!content->data)
        code = report_status(content->name, HUNCH_NO_MEMORY, "");
    input_close(&input);
    return got < 0 ? CODE_DATA : code;
}

/* Small blocks cost more than hunch_encode_bound promises for those of 64 KiB on: a header each. */
static size_t coded_capacity(const struct options *options, size_t length) {
    size_t bound = hunch_encode_bound(length);
    uint64_t extra = options->block_size ? 256 * (length / options->block_size + 1) : 0;
    return extra > SIZE_MAX - bound ? SIZE_MAX : bound + (size_t)extra;
}

static int bench_content(const struct options *options, const struct content *content, struct measure *sums) {
    size_t capacity = coded_capacity(options, content->size);
    unsigned char *coded = malloc(capacity), *decoded = malloc(content->size + 1);
    int code = coded && decoded ? CODE_OK : report_status(content->name, HUNCH_NO_MEMORY, "");
    for (unsigned level = 1; level <= 9 && code == CODE_OK; level++) {
        struct measure m;
        if (!(options->levels >> level & 1))
            continue;
        enum hunch_status status = measure(options, level, content, coded, capacity, decoded, &m);
        if (status != HUNCH_OK)
            code = report_status(content->name, status, "");
        else if (options->json)
            put_json(level, options, &m, content->name);
        else
            put_line(level, &m, content->name);
        fflush(stdout);
        if (code == CODE_OK)
            add(&sums[level], &m);
    }
    free(coded);
    free(decoded);
    return code;
}

int bench_files(const struct options *given) {
    struct options options = *given;
    struct measure sums[10] = {{0}};
    int worst = CODE_OK;
    if (!options.levels)
        options.levels = 1u << options.level;
    if (!options.json)
        put_header();
    for (size_t i = 0; i < options.file_count; i++) {
        struct content content = {0};
        int code = load(&content, options.files[i]);
        if (code == CODE_OK)
            code = bench_content(&options, &content, sums);
        free(content.data);
        worst = code > worst ? code : worst;
    }
    for (unsigned level = 1; level <= 9 && options.file_count > 1 && !options.json; level++)
        if (sums[level].original)
            put_line(level, &sums[level], "(all)");
    return worst;
}
