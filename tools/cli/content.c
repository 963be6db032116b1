#include "content.h"

#include <stdlib.h>

enum { CODED = 1 << 18, SKIPPED = 1 << 16 };

void content_open(struct content *c, struct archive *archive, const struct options *options, bool forward) {
    struct hunch_settings settings;
    *c = (struct content){.archive = archive};
    options_settings(options, &settings);
    if (!forward || settings.threads == 1 || archive->count < 2)
        return;
    c->coded = malloc(CODED);
    if (c->coded && hunch_decoder_open(&c->decoder, &settings) != HUNCH_OK)
        c->decoder = NULL;
}

/* Gives the decoder what it asks for until it has filled the buffer. */
static enum hunch_status pull(struct content *c, unsigned char *buffer, size_t length) {
    while (length) {
        struct hunch_output out = {buffer, length, 0};
        int done = 0;
        if (c->in.position == c->in.size && !c->ended) {
            ssize_t got = input_read(&c->archive->input, c->coded, CODED);
            if (got < 0)
                return HUNCH_READ_ERROR;
            c->in = (struct hunch_input){c->coded, (size_t)got, 0};
            c->ended = !got;
        }
        enum hunch_status status =
            hunch_stream_run(c->decoder, &c->in, &out, c->ended ? HUNCH_FINISH : HUNCH_CONTINUE, &done);
        if (status != HUNCH_OK)
            return status;
        if (c->ended && done && out.position < length)
            return HUNCH_TRUNCATED;
        buffer += out.position;
        length -= out.position;
        c->at += out.position;
    }
    return HUNCH_OK;
}

/* What nobody wants is decoded all the same, for others need what is behind it. */
static enum hunch_status skip_to(struct content *c, uint64_t offset) {
    unsigned char nothing[SKIPPED];
    enum hunch_status status = HUNCH_OK;
    while (c->at < offset && status == HUNCH_OK)
        status = pull(c, nothing, offset - c->at < SKIPPED ? (size_t)(offset - c->at) : SKIPPED);
    return status;
}

enum hunch_status content_read(struct content *c, uint64_t offset, void *buffer, size_t length) {
    if (!c->decoder || offset < c->at)
        return hunch_archive_read(c->archive->blocks, offset, buffer, length);
    enum hunch_status status = length ? skip_to(c, offset) : HUNCH_OK;
    return status == HUNCH_OK ? pull(c, buffer, length) : status;
}

void content_close(struct content *c) {
    hunch_stream_close(&c->decoder);
    free(c->coded);
    c->coded = NULL;
}
