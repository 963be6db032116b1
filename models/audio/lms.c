#include "models/audio/lms.h"

#include <string.h>

void hunch_lms_carve(struct arena *arena, struct lms *f, unsigned taps, unsigned rate_q16) {
    *f = (struct lms){.taps = taps, .rate_q16 = rate_q16};
    f->x = hunch_arena_take(arena, sizeof(int32_t) * (taps + LMS_SLACK));
    f->w = hunch_arena_take(arena, sizeof(int32_t) * taps);
}

void hunch_lms_restart(struct lms *f) {
    memset(f->x, 0, sizeof(int32_t) * (f->taps + LMS_SLACK));
    f->at = 0;
    f->energy = 0;
}

void hunch_lms_learn(struct lms *f, const struct audio_kernels *k, int32_t error) {
    /* learn() takes 20 bits off: step = rate * error * 2^(24 + 20) / energy */
    int64_t up = (int64_t)error * f->rate_q16; /* < 2^43 */
    int64_t below = (int64_t)(f->energy >> 8) + 1;
    int64_t step = up * (1 << 16) / below;
    const int64_t most = INT32_MAX;
    if (step)
        k->learn(f->w, f->x + f->at, (int32_t)(step > most ? most : step < -most ? -most : step), f->taps);
}

static uint64_t square(int32_t v) {
    return (uint64_t)((int64_t)v * v) >> 4;
}

void hunch_lms_push(struct lms *f, int32_t sample) {
    f->energy += square(sample) - square(f->x[f->at]);
    f->x[f->at + f->taps] = sample;
    if (++f->at == LMS_SLACK) {
        memmove(f->x, f->x + LMS_SLACK, sizeof(int32_t) * f->taps);
        f->at = 0;
    }
}
