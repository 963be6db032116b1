/* The heads of arrays in typed streams (base/content.h), coded as differences from the head before: where nothing
 * changes they cost next to nothing. */
#ifndef HUNCH_MODELS_HEAD_H
#define HUNCH_MODELS_HEAD_H

#include "entropy/coder.h"

enum { HEAD_MOST = 32 }; /* bytes */

struct head {
    uint8_t last[HEAD_MOST]; /* the head before; zeros at first */
    uint16_t same_q16[HEAD_MOST]; /* probability that a byte is as before */
};

void hunch_head_init(struct head *h);

/* Codes `length` <= HEAD_MOST bytes in place. */
void hunch_head_code(struct head *h, struct coder *coder, uint8_t *bytes, unsigned length);

#endif
