#include "formats/jpeg/image.h"

#include <string.h>

enum marker {
    M_SOF0 = 0xC0, M_SOF1 = 0xC1, M_SOF2 = 0xC2, M_DHT = 0xC4, M_SOF15 = 0xCF,
    M_RST0 = 0xD0, M_SOI = 0xD8, M_EOI = 0xD9, M_SOS = 0xDA, M_DQT = 0xDB, M_DNL = 0xDC, M_DRI = 0xDD, M_TEM = 0x01
};

static unsigned load_high(const uint8_t *p) {
    return (unsigned)p[0] << 8 | p[1];
}

static uint32_t divide_up(uint32_t a, uint32_t b) {
    return (a + b - 1) / b;
}

static void take_note(struct jpeg *j, unsigned index, const uint8_t *table) {
    if (j->notes == JPEG_NOTES)
        return;
    j->note_index[j->notes] = (uint8_t)index;
    j->note[j->notes++] = table;
}

static bool read_quant(struct jpeg *j, const uint8_t *p, size_t n) {
    while (n > 0) {
        unsigned wide = p[0] >> 4, slot = p[0] & 15, size = 1 + JPEG_BLOCK * (wide + 1);
        if (wide > 1 || slot > 3 || n < size)
            return false;
        for (unsigned i = 0; i < JPEG_BLOCK; i++)
            j->quant[slot][i] = wide ? (uint16_t)load_high(p + 1 + 2 * i) : p[1 + i];
        j->have_quant[slot] = true;
        if (!wide)
            take_note(j, HUFFMAN_TABLES, p + 1);
        p += size;
        n -= size;
    }
    return true;
}

static bool read_huffman(struct jpeg *j, const uint8_t *p, size_t n) {
    while (n > 0) {
        unsigned slot = p[0] & 15, index = 4u * (p[0] >> 4) + slot, size;
        if (p[0] >> 4 > 1 || slot > 3)
            return false;
        size = (unsigned)hunch_jpeg_huffman_define(jpeg_table(j, index), index, p + 1, n - 1);
        if (size == 0)
            return false;
        take_note(j, index, p + 1);
        p += 1 + size;
        n -= 1 + size;
    }
    return true;
}

/* The sizes of the components in blocks (A.1.1, A.2). */
static void lay_out(struct jpeg *j) {
    if (j->count == 1) /* its scans are of it alone: blocks, not MCUs */
        j->component[0].h = j->component[0].v = 1;
    unsigned h_most = 1, v_most = 1;
    for (unsigned c = 0; c < j->count; c++) {
        h_most = j->component[c].h > h_most ? j->component[c].h : h_most;
        v_most = j->component[c].v > v_most ? j->component[c].v : v_most;
    }
    j->mcus_wide = divide_up(j->width, 8 * h_most);
    j->mcus_high = divide_up(j->height, 8 * v_most);
    for (unsigned c = 0; c < j->count; c++) {
        struct jpeg_component *k = &j->component[c];
        k->wide = j->mcus_wide * k->h;
        k->high = j->mcus_high * k->v;
        k->used_wide = divide_up(divide_up(j->width * k->h, h_most), 8);
        k->used_high = divide_up(divide_up(j->height * k->v, v_most), 8);
    }
}

static bool read_frame(struct jpeg *j, const uint8_t *p, size_t n) {
    if (j->count || n < 6 || p[0] != 8 || p[5] < 1 || p[5] > JPEG_COMPONENTS || n != 6u + 3u * p[5])
        return false;
    j->height = load_high(p + 1);
    j->width = load_high(p + 3);
    if (j->height == 0 || j->width == 0)
        return false;
    for (unsigned c = 0; c < p[5]; c++) {
        const uint8_t *q = p + 6 + 3 * c;
        struct jpeg_component *k = &j->component[c];
        *k = (struct jpeg_component){.id = q[0], .h = q[1] >> 4, .v = q[1] & 15, .table = q[2]};
        if (k->h < 1 || k->h > 4 || k->v < 1 || k->v > 4 || k->table > 3)
            return false;
    }
    j->count = p[5];
    lay_out(j);
    return true;
}

static bool find_component(const struct jpeg *j, unsigned id, uint8_t *index) {
    for (*index = 0; *index < j->count; (*index)++)
        if (j->component[*index].id == id)
            return true;
    return false;
}

/* Whether this scan's tables are there. */
static bool has_tables(const struct jpeg *j, const struct jpeg_scan *s) {
    bool good = true;
    for (unsigned i = 0; i < s->count; i++) {
        good &= s->first > 0 || s->high > 0 || j->dc[s->dc[i]].defined;
        good &= s->last == 0 || j->ac[s->ac[i]].defined;
        good &= j->have_quant[j->component[s->component[i]].table];
    }
    return good;
}

static bool read_scan(struct jpeg *j, const uint8_t *p, size_t n) {
    struct jpeg_scan s = {.count = p[0]};
    if (j->count == 0 || n < 1 || s.count < 1 || s.count > j->count || n != 4u + 2u * s.count)
        return false;
    for (unsigned i = 0; i < s.count; i++) {
        const uint8_t *q = p + 1 + 2 * i;
        s.dc[i] = q[1] >> 4;
        s.ac[i] = q[1] & 15;
        if (!find_component(j, q[0], &s.component[i]) || s.dc[i] > 3 || s.ac[i] > 3)
            return false;
        if (i > 0 && s.component[i] <= s.component[i - 1]) /* in the frame's order, as T.81 wants them */
            return false;
    }
    const uint8_t *q = p + 1 + 2 * s.count;
    s.first = q[0];
    s.last = q[1];
    s.high = q[2] >> 4;
    s.low = q[2] & 15;
    j->scan = s;
    if (!j->progressive)
        return s.first == 0 && s.last == 63 && s.high == 0 && s.low == 0 && has_tables(j, &s);
    bool band = s.first == 0 ? s.last == 0 : s.count == 1 && s.first <= s.last && s.last <= 63;
    return band && s.low <= 13 && (s.high == 0 || s.high == s.low + 1) && has_tables(j, &s);
}

static bool read_segment(struct jpeg *j, enum marker m, const uint8_t *p, size_t n) {
    switch (m) {
    case M_SOF2: j->progressive = true; /* fall through */
    case M_SOF0: case M_SOF1: return read_frame(j, p, n);
    case M_DHT: return read_huffman(j, p, n);
    case M_DQT: return read_quant(j, p, n);
    case M_DRI: j->restart = n == 2 ? load_high(p) : 0; return n == 2;
    case M_SOS: return n > 0 && read_scan(j, p, n);
    case M_DNL: return false;
    default: return !(m > M_SOF2 && m <= M_SOF15) && !(m >= M_RST0 && m <= M_SOI) && m > M_TEM;
    }
}

enum jpeg_stop hunch_jpeg_read_markers(struct jpeg *j, const uint8_t *bytes, size_t length, size_t *at) {
    j->notes = 0;
    while (length - *at >= 2) {
        if (bytes[*at] != 0xFF || bytes[*at + 1] == 0xFF || bytes[*at + 1] == 0) {
            *at += bytes[*at] == 0xFF && bytes[*at + 1] == 0 ? 2 : 1; /* between segments anything may lie */
            continue;
        }
        enum marker m = bytes[*at + 1];
        *at += 2;
        if (m == M_EOI)
            return j->count ? JPEG_AT_END : JPEG_NONSENSE;
        unsigned n = length - *at >= 2 ? load_high(bytes + *at) : 0;
        if (n < 2 || n > length - *at || !read_segment(j, m, bytes + *at + 2, n - 2))
            return JPEG_NONSENSE;
        *at += n;
        if (m == M_SOS)
            return JPEG_AT_SCAN;
    }
    return JPEG_NONSENSE;
}
