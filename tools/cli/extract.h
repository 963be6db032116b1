/* Members of an archive to files. */
#ifndef CLI_EXTRACT_H
#define CLI_EXTRACT_H

#include <stdbool.h>

#include "options.h"

/* Whether decode makes members of this file instead of joining them: it does when the options ask for that, and when an
 * archive of members is named and no output. */
bool extract_applies(const struct options *options, const char *file);

/* Writes the members that the options choose below the directory that they name. Names and links that lead out of it
 * are refused, told and left out. Returns an exit code; trouble was told. */
int extract_file(const struct options *options, const char *file);

#endif
