/* What a stream model is. To add one: write models/NAME.c that defines `const struct model hunch_model_NAME`, add a
 * line to registry.def, its page in doc/FORMAT.md and its golden vectors. Ids are never reused; a changed bitstream
 * is a new id. */
#ifndef HUNCH_MODELS_MODEL_H
#define HUNCH_MODELS_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/content.h"
#include "base/undo.h"
#include "entropy/coder.h"

/* What both sides know before the first symbol. */
struct model_params {
    uint32_t parameter; /* the model's own setting, written in the block header */
    size_t length;      /* bytes that are coded at most, >= 1 */
    unsigned cpu;       /* CPU_* flags that kernels may use; never changes the result */
};

struct model {
    unsigned id; /* below 128; id, name and summary lie as in struct hunch_entry */
    const char *name;
    const char *summary;
    /* For the encoder alone: bits to add to a level to get the parameter that may suit this content; looks at all of
     * it. 0: the level alone. NULL: always so. The size with them is at most the size for the level. */
    uint32_t (*hint)(struct content content, const uint8_t *data, size_t length);
    /* Bytes of state for these parameters, the same on both sides; 0 refuses (unknown parameter, length out of
     * range, or a size that does not fit). Allocates nothing. */
    size_t (*size)(const struct model_params *params);
    /* Prepares `state`: size() zeroed bytes, aligned to 64. Must not touch what will not be used: a small block
     * must not wait for a large table. */
    void (*init)(void *state, const struct model_params *params);
    /* Codes data[from .. to - 1] in place, in the coder's direction: input when encoding or measuring (and left as it
     * was), output when decoding. A block is one call with from 0 and to params->length. Models that can be primed take
     * more: `from` is then where the call before ended, data[0 .. from - 1] is what was coded until then, and what
     * comes is something new of the same sort. Cannot fail; trouble is told to the coder. Work is linear in length
     * whatever the payload holds. */
    void (*code)(void *state, struct coder *coder, uint8_t *data, size_t from, size_t to);
    /* For models that can be primed, else NULL. The state was copied from elsewhere, perhaps from another process of
     * this program: lays it out anew, so that its pointers are right. */
    void (*moved)(void *state, const struct model_params *params);
    /* Notes from now on what code() changes of the state (undo NULL: no longer). NULL: the model cannot. */
    void (*watch)(void *state, struct undo *undo);
};

#endif
