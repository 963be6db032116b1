#include "entropy/logistic.h"

/* e^(-1/64) in 1/2^32, rounded. */
static const uint64_t STEP_Q32 = UINT64_C(4228380000);

void hunch_logistic_init(struct logistic *l) {
    const int middle = SQUASH_NATS * SQUASH_STEPS;
    uint64_t t = UINT64_C(1) << 32; /* e^-x in q32; 1 / (1 + t) is the squash of x */
    for (int i = 0; i <= middle + 1; i++) {
        uint32_t p = (uint32_t)((UINT64_C(1) << 54) / ((UINT64_C(1) << 32) + t));
        if (middle + i < SQUASH_SIZE)
            l->squash[middle + i] = p;
        if (i <= middle)
            l->squash[middle - i] = (1u << 22) - p;
        t = t * STEP_Q32 >> 32;
    }
    int32_t x = -STRETCH_LIMIT; /* the smallest x whose squash is at least the middle of the cell p */
    for (uint32_t p = 0; p < 4096; p++) {
        while (x < STRETCH_LIMIT && logistic_squash(l, x * 64) < p * 1024 + 512)
            x++;
        l->stretch[p] = (int16_t)x;
    }
}
