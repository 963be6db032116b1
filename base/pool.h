/* Worker threads with one queue of tasks, first in first out. Threads start when the first tasks need them, so that
 * a pool which is never busy costs nothing. */
#ifndef HUNCH_BASE_POOL_H
#define HUNCH_BASE_POOL_H

#include <stdbool.h>

#include "base/arena.h"

struct pool;

/* Put it first in a larger struct; `run` casts back. It must live until it is finished or the pool is closed. */
struct task {
    void (*run)(struct task *task);
    struct task *next; /* the pool's own */
    bool finished;     /* the pool's own: read it through hunch_pool_finished */
};

/* Up to `threads` workers; with 1 (or when the system gives no thread) tasks run inside hunch_pool_submit.
 * NULL when memory is short. `allocator` must outlive the pool. */
struct pool *hunch_pool_open(const struct allocator *allocator, unsigned threads);

/* The three calls below belong to the one thread that owns the pool. */
void hunch_pool_submit(struct pool *pool, struct task *task);
bool hunch_pool_finished(struct pool *pool, const struct task *task);
void hunch_pool_wait(struct pool *pool, const struct task *task);

/* Drops tasks that have not begun, waits for those that have, ends the threads. NULL is allowed. */
void hunch_pool_close(struct pool *pool);

#endif
