/* Contexts of tables as text: values under keys. In CSV and TSV the key is the column, in JSON the name
 * before the colon; what stood under the same key before is found again by it, wherever it stands. */
#include "models/cm/contexts.h"

#include <stdbool.h>

enum { JSON = '{', KEYS = 256, PLACE_MOST = 255 };

static uint32_t behind(const uint8_t *data, size_t at, size_t back) {
    return back <= at ? data[at - back] : 0;
}

/* A value under `key` begins at `at`. */
static void begin_value(struct table *t, uint32_t key, size_t at) {
    size_t *start = &t->start[(key ^ key >> 8 ^ key >> 16) % KEYS];
    t->before = t->value;
    t->key = key;
    t->value = t->shape = 0;
    t->place = 0;
    t->above = *start;
    *start = at;
}

static void update_columns(struct table *t, unsigned b, size_t at) {
    if (b == '"')
        t->quoted = !t->quoted;
    if (b == '\n') {
        t->quoted = false;
        begin_value(t, 0, at);
    } else if (b == t->delimiter && !t->quoted) {
        begin_value(t, t->key + 1, at);
    }
}

static void update_names(struct table *t, unsigned b, size_t at) {
    bool escaped = t->escape;
    t->escape = b == '\\' && !escaped;
    if (b == '\n') {
        t->quoted = false;
        begin_value(t, 0, at);
    } else if (b == '"' && !escaped) {
        t->quoted = !t->quoted;
        if (t->quoted)
            t->name = 0;
    } else if (t->quoted) {
        t->name = context_mix(t->name + 1, b);
    } else if (b == ':') {
        begin_value(t, t->name | 1, at);
    } else if (b == ',' || b == '{' || b == '[' || b == ']' || b == '}') {
        begin_value(t, context_mix(t->key, b) & ~1u, at); /* what follows that value: the next name, as a rule */
    }
}

static void update(struct contexts *c, unsigned b, size_t at) {
    struct table *t = &c->table;
    size_t place = t->place;
    uint32_t value = t->value, shape = t->shape;
    t->value = context_mix(value + 1, b);
    t->shape = context_mix(shape + 1, b - '0' < 10u ? '0' : b);
    t->place = place + 1;
    if (t->delimiter == JSON)
        update_names(t, b, at);
    else
        update_columns(t, b, at);
    if ((b | 32) - 'a' < 26u || b >= 128) {
        c->word[0] = context_mix(c->word[0] + 1, b);
    } else if (c->word[0]) {
        c->word[1] = c->word[0];
        c->word[0] = 0;
    }
}

unsigned hunch_contexts_table_count(unsigned level) {
    static const uint8_t counts[10] = {0, 0, 0, 4, 6, 8, 14, 22, 26, 26};
    return counts[level];
}

static void add(struct contexts *c, uint32_t hash) {
    context_add(c, hash, CONTEXT_OLDER);
}

void hunch_contexts_table(struct contexts *c, const uint8_t *data, size_t at) {
    struct table *t = &c->table;
    if (at)
        update(c, data[at - 1], at);
    uint32_t b1 = behind(data, at, 1), b2 = behind(data, at, 2), b3 = behind(data, at, 3), b4 = behind(data, at, 4);
    uint32_t c4 = b1 | b2 << 8 | b3 << 16 | b4 << 24;
    uint32_t c8 = behind(data, at, 5) | behind(data, at, 6) << 8 | behind(data, at, 7) << 16 |
                  behind(data, at, 8) << 24;
    size_t there = t->above + t->place;
    uint32_t a0 = t->above && there < at ? data[there] : 0, a1 = t->above && there + 1 < at ? data[there + 1] : 0;
    uint32_t a2 = t->above && there + 2 < at ? data[there + 2] : 0, same = t->above && data[there - 1] == b1;
    uint32_t place = t->place < PLACE_MOST ? (uint32_t)t->place : PLACE_MOST, key = t->key;
    uint32_t under = context_mix(key, t->value), above = a0 | a1 << 8 | same << 16;
    c->filled = 0;
    add(c, under);
    add(c, context_mix(key, c4 & 0xFFFF));
    add(c, c4 & 0xFFFFFF);
    add(c, context_mix(context_mix(key, place), above));
    if (c->level >= 4) {
        add(c, c4);
        add(c, context_mix(under, t->before));
    }
    if (c->level >= 5) {
        add(c, context_mix(b1 | b2 << 8, above));
        add(c, context_mix(c->word[0], c->word[1]));
    }
    if (c->level >= 6) {
        add(c, context_mix(c4, c8 & 0xFFFF));
        add(c, c4 & 0xFFFF);
        add(c, context_mix(key, t->shape));
        add(c, context_mix(under, a0 | a1 << 8 | a2 << 16));
        add(c, context_mix(context_mix(key, place), b1));
        add(c, context_mix(c->word[0], key));
    }
    if (c->level >= 7) {
        add(c, b1);
        add(c, context_mix(c4, c8 & 0xFF));
        add(c, context_mix(c4, c8));
        add(c, context_mix(context_mix(t->shape, key), above));
        add(c, context_mix(t->before, key));
        add(c, context_mix(t->value, place));
        add(c, context_mix(c4 & 0xFFFF, a0));
        add(c, context_mix(a0 | a1 << 8 | a2 << 16 | same << 24, place));
    }
    if (c->level >= 8) {
        add(c, context_mix(c4 & 0xF0F0F0F0, key));
        add(c, context_mix(t->value, above));
        add(c, context_mix(c->word[0], c4 & 0xFF));
        add(c, context_mix(c4 & 0xFFFFFF, key));
    }
    c->classes = (key & 31) | (place < 7 ? place : 7) << 5 | same << 8 | (b1 - '0' < 10u) << 9 | (a0 - '0' < 10u) << 10;
}
