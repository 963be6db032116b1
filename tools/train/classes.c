#include "tools/train/classes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    FREQUENT = 9600, /* words that are placed first; the rare ones then join them and move no frequent one */
    ROUNDS = 20,     /* for the frequent, and half of that for the rare */
    TABLE = 1 << 22,
    NOWHERE = 0xFFFFFFFF
};

/* Neighbours of each token on one side: tokens and how often. */
struct neighbours {
    size_t *start; /* (tokens + 1) */
    uint32_t *token, *count;
};

struct exchange {
    struct classes *c;
    uint32_t all; /* classes, marks and all */
    struct neighbours after, before;
    int64_t *count;     /* (tokens) */
    int64_t *pairs;     /* (all, all) how often a class stands before a class */
    int64_t *mass;      /* (all) */
    uint32_t *size;     /* (all) words */
    int64_t *entropy;   /* (TABLE) n log2 n, scaled by 65536 */
    int64_t *to, *from; /* (all) of the word in hand: how often each class stands behind and before it */
    uint32_t *to_list, *from_list, to_count, from_count;
    int64_t self; /* how often it stands before itself */
};

/* n log2 n in integers: sums come out the same in every order. */
static int64_t entropy(const struct exchange *e, int64_t n) {
    return n < TABLE ? e->entropy[n] : llround((double)n * log2((double)n) * 65536);
}

static bool neighbours_count(struct neighbours *n, const struct classes *c, const uint32_t *sequence,
                             size_t length, size_t ahead) {
    uint32_t tokens = c->tokens, *list = malloc(length * sizeof *list), *seen = calloc(tokens, sizeof *seen);
    size_t *end = calloc(tokens + 1, sizeof *end), used = 0;
    n->start = calloc(tokens + 1, sizeof *n->start);
    n->token = malloc(length * sizeof *n->token);
    n->count = malloc(length * sizeof *n->count);
    bool good = list && seen && end && n->start && n->token && n->count;
    if (good) {
        for (size_t i = 0; i + 1 < length; i++)
            n->start[sequence[i + 1 - ahead] + 1]++;
        for (uint32_t t = 0; t < tokens; t++)
            n->start[t + 1] += n->start[t];
        memcpy(end, n->start, (tokens + 1) * sizeof *end);
        for (size_t i = 0; i + 1 < length; i++)
            list[end[sequence[i + 1 - ahead]]++] = sequence[i + ahead];
        for (uint32_t t = 0; t < tokens;
             t++) { /* each list becomes tokens with counts, written behind the last one's */
            size_t first = n->start[t], start = used;
            for (size_t k = first; k < end[t]; k++)
                if (seen[list[k]]++ == 0)
                    n->token[used++] = list[k];
            for (size_t k = start; k < used; k++) {
                n->count[k] = seen[n->token[k]];
                seen[n->token[k]] = 0;
            }
            n->start[t] = start;
        }
        n->start[tokens] = used;
    }
    free(list);
    free(seen);
    free(end);
    return good;
}

static int64_t *pair(const struct exchange *e, uint32_t a, uint32_t b) {
    return &e->pairs[(size_t)a * e->all + b];
}

/* Gathers the neighbours of word w by class. */
static void look_around(struct exchange *e, uint32_t w) {
    const uint32_t *class_of = e->c->class_of;
    e->to_count = e->from_count = 0;
    e->self = 0;
    for (size_t k = e->after.start[w]; k < e->after.start[w + 1]; k++) {
        uint32_t t = e->after.token[k], y = class_of[t];
        if (t == w)
            e->self = e->after.count[k];
        if (t == w || y == NOWHERE)
            continue;
        if (e->to[y] == 0)
            e->to_list[e->to_count++] = y;
        e->to[y] += e->after.count[k];
    }
    for (size_t k = e->before.start[w]; k < e->before.start[w + 1]; k++) {
        uint32_t t = e->before.token[k], y = class_of[t];
        if (t == w || y == NOWHERE)
            continue;
        if (e->from[y] == 0)
            e->from_list[e->from_count++] = y;
        e->from[y] += e->before.count[k];
    }
}

static void forget(struct exchange *e) {
    for (uint32_t k = 0; k < e->to_count; k++)
        e->to[e->to_list[k]] = 0;
    for (uint32_t k = 0; k < e->from_count; k++)
        e->from[e->from_list[k]] = 0;
}

/* Puts word w, which was looked around from, into class g (sign 1) or takes it out (sign -1). */
static void put(struct exchange *e, uint32_t w, uint32_t g, int64_t sign) {
    for (uint32_t k = 0; k < e->to_count; k++)
        *pair(e, g, e->to_list[k]) += sign * e->to[e->to_list[k]];
    for (uint32_t k = 0; k < e->from_count; k++)
        *pair(e, e->from_list[k], g) += sign * e->from[e->from_list[k]];
    *pair(e, g, g) += sign * e->self;
    e->mass[g] += sign * e->count[w];
    e->size[g] += (uint32_t)sign;
    e->c->class_of[w] = sign > 0 ? g : NOWHERE;
}

/* What class h would gain by word w. */
static int64_t gain(const struct exchange *e, uint32_t w, uint32_t h) {
    const int64_t *row = pair(e, h, 0);
    int64_t sum = entropy(e, row[h] + e->to[h] + e->from[h] + e->self) - entropy(e, row[h]);
    for (uint32_t k = 0; k < e->to_count; k++) {
        uint32_t y = e->to_list[k];
        if (y != h)
            sum += entropy(e, row[y] + e->to[y]) - entropy(e, row[y]);
    }
    for (uint32_t k = 0; k < e->from_count; k++) {
        uint32_t y = e->from_list[k];
        int64_t n = *pair(e, y, h);
        if (y != h)
            sum += entropy(e, n + e->from[y]) - entropy(e, n);
    }
    return sum - 2 * (entropy(e, e->mass[h] + e->count[w]) - entropy(e, e->mass[h]));
}

/* Moves each word of first .. end - 1 to its best class; returns how many moved. */
static uint32_t exchange_round(struct exchange *e, uint32_t first, uint32_t end) {
    uint32_t moved = 0;
    for (uint32_t w = first; w < end; w++) {
        uint32_t old = e->c->class_of[w], best = NOWHERE;
        int64_t most = 0;
        look_around(e, w);
        if (old != NOWHERE)
            put(e, w, old, -1);
        for (uint32_t h = 0; h < e->c->open; h++) {
            if (e->size[h] >= e->c->most)
                continue;
            int64_t g = gain(e, w, h);
            if (best == NOWHERE || g > most) {
                best = h;
                most = g;
            }
        }
        put(e, w, best, 1);
        moved += best != old;
        forget(e);
    }
    return moved;
}

/* Bits lost when classes a and b become one. */
static int64_t merge_cost(const struct exchange *e, uint32_t a, uint32_t b) {
    int64_t cost = 0;
    for (uint32_t y = 0; y < e->all; y++) {
        if (y == a || y == b)
            continue;
        int64_t ay = *pair(e, a, y), by = *pair(e, b, y), ya = *pair(e, y, a), yb = *pair(e, y, b);
        cost += entropy(e, ay) + entropy(e, by) - entropy(e, ay + by);
        cost += entropy(e, ya) + entropy(e, yb) - entropy(e, ya + yb);
    }
    int64_t aa = *pair(e, a, a), ab = *pair(e, a, b), ba = *pair(e, b, a), bb = *pair(e, b, b);
    cost += entropy(e, aa) + entropy(e, ab) + entropy(e, ba) + entropy(e, bb) - entropy(e, aa + ab + ba + bb);
    return cost - 2 * (entropy(e, e->mass[a]) + entropy(e, e->mass[b]) - entropy(e, e->mass[a] + e->mass[b]));
}

static void merge(struct exchange *e, uint32_t a, uint32_t b) {
    for (uint32_t y = 0; y < e->all; y++) {
        *pair(e, a, y) += *pair(e, b, y);
        *pair(e, b, y) = 0;
    }
    for (uint32_t y = 0; y < e->all; y++) {
        *pair(e, y, a) += *pair(e, y, b);
        *pair(e, y, b) = 0;
    }
    e->mass[a] += e->mass[b];
    e->mass[b] = 0;
}

/* Merges the two cheapest classes until one is left; the leaves of that tree, from left to right, are the
 * order. */
static bool order_classes(struct exchange *e) {
    uint32_t count = e->c->open + e->c->singles, *next = malloc(count * sizeof *next),
             *last = malloc(count * sizeof *last);
    bool *gone = calloc(count, sizeof *gone);
    bool good = next && last && gone;
    for (uint32_t i = 0; good && i < count; i++) {
        next[i] = NOWHERE;
        last[i] = i;
    }
    for (uint32_t step = 1; good && step < count; step++) {
        uint32_t a = NOWHERE, b = NOWHERE;
        int64_t least = INT64_MAX;
        for (uint32_t i = 0; i < count; i++)
            for (uint32_t k = i + 1; !gone[i] && k < count; k++) {
                int64_t cost = gone[k] ? INT64_MAX : merge_cost(e, i, k);
                if (cost < least) {
                    least = cost;
                    a = i;
                    b = k;
                }
            }
        merge(e, a, b);
        gone[b] = true;
        next[last[a]] = b;
        last[a] = last[b];
    }
    for (uint32_t i = 0, at = 0; good && at != NOWHERE;
         at = next[at]) /* class 0 is never the second of two */
        e->c->order[i++] = at;
    free(next);
    free(last);
    free(gone);
    return good;
}

/* Frequent words start in turns, rare ones nowhere. */
static void place_first(struct exchange *e, uint32_t frequent) {
    struct classes *c = e->c;
    for (uint32_t t = 0; t < c->tokens; t++) {
        bool single = t < c->singles, mark = t >= c->words;
        c->class_of[t] = mark           ? c->open + c->singles + t - c->words
                         : single       ? c->open + t
                         : t < frequent ? (t - c->singles) % c->open
                                        : NOWHERE;
    }
    for (uint32_t t = 0; t < c->tokens; t++) {
        uint32_t g = c->class_of[t];
        if (g == NOWHERE)
            continue;
        e->mass[g] += e->count[t];
        e->size[g]++;
        for (size_t k = e->after.start[t]; k < e->after.start[t + 1]; k++)
            if (c->class_of[e->after.token[k]] != NOWHERE)
                *pair(e, g, c->class_of[e->after.token[k]]) += e->after.count[k];
    }
}

static bool exchange_allocate(struct exchange *e, const uint32_t *sequence, size_t length) {
    struct classes *c = e->c;
    e->all = c->open + c->singles + c->tokens - c->words;
    c->class_of = malloc(c->tokens * sizeof *c->class_of);
    c->order = malloc((c->open + c->singles) * sizeof *c->order);
    e->count = calloc(c->tokens, sizeof *e->count);
    e->pairs = calloc((size_t)e->all * e->all, sizeof *e->pairs);
    e->mass = calloc(e->all, sizeof *e->mass);
    e->size = calloc(e->all, sizeof *e->size);
    e->to = calloc(e->all, sizeof *e->to);
    e->from = calloc(e->all, sizeof *e->from);
    e->to_list = calloc(e->all, sizeof *e->to_list);
    e->from_list = calloc(e->all, sizeof *e->from_list);
    e->entropy = calloc(TABLE, sizeof *e->entropy);
    return c->class_of && c->order && e->count && e->pairs && e->mass && e->size && e->to && e->from &&
           e->to_list && e->from_list && e->entropy && neighbours_count(&e->after, c, sequence, length, 1) &&
           neighbours_count(&e->before, c, sequence, length, 0);
}

static void exchange_free(struct exchange *e) {
    void *all[] = {e->count,       e->pairs,       e->mass,         e->size,         e->to,
                   e->from,        e->to_list,     e->from_list,    e->entropy,      e->after.start,
                   e->after.token, e->after.count, e->before.start, e->before.token, e->before.count};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
}

bool hunch_classes_learn(struct classes *c, const uint32_t *sequence, size_t length) {
    struct exchange e = {.c = c};
    bool good = exchange_allocate(&e, sequence, length);
    if (good) {
        uint32_t frequent = c->words < FREQUENT ? c->words : FREQUENT;
        for (int64_t n = 1; n < TABLE; n++)
            e.entropy[n] = llround((double)n * log2((double)n) * 65536);
        for (size_t i = 0; i < length; i++)
            e.count[sequence[i]]++;
        place_first(&e, frequent);
        for (int round = 0; round < ROUNDS && exchange_round(&e, c->singles, frequent); round++)
            ;
        for (int round = 0; round < ROUNDS / 2 && exchange_round(&e, frequent, c->words); round++)
            ;
        good = order_classes(&e);
    }
    exchange_free(&e);
    return good;
}

void hunch_classes_free(struct classes *c) {
    free(c->class_of);
    free(c->order);
}
