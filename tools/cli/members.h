/* The members of an archive, as text or JSON on standard output. */
#ifndef CLI_MEMBERS_H
#define CLI_MEMBERS_H

#include "archive.h"
#include "json.h"

/* One line each: mode, size, time, name. */
void members_text(const struct archive *archive);

/* An array under the key "members". */
void members_json(struct json *json, const struct archive *archive);

#endif
