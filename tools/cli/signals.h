/* Signals that end the program first remove its temporary file. */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <signal.h>

/* Takes INT, TERM, HUP and PIPE unless the caller had them ignored, lets a write beyond the file size limit
 * fail instead of killing, and keeps USR1 for the thread of progress.c. Call before any thread starts. */
void signals_install(void);

/* Between hold and release no such signal is taken: a file is made and named to the handler in one step. */
void signals_hold(sigset_t *before);
void signals_release(const sigset_t *before);

/* The file to remove when a signal comes; NULL for none. The text must live until the next call. */
void signals_doom(const char *path);

/* Whether an unfinished line stands on the terminal, which a signal must end. */
void signals_open_line(int open);

/* Whether such a signal has come: nothing more is to be drawn. */
int signals_ending(void);

#endif
