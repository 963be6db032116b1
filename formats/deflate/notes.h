/* Notes: where a prediction failed and what was instead, in either direction. An event is asked for at each prediction;
 * written is how many predictions held before it (a varint), then the numbers that tell what was. */
#ifndef HUNCH_FORMATS_DEFLATE_NOTES_H
#define HUNCH_FORMATS_DEFLATE_NOTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct notes {
    const uint8_t *in; /* read from there, */
    uint8_t *out;      /* or written here, or only counted where both are NULL */
    size_t length;     /* bytes that there are */
    size_t at;         /* bytes read or written */
    uint64_t gap;      /* predictions that held since the last event; reading: that will hold before the next */
    bool armed;        /* reading: gap is known */
    bool broken;       /* reading: a number is cut short; writing: no room */
};

/* Did this prediction fail? `failed` counts when notes are written; what both sides know then. */
bool hunch_notes_event(struct notes *n, bool failed);

/* A number of what was instead. */
uint64_t hunch_notes_number(struct notes *n, uint64_t value);

#endif
