/* Priors: files that the user names or that lie in the priors directories; opened when they are needed, and what opening
 * computed kept in a cache directory, since it may take minutes. */
#ifndef CLI_PRIORS_H
#define CLI_PRIORS_H

#include "options.h"

/* Makes the prior of --prior the encoder's in *settings. Returns an exit code; trouble was told. */
int priors_encoder(const struct options *options, struct hunch_settings *settings);

/* Lets decoders find priors. */
void priors_decoder(const struct options *options, struct hunch_settings *settings);

/* Whether the file, of which the first `length` >= 8 bytes are here, is a prior. */
bool priors_is_file(const unsigned char *head, size_t length);

/* Describes a prior's file on standard output. Returns an exit code. */
int priors_put(const struct options *options, const char *file);

/* Closes all. */
void priors_close(void);

#endif
