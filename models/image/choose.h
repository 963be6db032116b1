/* For the encoder: whether pictures repeat their pixels (exact.h) or change smoothly (photo.h). */
#ifndef HUNCH_MODELS_IMAGE_CHOOSE_H
#define HUNCH_MODELS_IMAGE_CHOOSE_H

#include "models/image/picture.h"

enum { CHOICE_COLOURS_LOG2 = 15 };

struct choice {
    uint8_t colours[(1 << CHOICE_COLOURS_LOG2) / 8]; /* a bit for each hash of a pixel that was met */
};

/* p->data: the first of `count` pictures. */
bool hunch_choose_exact(struct choice *c, const struct picture *p, uint64_t count);

#endif
