#include "formats/deflate/deflate.h"

#include "formats/deflate/search.h"

enum {
    PACKED_LEAST = 16,    /* bytes: less is not worth a recipe */
    PLAIN_MOST = 64,      /* bytes of content for one of the stream */
    NOTES_PART = 6,       /* notes may have this part of the stream's size */
    NOTES_FREE = 16,      /* bytes of notes that any stream may have */
    PLAIN_LIMIT = 1 << 30, /* bytes: positions have 32 bits */
};

/* What replaying needs beside the content. */
struct space {
    struct block *block;
    struct matcher_tables tables;
};

static void *take(struct splitter *s, struct joiner *j, size_t n) {
    return s ? hunch_split_scratch(s, n) : hunch_join_scratch(j, n);
}

/* From whichever of both is not NULL. */
static bool take_space(struct splitter *s, struct joiner *j, unsigned window_bits, size_t tokens, struct space *space) {
    space->block = take(s, j, sizeof *space->block);
    void *tables = take(s, j, hunch_matcher_tables_size(window_bits));
    token *kept = take(s, j, (tokens + 1) * sizeof *kept);
    if (!space->block || !tables || !kept)
        return false;
    hunch_matcher_tables_set(&space->tables, window_bits, tables);
    space->block->token = kept;
    return true;
}

static void begin(struct replay *r, const struct space *space, const struct deflated *d, const uint8_t *plain) {
    r->block = space->block;
    r->matcher.tables = space->tables;
    hunch_replay_init(r, &d->rules, plain, d->plain, d->packed);
}

/* Notes of the stream by the rules of *d; false when there are too many. */
static bool take_notes(struct splitter *s, const struct space *space, const uint8_t *data, const uint8_t *plain,
                       struct deflated *d) {
    struct replay r = {.bits = {.in = data, .length = d->packed}};
    size_t most = d->packed / NOTES_PART + NOTES_FREE;
    for (unsigned i = 0; i < NOTES_LANES; i++) {
        r.notes[i].out = hunch_split_scratch(s, most);
        r.notes[i].length = most;
        if (!r.notes[i].out)
            return false;
    }
    begin(&r, space, d, plain);
    if (!hunch_replay_run(&r) || hunch_replay_notes(&r) > most)
        return false;
    for (unsigned i = 0; i < NOTES_LANES; i++) {
        d->notes[i] = r.notes[i].out;
        d->notes_size[i] = r.notes[i].at;
    }
    return true;
}

const uint8_t *hunch_deflate_open(struct splitter *s, const uint8_t *data, size_t length, unsigned window_bits,
                                  struct deflated *d) {
    struct block scanned = {0};
    struct stream_facts facts;
    struct space space;
    if (!hunch_inflate_scan(&scanned, data, length, PLAIN_MOST, &facts) || facts.packed < PACKED_LEAST ||
        facts.plain > PLAIN_LIMIT)
        return NULL;
    d->packed = facts.packed;
    d->plain = facts.plain;
    uint8_t *plain = hunch_split_scratch(s, facts.plain + 1);
    if (!plain || !take_space(s, NULL, WINDOW_BITS_MOST, facts.tokens_most, &space))
        return NULL;
    if (!hunch_inflate(space.block, data, &facts, plain))
        return NULL;
    struct search search = {data, plain, &facts, window_bits, NOTES_PART, NOTES_FREE, space.block, &space.tables};
    return hunch_rules_search(&search, &d->rules) && take_notes(s, &space, data, plain, d) ? plain : NULL;
}

void hunch_deflate_put(struct splitter *s, const struct deflated *d) {
    uint64_t numbers[2];
    hunch_rules_pack(&d->rules, numbers);
    hunch_split_varint(s, d->packed);
    hunch_split_varint(s, d->plain);
    hunch_split_varint(s, numbers[0]);
    hunch_split_varint(s, numbers[1]);
    for (unsigned i = 0; i < NOTES_LANES; i++)
        hunch_split_varint(s, d->notes_size[i]);
    for (unsigned i = 0; i < NOTES_LANES; i++)
        hunch_split_put(s, CONTENT_RECIPE, d->notes[i], d->notes_size[i]);
}

bool hunch_deflate_get(struct joiner *j, struct deflated *d) {
    uint64_t numbers[2], packed = hunch_join_varint(j), plain = hunch_join_varint(j), size[NOTES_LANES];
    numbers[0] = hunch_join_varint(j);
    numbers[1] = hunch_join_varint(j);
    if (packed > PLAIN_LIMIT || plain > PLAIN_LIMIT || !hunch_rules_unpack(&d->rules, numbers))
        return false;
    d->packed = (size_t)packed;
    d->plain = (size_t)plain;
    for (unsigned i = 0; i < NOTES_LANES; i++)
        size[i] = hunch_join_varint(j);
    for (unsigned i = 0; i < NOTES_LANES; i++) {
        if (size[i] > hunch_join_left(j, CONTENT_RECIPE))
            return false;
        d->notes_size[i] = (size_t)size[i];
        d->notes[i] = hunch_join_get(j, CONTENT_RECIPE, d->notes_size[i]);
        if (!d->notes[i])
            return false;
    }
    return true;
}

bool hunch_deflate_join(struct joiner *j, const struct deflated *d, const uint8_t *plain, uint8_t *packed) {
    struct replay r = {.bits = {.out = packed, .length = d->packed}};
    struct space space;
    size_t tokens = d->plain < TOKENS_MOST ? d->plain : TOKENS_MOST;
    if (!take_space(NULL, j, d->rules.window_bits, tokens, &space))
        return false;
    for (unsigned i = 0; i < NOTES_LANES; i++) {
        r.notes[i].in = d->notes[i];
        r.notes[i].length = d->notes_size[i];
    }
    begin(&r, &space, d, plain);
    return hunch_replay_run(&r) && r.bits.at == d->packed;
}
