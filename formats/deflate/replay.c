#include "formats/deflate/replay.h"

#include <string.h>

enum {
    WORK_LEAST = 1 << 22, /* candidates */
    WORK_PER_BYTE = 64,
    BLOCKS_LEAST = 64,
    BLOCK_BYTES = 16, /* bytes of the stream for each block, at least */
    CUT_TOKENS = 4096,
};

/* How a block ends that does not end by rule. */
enum block_end {
    END_TOKENS, /* after a number of tokens */
    END_FLUSH,  /* after a number of bytes, and the compressor had no more then */
    END_STORED, /* bytes are stored, a number of them */
    ENDS
};

/* Where the rules end a block, token by token. */
struct end_rule {
    const struct rules *rules;
    size_t begin;          /* of the block */
    uint32_t tokens;
    uint32_t matches;
    uint64_t distance_bits; /* of codes for distances, were they of 5 bits */
};

/* Ended by rule after this token, whose place was `at`? */
static bool ends_by_rule(struct end_rule *e, token t, size_t at) {
    e->tokens++;
    if (t >> TOKEN_LENGTH_SHIFT) {
        e->matches++;
        e->distance_bits += 5 + distance_extra(distance_symbol(t & TOKEN_DISTANCE_MASK));
    }
    if (e->rules->block_bits && e->tokens + 1 == 1u << e->rules->block_bits)
        return true;
    if (!e->rules->cut || e->rules->level < 3 || e->tokens % CUT_TOKENS != 0)
        return false;
    uint64_t out = ((uint64_t)e->tokens * 8 + e->distance_bits) / 8;
    size_t in = at - e->begin + (e->rules->level >= LEVEL_LAZY);
    return e->matches < e->tokens / 2 && out < in / 2;
}

void hunch_replay_init(struct replay *r, const struct rules *rules, const uint8_t *plain, size_t length,
                       size_t packed) {
    hunch_matcher_init(&r->matcher, rules, plain, length);
    r->work_most = WORK_LEAST + (uint64_t)WORK_PER_BYTE * length;
    r->stop = SIZE_MAX;
    r->notes_most = UINT64_MAX;
    r->blocks_left = BLOCKS_LEAST + packed / BLOCK_BYTES;
}

uint64_t hunch_replay_notes(const struct replay *r) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < NOTES_LANES; i++)
        sum += r->notes[i].at;
    return sum;
}

static bool joining(const struct replay *r) {
    return bits_writing(&r->bits);
}

/* Stream in hand: how its block ends, as a number of the notes; `ENDS` by rule. */
static enum block_end find_end(const struct replay *r) {
    const struct block *k = r->block;
    const struct matcher *m = &r->matcher;
    if (k->type == BLOCK_STORED)
        return END_STORED;
    struct end_rule e = {.rules = &m->rules, .begin = m->at};
    size_t at = m->at;
    bool ended = at == m->length;
    for (uint32_t i = 0; i < k->tokens; i++) {
        if (ended)
            return END_TOKENS;
        ended = ends_by_rule(&e, k->token[i], at);
        at += token_size(k->token[i]);
        ended |= at == m->length;
    }
    return ended ? ENDS : END_TOKENS;
}

/* Stream in hand: is a block that ends early followed by an empty one, stored or (pigz) fixed, as after a flush? Looks
 * at the next bits, which are not used up. */
static bool flush_follows(const struct replay *r) {
    struct bits b = r->bits;
    uint32_t head = bits_field(&b, 3, 0);
    if (head == BLOCK_FIXED << 1)
        return bits_field(&b, 7, 0) == 0;
    if (head != BLOCK_STORED)
        return false;
    bits_field(&b, bits_to_byte(&b), 0);
    return bits_field(&b, 16, 0) == 0 && !b.broken;
}

/* How the block ends, and `amount`; ENDS by rule. */
static enum block_end note_end(struct replay *r, uint64_t *amount) {
    struct notes *n = &r->notes[NOTES_BLOCKS];
    enum block_end end = ENDS;
    *amount = 0;
    if (!joining(r)) {
        end = find_end(r);
        if (end == END_TOKENS && flush_follows(r))
            end = END_FLUSH;
        *amount = end == END_TOKENS ? r->block->tokens : r->block->size;
    }
    if (!hunch_notes_event(n, end != ENDS))
        return ENDS;
    uint64_t number = hunch_notes_number(n, end);
    *amount = hunch_notes_number(n, *amount);
    n->broken |= number >= ENDS;
    return number < ENDS ? (enum block_end)number : ENDS;
}

#define TOKEN_NONE UINT32_MAX

/* A token other than the one foretold: 0 is the literal, others the length of a match and its rank or distance.
 * TOKEN_NONE: damaged. */
static token note_token(struct replay *r, token t) {
    struct notes *n = &r->notes[NOTES_TOKENS];
    struct matcher *m = &r->matcher;
    uint64_t length = t >> TOKEN_LENGTH_SHIFT, distance = t & TOKEN_DISTANCE_MASK;
    uint64_t told = hunch_notes_number(n, length ? length - LENGTH_LEAST + 1 : 0);
    if (told == 0)
        return m->data[m->at];
    length = told + LENGTH_LEAST - 1;
    if (length > LENGTH_MOST || length > m->end - m->at)
        return TOKEN_NONE;
    uint64_t rank = joining(r) ? 0 : hunch_matcher_rank(m, (unsigned)length, (unsigned)distance);
    rank = hunch_notes_number(n, rank);
    if (rank == 0)
        distance = hunch_notes_number(n, distance);
    else if (joining(r) && rank <= UINT32_MAX)
        distance = hunch_matcher_ranked(m, (unsigned)length, (unsigned)rank);
    if (distance == 0 || distance > DISTANCE_MOST || distance > m->at)
        return TOKEN_NONE;
    return (token)(length << TOKEN_LENGTH_SHIFT | distance);
}

/* One token, foretold or noted; false when the notes are damaged. */
static bool next_token(struct replay *r, uint32_t i, token *t) {
    struct matcher *m = &r->matcher;
    *t = hunch_matcher_predict(m);
    token real = joining(r) ? 0 : r->block->token[i];
    if (hunch_notes_event(&r->notes[NOTES_TOKENS], real != *t))
        *t = note_token(r, real);
    return *t != TOKEN_NONE && token_size(*t) <= m->end - m->at;
}

static void set_end(struct matcher *m, size_t end) {
    m->end = end;
    if (m->searched && m->found >> TOKEN_LENGTH_SHIFT > end - m->at)
        m->searched = false;
}

static bool stopped(const struct replay *r) {
    return r->matcher.at >= r->stop || hunch_replay_notes(r) > r->notes_most;
}

static bool note_tokens(struct replay *r, enum block_end end, uint64_t amount) {
    struct matcher *m = &r->matcher;
    struct end_rule e = {.rules = &m->rules, .begin = m->at};
    bool ended = end == END_TOKENS ? amount == 0 : m->at == m->end;
    uint32_t n = 0;
    while (!ended && !stopped(r)) {
        token t;
        size_t at = m->at;
        if (n == TOKENS_MOST || at == m->end || m->work > r->work_most || !next_token(r, n, &t))
            return false;
        r->block->token[n++] = t;
        hunch_matcher_accept(m, t);
        ended = end == END_TOKENS ? n == amount : m->at == m->end;
        if (end == ENDS)
            ended |= ends_by_rule(&e, t, at);
    }
    r->block->tokens = n;
    r->block->size = m->at - e.begin;
    return true;
}

/* The type of a block of tokens, and the codes of a dynamic one. */
static bool note_type(struct replay *r) {
    struct block *k = r->block;
    struct notes *n = &r->notes[NOTES_BLOCKS];
    struct frequencies f;
    struct code_shape predicted;
    enum block_type type = BLOCK_FIXED;
    hunch_frequencies_count(&f, k->token, k->tokens);
    hunch_shape_predict(&predicted, &f);
    if (!r->matcher.rules.fixed)
        type = hunch_shape_type(&predicted, &f, k->size);
    if (hunch_notes_event(n, k->type != type)) {
        uint64_t number = hunch_notes_number(n, k->type);
        type = number == BLOCK_FIXED || number == BLOCK_DYNAMIC ? (enum block_type)number : BLOCK_STORED;
    }
    k->type = type;
    if (type == BLOCK_STORED) /* such a block has no tokens: damaged */
        return false;
    return type != BLOCK_DYNAMIC || hunch_shape_note(&k->shape, &predicted, &r->notes[NOTES_SHAPES]);
}

static bool note_stored(struct replay *r, uint64_t size) {
    struct block *k = r->block;
    struct notes *n = &r->notes[NOTES_BLOCKS];
    if (size > STORED_MOST || size > r->matcher.length - r->matcher.at)
        return false;
    k->type = BLOCK_STORED;
    k->size = (size_t)size;
    k->stored = r->matcher.data + r->matcher.at;
    hunch_matcher_skip(&r->matcher, k->size);
    if (r->matcher.rules.full && size == 0)
        r->matcher.floor = r->matcher.at;
    k->padding = hunch_notes_event(n, k->padding != 0) ? (uint8_t)hunch_notes_number(n, k->padding) : 0;
    return true;
}

/* Notes of one block; the block from them, when joining. */
static bool note_block(struct replay *r) {
    struct block *k = r->block;
    struct matcher *m = &r->matcher;
    uint64_t amount;
    enum block_end end = note_end(r, &amount);
    if (end == END_STORED) {
        if (!note_stored(r, amount))
            return false;
    } else {
        if (end == END_FLUSH && amount > m->length - m->at)
            return false;
        if (end == END_FLUSH)
            set_end(m, m->at + (size_t)amount);
        if (!note_tokens(r, end, amount))
            return false;
        set_end(m, m->length);
        if (stopped(r))
            return true;
        if (!note_type(r))
            return false;
    }
    bool last = m->at == m->length;
    k->final = last && !hunch_notes_event(&r->notes[NOTES_BLOCKS], !k->final);
    return true;
}

/* The bits that fill the last byte. */
static bool note_padding(struct replay *r) {
    struct notes *n = &r->notes[NOTES_BLOCKS];
    unsigned bits = bits_to_byte(&r->bits);
    uint32_t padding = joining(r) ? 0 : bits_field(&r->bits, bits, 0);
    if (hunch_notes_event(n, padding != 0))
        padding = (uint32_t)hunch_notes_number(n, padding);
    if (joining(r)) {
        bits_field(&r->bits, bits, padding);
        bits_flush(&r->bits);
    }
    return true;
}

static bool notes_good(const struct replay *r) {
    for (unsigned i = 0; i < NOTES_LANES; i++)
        if (r->notes[i].broken)
            return false;
    return !r->bits.broken;
}

bool hunch_replay_run(struct replay *r) {
    do {
        if (r->blocks_left-- == 0)
            return false;
        if (!joining(r) && !hunch_block_code(r->block, &r->bits))
            return false;
        if (!note_block(r) || !notes_good(r))
            return false;
        if (stopped(r))
            return true;
        if (joining(r) && !hunch_block_code(r->block, &r->bits))
            return false;
    } while (!r->block->final);
    return note_padding(r) && notes_good(r) && r->matcher.at == r->matcher.length;
}
