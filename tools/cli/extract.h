/* Members of an archive to files. */
#ifndef CLI_EXTRACT_H
#define CLI_EXTRACT_H

#include <stdbool.h>

#include "options.h"

/* Writes the members that the options choose below the directory that they name. Names and links that lead
 * out of it are refused, told and left out. Returns false when that is not meant: it is when the options say
 * so, and when an archive of members is named and no output. Otherwise *code is an exit code; trouble was
 * told. */
bool extract_file(const struct options *options, const char *file, int *code);

#endif
