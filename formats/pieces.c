/* The walk over a block in search of pieces, and back.
 *
 * Recipe: for each piece, varint plain bytes before it, varint id, what the kind puts; behind the last, varint plain
 * bytes and 0. Nested content has a recipe of its own in the midst of its piece's. */
#include "formats/pieces.h"

#include <string.h>

#include "base/bytes.h"

enum {
    DEPTH_MOST = 4,      /* of pieces inside pieces */
    RECIPE_MOST = 10,    /* bytes of a varint */
    SCRATCH_LEAST = 8 << 20, /* bytes for tables of kinds, however small the content */
};

/* Scratch memory of a piece in hand: a chain, newest first. */
struct lent {
    struct lent *before;
    size_t size;
};
enum { LENT_HEAD = ARENA_ALIGN };

struct splitter {
    struct streams *streams;
    struct lent *lent;
    size_t begins; /* of the piece in hand: where something new begins, 0 where nothing does */
    unsigned depth;
    bool broken;
};

struct joiner {
    struct streams *streams;
    struct lent *lent;
    uint8_t *out; /* of the content in hand */
    size_t at, length;
    unsigned depth;
    bool broken;
};

#define PIECE(id, name) extern const struct piece hunch_piece_##name;
#include "formats/pieces/registry.def"
#undef PIECE

static const struct piece *const table[] = {
#define PIECE(id, name) &hunch_piece_##name,
#include "formats/pieces/registry.def"
#undef PIECE
    NULL,
};

const struct piece *hunch_piece_at(unsigned index) {
    unsigned i = 0;
    while (i < index && table[i])
        i++;
    return table[i];
}

const struct piece *hunch_piece_find(uint64_t id) {
    for (unsigned i = 0; table[i]; i++)
        if (table[i]->id == id)
            return table[i];
    return NULL;
}

/* ---- scratch memory */

static void *lend(struct streams *s, struct lent **chain, size_t n) {
    size_t size;
    if (!size_add(n, LENT_HEAD, &size))
        return NULL;
    struct lent *lent = hunch_streams_allocate(s, size);
    if (!lent)
        return NULL;
    *lent = (struct lent){*chain, size};
    *chain = lent;
    return (uint8_t *)lent + LENT_HEAD;
}

static void take_back(struct streams *s, struct lent **chain, struct lent *until) {
    while (*chain != until) {
        struct lent *lent = *chain;
        *chain = lent->before;
        hunch_streams_release(s, lent, lent->size);
    }
}

/* ---- split */

uint8_t *hunch_split_room(struct splitter *s, enum content_kind kind, size_t n) {
    uint8_t *room = s->broken ? NULL : hunch_streams_reserve(s->streams, kind, n);
    if (room)
        s->streams->of[kind].length += n;
    else
        s->broken = true;
    return room;
}

void hunch_split_put(struct splitter *s, enum content_kind kind, const uint8_t *bytes, size_t n) {
    uint8_t *room = n ? hunch_split_room(s, kind, n) : NULL;
    if (room)
        memcpy(room, bytes, n);
}

void hunch_split_varint(struct splitter *s, uint64_t value) {
    uint8_t bytes[RECIPE_MOST];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (uint8_t)(value | 0x80);
    bytes[n++] = (uint8_t)value;
    hunch_split_put(s, CONTENT_RECIPE, bytes, n);
}

void hunch_split_begins(struct splitter *s, size_t offset) {
    s->begins = offset;
}

void *hunch_split_scratch(struct splitter *s, size_t n) {
    return s->broken ? NULL : lend(s->streams, &s->lent, n);
}

/* Where all streams end: to go back to when a piece declines. */
struct mark {
    size_t length[CONTENT_KINDS];
};

static struct mark mark(const struct streams *s) {
    struct mark m;
    for (unsigned k = 0; k < CONTENT_KINDS; k++)
        m.length[k] = s->of[k].length;
    return m;
}

static void go_back(struct streams *s, const struct mark *m) {
    for (unsigned k = 0; k < CONTENT_KINDS; k++)
        s->of[k].length = m->length[k];
}

static bool joins(struct splitter *s, const struct piece *piece, const struct mark *from, const uint8_t *data,
                  size_t length) {
    uint8_t *again = hunch_streams_allocate(s->streams, length);
    struct joiner j = {.streams = s->streams, .out = again, .length = length, .depth = s->depth};
    memcpy(s->streams->at, from->length, sizeof from->length);
    bool good = again && piece->join(&j) && !j.broken && j.at == length && memcmp(again, data, length) == 0;
    for (unsigned k = 0; k < CONTENT_KINDS; k++)
        good &= s->streams->at[k] == s->streams->of[k].length;
    take_back(s->streams, &j.lent, NULL);
    hunch_streams_release(s->streams, again, length);
    return good;
}

static bool looks(const struct piece *piece, const uint8_t *data, size_t length, bool beginning) {
    if (!beginning && !piece->anywhere)
        return false;
    if (length < (size_t)piece->magic_at + piece->magic_length)
        return false;
    if (piece->magic && memcmp(data + piece->magic_at, piece->magic, piece->magic_length) != 0)
        return false;
    return !piece->probe || piece->probe(data, length);
}

/* Tries the kinds at data[0]; `plain` bytes wait before it. The bytes that a piece took, 0 when none did. */
static size_t try_pieces(struct splitter *s, const uint8_t *data, size_t length, bool beginning, uint64_t plain) {
    struct mark start = mark(s->streams);
    struct lent *lent = s->lent;
    for (unsigned i = 0; table[i]; i++) {
        if (!looks(table[i], data, length, beginning))
            continue;
        hunch_split_varint(s, plain);
        hunch_split_varint(s, table[i]->id);
        struct mark inside = mark(s->streams);
        s->begins = 0;
        size_t size = s->broken ? 0 : table[i]->split(s, data, length);
        take_back(s->streams, &s->lent, lent);
        if (size > 0 && size <= length && !s->broken && joins(s, table[i], &inside, data, size))
            return size;
        s->broken = false;
        go_back(s->streams, &start);
    }
    return 0;
}

/* Which first bytes (of magics that may stand anywhere) are worth a look. */
static void first_bytes(bool worth[256]) {
    memset(worth, 0, 256 * sizeof *worth);
    for (unsigned i = 0; table[i]; i++)
        if (table[i]->anywhere)
            worth[(uint8_t)table[i]->magic[0]] = true;
}

/* Walks over content; true when a piece was found. */
static bool walk(struct splitter *s, const uint8_t *data, size_t length) {
    bool worth[256], found = false;
    size_t plain_from = 0, at = 0, begins = 0, later = 0;
    uint64_t plain = 0;
    first_bytes(worth);
    while (at < length) {
        bool beginning = at == begins || at == later;
        if (beginning || worth[data[at]]) {
            hunch_split_put(s, CONTENT_BYTES, data + plain_from, at - plain_from);
            plain += at - plain_from;
            plain_from = at;
            size_t size = s->broken ? 0 : try_pieces(s, data + at, length - at, beginning, plain);
            if (size > 0) {
                found = true;
                later = s->begins ? at + s->begins : later;
                at += size;
                begins = at;
                plain_from = at;
                plain = 0;
                continue;
            }
        }
        at++;
    }
    hunch_split_put(s, CONTENT_BYTES, data + plain_from, length - plain_from);
    hunch_split_varint(s, plain + (length - plain_from));
    hunch_split_varint(s, 0);
    return found;
}

void hunch_split_nested(struct splitter *s, const uint8_t *data, size_t n) {
    if (s->depth >= DEPTH_MOST) {
        hunch_split_put(s, CONTENT_BYTES, data, n);
        hunch_split_varint(s, n);
        hunch_split_varint(s, 0);
        return;
    }
    struct lent *lent = s->lent;
    size_t begins = s->begins;
    s->depth++;
    walk(s, data, n);
    s->depth--;
    s->begins = begins;
    take_back(s->streams, &s->lent, lent);
}

bool hunch_pieces_wanted(const uint8_t *data, size_t length) {
    bool worth[256];
    first_bytes(worth);
    for (size_t at = 0; at < length; at++) {
        if (at > 0 && !worth[data[at]])
            continue;
        for (unsigned i = 0; table[i]; i++)
            if (looks(table[i], data + at, length - at, at == 0))
                return true;
    }
    return false;
}

bool hunch_pieces_split(struct streams *out, const uint8_t *data, size_t length) {
    struct splitter s = {.streams = out};
    bool found = walk(&s, data, length);
    memset(out->at, 0, sizeof out->at);
    return found && !s.broken;
}

/* ---- join */

uint64_t hunch_join_varint(struct joiner *j) {
    const struct buffer *b = &j->streams->of[CONTENT_RECIPE];
    size_t *at = &j->streams->at[CONTENT_RECIPE];
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && *at < b->length && !j->broken; shift += 7) {
        uint8_t byte = b->bytes[(*at)++];
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return value;
    }
    j->broken = true;
    return 0;
}

size_t hunch_join_left(const struct joiner *j, enum content_kind kind) {
    return j->streams->of[kind].length - j->streams->at[kind];
}

const uint8_t *hunch_join_get(struct joiner *j, enum content_kind kind, size_t n) {
    if (j->broken || n > hunch_join_left(j, kind)) {
        j->broken = true;
        return NULL;
    }
    const uint8_t *bytes = j->streams->of[kind].bytes + j->streams->at[kind];
    j->streams->at[kind] += n;
    return bytes;
}

uint8_t *hunch_join_room(struct joiner *j, size_t n) {
    if (j->broken || n > j->length - j->at) {
        j->broken = true;
        return NULL;
    }
    j->at += n;
    return j->out + j->at - n;
}

bool hunch_join_put(struct joiner *j, const uint8_t *bytes, size_t n) {
    uint8_t *room = hunch_join_room(j, n);
    if (!room || !bytes)
        return false;
    memcpy(room, bytes, n);
    return true;
}

void *hunch_join_scratch(struct joiner *j, size_t n) {
    void *memory = j->broken ? NULL : lend(j->streams, &j->lent, n);
    j->broken |= !memory;
    return memory;
}

static bool join_items(struct joiner *j) {
    for (;;) {
        uint64_t plain = hunch_join_varint(j), id = hunch_join_varint(j);
        if (j->broken || plain > j->length - j->at)
            return false;
        if (plain && !hunch_join_put(j, hunch_join_get(j, CONTENT_BYTES, (size_t)plain), (size_t)plain))
            return false;
        if (id == 0)
            return j->at == j->length;
        const struct piece *piece = hunch_piece_find(id);
        struct lent *lent = j->lent;
        size_t at = j->at;
        bool good = piece && piece->join(j) && !j->broken && j->at > at;
        take_back(j->streams, &j->lent, lent);
        if (!good)
            return false;
    }
}

const uint8_t *hunch_join_nested(struct joiner *j, size_t n) {
    struct joiner outer = *j;
    if (j->depth >= DEPTH_MOST + 1 || j->broken) {
        j->broken = true;
        return NULL;
    }
    uint8_t *content = hunch_join_scratch(j, n ? n : 1);
    if (!content)
        return NULL;
    j->out = content;
    j->at = 0;
    j->length = n;
    j->depth++;
    bool good = join_items(j) && !j->broken;
    j->out = outer.out;
    j->at = outer.at;
    j->length = outer.length;
    j->depth--;
    j->broken = !good;
    return good ? content : NULL;
}

uint64_t hunch_pieces_scratch(uint64_t length, uint64_t total) {
    (void)length;
    return DEPTH_MOST * total + SCRATCH_LEAST;
}

bool hunch_pieces_join(struct streams *in, uint8_t *out, size_t length) {
    struct joiner j = {.streams = in, .out = out, .length = length};
    memset(in->at, 0, sizeof in->at);
    bool good = join_items(&j) && !j.broken;
    for (unsigned k = 0; k < CONTENT_KINDS; k++)
        good &= in->at[k] == in->of[k].length;
    take_back(in, &j.lent, NULL);
    return good;
}
