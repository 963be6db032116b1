/* A walk over x86-64 machine code that makes the addresses in it absolute, and back (doc/spec/x86.md). */
#ifndef HUNCH_FORMATS_X86_WALK_H
#define HUNCH_FORMATS_X86_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum x86_direction { X86_SPLIT, X86_JOIN };

/* Rewrites code[0 .. length - 1] in place. `jumps`: targets of jumps become absolute too, else they stay
 * relative. */
void hunch_x86_walk(enum x86_direction direction, bool jumps, uint8_t *code, size_t length);

/* split and join of a format that is such a walk. */
size_t hunch_x86_split(bool jumps, const uint8_t *data, size_t length, uint8_t *out, size_t capacity);
bool hunch_x86_join(bool jumps, const uint8_t *data, size_t size, uint8_t *out, size_t length);

/* Whether enough calls and jumps are seen whose targets lie within the data. */
bool hunch_x86_probe(const uint8_t *data, size_t length);

#endif
