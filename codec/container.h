/* The parts of an archive as bytes: see doc/FORMAT.md. This file knows layouts only; what a decoder does about a bad
 * part is decided by who reads it. */
#ifndef HUNCH_CODEC_CONTAINER_H
#define HUNCH_CODEC_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/wire.h"
#include "hunch/hunch.h"

enum {
    ARCHIVE_HEADER_LENGTH = 8,
    ARCHIVE_FIRST_BYTE = 0x89,
    PART_BLOCK = 0xB1,
    PART_INDEX = 0xB2,
    PART_FOOTER = 0xB3,
    PART_MEMBERS = 0xB4,
    PART_PRIOR = 0xC5,
    PART_CRITICAL = 0x40,         /* bit of a type: who does not know it must not go on */
    PART_HEADER_MOST = 2 + 255 + 4, /* bytes before a payload */
    PART_NAME_MOST = 64, /* bytes */
    FOOTER_LENGTH = 2 + 1 + 4 + 3 * 8 + 4
};

enum { BLOCK_SOLE = 1, BLOCK_FORMATTED = 2, BLOCK_TYPED = 4, BLOCK_PRIMED = 8 }; /* bits of block_header.flags */

enum {
    BLOCK_LENGTH_BITS = 30,
    BLOCK_LENGTH_MOST = 1 << BLOCK_LENGTH_BITS, /* bytes of a block, original */
    BLOCK_UNITS_MOST = 1 << 16,
    BLOCK_BYTES_LEAST = 24                      /* of its part */
};

/* What a model codes, alone in the block or as one of several. */
struct stream_header {
    uint64_t kind;          /* enum content_kind; 0 unless TYPED */
    uint64_t length;        /* bytes before the format: of the block's content, or of what pieces made of it */
    uint64_t model;         /* id */
    uint64_t parameter;     /* the model's */
    uint64_t format;        /* id; 0: none */
    uint64_t coded_length;  /* bytes that the model codes: the format's output, or `length` */
    uint64_t payload;       /* bytes of the payload; 0 unless TYPED, else the part tells */
};

struct block_header {
    uint8_t flags;
    uint64_t stream;        /* 0 */
    uint64_t start;         /* of its content in the archive's content, bytes */
    uint64_t length;        /* original bytes */
    uint64_t content_check; /* XXH3-64 of the original bytes */
    unsigned count;         /* of streams: 1 unless TYPED */
    struct stream_header streams[CONTENT_KINDS]; /* (count) kinds rise */
    uint64_t units;       /* PRIMED: how many, and the length of each but the last, 0: the payload tells */
    uint64_t unit_length;
};

/* The prior that an archive's PRIMED blocks are coded from. */
struct prior_header {
    uint64_t id;
    char name[PART_NAME_MOST + 1];
};

struct footer {
    uint64_t archive_length; /* bytes, first of the archive header to last of the footer */
    uint64_t content_length; /* original bytes in all blocks */
    uint64_t index_length;   /* bytes of the index, header and payload, right before the footer */
};

struct part {
    uint8_t type;
    uint64_t length; /* bytes of payload */
    uint32_t check;  /* low half of XXH3-64 of the payload */
    struct block_header block;
    struct footer footer;
    struct prior_header prior;
    size_t header_length;     /* bytes before the payload */
    enum hunch_status status; /* OK, or UNSUPPORTED: a whole header that this version cannot act on */
};

struct index_entry {
    uint64_t gap;         /* archive bytes between the end of the block before (or the archive header) and this */
    uint64_t part_length; /* bytes of the block, header and payload */
    uint64_t length;      /* original bytes */
};

enum reading {
    READING_WHOLE,
    READING_SHORT, /* more bytes are needed; *wanted says how many from the start */
    READING_BAD    /* no such thing stands here */
};

void hunch_archive_header_write(uint8_t out[ARCHIVE_HEADER_LENGTH]);

/* WHOLE with *status UNSUPPORTED is an archive of another version. */
enum reading hunch_archive_header_read(const uint8_t *bytes, size_t have, enum hunch_status *status, size_t *wanted);

/* Writes the header of *part (all but header_length given) and sets header_length. */
void hunch_part_write(struct part *part, uint8_t out[PART_HEADER_MOST]);

/* Reads a header and its check; the payload behind it is not looked at. */
enum reading hunch_part_read(uint8_t *bytes, size_t have, struct part *part, size_t *wanted);

/* The fields of a stream in a block of several, and of a table of members. */
void hunch_stream_fields(struct wire *w, struct stream_header *s);

void hunch_index_entry(struct wire *w, struct index_entry *entry);

#endif
