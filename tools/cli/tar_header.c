#include "tar_header.h"

#include <stdlib.h>
#include <string.h>

/* Where the fields of a header begin and how long they are. */
enum {
    NAME_AT = 0,
    NAME_LONG = 100,
    MODE_AT = 100,
    SIZE_AT = 124,
    MTIME_AT = 136,
    SUM_AT = 148,
    KIND_AT = 156,
    LINK_AT = 157,
    MAGIC_AT = 257,
    PREFIX_AT = 345,
    PREFIX_LONG = 155,
    SHORT = 8,
    LONG = 12
};

bool tar_is_zero(const unsigned char block[TAR_BLOCK]) {
    return !block[0] && !memcmp(block, block + 1, TAR_BLOCK - 1);
}

/* Octal digits between spaces and zeros; or, as GNU writes what is too large for them, a number to the base
 * 256 whose first bit is set and whose second is its sign. */
static bool read_number(const unsigned char *field, size_t length, int64_t *number) {
    uint64_t value = 0;
    size_t i = 0;
    if (field[0] & 0x80) {
        bool negative = field[0] & 0x40;
        for (i = 0; i < length; i++) {
            uint64_t byte = i ? field[i] : negative ? field[0] : field[0] & 0x7f;
            if (i + 8 < length && byte != (negative ? 0xff : 0))
                return false;
            value = value << 8 | byte;
        }
        *number = (int64_t)value;
        return negative == (*number < 0);
    }
    while (i < length && field[i] == ' ')
        i++;
    for (; i < length && field[i] >= '0' && field[i] <= '7'; i++)
        value = value << 3 | (field[i] - '0'); /* 12 digits: 36 bits */
    for (; i < length; i++)
        if (field[i] && field[i] != ' ')
            return false;
    *number = (int64_t)value;
    return true;
}

static bool has_good_sum(const unsigned char block[TAR_BLOCK]) {
    int64_t told;
    uint64_t sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i - SUM_AT < SHORT ? ' ' : block[i];
    return read_number(block + SUM_AT, SHORT, &told) && (uint64_t)told == sum;
}

/* A field that ends at a zero or where it is full. */
static size_t copy_field(char *to, const unsigned char *field, size_t length) {
    size_t n = strnlen((const char *)field, length);
    memcpy(to, field, n);
    to[n] = 0;
    return n;
}

static void read_name(struct tar_header *h, const unsigned char *block) {
    size_t n = 0;
    if (!memcmp(block + MAGIC_AT, "ustar\0", 6) &&
        block[PREFIX_AT]) { /* GNU's own magic has other data there */
        n = copy_field(h->name, block + PREFIX_AT, PREFIX_LONG);
        h->name[n++] = '/';
    }
    copy_field(h->name + n, block + NAME_AT, NAME_LONG);
    copy_field(h->link, block + LINK_AT, NAME_LONG);
}

bool tar_read_header(struct tar_header *h, const unsigned char block[TAR_BLOCK]) {
    int64_t mode, size, mtime;
    if (!has_good_sum(block) || !read_number(block + MODE_AT, SHORT, &mode) ||
        !read_number(block + SIZE_AT, LONG, &size) || !read_number(block + MTIME_AT, LONG, &mtime) ||
        size < 0)
        return false;
    h->kind = block[KIND_AT] ? (char)block[KIND_AT] : '0';
    h->mode = (uint32_t)mode & 07777;
    h->size = (uint64_t)size;
    h->mtime = mtime;
    read_name(h, block);
    return true;
}

static bool keep(char **to, const char *text) {
    free(*to);
    *to = strdup(text);
    return *to;
}

static bool read_decimal(const char **p, uint64_t *value) {
    const char *begin = *p;
    for (*value = 0; **p >= '0' && **p <= '9'; ++*p) {
        if (*value > (UINT64_MAX >> 1) / 10 - 9)
            return false;
        *value = *value * 10 + (uint64_t)(**p - '0');
    }
    return *p != begin;
}

/* Seconds with a fraction, perhaps below zero; nanoseconds count upwards in either case. */
static bool read_time(const char *text, struct tar_extension *e) {
    bool negative = *text == '-';
    const char *p = text + negative;
    uint64_t seconds;
    uint32_t nanoseconds = 0;
    if (!read_decimal(&p, &seconds))
        return false;
    if (*p == '.') {
        p++;
        for (uint32_t unit = 100000000; *p >= '0' && *p <= '9'; p++, unit /= 10)
            nanoseconds += unit * (uint32_t)(*p - '0');
    }
    bool borrow = negative && nanoseconds;
    e->mtime = negative ? -(int64_t)seconds - borrow : (int64_t)seconds;
    e->nanoseconds = borrow ? 1000000000 - nanoseconds : nanoseconds;
    e->has_mtime = true;
    return !*p;
}

static bool read_size(const char *text, struct tar_extension *e) {
    e->has_size = true;
    return read_decimal(&text, &e->size) && !*text;
}

static bool begins_with(const char *text, const char *start) {
    return !strncmp(text, start, strlen(start));
}

/* What members do not have, and what may be left out without a loss of content. */
static bool is_needless(const char *key) {
    static const char *const needless[] = {"comment", "atime", "ctime", "uid", "gid", "uname", "gname"};
    for (size_t i = 0; i < sizeof needless / sizeof needless[0]; i++)
        if (!strcmp(key, needless[i]))
            return true;
    return begins_with(key, "SCHILY.") || begins_with(key, "LIBARCHIVE.") || begins_with(key, "RHT.");
}

static bool take_record(struct tar_extension *e, const char *key, const char *value, bool global) {
    if (is_needless(key))
        return true;
    return !global && (!strcmp(key, "path")       ? keep(&e->name, value)
                       : !strcmp(key, "linkpath") ? keep(&e->link, value)
                       : !strcmp(key, "size")     ? read_size(value, e)
                       : !strcmp(key, "mtime")    ? read_time(value, e)
                                                  : false);
}

/* A record is "LENGTH KEY=VALUE\n", its length counted from its first digit on. */
const char *tar_read_records(struct tar_extension *e, char *text, size_t length, bool global) {
    while (length) {
        const char *p = text;
        uint64_t all;
        if (!read_decimal(&p, &all) || *p != ' ' || all > length || all <= (size_t)(p + 1 - text) ||
            text[all - 1] != '\n')
            return "";
        text[all - 1] = 0;
        char *key = text + (p + 1 - text), *equal = strchr(key, '=');
        if (!equal || equal == key)
            return "";
        *equal = 0;
        bool whole = strlen(equal + 1) == (size_t)(text + all - 1 - (equal + 1)) || is_needless(key);
        if (!whole || !take_record(e, key, equal + 1, global))
            return key;
        text += all;
        length -= (size_t)all;
    }
    return NULL;
}

void tar_extension_free(struct tar_extension *e) {
    free(e->name);
    free(e->link);
    *e = (struct tar_extension){0};
}
