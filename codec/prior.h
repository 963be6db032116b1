/* Priors: models that have read training samples, and samples coded from there on.
 *
 * A prior is made of its samples alone (doc/FORMAT.md, *Priors*): its file is what the models of a level made
 * of them, one behind another, and to decode it is to prime the models. Samples are taken apart as blocks
 * are; each stream has a model of its own, which all samples share. A *unit* is what is coded from the primed
 * state on: one sample or a few. Afterwards the state is as it was before: undone change by change where the
 * model can tell them and they are few, else copied back from what was kept.
 *
 * The states and the training streams lie in one stretch of memory, a *mind*: it can be copied for another
 * thread, or saved and mapped by another process. */
#ifndef HUNCH_CODEC_PRIOR_H
#define HUNCH_CODEC_PRIOR_H

#include <pthread.h>

#include "base/undo.h"
#include "codec/container.h"
#include "codec/settings.h"
#include "formats/pieces.h"
#include "models/head.h"

enum {
    PRIOR_KINDS = 6,
    PRIOR_NAME_MOST = PART_NAME_MOST,
    PRIOR_MINDS = 16,
    PRIOR_FIELDS_MOST = 512, /* bytes of a prior's file before its payload */
    UNIT_MOST = 1 << 20,     /* bytes of content */
    UNIT_ROOM = 1 << 22,     /* bytes of a unit's stream, at most */
    UNIT_ROOM_LEAST = 1 << 12,
    UNIT_SPLIT_ROOM = 12 << 20, /* bytes that taking a unit apart may take, */
    UNIT_SPLIT_RATIO = 24       /* and for each of its bytes */
};

/* What a prior knows of one kind of stream. */
struct prior_kind {
    uint64_t kind, model, parameter;
    uint64_t format;  /* that made what the model codes; 0: none */
    uint64_t history; /* bytes that the training samples gave */
    uint64_t room;    /* bytes that a unit may give */
    const struct model *coder;
    size_t state, bytes; /* where they lie in a mind */
    size_t state_size;
};

/* The bytes of a unit in each stream, and of its plain bytes before the format (0: it was not used). */
struct portion {
    uint32_t length[PRIOR_KINDS];
    uint32_t original;
};

struct mind {
    uint8_t *memory;
    bool adopted; /* the memory is the caller's */
    bool busy;
    bool spoilt;     /* could not be made as it was */
    unsigned copied; /* bits: kinds whose state is copied back */
    struct undo undo;
};

struct hunch_prior {
    struct allocator allocator;
    unsigned cpu;
    uint64_t memory_limit;
    uint64_t id;
    char name[PRIOR_NAME_MOST + 1];
    uint64_t samples;
    unsigned count;
    struct prior_kind kinds[PRIOR_KINDS]; /* (count) kinds rise */
    size_t size;                          /* bytes of a mind */
    struct buffer file;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t idle;
    struct mind *minds[PRIOR_MINDS];
    unsigned mind_count;
    uint8_t *kept[PRIOR_KINDS]; /* primed states; NULL: not needed yet */
};

/* ---- prior.c: the object */

/* Makes an empty object; NULL when memory is short. */
struct hunch_prior *hunch_prior_new(const struct context *context);

/* Where states lie, from the kinds: UNSUPPORTED when a model is unknown or refuses, DAMAGED when lengths are beyond
 * limits. */
enum hunch_status hunch_prior_lay_out(struct hunch_prior *p);

/* Bytes that a prior takes: a mind, and what undoing takes. */
uint64_t hunch_prior_need(const struct hunch_prior *p);

/* Bytes that it may take with the minds that it has. */
uint64_t hunch_prior_taken(struct hunch_prior *p);

/* Bytes that a unit takes beside its content and payload, while it is put together and while it is taken apart. */
uint64_t hunch_prior_join_need(const struct hunch_prior *p);
uint64_t hunch_prior_split_need(const struct hunch_prior *p, uint64_t length);

/* A mind with fresh models. Errors: NO_MEMORY, MEMORY_LIMIT. */
enum hunch_status hunch_prior_begin(struct hunch_prior *p);

/* Writes what stands before the payload, `*head` bytes; behind the payload comes seal. OUTPUT_FULL. */
enum hunch_status hunch_prior_write(struct hunch_prior *p, uint8_t *target, size_t capacity, size_t *head);
void hunch_prior_seal(uint8_t *target, size_t length);

/* Asks the caller for a prior that an archive names, and shares it; NULL when there is none, or another was given. */
struct hunch_prior *hunch_prior_find(const struct hunch_settings *settings, const struct prior_header *named);

/* Opens and shares the prior of this id that an archive holds itself, within what the settings' limit leaves
 * beside `taken` bytes: half of it where that is enough, for blocks need memory too. Errors: DAMAGED (it is
 * another, or none), UNSUPPORTED, NO_MEMORY, MEMORY_LIMIT. */
enum hunch_status hunch_prior_open_own(struct hunch_prior **prior, const uint8_t *bytes, size_t length, uint64_t id,
                                       const struct hunch_settings *settings, uint64_t taken);

/* Copies minds until there are `threads`, as far as memory allows: more is never wrong. */
void hunch_prior_share(struct hunch_prior *p, unsigned threads);

/* A mind for the caller alone, waiting for one; NULL when none is left whole. */
struct mind *hunch_prior_acquire(struct hunch_prior *p);
/* Makes it as it was and gives it back. */
void hunch_prior_release(struct hunch_prior *p, struct mind *m);

/* ---- unit.c: samples and streams */

/* Takes content apart into what the prior's models code, behind the others in out[]. UNSUPPORTED: the prior does not
 * suit it. `rooms`: bounds are kept. */
enum hunch_status hunch_unit_split(const struct hunch_prior *p, const struct context *context, const uint8_t *data,
                                   size_t length, struct outlook known, bool rooms, struct buffer out[PRIOR_KINDS],
                                   struct portion *portion);

/* Codes a portion whose streams lie (or are to lie) at `from` in a mind. With `note` the changes are taken down. */
void hunch_unit_code(struct hunch_prior *p, struct mind *m, struct coder *coder, struct portion *portion,
                     const uint64_t from[PRIOR_KINDS], bool note);

/* Tells settings.on_progress how far training or opening has come. */
void hunch_prior_tell(const struct hunch_prior *p, const uint64_t from[PRIOR_KINDS], const struct context *context);

/* Encodes a unit (1..UNIT_MOST bytes) into payload. OUTPUT_FULL: not into `room` bytes. UNSUPPORTED, NO_MEMORY. */
enum hunch_status hunch_unit_encode(struct hunch_prior *p, const struct context *context, const uint8_t *data,
                                    size_t length, struct outlook known, uint8_t *payload, size_t room, size_t *coded);

/* Decodes one into out. DAMAGED, NO_MEMORY. */
enum hunch_status hunch_unit_decode(struct hunch_prior *p, const struct context *context, uint8_t *payload,
                                    size_t coded, uint8_t *out, size_t length);

#endif
