/* An archive at rest, between its two files: archive.c finds blocks and members, archive_read.c decodes content. */
#ifndef HUNCH_CODEC_ARCHIVE_H
#define HUNCH_CODEC_ARCHIVE_H

#include <pthread.h>

#include "codec/block.h"
#include "codec/members.h"

/* Where a block lies, in the archive file and in the content. */
struct place {
    uint64_t archive_offset; /* bytes */
    uint64_t part_length;    /* header and payload, bytes */
    uint64_t start;          /* in the content of all archives of the file, bytes */
    uint64_t length;         /* original bytes */
    uint64_t prior_at;       /* where the part is that names its archive's prior, bytes; 0: there is none */
};

enum { PRIORS_MOST = 16 };

/* A prior that an archive in the file names, once it was needed. */
struct known_prior {
    uint64_t at;
    hunch_prior *prior;
    bool own;
};

enum {
    KEPT_MOST = 4,      /* decoded blocks */
    KEPT_ROOM = 64 << 20 /* bytes of them, but one of any size */
};

/* A decoded block. */
struct kept {
    uint64_t number;  /* of the block */
    uint8_t *memory;  /* its content; NULL: the place is free */
    uint64_t length;
    uint64_t used;    /* when */
    unsigned readers; /* threads that copy from it now */
};

struct hunch_archive {
    struct context context;
    struct hunch_source source;
    struct buffer places; /* of struct place */
    uint64_t content_length;
    struct member_table members;
    pthread_mutex_t lock; /* of what follows */
    struct kept kept[KEPT_MOST];
    uint64_t clock; /* of uses */
    struct known_prior priors[PRIORS_MOST];
    unsigned prior_count;
    uint64_t own_memory; /* bytes that those take which archives hold */
};

static inline const struct place *archive_place(const struct hunch_archive *a, uint64_t index) {
    return (const struct place *)(const void *)a->places.bytes + index;
}

/* Reads bytes of the archive. TRUNCATED, READ_ERROR. */
enum hunch_status hunch_archive_bytes(const struct hunch_archive *a, uint64_t offset, void *bytes, size_t length);

/* Reads the header of the part at `offset`. */
enum hunch_status hunch_archive_header(const struct hunch_archive *a, uint64_t offset, struct part *part);

/* Reads and checks the payload of a part, which the caller releases whatever is answered. */
enum hunch_status hunch_archive_payload(const struct hunch_archive *a, uint64_t offset, const struct part *part,
                                        uint8_t **bytes);

/* Reads the header of block `index`; DAMAGED when it is not what the index told. */
enum hunch_status hunch_archive_block_header(const struct hunch_archive *a, uint64_t index, struct part *part);

/* Closes the priors that the archive holds itself and frees the blocks that are kept. */
void hunch_archive_forget(struct hunch_archive *a);

#endif
