/* From an opened output to a published archive: encode, sync, verify, rename. */
#ifndef CLI_ENCODE_H
#define CLI_ENCODE_H

#include "job.h"

/* Where the content comes from. */
struct encode_source {
    struct hunch_settings settings;
    uint64_t total; /* bytes; 0 when unknown */
    int (*feed)(
        void *opaque); /* gives all content to job_feed but the end; NULL: the job's input is read. Returns an
                          exit code, trouble was told; what job_failed tells is looked at by the caller */
    int (*check)(void *opaque); /* looks at the file when its content was verified; NULL for none; returns an
                                   exit code */
    void *opaque;
};

/* Returns an exit code; trouble was told. */
int encode_job(struct job *job, const struct encode_source *source);

#endif
