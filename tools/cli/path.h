/* The names of members as paths: which are plain, and which links stay among them. */
#ifndef CLI_PATH_H
#define CLI_PATH_H

#include <stdbool.h>

/* The name without slashes and "./" at its start. */
const char *path_strip(const char *name);

/* Whether the name can only lead downwards: not empty, not absolute, no component that is empty, "." or "..".
 * A slash at the end is allowed; it marks a directory. */
bool path_is_clean(const char *name);

/* Whether a symbolic link of this clean name cannot lead out of the directory that all names are under. Its
 * target may climb only at its start, and no higher than the name is deep: a ".." behind a name could turn
 * back from wherever another link has led to. Given that, links that lead to links stay inside too. */
bool path_link_stays(const char *name, const char *target);

/* Whether the name's end marks a directory. */
bool path_is_directory(const char *name);

#endif
