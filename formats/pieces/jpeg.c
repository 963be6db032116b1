/* JPEG files (ITU T.81): sequential and progressive, Huffman-coded, 8 bits a sample. The coefficients of all scans
 * become one stream of kind CONTENT_DCT; headers stay bytes (the first is walked over for pieces: it may hold a small
 * JPEG file), but for tables that the stream or this program knows or can make; what else the scans hold goes to the
 * recipe. */
#include "formats/piece.h"

#include <string.h>

#include "base/bytes.h"
#include "formats/jpeg/blocks.h"
#include "formats/jpeg/image.h"
#include "formats/jpeg/scan.h"
#include "formats/jpeg/standard.h"

enum {
    CUTS_MOST = JPEG_NOTES, /* known tables of a header */
    CUT_QUANT = JPEG_STANDARD_TABLES, /* this kind and the 3 behind it: quantisation tables of the stream */
    CUT_BEST = CUT_QUANT + JPEG_COMPONENTS, /* the best Huffman table for the scan behind the header */
    CUT_NONE,
    EXCEPTIONS_MOST = 1024, /* of a file: runs that are not as hunch_jpeg_scan_run says */
    PADS_ONES = 0, PADS_ZEROS = 1, PADS_KEPT = 2
};

/* A table left out of a header: its kind, and how many bytes of the header are before it. */
struct cut {
    size_t kept; /* bytes since the cut before */
    unsigned kind;
    unsigned symbols; /* CUT_BEST: of the table */
};

/* The bytes of a kind of cut; `tables`: of the stream, `count` of them. 0: no such kind, or the best. */
static size_t cut_bytes(unsigned kind, const uint8_t *tables, unsigned count, uint8_t *bytes) {
    if (kind < CUT_QUANT) {
        const uint8_t *known;
        size_t n = hunch_jpeg_standard_table(kind, &known);
        memcpy(bytes, known, n);
        return n;
    }
    if (kind - CUT_QUANT >= count || kind >= CUT_BEST)
        return 0;
    for (unsigned k = 0; k < JPEG_BLOCK; k++)
        bytes[k] = tables[(size_t)(kind - CUT_QUANT) * DCT_TABLE + 2 * k];
    return JPEG_BLOCK;
}

/* ---- split */

struct scan_found {
    size_t header_end, end; /* bytes from the file's beginning; the header begins where the scan before ends */
    struct jpeg_extra extra;
    size_t stretches;
    uint16_t *actual; /* runs, as extra.runs */
    unsigned best;    /* bit i: table i of the header's notes is the best for the scan */
};

struct splitting {
    struct jpeg_rows rows; /* first: what scan.c hands back */
    struct splitter *s;
    const uint8_t *data;
    size_t length;
    struct jpeg j;
    struct huffman spare;
    struct scan_found scan[JPEG_SCANS];
    unsigned scans;
    size_t end;         /* of the file */
    bool at_once;       /* one scan has everything: its rows of MCUs are put as they are read */
    uint8_t *bytes;     /* for a row of blocks */
    size_t dct_bytes;
    size_t tables_at;
    uint8_t head[DCT_HEAD + JPEG_COMPONENTS * DCT_TABLE];
    uint32_t exceptions;
    uint32_t seen[HUFFMAN_TABLES][256];
};

static int16_t *split_row(struct jpeg_rows *r, const struct jpeg *j, unsigned component, uint32_t y) {
    (void)r;
    const struct jpeg_component *k = &j->component[component];
    return k->blocks + (size_t)(y % k->rows) * k->wide * JPEG_BLOCK;
}

/* Puts the blocks of a row of MCUs. */
static bool put_row(struct splitting *p, uint32_t mcu_row) {
    for (unsigned c = 0; c < p->j.count; c++)
        for (uint32_t v = 0; v < p->j.component[c].v; v++) {
            const struct jpeg_component *k = &p->j.component[c];
            const int16_t *row = split_row(&p->rows, &p->j, c, mcu_row * k->v + v);
            size_t n = 0;
            for (uint32_t x = 0; x < k->wide; x++)
                n += hunch_jpeg_put_block(row + (size_t)x * JPEG_BLOCK, p->bytes + n);
            hunch_split_put(p->s, CONTENT_DCT, p->bytes, n);
            p->dct_bytes += n;
        }
    return true;
}

static bool row_read(struct jpeg_rows *r, const struct jpeg *j, uint32_t mcu_row) {
    struct splitting *p = (struct splitting *)r;
    if (!p->at_once)
        return true;
    put_row(p, mcu_row);
    for (unsigned c = 0; c < j->count; c++)
        memset(j->component[c].blocks, 0, sizeof(int16_t) * JPEG_BLOCK * j->component[c].rows * j->component[c].wide);
    return true;
}

/* At the first scan: memory for blocks, the stream's head. */
static bool begin(struct splitting *p) {
    struct jpeg *j = &p->j;
    uint64_t blocks = 0;
    uint32_t widest = 0;
    p->at_once = !j->progressive && j->scan.count == j->count;
    for (unsigned c = 0; c < j->count; c++) {
        struct jpeg_component *k = &j->component[c];
        blocks += (uint64_t)k->wide * k->high;
        widest = k->wide > widest ? k->wide : widest;
        k->rows = p->at_once ? k->v : k->high;
    }
    if (blocks > (uint64_t)p->length * 8) /* a block costs a bit at least */
        return false;
    for (unsigned c = 0; c < j->count; c++) {
        struct jpeg_component *k = &j->component[c];
        uint64_t size = sizeof(int16_t) * JPEG_BLOCK * (uint64_t)k->rows * k->wide;
        k->blocks = size <= SIZE_MAX ? hunch_split_scratch(p->s, (size_t)size) : NULL;
        if (!k->blocks)
            return false;
    }
    p->bytes = hunch_split_scratch(p->s, (size_t)widest * BLOCK_BYTES_MOST);
    p->dct_bytes = hunch_jpeg_put_head(j, p->head);
    hunch_split_put(p->s, CONTENT_DCT, p->head, p->dct_bytes);
    return p->bytes;
}

/* Which tables of the header are the best for the symbols that the scan has. */
static unsigned best_tables(const struct splitting *p) {
    unsigned best = 0;
    for (unsigned i = 0; i < p->j.notes; i++) {
        uint8_t bytes[HUFFMAN_BYTES_MOST];
        size_t left = (size_t)(p->data + p->length - p->j.note[i]);
        if (p->j.note_index[i] == HUFFMAN_TABLES)
            continue;
        size_t n = hunch_jpeg_huffman_best(p->seen[p->j.note_index[i]], bytes);
        if (n > 0 && n < HUFFMAN_BYTES_MOST && n <= left && memcmp(bytes, p->j.note[i], n) == 0)
            best |= 1u << i;
    }
    return best;
}

static bool read_scan(struct splitting *p, size_t at) {
    struct scan_found *f = &p->scan[p->scans++];
    f->header_end = at;
    f->stretches = hunch_jpeg_scan_stretches(&p->j);
    f->extra.pads = hunch_split_scratch(p->s, f->stretches);
    if (!f->extra.pads)
        return false;
    if (hunch_jpeg_scan_has_runs(&p->j)) {
        f->actual = hunch_split_scratch(p->s, sizeof(uint16_t) * hunch_jpeg_scan_blocks(&p->j));
        f->extra.runs = f->actual;
        if (!f->actual)
            return false;
    }
    struct entropy e = {.at = p->data + at, .end = p->data + p->length, .seen = p->seen};
    memset(p->seen, 0, sizeof p->seen);
    if (!hunch_jpeg_scan_code(&p->j, &e, &f->extra, &p->rows))
        return false;
    f->end = (size_t)(e.at - p->data);
    f->best = best_tables(p);
    return true;
}

/* Reads all scans. */
static bool read_file(struct splitting *p) {
    size_t at = 2;
    enum jpeg_stop stop;
    while ((stop = hunch_jpeg_read_markers(&p->j, p->data, p->length, &at)) == JPEG_AT_SCAN) {
        if (p->scans == JPEG_SCANS || (p->scans == 1 && p->at_once) || (p->scans == 0 && !begin(p)))
            return false;
        if (!read_scan(p, at))
            return false;
        at = p->scan[p->scans - 1].end;
    }
    p->end = at;
    return stop == JPEG_AT_END && p->scans > 0;
}

static unsigned find_cut(const struct splitting *p, const uint8_t *table, size_t length) {
    uint8_t bytes[HUFFMAN_HEAD + 256];
    for (unsigned kind = 0; kind < (unsigned)CUT_QUANT + p->head[6]; kind++) {
        size_t n = cut_bytes(kind, p->head + DCT_HEAD, p->head[6], bytes);
        if (n <= length && memcmp(bytes, table, n) == 0)
            return kind;
    }
    return CUT_NONE;
}

/* A header, from..to, without the tables that are known. j->note tells where tables are. */
static bool put_header(struct splitting *p, size_t from, size_t to, unsigned best) {
    uint8_t bytes[HUFFMAN_HEAD + 256], *kept = hunch_split_scratch(p->s, to - from + 1);
    struct cut cuts[CUTS_MOST];
    unsigned count = 0;
    size_t n = 0, at = from, since = 0;
    if (!kept)
        return false;
    for (unsigned i = 0; i < p->j.notes; i++) {
        size_t table = (size_t)(p->j.note[i] - p->data);
        unsigned kind = find_cut(p, p->j.note[i], to - table);
        size_t size = kind == CUT_NONE ? 0 : cut_bytes(kind, p->head + DCT_HEAD, p->head[6], bytes);
        if (kind == CUT_NONE && (best >> i & 1)) {
            kind = CUT_BEST;
            size = hunch_jpeg_huffman_define(&p->spare, 0, p->j.note[i], to - table);
        }
        if (kind == CUT_NONE)
            continue;
        memcpy(kept + n, p->data + at, table - at);
        n += table - at;
        at = table + size;
        cuts[count++] = (struct cut){n - since, kind, (unsigned)size - HUFFMAN_HEAD};
        since = n;
    }
    memcpy(kept + n, p->data + at, to - at);
    n += to - at;
    hunch_split_varint(p->s, n);
    hunch_split_varint(p->s, count);
    for (unsigned i = 0; i < count; i++) {
        hunch_split_varint(p->s, cuts[i].kept);
        hunch_split_varint(p->s, cuts[i].kind);
        if (cuts[i].kind == CUT_BEST)
            hunch_split_varint(p->s, cuts[i].symbols);
    }
    if (from == 2)
        hunch_split_nested(p->s, kept, n);
    else
        hunch_split_put(p->s, CONTENT_BYTES, kept, n);
    return true;
}

static void put_pads(struct splitting *p, const struct scan_found *f) {
    bool ones = true, zeros = true;
    for (size_t i = 0; i < f->stretches; i++) {
        unsigned pad = f->extra.pads[i];
        ones &= ((pad + 1) & pad) == 0;
        zeros &= (pad & (pad - 1)) == 0;
    }
    hunch_split_varint(p->s, ones ? PADS_ONES : zeros ? PADS_ZEROS : PADS_KEPT);
    if (!ones && !zeros)
        hunch_split_put(p->s, CONTENT_BYTES, f->extra.pads, f->stretches);
}

/* Where runs are not as they are expected: counts them, and puts them when told to. */
static uint32_t exceptions(struct splitting *p, const struct scan_found *f, const uint8_t *tails, bool put) {
    uint32_t count = 0, blocks = hunch_jpeg_scan_blocks(&p->j), since = 0;
    for (uint32_t b = 0; b < blocks && count <= EXCEPTIONS_MOST; b++) {
        if (f->actual[b] == 0 || f->actual[b] == hunch_jpeg_scan_run(&p->j, tails, b))
            continue;
        count++;
        if (put) {
            hunch_split_varint(p->s, b - since);
            hunch_split_varint(p->s, f->actual[b]);
        }
        since = b;
    }
    return count;
}

static bool put_runs(struct splitting *p, const struct scan_found *f) {
    if (!f->actual)
        return true;
    uint8_t *tails = hunch_split_scratch(p->s, hunch_jpeg_scan_blocks(&p->j));
    if (!tails || !hunch_jpeg_scan_tails(&p->j, &p->rows, tails))
        return false;
    uint32_t count = exceptions(p, f, tails, false);
    p->exceptions += count;
    if (p->exceptions > EXCEPTIONS_MOST)
        return false;
    hunch_split_varint(p->s, count);
    if (count)
        exceptions(p, f, tails, true);
    return true;
}

/* Reads the markers again, now that all coefficients are known, and writes the recipe. */
static bool put_recipe(struct splitting *p) {
    struct jpeg *j = &p->j;
    size_t at = 2;
    j->count = 0;
    j->restart = 0;
    hunch_split_varint(p->s, p->dct_bytes);
    for (unsigned i = 0; i <= p->scans; i++) {
        int16_t *blocks[JPEG_COMPONENTS];
        uint32_t rows[JPEG_COMPONENTS];
        for (unsigned c = 0; c < JPEG_COMPONENTS; c++) {
            blocks[c] = j->component[c].blocks;
            rows[c] = j->component[c].rows;
        }
        size_t from = at;
        hunch_jpeg_read_markers(j, p->data, p->end, &at);
        for (unsigned c = 0; c < JPEG_COMPONENTS; c++) {
            j->component[c].blocks = blocks[c];
            j->component[c].rows = rows[c];
        }
        if (!put_header(p, from, at, i < p->scans ? p->scan[i].best : 0))
            return false;
        if (i == p->scans)
            break;
        put_pads(p, &p->scan[i]);
        if (!put_runs(p, &p->scan[i]))
            return false;
        at = p->scan[i].end;
    }
    return true;
}

/* Whether a segment follows the magic, and a marker that: most that is no JPEG file costs no memory. */
static bool looks_right(const uint8_t *data, size_t length) {
    if (length < 8)
        return false;
    size_t next = 4 + ((size_t)data[4] << 8 | data[5]);
    return data[3] >= 0xC0 && next >= 6 && next < length && data[next] == 0xFF;
}

static size_t jpeg_split(struct splitter *s, const uint8_t *data, size_t length) {
    struct splitting *p = looks_right(data, length) ? hunch_split_scratch(s, sizeof *p) : NULL;
    if (!p)
        return 0;
    p->rows = (struct jpeg_rows){split_row, row_read};
    p->s = s;
    p->data = data;
    p->length = length;
    if (!read_file(p))
        return 0;
    for (uint32_t y = 0; !p->at_once && y < p->j.mcus_high; y++)
        put_row(p, y);
    return put_recipe(p) ? p->end : 0;
}

/* ---- join */

struct joining {
    struct jpeg_rows rows; /* first: what scan.c hands back */
    struct joiner *to;
    const uint8_t *dct;
    size_t length;        /* of dct, bytes */
    size_t *row_at;       /* (mcus_high) */
    uint32_t loaded;      /* row of MCUs in memory, + 1 */
    uint32_t exceptions;
    struct jpeg j;
    uint8_t *hole[CUTS_MOST]; /* where best tables of the header come, */
    size_t hole_size[CUTS_MOST];
    unsigned holes;
    uint32_t seen[HUFFMAN_TABLES][256];
};

static int16_t *join_row(struct jpeg_rows *r, const struct jpeg *j, unsigned component, uint32_t y) {
    struct joining *p = (struct joining *)r;
    const struct jpeg_component *k = &j->component[component];
    uint32_t mcu_row = y / k->v;
    if (p->loaded != mcu_row + 1) {
        size_t at = p->row_at[mcu_row];
        p->loaded = mcu_row + 1;
        for (unsigned c = 0; c < j->count; c++) {
            size_t blocks = (size_t)j->component[c].wide * j->component[c].v;
            memset(j->component[c].blocks, 0, blocks * JPEG_BLOCK * sizeof(int16_t));
            for (size_t b = 0; b < blocks; b++)
                at += hunch_jpeg_get_block(j->component[c].blocks + b * JPEG_BLOCK, p->dct + at, p->length - at);
        }
    }
    return k->blocks + (size_t)(y % k->v) * k->wide * JPEG_BLOCK;
}

/* Finds the rows in the stream and checks all of its blocks. */
static bool index_rows(struct joining *p) {
    const struct jpeg *j = &p->j;
    size_t at = DCT_HEAD + DCT_TABLE * (size_t)p->dct[6], blocks = 0;
    for (unsigned c = 0; c < j->count; c++)
        blocks += (size_t)j->component[c].wide * j->component[c].v;
    p->row_at = hunch_join_scratch(p->to, sizeof *p->row_at * j->mcus_high);
    if (!p->row_at || (uint64_t)blocks * j->mcus_high > p->length)
        return false;
    for (uint32_t y = 0; y < j->mcus_high; y++) {
        p->row_at[y] = at;
        for (size_t b = 0; b < blocks; b++) {
            int16_t block[JPEG_BLOCK] = {0};
            size_t n = hunch_jpeg_get_block(block, p->dct + at, p->length - at);
            if (n == 0)
                return false;
            at += n;
        }
    }
    return at == p->length;
}

/* At the first scan: whether the stream is of this frame; memory for blocks. */
static bool begin_join(struct joining *p) {
    uint8_t head[DCT_HEAD + JPEG_COMPONENTS * DCT_TABLE];
    struct jpeg *j = &p->j;
    size_t n = hunch_jpeg_put_head(j, head);
    if (n > p->length || memcmp(head, p->dct, n) != 0 || !index_rows(p))
        return false;
    for (unsigned c = 0; c < j->count; c++) {
        struct jpeg_component *k = &j->component[c];
        k->blocks = hunch_join_scratch(p->to, sizeof(int16_t) * JPEG_BLOCK * k->v * k->wide);
        if (!k->blocks)
            return false;
    }
    return true;
}

/* A table of so many symbols that can be read, in the place of one that is not known yet. */
static size_t hold_place(unsigned symbols, uint8_t *bytes) {
    memset(bytes, 0, HUFFMAN_HEAD);
    bytes[15] = (uint8_t)symbols;
    for (unsigned i = 0; i < symbols; i++)
        bytes[HUFFMAN_HEAD + i] = (uint8_t)i;
    return HUFFMAN_HEAD + symbols;
}

/* The next header, put together in the content and read there. */
static enum jpeg_stop join_header(struct joining *p, bool first) {
    uint8_t bytes[CUTS_MOST][HUFFMAN_HEAD + 256];
    size_t size[CUTS_MOST], kept[CUTS_MOST], n = (size_t)hunch_join_varint(p->to), total = n, left = n, at = 0;
    uint64_t count = hunch_join_varint(p->to);
    unsigned kind[CUTS_MOST];
    if (count > CUTS_MOST)
        return JPEG_NONSENSE;
    for (unsigned i = 0; i < count; i++) {
        kept[i] = (size_t)hunch_join_varint(p->to);
        kind[i] = (unsigned)(hunch_join_varint(p->to) & 255);
        size[i] = kind[i] == CUT_BEST ? hold_place((unsigned)(hunch_join_varint(p->to) & 255), bytes[i])
                                      : cut_bytes(kind[i], p->dct + DCT_HEAD, p->dct[6], bytes[i]);
        if (kept[i] > left || size[i] == 0)
            return JPEG_NONSENSE;
        left -= kept[i];
        total += size[i];
    }
    const uint8_t *from = first ? hunch_join_nested(p->to, n) : hunch_join_get(p->to, CONTENT_BYTES, n);
    uint8_t *to = from && total > n ? hunch_join_room(p->to, total) : from ? hunch_join_room(p->to, n) : NULL;
    if (!to)
        return JPEG_NONSENSE;
    uint8_t *header = to;
    p->holes = 0;
    for (unsigned i = 0; i < count; from += kept[i], to += kept[i] + size[i], i++) {
        memcpy(to, from, kept[i]);
        memcpy(to + kept[i], bytes[i], size[i]);
        if (kind[i] == CUT_BEST) {
            p->hole[p->holes] = to + kept[i];
            p->hole_size[p->holes++] = size[i];
        }
    }
    memcpy(to, from, left);
    enum jpeg_stop stop = hunch_jpeg_read_markers(&p->j, header, total, &at);
    return at == total ? stop : JPEG_NONSENSE;
}

static bool join_pads(struct joining *p, struct jpeg_extra *x) {
    uint64_t kind = hunch_join_varint(p->to);
    x->pad = kind == PADS_ZEROS ? 0 : 0xFF;
    if (kind != PADS_KEPT)
        return kind < PADS_KEPT;
    size_t n = hunch_jpeg_scan_stretches(&p->j);
    const uint8_t *kept = hunch_join_get(p->to, CONTENT_BYTES, n);
    x->pads = kept ? hunch_join_scratch(p->to, n) : NULL;
    if (x->pads)
        memcpy(x->pads, kept, n);
    return x->pads;
}

/* The runs of a band: as expected, but for exceptions. */
static bool join_runs(struct joining *p, struct jpeg_extra *x) {
    if (!hunch_jpeg_scan_has_runs(&p->j))
        return true;
    uint32_t blocks = hunch_jpeg_scan_blocks(&p->j), b = 0;
    uint64_t count = hunch_join_varint(p->to), next = count ? hunch_join_varint(p->to) : blocks;
    p->exceptions += count > EXCEPTIONS_MOST ? EXCEPTIONS_MOST + 1 : (uint32_t)count;
    x->runs = hunch_join_scratch(p->to, sizeof(uint16_t) * blocks);
    uint8_t *tails = hunch_join_scratch(p->to, blocks);
    if (p->exceptions > EXCEPTIONS_MOST || !x->runs || !tails || !hunch_jpeg_scan_tails(&p->j, &p->rows, tails))
        return false;
    while (b < blocks) {
        if (!jpeg_tail_ends(tails[b])) {
            b++;
            continue;
        }
        unsigned run = hunch_jpeg_scan_run(&p->j, tails, b);
        if (b == next) {
            run = (unsigned)(hunch_join_varint(p->to) & 0x7FFF);
            count--;
            next = count ? b + hunch_join_varint(p->to) : blocks;
        }
        if (run == 0)
            return false;
        x->runs[b] = (uint16_t)run;
        b += run;
    }
    return count == 0;
}

/* Best tables: counts the scan's symbols and puts the tables in their places. */
static bool fill_holes(struct joining *p, const struct jpeg_extra *x) {
    struct jpeg_extra extra = *x;
    struct entropy e = {.writing = true, .seen = p->seen};
    memset(p->seen, 0, sizeof p->seen);
    if (p->holes > 0 && !hunch_jpeg_scan_code(&p->j, &e, &extra, &p->rows))
        return false;
    for (unsigned h = 0; h < p->holes; h++) {
        uint8_t bytes[HUFFMAN_BYTES_MOST];
        unsigned i = 0;
        while (i < p->j.notes && p->j.note[i] != p->hole[h])
            i++;
        if (i == p->j.notes || p->j.note_index[i] == HUFFMAN_TABLES)
            return false;
        unsigned index = p->j.note_index[i];
        size_t n = hunch_jpeg_huffman_best(p->seen[index], bytes);
        if (n != p->hole_size[h] || hunch_jpeg_huffman_define(jpeg_table(&p->j, index), index, bytes, n) != n)
            return false;
        memcpy(p->hole[h], bytes, n);
    }
    return true;
}

static bool join_scan(struct joining *p) {
    struct jpeg_extra x = {0};
    struct entropy e = {.writing = true, .out = p->to};
    return join_pads(p, &x) && join_runs(p, &x) && fill_holes(p, &x) &&
           hunch_jpeg_scan_code(&p->j, &e, &x, &p->rows);
}

static bool jpeg_join(struct joiner *to) {
    static const uint8_t start[2] = {0xFF, 0xD8};
    struct joining *p = hunch_join_scratch(to, sizeof *p);
    if (!p)
        return false;
    p->rows = (struct jpeg_rows){join_row, NULL};
    p->to = to;
    p->length = (size_t)hunch_join_varint(to);
    p->dct = hunch_join_get(to, CONTENT_DCT, p->length);
    if (!p->dct || p->length < DCT_HEAD || p->dct[6] > JPEG_COMPONENTS ||
        p->length < DCT_HEAD + (size_t)DCT_TABLE * p->dct[6] || !hunch_join_put(to, start, 2))
        return false;
    for (unsigned i = 0; i <= JPEG_SCANS; i++) {
        enum jpeg_stop stop = join_header(p, i == 0);
        if (stop == JPEG_AT_END)
            return i > 0;
        if (stop == JPEG_NONSENSE || (i == 0 && !begin_join(p)) || !join_scan(p))
            return false;
    }
    return false;
}

const struct piece hunch_piece_jpeg = {
    .id = 4,
    .name = "jpeg",
    .summary = "JPEG files: quantised DCT coefficients",
    .magic = "\xFF\xD8\xFF",
    .magic_length = 3,
    .anywhere = true,
    .split = jpeg_split,
    .join = jpeg_join,
};
