#include "base/pool.h"

#include <pthread.h>
#include <signal.h>

struct pool {
    const struct allocator *allocator;
    unsigned limit;   /* threads at most */
    unsigned started; /* threads running */
    unsigned idle;    /* of them, waiting for a task */
    unsigned queued;  /* tasks not begun */
    bool closing;
    struct task *first, *last;
    pthread_mutex_t lock;      /* guards all above but the first two fields, and every task's `finished` */
    pthread_cond_t work, news; /* a task was queued; a task was finished */
    pthread_t threads[];       /* (limit) */
};

static void *worker(void *opaque) {
    struct pool *pool = opaque;
    pthread_mutex_lock(&pool->lock);
    while (!pool->closing) {
        struct task *task = pool->first;
        if (!task) {
            pool->idle++;
            pthread_cond_wait(&pool->work, &pool->lock);
            pool->idle--;
            continue;
        }
        pool->first = task->next;
        pool->queued--;
        pthread_mutex_unlock(&pool->lock);
        task->run(task);
        pthread_mutex_lock(&pool->lock);
        task->finished = true;
        pthread_cond_signal(&pool->news);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Workers take no signals: those belong to the program's own threads. */
static bool start_worker(struct pool *pool) {
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool started = pthread_create(&pool->threads[pool->started], NULL, worker, pool) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pool->started += started;
    return started;
}

struct pool *hunch_pool_open(const struct allocator *allocator, unsigned threads) {
    struct pool *pool = hunch_allocate(allocator, sizeof *pool + threads * sizeof pool->threads[0]);
    if (!pool)
        return NULL;
    pool->allocator = allocator;
    pool->limit = threads;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->work, NULL);
    pthread_cond_init(&pool->news, NULL);
    return pool;
}

void hunch_pool_submit(struct pool *pool, struct task *task) {
    task->finished = false;
    task->next = NULL;
    pthread_mutex_lock(&pool->lock);
    if (pool->limit > 1 && pool->started < pool->limit && pool->idle <= pool->queued)
        start_worker(pool);
    bool inside = pool->started == 0;
    if (!inside) {
        if (pool->first)
            pool->last->next = task;
        else
            pool->first = task;
        pool->last = task;
        pool->queued++;
        pthread_cond_signal(&pool->work);
    }
    pthread_mutex_unlock(&pool->lock);
    if (inside) {
        task->run(task);
        task->finished = true;
    }
}

bool hunch_pool_finished(struct pool *pool, const struct task *task) {
    pthread_mutex_lock(&pool->lock);
    bool finished = task->finished;
    pthread_mutex_unlock(&pool->lock);
    return finished;
}

void hunch_pool_wait(struct pool *pool, const struct task *task) {
    pthread_mutex_lock(&pool->lock);
    while (!task->finished)
        pthread_cond_wait(&pool->news, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void hunch_pool_close(struct pool *pool) {
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->work);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->started; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->news);
    pthread_cond_destroy(&pool->work);
    pthread_mutex_destroy(&pool->lock);
    hunch_release(pool->allocator, pool);
}
