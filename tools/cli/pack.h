/* Files and directories on their way into one archive of members. All functions return an exit code; trouble
 * was told. */
#ifndef CLI_PACK_H
#define CLI_PACK_H

#include "options.h"

/* Encodes the inputs and all that is below directories among them. Names of members begin with the last
 * component of an input. */
int pack_files(const struct options *options, char **inputs, size_t count);

/* Encodes what the list names, one a line, directories without what is below them. Names of members are those
 * of the list without slashes and "./" at their start. */
int pack_list(const struct options *options, const char *list);

/* The path of an archive that replaces `file`: as the options tell, or the name without `tail` and with
 * ".hunch" behind it, which is put into *made, the caller's to free. NULL when there is none; it was told. */
const char *pack_target(const struct options *options, const char *file, const char *tail, char **made);

#endif
