#include "collect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report.h"

struct walk {
    struct collector *collector;
    char *path; /* of what is looked at */
    size_t capacity, above;
};

/* The names in one directory, those of directories with a "/" at the end. */
struct names {
    char **list;
    size_t count, capacity;
};

static int walk_directory(struct walk *w, int fd, size_t length);

static int no_memory(void) {
    return report_status(NULL, HUNCH_NO_MEMORY, "");
}

/* What cannot be read is told and left out. */
static void pass_over(struct walk *w, const char *what) {
    if (!w->collector->silent)
        report_error(w->path, "%s: %s; it is left out", what, strerror(errno));
    w->collector->worst = CODE_DATA;
}

static bool set_path(struct walk *w, size_t length, const char *leaf) {
    size_t need = length + strlen(leaf) + 2; /* with a slash and the end */
    if (need > w->capacity) {
        char *path = realloc(w->path, 2 * need);
        if (!path)
            return false;
        w->path = path;
        w->capacity = 2 * need;
    }
    strcpy(w->path + length, leaf);
    return true;
}

static bool is_directory(int fd, const struct dirent *entry) {
    struct stat found;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return !fstatat(fd, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) && S_ISDIR(found.st_mode);
}

static bool add_name(struct names *names, const char *name, bool directory) {
    if (names->count == names->capacity) {
        size_t capacity = names->capacity ? 2 * names->capacity : 64;
        char **list = realloc(names->list, capacity * sizeof *list);
        if (!list)
            return false;
        names->list = list;
        names->capacity = capacity;
    }
    size_t length = strlen(name);
    char *copy = malloc(length + 2);
    if (!copy)
        return false;
    memcpy(copy, name, length);
    memcpy(copy + length, directory ? "/" : "", directory ? 2 : 1);
    names->list[names->count++] = copy;
    return true;
}

/* With the slash, names sort as the paths of all that is below them do. */
static int compare_names(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_names(DIR *directory, struct names *names) {
    struct dirent *entry;
    errno = 0;
    while ((entry = readdir(directory))) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") && strcmp(name, "..") &&
            !add_name(names, name, is_directory(dirfd(directory), entry)))
            return false;
        errno = 0;
    }
    if (errno)
        return false;
    if (names->count)
        qsort(names->list, names->count, sizeof *names->list, compare_names);
    return true;
}

static void free_names(struct names *names) {
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
}

/* Looks at what the path names: `leaf` in `directory`. */
static int take(struct walk *w, int directory, const char *leaf, bool deep, bool follow) {
    struct found found = {.directory = directory, .leaf = leaf};
    if (fstatat(directory, leaf, &found.stat, follow ? 0 : AT_SYMLINK_NOFOLLOW)) {
        pass_over(w, "cannot be looked at");
        return 0;
    }
    size_t length = strlen(w->path);
    if (S_ISDIR(found.stat.st_mode))
        strcpy(w->path + length++, "/");
    found.path = w->path;
    found.name = w->path + (w->above < length ? w->above : length);
    int code = *found.name ? w->collector->visit(w->collector->opaque, &found) : 0;
    if (code || !deep || !S_ISDIR(found.stat.st_mode))
        return code;
    int fd = openat(directory, leaf, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0) {
        pass_over(w, "cannot be opened");
        return 0;
    }
    return walk_directory(w, fd, length);
}

/* Takes over the descriptor of the directory whose path is the first `length` bytes. */
static int walk_directory(struct walk *w, int fd, size_t length) {
    struct names names = {0};
    DIR *directory = fdopendir(fd);
    int code = 0;
    if (!directory)
        close(fd);
    if (!directory || !list_names(directory, &names))
        pass_over(w, "cannot be listed");
    for (size_t i = 0; i < names.count && !code; i++) {
        char *leaf = names.list[i];
        leaf[strcspn(leaf, "/")] = 0;
        code = set_path(w, length, leaf) ? take(w, fd, leaf, true, false) : no_memory();
    }
    free_names(&names);
    if (directory)
        closedir(directory);
    return code;
}

int collect(struct collector *collector, const char *input, size_t above, bool deep) {
    struct walk w = {.collector = collector, .above = above};
    struct stat found;
    size_t length = strlen(input);
    while (length && input[length - 1] == '/')
        length--;
    int code = set_path(&w, 0, input) ? 0 : no_memory();
    if (!code) {
        w.path[length] = 0;
        bool follow = deep && !stat(input, &found) && S_ISDIR(found.st_mode);
        code = take(&w, AT_FDCWD, input, deep, follow);
    }
    free(w.path);
    return code;
}
