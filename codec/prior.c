#include "codec/prior.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/wire.h"
#include "formats/registry.h"
#include "models/registry.h"

enum {
    MAGIC_LENGTH = 8,
    ID_LENGTH = 8,
    HISTORY_MOST = 1 << 29, /* bytes of a kind */
    NOTES_PER_BYTE = 8192,  /* bytes of undo log for each byte that is coded, at most */
    LOG_SHARE = 4           /* of a state that is copied for long units, the share that is noted for short ones */
};

static const uint8_t magic[MAGIC_LENGTH] = {0x89, 'H', 'P', 'R', 'I', 'O', 'R', 1};

/* What a mind begins with. */
struct mind_head {
    uint8_t magic[MAGIC_LENGTH];
    uint64_t id;
    uint64_t size;
    char version[16];
    struct head head;
};

static const uint8_t mind_magic[MAGIC_LENGTH] = {0x89, 'H', 'M', 'I', 'N', 'D', 0, 1};

/* ---- the object */

struct hunch_prior *hunch_prior_new(const struct context *context) {
    struct hunch_prior *p = hunch_allocate(&context->allocator, sizeof *p);
    if (!p)
        return NULL;
    p->allocator = context->allocator;
    p->cpu = context->cpu;
    p->memory_limit = context->settings.memory_limit;
    if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->idle, NULL) != 0) {
        hunch_release(&p->allocator, p);
        return NULL;
    }
    return p;
}

static struct model_params params_of(const struct hunch_prior *p, const struct prior_kind *k) {
    return (struct model_params){(uint32_t)k->parameter, (size_t)(k->history + k->room), p->cpu};
}

enum hunch_status hunch_prior_lay_out(struct hunch_prior *p) {
    struct arena count = {NULL, 0};
    hunch_arena_take(&count, sizeof(struct mind_head));
    for (unsigned i = 0; i < p->count; i++) {
        struct prior_kind *k = &p->kinds[i];
        if (k->history > HISTORY_MOST || k->room > UNIT_ROOM || k->history + k->room == 0)
            return HUNCH_DAMAGED;
        if (k->model > UINT32_MAX || k->parameter > UINT32_MAX || k->format > UINT32_MAX ||
            (k->format && (k->kind != CONTENT_BYTES || !hunch_format_find((uint32_t)k->format))))
            return HUNCH_UNSUPPORTED;
        struct model_params params = params_of(p, k);
        k->coder = hunch_model_find((uint32_t)k->model);
        k->state_size = k->coder && k->coder->moved ? k->coder->size(&params) : 0;
        if (k->state_size == 0)
            return HUNCH_UNSUPPORTED;
        k->state = count.used;
        hunch_arena_take(&count, k->state_size);
        k->bytes = count.used;
        hunch_arena_take(&count, (size_t)(k->history + k->room));
    }
    p->size = count.used;
    return p->size < SIZE_MAX / 2 ? HUNCH_OK : HUNCH_UNSUPPORTED;
}

/* Whether units may be so long that the state is copied, instead of noting what changes. */
static bool may_be_copied(const struct prior_kind *k) {
    return !k->coder->watch || k->room * NOTES_PER_BYTE > k->state_size;
}

/* The longest log of a kind. */
static uint64_t log_most(const struct prior_kind *k) {
    return !k->coder->watch ? 0 : may_be_copied(k) ? k->state_size / LOG_SHARE : k->room * NOTES_PER_BYTE;
}

uint64_t hunch_prior_need(const struct hunch_prior *p) {
    uint64_t need = p->size;
    for (unsigned i = 0; i < p->count; i++)
        need += log_most(&p->kinds[i]) + (may_be_copied(&p->kinds[i]) ? p->kinds[i].state_size : 0);
    return need;
}

uint64_t hunch_prior_taken(struct hunch_prior *p) {
    pthread_mutex_lock(&p->lock);
    uint64_t taken = hunch_prior_need(p) * p->mind_count;
    pthread_mutex_unlock(&p->lock);
    return taken;
}

static uint64_t rooms_of(const struct hunch_prior *p) {
    uint64_t rooms = 0;
    for (unsigned i = 0; i < p->count; i++)
        rooms += p->kinds[i].room;
    return rooms;
}

uint64_t hunch_prior_join_need(const struct hunch_prior *p) {
    uint64_t rooms = rooms_of(p);
    return rooms + hunch_pieces_scratch(UNIT_MOST, rooms);
}

uint64_t hunch_prior_split_need(const struct hunch_prior *p, uint64_t length) {
    return 2 * rooms_of(p) + UNIT_SPLIT_ROOM + UNIT_SPLIT_RATIO * (length < UNIT_MOST ? length : UNIT_MOST);
}

static struct mind_head *head_of(const struct mind *m) {
    return (struct mind_head *)(void *)m->memory;
}

/* A mind around this memory, or around fresh memory. */
static struct mind *add_mind(struct hunch_prior *p, uint8_t *memory) {
    struct mind *m = hunch_allocate(&p->allocator, sizeof *m);
    if (!m)
        return NULL;
    m->undo.allocator = &p->allocator;
    m->adopted = memory != NULL;
    m->memory = memory ? memory : hunch_allocate(&p->allocator, p->size);
    if (!m->memory) {
        hunch_release(&p->allocator, m);
        return NULL;
    }
    p->minds[p->mind_count++] = m;
    return m;
}

enum hunch_status hunch_prior_begin(struct hunch_prior *p) {
    if (hunch_prior_need(p) > p->memory_limit)
        return HUNCH_MEMORY_LIMIT;
    struct mind *m = add_mind(p, NULL);
    if (!m)
        return HUNCH_NO_MEMORY;
    struct mind_head *head = head_of(m);
    memcpy(head->magic, mind_magic, MAGIC_LENGTH);
    memcpy(head->version, HUNCH_VERSION, sizeof HUNCH_VERSION);
    head->size = p->size;
    hunch_head_init(&head->head);
    for (unsigned i = 0; i < p->count; i++) {
        struct model_params params = params_of(p, &p->kinds[i]);
        p->kinds[i].coder->init(m->memory + p->kinds[i].state, &params);
    }
    return HUNCH_OK;
}

/* Lays out a kind's state that was copied from elsewhere. */
static void settle(const struct hunch_prior *p, struct mind *m, unsigned kind) {
    struct model_params params = params_of(p, &p->kinds[kind]);
    p->kinds[kind].coder->moved(m->memory + p->kinds[kind].state, &params);
}

static void settle_all(const struct hunch_prior *p, struct mind *m) {
    for (unsigned i = 0; i < p->count; i++)
        settle(p, m, i);
}

void hunch_prior_close(hunch_prior **prior) {
    if (!prior || !*prior)
        return;
    struct hunch_prior *p = *prior;
    struct allocator allocator = p->allocator;
    for (unsigned i = 0; i < p->mind_count; i++) {
        hunch_undo_free(&p->minds[i]->undo);
        if (!p->minds[i]->adopted)
            hunch_release(&allocator, p->minds[i]->memory);
        hunch_release(&allocator, p->minds[i]);
    }
    for (unsigned i = 0; i < PRIOR_KINDS; i++)
        hunch_release(&allocator, p->kept[i]);
    hunch_buffer_free(&p->file, &allocator);
    pthread_cond_destroy(&p->idle);
    pthread_mutex_destroy(&p->lock);
    hunch_release(&allocator, p);
    *prior = NULL;
}

/* ---- minds and threads */

static struct mind *find_idle(struct hunch_prior *p) {
    for (unsigned i = 0; i < p->mind_count; i++)
        if (!p->minds[i]->busy && !p->minds[i]->spoilt)
            return p->minds[i];
    return NULL;
}

static bool any_busy(const struct hunch_prior *p) {
    for (unsigned i = 0; i < p->mind_count; i++)
        if (p->minds[i]->busy)
            return true;
    return false;
}

struct mind *hunch_prior_acquire(struct hunch_prior *p) {
    struct mind *m;
    pthread_mutex_lock(&p->lock);
    while ((m = find_idle(p)) == NULL && any_busy(p))
        pthread_cond_wait(&p->idle, &p->lock);
    if (m)
        m->busy = true;
    pthread_mutex_unlock(&p->lock);
    return m;
}

/* Keeps a state that is about to be changed in many places; under no lock but the mind's owner's. */
static bool keep(struct hunch_prior *p, struct mind *m, unsigned kind) {
    const struct prior_kind *k = &p->kinds[kind];
    bool good = true;
    pthread_mutex_lock(&p->lock);
    if (!p->kept[kind]) {
        p->kept[kind] = hunch_allocate(&p->allocator, k->state_size);
        good = p->kept[kind] != NULL;
        if (good)
            memcpy(p->kept[kind], m->memory + k->state, k->state_size);
    }
    pthread_mutex_unlock(&p->lock);
    if (good)
        m->copied |= 1u << kind;
    return good;
}

/* Gets a kind's state ready to be changed; false when memory is short. */
static bool guard(struct hunch_prior *p, struct mind *m, unsigned kind, uint64_t length) {
    const struct prior_kind *k = &p->kinds[kind];
    if (length * NOTES_PER_BYTE > log_most(k))
        return keep(p, m, kind);
    k->coder->watch(m->memory + k->state, &m->undo);
    return true;
}

static void make_as_before(struct hunch_prior *p, struct mind *m) {
    m->spoilt |= !hunch_undo_roll_back(&m->undo);
    for (unsigned i = 0; i < p->count; i++) {
        const struct prior_kind *k = &p->kinds[i];
        uint8_t *state = m->memory + k->state;
        if (m->copied >> i & 1) {
            memcpy(state, p->kept[i], k->state_size);
            settle(p, m, i);
        } else if (k->coder->watch) {
            k->coder->watch(state, NULL);
        }
    }
    m->copied = 0;
}

void hunch_prior_release(struct hunch_prior *p, struct mind *m) {
    make_as_before(p, m);
    pthread_mutex_lock(&p->lock);
    m->busy = false;
    if (m->spoilt)
        pthread_cond_broadcast(&p->idle); /* it may have been the last: nobody is to wait for one */
    else
        pthread_cond_signal(&p->idle);
    pthread_mutex_unlock(&p->lock);
}

void hunch_prior_share(struct hunch_prior *p, unsigned threads) {
    struct mind *first = hunch_prior_acquire(p);
    if (!first)
        return;
    pthread_mutex_lock(&p->lock);
    uint64_t most = p->memory_limit / hunch_prior_need(p);
    while (p->mind_count < threads && p->mind_count < PRIOR_MINDS && p->mind_count < most) {
        struct mind *m = add_mind(p, NULL);
        if (!m)
            break;
        memcpy(m->memory, first->memory, p->size);
        settle_all(p, m);
    }
    pthread_mutex_unlock(&p->lock);
    hunch_prior_release(p, first);
}

void hunch_unit_code(struct hunch_prior *p, struct mind *m, struct coder *coder, struct portion *portion,
                     const uint64_t from[PRIOR_KINDS], bool note) {
    uint8_t bytes[4 * PRIOR_KINDS + 4];
    for (unsigned i = 0; i < p->count; i++)
        store_u32(bytes + 4 * i, portion->length[i]);
    store_u32(bytes + 4 * p->count, portion->original);
    if (note)
        hunch_undo_note(&m->undo, &head_of(m)->head, sizeof(struct head));
    hunch_head_code(&head_of(m)->head, coder, bytes, 4 * p->count + 4);
    portion->original = load_u32(bytes + 4 * p->count);
    for (unsigned i = 0; i < p->count; i++) {
        const struct prior_kind *k = &p->kinds[i];
        portion->length[i] = load_u32(bytes + 4 * i);
        if (portion->length[i] > k->history + k->room - from[i]) {
            coder_fail(coder, CODER_DAMAGED);
            portion->length[i] = 0;
        }
        if (portion->length[i] == 0)
            continue;
        if (note && !guard(p, m, i, portion->length[i])) {
            coder_fail(coder, CODER_NO_MEMORY);
            continue;
        }
        k->coder->code(m->memory + k->state, coder, m->memory + k->bytes, (size_t)from[i],
                       (size_t)from[i] + portion->length[i]);
        if (m->undo.failed)
            coder_fail(coder, CODER_NO_MEMORY);
    }
}

/* ---- files */

static void fields(struct wire *w, struct hunch_prior *p) {
    uint64_t length = strlen(p->name), count = p->count;
    hunch_wire_varint(w, &length);
    if (length > PRIOR_NAME_MOST)
        w->broken = true;
    for (uint64_t i = 0; i < length && !w->broken; i++)
        hunch_wire_u8(w, (uint8_t *)&p->name[i]);
    hunch_wire_varint(w, &p->samples);
    hunch_wire_varint(w, &count);
    if (count == 0 || count > PRIOR_KINDS)
        w->broken = true;
    p->count = w->broken ? 0 : (unsigned)count;
    for (unsigned i = 0; i < p->count; i++) {
        struct prior_kind *k = &p->kinds[i];
        hunch_wire_varint(w, &k->kind);
        hunch_wire_varint(w, &k->model);
        hunch_wire_varint(w, &k->parameter);
        hunch_wire_varint(w, &k->format);
        hunch_wire_varint(w, &k->history);
        hunch_wire_varint(w, &k->room);
        if (k->kind >= CONTENT_KINDS || (i > 0 && k->kind <= p->kinds[i - 1].kind))
            w->broken = true;
    }
}

enum hunch_status hunch_prior_write(struct hunch_prior *p, uint8_t *target, size_t capacity, size_t *head) {
    uint8_t bytes[PRIOR_FIELDS_MOST];
    struct wire w = wire_open(WIRE_WRITE, bytes, sizeof bytes);
    fields(&w, p);
    size_t length = (size_t)(w.at - bytes);
    *head = MAGIC_LENGTH + ID_LENGTH + length;
    if (capacity < *head)
        return HUNCH_OUTPUT_FULL;
    memcpy(target, magic, MAGIC_LENGTH);
    memcpy(target + MAGIC_LENGTH + ID_LENGTH, bytes, length);
    return HUNCH_OK;
}

void hunch_prior_seal(uint8_t *target, size_t length) {
    store_u64(target + MAGIC_LENGTH, hunch_hash(target + MAGIC_LENGTH + ID_LENGTH, length - MAGIC_LENGTH - ID_LENGTH));
}

/* Reads what stands before the payload, at *at. */
static enum hunch_status read_fields(struct hunch_prior *p, const uint8_t *data, size_t length, size_t *at) {
    uint64_t total = 0;
    if (length < MAGIC_LENGTH + ID_LENGTH || memcmp(data, magic, MAGIC_LENGTH - 1) != 0)
        return HUNCH_NOT_ARCHIVE;
    if (data[MAGIC_LENGTH - 1] != magic[MAGIC_LENGTH - 1])
        return HUNCH_UNSUPPORTED;
    p->id = load_u64(data + MAGIC_LENGTH);
    if (p->id != hunch_hash(data + MAGIC_LENGTH + ID_LENGTH, length - MAGIC_LENGTH - ID_LENGTH))
        return HUNCH_DAMAGED;
    struct wire w = wire_open(WIRE_READ, (uint8_t *)(uintptr_t)data + MAGIC_LENGTH + ID_LENGTH,
                              length - MAGIC_LENGTH - ID_LENGTH);
    fields(&w, p);
    if (w.broken)
        return HUNCH_DAMAGED;
    *at = (size_t)(w.at - data);
    enum hunch_status status = hunch_prior_lay_out(p);
    for (unsigned i = 0; i < p->count; i++)
        total += p->kinds[i].history;
    return status == HUNCH_OK && p->samples > total ? HUNCH_DAMAGED : status;
}

void hunch_prior_tell(const struct hunch_prior *p, const uint64_t from[PRIOR_KINDS], const struct context *context) {
    const struct hunch_settings *s = &context->settings;
    uint64_t done = 0, total = 0;
    for (unsigned i = 0; i < p->count; i++) {
        done += from[i];
        total += p->kinds[i].history;
    }
    if (s->on_progress)
        s->on_progress(s->opaque, done, total);
}

/* Decodes the training samples: afterwards the models have read them. */
static enum hunch_status prime(struct hunch_prior *p, const uint8_t *payload, size_t length,
                               const struct context *context) {
    struct coder coder;
    uint64_t from[PRIOR_KINDS] = {0};
    enum hunch_status status = hunch_prior_begin(p);
    if (status != HUNCH_OK)
        return status;
    hunch_coder_init(&coder, CODER_DECODE, (uint8_t *)(uintptr_t)payload, length);
    for (uint64_t s = 0; s < p->samples && coder.trouble == CODER_FINE; s++) {
        struct portion portion = {{0}, 0};
        hunch_unit_code(p, p->minds[0], &coder, &portion, from, false);
        for (unsigned i = 0; i < p->count; i++) {
            from[i] += portion.length[i];
            if (from[i] > p->kinds[i].history)
                return HUNCH_DAMAGED;
        }
        hunch_prior_tell(p, from, context);
    }
    for (unsigned i = 0; i < p->count; i++)
        if (from[i] != p->kinds[i].history)
            return HUNCH_DAMAGED;
    head_of(p->minds[0])->id = p->id;
    return coder.trouble == CODER_NO_MEMORY ? HUNCH_NO_MEMORY : coder.trouble ? HUNCH_DAMAGED : HUNCH_OK;
}

/* Takes memory that a mind was saved in. */
static enum hunch_status adopt(struct hunch_prior *p, void *image, size_t size) {
    const struct mind_head *head = image;
    if (size != p->size || size < sizeof *head || memcmp(head->magic, mind_magic, MAGIC_LENGTH) != 0 ||
        head->id != p->id || head->size != p->size ||
        strncmp(head->version, HUNCH_VERSION, sizeof head->version) != 0 ||
        (uintptr_t)image % ARENA_ALIGN != 0)
        return HUNCH_BAD_ARGUMENT;
    if (hunch_prior_need(p) > p->memory_limit)
        return HUNCH_MEMORY_LIMIT;
    struct mind *m = add_mind(p, image);
    if (!m)
        return HUNCH_NO_MEMORY;
    settle_all(p, m);
    return HUNCH_OK;
}

static enum hunch_status open_prior(hunch_prior **prior, const void *data, size_t length, void *image, size_t size,
                                    const struct hunch_settings *settings) {
    struct context context;
    size_t at = 0;
    if (!prior)
        return HUNCH_BAD_ARGUMENT;
    *prior = NULL;
    enum hunch_status status = hunch_context_fill(&context, settings);
    if (status != HUNCH_OK || !data)
        return HUNCH_BAD_ARGUMENT;
    struct hunch_prior *p = hunch_prior_new(&context);
    if (!p)
        return HUNCH_NO_MEMORY;
    status = read_fields(p, data, length, &at);
    if (status == HUNCH_OK && !hunch_buffer_append(&p->file, &p->allocator, data, length))
        status = HUNCH_NO_MEMORY;
    if (status == HUNCH_OK)
        status = image ? adopt(p, image, size) : prime(p, (const uint8_t *)data + at, length - at, &context);
    if (status != HUNCH_OK)
        hunch_prior_close(&p);
    *prior = p;
    return status;
}

enum hunch_status hunch_prior_open(hunch_prior **prior, const void *data, size_t length,
                                   const struct hunch_settings *settings) {
    return open_prior(prior, data, length, NULL, 0, settings);
}

enum hunch_status hunch_prior_open_own(struct hunch_prior **prior, const uint8_t *bytes, size_t length, uint64_t id,
                                       const struct hunch_settings *settings, uint64_t taken) {
    struct hunch_settings within = *settings;
    struct hunch_prior_info info = {.sizeof_info = sizeof info};
    uint64_t left = settings->memory_limit > taken ? settings->memory_limit - taken : 0;
    *prior = NULL;
    enum hunch_status status = hunch_prior_describe(bytes, length, &info);
    if (status == HUNCH_NOT_ARCHIVE || (status == HUNCH_OK && info.id != id))
        return HUNCH_DAMAGED;
    within.memory_limit = info.memory > left / 2 ? left : left / 2;
    if (status == HUNCH_OK)
        status = hunch_prior_open(prior, bytes, length, &within);
    if (status == HUNCH_OK)
        hunch_prior_share(*prior, settings->threads);
    return status;
}

struct hunch_prior *hunch_prior_find(const struct hunch_settings *settings, const struct prior_header *named) {
    hunch_prior *prior = NULL;
    if (settings->find_prior)
        prior = settings->find_prior(settings->opaque, named->id, named->name);
    if (!prior || prior->id != named->id)
        return NULL;
    hunch_prior_share(prior, settings->threads);
    return prior;
}

enum hunch_status hunch_prior_restore(hunch_prior **prior, const void *data, size_t length, void *image, size_t size,
                                      const struct hunch_settings *settings) {
    return image ? open_prior(prior, data, length, image, size, settings) : HUNCH_BAD_ARGUMENT;
}

uint64_t hunch_prior_id(const hunch_prior *prior) {
    return prior->id;
}

const void *hunch_prior_image(const hunch_prior *prior, size_t *size) {
    *size = prior->size;
    return prior->minds[0]->memory;
}

enum hunch_status hunch_prior_describe(const void *data, size_t length, struct hunch_prior_info *info) {
    struct hunch_prior p = {.cpu = 0};
    size_t at;
    if (!data || !info || info->sizeof_info < sizeof *info)
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = read_fields(&p, data, length, &at);
    if (status != HUNCH_OK)
        return status;
    info->id = p.id;
    memcpy(info->name, p.name, sizeof info->name);
    info->samples = p.samples;
    info->memory = hunch_prior_need(&p);
    info->length = 0;
    for (unsigned i = 0; i < p.count; i++)
        info->length += p.kinds[i].history;
    return HUNCH_OK;
}
