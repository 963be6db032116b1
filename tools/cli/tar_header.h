/* The headers of a tar stream: blocks of 512 bytes and what pax and GNU put in front of them. */
#ifndef CLI_TAR_HEADER_H
#define CLI_TAR_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAR_BLOCK = 512, TAR_NAME = 100 + 155 + 2 };

struct tar_header {
    char kind; /* typeflag; '0' for regular files of any age */
    uint32_t mode;
    uint64_t size; /* bytes that follow */
    int64_t mtime;
    char name[TAR_NAME], link[TAR_NAME];
};

/* What extended headers say of the member that follows; NULL and `has` false for nothing. */
struct tar_extension {
    char *name, *link; /* owned; see tar_extension_free */
    bool has_size, has_mtime;
    uint64_t size;
    int64_t mtime;
    uint32_t nanoseconds;
};

bool tar_is_zero(const unsigned char block[TAR_BLOCK]);

/* Whether the block is a header; takes it apart. */
bool tar_read_header(struct tar_header *header, const unsigned char block[TAR_BLOCK]);

/* Takes in pax records: `text` of `length` bytes, a zero behind it. Returns NULL, or the keyword that is not
 * understood ("" for text that is no record); no_memory counts as such. Global records may say little. */
const char *tar_read_records(struct tar_extension *extension, char *text, size_t length, bool global);

void tar_extension_free(struct tar_extension *extension);

#endif
