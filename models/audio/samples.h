/* Samples as whole numbers. Each array has a form, each of its channels a grid: which values the samples have at all.
 *
 * Integers are themselves. Floats that are all whole multiples of a power of two are those multiples (most float files
 * were integers once). Other floats are predicted as multiples of a step, cut to whole ones, but coded as their place
 * in the order of all floats. */
#ifndef HUNCH_MODELS_AUDIO_SAMPLES_H
#define HUNCH_MODELS_AUDIO_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum audio_form { FORM_INTEGER, FORM_MULTIPLE_16, FORM_MULTIPLE_25, FORM_FLOAT, FORMS };

/* An array, and where in the stream it is. */
struct audio_array {
    unsigned channels, bits;
    bool real, high_first, is_signed; /* of its head */
    uint32_t frames;
    uint8_t form, top; /* multiples are of 2^(top - 150); floats: steps too, at most 2^24 - 1 of them */
};

/* Samples are multiples of 2^shift from least to most (both divided by it). */
struct audio_grid {
    uint8_t shift;
    bool narrow; /* few values: least and most are not the type's */
    int32_t least, most;
};

/* false: no sense. */
bool hunch_audio_head(struct audio_array *a, const uint8_t head[8]);

/* Bytes of all samples. */
uint64_t hunch_audio_bytes(const struct audio_array *a);

/* Bits of the whole numbers that are predicted. */
unsigned hunch_audio_width(const struct audio_array *a);

/* Encoder: chooses form and top for the samples. */
void hunch_audio_form(struct audio_array *a, const uint8_t *data);

/* Encoder: the grid of a channel. */
void hunch_audio_measure(const struct audio_array *a, const uint8_t *data, unsigned channel, struct audio_grid *g);

/* Sets least and most to what the form and the shift allow. */
void hunch_audio_bounds(const struct audio_array *a, struct audio_grid *g);

int32_t hunch_audio_load(const struct audio_array *a, const uint8_t *p);
void hunch_audio_store(const struct audio_array *a, uint8_t *p, int32_t v);

/* FORM_FLOAT: the number of whole steps of a place; the place of a number of steps, in 1/2^22, and the binary
 * logarithm of places per step there. */
int32_t hunch_audio_steps(const struct audio_array *a, int32_t place);
int32_t hunch_audio_place(const struct audio_array *a, int64_t steps_q22, unsigned *fine);

#endif
