/* An archive file opened for reading at any place, and what all its blocks together are. */
#ifndef CLI_ARCHIVE_H
#define CLI_ARCHIVE_H

#include "input.h"
#include "options.h"

enum { NAMES_TEXT = 48 };

struct archive {
    struct input input;
    struct hunch_source source;
    hunch_archive *blocks;
    uint64_t original, coded; /* bytes; coded is the whole file */
    uint64_t count;           /* of blocks */
    uint64_t members;         /* 0: plain content */
    /* what archive_sum finds: */
    uint64_t memory;                              /* most bytes that one block needs */
    char models[NAMES_TEXT], formats[NAMES_TEXT]; /* the different names, with commas; "-" for none */
};

/* Opens `file`; input_open may have been done before, then `file` is NULL. Returns an exit code; trouble was
 * told. The archive must not move afterwards. archive_close must follow in any case. */
int archive_open(struct archive *archive, const struct options *options, const char *file);

/* Opens `file` if it is a regular file, not standard input, and an archive of members; else returns false,
 * tells nothing, and the archive is closed. */
bool archive_open_members(struct archive *archive, const struct options *options, const char *file);

/* Looks at every block; returns an exit code; trouble was told. */
int archive_sum(struct archive *archive);

/* Describes member `index`, which must be one; its name lives until the close. */
struct hunch_member archive_member(const struct archive *archive, uint64_t index);

/* Describes block `index`, which must be one; returns an exit code; trouble was told. */
int archive_block(const struct archive *archive, uint64_t index, struct hunch_block_info *info);

/* Describes prior `index` of those that it names; false when there is none. *inside: it holds the prior itself. *code
 * becomes an exit code; trouble was told, and is none to go on with. */
bool archive_prior(const struct archive *archive, uint64_t index, struct hunch_prior_info *info, bool *inside,
                   int *code);

void archive_close(struct archive *archive);

#endif
