/* hunch: the command. Reads the options, gives the files to a verb, exits with the worst that happened. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "priors.h"
#include "report.h"
#include "signals.h"
#include "verbs.h"

static int (*const run_verb[VERB_COUNT])(const struct options *) = {
    [VERB_ENCODE] = encode_files, [VERB_DECODE] = decode_files, [VERB_TEST] = decode_files,
    [VERB_LIST] = list_files,     [VERB_CAT] = cat_files,       [VERB_INFO] = info_files,
    [VERB_BENCH] = bench_files,   [VERB_TRAIN] = train_files,
};

/* A caller may have closed the standard streams; a file opened later must not take their place and receive
 * the words meant for the user. Each is opened the wrong way round, so that its use fails as that of a closed
 * one. */
static int fill_descriptors(void) {
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
            return CODE_DATA;
    return CODE_OK;
}

/* Data written to a full disk may be refused as late as here. */
static int close_output(void) {
    if (!fflush(stdout) && !ferror(stdout) && !close(STDOUT_FILENO))
        return CODE_OK;
    report_error("standard output", "cannot write: %s; make room, or check the receiver", strerror(errno));
    return CODE_DATA;
}

int main(int argc, char **argv) {
    struct options options;
    char *standard_input[] = {"-", NULL};
    if (fill_descriptors())
        return CODE_DATA;
    signals_install();
    int code = options_parse(&options, argc, argv);
    if (code < 0) {
        if (!options.file_count && options.verb != VERB_INFO && !options.files_from) {
            options.files = standard_input;
            options.file_count = 1;
        }
        bool codes = options.verb == VERB_ENCODE || options.verb == VERB_DECODE ||
                     options.verb == VERB_TEST || options.verb == VERB_CAT;
        code = codes ? priors_begin(&options) : CODE_OK;
        if (code == CODE_OK)
            code = run_verb[options.verb](&options);
    }
    priors_close();
    options_free(&options);
    int closed = close_output();
    return closed > code ? closed : code;
}
