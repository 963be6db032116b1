/* Writes one JSON document per line, piece by piece. Names that are not UTF-8 get U+FFFD for bad bytes. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *file;
    unsigned depth;  /* of open brackets, at most 31 */
    uint32_t filled; /* bit n: something stands at depth n already, so a comma is due */
};

/* `bracket` is '{' or '[' to open, '}' or ']' to close. `key` is NULL within an array and at the top. Closing
 * the outermost bracket ends the line. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t number);
void json_signed(struct json *json, const char *key, int64_t number);
void json_real(struct json *json, const char *key, double number); /* null when not finite */
void json_truth(struct json *json, const char *key, bool truth);
void json_hash(struct json *json, const char *key, uint64_t hash); /* 16 hex digits, as text */

#endif
