/* The command line as one struct. The table in options.c is the only place that knows an option's name. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hunch/hunch.h"

enum verb { VERB_ENCODE, VERB_DECODE, VERB_TEST, VERB_LIST, VERB_CAT, VERB_INFO, VERB_BENCH, VERB_TRAIN, VERB_COUNT };

struct options {
    unsigned verb;
    unsigned level;        /* 1 to 9 */
    unsigned levels;       /* every level that was named, bit n for level n: bench runs them all */
    uint64_t threads;      /* 0 = one per processor */
    uint64_t memory_limit; /* bytes */
    uint64_t size_limit;   /* most original bytes a decoder writes */
    uint64_t block_size;   /* bytes; 0 = the level's own */
    uint64_t offset;       /* cat: first original byte */
    uint64_t length;       /* cat: bytes */
    unsigned has_offset, has_length;
    unsigned to_stdout, force, quiet, verbose, remove_input, skip_verify, json, raw, keep_going;
    unsigned cpu_mask;      /* HUNCH_CPU_* */
    uint64_t group_members; /* members that share a block; 0 = no such bound */
    uint64_t group_size;    /* their bytes; 0 = no such bound */
    unsigned tar;
    const char *as;         /* NULL when not given */
    const char *prior;      /* NULL when not given */
    unsigned self_contained;
    const char *output;     /* -o; NULL when not given */
    const char *files_from; /* NULL when not given */
    const char *directory;  /* -C; NULL when not given */
    const char **patterns;  /* -m, pattern_count of them */
    size_t pattern_count;
    char **files; /* file_count names */
    size_t file_count;
};

/* Reads the arguments and HUNCH_CPU. Returns -1 to go on, otherwise the code to exit with (help and version
 * were printed, or the mistake was told). */
int options_parse(struct options *options, int argc, char **argv);

/* Must follow options_parse, whatever it returned. */
void options_free(struct options *options);

/* What the options say to the library. */
void options_settings(const struct options *options, struct hunch_settings *settings);

#endif
