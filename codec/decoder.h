/* The decoder between its two files: decoder.c moves bytes and results, reader.c understands parts. */
#ifndef HUNCH_CODEC_DECODER_H
#define HUNCH_CODEC_DECODER_H

#include "base/buffer.h"
#include "codec/stream.h"

struct decoder {
    struct hunch_stream base;
    struct buffer held;  /* input that is not understood yet, from `at` on */
    size_t at;
    size_t wanted;       /* bytes from `at` on that the reader asks for before it can go on */
    uint64_t skip;       /* bytes of a payload to pass over */
    bool input_ended;    /* nothing comes behind what is held */
    bool over;           /* all is read; when the queue is empty, `final` is the answer */
    enum hunch_status final;

    bool inside;         /* between an archive's header and its end */
    bool found;          /* an archive header or a good part was seen */
    bool index_read;     /* the index of this archive: only the footer may follow */
    struct hunch_prior *prior; /* of this archive; NULL: none, or not found */
    struct buffer own;   /* of hunch_prior *: those that archives held themselves; blocks in the queue may use them */
    uint64_t own_memory;   /* bytes that they take */
    uint64_t base_offset;/* original bytes of the archives before this one */
    uint64_t next;       /* original bytes of this archive in the queue or given: where the next block starts */
    uint64_t consumed;   /* bytes of this archive before `at` */
    uint64_t index_length; /* bytes of the index part */

    /* with keep_going, after damage */
    bool scanning;       /* looking for the next good part, byte by byte */
    enum hunch_status why;
    uint64_t known_end;  /* where the content of a block ends whose header was good and whose payload is lost */
    bool known_last;     /* that block was the whole archive */
};

enum step {
    STEP_ON,   /* something was understood: go on */
    STEP_MORE, /* `wanted` bytes must be held, or the input end */
    STEP_WAIT, /* the queue must give something out first */
    STEP_OVER, /* `over` is set */
    STEP_NO_MEMORY
};

/* Understands the next thing in what is held. */
enum step hunch_reader_step(struct decoder *d);

#endif
