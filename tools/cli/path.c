#include "path.h"

#include <stddef.h>
#include <string.h>

const char *path_strip(const char *name) {
    while (*name == '/' || (name[0] == '.' && (name[1] == '/' || !name[1])))
        name++;
    return name;
}

static bool is_dots(const char *component, size_t length) {
    return (length == 1 || length == 2) && !memcmp(component, "..", length);
}

bool path_is_clean(const char *name) {
    do {
        size_t length = strcspn(name, "/");
        if (!length || is_dots(name, length))
            return false;
        name += length;
        name += *name == '/';
    } while (*name);
    return true;
}

bool path_link_stays(const char *name, const char *target) {
    size_t depth = 0;
    bool climbs = true;
    for (const char *p = name; *p; p++)
        depth += p[0] == '/' && p[1];
    if (!*target || *target == '/')
        return false;
    while (*target) {
        size_t length = strcspn(target, "/");
        bool up = length == 2 && is_dots(target, length);
        if (up && (!climbs || !depth--))
            return false;
        bool nothing = !length || (length == 1 && *target == '.');
        climbs = climbs && (up || nothing);
        target += length;
        target += strspn(target, "/");
    }
    return true;
}

bool path_is_directory(const char *name) {
    size_t length = strlen(name);
    return length && name[length - 1] == '/';
}
