/* The JSON document of one archive, for list and info. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "archive.h"

/* Writes it to standard output, `blocks` or not; returns an exit code, trouble was told. */
int list_json(const struct archive *archive, bool blocks);

#endif
