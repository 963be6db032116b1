/* The content of an archive at rest, read piece by piece: at any place, or front to back by several threads.
 */
#ifndef CLI_CONTENT_H
#define CLI_CONTENT_H

#include "archive.h"

struct content {
    struct archive *archive;
    hunch_stream *decoder; /* NULL: every piece is read where it lies */
    unsigned char *coded;  /* room for what the decoder is given */
    struct hunch_input in; /* the part of it in hand */
    uint64_t at;           /* bytes of content that the decoder gave */
    bool ended;            /* no more is to be read */
};

/* `forward` promises that offsets never fall; with more than one thread all is decoded then, in order. A
 * decoder that cannot be opened is done without. */
void content_open(struct content *content, struct archive *archive, const struct options *options,
                  bool forward);

/* Reads `length` bytes at `offset`, which must lie within the content; any error of decoding. */
enum hunch_status content_read(struct content *content, uint64_t offset, void *buffer, size_t length);

void content_close(struct content *content);

#endif
