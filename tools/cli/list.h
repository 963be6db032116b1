/* What list and info both tell of an archive: its JSON document, its priors. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "archive.h"

/* Writes it to standard output, `blocks` or not; returns an exit code, trouble was told. */
int list_json(const struct archive *archive, bool blocks);

/* Writes a line for each prior that it names; returns an exit code, trouble was told. */
int list_priors(const struct archive *archive);

#endif
