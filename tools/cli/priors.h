/* Priors: files that the user names or that lie in the priors directories; opened when they are needed. All
 * of this on the main thread. */
#ifndef CLI_PRIORS_H
#define CLI_PRIORS_H

#include "input.h"
#include "options.h"

/* Reads the file of --prior, if there is one. Returns an exit code; trouble was told. Comes before all that follow. */
int priors_begin(const struct options *options);

/* Makes the prior of --prior the encoder's in *settings. Returns an exit code; trouble was told. */
int priors_encoder(const struct options *options, struct hunch_settings *settings);

/* Lets decoders find priors; what keeps one from being found or opened is told with the status MISSING_PRIOR. */
void priors_decoder(const struct options *options, struct hunch_settings *settings);

/* Nothing that uses a prior is open: those of the files before may be closed when others are needed. */
void priors_next_file(void);

/* Whether the bytes with which a file begins are those of a prior. */
bool priors_is_file(const unsigned char *head, size_t length);

/* Describes a prior's file, of which the head was read, on standard output. Returns an exit code. */
int priors_put(const struct options *options, struct input *input);

/* Closes all. */
void priors_close(void);

#endif
