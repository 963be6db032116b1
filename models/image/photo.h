/* Pictures of smooth changes: photographs, drawings with soft edges, scans. Plane by plane, every sample is predicted
 * by several experts: least squares over the neighbourhood (solve.h) and fixed rules. Planes coded before help with all
 * their pixels, those right of and below this one too. The sample is then coded as decisions "at least t?" that begin
 * at the common prediction and go away from it by doubling steps; blend.h weighs what each expert (bell.h) and the
 * contexts say about each. */
#ifndef HUNCH_MODELS_IMAGE_PHOTO_H
#define HUNCH_MODELS_IMAGE_PHOTO_H

#include "models/blend.h"
#include "models/image/bell.h"
#include "models/image/picture.h"
#include "models/image/solve.h"

enum {
    PHOTO_SOLVES_MAX = 3,
    PHOTO_RULES_MAX = 8,
    PHOTO_BIASES = 3,
    PHOTO_EXPERTS_MAX = 16, /* solves, rules, their mean, the mean less its usual errors */
    PHOTO_REFERENCES = 2,   /* planes coded before that are looked at */
    PHOTO_PAD = 4,          /* pixels on both sides of a row */
    PHOTO_ROWS = 4,
    PHOTO_ERROR_ROWS = 3,
    PHOTO_UNARY = 7,        /* doubling steps that the first line of the tree holds */
    PHOTO_SIZES = 96,       /* classes of the size of errors */
    PHOTO_ALARMS = 6,       /* classes of the errors that other planes had here */
    PHOTO_BIAS_CELLS = 4096
};

struct photo_level {
    uint8_t solves, rules, contexts, tree_log2, period;
};

/* The usual error of an expert in one situation, 1/256. */
struct photo_scale {
    uint32_t mean_q8;
    uint32_t count;
};

/* The errors of the common prediction in one situation. */
struct photo_bias {
    int32_t sum_q8;
    int32_t count;
};

/* What is known of a sample before it is coded. */
struct photo_sample {
    size_t x, pixel; /* column; number of the pixel in the picture */
    int32_t w, n, nw, ne, ww, nn;
    int32_t alarm[PHOTO_REFERENCES]; /* what the other planes' samples here were off by */
    int32_t mu_q8[PHOTO_EXPERTS_MAX];
    int32_t local_q7[PHOTO_EXPERTS_MAX]; /* errors of the neighbours, 8 in 1/16 */
    int32_t middle_q8;   /* of the decisions */
    int32_t start;       /* its whole part */
    unsigned activity;   /* class of the neighbours' errors, fine */
    unsigned loudness;   /* the same, 8 classes */
    unsigned alarms;     /* class of alarm[] */
    unsigned texture;    /* which neighbours are brighter than the prediction, 6 bits */
    struct photo_bias *bias[PHOTO_BIASES];
    struct photo_scale *scale[PHOTO_EXPERTS_MAX];
    struct bell bell[PHOTO_EXPERTS_MAX];
};

struct photo {
    const struct photo_level *level;
    unsigned experts; /* solves and rules; then come the mean and PHOTO_BIASES more */
    unsigned cpu;
    struct undo *undo; /* NULL: none */
    bool ready;
    struct blend tree, inner;
    struct bell_shape shape;
    struct solve solve[SAMPLES_MAX][PHOTO_SOLVES_MAX];
    int32_t *memory[PHOTO_ROWS + 3 * PHOTO_REFERENCES]; /* (width + 2 pads) each */
    int32_t *own[PHOTO_ROWS];               /* row y, y - 1, ... of the plane in hand */
    int32_t *reference[PHOTO_REFERENCES][3]; /* rows y - 1, y, y + 1 */
    int32_t *error_memory[PHOTO_ERROR_ROWS];
    int32_t *error_q4[PHOTO_ERROR_ROWS];    /* (width + 2 pads, PHOTO_EXPERTS_MAX) of rows y, y - 1, y - 2 */
    int8_t *off[SAMPLES_MAX];               /* (pixels) sample less start, of each plane */
    int8_t *off_memory;
    struct photo_scale *scales;             /* (SAMPLES_MAX, PHOTO_EXPERTS_MAX, PHOTO_SIZES, PHOTO_ALARMS) */
    struct photo_bias *biases;              /* (SAMPLES_MAX, PHOTO_BIASES, PHOTO_BIAS_CELLS) */
    /* of the plane in hand */
    const struct picture *picture;
    int32_t most;        /* largest sample */
    unsigned turn;       /* how many planes came before it */
    unsigned sample;     /* of the pixel */
    unsigned references;
    unsigned reference_turn[PHOTO_REFERENCES], reference_sample[PHOTO_REFERENCES];
};

/* Memory for blocks of `length` bytes and pictures up to `width` pixels wide. */
void hunch_photo_carve(struct arena *arena, struct photo *p, unsigned level, size_t length, size_t width);
void hunch_photo_init(struct photo *p, unsigned cpu);

/* See blend.h. */
void hunch_photo_moved(struct photo *p, unsigned cpu);
void hunch_photo_watch(struct photo *p, struct undo *undo);

/* Codes one picture. */
void hunch_photo_code(struct photo *p, struct coder *coder, const struct picture *picture);

/* photo_predict.c: at the start of a plane; before a sample; after it. */
void hunch_photo_plane(struct photo *p);
void hunch_photo_predict(struct photo *p, struct photo_sample *s);
void hunch_photo_learn(struct photo *p, struct photo_sample *s, int32_t value);

/* photo_contexts.c: contexts of the tree's decisions; of those inside a step; choices of weights and SSE. */
void hunch_photo_contexts(struct photo *p, const struct photo_sample *s);
void hunch_photo_inner_contexts(struct photo *p, const struct photo_sample *s);
void hunch_photo_choose(struct photo *p, const struct photo_sample *s, unsigned node);

#endif
