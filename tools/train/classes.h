/* Words into classes by the company they keep: the exchange algorithm (Kneser and Ney, 1993; Martin, Liermann
 * and Ney, 1998). Of all ways to put words into classes it looks for the one under which a word's class tells
 * most about the class of the word behind it. */
#ifndef HUNCH_TOOLS_TRAIN_CLASSES_H
#define HUNCH_TOOLS_TRAIN_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct classes {
    uint32_t words;     /* tokens 0 .. words - 1 are words, by falling frequency */
    uint32_t tokens;    /* the ones behind are marks; each is a class of its own */
    uint32_t singles;   /* the first words, each a class of its own too */
    uint32_t open;      /* classes for the other words */
    uint32_t most;      /* words in one class */
    uint32_t *class_of; /* (tokens): 0 .. open - 1, then singles, then marks */
    uint32_t *order;    /* (open + singles): classes so that related ones are near each other */
};

/* Classes for the sequence of tokens; fills class_of and order. False when memory ends. */
bool hunch_classes_learn(struct classes *c, const uint32_t *sequence, size_t length);

void hunch_classes_free(struct classes *c);

#endif
