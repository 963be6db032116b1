#include "members.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "path.h"
#include "report.h"

enum { TIME_TEXT = 32, MODE_TEXT = 10 };

static char kind_letter(const struct hunch_member *m) {
    switch (m->mode & S_IFMT) {
    case S_IFDIR:
        return 'd';
    case S_IFLNK:
        return 'l';
    case S_IFREG:
        return '-';
    case 0:
        return path_is_directory(m->name) ? 'd' : '-';
    default:
        return '?';
    }
}

/* "drwxr-xr-x"; question marks where nothing is known. */
static void write_mode(char text[MODE_TEXT + 1], const struct hunch_member *m) {
    text[0] = kind_letter(m);
    for (unsigned i = 0; i < 9; i++)
        text[i + 1] = !m->mode ? '?' : m->mode >> (8 - i) & 1 ? "rwx"[i % 3] : '-';
    if (m->mode & S_ISUID)
        text[3] = m->mode & S_IXUSR ? 's' : 'S';
    if (m->mode & S_ISGID)
        text[6] = m->mode & S_IXGRP ? 's' : 'S';
    if (m->mode & S_ISVTX)
        text[9] = m->mode & S_IXOTH ? 't' : 'T';
    text[MODE_TEXT] = 0;
}

static void write_time(char text[TIME_TEXT], int64_t seconds) {
    time_t time = (time_t)seconds;
    struct tm parts;
    if (!localtime_r(&time, &parts) || !strftime(text, TIME_TEXT, "%Y-%m-%d %H:%M", &parts))
        snprintf(text, TIME_TEXT, "?");
}

void members_text(const struct archive *archive) {
    for (uint64_t i = 0; i < archive->members; i++) {
        struct hunch_member m = archive_member(archive, i);
        char mode[MODE_TEXT + 1], time[TIME_TEXT];
        write_mode(mode, &m);
        write_time(time, m.mtime);
        printf("%s %12" PRIu64 " %16s ", mode, m.length, time);
        report_name(stdout, m.name);
    }
}

void members_json(struct json *json, const struct archive *archive) {
    json_open(json, "members", '[');
    for (uint64_t i = 0; i < archive->members; i++) {
        struct hunch_member m = archive_member(archive, i);
        json_open(json, NULL, '{');
        json_text(json, "name", m.name);
        json_number(json, "size", m.length);
        json_number(json, "mode", m.mode);
        json_signed(json, "mtime", m.mtime);
        json_number(json, "mtime_nanoseconds", m.mtime_nanoseconds);
        json_number(json, "offset", m.offset);
        json_close(json, '}');
    }
    json_close(json, ']');
}
