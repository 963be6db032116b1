/* What the command says on standard error, and the code it exits with. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdio.h>

#include "hunch/hunch.h"

enum exit_code {
    CODE_OK = 0,
    CODE_DATA = 1,    /* the data or the reading or writing of it */
    CODE_USAGE = 2,   /* the call */
    CODE_CORRUPT = 3, /* a damaged archive */
    CODE_LIMIT = 4,   /* --memlimit or --max-size */
    CODE_PRIOR = 5    /* a prior that is not here */
};

/* One line: "hunch: FILE: what happened; what to do next". `file` NULL leaves it out. Control characters
 * become
 * '?', so that a file's name cannot steer a terminal. */
__attribute__((format(printf, 2, 3))) void report_error(const char *file, const char *format, ...);

/* The same for a status of the library; returns the exit code for it. `where` is a phrase like "in block 3"
 * or "". */
int report_status(const char *file, enum hunch_status status, const char *where);

/* Who looks for priors knows more than HUNCH_MISSING_PRIOR tells: from now on the functions of this file take it as
 * `status`, which is MISSING_PRIOR too or what kept a prior from being opened, and report_status tells this text. */
__attribute__((format(printf, 2, 3))) void report_prior(enum hunch_status status, const char *format, ...);

/* Writes a name and a newline, control characters as '?'. */
void report_name(FILE *file, const char *name);

/* The same without the newline. */
void report_part(FILE *file, const char *name);

/* The exit code for a status, and its name for programs: one word, like "damaged". */
int status_code(enum hunch_status status);
const char *status_name(enum hunch_status status);

#endif
