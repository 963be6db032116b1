#include "models/audio/samples.h"

#include "base/bytes.h"

enum { NARROW_MOST = 256 /* values */, MANTISSA = 23, STEP_BITS = 24 };

bool hunch_audio_head(struct audio_array *a, const uint8_t head[8]) {
    *a = (struct audio_array){.channels = head[0], .bits = head[1], .real = head[2] & 1, .high_first = head[2] & 2,
                              .is_signed = head[2] & 4, .frames = load_u32(head + 4)};
    bool width = a->bits == 8 || a->bits == 16 || a->bits == 24 || a->bits == 32;
    return a->channels > 0 && width && head[2] < 8 && head[3] == 0 && (!a->real || a->bits == 32);
}

uint64_t hunch_audio_bytes(const struct audio_array *a) {
    return (uint64_t)a->frames * (a->channels * (a->bits / 8));
}

unsigned hunch_audio_width(const struct audio_array *a) {
    static const uint8_t widths[FORMS] = {0, 16, 25, 25};
    return a->form == FORM_INTEGER ? a->bits : widths[a->form];
}

static uint32_t load_raw(const struct audio_array *a, const uint8_t *p) {
    uint32_t v = 0;
    unsigned n = a->bits / 8;
    for (unsigned i = 0; i < n; i++)
        v |= (uint32_t)p[a->high_first ? n - 1 - i : i] << 8 * i;
    return v;
}

static void store_raw(const struct audio_array *a, uint8_t *p, uint32_t v) {
    unsigned n = a->bits / 8;
    for (unsigned i = 0; i < n; i++)
        p[a->high_first ? n - 1 - i : i] = (uint8_t)(v >> 8 * i);
}

static bool offset_binary(const struct audio_array *a) {
    return a->bits == 8 && !a->is_signed;
}

/* Of a float that is one, |multiple| < 2^24; else of some other. */
static int32_t multiple_of(const struct audio_array *a, uint32_t v) {
    unsigned exponent = v >> MANTISSA & 255;
    if (exponent == 0 || exponent > a->top || exponent + MANTISSA < a->top)
        return 0;
    uint32_t m = (1u << MANTISSA | (v & ((1u << MANTISSA) - 1))) >> (a->top - exponent);
    return v >> 31 ? -(int32_t)m : (int32_t)m;
}

/* The float of a multiple; any value the form allows gives some float. */
static uint32_t float_of(const struct audio_array *a, int32_t k) {
    uint32_t m = k < 0 ? 0u - (uint32_t)k : (uint32_t)k;
    if (m == 0)
        return 0;
    unsigned top = log2_floor(m);
    uint32_t mantissa = top <= MANTISSA ? m << (MANTISSA - top) : m >> (top - MANTISSA);
    uint32_t exponent = (a->top + top - MANTISSA) & 255;
    return (k < 0 ? 1u << 31 : 0) | exponent << MANTISSA | (mantissa & ((1u << MANTISSA) - 1));
}

int32_t hunch_audio_load(const struct audio_array *a, const uint8_t *p) {
    uint32_t v = load_raw(a, p);
    if (a->form == FORM_MULTIPLE_16 || a->form == FORM_MULTIPLE_25)
        return multiple_of(a, v);
    if (a->form == FORM_FLOAT)
        return (int32_t)(v >> 31 ? v ^ 0x7FFFFFFF : v);
    if (offset_binary(a))
        return (int32_t)v - 128;
    return (int32_t)(v << (32 - a->bits)) >> (32 - a->bits);
}

void hunch_audio_store(const struct audio_array *a, uint8_t *p, int32_t v) {
    if (a->form == FORM_MULTIPLE_16 || a->form == FORM_MULTIPLE_25)
        store_raw(a, p, float_of(a, v));
    else if (a->form == FORM_FLOAT)
        store_raw(a, p, v < 0 ? (uint32_t)v ^ 0x7FFFFFFF : (uint32_t)v);
    else
        store_raw(a, p, offset_binary(a) ? (uint32_t)v + 128 : (uint32_t)v);
}

/* Whether all floats are multiples in the form that the array has now; false too for infinities, numbers that are
 * none, the smallest and minus zero. */
static bool all_multiples(const struct audio_array *a, const uint8_t *data, uint64_t samples) {
    int32_t most = 0;
    for (uint64_t i = 0; i < samples; i++) {
        uint32_t v = load_raw(a, data + 4 * i);
        int32_t k = multiple_of(a, v);
        if (float_of(a, k) != v)
            return false;
        k = k < 0 ? -k : k;
        most = k > most ? k : most;
    }
    return a->form == FORM_MULTIPLE_25 || most < 1 << 15;
}

void hunch_audio_form(struct audio_array *a, const uint8_t *data) {
    uint64_t samples = (uint64_t)a->frames * a->channels;
    int low = 255, high = 0; /* exponents of the lowest and of the highest bit that is set */
    a->form = FORM_INTEGER;
    a->top = 0;
    if (!a->real)
        return;
    for (uint64_t i = 0; i < samples; i++) {
        uint32_t v = load_raw(a, data + 4 * i);
        int exponent = (int)(v >> MANTISSA & 255);
        if (exponent == 0 || exponent == 255)
            continue;
        int zeros = __builtin_ctz(v | 1u << MANTISSA);
        low = exponent - MANTISSA + zeros < low ? exponent - MANTISSA + zeros : low;
        high = exponent > high ? exponent : high;
    }
    if (high - low < STEP_BITS && low > 0 && low + MANTISSA < 255) {
        a->top = (uint8_t)(low + MANTISSA);
        for (a->form = FORM_MULTIPLE_16; a->form <= FORM_MULTIPLE_25; a->form++)
            if (all_multiples(a, data, samples))
                return;
    }
    a->form = FORM_FLOAT;
    a->top = (uint8_t)high;
}

void hunch_audio_bounds(const struct audio_array *a, struct audio_grid *g) {
    unsigned bits = a->form == FORM_FLOAT ? 32 : hunch_audio_width(a);
    g->most = (int32_t)(UINT32_MAX >> (33 - bits)) >> g->shift;
    g->least = -g->most - 1;
}

void hunch_audio_measure(const struct audio_array *a, const uint8_t *data, unsigned channel, struct audio_grid *g) {
    size_t step = a->channels * (size_t)(a->bits / 8), at = channel * (size_t)(a->bits / 8);
    int32_t least = INT32_MAX, most = INT32_MIN;
    uint32_t any = 0;
    for (uint32_t t = 0; t < a->frames; t++, at += step) {
        int32_t v = hunch_audio_load(a, data + at);
        least = v < least ? v : least;
        most = v > most ? v : most;
        any |= (uint32_t)v;
    }
    *g = (struct audio_grid){0};
    if (a->form == FORM_FLOAT || a->frames == 0)
        return;
    g->shift = any ? (uint8_t)__builtin_ctz(any) : 0;
    g->least = least >> g->shift;
    g->most = most >> g->shift;
    g->narrow = a->frames >= NARROW_MOST && (int64_t)g->most - g->least < NARROW_MOST;
}

int32_t hunch_audio_steps(const struct audio_array *a, int32_t place) {
    const int32_t most = (1 << STEP_BITS) - 1;
    uint32_t v = place < 0 ? (uint32_t)~place : (uint32_t)place;
    int exponent = (int)(v >> MANTISSA), up = exponent - a->top;
    uint32_t m = exponent == 0 ? 0 : 1u << MANTISSA | (v & ((1u << MANTISSA) - 1));
    int32_t steps = up > 0 ? most : -up > MANTISSA ? 0 : (int32_t)(m >> -up);
    return place < 0 ? -steps : steps;
}

int32_t hunch_audio_place(const struct audio_array *a, int64_t steps_q22, unsigned *fine) {
    uint64_t m = steps_q22 < 0 ? 0 - (uint64_t)steps_q22 : (uint64_t)steps_q22;
    unsigned top = m ? 63u - (unsigned)__builtin_clzll(m) : 0;
    int exponent = (int)top - 22 + a->top - MANTISSA;
    uint32_t v = 0;
    if (m && exponent > 0)
        v = (uint32_t)(top > MANTISSA ? m >> (top - MANTISSA) : m << (MANTISSA - top));
    int down = a->top - (exponent > 1 ? exponent : 1);
    *fine = down < 0 ? 0 : down > STEP_BITS ? STEP_BITS : (unsigned)down;
    if (v)
        v = exponent > 254 ? 0x7F7FFFFF : (uint32_t)exponent << MANTISSA | (v & ((1u << MANTISSA) - 1));
    return steps_q22 < 0 ? (int32_t)~v : (int32_t)v;
}
