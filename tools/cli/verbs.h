/* One function per verb: does it for all files of the options and returns the exit code, the worst of
 * several. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "options.h"

int encode_files(const struct options *options);
int decode_files(const struct options *options); /* decode, test, and cat without a range */
int list_files(const struct options *options);
int cat_files(const struct options *options);
int info_files(const struct options *options);
int bench_files(const struct options *options);
int train_files(const struct options *options);

#endif
