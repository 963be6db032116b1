#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "progress.h"

/* Long enough for the longest path beside the longest sentence; what is longer is cut. */
enum { LINE = 8192 };

static const struct {
    unsigned code;
    const char *name, *advice;
} verdicts[] = {
    [HUNCH_OK] = {CODE_OK, "ok", "nothing to do"},
    [HUNCH_BAD_ARGUMENT] = {CODE_USAGE, "bad-argument", "see hunch --help"},
    [HUNCH_NO_MEMORY] = {CODE_DATA, "no-memory", "use fewer threads (-T1) or a lower level"},
    [HUNCH_OUTPUT_FULL] = {CODE_DATA, "output-full", "report this fault of hunch"},
    [HUNCH_TRUNCATED] = {CODE_CORRUPT, "truncated",
                         "fetch the file again, or save what there is with: hunch decode --keep-going"},
    [HUNCH_NOT_ARCHIVE] = {CODE_DATA, "not-archive", "check the name, or look with: hunch info"},
    [HUNCH_DAMAGED] = {CODE_CORRUPT, "damaged",
                       "restore it from a copy, or save the rest with: hunch decode --keep-going"},
    [HUNCH_MISMATCH] = {CODE_CORRUPT, "mismatch", "decode it on another machine, and report this fault"},
    [HUNCH_UNSUPPORTED] = {CODE_DATA, "unsupported", "install a newer hunch"},
    [HUNCH_MEMORY_LIMIT] = {CODE_LIMIT, "memory-limit",
                            "raise --memlimit (hunch info tells what an archive or a prior needs)"},
    [HUNCH_SIZE_LIMIT] = {CODE_LIMIT, "size-limit", "raise --max-size if you trust the file"},
    [HUNCH_MISSING_PRIOR] = {CODE_PRIOR, "missing-prior", "name its file with --prior"},
    [HUNCH_READ_ERROR] = {CODE_DATA, "read-error", "check the disk"},
};
enum { VERDICTS = sizeof verdicts / sizeof verdicts[0] };

/* What HUNCH_MISSING_PRIOR stands for. */
static struct {
    enum hunch_status status;
    char text[LINE]; /* empty: nothing is known */
} prior_trouble = {.status = HUNCH_MISSING_PRIOR};

static enum hunch_status real_status(enum hunch_status status) {
    return status == HUNCH_MISSING_PRIOR ? prior_trouble.status : status;
}

int status_code(enum hunch_status status) {
    status = real_status(status);
    return (unsigned)status < VERDICTS ? (int)verdicts[status].code : CODE_DATA;
}

const char *status_name(enum hunch_status status) {
    status = real_status(status);
    return (unsigned)status < VERDICTS ? verdicts[status].name : "unknown";
}

/* Writes "hunch: FILE: TEXT" in one call, so that lines of several processes do not mix. */
static void put_line(const char *file, const char *text) {
    char line[LINE];
    int length = snprintf(line, sizeof line - 1, "hunch: %s%s%s", file ? file : "", file ? ": " : "", text);
    size_t n = length < 0 ? 0 : (size_t)length < sizeof line - 1 ? (size_t)length : sizeof line - 2;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)line[i] < 32 || line[i] == 127)
            line[i] = '?';
    line[n] = '\n';
    progress_clear();
    if (write(STDERR_FILENO, line, n + 1) < 0)
        return; /* nobody is left to tell */
}

void report_name(FILE *file, const char *name) {
    report_part(file, name);
    putc('\n', file);
}

void report_part(FILE *file, const char *name) {
    while (*name) {
        size_t n = 0;
        while ((unsigned char)name[n] >= 32 && name[n] != 127)
            n++;
        fwrite(name, 1, n, file);
        if (name[n])
            putc('?', file);
        name += n + !!name[n];
    }
}

void report_error(const char *file, const char *format, ...) {
    char text[LINE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_line(file, text);
}

void report_prior(enum hunch_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    prior_trouble.status = status;
    vsnprintf(prior_trouble.text, sizeof prior_trouble.text, format, arguments);
    va_end(arguments);
}

int report_status(const char *file, enum hunch_status status, const char *where) {
    if (status == HUNCH_MISSING_PRIOR && *prior_trouble.text) {
        report_error(file, "%s", prior_trouble.text);
        return status_code(status);
    }
    const char *what = hunch_status_text(status);
    const char *advice = (unsigned)status < VERDICTS ? verdicts[status].advice : "install a newer hunch";
    size_t length = strlen(what);
    while (length && (what[length - 1] == '.' || what[length - 1] == '\n'))
        length--;
    report_error(file, "%.*s%s%s; %s", (int)length, what, *where ? " " : "", where, advice);
    return status_code(status);
}
