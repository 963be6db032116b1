#include "models/dct/predict.h"

#include <string.h>

const int16_t hunch_dct_edge_q12[8] = {2896, 4323, 4893, 5508, 5793, 5422, 4243, 2336};

/* c[u] cos((2 x + 1) u pi / 16) in 1/4096, [x][u] */
static const int16_t wave_q12[8][8] = {
    {2896, 4017, 3784, 3406, 2896, 2276, 1567, 799},    {2896, 3406, 1567, -799, -2896, -4017, -3784, -2276},
    {2896, 2276, -1567, -4017, -2896, 799, 3784, 3406}, {2896, 799, -3784, -2276, 2896, 3406, -1567, -4017},
    {2896, -799, -3784, 2276, 2896, -3406, -1567, 4017}, {2896, -2276, -1567, 4017, -2896, -799, 3784, -3406},
    {2896, -3406, 1567, 799, -2896, 4017, -3784, 2276}, {2896, -4017, 3784, -3406, 2896, -2276, 1567, -799},
};

static int32_t worth(int32_t level, uint16_t step) {
    int64_t v = (int64_t)level * step;
    return v > DCT_WORTH_MOST ? DCT_WORTH_MOST : v < -DCT_WORTH_MOST ? -DCT_WORTH_MOST : (int32_t)v;
}

/* Sums: 2^14 * sum of e < 2^30 */
void hunch_dct_predict_keep(const uint16_t *table, struct dct_block *block) {
    memset(block->below, 0, sizeof block->below);
    memset(block->beside, 0, sizeof block->beside);
    for (unsigned i = 0; i < DCT_BLOCK; i++) {
        if (block->level[i] == 0)
            continue;
        unsigned v = i / 8, u = i % 8;
        int32_t w = worth(block->level[i], table[i]);
        block->below[u] += w * (v & 1 ? -hunch_dct_edge_q12[v] : hunch_dct_edge_q12[v]);
        block->beside[v] += w * (u & 1 ? -hunch_dct_edge_q12[u] : hunch_dct_edge_q12[u]);
    }
}

void hunch_dct_predict_begin(struct dct_predict *p, const uint16_t *table, const struct dct_block *above,
                             const struct dct_block *left) {
    p->table = table;
    p->above = above;
    p->left = left;
    if (above)
        memcpy(p->down, above->below, sizeof p->down);
    else
        memset(p->down, 0, sizeof p->down);
    if (left)
        memcpy(p->across, left->beside, sizeof p->across);
    else
        memset(p->across, 0, sizeof p->across);
}

void hunch_dct_predict_know(struct dct_predict *p, unsigned place, int32_t level) {
    unsigned v = place / 8, u = place % 8;
    int32_t w = worth(level, p->table[place]);
    if (p->above)
        p->down[u] -= w * hunch_dct_edge_q12[v];
    if (p->left)
        p->across[v] -= w * hunch_dct_edge_q12[u];
}

/* sum / (weight * step) in 1/8 */
static int32_t expect(int32_t sum, int32_t weight, int32_t step) {
    int32_t divisor = weight * step >> 3;
    return sum / (divisor ? divisor : 1);
}

int32_t hunch_dct_predict_down(const struct dct_predict *p, unsigned place) {
    return expect(p->down[place % 8], hunch_dct_edge_q12[place / 8], p->table[place]);
}

int32_t hunch_dct_predict_across(const struct dct_predict *p, unsigned place) {
    return expect(p->across[place / 8], hunch_dct_edge_q12[place % 8], p->table[place]);
}

int32_t hunch_dct_predict_corner(const struct dct_predict *p, unsigned place) {
    if (!p->above || !p->left)
        return 0;
    int32_t difference = p->across[0] - p->down[0];
    return place < 8 ? expect(difference, hunch_dct_edge_q12[place], p->table[place])
                     : expect(-difference, hunch_dct_edge_q12[place / 8], p->table[place]);
}

/* What each place x of a border says of DC in 1/8: its difference, sum_u wave[x][u] sums[u], holds DC times 1/2. */
static unsigned opinions(int32_t *at, unsigned n, const int32_t sums[8]) {
    for (unsigned x = 0; x < 8; x++) {
        int64_t d = 0;
        for (unsigned u = 0; u < 8; u++)
            d += (int64_t)sums[u] * wave_q12[x][u];
        int32_t v = (int32_t)(d >> 20);
        unsigned i = n++;
        for (; i > 0 && at[i - 1] > v; i--)
            at[i] = at[i - 1];
        at[i] = v;
    }
    return n;
}

int32_t hunch_dct_predict_dc(const struct dct_predict *p, int32_t *spread) {
    int32_t at[16], step = p->table[0] ? p->table[0] : 1;
    int64_t sum = 0;
    unsigned n = 0;
    if (p->above)
        n = opinions(at, n, p->down);
    if (p->left)
        n = opinions(at, n, p->across);
    *spread = 0;
    if (n == 0)
        return 0;
    for (unsigned i = n / 4; i < n - n / 4; i++)
        sum += at[i];
    *spread = (at[n - n / 4 - 1] - at[n / 4]) / step;
    return (int32_t)(sum / (int32_t)(n - n / 4 * 2) / step);
}
