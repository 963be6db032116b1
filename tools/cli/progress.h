/* The moving line on a terminal, and the single line that SIGUSR1 asks for.
 *
 * A thread of its own prints them, for a block of a high level takes longer than anyone waits for an answer.
 * One operation at a time is shown; the functions belong to the main thread, except progress_clear. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress_plan {
    const char *verb;      /* "encode", "decode", "test", "verify" */
    const char *name;      /* of the file; must live until progress_end */
    uint64_t total;        /* bytes to read; 0 when unknown */
    unsigned passes_after; /* passes of the same length that follow this one: verification */
    bool expands;          /* original bytes are those written, not those read */
    bool show;             /* the moving line, if standard error is a terminal */
};

void progress_begin(const struct progress_plan *plan);

/* Bytes read and written so far. Told when something was written: what an encoder has only taken in may be a
 * whole block that it has yet to work on. */
void progress_set(uint64_t read, uint64_t written);

/* Writes the last state of the line and its newline; where passes follow, takes the line away for them.
 * Nothing happens when none has begun. */
void progress_end(void);

/* Takes the moving line away before another line is written to standard error; any thread. */
void progress_clear(void);

#endif
