/* The facts of the stream give the rules of blocks away; for the level, the hash and the window each value is tried on
 * a part of the stream, with fewer candidates the longer the part is. */
#include "formats/deflate/search.h"

#include <string.h>

enum {
    PART_FIRST = 1 << 15, /* bytes of content */
    PART_SECOND = 1 << 18,
    PART_NOTES_FREE = 1 << 10, /* bytes */
    PART_THIRD = 1 << 21,
    PART_WORK_FREE = 1 << 20,  /* candidates of the matcher */
    CANDIDATES_MOST = 24,
    BLOCK_BITS_USUAL = 14,
    BLOCK_BITS_GZIP = 15,
    HASH_BITS_GZIP = 15,
    TURNS = 2,
};

struct candidate {
    struct rules rules;
    uint64_t cost;   /* bytes of notes */
    uint64_t tokens; /* those of tokens */
};

/* Counts the notes that a candidate leaves up to `stop`, or until they are more than `most`. */
static void try_rules(const struct search *s, struct candidate *c, size_t stop, uint64_t most) {
    struct replay r = {
        .bits = {.in = s->packed, .length = s->facts->packed},
        .block = s->block,
        .matcher = {.tables = *s->tables},
    };
    for (unsigned i = 0; i < NOTES_LANES; i++)
        r.notes[i].length = SIZE_MAX;
    hunch_replay_init(&r, &c->rules, s->plain, s->facts->plain, s->facts->packed);
    r.stop = stop;
    if (stop < s->facts->plain)
        r.work_most = r.work_most / (s->facts->plain / stop + 1) + PART_WORK_FREE;
    r.notes_most = most;
    bool good = hunch_replay_run(&r);
    hunch_matcher_forget(&r.matcher);
    c->cost = good ? hunch_replay_notes(&r) : UINT64_MAX;
    c->tokens = r.notes[NOTES_TOKENS].at;
}

/* Bytes of notes that would be too many for a part: generous, for parts differ. */
static uint64_t notes_most(const struct search *s, size_t stop) {
    uint64_t packed = s->facts->packed, plain = s->facts->plain, most = packed / s->notes_part + s->notes_free;
    uint64_t share = 2 * packed / s->notes_part * stop / (plain + 1) + PART_NOTES_FREE;
    return share < most ? share : most;
}

/* Tries them all; those that are as good as the best come first, and their number is returned, 0 when none is any
 * good. */
static unsigned try_all(const struct search *s, struct candidate *c, unsigned n, size_t stop) {
    stop = stop < s->facts->plain ? stop : s->facts->plain;
    uint64_t best = notes_most(s, stop);
    unsigned good = 0;
    if (stop == s->facts->plain)
        stop = SIZE_MAX;
    for (unsigned i = 0; i < n; i++) {
        try_rules(s, &c[i], stop, best);
        if (c[i].cost < best) {
            best = c[i].cost;
            good = 0;
        }
        if (c[i].cost == best)
            c[good++] = c[i];
        if (good == 1 && stop == SIZE_MAX && c[0].tokens == 0) /* all of the stream is foretold */
            break;
    }
    return good;
}

/* The best of them, tried on longer and longer parts: on the second to know how good it is, on the third only while
 * there are several. False when none is any good. */
static bool try_parts(const struct search *s, struct candidate *c, unsigned n, struct candidate *best) {
    static const size_t parts[] = {PART_FIRST, PART_SECOND, PART_THIRD};
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        n = try_all(s, c, n, parts[i]);
        if (n == 0)
            return false;
        if ((n == 1 && i > 0) || parts[i] >= s->facts->plain)
            break;
    }
    *best = c[0];
    return true;
}

static unsigned window_guess(const struct search *s) {
    if (s->window_bits >= WINDOW_BITS_LEAST && s->window_bits <= WINDOW_BITS_MOST)
        return s->window_bits;
    for (unsigned bits = WINDOW_BITS_LEAST; bits < WINDOW_BITS_MOST; bits++)
        if (s->facts->farthest + REACH_MARGIN <= 1u << bits && s->facts->plain >> (bits + 1) > 0)
            return bits;
    return WINDOW_BITS_MOST;
}

static void guess(const struct search *s, struct rules *rules) {
    const struct stream_facts *f = s->facts;
    *rules = (struct rules){.level = 6, .window_bits = window_guess(s), .block_bits = BLOCK_BITS_USUAL};
    rules->full = f->flushes > 0 && f->crossings == 0;
    rules->fixed = f->fixed_blocks > 0 && f->dynamic_blocks == 0;
    for (unsigned bits = BLOCK_BITS_LEAST; bits <= BLOCK_BITS_MOST; bits++)
        if (f->ends[bits] > f->ends[rules->block_bits])
            rules->block_bits = bits;
    rules->hash_bits = rules->block_bits + 1;
    if (f->cuts > f->ends[rules->block_bits]) {
        rules->cut = true;
        rules->block_bits = BLOCK_BITS_GZIP;
        rules->hash_bits = HASH_BITS_GZIP;
    }
}

static bool search_level(const struct search *s, struct candidate *best) {
    static const uint8_t order[] = {6, 9, 8, 7, 5, 4, 3, 2, 1};
    enum { PLAIN, FILTERED, FAR, MODES };
    struct candidate c[CANDIDATES_MOST];
    unsigned n = 0;
    for (unsigned mode = PLAIN; mode < MODES; mode++)
        for (unsigned i = 0; i < sizeof order; i++) {
            if (mode != PLAIN && order[i] < LEVEL_LAZY)
                continue;
            c[n].rules = best->rules;
            c[n].rules.level = order[i];
            c[n].rules.filtered = mode == FILTERED;
            c[n++].rules.far = mode == FAR;
        }
    if (s->facts->farthest == 1) {
        c[n].rules = best->rules;
        c[n].rules.filtered = c[n].rules.far = false;
        c[n++].rules.level = LEVEL_RUNS;
    }
    return try_parts(s, c, n, best);
}

static bool search_hash(const struct search *s, struct candidate *best) {
    struct candidate c[CANDIDATES_MOST];
    unsigned n = 0;
    c[n++].rules = best->rules;
    for (unsigned bits = HASH_BITS_LEAST; bits <= HASH_BITS_MOST; bits++) {
        c[n].rules = best->rules;
        c[n++].rules.hash_bits = bits;
    }
    return try_parts(s, c, n, best);
}

static bool search_window(const struct search *s, struct candidate *best) {
    struct candidate c[CANDIDATES_MOST];
    unsigned n = 0;
    c[n++].rules = best->rules;
    for (unsigned bits = WINDOW_BITS_MOST; bits >= WINDOW_BITS_LEAST; bits--) {
        if (bits < WINDOW_BITS_MOST && s->facts->farthest + REACH_MARGIN > 1u << bits)
            break;
        c[n].rules = best->rules;
        c[n++].rules.window_bits = bits;
    }
    return try_parts(s, c, n, best);
}

bool hunch_rules_search(const struct search *s, struct rules *rules) {
    struct candidate best = {0};
    guess(s, &best.rules);
    if (s->facts->matches == 0) {
        best.rules.level = LEVEL_LITERALS;
        *rules = best.rules;
        return true;
    }
    bool good = search_level(s, &best);
    for (unsigned turn = 0; good && turn < TURNS && best.tokens > 0 && best.rules.level != LEVEL_RUNS; turn++) {
        uint64_t before = best.tokens;
        good = search_hash(s, &best) && search_window(s, &best) && search_level(s, &best);
        if (best.tokens == before)
            break;
    }
    *rules = best.rules;
    return good;
}
