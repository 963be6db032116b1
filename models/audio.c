/* Sound (CONTENT_AUDIO): stages of adaptive linear prediction (predict.h) say what a sample will be, and what they
 * miss is coded by mixed adaptive decisions (residual.h). Everything learns backwards, from samples that both sides
 * know: no coefficients are stored.
 *
 * An array: its head, its form and grids (samples.h), its samples frame by frame. Arrays with channels and samples like
 * those of the array before go on with what was learned; only the samples before theirs are taken for zeros. A head
 * that makes no sense is followed by bytes of no known kind, coded by an order-1 model (plain.h).
 *
 * Parameter: the level, 1 to 9. State: tables of 2 to 12 MB, touched as they are used, and up to 2 MB for a group of
 * eight channels. Cost per 16-bit sample of stereo sound: 0.3 us at level 1, 1 us at level 5, 4 us at level 9.
 */
#include "models/model.h"

#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "models/audio/plain.h"
#include "models/audio/predict.h"
#include "models/audio/residual.h"
#include "models/audio/samples.h"
#include "models/head.h"

enum {
    LEVELS = 9,
    CHANNELS_MAX = 255,
    GROUPS_MAX = (CHANNELS_MAX + LEAST_CHANNELS_MAX - 1) / LEAST_CHANNELS_MAX,
    BYTES_PER_CHANNEL = 64, /* of a block: how few make another channel worth its state */
    CLEAR_SHARE = 256,      /* bytes of state that are cleared for each byte of an array, at most */
    GRID_NARROW = 32, GRID_BYTES = 1, BOUND_BYTES = 8, FORM_BYTES = 2
};

static const struct plan plans[LEVELS] = {
    {.leasts = {{16, 4, 255, 2}}, .opinions = 2},
    {.leasts = {{16, 8, 128, 3}}, .filters = {{16, 400, 0}}, .every = 64, .forget = 9, .opinions = 2},
    {.leasts = {{16, 8, 64, 4}, {8, 4, 32, 3}}, .filters = {{32, 500, 0}, {16, 800, 1}}, .every = 16, .forget = 8,
     .opinions = 6},
    {.leasts = {{24, 12, 64, 4}, {12, 4, 32, 3}}, .filters = {{32, 500, 0}, {16, 800, 1}}, .every = 16, .forget = 8,
     .opinions = 9},
    {.leasts = {{24, 16, 64, 4}, {16, 4, 16, 4}}, .filters = {{256, 300, 0}, {16, 800, 1}}, .every = 16, .forget = 8,
     .opinions = 12},
    {.leasts = {{32, 16, 32, 5}, {16, 8, 16, 4}, {8, 4, 8, 3}},
     .filters = {{256, 300, 0}, {32, 500, 1}, {16, 800, 2}}, .every = 8, .forget = 8, .opinions = 15},
    {.leasts = {{32, 24, 32, 5}, {16, 8, 8, 5}, {8, 4, 8, 3}},
     .filters = {{256, 300, 0}, {32, 500, 1}, {16, 800, 2}}, .every = 4, .forget = 8, .opinions = 15},
    {.leasts = {{32, 24, 16, 6}, {24, 16, 16, 4}, {16, 8, 8, 4}, {8, 4, 8, 3}},
     .filters = {{256, 300, 0}, {32, 500, 1}, {16, 800, 2}}, .every = 2, .forget = 8, .opinions = 15},
    {.leasts = {{32, 32, 16, 6}, {24, 16, 16, 4}, {16, 8, 8, 4}, {8, 4, 4, 3}},
     .filters = {{256, 300, 0}, {32, 500, 1}, {16, 800, 2}}, .every = 1, .forget = 8, .opinions = 15},
};

struct audio {
    unsigned channels_most;
    struct undo *undo; /* NULL: none */
    size_t noted;      /* bytes of the pool that are in it */
    const struct plan *plan;
    struct audio_kernels kernels;
    struct head head, form, grid, bounds;
    uint8_t signature[3]; /* channels, form, bits of the arrays that the state has learned from; channels 0: none */
    unsigned width;       /* bits of their samples as the groups see them */
    struct audio_grid grids[CHANNELS_MAX];
    struct loudness loudness[CHANNELS_MAX];
    struct group groups[GROUPS_MAX];
    struct residual residual;
    struct plain plain;
    uint8_t *pool; /* of the groups */
    size_t pool_bytes;
};

static unsigned group_channels(unsigned channels, unsigned group) {
    unsigned left = channels - group * LEAST_CHANNELS_MAX;
    return left < LEAST_CHANNELS_MAX ? left : LEAST_CHANNELS_MAX;
}

/* Carves the groups for so many channels out of an arena, groups[0] serving as a stand-in while it only counts. */
static void carve_groups(struct arena *pool, struct group *groups, const struct plan *plan, unsigned channels,
                         unsigned bits) {
    for (unsigned i = 0; i * LEAST_CHANNELS_MAX < channels; i++)
        hunch_predict_carve(pool, pool->base ? &groups[i] : groups, plan, group_channels(channels, i), bits);
}

static size_t pool_need(const struct plan *plan, unsigned channels) {
    struct arena count = {NULL, 0};
    struct group stand_in;
    carve_groups(&count, &stand_in, plan, channels, 16);
    return count.used;
}

static unsigned channels_for(size_t length) {
    size_t n = length / BYTES_PER_CHANNEL;
    return n < 2 ? 2 : n > CHANNELS_MAX ? CHANNELS_MAX : (unsigned)n;
}

static void carve(struct arena *arena, struct audio *a, const struct model_params *p) {
    const struct plan *plan = &plans[p->parameter - 1];
    hunch_residual_carve(arena, &a->residual, plan->opinions);
    hunch_plain_carve(arena, &a->plain);
    a->pool_bytes = 0;
    for (unsigned c = 1; c <= channels_for(p->length); c++) {
        size_t need = pool_need(plan, c);
        a->pool_bytes = need > a->pool_bytes ? need : a->pool_bytes;
    }
    a->pool = hunch_arena_take(arena, a->pool_bytes);
}

static size_t audio_size(const struct model_params *p) {
    struct arena count = {NULL, 0};
    struct audio stand_in;
    if (p->parameter < 1 || p->parameter > LEVELS || p->length > (size_t)1 << 30)
        return 0;
    hunch_arena_take(&count, sizeof stand_in);
    carve(&count, &stand_in, p);
    return count.used;
}

static struct audio *lay_out(void *state, const struct model_params *p) {
    struct arena arena = {state, 0};
    struct audio *a = hunch_arena_take(&arena, sizeof *a);
    carve(&arena, a, p);
    a->plan = &plans[p->parameter - 1];
    a->kernels = hunch_audio_kernels(p->cpu);
    a->residual.kernels = hunch_mixer_kernels(p->cpu);
    return a;
}

static void audio_init(void *state, const struct model_params *p) {
    struct audio *a = lay_out(state, p);
    a->channels_most = channels_for(p->length);
    hunch_head_init(&a->head);
    hunch_head_init(&a->form);
    hunch_head_init(&a->grid);
    hunch_head_init(&a->bounds);
    hunch_residual_init(&a->residual);
}

static void code_form(struct audio *a, struct coder *coder, struct audio_array *s, const uint8_t *data) {
    if (coder->direction != CODER_DECODE)
        hunch_audio_form(s, data);
    if (!s->real)
        return;
    uint8_t bytes[FORM_BYTES] = {s->form, s->top};
    hunch_head_code(&a->form, coder, bytes, FORM_BYTES);
    if (bytes[0] == FORM_INTEGER || bytes[0] >= FORMS) {
        coder_fail(coder, CODER_DAMAGED);
        bytes[0] = FORM_FLOAT;
    }
    s->form = bytes[0];
    s->top = bytes[1];
}

/* Least and most of a narrow grid, which must be within what the form allows. */
static void code_bounds(struct audio *a, struct coder *coder, const struct audio_array *s, struct audio_grid *g) {
    struct audio_grid widest = {.shift = g->shift};
    uint8_t bounds[BOUND_BYTES];
    hunch_audio_bounds(s, &widest);
    store_u32(bounds, (uint32_t)g->least);
    store_u32(bounds + 4, (uint32_t)g->most);
    hunch_head_code(&a->bounds, coder, bounds, BOUND_BYTES);
    g->least = (int32_t)load_u32(bounds);
    g->most = (int32_t)load_u32(bounds + 4);
    if (g->least > g->most || g->least < widest.least || g->most > widest.most) {
        coder_fail(coder, CODER_DAMAGED);
        g->least = g->most = 0;
    }
}

static void code_grids(struct audio *a, struct coder *coder, const struct audio_array *s, const uint8_t *data) {
    for (unsigned c = 0; c < s->channels; c++) {
        struct audio_grid *g = &a->grids[c];
        if (coder->direction != CODER_DECODE)
            hunch_audio_measure(s, data, c, g);
        uint8_t kind = (uint8_t)(g->shift | (g->narrow ? GRID_NARROW : 0));
        hunch_head_code(&a->grid, coder, &kind, GRID_BYTES);
        g->shift = kind & (GRID_NARROW - 1);
        g->narrow = kind & GRID_NARROW;
        if (g->narrow)
            code_bounds(a, coder, s, g);
        else
            hunch_audio_bounds(s, g);
    }
}

/* Gets the groups ready for an array; false if it is too small for the state it would need. */
static bool prepare(struct audio *a, const struct audio_array *s, bool *other) {
    uint8_t now[3] = {(uint8_t)s->channels, s->form, (uint8_t)s->bits};
    *other = memcmp(now, a->signature, sizeof now) != 0;
    if (!*other)
        return true;
    uint64_t weight = 0;
    for (unsigned i = 0; i * LEAST_CHANNELS_MAX < s->channels; i++)
        weight += hunch_predict_weight(a->plan, group_channels(s->channels, i));
    return weight / CLEAR_SHARE <= hunch_audio_bytes(s);
}

/* Notes what the groups of so many channels learn. */
static void note_pool(struct audio *a, unsigned channels) {
    size_t need = pool_need(a->plan, channels);
    if (need > a->noted)
        hunch_undo_note(a->undo, a->pool + a->noted, need - a->noted);
    a->noted = need > a->noted ? need : a->noted;
}

static void settle(struct audio *a, const struct audio_array *s, bool other) {
    if (a->undo)
        note_pool(a, s->channels);
    if (other) {
        struct arena pool = {a->pool, 0};
        memset(a->pool, 0, pool_need(a->plan, s->channels));
        memset(a->groups, 0, sizeof a->groups);
        a->width = hunch_audio_width(s);
        carve_groups(&pool, a->groups, a->plan, s->channels, a->width);
        memset(a->loudness, 0, sizeof a->loudness[0] * s->channels);
        a->signature[0] = (uint8_t)s->channels;
        a->signature[1] = s->form;
        a->signature[2] = (uint8_t)s->bits;
    }
    for (unsigned i = 0; i * LEAST_CHANNELS_MAX < s->channels; i++) {
        a->groups[i].kernels = &a->kernels;
        hunch_predict_restart(&a->groups[i]);
    }
}

/* The question that a prediction puts. */
static struct question ask(const struct audio_array *s, const struct audio_grid *g, int64_t p_q22) {
    struct question q = {.least = g->least, .most = g->most, .fraction = 4};
    int64_t rounded = p_q22 + (1 << 21), guess = rounded >> LEAST_WEIGHT_BITS;
    if (s->form == FORM_FLOAT)
        guess = hunch_audio_place(s, p_q22, &q.fine);
    else
        q.fraction = (unsigned)(rounded >> (LEAST_WEIGHT_BITS - 3)) & 7;
    q.guess = (int32_t)(guess < g->least ? g->least : guess > g->most ? g->most : guess);
    return q;
}

static void code_sample(struct audio *a, struct coder *coder, const struct audio_array *s, unsigned channel,
                        uint8_t *p) {
    struct group *group = &a->groups[channel / LEAST_CHANNELS_MAX];
    const struct audio_grid *g = &a->grids[channel];
    unsigned inside = channel % LEAST_CHANNELS_MAX;
    struct question q = ask(s, g, hunch_predict(group, inside));
    q.doubt_q8 = hunch_predict_doubt(group, inside);
    if (s->channels > 1)
        q.other = &a->loudness[channel > 0 ? channel - 1 : s->channels - 1];
    bool known = coder->direction != CODER_DECODE;
    int32_t v = known ? hunch_audio_load(s, p) >> g->shift : 0;
    v = hunch_residual_code(&a->residual, coder, &a->loudness[channel], &q, v);
    hunch_predict_learn(group, inside, s->form == FORM_FLOAT ? hunch_audio_steps(s, v) : v);
    if (!known)
        hunch_audio_store(s, p, (int32_t)((uint32_t)v << g->shift));
}

static void code_array(struct audio *a, struct coder *coder, struct audio_array *s, uint8_t *data) {
    bool other;
    size_t bytes = (size_t)hunch_audio_bytes(s), width = s->bits / 8;
    if (bytes == 0)
        return;
    code_form(a, coder, s, data);
    if (!prepare(a, s, &other)) {
        hunch_plain_code(&a->plain, coder, data, bytes);
        return;
    }
    code_grids(a, coder, s, data);
    settle(a, s, other);
    for (uint32_t t = 0; t < s->frames; t++)
        for (unsigned c = 0; c < s->channels; c++, data += width)
            code_sample(a, coder, s, c, data);
}

static void audio_code(void *state, struct coder *coder, uint8_t *data, size_t from, size_t to) {
    struct audio *a = state;
    size_t left = to - from;
    undo_note(a->undo, a, sizeof *a);
    a->noted = 0;
    data += from;
    while (left >= AUDIO_HEAD) {
        struct audio_array s;
        hunch_head_code(&a->head, coder, data, AUDIO_HEAD);
        bool sense = hunch_audio_head(&s, data);
        data += AUDIO_HEAD;
        left -= AUDIO_HEAD;
        if (!sense || s.channels > a->channels_most || hunch_audio_bytes(&s) > left)
            break;
        code_array(a, coder, &s, data);
        data += hunch_audio_bytes(&s);
        left -= (size_t)hunch_audio_bytes(&s);
    }
    hunch_plain_code(&a->plain, coder, data, left);
}

static void audio_watch(void *state, struct undo *undo) {
    struct audio *a = state;
    a->undo = a->residual.undo = a->plain.undo = undo;
}

static void audio_moved(void *state, const struct model_params *p) {
    struct audio *a = lay_out(state, p);
    struct arena pool = {a->pool, 0};
    carve_groups(&pool, a->groups, a->plan, a->signature[0], a->width);
    audio_watch(a, NULL);
}

const struct model hunch_model_audio = {
    .id = 4,
    .name = "audio",
    .summary = "sound by cascades of adaptive linear prediction",
    .size = audio_size,
    .init = audio_init,
    .code = audio_code,
    .moved = audio_moved,
    .watch = audio_watch,
};
