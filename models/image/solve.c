#include "models/image/solve.h"

#include <string.h>

#include "base/root.h"

enum {
    ROW_GRAIN = 16,
    WEIGHT_MOST = 4 * SOLVE_ONE,
    SUM_BITS = 55,       /* sums are shifted up to stay below 2^55 */
    ENTRY_MOST = 1 << 28 /* of L and z: above the root of the largest sum */
};

static unsigned row_of(unsigned taps) {
    unsigned n = taps * (taps + 1) / 2 + taps;
    return (n + ROW_GRAIN - 1) / ROW_GRAIN * ROW_GRAIN;
}

static unsigned cells_of(size_t width) {
    return (unsigned)(width < SOLVE_CELLS ? width : SOLVE_CELLS);
}

void hunch_solve_carve(struct arena *arena, struct solve *s, unsigned taps, size_t width) {
    s->columns = hunch_arena_take(arena, sizeof(int32_t) * row_of(taps) * cells_of(width));
    s->window = hunch_arena_take(arena, sizeof(int32_t) * row_of(taps));
}

void hunch_solve_note(const struct solve *s, struct undo *undo) {
    hunch_undo_note(undo, s->columns, sizeof(int32_t) * s->row * s->cells);
    hunch_undo_note(undo, s->window, sizeof(int32_t) * s->row);
}

void hunch_solve_begin(struct solve *s, const struct solve_shape *shape, size_t width) {
    s->shape = *shape;
    s->row = row_of(shape->taps);
    s->cells = cells_of(width);
    s->age = 0;
    memset(s->columns, 0, sizeof(int32_t) * s->row * s->cells);
    memset(s->window, 0, sizeof(int32_t) * s->row);
    memset(s->weight_q16, 0, sizeof s->weight_q16);
}

static void add(int32_t *restrict to, const int32_t *restrict from, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        to[i] += from[i];
}

static void subtract(int32_t *restrict to, const int32_t *restrict from, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        to[i] -= from[i];
}

void hunch_solve_row(struct solve *s) {
    memset(s->window, 0, sizeof(int32_t) * s->row);
    for (unsigned c = 0; c <= s->shape.radius && c < s->cells; c++)
        add(s->window, s->columns + (size_t)c * s->row, s->row);
    s->age = 0;
}

static int32_t within(int64_t v, int32_t limit) {
    return (int32_t)(v > limit ? limit : v < -limit ? -limit : v);
}

/* How far the sums may be shifted up. */
static unsigned headroom(const int32_t *sums, unsigned n) {
    uint32_t all = 1;
    for (unsigned i = 0; i < n; i++)
        all |= (uint32_t)(sums[i] < 0 ? -(int64_t)sums[i] : sums[i]);
    return SUM_BITS - 32 + (unsigned)__builtin_clz(all);
}

/* L L^T = A + ridge, L z = r, L^T w = z. A matrix of sums of squares bounds its L: the squares of a row sum to the
 * diagonal, below 2^55. Rounding may break that, so entries are held below 2^28: 32 products stay below 2^61. */
static void solve(struct solve *s) {
    unsigned n = s->shape.taps;
    const int32_t *a = s->window, *r = s->window + n * (n + 1) / 2;
    unsigned up = headroom(a, n * (n + 1) / 2 + n);
    int32_t l[SOLVE_TAPS_MAX][SOLVE_TAPS_MAX], z[SOLVE_TAPS_MAX];
    int64_t one = INT64_C(1) << up, ridge = s->shape.ridge * one;
    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = 0; j < i; j++) {
            int64_t sum = *a++ * one;
            for (unsigned k = 0; k < j; k++)
                sum -= (int64_t)l[i][k] * l[j][k];
            l[i][j] = within(sum / l[j][j], ENTRY_MOST);
        }
        int64_t sum = *a++ * one + ridge, known = r[i] * one + (i < 2 ? ridge / 2 : 0);
        for (unsigned k = 0; k < i; k++) {
            sum -= (int64_t)l[i][k] * l[i][k];
            known -= (int64_t)l[i][k] * z[k];
        }
        l[i][i] = (int32_t)root_u64(sum > ENTRY_MOST ? (uint64_t)sum : ENTRY_MOST);
        z[i] = within(known / l[i][i], ENTRY_MOST);
    }
    for (unsigned i = n; i-- > 0;) {
        int64_t sum = (int64_t)z[i] * SOLVE_ONE;
        for (unsigned k = i + 1; k < n; k++)
            sum -= (int64_t)l[k][i] * s->weight_q16[k];
        s->weight_q16[i] = within(sum / l[i][i], WEIGHT_MOST);
    }
}

int64_t hunch_solve_predict(struct solve *s) {
    if (s->age == 0)
        solve(s);
    s->age = s->age + 1 < s->shape.period ? s->age + 1 : 0;
    int64_t sum = 0;
    for (unsigned i = 0; i < s->shape.taps; i++)
        sum += (int64_t)s->weight_q16[i] * s->u[i];
    return sum >> 8;
}

/* The products of one pixel; large numbers lose low bits, so that bright noise does not outweigh the rest. */
static void multiply(const struct solve *s, int32_t d, int32_t *restrict fresh) {
    unsigned n = s->shape.taps, shift = 0;
    uint32_t all = (uint32_t)(d < 0 ? -d : d);
    int16_t v[SOLVE_TAPS_MAX];
    for (unsigned i = 0; i < n; i++)
        all |= (uint32_t)(s->u[i] < 0 ? -s->u[i] : s->u[i]);
    while (all >> shift > 511)
        shift++;
    for (unsigned i = 0; i < n; i++)
        v[i] = (int16_t)(s->u[i] >> shift);
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = 0; j <= i; j++)
            *fresh++ = v[i] * v[j];
    d >>= shift;
    for (unsigned i = 0; i < n; i++)
        *fresh++ = v[i] * d;
}

/* |product| <= 2^18; a cell holds at most 16 pixels of a row (65536 / SOLVE_CELLS) times 2^fade, the window
 * 2 * radius + 1 cells: below 2^31 for radius 12 and fade 4, and for one column that fades by 2^11. */
void hunch_solve_learn(struct solve *s, size_t x, size_t width, int32_t d) {
    int32_t fresh[SOLVE_TAPS_MAX * (SOLVE_TAPS_MAX + 3) / 2 + ROW_GRAIN];
    size_t cell = x * s->cells / width, next = (x + 1) * s->cells / width, radius = s->shape.radius;
    bool first = x == 0 || (x - 1) * s->cells / width != cell;
    int32_t *restrict c = s->columns + cell * s->row;
    memset(fresh + s->row - ROW_GRAIN, 0, sizeof(int32_t) * ROW_GRAIN);
    multiply(s, d, fresh);
    if (first)
        for (unsigned i = 0; i < s->row; i++)
            fresh[i] -= c[i] >> s->shape.fade;
    add(c, fresh, s->row);
    add(s->window, fresh, s->row);
    if (next == cell || next == s->cells)
        return; /* behind the last cell the window stays until hunch_solve_row, or for ever when there is one */
    if (next + radius < s->cells)
        add(s->window, s->columns + (next + radius) * s->row, s->row);
    if (next > radius)
        subtract(s->window, s->columns + (next - radius - 1) * s->row, s->row);
}
