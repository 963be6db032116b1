/* Says in words where in an archive a place of its content lies. */
#ifndef CLI_LOCATE_H
#define CLI_LOCATE_H

#include <stdint.h>

#include "input.h"
#include "options.h"

enum { LOCATE_TEXT = 160 };

/* Writes "in block 3 of 9 (archive byte 1234, content byte 5678)", with what can be known: the blocks of a
 * pipe or of an archive whose index is gone cannot. */
void locate_content(char text[LOCATE_TEXT], struct input *input, const struct options *options, uint64_t offset);

#endif
