/* Makes a prior of samples. */
#include <string.h>

#include "codec/payload.h"
#include "codec/plan.h"
#include "codec/prior.h"
#include "codec/raw.h"

enum {
    TRIAL_MOST = 1 << 20, /* bytes of a stream that are looked at to choose its format and parameter */
    ROOM_SHARE = 4,       /* a unit may have so many times the longest training sample, */
    GROUP_SHARE = 64,     /* or even so many, */
    GROUP_ROOM = 1 << 14, /* within so many bytes: more would take much memory to undo */
    LEVEL_LEAST = 3       /* block sorting cannot be primed */
};

struct training {
    struct hunch_prior *prior;
    const struct context *context;
    struct buffer streams[PRIOR_KINDS]; /* of all samples */
    struct portion *portions;           /* (samples) */
    uint32_t longest[PRIOR_KINDS];
};

static const uint8_t trainable[] = {CONTENT_BYTES, CONTENT_IMAGE,  CONTENT_AUDIO,
                                    CONTENT_DCT,   CONTENT_RECIPE, CONTENT_CODE};

/* All kinds that can be trained, as they are. */
static void begin_kinds(struct training *t) {
    struct hunch_prior *p = t->prior;
    p->count = sizeof trainable;
    for (unsigned i = 0; i < p->count; i++) {
        int level = trainable[i] == CONTENT_RECIPE ? LEVEL_LEAST : t->context->settings.level; /* recipes are short */
        struct plan plan = hunch_plan_stream(level, trainable[i]);
        p->kinds[i] = (struct prior_kind){.kind = trainable[i], .model = plan.model->id, .parameter = plan.parameter};
    }
}

static enum hunch_status split_samples(struct training *t, const uint8_t *samples, const size_t *lengths,
                                       size_t count) {
    enum hunch_status status = HUNCH_OK;
    for (size_t s = 0; s < count && status == HUNCH_OK; s++) {
        struct array array;
        struct outlook known = hunch_raw_outlook(t->context->settings.as, lengths[s], &array);
        status = hunch_unit_split(t->prior, t->context, samples, lengths[s], known, false, t->streams, &t->portions[s]);
        samples += lengths[s];
    }
    return status;
}

/* Leaves out kinds that did not come. */
static void drop_kinds(struct training *t, size_t count) {
    struct hunch_prior *p = t->prior;
    unsigned kept = 0;
    for (unsigned i = 0; i < p->count; i++) {
        if (t->streams[i].length == 0) {
            hunch_buffer_free(&t->streams[i], &t->context->allocator);
            continue;
        }
        struct buffer stream = t->streams[i];
        t->streams[i] = (struct buffer){0};
        t->streams[kept] = stream;
        p->kinds[kept] = p->kinds[i];
        for (size_t s = 0; s < count; s++)
            t->portions[s].length[kept] = t->portions[s].length[i];
        kept++;
    }
    for (size_t s = 0; s < count; s++)
        memset(t->portions[s].length + kept, 0, sizeof(uint32_t) * (PRIOR_KINDS - kept));
    p->count = kept;
}

/* What a block of such a stream would be coded with. */
static enum hunch_status choose(struct training *t, unsigned i) {
    struct prior_kind *k = &t->prior->kinds[i];
    if (k->kind == CONTENT_RECIPE)
        return HUNCH_OK;
    const struct allocator *a = &t->context->allocator;
    uint8_t *formed = NULL;
    struct stream_header header = {.length = t->streams[i].length < TRIAL_MOST ? t->streams[i].length : TRIAL_MOST};
    uint8_t *spare = hunch_allocate(a, (size_t)header.length);
    enum hunch_status status = HUNCH_NO_MEMORY;
    if (spare)
        status = hunch_payload_plan(t->context, (enum content_kind)k->kind, t->streams[i].bytes, &header,
                                    spare, &formed);
    hunch_release(a, spare);
    hunch_release(a, formed);
    if (status == HUNCH_OK && (!header.format || k->kind == CONTENT_BYTES)) {
        k->parameter = header.parameter;
        k->format = header.format;
    }
    return status;
}

/* Puts every sample's bytes through the format that was chosen. */
static enum hunch_status form(struct training *t, unsigned i, size_t count) {
    struct buffer plain = t->streams[i], all[PRIOR_KINDS] = {{0}};
    struct hunch_prior *p = t->prior;
    struct context context = *t->context;
    enum hunch_status status = HUNCH_OK;
    const uint8_t *at = plain.bytes;
    context.settings.use_formats = 0; /* taken apart already */
    for (size_t s = 0; s < count && status == HUNCH_OK; s++) {
        struct portion portion;
        uint32_t length = t->portions[s].length[i];
        if (length == 0)
            continue;
        status = hunch_unit_split(p, &context, at, length, (struct outlook){0}, false, all, &portion);
        t->portions[s].length[i] = portion.length[i];
        t->portions[s].original = portion.original;
        at += length;
    }
    hunch_buffer_free(&plain, &t->context->allocator);
    t->streams[i] = all[i];
    return status;
}

static void measure_kinds(struct training *t, size_t count) {
    for (unsigned i = 0; i < t->prior->count; i++) {
        struct prior_kind *k = &t->prior->kinds[i];
        for (size_t s = 0; s < count; s++)
            t->longest[i] = t->portions[s].length[i] > t->longest[i] ? t->portions[s].length[i] : t->longest[i];
        uint64_t room = (uint64_t)t->longest[i] * ROOM_SHARE, group = (uint64_t)t->longest[i] * GROUP_SHARE;
        group = group < GROUP_ROOM ? group : GROUP_ROOM;
        room = room > group ? room : group;
        k->room = room < UNIT_ROOM_LEAST ? UNIT_ROOM_LEAST : room > UNIT_ROOM ? UNIT_ROOM : room;
        k->history = t->streams[i].length;
    }
}

/* The samples into the file, one behind another. */
static enum hunch_status code_samples(struct training *t, size_t count, uint8_t *target, size_t *written) {
    struct hunch_prior *p = t->prior;
    struct coder coder;
    uint64_t from[PRIOR_KINDS] = {0};
    size_t head;
    enum hunch_status status = hunch_prior_write(p, target, *written, &head);
    if (status == HUNCH_OK)
        status = hunch_prior_begin(p);
    if (status != HUNCH_OK)
        return status;
    struct mind *m = p->minds[0];
    for (unsigned i = 0; i < p->count; i++)
        memcpy(m->memory + p->kinds[i].bytes, t->streams[i].bytes, t->streams[i].length);
    hunch_coder_init(&coder, CODER_ENCODE, target + head, *written - head);
    for (size_t s = 0; s < count; s++) {
        hunch_unit_code(p, m, &coder, &t->portions[s], from, false);
        for (unsigned i = 0; i < p->count; i++)
            from[i] += t->portions[s].length[i];
        hunch_prior_tell(p, from, t->context);
    }
    size_t coded = hunch_coder_finish(&coder);
    if (coder.trouble != CODER_FINE)
        return hunch_payload_status(&coder);
    *written = head + coded;
    hunch_prior_seal(target, *written);
    return HUNCH_OK;
}

static enum hunch_status train(struct training *t, uint8_t *target, size_t *written, const uint8_t *samples,
                               const size_t *lengths, size_t count) {
    struct hunch_prior *p = t->prior;
    begin_kinds(t);
    enum hunch_status status = split_samples(t, samples, lengths, count);
    if (status == HUNCH_OK)
        drop_kinds(t, count);
    for (unsigned i = 0; i < p->count && status == HUNCH_OK; i++) {
        status = choose(t, i);
        if (status == HUNCH_OK && p->kinds[i].format)
            status = form(t, i, count);
    }
    if (status != HUNCH_OK)
        return status;
    measure_kinds(t, count);
    status = hunch_prior_lay_out(p);
    if (status == HUNCH_DAMAGED)
        return HUNCH_BAD_ARGUMENT; /* too many samples */
    return status == HUNCH_OK ? code_samples(t, count, target, written) : status;
}

size_t hunch_train_bound(size_t length) {
    /* a sample of one byte of noise may take another byte to say how long it is */
    return length > SIZE_MAX / 4 ? SIZE_MAX : 2 * length + PRIOR_FIELDS_MOST + 4096;
}

enum hunch_status hunch_train(void *target, size_t *written, const char *name, const void *samples,
                              const size_t *lengths, size_t count, const struct hunch_settings *settings) {
    struct context context;
    struct array as;
    enum hunch_status status = hunch_context_fill(&context, settings);
    if (status != HUNCH_OK || !target || !written || !name || !samples || !lengths || count == 0 ||
        strlen(name) > PRIOR_NAME_MOST || context.settings.level < LEVEL_LEAST)
        return HUNCH_BAD_ARGUMENT;
    if (context.settings.as && !hunch_raw_parse(context.settings.as, &as))
        return HUNCH_BAD_ARGUMENT;
    for (size_t s = 0; s < count; s++)
        if (lengths[s] == 0 || lengths[s] > UINT32_MAX / 2)
            return HUNCH_BAD_ARGUMENT;
    struct training t = {.prior = hunch_prior_new(&context), .context = &context};
    t.portions = hunch_allocate(&context.allocator, count * sizeof *t.portions);
    status = HUNCH_NO_MEMORY;
    if (t.prior && t.portions) {
        strcpy(t.prior->name, name);
        t.prior->samples = count;
        status = train(&t, target, written, samples, lengths, count);
    }
    for (unsigned i = 0; i < PRIOR_KINDS; i++)
        hunch_buffer_free(&t.streams[i], &context.allocator);
    hunch_release(&context.allocator, t.portions);
    hunch_prior_close(&t.prior);
    return status;
}
