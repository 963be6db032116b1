#include "formats/deflate/matcher.h"

#include <string.h>

enum {
    LENGTH_NONE = 2,      /* bytes: no match */
    FILTERED_LENGTH = 5,  /* bytes: up to this a match counts nothing in filtered data */
    FAR = 4096,           /* bytes: a match of LENGTH_LEAST that is further counts nothing (levels of LEVEL_LAZY and up) */
    WORK_SHIFT = 4,       /* 16 bytes compared count as a candidate looked at */
    RANK_MOST = 256,      /* candidates that are looked at for ranks */
};

size_t hunch_matcher_heads(const struct rules *rules) {
    return (size_t)1 << rules->hash_bits;
}

size_t hunch_matcher_prevs(const struct rules *rules) {
    return (size_t)1 << rules->window_bits;
}

void hunch_matcher_init(struct matcher *m, const struct rules *rules, const uint8_t *data, size_t length) {
    m->data = data;
    m->length = m->end = length;
    m->at = m->entered = 0;
    m->rules = *rules;
    m->effort = *hunch_rules_effort(rules);
    m->found = m->next = 0;
    m->searched = false;
    m->work = 0;
}

/* Of 3 bytes. Those that differ may have the same, and then they are candidates that cost a look. */
static uint32_t hash_at(const struct matcher *m, size_t at) {
    unsigned bits = m->rules.hash_bits, shift = (bits + 2) / 3;
    const uint8_t *p = m->data + at;
    return ((uint32_t)p[0] << 2 * shift ^ (uint32_t)p[1] << shift ^ p[2]) & ((1u << bits) - 1);
}

void hunch_matcher_forget(struct matcher *m) {
    if (m->entered >= hunch_matcher_heads(&m->rules) / 8) {
        memset(m->head, 0, hunch_matcher_heads(&m->rules) * sizeof *m->head);
        return;
    }
    for (size_t at = 0; at < m->entered; at++)
        if (m->length - at >= LENGTH_LEAST)
            m->head[hash_at(m, at)] = 0;
}

static bool hashes(const struct matcher *m) {
    return m->rules.level != LEVEL_LITERALS && m->rules.level != LEVEL_RUNS;
}

static size_t prev_mask(const struct matcher *m) {
    return ((size_t)1 << m->rules.window_bits) - 1;
}

/* Enters the positions below `until` into the hash. */
static void enter(struct matcher *m, size_t until) {
    size_t last = m->length < LENGTH_LEAST ? 0 : m->length - LENGTH_LEAST + 1;
    until = until < last ? until : last;
    for (; m->entered < until; m->entered++) {
        uint32_t hash = hash_at(m, m->entered);
        m->prev[m->entered & prev_mask(m)] = m->head[hash];
        m->head[hash] = (uint32_t)m->entered;
    }
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

/* What zlib finds at a position (which is entered) beyond a match of `best` bytes before it: a longer match, or 0. */
static token find(struct matcher *m, size_t at, unsigned best) {
    size_t reach = ((size_t)1 << m->rules.window_bits) - REACH_MARGIN, left = m->end - at, mask = prev_mask(m);
    if (left < LENGTH_LEAST || m->work > m->work_most)
        return 0;
    unsigned most = left < LENGTH_MOST ? (unsigned)left : LENGTH_MOST;
    unsigned nice = m->effort.nice < most ? m->effort.nice : most;
    unsigned chain = best >= m->effort.good ? m->effort.chain >> 2 : m->effort.chain;
    size_t limit = at > reach ? at - reach : 0, candidate = m->prev[at & mask], from = 0;
    const uint8_t *here = m->data + at;
    if (candidate == 0 || candidate < limit || best >= most)
        return 0;
    do {
        const uint8_t *there = m->data + candidate;
        m->work++;
        if (there[best] != here[best] || there[best - 1] != here[best - 1] || there[0] != here[0])
            continue;
        unsigned length = common(there, here, most);
        m->work += length >> WORK_SHIFT;
        if (length <= best)
            continue;
        best = length;
        from = candidate;
        if (length >= nice)
            break;
    } while ((candidate = m->prev[candidate & mask]) > limit && --chain > 0);
    return from ? (token)(best << TOKEN_LENGTH_SHIFT | (at - from)) : 0;
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
    size_t candidate = m->prev[at & mask];
    for (unsigned n = 0, steps = 0; candidate > limit && steps < RANK_MOST; steps++) {
        if (common(m->data + candidate, m->data + at, length) == length) {
            n++;
            if (rank ? n == rank : at - candidate == *distance) {
                *distance = (unsigned)(at - candidate);
                return n;
            }
        }
        candidate = m->prev[candidate & mask];
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
