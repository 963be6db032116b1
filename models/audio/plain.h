/* Bytes of no known kind: each bit by what followed the byte before. */
#ifndef HUNCH_MODELS_AUDIO_PLAIN_H
#define HUNCH_MODELS_AUDIO_PLAIN_H

#include "base/undo.h"
#include "entropy/coder.h"

struct plain {
    uint16_t *one_q16; /* (256 bytes before, 256 nodes) probability of a one, less a half */
    uint8_t before;
    struct undo *undo; /* NULL: none; *p itself is the owner's to note */
};

void hunch_plain_carve(struct arena *arena, struct plain *p);

void hunch_plain_code(struct plain *p, struct coder *coder, uint8_t *data, size_t length);

#endif
