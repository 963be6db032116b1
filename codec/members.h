/* The table of members: which stretches of an archive's content are files or samples, and their names. doc/FORMAT.md
 * has its layout. */
#ifndef HUNCH_CODEC_MEMBERS_H
#define HUNCH_CODEC_MEMBERS_H

#include "base/buffer.h"
#include "codec/settings.h"

enum member_column {
    COLUMN_SHARED,  /* bytes of the name that are as in the name before */
    COLUMN_REST,    /* bytes of the name behind them */
    COLUMN_MODE,    /* exclusive or with the one before */
    COLUMN_SECONDS, /* of mtime: difference to the one before, zigzag */
    COLUMN_NANOSECONDS, /* u32 each, a stream of their own */
    COLUMN_LENGTH,  /* bytes of content */
    COLUMN_NAMES,   /* the bytes themselves */
    COLUMNS
};

/* Members as they are told to an encoder, in columns. */
struct member_writer {
    struct buffer column[COLUMNS];
    struct buffer name; /* of the last member */
    uint64_t count;
    uint64_t start; /* of the last member's content */
    uint32_t mode;
    int64_t seconds;
};

/* Adds a member whose content begins at `start`. Errors: BAD_ARGUMENT (an empty or endless name), NO_MEMORY. */
enum hunch_status hunch_members_add(struct member_writer *w, const struct allocator *allocator,
                                    const struct hunch_member *member, uint64_t start);

/* Ends the last member's content at `end` and gives the payload of the part in *payload, owned by the caller. */
enum hunch_status hunch_members_write(struct member_writer *w, const struct context *context, uint64_t end,
                                      struct buffer *payload);

void hunch_members_free(struct member_writer *w, const struct allocator *allocator);

/* Members read back. */
struct member_entry {
    uint64_t offset, length; /* in the content, bytes */
    int64_t seconds;
    uint32_t nanoseconds, mode;
    uint64_t name; /* where in names it begins; ends in a 0 */
};

struct member_table {
    struct buffer entries; /* of struct member_entry */
    struct buffer names;
};

/* Adds the members of a part's payload, whose content begins at `offset` and must end at `end`. Errors: NO_MEMORY,
 * MEMORY_LIMIT, DAMAGED, UNSUPPORTED. */
enum hunch_status hunch_members_read(struct member_table *table, const struct context *context, uint8_t *payload,
                                     size_t length, uint64_t offset, uint64_t end);

#endif
