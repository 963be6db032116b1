/* A tar stream as an archive of members. */
#ifndef CLI_TAR_H
#define CLI_TAR_H

#include "options.h"

/* Encodes what the tar stream in `file` ("-": standard input) holds: the ustar format, long names of GNU, and
 * the pax records path, linkpath, size and mtime. What a member cannot keep (hard links, sparse files, a
 * stream that is cut short) is an error: such a stream is encoded whole, as a plain file. Owners and extended
 * attributes are not kept. Returns an exit code; trouble was told. */
int pack_tar(const struct options *options, const char *file);

#endif
