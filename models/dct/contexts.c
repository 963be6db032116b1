#include "models/dct/contexts.h"

#include <string.h>

enum {
    VALUE_RATE = 6, SIZE_RATE = 5,         /* of lms_learn */
    VALUE_FLOOR = 1 << 12, SIZE_FLOOR = 1 << 10,
    CORNER_MOST = 4095,                    /* 1/8 step */
    SIZE_CLASSES = 24
};

void hunch_dct_learners_init(struct dct_learners *l) {
    for (unsigned i = 0; i < DCT_LEARNERS * DCT_BLOCK; i++) {
        int32_t *value = l->value[i / DCT_BLOCK][i % DCT_BLOCK].weight_q16;
        int32_t *size = l->size[i / DCT_BLOCK][i % DCT_BLOCK].weight_q16;
        value[0] = value[1] = 20000; /* down, across */
        size[0] = size[1] = 13000;   /* above, left */
        size[2] = 6000;              /* the mean of above left and right */
        size[3] = 16000;             /* the mean of its neighbours in the block */
    }
}

/* Classes of places: the first column, the first row, and the rest by the sum of frequencies. */
static unsigned zone_of(unsigned u, unsigned v) {
    if (u == 0)
        return least(v, 3);
    if (v == 0)
        return 4 + least(u, 3);
    return 7 + least((u + v - 2) / 2, 5);
}

static void look_around(struct dct_view *w, const struct dct_place *p) {
    const int16_t *above = p->above->level, *left = p->left->level;
    unsigned at = w->at;
    w->above = magnitude(above[at]);
    w->left = magnitude(left[at]);
    w->above_left = magnitude(p->above_left->level[at]);
    w->above_right = magnitude(p->above_right->level[at]);
    w->around = 13 * (w->above + w->left) + 3 * (w->above_left + w->above_right);
    w->frame = 0;
    if (w->u < 7)
        w->frame += magnitude(above[at + 1]) + magnitude(left[at + 1]);
    if (w->v < 7)
        w->frame += magnitude(above[at + 8]) + magnitude(left[at + 8]);
    if (w->u > 0 && at > 1) /* without DC */
        w->frame += magnitude(above[at - 1]) + magnitude(left[at - 1]);
    if (w->v > 0 && at > 8)
        w->frame += magnitude(above[at - 8]) + magnitude(left[at - 8]);
    w->in_first = p->first ? magnitude(p->first->level[at]) : 0;
    w->in_before = p->before ? p->before->level[at] : 0;
}

static void look_near(struct dct_view *w, const int16_t level[DCT_BLOCK]) {
    const int16_t *here = level + w->at;
    w->near[0] = w->u ? magnitude(here[-1]) : 0;
    w->near[1] = w->v ? magnitude(here[-8]) : 0;
    w->near[2] = w->u && w->v ? magnitude(here[-9]) : 0;
    w->near[3] = w->u < 7 && w->v ? magnitude(here[-7]) : 0;
    w->near[4] = w->v < 7 && w->u ? magnitude(here[7]) : 0;
    w->near[5] = w->u > 1 ? magnitude(here[-2]) : 0;
    w->near[6] = w->v > 1 ? magnitude(here[-16]) : 0;
    w->local = 2 * (w->near[0] + w->near[1]) + w->near[2] + w->near[3] + w->near[4];
}

static void look_edges(struct dct_view *w, const struct dct_course *c) {
    const struct dct_place *p = c->place;
    w->down_q3 = w->u && p->has_above ? hunch_dct_predict_down(&c->predict, w->at) : 0;
    w->across_q3 = w->v && p->has_left ? hunch_dct_predict_across(&c->predict, w->at) : 0;
    w->mean_q3 = w->u == 0 ? w->across_q3 : w->v == 0 ? w->down_q3 : (w->down_q3 + w->across_q3) / 2;
    w->corner_q3 = w->u == 0 || w->v == 0 ? hunch_dct_predict_corner(&c->predict, w->at) : 0;
    w->corner_q3 = w->corner_q3 > CORNER_MOST ? CORNER_MOST : w->corner_q3 < -CORNER_MOST ? -CORNER_MOST : w->corner_q3;
}

static void predict_value(struct dct_view *w, const struct dct_course *c, const struct lms *l) {
    const struct dct_place *p = c->place;
    const int16_t *here = c->level + w->at;
    unsigned at = w->at;
    const int32_t x[LMS_INPUTS] = {
        2 * w->down_q3, 2 * w->across_q3, 16 * p->above->level[at], 16 * p->left->level[at], 16 * w->in_before,
        16 * (p->first ? p->first : p->left_left)->level[at], w->u > 1 ? 16 * here[-2] : 0,
        w->v > 1 ? 16 * here[-16] : 0, 16 * p->above_left->level[at], 16 * p->above_right->level[at],
        w->u && w->v ? 16 * here[-9] : 0, 2 * w->corner_q3};
    for (unsigned i = 0; i < LMS_INPUTS; i++)
        w->for_value_q4[i] = lms_hold(x[i]);
    w->value_q4 = lms_predict(l, w->for_value_q4);
    int32_t sign = w->value_q4 ? w->value_q4 : w->mean_q3 ? w->mean_q3 : w->in_before;
    w->sign = sign < 0 ? -1 : 1;
}

static void predict_size(struct dct_view *w, const struct dct_course *c, const struct lms *l) {
    const uint32_t x[LMS_INPUTS] = {
        16 * w->above, 16 * w->left, 8 * (w->above_left + w->above_right), 8 * (w->near[0] + w->near[1]),
        8 * (w->near[2] + w->near[3] + w->near[4]), 8 * (w->near[5] + w->near[6]), 4 * w->frame, 16 * w->in_first,
        16 * magnitude(w->in_before), 64 * c->remaining / c->left, magnitude(w->value_q4), 16};
    for (unsigned i = 0; i < LMS_INPUTS; i++)
        w->for_size_q4[i] = lms_hold(x[i]);
    w->size_q4 = lms_predict(l, w->for_size_q4);
    w->size_q4 = w->size_q4 < 0 ? 0 : w->size_q4;
}

void hunch_dct_look(struct dct_view *w, const struct dct_course *c, unsigned at, const struct dct_learners *l) {
    w->at = at;
    w->u = at % 8;
    w->v = at / 8;
    w->zone = zone_of(w->u, w->v);
    w->plane = least(c->place->component, DCT_LEARNERS - 1);
    w->kind = w->plane > 0;
    look_around(w, c->place);
    look_near(w, c->level);
    look_edges(w, c);
    predict_value(w, c, &l->value[w->plane][at]);
    predict_size(w, c, &l->size[w->plane][at]);
}

void hunch_dct_learn(struct dct_learners *l, const struct dct_view *w, int32_t level) {
    int32_t value_error = 16 * level - w->value_q4, size_error = 16 * (int32_t)magnitude(level) - w->size_q4;
    lms_learn(&l->value[w->plane][w->at], w->for_value_q4, value_error, VALUE_RATE, VALUE_FLOOR);
    lms_learn(&l->size[w->plane][w->at], w->for_size_q4, size_error, SIZE_RATE, SIZE_FLOOR);
}

/* Quantities as contexts want them. */
struct classes {
    uint32_t place, plane; /* at the top of a hash: the place with the kind of component, or with the component */
    unsigned value, mean, down, across, corner; /* signed */
    unsigned fine_value, fine_size, size, around, local, remaining;
};

static struct classes classify(const struct dct_view *w, const struct dct_course *c) {
    int32_t value = w->value_q4 * w->sign;
    return (struct classes){
        .place = (uint32_t)(w->at | w->kind << 6) << 24,
        .plane = (uint32_t)(w->at | w->plane << 6) << 24,
        .value = class_signed(w->value_q4 / 2, w->sign),
        .mean = class_signed(w->mean_q3, w->sign),
        .down = class_signed(w->down_q3, w->sign),
        .across = class_signed(w->across_q3, w->sign),
        .corner = class_signed(w->corner_q3, w->sign),
        .fine_value = least((unsigned)(value < 64 ? value : 64 + (value - 64) / 8) / 2, 255),
        .fine_size = least((unsigned)w->size_q4, 40) + class_of((unsigned)w->size_q4 / 2),
        .size = least(class_of((unsigned)w->size_q4 / 2), SIZE_CLASSES - 1),
        .around = class_of(w->around / 8),
        .local = class_of(w->local),
        .remaining = c->remaining < 8 ? c->remaining : class_of(c->remaining) + 2,
    };
}

/* Hashes of what is said in the comments, in the order in which lower levels take them. */
static void fill_hashes(const struct dct_view *w, const struct dct_course *c, const struct classes *k, uint32_t *h) {
    const struct dct_place *p = c->place;
    uint32_t place = k->place, plane = k->plane, remaining = c->remaining, few = least(remaining, 7);
    uint32_t counts = (p->above->count + p->left->count) / 2u;
    uint32_t before = class_signed(8 * w->in_before, w->sign);
    uint32_t above = class_signed(8 * p->above->level[w->at], w->sign);
    uint32_t edges = k->down << 8 | k->across;
    *h++ = k->size << 8 | k->value << 16 | k->remaining << 24;
    *h++ = w->zone | k->value << 8 | k->corner << 16;
    *h++ = k->mean << 16 | k->remaining << 8 | k->local;
    *h++ = plane | before << 8 | class_of(w->in_first);
    *h++ = k->size / 2 << 16 | edges;
    *h++ = place | class_of(w->above) << 16 | class_of(w->left) << 8 | class_of(w->above_left);
    *h++ = k->fine_value;
    *h++ = place | class_of(c->energy) << 8 | remaining;
    *h++ = place | k->size << 8 | few << 13;
    *h++ = k->value << 16 | edges;
    *h++ = w->zone | before << 8 | least(w->in_first, 15) << 16 | k->size << 20 | w->kind << 28;
    *h++ = k->fine_size;
    *h++ = place | least(w->near[5], 15) << 8 | least(w->near[6], 15) << 12 | least(w->near[0] + w->near[1], 7) << 16;
    *h++ = place | c->zeros << 8 | remaining;
    *h++ = k->value << 16 | k->around << 8 | k->local;
    *h++ = place | least(c->last[0], 15) << 8 | least(c->last[1], 15) << 12 | k->remaining << 16;
    *h++ = place | remaining << 8 | counts;
    *h++ = w->zone << 16 | k->fine_value << 8 | k->remaining;
    *h++ = place | least(w->near[0], 15) << 8 | least(w->near[1], 15) << 12 | least(w->near[2], 7) << 16;
    *h++ = k->size << 8 | k->remaining << 16 | class_of(c->left) << 24;
    *h++ = place | k->down << 8 | k->value << 16;
    *h++ = k->around << 16 | k->local << 8 | k->remaining;
    *h++ = w->zone << 8 | class_of(w->frame) << 16 | class_of(w->above + w->left) << 24;
    *h++ = k->fine_value / 2 << 8 | k->size;
    *h++ = place | class_of(w->above_right + w->above_left) << 8 | least(remaining, 15) << 16;
    *h++ = place | k->mean << 8 | k->local;
    *h++ = place | k->value << 8 | above << 16;
    *h++ = w->zone << 16 | k->fine_size / 2 << 8 | k->value;
}

void hunch_dct_contexts(const struct dct_view *w, const struct dct_course *c, struct number *n) {
    const struct classes k = classify(w, c);
    const uint32_t select[NUMBER_SETS] = {w->zone | w->kind << 4, k.remaining, k.value, k.size};
    const uint32_t refine[2] = {w->at | w->kind << 6, k.size};
    const uint32_t row[NUMBER_MAPS] = {
        w->zone, k.remaining, k.value, w->zone, k.size, w->at, w->at, w->zone, w->at, k.corner, k.down, k.across,
        least(k.around, 31), class_signed(8 * w->in_before, w->sign), least(c->remaining, 63)};
    uint32_t size = log_q3((unsigned)w->size_q4), value = log_q3(magnitude(w->value_q4));
    uint32_t around = log_q3(w->around / 2), local = log_q3(4 * w->local);
    const uint32_t at[NUMBER_MAPS] = {size, size, size, value, value, around, size, local,
                                      value, size, size, size, local, size, around};
    uint32_t all[DCT_CONTEXTS];
    fill_hashes(w, c, &k, all);
    memcpy(n->blend->hash, all, sizeof(uint32_t) * n->blend->shape.contexts);
    memcpy(n->select, select, sizeof select);
    memcpy(n->refine, refine, sizeof refine);
    memcpy(n->row, row, sizeof row);
    memcpy(n->at_q3, at, sizeof at);
}
