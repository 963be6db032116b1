#include "codec/raw.h"

#include <string.h>

#include "formats/pieces/array.h"

enum { ENDLESS_BITS = 40, NUMBER_MOST = 1 << 30 }; /* an array longer than any file: 2^40 bytes */

struct type {
    const char *name;
    enum content_kind kind;
    uint8_t what;  /* element, layout of a picture, or bits of a sound's samples */
    uint8_t flags;
};

static const struct type types[] = {
    {"f64", CONTENT_TENSOR, ELEMENT_F64, 0},   {"f32", CONTENT_TENSOR, ELEMENT_F32, 0},
    {"f16", CONTENT_TENSOR, ELEMENT_F16, 0},   {"bf16", CONTENT_TENSOR, ELEMENT_BF16, 0},
    {"f8", CONTENT_TENSOR, ELEMENT_F8, 0},     {"i8", CONTENT_TENSOR, ELEMENT_I8, 0},
    {"i16", CONTENT_TENSOR, ELEMENT_I16, 0},   {"i32", CONTENT_TENSOR, ELEMENT_I32, 0},
    {"i64", CONTENT_TENSOR, ELEMENT_I64, 0},   {"gray8", CONTENT_IMAGE, 1, 0},
    {"rgb8", CONTENT_IMAGE, 3, 0},             {"rgba8", CONTENT_IMAGE, 4, 0},
    {"gray16be", CONTENT_IMAGE, 1 | 8, 0},     {"rgb16be", CONTENT_IMAGE, 3 | 8, 0},
    {"pcm8", CONTENT_AUDIO, 8, 0},             {"pcm16", CONTENT_AUDIO, 16, 0},
    {"pcm24", CONTENT_AUDIO, 24, 0},           {"pcm32", CONTENT_AUDIO, 32, 0},
    {"pcmf32", CONTENT_AUDIO, 32, AUDIO_FLOAT},
};

/* A number and, if there is one, an x and another; false when there is something else. */
static bool numbers(const char *text, uint64_t values[2]) {
    unsigned n = 0;
    for (; n < 2; n++) {
        values[n] = 0;
        if (*text < '0' || *text > '9')
            return false;
        while (*text >= '0' && *text <= '9' && values[n] < NUMBER_MOST)
            values[n] = values[n] * 10 + (uint64_t)(*text++ - '0');
        if (*text != 'x' || n == 1)
            break;
        text++;
    }
    return *text == 0 && values[0] > 0 && values[0] < NUMBER_MOST && values[1] < NUMBER_MOST;
}

/* As many as 2^40 bytes hold. */
static void make_endless(struct array *a) {
    uint64_t unit = a->sample * a->width * a->height;
    a->count = unit ? (UINT64_C(1) << ENDLESS_BITS) / unit : 0;
    if (a->kind != CONTENT_TENSOR && a->count > UINT32_MAX)
        a->count = UINT32_MAX;
}

static bool describe(const struct type *t, const uint64_t v[2], struct array *a) {
    if (t->kind == CONTENT_TENSOR)
        *a = hunch_array_tensor(0, t->what, t->flags, v[0], 1);
    else if (t->kind == CONTENT_AUDIO)
        *a = hunch_array_audio(0, v[0] <= UINT8_MAX ? (unsigned)v[0] : 0, t->what, t->flags, 1);
    else
        *a = hunch_array_image(0, t->what, v[0], v[1] ? v[1] : 1, 1);
    if (t->kind != CONTENT_IMAGE ? v[1] != 0 : v[0] * (v[1] ? v[1] : 1) > NUMBER_MOST)
        return false;
    make_endless(a);
    if (t->kind == CONTENT_IMAGE && v[1] == 0) { /* rows without end */
        a->height = a->count;
        a->count = 1;
    }
    return hunch_array_size(a) != UINT64_MAX && hunch_array_size(a) != 0;
}

bool hunch_raw_parse(const char *text, struct array *array) {
    const char *colon = strchr(text, ':');
    size_t name = colon ? (size_t)(colon - text) : strlen(text);
    uint64_t values[2] = {1, 0};
    if (colon && !numbers(colon + 1, values))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strlen(types[i].name) == name && strncmp(types[i].name, text, name) == 0)
            return describe(&types[i], values, array);
    return false;
}

struct outlook hunch_raw_outlook(const char *text, uint64_t length, struct array *array) {
    bool known = text && hunch_raw_parse(text, array) && hunch_array_fit(array, length);
    return (struct outlook){array, known};
}
