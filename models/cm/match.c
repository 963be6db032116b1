#include "models/cm/match.h"

#include "models/cm/counter.h"

enum { LENGTH_MAX = 65535, VERIFY_MAX = 400 };

void hunch_match_init(struct match *m, unsigned bits, unsigned minimum) {
    m->bits = bits;
    m->minimum = minimum;
    for (uint32_t i = 0; i < MATCH_BUCKETS; i++)
        m->map[i] = counter_start((1u << 22) - (1u << 22) / (i + 2));
}

void hunch_match_begin(struct match *m) {
    m->entry = NULL;
    m->length = 0;
    m->predicted = 0;
}

static uint32_t hash(const struct match *m, uint64_t recent) {
    uint64_t key = m->minimum < 8 ? recent & ((UINT64_C(1) << 8 * m->minimum) - 1) : recent;
    return (uint32_t)(key * UINT64_C(0x9E3779B97F4A7C15) >> (64 - m->bits));
}

static unsigned agreement(const uint8_t *data, size_t at, size_t candidate) {
    unsigned n = 0;
    while (n < VERIFY_MAX && n < candidate && data[candidate - 1 - n] == data[at - 1 - n])
        n++;
    return n;
}

void hunch_match_update(struct match *m, const uint8_t *data, size_t at, uint64_t recent) {
    if (m->length && data[m->pointer] == data[at - 1]) {
        m->pointer++;
        m->length += m->length < LENGTH_MAX;
    } else {
        m->length = 0;
    }
    m->predicted = 0;
    if (m->entry) { /* of the bytes before the newest: the memory has had a byte's time to answer */
        if (!m->length && *m->entry) {
            m->pointer = *m->entry + 1;
            m->length = agreement(data, at, m->pointer);
            if (m->length <= m->minimum)
                m->length = 0;
        }
        undo_note(m->undo, m->entry, sizeof *m->entry);
        *m->entry = (uint32_t)at - 1;
    }
    if (at >= m->minimum) {
        m->entry = &m->table[hash(m, recent)];
        __builtin_prefetch(m->entry);
    }
    if (m->length)
        m->predicted = 256u | data[m->pointer];
}
