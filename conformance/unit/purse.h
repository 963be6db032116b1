/* An allocator for tests: it counts what is out, and can refuse one call. */
#ifndef CONFORMANCE_UNIT_PURSE_H
#define CONFORMANCE_UNIT_PURSE_H

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hunch/hunch.h"

enum {
    PURSE_SIZE_BYTES = 64, /* before each allocation: its size, and the alignment kept */
    PURSE_NEVER = INT32_MAX
};

/* Refuses call number `refuse` (from 0). */
struct purse {
    pthread_mutex_t lock;
    unsigned calls, refuse;
    size_t out, peak; /* bytes */
};

static inline void purse_open(struct purse *p, unsigned refuse) {
    *p = (struct purse){.refuse = refuse};
    pthread_mutex_init(&p->lock, NULL);
}

static inline void purse_close(struct purse *p) {
    pthread_mutex_destroy(&p->lock);
}

static inline void *purse_allocate(void *opaque, size_t size) {
    struct purse *p = opaque;
    pthread_mutex_lock(&p->lock);
    uint8_t *memory = p->calls++ == p->refuse ? NULL : calloc(1, size + PURSE_SIZE_BYTES);
    if (memory) {
        memcpy(memory, &size, sizeof size);
        p->out += size;
        p->peak = p->out > p->peak ? p->out : p->peak;
    }
    pthread_mutex_unlock(&p->lock);
    return memory ? memory + PURSE_SIZE_BYTES : NULL;
}

static inline void purse_release(void *opaque, void *memory) {
    struct purse *p = opaque;
    size_t size;
    if (!memory)
        return;
    pthread_mutex_lock(&p->lock);
    memcpy(&size, (uint8_t *)memory - PURSE_SIZE_BYTES, sizeof size);
    p->out -= size;
    free((uint8_t *)memory - PURSE_SIZE_BYTES);
    pthread_mutex_unlock(&p->lock);
}

static inline void purse_lend(struct purse *p, struct hunch_settings *s) {
    s->allocate = purse_allocate;
    s->release = purse_release;
    s->opaque = p;
}

#endif
