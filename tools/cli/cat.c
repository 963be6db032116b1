/* cat: original bytes to standard output. A range decodes only the blocks that hold it. */
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive.h"
#include "locate.h"
#include "output.h"
#include "report.h"
#include "verbs.h"

enum { BUFFER = 1 << 20 };

static int copy_range(struct archive *archive, struct output *output, uint64_t offset, uint64_t length) {
    size_t size = length < BUFFER ? (size_t)length : BUFFER;
    void *buffer = malloc(size ? size : 1);
    int code = buffer ? CODE_OK : report_status(archive->input.name, HUNCH_NO_MEMORY, "");
    while (code == CODE_OK && length) {
        size_t piece = length < size ? (size_t)length : size;
        enum hunch_status status = hunch_archive_read(archive->blocks, offset, buffer, piece);
        if (status != HUNCH_OK) {
            char where[LOCATE_TEXT];
            locate_content(where, &archive->input, offset);
            code = report_status(archive->input.name, status, where);
        } else if (!output_write(output, buffer, piece))
            code = CODE_DATA;
        offset += piece;
        length -= piece;
    }
    free(buffer);
    return code;
}

static int cat_range(const struct options *options, struct archive *archive) {
    uint64_t offset = options->has_offset ? options->offset : 0;
    if (offset > archive->original || (options->has_length && options->length > archive->original - offset)) {
        report_error(archive->input.name, "has only %" PRIu64 " bytes; choose --offset and --length within",
                     archive->original);
        return CODE_DATA;
    }
    uint64_t length = options->has_length ? options->length : archive->original - offset;
    if (length > options->size_limit)
        return report_status(archive->input.name, HUNCH_SIZE_LIMIT, "");
    struct output output;
    int code = output_open(&output, "-", false, false);
    return code == CODE_OK ? copy_range(archive, &output, offset, length) : code;
}

int cat_files(const struct options *options) {
    int worst = CODE_OK;
    if (!options->has_offset && !options->has_length)
        return decode_files(options);
    for (size_t i = 0; i < options->file_count; i++) {
        struct archive archive;
        int code = archive_open(&archive, options, options->files[i]);
        if (code == CODE_OK)
            code = cat_range(options, &archive);
        archive_close(&archive);
        worst = code > worst ? code : worst;
    }
    return worst;
}
