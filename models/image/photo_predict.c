/* What the experts expect, how far they are usually off, and what they learn. */
#include "models/image/photo.h"

#include <string.h>

#include "models/image/hash.h"

struct tap {
    uint8_t row;
    int8_t dx;
};

/* Rows upwards from this one. */
static const struct tap own_taps[] = {{0, -1}, {1, 0},  {1, -1}, {1, 1},  {0, -2}, {2, 0},  {2, 1},  {1, -2}, {1, 2},
                                      {2, -1}, {0, -3}, {3, 0},  {2, 2},  {2, -2}, {1, 3},  {1, -3}, {3, 1},  {3, -1}};
/* Rows downwards from the one above. */
static const struct tap reference_taps[] = {{1, 0}, {1, -1}, {1, 1}, {0, 0}, {2, 0}, {0, -1}, {0, 1}, {2, -1}, {2, 1}};

/* Taps of a solve with 0, 1 and 2 references: own, of the first, of the second reference. */
static const struct {
    uint8_t taps[PHOTO_REFERENCES + 1][3];
    uint8_t radius, fade, ridge;
} solves[PHOTO_SOLVES_MAX] = {
    {{{12, 0, 0}, {8, 9, 0}, {8, 5, 5}}, 6, 3, 32},
    {{{6, 0, 0}, {4, 5, 0}, {4, 3, 3}}, 4, 2, 32},
    {{{18, 0, 0}, {12, 9, 0}, {12, 7, 5}}, 12, 4, 64},
};

void hunch_photo_plane(struct photo *p) {
    /* later pictures of an array go on with what was learned, and cost no clearing of it */
    for (unsigned k = 0; k < p->level->solves && p->picture->before == 0; k++) {
        const uint8_t *n = solves[k].taps[p->references];
        struct solve_shape shape = {.taps = (unsigned)n[0] + n[1] + n[2],
                                    .radius = solves[k].radius,
                                    .fade = solves[k].fade,
                                    .period = p->level->period,
                                    .ridge = solves[k].ridge};
        hunch_solve_begin(&p->solve[p->turn][k], &shape, p->picture->width);
    }
}

/* The rough value that the taps of a plane are taken relative to. */
static int32_t base_of(const int32_t *row, const int32_t *above) {
    return (row[-1] + above[0] + 1) >> 1;
}

static void ask_solves(struct photo *p, struct photo_sample *s) {
    ptrdiff_t x = (ptrdiff_t)s->x;
    int32_t base = base_of(p->own[0] + x, p->own[1] + x);
    for (unsigned k = 0; k < p->level->solves; k++) {
        const uint8_t *n = solves[k].taps[p->references];
        struct solve *solve = &p->solve[p->turn][k];
        int32_t *u = solve->u;
        for (unsigned i = 0; i < n[0]; i++)
            *u++ = p->own[own_taps[i].row][x + own_taps[i].dx] - base;
        for (unsigned r = 0; r < p->references; r++) {
            int32_t *const *rows = p->reference[r], there = base_of(rows[1] + x, rows[0] + x);
            for (unsigned i = 0; i < n[1 + r]; i++)
                *u++ = rows[reference_taps[i].row][x + reference_taps[i].dx] - there;
        }
        int64_t v = (int64_t)base * 256 + hunch_solve_predict(solve), most = (int64_t)p->most * 256;
        s->mu_q8[k] = (int32_t)(v < 0 ? 0 : v > most ? most : v);
    }
}

/* Rules for the first plane: the median of gradients, a smooth surface, lines in several directions. */
static void apply_rules(const struct photo *p, const struct photo_sample *s, int32_t rule_q8[PHOTO_RULES_MAX]) {
    int32_t nne = p->own[2][(ptrdiff_t)s->x + 1], plane = s->w + s->n - s->nw;
    rule_q8[0] = 256 * median(s->w, s->n, plane);
    rule_q8[1] = 64 * (2 * s->w + 2 * s->n + s->ne - s->nw);
    rule_q8[2] = 256 * (s->n + s->ne - nne);
    rule_q8[3] = 256 * s->w + 128 * (s->ne - s->nw);
    rule_q8[4] = 256 * (2 * s->w - s->ww);
    rule_q8[5] = 256 * (2 * s->n - s->nn);
    rule_q8[6] = 64 * (s->w + s->n + s->ne + s->nw);
    rule_q8[7] = 256 * plane;
}

/* Rules for the others: the same of the difference to a reference. */
static void apply_reference_rules(const struct photo *p, const struct photo_sample *s,
                                  int32_t rule_q8[PHOTO_RULES_MAX]) {
    const int32_t *r1 = p->reference[0][1] + s->x, *r0 = p->reference[0][0] + s->x;
    int32_t c = r1[0], w = s->w - r1[-1], n = s->n - r0[0], nw = s->nw - r0[-1], ne = s->ne - r0[1];
    rule_q8[4] = rule_q8[1];
    rule_q8[5] = rule_q8[0];
    rule_q8[0] = 256 * (c + median(w, n, w + n - nw));
    rule_q8[1] = 256 * c + 64 * (2 * w + 2 * n + ne - nw);
    rule_q8[6] = 256 * c + 64 * (w + n + ne + nw);
    rule_q8[7] = 256 * (base_of(p->own[0] + s->x, p->own[1] + s->x) + c - base_of(r1, r0));
    if (p->references < 2)
        return;
    r1 = p->reference[1][1] + s->x;
    r0 = p->reference[1][0] + s->x;
    w = s->w - r1[-1];
    n = s->n - r0[0];
    rule_q8[2] = 256 * (r1[0] + median(w, n, w + n - (s->nw - r0[-1])));
}

static void ask_rules(const struct photo *p, struct photo_sample *s) {
    int32_t rule_q8[PHOTO_RULES_MAX];
    apply_rules(p, s, rule_q8);
    if (p->references)
        apply_reference_rules(p, s, rule_q8);
    for (unsigned i = 0; i < p->level->rules; i++)
        s->mu_q8[p->level->solves + i] = clamp_to(rule_q8[i], p->most * 256);
}

/* How far each expert was off at the neighbours, nearer ones counting twice. */
static void look_back(const struct photo *p, struct photo_sample *s) {
    enum { STEP = PHOTO_EXPERTS_MAX };
    const int32_t *e0 = p->error_q4[0] + s->x * STEP, *e1 = p->error_q4[1] + s->x * STEP;
    const int32_t *e2 = p->error_q4[2] + s->x * STEP;
    for (ptrdiff_t k = 0; k < (ptrdiff_t)p->experts + 1 + PHOTO_BIASES; k++)
        s->local_q7[k] = 2 * e0[k - STEP] + 2 * e1[k] + e1[k - STEP] + e1[k + STEP] + e0[k - 2 * STEP] + e2[k];
}

/* The mean of the experts, weighed by 1 / local^4. */
static int32_t agree(const struct photo *p, const struct photo_sample *s) {
    enum { SOFTENER = 8 };
    int32_t least = s->local_q7[0];
    for (unsigned k = 1; k < p->experts; k++)
        least = s->local_q7[k] < least ? s->local_q7[k] : least;
    int64_t sum = 0, total = 0;
    for (unsigned k = 0; k < p->experts; k++) {
        int64_t r = ((int64_t)(least + SOFTENER) << 8) / (s->local_q7[k] + SOFTENER); /* 0..256 */
        r = r * r >> 4;
        r = r * r >> 12;
        sum += r * s->mu_q8[k];
        total += r; /* the best one gives 4096 */
    }
    return (int32_t)(sum / total);
}

static void describe(const struct photo *p, struct photo_sample *s, int32_t mean_q8) {
    int32_t m = mean_q8 >> 8;
    unsigned size = class_size((uint32_t)s->local_q7[p->experts] >> 3);
    uint32_t alarm = magnitude(s->alarm[0]) + magnitude(s->alarm[1]);
    s->activity = size < 8 ? 0 : size - 8;
    s->loudness = s->activity / 4 > 7 ? 7 : s->activity / 4;
    s->alarms = !p->references || alarm == 0 ? 0 : alarm < 2 ? 1 : alarm < 4 ? 2 : alarm < 8 ? 3 : alarm < 16 ? 4 : 5;
    s->texture = (unsigned)((s->w > m) | (s->n > m) << 1 | (s->nw > m) << 2 | (s->ne > m) << 3 | (s->ww > m) << 4 |
                            (s->nn > m) << 5);
}

/* Three more experts: the mean less what it is usually off by in a situation. Their mean is where decisions begin. */
static void correct(struct photo *p, struct photo_sample *s, int32_t mean_q8) {
    int32_t m = mean_q8 >> 8, sum = 0;
    const uint32_t cell[PHOTO_BIASES] = {
        s->texture * 8 + s->loudness,
        (class_fine(s->n - m) & 63) * 64 + (class_fine(s->w - m) & 63),
        ((class_coarse(s->alarm[0]) & 15) * 16 + (class_coarse(s->alarm[1]) & 15)) * 16 +
            (class_coarse((s->mu_q8[1] - mean_q8) >> 7) & 15),
    };
    for (unsigned i = 0; i < PHOTO_BIASES; i++) {
        struct photo_bias *b = s->bias[i] = &p->biases[(p->turn * PHOTO_BIASES + i) * PHOTO_BIAS_CELLS + cell[i]];
        int32_t mu_q8 = clamp_to(mean_q8 + b->sum_q8 / (b->count + 2), p->most * 256);
        s->mu_q8[p->experts + 1 + i] = mu_q8;
        sum += mu_q8;
    }
    s->middle_q8 = sum / PHOTO_BIASES;
    s->start = s->middle_q8 >> 8;
}

static void open_bells(struct photo *p, struct photo_sample *s) {
    for (unsigned k = 0; k < p->experts + 1 + PHOTO_BIASES; k++) {
        unsigned size = class_size((uint32_t)s->local_q7[k] >> 2);
        size = size < PHOTO_SIZES ? size : PHOTO_SIZES - 1;
        struct photo_scale *scale = s->scale[k] =
            &p->scales[((p->turn * PHOTO_EXPERTS_MAX + k) * PHOTO_SIZES + size) * PHOTO_ALARMS + s->alarms];
        if (scale->count == 0)
            *scale = (struct photo_scale){(uint32_t)s->local_q7[k] * 2 + 32, 4};
        hunch_bell_open(&p->shape, &s->bell[k], s->mu_q8[k], scale->mean_q8, p->most);
    }
}

void hunch_photo_predict(struct photo *p, struct photo_sample *s) {
    const int32_t *row = p->own[0] + s->x, *above = p->own[1] + s->x;
    s->w = row[-1];
    s->ww = row[-2];
    s->n = above[0];
    s->nw = above[-1];
    s->ne = above[1];
    s->nn = p->own[2][s->x];
    for (unsigned r = 0; r < PHOTO_REFERENCES; r++)
        s->alarm[r] = r < p->references ? p->off[p->reference_turn[r]][s->pixel] : 0;
    ask_solves(p, s);
    ask_rules(p, s);
    look_back(p, s);
    int32_t mean_q8 = s->mu_q8[p->experts] = agree(p, s);
    describe(p, s, mean_q8);
    correct(p, s, mean_q8);
    open_bells(p, s);
}

static void learn_biases(const struct photo *p, struct photo_sample *s, int32_t value) {
    enum { PATIENCE = 64 };
    for (unsigned i = 0; i < PHOTO_BIASES; i++) {
        struct photo_bias *b = s->bias[i];
        if (b->count >= PATIENCE) {
            b->sum_q8 /= 2;
            b->count /= 2;
        }
        b->sum_q8 += value * 256 - s->mu_q8[p->experts];
        b->count++;
    }
}

void hunch_photo_learn(struct photo *p, struct photo_sample *s, int32_t value) {
    enum { PATIENCE = 255 };
    int32_t *error_q4 = p->error_q4[0] + s->x * PHOTO_EXPERTS_MAX, off = value - s->start;
    for (unsigned k = 0; k < p->experts + 1 + PHOTO_BIASES; k++) {
        int32_t e = (int32_t)magnitude(value * 256 - s->mu_q8[k]);
        struct photo_scale *scale = s->scale[k];
        error_q4[k] = e >> 4;
        scale->mean_q8 += (uint32_t)((e - (int32_t)scale->mean_q8) / (int32_t)(scale->count + 1));
        scale->count += scale->count < PATIENCE;
    }
    learn_biases(p, s, value);
    p->off[p->turn][s->pixel] = (int8_t)(off > 127 ? 127 : off < -127 ? -127 : off);
    int32_t base = base_of(p->own[0] + s->x, p->own[1] + s->x);
    for (unsigned k = 0; k < p->level->solves; k++)
        hunch_solve_learn(&p->solve[p->turn][k], s->x, p->picture->width, value - base);
}
