/* An archive of members in the making: members go in one by one, and the table that was written is compared
 * with what went in. */
#ifndef CLI_DATASET_H
#define CLI_DATASET_H

#include "encode.h"
#include "nameset.h"

struct dataset {
    struct job job;
    struct nameset names;
    XXH3_state_t *table; /* hash of all that was said of members, and of their lengths */
    uint64_t count;      /* of members */
    uint64_t length;     /* bytes of the last one so far */
    int worst;           /* exit code for what was told and passed over */
};

/* Encodes into an archive at `path` (as in output_open) what `feed` gives to dataset_begin and dataset_data;
 * `name` stands in messages. Returns an exit code, `worst` included; trouble was told. */
int dataset_encode(struct dataset *set, const struct options *options, const char *name, const char *path,
                   uint64_t total, int (*feed)(void *opaque), void *opaque);

/* Begins a member. The name of a directory ends in "/", and one file cannot have the name of a directory.
 * Returns an exit code; trouble was told, but for that of the library: after it job_failed is true. */
int dataset_begin(struct dataset *set, const struct hunch_member *member);

/* Adds to the content of the member. Returns as dataset_begin does. */
int dataset_data(struct dataset *set, const void *data, size_t size);

#endif
