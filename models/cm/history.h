/* Bit histories: what a context has seen, in one byte. A state stands for (n0, n1, last bit): counts of zeros and
 * ones, the older evidence discounted when the other bit comes. Which pairs exist is bounded so that there are at
 * most 255 states; they are numbered by n0 + n1, so that a larger number means more evidence. State 0: nothing seen.
 */
#ifndef HUNCH_MODELS_CM_HISTORY_H
#define HUNCH_MODELS_CM_HISTORY_H

#include <stdint.h>

struct history {
    uint8_t next[256][2]; /* (state, bit) -> state */
    uint8_t zeros[256];   /* n0 */
    uint8_t ones[256];    /* n1 */
    unsigned count;       /* states in use */
};

void hunch_history_init(struct history *h);

#endif
