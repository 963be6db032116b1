#include "tar.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "dataset.h"
#include "pack.h"
#include "path.h"
#include "report.h"
#include "tar_header.h"

enum { BUFFER = 1 << 18, EXTENSION_MOST = 1 << 20, STOPPED = -1 };

struct tar {
    struct dataset set;
    struct input input;
    unsigned char *buffer; /* of BUFFER bytes */
    struct tar_extension extension;
};

/* "NAME: what is odd; encode it as a plain file". */
__attribute__((format(printf, 2, 3))) static int refuse(const struct tar *t, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    report_error(t->input.name, "%s at byte %" PRIu64 "; encode the tar as a plain file, without --tar", text,
                 t->input.taken);
    return CODE_DATA;
}

/* Fills the buffer's first `size` bytes; *got is less at the end of the input only. */
static int read_bytes(struct tar *t, size_t size, size_t *got) {
    ssize_t piece = 1;
    for (*got = 0; *got < size && piece > 0; *got += piece > 0 ? (size_t)piece : 0)
        piece = input_read(&t->input, t->buffer + *got, size - *got);
    return piece < 0 ? CODE_DATA : CODE_OK;
}

static int read_exactly(struct tar *t, size_t size) {
    size_t got;
    int code = read_bytes(t, size, &got);
    if (code == CODE_OK && got < size)
        return refuse(t, "the tar stream is cut short");
    return code;
}

/* Content comes in whole blocks. Those of what is left out are read over. */
static int read_content(struct tar *t, uint64_t size, bool left_out) {
    while (size) {
        size_t piece = size < BUFFER ? (size_t)size : BUFFER, blocks = (piece + TAR_BLOCK - 1) / TAR_BLOCK;
        int code = read_exactly(t, blocks * TAR_BLOCK);
        if (code == CODE_OK && !left_out)
            code = dataset_data(&t->set, t->buffer, piece);
        if (code != CODE_OK)
            return code;
        if (job_failed(&t->set.job))
            return STOPPED;
        size -= piece;
    }
    return CODE_OK;
}

/* The content of an extended header, a zero behind it, owned by the caller. */
static int read_text(struct tar *t, uint64_t size, char **text) {
    if (size > EXTENSION_MOST)
        return refuse(t, "an extended header of %" PRIu64 " bytes", size);
    *text = calloc(1, (size_t)size + 1);
    if (!*text)
        return report_status(t->input.name, HUNCH_NO_MEMORY, "");
    for (size_t at = 0; at < size;) {
        size_t piece = size - at < BUFFER ? (size_t)size - at : BUFFER;
        int code = read_exactly(t, (piece + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK);
        if (code != CODE_OK)
            return code;
        memcpy(*text + at, t->buffer, piece);
        at += piece;
    }
    return CODE_OK;
}

/* Headers that tell of the next one. */
static int read_extension(struct tar *t, const struct tar_header *h) {
    struct tar_extension *e = &t->extension;
    char *text = NULL;
    int code = read_text(t, h->size, &text);
    if (code == CODE_OK && (h->kind == 'x' || h->kind == 'g')) {
        const char *odd = tar_read_records(e, text, (size_t)h->size, h->kind == 'g');
        if (odd)
            code = refuse(t, "pax record \"%s\" that is not understood", odd);
    } else if (code == CODE_OK) {
        char **to = h->kind == 'L' ? &e->name : &e->link;
        free(*to);
        *to = text;
        text = NULL;
    }
    free(text);
    return code;
}

/* The kind of member, with the permissions; 0 for what is left out. */
static uint32_t member_mode(const struct tar_header *h, const char *name) {
    switch (h->kind) {
    case '0':
        return (path_is_directory(name) ? S_IFDIR : S_IFREG) | h->mode;
    case '5':
        return S_IFDIR | h->mode;
    case '2':
        return S_IFLNK | 0777;
    default:
        return 0;
    }
}

/* The name without "./" before it, a slash behind it for directories and for nothing else; owned by the
 * caller. */
static char *make_name(const char *name, bool directory) {
    const char *start = path_strip(name);
    size_t length = strlen(start);
    while (length && start[length - 1] == '/')
        length--;
    char *made = malloc(length + 2);
    if (made) {
        memcpy(made, start, length);
        memcpy(made + length, directory && length ? "/" : "\0", 2);
    }
    return made;
}

static int add_member(struct tar *t, const struct tar_header *h, const char *name, uint32_t mode) {
    const struct tar_extension *e = &t->extension;
    const char *link = e->link ? e->link : h->link;
    bool is_link = S_ISLNK(mode);
    uint64_t size = e->has_size ? e->size : h->size;
    struct hunch_member member = {.sizeof_member = sizeof member,
                                  .name = name,
                                  .length = is_link ? strlen(link) : size,
                                  .mode = mode,
                                  .mtime = e->has_mtime ? e->mtime : h->mtime,
                                  .mtime_nanoseconds = e->nanoseconds};
    if (!S_ISREG(mode) && size)
        return refuse(t, "a directory or link of %" PRIu64 " bytes", size);
    if (!*name && S_ISDIR(mode)) /* "./" itself */
        return CODE_OK;
    if (!path_is_clean(name))
        return refuse(t, "a name with an empty, \".\" or \"..\" part");
    int code = dataset_begin(&t->set, &member);
    if (code != CODE_OK)
        return code;
    if (job_failed(&t->set.job))
        return STOPPED;
    return is_link ? dataset_data(&t->set, link, strlen(link)) : read_content(t, size, false);
}

static int read_member(struct tar *t, const struct tar_header *h) {
    const char *told = t->extension.name ? t->extension.name : h->name;
    uint32_t mode = member_mode(h, told);
    if (h->kind == '1')
        return refuse(t, "a hard link, which no member can be,");
    if (!strchr("023456", h->kind))
        return refuse(t, "an entry of the unknown kind '%c'", h->kind);
    if (!mode) {
        if (!t->set.job.options->quiet)
            report_error(told, "is a %s; it is left out", h->kind == '6' ? "pipe" : "device");
        return read_content(t, h->size, true);
    }
    char *name = make_name(told, S_ISDIR(mode));
    int code = name ? add_member(t, h, name, mode) : report_status(told, HUNCH_NO_MEMORY, "");
    free(name);
    return code;
}

/* Behind the first block of zeros there are only zeros. */
static int read_end(struct tar *t) {
    size_t got;
    do {
        int code = read_bytes(t, TAR_BLOCK, &got);
        if (code != CODE_OK)
            return code;
        for (size_t i = 0; i < got; i++)
            if (t->buffer[i])
                return refuse(t, "something behind the end of the tar stream");
    } while (got == TAR_BLOCK);
    return CODE_OK;
}

static int feed(void *opaque) {
    struct tar *t = opaque;
    int code;
    while ((code = read_exactly(t, TAR_BLOCK)) == CODE_OK) {
        struct tar_header header;
        if (tar_is_zero(t->buffer)) {
            code =
                t->extension.name || t->extension.link ? refuse(t, "a name without a member") : read_end(t);
            break;
        }
        if (!tar_read_header(&header, t->buffer)) {
            code = refuse(t, "no tar header");
            break;
        }
        if (strchr("xgLK", header.kind)) {
            code = read_extension(t, &header);
        } else {
            code = read_member(t, &header);
            tar_extension_free(&t->extension);
        }
        if (code != CODE_OK)
            break;
    }
    return code == STOPPED ? CODE_OK : code;
}

int pack_tar(const struct options *options, const char *file) {
    struct tar t = {.input.fd = -1};
    char *made = NULL;
    const char *target = pack_target(options, file, ".tar", &made);
    int code = target ? input_open(&t.input, file) : CODE_DATA;
    t.buffer = malloc(BUFFER);
    if (code == CODE_OK && !t.buffer)
        code = report_status(t.input.name, HUNCH_NO_MEMORY, "");
    if (code == CODE_OK)
        code = dataset_encode(&t.set, options, t.input.name, target, input_size(&t.input), feed, &t);
    tar_extension_free(&t.extension);
    input_close(&t.input);
    free(t.buffer);
    free(made);
    return code;
}
