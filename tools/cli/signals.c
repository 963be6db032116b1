#include "signals.h"

#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
enum { DEADLY = sizeof deadly / sizeof deadly[0] };

static const char *volatile doomed;
static volatile sig_atomic_t open_line, ending;

/* Dies by the same signal after all, so that a shell sees 128 + n and stops its loop as for any other
 * program. */
static void on_signal(int number) {
    const char *path = doomed;
    ending = 1;
    if (path)
        unlink(path);
    if (open_line && write(STDERR_FILENO, "\n", 1) < 0)
        open_line = 0; /* the terminal is gone */
    signal(number, SIG_DFL);
    raise(number);
}

void signals_install(void) {
    struct sigaction action = {.sa_handler = on_signal}, old;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < DEADLY; i++)
        sigaddset(&action.sa_mask, deadly[i]);
    for (size_t i = 0; i < DEADLY; i++)
        if (!sigaction(deadly[i], NULL, &old) && old.sa_handler != SIG_IGN)
            sigaction(deadly[i], &action, NULL);
    signal(SIGXFSZ, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void signals_hold(sigset_t *before) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < DEADLY; i++)
        sigaddset(&set, deadly[i]);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

void signals_release(const sigset_t *before) {
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

void signals_doom(const char *path) {
    doomed = path;
}

int signals_ending(void) {
    return ending;
}

void signals_open_line(int open) {
    open_line = open;
}
