#include "json.h"

#include <inttypes.h>
#include <math.h>

/* Length of the UTF-8 character at `p`, 0 when there is none. Overlong forms, surrogates and what lies beyond
 * U+10FFFF are refused: second[] holds the range of the second byte of the four lead bytes that narrow it. */
static unsigned character_length(const unsigned char *p) {
    if (p[0] < 0x80)
        return 1;
    unsigned length = p[0] >= 0xc2 && p[0] < 0xe0   ? 2
                      : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
                      : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
                                                    : 0;
    unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (length && (p[1] < low || p[1] > high))
        return 0;
    for (unsigned i = 2; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return length;
}

static void put_text(FILE *file, const char *text) {
    putc('"', file);
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        unsigned length = character_length(p);
        if (!length)
            fputs("\\ufffd", file);
        else if (*p == '"' || *p == '\\')
            fprintf(file, "\\%c", *p);
        else if (*p < 32 || *p == 127)
            fprintf(file, "\\u%04x", *p);
        else
            fwrite(p, 1, length, file);
        p += length ? length : 1;
    }
    putc('"', file);
}

static void put_key(struct json *json, const char *key) {
    uint32_t bit = (uint32_t)1 << json->depth;
    if (json->filled & bit)
        putc(',', json->file);
    json->filled |= bit;
    if (key) {
        put_text(json->file, key);
        putc(':', json->file);
    }
}

void json_open(struct json *json, const char *key, char bracket) {
    put_key(json, key);
    putc(bracket, json->file);
    json->depth++;
    json->filled &= ~((uint32_t)1 << json->depth);
}

void json_close(struct json *json, char bracket) {
    putc(bracket, json->file);
    json->depth--;
    if (!json->depth) {
        putc('\n', json->file);
        json->filled = 0;
    }
}

void json_text(struct json *json, const char *key, const char *text) {
    put_key(json, key);
    put_text(json->file, text);
}

void json_number(struct json *json, const char *key, uint64_t number) {
    put_key(json, key);
    fprintf(json->file, "%" PRIu64, number);
}

void json_signed(struct json *json, const char *key, int64_t number) {
    put_key(json, key);
    fprintf(json->file, "%" PRId64, number);
}

void json_real(struct json *json, const char *key, double number) {
    put_key(json, key);
    if (isfinite(number))
        fprintf(json->file, "%.6g", number);
    else
        fputs("null", json->file);
}

void json_truth(struct json *json, const char *key, bool truth) {
    put_key(json, key);
    fputs(truth ? "true" : "false", json->file);
}

void json_hash(struct json *json, const char *key, uint64_t hash) {
    put_key(json, key);
    fprintf(json->file, "\"%016" PRIx64 "\"", hash);
}
