#include "models/cm/history.h"

#include <stdbool.h>

/* The largest count beside a smaller one: a pair (a, b), a <= b, exists when b <= bound[a]. */
static const uint8_t bound[] = {30, 20, 14, 10, 7, 5};

enum { DEPTH = sizeof bound, MOST = 30 };

static bool exists(unsigned n0, unsigned n1) {
    unsigned small = n0 < n1 ? n0 : n1, large = n0 < n1 ? n1 : n0;
    return small < DEPTH && large <= bound[small];
}

/* What is left of the count of the other bit: evidence that has just been contradicted. */
static unsigned discount(unsigned n) {
    return n <= 2 ? n : n <= 4 ? n - 1 : n <= 8 ? 4 : n <= 16 ? 5 : 6;
}

static void step(unsigned *same, unsigned *other) {
    ++*same;
    *other = discount(*other);
    while (!exists(*same, *other)) {
        if (*same >= *other)
            --*same;
        else
            --*other;
    }
}

void hunch_history_init(struct history *h) {
    uint8_t number[MOST + 1][MOST + 1][2]; /* (n0, n1, last) */
    unsigned count = 0;
    for (unsigned total = 0; total <= MOST + 1; total++)
        for (unsigned n0 = 0; n0 <= total; n0++) {
            unsigned n1 = total - n0;
            if (n0 > MOST || n1 > MOST || !exists(n0, n1))
                continue;
            for (unsigned last = 0; last < 2; last++) {
                if (last && n0 && n1)
                    count++; /* both bits were seen: which came last matters */
                number[n0][n1][last] = (uint8_t)count;
                h->zeros[count] = (uint8_t)n0;
                h->ones[count] = (uint8_t)n1;
            }
            count++;
        }
    h->count = count;
    for (unsigned s = 0; s < count; s++)
        for (unsigned bit = 0; bit < 2; bit++) {
            unsigned n[2] = {h->zeros[s], h->ones[s]};
            step(&n[bit], &n[!bit]);
            h->next[s][bit] = number[n[0]][n[1]][bit];
        }
}
