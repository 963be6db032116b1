/* The walk over a block in search of pieces, and back.
 *
 * Recipe: for each piece, varint plain bytes before it, varint id, what the kind puts; behind the last, varint plain
 * bytes and 0. Nested content has a recipe of its own in the midst of its piece's. */
#include "formats/pieces.h"

#include <string.h>

#include "base/bytes.h"
#include "base/wire.h"
#include "formats/pieces/array.h"

enum {
    DEPTH_MOST = 4,      /* of pieces inside pieces */
    WASTE_LEAST = 64 << 20, /* bytes */
    WASTE_RATIO = 16,
    FEW_ARRAYS = 4,      /* of most files */
    MANY_ARRAYS = 1 << 14,
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
    uint64_t work; /* bytes put and lent so far */
    uint64_t waste; /* of these, the bytes of tries that declined: when they are too many there are no more */
    unsigned depth;
    bool broken;
    void (*found)(void *opaque, const struct finding *finding); /* NULL: nobody asks */
    void *opaque;
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
        if (table[i]->id == id && id != 0)
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
    s->work += n;
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
    uint8_t bytes[VARINT_MOST];
    struct wire w = wire_open(WIRE_WRITE, bytes, sizeof bytes);
    hunch_wire_varint(&w, &value);
    hunch_split_put(s, CONTENT_RECIPE, bytes, (size_t)(w.at - bytes));
}

void hunch_split_begins(struct splitter *s, size_t offset) {
    s->begins = offset;
}

void *hunch_split_scratch(struct splitter *s, size_t n) {
    s->work += n;
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

static bool looks(const struct piece *piece, const uint8_t *data, size_t length) {
    if (length < (size_t)piece->magic_at + piece->magic_length)
        return false;
    if (piece->magic && memcmp(data + piece->magic_at, piece->magic, piece->magic_length) != 0)
        return false;
    return !piece->probe || piece->probe(data, length);
}

/* Which kinds may begin with each byte, in bits: those with a magic that may stand anywhere. */
static void first_bytes(uint32_t kinds[256]) {
    memset(kinds, 0, 256 * sizeof *kinds);
    for (unsigned i = 0; table[i]; i++)
        if (table[i]->anywhere)
            kinds[(uint8_t)table[i]->magic[0]] |= UINT32_C(1) << i;
}

/* Puts an array that stands `plain` bytes behind what was put before; 0 when nothing of it fits. */
static size_t put_array(struct splitter *s, const uint8_t *data, size_t length, const struct array *a, uint64_t plain) {
    struct mark start = mark(s->streams);
    hunch_split_varint(s, plain);
    hunch_split_varint(s, ARRAY_ID);
    size_t size = hunch_array_put(s, data, length, a);
    if (size > 0 && !s->broken)
        return size;
    go_back(s->streams, &start);
    return 0;
}

/* Puts those of the arrays that begin within `length`, and the bytes between them: the bytes taken. */
static size_t put_arrays(struct splitter *s, const uint8_t *data, size_t length, const struct array *arrays, size_t n,
                         uint64_t plain) {
    size_t at = 0, end = 0; /* put as plain bytes up to at; the last array's end */
    for (size_t i = 0; i < n && !s->broken && arrays[i].before < length; i++) {
        size_t begins = (size_t)arrays[i].before;
        hunch_split_put(s, CONTENT_BYTES, data + at, begins - at);
        plain += begins - at;
        at = begins;
        size_t size = put_array(s, data + begins, length - begins, &arrays[i], plain);
        if (size > 0) {
            at = end = begins + size;
            plain = 0;
        }
    }
    if (!s->broken)
        s->streams->of[CONTENT_BYTES].length -= at - end; /* behind the last array: the walk puts them */
    return end;
}

static size_t take_arrays(struct splitter *s, const struct piece *piece, const uint8_t *data, size_t length,
                          uint64_t plain) {
    struct array few[FEW_ARRAYS], *arrays = few;
    size_t n = piece->outlook(data, length, few, FEW_ARRAYS);
    if (n == FEW_ARRAYS) {
        arrays = hunch_split_scratch(s, MANY_ARRAYS * sizeof *arrays);
        n = arrays ? piece->outlook(data, length, arrays, MANY_ARRAYS) : 0;
    }
    return n ? put_arrays(s, data, length, arrays, n, plain) : 0;
}

static size_t take_apart(struct splitter *s, const struct piece *piece, const uint8_t *data, size_t length,
                         uint64_t plain) {
    hunch_split_varint(s, plain);
    hunch_split_varint(s, piece->id);
    struct mark inside = mark(s->streams);
    s->begins = 0;
    size_t size = s->broken ? 0 : piece->split(s, data, length);
    return size > 0 && size <= length && !s->broken && joins(s, piece, &inside, data, size) ? size : 0;
}

/* Tries some kinds (bits) at data[0]; `plain` bytes wait before it. The bytes that a piece took, 0 when none did. */
static size_t try_pieces(struct splitter *s, const uint8_t *data, size_t length, uint32_t kinds, uint64_t plain,
                         const struct piece **taken) {
    struct mark start = mark(s->streams);
    struct lent *lent = s->lent;
    for (unsigned i = 0; table[i]; i++) {
        if (!(kinds >> i & 1) || s->waste > WASTE_LEAST + (uint64_t)WASTE_RATIO * length ||
            !looks(table[i], data, length))
            continue;
        uint64_t work = s->work;
        s->begins = 0;
        size_t size = table[i]->outlook ? take_arrays(s, table[i], data, length, plain)
                                        : take_apart(s, table[i], data, length, plain);
        take_back(s->streams, &s->lent, lent);
        *taken = table[i];
        if (size > 0 && !s->broken)
            return size;
        s->broken = false;
        s->waste += s->work - work;
        go_back(s->streams, &start);
    }
    return 0;
}

/* Walks over content; true when a piece was found. */
static bool walk(struct splitter *s, const uint8_t *data, size_t length, struct outlook known) {
    uint32_t kinds[256];
    bool found = false;
    size_t plain_from = 0, at = 0, begins = 0, later = 0, k = 0;
    uint64_t plain = 0;
    first_bytes(kinds);
    while (at < length) {
        bool beginning = at == begins || at == later;
        while (k < known.count && known.arrays[k].before < at)
            k++;
        bool told = k < known.count && known.arrays[k].before == at;
        if (told || beginning || kinds[data[at]]) {
            hunch_split_put(s, CONTENT_BYTES, data + plain_from, at - plain_from);
            plain += at - plain_from;
            plain_from = at;
            s->begins = 0;
            const struct piece *taken = &hunch_piece_array;
            size_t size = told && !s->broken ? put_array(s, data + at, length - at, &known.arrays[k], plain) : 0;
            if (size == 0 && !s->broken)
                size = try_pieces(s, data + at, length - at, beginning ? UINT32_MAX : kinds[data[at]], plain, &taken);
            if (size > 0) {
                found = true;
                if (s->found)
                    s->found(s->opaque, &(struct finding){taken, at, size, s->depth});
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
    walk(s, data, n, (struct outlook){0});
    s->depth--;
    s->begins = begins;
    take_back(s->streams, &s->lent, lent);
}

static bool any_looks(const uint8_t *data, size_t length, uint32_t kinds) {
    for (unsigned i = 0; table[i]; i++)
        if (kinds >> i & 1 && looks(table[i], data, length))
            return true;
    return false;
}

bool hunch_pieces_wanted(const uint8_t *data, size_t length) {
    uint32_t kinds[256];
    first_bytes(kinds);
    if (any_looks(data, length, UINT32_MAX))
        return true;
    for (size_t at = 1; at < length; at++)
        if (kinds[data[at]] && any_looks(data + at, length - at, kinds[data[at]]))
            return true;
    return false;
}

size_t hunch_pieces_outlook(const uint8_t *data, size_t length, struct array *arrays, size_t most) {
    size_t n = 0;
    for (unsigned i = 0; table[i] && n == 0; i++)
        if (table[i]->outlook && looks(table[i], data, length))
            n = table[i]->outlook(data, length, arrays, most);
    return n;
}

bool hunch_pieces_split(struct streams *out, const uint8_t *data, size_t length, struct outlook known) {
    struct splitter s = {.streams = out};
    bool found = walk(&s, data, length, known);
    memset(out->at, 0, sizeof out->at);
    return found && !s.broken;
}

bool hunch_pieces_find(struct streams *out, const uint8_t *data, size_t length,
                       void (*found)(void *opaque, const struct finding *finding), void *opaque) {
    struct splitter s = {.streams = out, .found = found, .opaque = opaque};
    return walk(&s, data, length, (struct outlook){0}) && !s.broken;
}

/* ---- join */

uint64_t hunch_join_varint(struct joiner *j) {
    const struct buffer *b = &j->streams->of[CONTENT_RECIPE];
    size_t at = j->streams->at[CONTENT_RECIPE];
    uint64_t value = 0;
    if (j->broken || at == b->length) {
        j->broken = true;
        return 0;
    }
    struct wire w = wire_open(WIRE_READ, b->bytes + at, b->length - at);
    hunch_wire_varint(&w, &value);
    j->streams->at[CONTENT_RECIPE] = (size_t)(w.at - b->bytes);
    j->broken = w.broken;
    return value;
}

size_t hunch_join_left(const struct joiner *j, enum content_kind kind) {
    return j->streams->of[kind].length - j->streams->at[kind];
}

const uint8_t *hunch_join_get(struct joiner *j, enum content_kind kind, size_t n) {
    static const uint8_t nothing[1];
    if (j->broken || n > hunch_join_left(j, kind)) {
        j->broken = true;
        return NULL;
    }
    if (!j->streams->of[kind].bytes)
        return nothing; /* of a stream that has none */
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
