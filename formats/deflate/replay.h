/* A deflate stream against what the rules foretell: the same function takes notes of the differences, counts them, or
 * makes the stream again from its content and the notes. */
#ifndef HUNCH_FORMATS_DEFLATE_REPLAY_H
#define HUNCH_FORMATS_DEFLATE_REPLAY_H

#include "formats/deflate/matcher.h"
#include "formats/deflate/notes.h"
#include "formats/deflate/shape.h"

enum note_lane {
    NOTES_BLOCKS, /* ends and types of blocks, padding */
    NOTES_SHAPES, /* codes of dynamic blocks */
    NOTES_TOKENS,
    NOTES_LANES
};

struct replay {
    struct bits bits;
    struct notes notes[NOTES_LANES];
    struct matcher matcher;
    struct block *block;
    size_t stop;          /* taking or counting notes: ends at this place of the content; SIZE_MAX: at the end */
    uint64_t notes_most;  /* counting ends when there are more bytes of notes */
    uint64_t work_most;   /* candidates that the matcher may look at before the stream is given up */
    uint64_t blocks_left; /* that the stream may have: none is so small that they cost time out of proportion */
};

/* Begins with bits and notes set. */
void hunch_replay_init(struct replay *r, const struct rules *rules, const uint8_t *plain, size_t length, size_t packed);

/* Runs through the stream; false when it is damaged, or the notes are, or they got too long. */
bool hunch_replay_run(struct replay *r);

/* Bytes of notes so far. */
uint64_t hunch_replay_notes(const struct replay *r);

#endif
