#include "progress.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "signals.h"

enum { TICK_NS = 100000000, LINE = 512, NAME_MOST = 28, COLUMNS_LEAST = 40 };

/* One operation at a time, hence one state. The mutex guards the line on the terminal. */
static struct {
    struct progress_plan plan;
    struct timespec start;
    pthread_t thread;
    bool running, on_terminal, line_shown;
    atomic_bool stop;
    _Atomic uint64_t read, written,
        time; /* bytes, and the nanoseconds from the start to when they were told */
} state;
static pthread_mutex_t line_lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t nanoseconds_gone(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)(now.tv_sec - state.start.tv_sec) * 1000000000 + (uint64_t)now.tv_nsec -
           (uint64_t)state.start.tv_nsec;
}

/* The last bytes of a name, from the start of a UTF-8 character on. */
static const char *name_tail(const char *name) {
    size_t length = strlen(name);
    if (length <= NAME_MOST)
        return name;
    name += length - NAME_MOST;
    while ((*name & 0xc0) == 0x80)
        name++;
    return name;
}

/* Seconds left, from the share that was done when last told; negative when unknown. */
static double seconds_left(uint64_t read, double told, double gone) {
    uint64_t total = state.plan.total;
    if (!total || !read || read > total)
        return -1;
    double whole = told * (double)total / (double)read, left = whole * (1 + state.plan.passes_after) - gone;
    return left > 0 ? left : 0;
}

static int put_time(char *text, size_t size, const char *format, double seconds) {
    unsigned long s = (unsigned long)(seconds + 0.5);
    char time[32];
    if (s >= 3600)
        snprintf(time, sizeof time, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(time, sizeof time, "%lu:%02lu", s / 60, s % 60);
    return snprintf(text, size, format, time);
}

/* "decode FILE: 45.2 %, 12.3 of 27.2 MB, ratio 3.51, 8.2 MB/s, ETA 0:12", control characters made '?'. */
static size_t describe(char text[LINE], bool last) {
    const struct progress_plan *plan = &state.plan;
    uint64_t read = atomic_load(&state.read), written = atomic_load(&state.written);
    uint64_t original = plan->expands ? written : read, coded = plan->expands ? read : written;
    double told = (double)atomic_load(&state.time) / 1e9, gone = (double)nanoseconds_gone() / 1e9;
    double left = last ? -1 : seconds_left(read, told, gone);
    int n = snprintf(text, LINE, "%s %s: ", plan->verb, name_tail(plan->name));
    if (plan->total)
        n += snprintf(text + n, LINE - (size_t)n, "%.1f %%, %.1f of %.1f MB",
                      100.0 * (double)read / (double)plan->total, (double)read / 1e6,
                      (double)plan->total / 1e6);
    else
        n += snprintf(text + n, LINE - (size_t)n, "%.1f MB", (double)read / 1e6);
    if (coded && original)
        n += snprintf(text + n, LINE - (size_t)n, ", ratio %.3f", (double)original / (double)coded);
    if (told > 0)
        n += snprintf(text + n, LINE - (size_t)n, ", %.2f MB/s", (double)original / 1e6 / told);
    n += left >= 0 ? put_time(text + n, LINE - (size_t)n, ", ETA %s", left)
                   : put_time(text + n, LINE - (size_t)n, ", after %s", gone);
    for (int i = 0; i < n; i++)
        if ((unsigned char)text[i] < 32 || text[i] == 127)
            text[i] = '?';
    return (size_t)n;
}

static void put(const char *text, size_t size) {
    if (signals_ending())
        return;
    if (write(STDERR_FILENO, text, size) < 0)
        state.on_terminal = false; /* it is gone; stop drawing */
}

/* Draws over the line that stands, cut to the width of the terminal: what wraps cannot be drawn over. */
static void draw(bool last) {
    char text[LINE], line[LINE + 8];
    struct winsize window;
    size_t columns = 80, n = describe(text, last);
    if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col >= COLUMNS_LEAST)
        columns = window.ws_col;
    if (n > columns - 1)
        n = columns - 1;
    int length = snprintf(line, sizeof line, "\r%.*s\033[K%s", (int)n, text, last ? "\n" : "");
    put(line, (size_t)length);
    state.line_shown = !last;
    signals_open_line(!last);
}

static void erase(void) {
    if (!state.line_shown)
        return;
    put("\r\033[K", 4);
    state.line_shown = false;
    signals_open_line(0);
}

static void put_asked_line(void) {
    char line[LINE + 8] = "hunch: ";
    char text[LINE];
    size_t n = describe(text, false);
    memcpy(line + 7, text, n);
    line[7 + n] = '\n';
    erase();
    if (write(STDERR_FILENO, line, n + 8) < 0)
        return; /* nobody is left to tell */
}

static void *tick(void *unused) {
    (void)unused;
    const struct timespec period = {0, TICK_NS};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    while (!atomic_load(&state.stop)) {
        int got = state.on_terminal ? sigtimedwait(&set, NULL, &period) : sigwaitinfo(&set, NULL);
        if (atomic_load(&state.stop))
            break;
        pthread_mutex_lock(&line_lock);
        if (got == SIGUSR1)
            put_asked_line();
        if (state.on_terminal)
            draw(false);
        pthread_mutex_unlock(&line_lock);
    }
    return NULL;
}

void progress_begin(const struct progress_plan *plan) {
    state.plan = *plan;
    clock_gettime(CLOCK_MONOTONIC, &state.start);
    atomic_store(&state.read, 0);
    atomic_store(&state.written, 0);
    atomic_store(&state.time, 0);
    atomic_store(&state.stop, false);
    state.on_terminal = plan->show && isatty(STDERR_FILENO);
    state.running = !pthread_create(&state.thread, NULL, tick, NULL);
}

void progress_set(uint64_t read, uint64_t written) {
    atomic_store_explicit(&state.read, read, memory_order_relaxed);
    atomic_store_explicit(&state.written, written, memory_order_relaxed);
    atomic_store_explicit(&state.time, nanoseconds_gone(), memory_order_relaxed);
}

void progress_end(void) {
    if (!state.running)
        return;
    atomic_store(&state.stop, true);
    pthread_kill(state.thread, SIGUSR1);
    pthread_join(state.thread, NULL);
    state.running = false;
    if (state.plan.passes_after)
        progress_clear();
    else if (state.on_terminal)
        draw(true);
}

void progress_clear(void) {
    pthread_mutex_lock(&line_lock);
    erase();
    pthread_mutex_unlock(&line_lock);
}
