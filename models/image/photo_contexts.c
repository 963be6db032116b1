/* Contexts of a sample's decisions. Differences are taken from where the decisions begin, so that a context speaks of
 * the same decisions wherever the picture is bright or dark; a few name values as they are, for drawn pictures. */
#include "models/image/hash.h"
#include "models/image/photo.h"

struct list {
    uint32_t *at;
    uint32_t salt;
};

static void put(struct list *l, uint32_t a, uint32_t b) {
    *l->at++ = hash_mix(hash_mix(a, b), l->salt++);
}

/* An expert's difference from the beginning, in 1/4. */
static int32_t apart(const struct photo_sample *s, unsigned expert) {
    return (s->mu_q8[expert] - s->middle_q8) >> 6;
}

static void put_more(struct list *l, const struct photo *p, const struct photo_sample *s) {
    const unsigned rule = p->level->solves, fraction = (unsigned)s->middle_q8 >> 6 & 3;
    const int32_t b = s->start;
    int32_t c = p->references ? p->reference[0][1][s->x] : 0;
    const int8_t *off = p->off[p->turn];
    put(l, class_fine(s->ww - b), class_fine(s->nn - b));
    put(l, (uint32_t)s->w << 16 | (uint32_t)c, 5);
    put(l, class_fine(apart(s, rule) >> 2), class_fine(apart(s, rule + 1) >> 2));
    put(l, class_fine(apart(s, rule + 4) >> 2), class_fine(apart(s, rule + 5) >> 2));
    put(l, (uint32_t)s->x, 7);
    int32_t off_w = s->x ? off[s->pixel - 1] : 0;
    put(l, class_fine(off_w), class_fine(s->pixel >= p->picture->width ? off[s->pixel - p->picture->width] : 0));
    if (p->level->contexts <= 16)
        return;
    uint32_t around = class_coarse(s->w - b) | class_coarse(s->n - b) << 8 | class_coarse(s->ne - b) << 16;
    put(l, class_fine(s->nw - b), class_fine(s->ne - b));
    put(l, class_fine(apart(s, 0)), class_fine(s->alarm[0]) | fraction << 8);
    put(l, class_fine(apart(s, 1)), s->activity / 2);
    put(l, class_fine(apart(s, 2)), class_coarse(s->alarm[0]));
    put(l, (uint32_t)c, (uint32_t)b);
    put(l, around, class_coarse(s->alarm[0]) | class_coarse(s->nw - b) << 8);
    put(l, class_fine(s->alarm[0]), class_coarse(off_w) | (uint32_t)s->loudness << 8);
    put(l, s->activity, s->texture);
}

void hunch_photo_contexts(struct photo *p, const struct photo_sample *s) {
    struct list l = {p->tree.hash, p->turn * 64};
    const unsigned fraction = (unsigned)s->middle_q8 >> 6 & 3;
    const int32_t b = s->start;
    const int32_t *error_q4 = p->error_q4[0] + s->x * PHOTO_EXPERTS_MAX + p->experts;
    int32_t e_w = error_q4[-PHOTO_EXPERTS_MAX] >> 4;
    int32_t e_n = p->error_q4[1][s->x * PHOTO_EXPERTS_MAX + p->experts] >> 4;
    put(&l, s->activity, fraction);
    put(&l, s->activity / 2, class_fine(s->alarm[0]));
    put(&l, (uint32_t)b * 4 + fraction, 8);
    put(&l, class_fine(s->w - b), class_fine(s->n - b));
    put(&l, class_coarse(apart(s, 0)) | class_coarse(apart(s, 1)) << 8, s->activity / 2);
    put(&l, (uint32_t)s->w, (uint32_t)s->n);
    if (p->level->contexts <= 6)
        return;
    put(&l, class_fine(e_w), class_fine(e_n));
    put(&l, class_fine(s->alarm[0]), class_fine(s->alarm[1]) | fraction << 8);
    put(&l, s->texture, s->activity / 4);
    put(&l, (uint32_t)b, s->activity / 4);
    if (p->level->contexts > 10)
        put_more(&l, p, s);
}

void hunch_photo_inner_contexts(struct photo *p, const struct photo_sample *s) {
    struct list l = {p->inner.hash, p->turn * 64};
    put(&l, s->activity, 1);
    put(&l, class_fine(s->w - s->start), 2);
    put(&l, class_fine(s->n - s->start), 3);
    put(&l, (uint32_t)s->w, (uint32_t)s->n);
    put(&l, class_fine(s->alarm[0]), 5);
    put(&l, (uint32_t)s->start, 6);
}

void hunch_photo_choose(struct photo *p, const struct photo_sample *s, unsigned node) {
    struct blend *t = &p->tree;
    unsigned half = s->activity / 2 > 23 ? 23 : s->activity / 2;
    uint32_t situation = (node * SAMPLES_MAX + p->turn) * 64 + s->alarms * 8 + s->loudness;
    t->select[0] = node * 24 + half;
    t->select[1] = situation;
    t->select[2] = node * 256 + s->texture * 4 + ((unsigned)s->middle_q8 >> 6 & 3);
    t->refine[0] = situation;
    t->refine[1] = node * 512 + (class_coarse(apart(s, 0)) & 15) * 32 + half;
}
