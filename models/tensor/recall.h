/* Values that stood before and may stand here again. Four ways to name one:
 *
 *   forward: what followed when the last few elements stood somewhere before (tied and repeated tensors);
 *   mirror:  the same, read backwards and without signs (windows and filters are symmetric);
 *   column:  what followed this value in this column (tables, transforms);
 *   before:  the same place of the array before of the same shape (checkpoints).
 *
 * As long as what is known of the element agrees with a candidate, the candidate's next bit is an opinion whose weight
 * is learned per stage and per run of right answers. When all that is worth mixing is coded and a candidate still
 * agrees, one decision says whether the rest is the candidate's. Two more candidates are asked only then: the latest
 * elements that began with the same bits, in this column and anywhere. */
#ifndef HUNCH_MODELS_TENSOR_RECALL_H
#define HUNCH_MODELS_TENSOR_RECALL_H

#include "base/arena.h"
#include "models/tensor/element.h"
#include "models/tensor/guess.h"

enum { RECALL_FORWARD, RECALL_MIRROR, RECALL_COLUMN, RECALL_BEFORE, RECALLS };
enum { RECALL_TAIL_COLUMN = RECALLS, RECALL_TAIL, RECALLS_ALL };
enum { RUN_MOST = 255, RUN_CLASSES = 16, RUN_SURE = 32 };

struct recall {
    uint64_t *follow; /* (1 << log2) what followed a few elements: a check in the high half, an offset below */
    uint32_t *table[RECALLS_ALL]; /* (1 << log2) offsets, 0: none; of all but the candidates forward and before */
    unsigned log2;
    size_t pointer[RECALLS_ALL];  /* offset of the candidate; 0: none */
    uint8_t run[RECALLS_ALL];     /* right answers in a row */
    uint32_t sure;                /* counter: forward is right, after RUN_SURE right answers */
    unsigned live;                /* bit k: candidate k agrees so far */
    struct symbol symbol[RECALLS_ALL];
    uint32_t map[STAGES][RECALLS][RUN_CLASSES]; /* counters: its next bit is right */
    uint32_t hit[RECALLS_ALL][RUN_CLASSES];     /* counters: the rest is right */
    uint32_t rest[64][2];                        /* counters of bits of the rest */
    uint32_t *slot[RECALLS_ALL]; /* where the element's offset goes */
    uint64_t *asked; /* of follow, for the elements that ended one before the latest: the memory has had time */
    uint32_t check;  /* of these elements */
};

static inline unsigned recall_run(const struct recall *r, unsigned k) {
    return r->run[k] < RUN_CLASSES ? r->run[k] : RUN_CLASSES - 1u;
}

/* Tables of at most 2^most entries for a block of so many bytes. */
void hunch_recall_carve(struct arena *arena, struct recall *r, size_t length, unsigned most);
void hunch_recall_init(struct recall *r);

/* Forgets what is of no use in a new array; `before` is the offset of the array of the same shape, or 0. */
void hunch_recall_open(struct recall *r, size_t before);

/* Finds the candidates for the element at data + at; all or only forward and before. */
void hunch_recall_find(struct recall *r, const struct array *a, const uint8_t *data, size_t at, bool all);

/* Learns the element at data + at. */
void hunch_recall_learn(struct recall *r, const struct array *a, const uint8_t *data, size_t at, bool all);

/* The two late candidates, for what is known of s. */
void hunch_recall_late(struct recall *r, const struct array *a, const uint8_t *data, size_t at,
                       const struct symbol *s, unsigned rest);

/* Codes the lowest `rest` bits of s->low, 1..64. */
void hunch_recall_rest(struct recall *r, struct guess *g, struct symbol *s, unsigned rest, bool plain);

#endif
