/* One picture of a stream, and its samples as numbers. */
#ifndef HUNCH_MODELS_IMAGE_PICTURE_H
#define HUNCH_MODELS_IMAGE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SAMPLES_MAX = 4 /* of a pixel */ };

struct picture {
    uint8_t *data;    /* (height, width, samples), samples of `bytes` */
    size_t width;     /* pixels, >= 1 */
    size_t height;    /* >= 1 */
    unsigned samples; /* of a pixel, 1..SAMPLES_MAX */
    unsigned bytes;   /* of a sample: 1, or 2 with the high one first */
    bool palette;     /* samples are indices */
    uint64_t before;  /* pictures of this array that stand before it */
};

static inline int32_t picture_most(const struct picture *p) {
    return p->bytes == 2 ? 65535 : 255;
}

static inline uint8_t *picture_at(const struct picture *p, size_t x, size_t y, unsigned sample) {
    return p->data + ((y * p->width + x) * p->samples + sample) * p->bytes;
}

static inline int32_t picture_sample(const struct picture *p, size_t x, size_t y, unsigned sample) {
    const uint8_t *at = picture_at(p, x, y, sample);
    return p->bytes == 2 ? at[0] << 8 | at[1] : at[0];
}

static inline void picture_store(const struct picture *p, size_t x, size_t y, unsigned sample, int32_t value) {
    uint8_t *at = picture_at(p, x, y, sample);
    if (p->bytes == 2)
        *at++ = (uint8_t)(value >> 8);
    *at = (uint8_t)value;
}

#endif
