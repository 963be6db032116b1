#include "formats/deflate/matcher.h"

#include <string.h>

enum {
    LENGTH_NONE = 2,     /* bytes: no match */
    FILTERED_LENGTH = 5, /* bytes: up to this a match counts nothing in filtered data */
    FAR = 4096, /* bytes: a match of LENGTH_LEAST that is further counts nothing (levels of LEVEL_LAZY and up)
                 */
    RARER = 2,  /* times: bytes that are worth to follow in place of others */
    CHAIN_LONG = 64, /* candidates: searches that look at as many keep up all links */
    WORK_SHIFT = 4,  /* 16 bytes compared count as a candidate looked at */
    RANK_MOST = 256, /* candidates that are looked at for ranks */
};

#define LINK_FACTOR UINT64_C(0x9E3779B97F4A7C15)

static const uint8_t link_bytes[LINKS] = {3, 4, 6};

size_t hunch_matcher_tables_size(unsigned window_bits) {
    size_t heads = (size_t)1 << HASH_BITS_MOST, prevs = (size_t)1 << window_bits;
    return ((LINKS + 2) * heads + (LINKS + 1) * prevs) * sizeof(uint32_t);
}

void hunch_matcher_tables_set(struct matcher_tables *t, unsigned window_bits, void *memory) {
    uint32_t *at = memory;
    for (unsigned k = 0; k < LINKS; k++, at += (size_t)1 << HASH_BITS_MOST)
        t->head[k] = at;
    t->count = at;
    at += (size_t)1 << HASH_BITS_MOST;
    t->seen = at;
    at += (size_t)1 << HASH_BITS_MOST;
    for (unsigned k = 0; k < LINKS; k++, at += (size_t)1 << window_bits)
        t->prev[k] = at;
    t->number = at;
}

void hunch_matcher_init(struct matcher *m, const struct rules *rules, const uint8_t *data, size_t length) {
    m->data = data;
    m->length = m->end = length;
    m->at = m->entered = m->floor = 0;
    m->rules = *rules;
    m->effort = *hunch_rules_effort(rules);
    m->links = m->effort.chain >= CHAIN_LONG ? LINKS : 1;
    m->found = m->next = 0;
    m->searched = false;
    m->work = 0;
}

/* Of 3 bytes. Those that differ may have the same, and then they are candidates that cost a look. */
static inline uint32_t hash_at(const struct matcher *m, size_t at) {
    unsigned bits = m->rules.hash_bits, shift = (bits + 2) / 3;
    const uint8_t *p = m->data + at;
    return ((uint32_t)p[0] << 2 * shift ^ (uint32_t)p[1] << shift ^ p[2]) & ((1u << bits) - 1);
}

/* Of the bytes of a link. */
static inline uint32_t link_hash(const struct matcher *m, unsigned link, size_t at) {
    if (link == 0)
        return hash_at(m, at);
    unsigned n = link_bytes[link];
    uint64_t bytes = load_u32(m->data + at) | (uint64_t)load_u32(m->data + at + n - 4) << 32;
    bytes ^= bytes >> 29;
    return (uint32_t)(bytes * LINK_FACTOR >> (64 - HASH_BITS_MOST));
}

/* The positions that may be entered: so many bytes are there. */
static size_t link_end(const struct matcher *m, unsigned link) {
    return m->length < link_bytes[link] ? 0 : m->length - link_bytes[link] + 1;
}

void hunch_matcher_forget(struct matcher *m) {
    for (unsigned k = 0; k < m->links; k++) {
        size_t end = link_end(m, k) < m->entered ? link_end(m, k) : m->entered;
        if (end >= ((size_t)1 << HASH_BITS_MOST) / 8)
            memset(m->tables.head[k], 0, ((size_t)1 << HASH_BITS_MOST) * sizeof *m->tables.head[k]);
        else
            for (size_t at = 0; at < end; at++)
                m->tables.head[k][link_hash(m, k, at)] = 0;
    }
}

static size_t prev_mask(const struct matcher *m) {
    return ((size_t)1 << m->rules.window_bits) - 1;
}

static bool hashes(const struct matcher *m) {
    return m->rules.level != LEVEL_LITERALS && m->rules.level != LEVEL_RUNS;
}

static inline void enter_one(struct matcher *m, unsigned link, size_t at) {
    uint32_t hash = link_hash(m, link, at), *head = m->tables.head[link];
    m->tables.prev[link][at & prev_mask(m)] = head[hash];
    head[hash] = (uint32_t)at;
    if (link == LINKS - 1)
        m->tables.seen[hash]++;
    if (link == 0)
        m->tables.number[at & prev_mask(m)] = ++m->tables.count[hash];
}

/* Enters the positions below `until` into the hash. */
static void enter(struct matcher *m, size_t until) {
    size_t safe = link_end(m, LINKS - 1), at = m->entered;
    for (; at < until && at < safe; at++) {
        enter_one(m, 0, at);
        if (m->links == 1)
            continue;
        enter_one(m, 1, at);
        enter_one(m, 2, at);
    }
    for (; at < until && at < link_end(m, 0); at++)
        for (unsigned k = 0; k < m->links; k++)
            if (at < link_end(m, k))
                enter_one(m, k, at);
    m->entered = at;
}

/* The bytes, up to `most`, that a and b have in common; `most` bytes of both may be read. */
static unsigned common(const uint8_t *a, const uint8_t *b, unsigned most) {
    unsigned n = 0;
    for (; n + 8 <= most; n += 8) {
        uint64_t differ = load_u64(a + n) ^ load_u64(b + n);
        if (differ)
            return n + (unsigned)__builtin_ctzll(differ) / 8;
    }
    while (n < most && a[n] == b[n])
        n++;
    return n;
}

/* A search for a match longer than `best` bytes. */
struct quest {
    size_t at;
    unsigned best, most, nice, chain; /* bytes, bytes, bytes; candidates */
    size_t limit;                     /* candidates stand behind it */
    size_t from;                      /* where the best match stands; 0 none */
    uint32_t number;                  /* of `at` within its hash */
    uint32_t seen;                    /* how often the last link's bytes at `at` have come */
};

/* zlib's hash of 3 bytes is the same, as their number says that they are too many. */
static bool same_hash(const uint8_t *a, const uint8_t *b) {
    return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

/* The candidate is looked at: true when it ends the search. */
static inline bool look(struct matcher *m, struct quest *q, size_t candidate) {
    const uint8_t *there = m->data + candidate, *here = m->data + q->at;
    m->work++;
    if (q->number - m->tables.number[candidate & prev_mask(m)] > q->chain && same_hash(there, here))
        return true;
    if (there[q->best] != here[q->best] || there[q->best - 1] != here[q->best - 1] || there[0] != here[0])
        return false;
    unsigned length = common(there, here, q->most);
    m->work += length >> WORK_SHIFT;
    if (length > q->best) {
        q->best = length;
        q->from = candidate;
    }
    return length >= q->nice;
}

/* How often the last link's bytes that end behind the best match have come; a longer match must have them too. */
static uint32_t end_count(const struct matcher *m, const struct quest *q) {
    return m->tables.seen[link_hash(m, LINKS - 1, q->at + q->best + 1 - link_bytes[LINKS - 1])];
}

/* Goes on along the positions of these bytes, where they are rarer, from candidates before `last` on. */
static void seek_ends(struct matcher *m, struct quest *q, size_t last) {
    const uint32_t *prev = m->tables.prev[LINKS - 1];
    size_t mask = prev_mask(m), ahead = q->best + 1 - link_bytes[LINKS - 1];
    size_t position = m->tables.head[LINKS - 1][link_hash(m, LINKS - 1, q->at + ahead)];
    for (; position > q->limit + ahead && q->best < q->most; position = prev[position & mask])
        if (position - ahead >= last)
            m->work++;
        else if (look(m, q, position - ahead))
            return;
}

/* Walks along the positions of a link. Any match that is found is the nearest of its length that has at least the
 * link's bytes; matches below `enough` bytes are sought only. */
static void seek(struct matcher *m, struct quest *q, unsigned link, unsigned enough) {
    const uint32_t *prev = m->tables.prev[link];
    size_t mask = prev_mask(m), candidate = prev[q->at & mask];
    for (; candidate > q->limit && q->best + 1 < enough; candidate = prev[candidate & mask]) {
        if (look(m, q, candidate))
            return;
        if (link == LINKS - 1 && q->at - candidate > q->best && q->best < q->most &&
            end_count(m, q) < q->seen / RARER) {
            seek_ends(m, q, candidate);
            return;
        }
    }
}

/* What zlib finds at a position (which is entered) beyond a match of `best` bytes before it: a longer match, or 0. */
static token find(struct matcher *m, size_t at, unsigned best) {
    size_t reach = ((size_t)1 << m->rules.window_bits) - REACH_MARGIN, left = m->end - at;
    struct quest q = {.at = at, .most = left < LENGTH_MOST ? (unsigned)left : LENGTH_MOST, .best = best};
    if (left < LENGTH_LEAST || best >= q.most)
        return 0;
    q.nice = m->effort.nice < q.most ? m->effort.nice : q.most;
    q.chain = best >= m->effort.good ? m->effort.chain >> 2 : m->effort.chain;
    q.limit = at > reach ? at - reach : 0;
    size_t nearest = m->tables.prev[0][at & prev_mask(m)];
    if (nearest == 0 || nearest < q.limit)
        return 0;
    if (nearest == q.limit) /* alone among those so far away the first one counts */
        q.limit--;
    if (q.limit < m->floor)
        q.limit = m->floor;
    unsigned enough = q.most + 1;
    q.number = m->tables.number[at & prev_mask(m)];
    if (m->links == LINKS && left >= link_bytes[LINKS - 1])
        q.seen = m->tables.seen[link_hash(m, LINKS - 1, at)];
    for (unsigned k = m->links; k-- > 0 && q.from == 0 && q.best + 1 < enough;) {
        if (left < link_bytes[k])
            continue;
        unsigned wanted = q.best;
        if (q.best < link_bytes[k] - 1u)
            q.best = link_bytes[k] - 1u;
        seek(m, &q, k, enough);
        if (q.from)
            break;
        q.best = wanted;
        enough = link_bytes[k];
    }
    return q.from ? (token)(q.best << TOKEN_LENGTH_SHIFT | (at - q.from)) : 0;
}

/* The same, with what the lazy levels do not think worth a match left out. */
static token find_worthy(struct matcher *m, size_t at, unsigned best) {
    token t = find(m, at, best);
    unsigned length = t >> TOKEN_LENGTH_SHIFT;
    if (m->rules.filtered && length <= FILTERED_LENGTH)
        return 0;
    return !m->rules.far && length == LENGTH_LEAST && (t & TOKEN_DISTANCE_MASK) > FAR ? 0 : t;
}

static token predict_run(const struct matcher *m) {
    size_t left = m->end - m->at;
    if (left < LENGTH_LEAST || m->at == 0)
        return 0;
    const uint8_t *p = m->data + m->at;
    unsigned n = common(p, p - 1, left < LENGTH_MOST ? (unsigned)left : LENGTH_MOST);
    return n < LENGTH_LEAST ? 0 : n << TOKEN_LENGTH_SHIFT | 1;
}

static token predict_greedy(struct matcher *m) {
    if (!m->searched) {
        enter(m, m->at + 1);
        m->found = find(m, m->at, LENGTH_NONE);
        m->searched = true;
    }
    return m->found;
}

static token predict_lazy(struct matcher *m) {
    if (!m->searched) {
        enter(m, m->at + 1);
        m->found = find_worthy(m, m->at, LENGTH_NONE);
        m->searched = true;
    }
    unsigned length = m->found >> TOKEN_LENGTH_SHIFT;
    m->next = 0;
    if (length == 0 || length >= m->effort.lazy || m->at + 1 >= m->end)
        return m->found;
    enter(m, m->at + 2);
    m->next = find_worthy(m, m->at + 1, length);
    return m->next ? 0 : m->found;
}

token hunch_matcher_predict(struct matcher *m) {
    token t = m->rules.level == LEVEL_LITERALS ? 0
              : m->rules.level == LEVEL_RUNS   ? predict_run(m)
              : m->rules.level < LEVEL_LAZY    ? predict_greedy(m)
                                               : predict_lazy(m);
    return t ? t : m->data[m->at];
}

/* The levels that do not wait leave the inside of long matches out of the hash. */
static void leave_out(struct matcher *m, token t) {
    size_t end = m->at + token_size(t);
    bool inside = token_size(t) <= m->effort.lazy && m->end - end >= LENGTH_LEAST;
    enter(m, inside ? end : m->at + 1);
    if (m->entered < end)
        m->entered = end;
}

void hunch_matcher_accept(struct matcher *m, token t) {
    bool waited = m->rules.level >= LEVEL_LAZY && t >> TOKEN_LENGTH_SHIFT == 0 && m->searched && m->next;
    if (hashes(m) && m->rules.level < LEVEL_LAZY)
        leave_out(m, t);
    m->at += token_size(t);
    if (hashes(m) && m->rules.level >= LEVEL_LAZY)
        enter(m, m->at);
    m->found = m->next;
    m->searched = waited;
    m->next = 0;
}

void hunch_matcher_skip(struct matcher *m, size_t n) {
    m->at += n;
    m->searched = false;
    m->next = 0;
    if (hashes(m))
        enter(m, m->at);
}

/* Walks over the candidates that agree with `length` bytes until the distance or the rank is reached; the rank, and
 * the distance in *distance. */
static unsigned walk(struct matcher *m, unsigned length, unsigned *distance, unsigned rank) {
    size_t reach = ((size_t)1 << m->rules.window_bits) - REACH_MARGIN, mask = prev_mask(m), at = m->at;
    size_t limit = at > reach ? at - reach : 0;
    if (!hashes(m) || m->entered <= at || m->length - at < length)
        return 0;
    size_t candidate = m->tables.prev[0][at & mask];
    for (unsigned n = 0, steps = 0; candidate > limit && steps < RANK_MOST; steps++) {
        if (common(m->data + candidate, m->data + at, length) == length) {
            n++;
            if (rank ? n == rank : at - candidate == *distance) {
                *distance = (unsigned)(at - candidate);
                return n;
            }
        }
        candidate = m->tables.prev[0][candidate & mask];
    }
    return 0;
}

unsigned hunch_matcher_rank(struct matcher *m, unsigned length, unsigned distance) {
    return walk(m, length, &distance, 0);
}

unsigned hunch_matcher_ranked(struct matcher *m, unsigned length, unsigned rank) {
    unsigned distance = 0;
    return rank && walk(m, length, &distance, rank) ? distance : 0;
}
