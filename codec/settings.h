/* What the caller asked for, checked and completed: the part of every context that its workers may read. */
#ifndef HUNCH_CODEC_SETTINGS_H
#define HUNCH_CODEC_SETTINGS_H

#include "base/arena.h"
#include "hunch/hunch.h"

struct context {
    struct hunch_settings settings; /* threads and block_size are never 0 here */
    struct allocator allocator;
    unsigned cpu; /* CPU_* flags that this machine has and the caller allows */
};

/* Fills *context; settings NULL means defaults. BAD_ARGUMENT when a field is out of range. */
enum hunch_status hunch_context_fill(struct context *context, const struct hunch_settings *settings);

#endif
