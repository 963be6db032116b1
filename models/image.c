/* Pictures (CONTENT_IMAGE of base/content.h).
 *
 * Arrays of pictures stand one behind another, each with a head. The encoder chooses for each array whether its
 * pictures change smoothly (image/photo.h) or repeat their pixels (image/exact.h), and says so in one bit; levels 1
 * and 2 know one quick way (image/fast.h). What follows a head that makes no sense is coded as bytes.
 *
 * Parameter: the level, 1..9. State: 4 MiB at levels 1 and 2, up to about 0.7 GiB at level 9, less for small blocks. */
#include "models/model.h"

#include "base/bytes.h"
#include "models/head.h"
#include "models/image/choose.h"
#include "models/image/exact.h"
#include "models/image/fast.h"
#include "models/image/photo.h"

enum {
    LEVEL_MAX = 9,
    LEVEL_MIXED = 3,            /* the first that mixes */
    WIDTH_MOST = 1 << 16,       /* pixels; rows of wider pictures would need too much memory */
    LENGTH_MOST = 1 << 30,      /* bytes */
    LAYOUT_WIDE = 8, LAYOUT_PALETTE = 16, LAYOUT_UNKNOWN = 0xE0
};

struct image {
    unsigned level;
    struct undo *undo; /* NULL: none */
    uint16_t exact_q16; /* probability that pictures repeat their pixels */
    struct head head;
    struct fast fast;
    struct photo photo;
    struct exact exact;
    struct choice choice;
};

/* Lays the state out; with arena->base NULL it only counts (m is then a stand-in). */
static void carve(struct arena *a, struct image *m, const struct model_params *p) {
    unsigned level = p->parameter;
    size_t width = p->length < WIDTH_MOST ? p->length : WIDTH_MOST;
    hunch_fast_carve(a, &m->fast, level);
    if (level < LEVEL_MIXED)
        return;
    hunch_photo_carve(a, &m->photo, level, p->length, width);
    hunch_exact_carve(a, &m->exact, level, p->length, width);
}

static size_t image_size(const struct model_params *p) {
    struct arena count = {NULL, 0};
    struct image stand_in;
    if (p->parameter < 1 || p->parameter > LEVEL_MAX || p->length > LENGTH_MOST)
        return 0;
    hunch_arena_take(&count, sizeof stand_in);
    carve(&count, &stand_in, p);
    return count.used;
}

static struct image *lay_out(void *state, const struct model_params *p) {
    struct arena a = {state, 0};
    struct image *m = hunch_arena_take(&a, sizeof *m);
    carve(&a, m, p);
    return m;
}

static void image_init(void *state, const struct model_params *p) {
    struct image *m = lay_out(state, p);
    m->level = p->parameter;
    m->exact_q16 = 1 << 15;
    hunch_head_init(&m->head);
    hunch_photo_init(&m->photo, p->cpu);
    hunch_exact_init(&m->exact, p->cpu);
}

/* Understands a head; false when it makes no sense or promises more than the `left` bytes behind it. */
static bool read_head(const uint8_t *head, uint64_t left, struct picture *p, uint64_t *count) {
    unsigned layout = head[0];
    uint64_t width = load_u32(head + 1), height = load_u32(head + 5);
    *count = load_u32(head + 9);
    *p = (struct picture){.width = (size_t)width, .height = (size_t)height, .samples = layout & 7,
                          .bytes = layout & LAYOUT_WIDE ? 2 : 1, .palette = layout & LAYOUT_PALETTE};
    if (p->samples < 1 || p->samples > SAMPLES_MAX || layout & LAYOUT_UNKNOWN || !width || !height || !*count)
        return false;
    if (width > WIDTH_MOST || width * height > left) /* below 2^48 */
        return false;
    uint64_t bytes = width * height * p->samples * p->bytes; /* below 2^33 */
    return bytes <= left && *count <= left / bytes;
}

/* Whether the pictures repeat their pixels: one bit of the stream. */
static bool code_choice(struct image *m, struct coder *coder, const struct picture *p, uint64_t count) {
    unsigned exact = coder->direction != CODER_DECODE && hunch_choose_exact(&m->choice, p, count, m->exact_q16);
    uint32_t p_one = (uint32_t)m->exact_q16 << 6 | 32;
    exact = coder_bit(coder, p_one, exact);
    m->exact_q16 = (uint16_t)(m->exact_q16 + (((exact ? 65535 : 0) - m->exact_q16) >> 2));
    return exact;
}

/* Codes `count` pictures that begin at `at`; returns their bytes. */
static size_t code_array(struct image *m, struct coder *coder, uint8_t *data, size_t at, struct picture p,
                         uint64_t count) {
    size_t bytes = p.width * p.height * p.samples * p.bytes;
    p.data = data + at;
    bool exact = m->level >= LEVEL_MIXED && code_choice(m, coder, &p, count);
    for (p.before = 0; p.before < count; p.before++, p.data += bytes)
        if (m->level < LEVEL_MIXED)
            hunch_fast_code(&m->fast, coder, &p);
        else if (exact)
            hunch_exact_code(&m->exact, coder, data, &p);
        else
            hunch_photo_code(&m->photo, coder, &p);
    return bytes * (size_t)count;
}

static void image_code(void *state, struct coder *coder, uint8_t *data, size_t from, size_t to) {
    struct image *m = state;
    struct picture p;
    uint64_t count;
    size_t at = from;
    undo_note(m->undo, m, sizeof *m);
    while (to - at >= IMAGE_HEAD) {
        hunch_head_code(&m->head, coder, data + at, IMAGE_HEAD);
        at += IMAGE_HEAD;
        if (!read_head(data + at - IMAGE_HEAD, to - at, &p, &count))
            break;
        at += code_array(m, coder, data, at, p, count);
    }
    hunch_fast_bytes(&m->fast, coder, data + at, to - at);
}

static void image_watch(void *state, struct undo *undo) {
    struct image *m = state;
    m->undo = m->fast.undo = undo;
    hunch_photo_watch(&m->photo, undo);
    hunch_exact_watch(&m->exact, undo);
}

static void image_moved(void *state, const struct model_params *p) {
    struct image *m = lay_out(state, p);
    hunch_photo_moved(&m->photo, p->cpu);
    hunch_exact_moved(&m->exact, p->cpu);
    image_watch(m, NULL);
}

const struct model hunch_model_image = {
    .id = 3,
    .name = "image",
    .summary = "pictures: mixed predictors, levels 1 to 9",
    .size = image_size,
    .init = image_init,
    .code = image_code,
    .moved = image_moved,
    .watch = image_watch,
};
