/* The content of an archive at rest: priors, blocks decoded and kept, single units. */
#include <string.h>

#include "base/hash.h"
#include "codec/archive.h"

/* ---- priors */

/* Reads the part at `at` that names a prior. */
static enum hunch_status prior_header(const struct hunch_archive *a, uint64_t at, struct part *part) {
    enum hunch_status status = hunch_archive_header(a, at, part);
    return status == HUNCH_OK && part->type != PART_PRIOR ? HUNCH_DAMAGED : status;
}

/* Reads the prior that the archive itself holds in this part: its file, to be released by the caller whatever is
 * answered, and what that says. */
static enum hunch_status load_own(const struct hunch_archive *a, uint64_t at, const struct part *part, uint8_t **bytes,
                                  struct hunch_prior_info *info) {
    *info = (struct hunch_prior_info){.sizeof_info = sizeof *info};
    enum hunch_status status = hunch_archive_payload(a, at, part, bytes);
    if (status == HUNCH_OK)
        status = hunch_prior_describe(*bytes, (size_t)part->length, info);
    bool other = status == HUNCH_OK && info->id != part->prior.id;
    return other || status == HUNCH_NOT_ARCHIVE ? HUNCH_DAMAGED : status;
}

/* The prior of this id that an archive before held too; NULL when none did. */
static hunch_prior *find_own(const struct hunch_archive *a, uint64_t id) {
    for (unsigned i = 0; i < a->prior_count; i++)
        if (a->priors[i].own && hunch_prior_id(a->priors[i].prior) == id)
            return a->priors[i].prior;
    return NULL;
}

/* Opens or finds the prior that the part at `at` names. */
static enum hunch_status load_prior(const struct hunch_archive *a, uint64_t at, struct known_prior *known) {
    const struct hunch_settings *s = &a->context.settings;
    struct part part;
    uint8_t *bytes;
    *known = (struct known_prior){.at = at};
    enum hunch_status status = prior_header(a, at, &part);
    if (status != HUNCH_OK)
        return status;
    if (part.length == 0) {
        known->prior = hunch_prior_find(s, &part.prior);
        return known->prior ? HUNCH_OK : HUNCH_MISSING_PRIOR;
    }
    known->prior = find_own(a, part.prior.id);
    if (known->prior)
        return HUNCH_OK;
    known->own = true;
    status = hunch_archive_payload(a, at, &part, &bytes);
    if (status == HUNCH_OK)
        status = hunch_prior_open_own(&known->prior, bytes, (size_t)part.length, part.prior.id, s, a->own_memory);
    hunch_release(&a->context.allocator, bytes);
    return status;
}

/* The prior for blocks behind the part at `at`, in *prior; NULL for at 0. It is opened when the first block
 * needs it. *left: bytes that the limit leaves for the block. */
static enum hunch_status prior_for(struct hunch_archive *a, uint64_t at, hunch_prior **prior, uint64_t *left) {
    enum hunch_status status = HUNCH_OK;
    *prior = NULL;
    if (at == 0)
        return HUNCH_OK;
    pthread_mutex_lock(&a->lock);
    unsigned i = 0;
    while (i < a->prior_count && a->priors[i].at != at)
        i++;
    if (i == PRIORS_MOST) {
        status = HUNCH_UNSUPPORTED;
    } else if (i == a->prior_count) {
        status = load_prior(a, at, &a->priors[i]);
        if (status == HUNCH_OK) {
            a->own_memory += a->priors[i].own ? hunch_prior_taken(a->priors[i].prior) : 0;
            a->prior_count++;
        }
    }
    if (status == HUNCH_OK)
        *prior = a->priors[i].prior;
    *left = a->context.settings.memory_limit - a->own_memory;
    pthread_mutex_unlock(&a->lock);
    return status;
}

/* Where the part is that names prior `index`, bytes; 0: there is none. */
static uint64_t find_prior_part(const struct hunch_archive *a, uint64_t index) {
    uint64_t before = 0;
    for (uint64_t i = 0; i < hunch_archive_blocks(a); i++) {
        uint64_t at = archive_place(a, i)->prior_at;
        if (at != 0 && at != before && index-- == 0)
            return at;
        before = at;
    }
    return 0;
}

enum hunch_status hunch_archive_prior(const hunch_archive *archive, uint64_t index, struct hunch_prior_info *info,
                                      int *inside) {
    struct hunch_prior_info full = {.sizeof_info = sizeof full};
    struct part part;
    uint8_t *bytes = NULL;
    uint64_t at = archive ? find_prior_part(archive, index) : 0;
    if (at == 0 || !info || info->sizeof_info < sizeof *info)
        return HUNCH_BAD_ARGUMENT;
    enum hunch_status status = prior_header(archive, at, &part);
    if (status != HUNCH_OK)
        return status;
    full.id = part.prior.id;
    memcpy(full.name, part.prior.name, sizeof full.name);
    if (part.length > 0)
        status = load_own(archive, at, &part, &bytes, &full);
    hunch_release(&archive->context.allocator, bytes);
    if (status != HUNCH_OK)
        return status;
    if (inside)
        *inside = part.length > 0;
    *info = full;
    return HUNCH_OK;
}

/* ---- content */

/* Reads a block whole: its header, and its payload, to be released by the caller; *sound: the payload's check
 * is good. */
static enum hunch_status load_block(struct hunch_archive *a, uint64_t index, struct part *part, hunch_prior **prior,
                                    uint8_t **input, bool *sound) {
    uint64_t need, left = a->context.settings.memory_limit;
    *input = NULL;
    enum hunch_status status = hunch_archive_block_header(a, index, part);
    if (status == HUNCH_OK && part->block.flags & BLOCK_PRIMED)
        status = prior_for(a, archive_place(a, index)->prior_at, prior, &left);
    if (status == HUNCH_OK)
        status = hunch_block_decode_need(&a->context, *prior, &part->block, part->length, &need);
    if (status == HUNCH_OK && need > left)
        status = HUNCH_MEMORY_LIMIT;
    if (status != HUNCH_OK)
        return status;
    *input = hunch_allocate(&a->context.allocator, (size_t)part->length);
    if (!*input)
        return HUNCH_NO_MEMORY;
    status = hunch_archive_bytes(a, archive_place(a, index)->archive_offset + part->header_length, *input,
                                 (size_t)part->length);
    *sound = status == HUNCH_OK && hash_low(*input, (size_t)part->length) == part->check;
    return status;
}

/* Decodes a loaded block into *k, whose memory is the caller's to release; takes the input. */
static enum hunch_status decode_block(const struct hunch_archive *a, uint64_t index, const struct part *part,
                                      uint8_t *input, bool sound, struct kept *k) {
    uint8_t *output = NULL;
    enum hunch_status status = HUNCH_DAMAGED;
    if (sound)
        status = hunch_block_decode(&a->context, NULL, &part->block, input, (size_t)part->length, &output, NULL);
    if (status != HUNCH_OK || output)
        hunch_release(&a->context.allocator, input);
    if (status == HUNCH_OK)
        *k = (struct kept){.number = index, .memory = output ? output : input, .length = part->block.length};
    return status;
}

/* Copies from a block of units: only those that are asked for are decoded, and only they need be whole. */
static enum hunch_status copy_units(const struct hunch_archive *a, const struct part *part, hunch_prior *prior,
                                    uint8_t *input, bool sound, uint64_t inside, uint8_t *to, size_t count) {
    enum hunch_status status = hunch_primed_decode(&a->context, prior, &part->block, input,
                                                   (size_t)part->length, inside, inside + count, to, NULL);
    hunch_release(&a->context.allocator, input);
    return status == HUNCH_MISMATCH && !sound ? HUNCH_DAMAGED : status;
}

/* Finds a kept block and holds it; NULL when it is not there. Under the lock. */
static struct kept *find_kept(struct hunch_archive *a, uint64_t index) {
    for (unsigned i = 0; i < KEPT_MOST; i++)
        if (a->kept[i].memory && a->kept[i].number == index) {
            a->kept[i].used = ++a->clock;
            a->kept[i].readers++;
            return &a->kept[i];
        }
    return NULL;
}

static void drop(struct hunch_archive *a, struct kept *k) {
    hunch_release(&a->context.allocator, k->memory);
    *k = (struct kept){0};
}

/* A place for one more block: the one used longest ago goes, and more while they are too large together; NULL when
 * all are being read. Under the lock. */
static struct kept *make_room(struct hunch_archive *a, uint64_t length) {
    for (;;) {
        struct kept *oldest = NULL, *free_place = NULL;
        uint64_t total = length;
        for (unsigned i = 0; i < KEPT_MOST; i++) {
            struct kept *k = &a->kept[i];
            total += k->length;
            if (!k->memory)
                free_place = k;
            else if (!k->readers && (!oldest || k->used < oldest->used))
                oldest = k;
        }
        if (free_place && (total <= KEPT_ROOM || !oldest))
            return free_place;
        if (!oldest)
            return NULL;
        drop(a, oldest);
    }
}

/* Copies from one block, decoded now or before. */
static enum hunch_status copy_from(struct hunch_archive *a, uint64_t index, uint64_t inside, uint8_t *to,
                                   size_t count) {
    pthread_mutex_lock(&a->lock);
    struct kept *k = find_kept(a, index);
    pthread_mutex_unlock(&a->lock);
    if (!k) {
        struct kept fresh = {0};
        struct part part;
        hunch_prior *prior = NULL;
        uint8_t *input;
        bool sound;
        enum hunch_status status = load_block(a, index, &part, &prior, &input, &sound);
        if (status != HUNCH_OK) {
            hunch_release(&a->context.allocator, input);
            return status;
        }
        if (part.block.flags & BLOCK_PRIMED)
            return copy_units(a, &part, prior, input, sound, inside, to, count);
        status = decode_block(a, index, &part, input, sound, &fresh);
        if (status != HUNCH_OK)
            return status;
        memcpy(to, fresh.memory + inside, count);
        pthread_mutex_lock(&a->lock);
        k = make_room(a, fresh.length);
        if (k) {
            *k = fresh;
            k->used = ++a->clock;
        } else {
            drop(a, &fresh);
        }
        pthread_mutex_unlock(&a->lock);
        return HUNCH_OK;
    }
    memcpy(to, k->memory + inside, count);
    pthread_mutex_lock(&a->lock);
    k->readers--;
    pthread_mutex_unlock(&a->lock);
    return HUNCH_OK;
}

/* The last block that begins at or before `offset`. */
static uint64_t find_block(const struct hunch_archive *a, uint64_t offset) {
    uint64_t low = 0, high = hunch_archive_blocks(a);
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        if (archive_place(a, middle)->start <= offset)
            low = middle;
        else
            high = middle;
    }
    return low;
}

enum hunch_status hunch_archive_read(hunch_archive *archive, uint64_t offset, void *buffer, size_t length) {
    if (!archive || (!buffer && length > 0) || offset > archive->content_length ||
        length > archive->content_length - offset)
        return HUNCH_BAD_ARGUMENT;
    uint8_t *to = buffer;
    while (length > 0) {
        uint64_t index = find_block(archive, offset);
        const struct place *place = archive_place(archive, index);
        uint64_t inside = offset - place->start;
        size_t count = length < place->length - inside ? length : (size_t)(place->length - inside);
        enum hunch_status status = copy_from(archive, index, inside, to, count);
        if (status != HUNCH_OK)
            return status;
        to += count;
        offset += count;
        length -= count;
    }
    return HUNCH_OK;
}

void hunch_archive_forget(struct hunch_archive *a) {
    for (unsigned i = 0; i < KEPT_MOST; i++)
        drop(a, &a->kept[i]);
    for (unsigned i = 0; i < a->prior_count; i++)
        if (a->priors[i].own)
            hunch_prior_close(&a->priors[i].prior);
}
