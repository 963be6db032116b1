#include "codec/settings.h"

#include <string.h>

#include "base/cpu.h"
#include "codec/container.h"
#include "codec/plan.h"

enum { BLOCK_SIZE_LEAST = 1 << 10, THREADS_MOST = 256, DEFAULT_LEVEL = 5, DEFAULT_MEMORY = 1 << 30 };

void hunch_settings_default(struct hunch_settings *settings) {
    *settings = (struct hunch_settings){
        .sizeof_settings = sizeof *settings,
        .level = DEFAULT_LEVEL,
        .threads = 1,
        .memory_limit = DEFAULT_MEMORY,
        .output_limit = UINT64_MAX,
        .use_formats = 1,
        .cpu_mask = HUNCH_CPU_ALL,
    };
}

enum hunch_status hunch_context_fill(struct context *context, const struct hunch_settings *settings) {
    struct hunch_settings *s = &context->settings;
    hunch_settings_default(s);
    if (settings) {
        /* a program built against an older header hands over fewer fields, a newer one more */
        size_t known = settings->sizeof_settings < sizeof *s ? settings->sizeof_settings : sizeof *s;
        if (known < sizeof s->sizeof_settings)
            return HUNCH_BAD_ARGUMENT;
        memcpy(s, settings, known);
        s->sizeof_settings = sizeof *s;
    }
    if (s->level < 1 || s->level > 9 || s->threads > THREADS_MOST)
        return HUNCH_BAD_ARGUMENT;
    if (s->block_size != 0 && (s->block_size < BLOCK_SIZE_LEAST || s->block_size > BLOCK_LENGTH_MOST))
        return HUNCH_BAD_ARGUMENT;
    if (!s->allocate != !s->release)
        return HUNCH_BAD_ARGUMENT;
    if (s->threads == 0)
        s->threads = hunch_cpu_count() < THREADS_MOST ? hunch_cpu_count() : THREADS_MOST;
    if (s->block_size == 0)
        s->block_size = hunch_plan_block_size(s->level);
    context->allocator = (struct allocator){s->allocate, s->release, s->opaque};
    context->cpu = hunch_cpu_detect() & s->cpu_mask;
    return HUNCH_OK;
}
