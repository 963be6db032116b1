/* cat: original bytes to standard output: whole archives, a range, or members of one archive. A range and
 * members decode only the blocks that hold them. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "locate.h"
#include "output.h"
#include "priors.h"
#include "report.h"
#include "verbs.h"

enum { BUFFER = 1 << 20 };

static int copy_range(const struct options *options, struct archive *archive, struct output *output,
                      uint64_t offset, uint64_t length) {
    size_t size = length < BUFFER ? (size_t)length : BUFFER;
    void *buffer = malloc(size ? size : 1);
    int code = buffer ? CODE_OK : report_status(archive->input.name, HUNCH_NO_MEMORY, "");
    while (code == CODE_OK && length) {
        size_t piece = length < size ? (size_t)length : size;
        enum hunch_status status = hunch_archive_read(archive->blocks, offset, buffer, piece);
        if (status != HUNCH_OK) {
            char where[LOCATE_TEXT];
            locate_content(where, &archive->input, options, offset);
            code = report_status(archive->input.name, status, where);
        } else if (!output_write(output, buffer, piece))
            code = CODE_DATA;
        offset += piece;
        length -= piece;
    }
    free(buffer);
    return code;
}

/* Writes what the options choose of `length` bytes at `start`; `name` stands in messages. */
static int cat_range(const struct options *options, struct archive *archive, struct output *output,
                     const char *name, uint64_t start, uint64_t length) {
    uint64_t offset = options->has_offset ? options->offset : 0;
    if (offset > length || (options->has_length && options->length > length - offset)) {
        report_error(name, "has only %" PRIu64 " bytes; choose --offset and --length within", length);
        return CODE_DATA;
    }
    uint64_t count = options->has_length ? options->length : length - offset;
    if (count > options->size_limit)
        return report_status(name, HUNCH_SIZE_LIMIT, "");
    return copy_range(options, archive, output, start + offset, count);
}

/* The number of the member that the word names, or is; UINT64_MAX for none. */
static uint64_t find_member(const struct archive *archive, const char *word) {
    uint64_t index = hunch_archive_find(archive->blocks, word);
    if (index != UINT64_MAX || !*word || word[strspn(word, "0123456789")])
        return index;
    errno = 0;
    unsigned long long number = strtoull(word, NULL, 10);
    return errno || number >= archive->members ? UINT64_MAX : number;
}

static int cat_members(const struct options *options, struct archive *archive, struct output *output) {
    int worst = CODE_OK;
    for (size_t i = 1; i < options->file_count && worst != CODE_PRIOR;
         i++) { /* the others need the same one */
        const char *word = options->files[i];
        uint64_t index = find_member(archive, word);
        int code = CODE_DATA;
        if (index == UINT64_MAX)
            report_error(archive->input.name, "has no member %s; see: hunch list", word);
        else {
            struct hunch_member m = archive_member(archive, index);
            code = cat_range(options, archive, output, m.name, m.offset, m.length);
        }
        worst = code > worst ? code : worst;
    }
    return worst;
}

static int cat_archive(const struct options *options, struct archive *archive, bool members) {
    struct output output;
    int code = output_open(&output, "-", false, false);
    if (code != CODE_OK)
        return code;
    return members ? cat_members(options, archive, &output)
                   : cat_range(options, archive, &output, archive->input.name, 0, archive->original);
}

/* A range of each archive. */
static int cat_ranges(const struct options *options) {
    int worst = CODE_OK;
    for (size_t i = 0; i < options->file_count; i++) {
        struct archive archive;
        priors_next_file();
        int code = archive_open(&archive, options, options->files[i]);
        if (code == CODE_OK)
            code = cat_archive(options, &archive, false);
        archive_close(&archive);
        worst = code > worst ? code : worst;
    }
    return worst;
}

int cat_files(const struct options *options) {
    struct archive archive;
    if (options->file_count > 1 && archive_open_members(&archive, options, options->files[0])) {
        int code = cat_archive(options, &archive, true);
        archive_close(&archive);
        return code;
    }
    return options->has_offset || options->has_length ? cat_ranges(options) : decode_files(options);
}
