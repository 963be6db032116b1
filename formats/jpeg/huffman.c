#include "formats/jpeg/huffman.h"

#include <string.h>

/* Codes of one length are consecutive; those of the next length go on at twice the number. */
static bool give_codes(struct huffman *h, const uint8_t *counts) {
    uint32_t code = 0, index = 0;
    for (unsigned length = 1; length <= 16; length++, code <<= 1) {
        h->offset[length] = (int32_t)index - (int32_t)code;
        for (unsigned i = 0; i < counts[length - 1]; i++, code++, index++) {
            uint8_t symbol = h->symbols[index];
            if (h->size[symbol])
                return false;
            h->size[symbol] = (uint8_t)length;
            h->code[symbol] = (uint16_t)code;
        }
        if (code > 1u << length)
            return false;
        h->above[length] = code << (16 - length);
    }
    h->above[17] = 1 << 16;
    return true;
}

static void fill_look(struct huffman *h) {
    for (unsigned symbol = 0; symbol < 256; symbol++) {
        unsigned size = h->size[symbol];
        if (size == 0 || size > HUFFMAN_LOOK)
            continue;
        unsigned spare = HUFFMAN_LOOK - size;
        for (unsigned i = 0; i < 1u << spare; i++)
            h->look[(unsigned)h->code[symbol] << spare | i] = (uint16_t)(size << 8 | symbol);
    }
}

size_t hunch_jpeg_huffman_define(struct huffman *h, unsigned index, const uint8_t *bytes, size_t length) {
    size_t symbols = 0;
    memset(h, 0, sizeof *h);
    h->index = (uint8_t)index;
    if (length < HUFFMAN_HEAD)
        return 0;
    for (unsigned i = 0; i < HUFFMAN_HEAD; i++)
        symbols += bytes[i];
    if (symbols > 256 || length - HUFFMAN_HEAD < symbols)
        return 0;
    memcpy(h->symbols, bytes + HUFFMAN_HEAD, symbols);
    if (!give_codes(h, bytes))
        return 0;
    fill_look(h);
    h->defined = true;
    return HUFFMAN_HEAD + symbols;
}

/* ---- the best table */

enum { BEST_SYMBOLS = 257, BEST_LENGTHS = 33 }; /* one more symbol, whose code is left out: no code is all ones */

/* Trees of symbols that are already one: a chain of symbols from each root on. */
struct forest {
    uint64_t weight[BEST_SYMBOLS]; /* of roots; 0: none */
    int16_t next[BEST_SYMBOLS];    /* -1: the chain's end */
    uint16_t length[BEST_SYMBOLS]; /* bits of the symbol's code */
};

/* The lightest root but `other`, the highest of equal ones; -1: none. */
static int lightest(const struct forest *f, int other) {
    int found = -1;
    for (int i = 0; i < BEST_SYMBOLS; i++)
        if (i != other && f->weight[i] && (found < 0 || f->weight[i] <= f->weight[found]))
            found = i;
    return found;
}

static void merge(struct forest *f, int a, int b) {
    f->weight[a] += f->weight[b];
    f->weight[b] = 0;
    for (f->length[a]++; f->next[a] >= 0; f->length[a]++)
        a = f->next[a];
    f->next[a] = (int16_t)b;
    for (f->length[b]++; f->next[b] >= 0; f->length[b]++)
        b = f->next[b];
}

/* No code longer than 16 bits: pairs of the longest go to where a shorter code is split. */
static void shorten(unsigned counts[BEST_LENGTHS]) {
    for (unsigned i = BEST_LENGTHS - 1; i > 16; i--)
        while (counts[i] > 0) {
            unsigned j = i - 2;
            while (j > 0 && counts[j] == 0)
                j--;
            counts[i] -= 2;
            counts[i - 1]++;
            counts[j + 1] += 2;
            counts[j]--;
        }
}

size_t hunch_jpeg_huffman_best(const uint32_t seen[256], uint8_t bytes[HUFFMAN_BYTES_MOST]) {
    struct forest f = {.weight = {[256] = 1}};
    unsigned counts[BEST_LENGTHS] = {0}, longest = 16, n = HUFFMAN_HEAD;
    for (unsigned i = 0; i < BEST_SYMBOLS; i++) {
        f.next[i] = -1;
        f.weight[i] = i < 256 ? seen[i] : 1;
    }
    for (int a, b; a = lightest(&f, -1), b = lightest(&f, a), b >= 0;)
        merge(&f, a, b);
    for (unsigned i = 0; i < BEST_SYMBOLS; i++) {
        if (f.length[i] >= BEST_LENGTHS)
            return 0;
        counts[f.length[i]] += f.length[i] > 0;
    }
    shorten(counts);
    while (longest > 0 && counts[longest] == 0)
        longest--;
    if (longest == 0)
        return 0;
    counts[longest]--;
    for (unsigned i = 0; i < 16; i++)
        bytes[i] = (uint8_t)counts[i + 1];
    for (unsigned length = 1; length < BEST_LENGTHS; length++)
        for (unsigned i = 0; i < 256; i++)
            if (f.length[i] == length)
                bytes[n++] = (uint8_t)i;
    return n;
}

/* ---- reading */

/* At least 16 bits in hand, zeros behind a marker or the end; those are noticed when they are used up. */
static void refill(struct entropy *e) {
    while (e->count <= 48 && e->at < e->end) {
        if (e->at[0] != 0xFF) {
            e->bits = e->bits << 8 | *e->at++;
        } else if (e->end - e->at >= 2 && e->at[1] == 0) {
            e->bits = e->bits << 8 | 0xFF;
            e->at += 2;
        } else {
            return;
        }
        e->count += 8;
    }
}

/* The next 16 bits; they may be more than there are. */
static unsigned peek(struct entropy *e) {
    if (e->count < 16)
        refill(e);
    if (e->count >= 16)
        return e->bits >> (e->count - 16) & 0xFFFF;
    return (unsigned)(e->bits << (16 - e->count)) & 0xFFFF;
}

static void skip(struct entropy *e, unsigned n) {
    if (n > e->count) {
        e->broken = true;
        e->count = 0;
    } else {
        e->count -= n;
    }
}

static unsigned read_symbol(struct entropy *e, const struct huffman *h) {
    unsigned next = peek(e), found = h->look[next >> (16 - HUFFMAN_LOOK)];
    if (found) {
        skip(e, found >> 8);
        return e->broken ? 0 : found & 255;
    }
    unsigned length = 1;
    while (length <= 16 && next >= h->above[length])
        length++;
    if (length > 16) {
        e->broken = true;
        return 0;
    }
    skip(e, length);
    return e->broken ? 0 : h->symbols[(h->offset[length] + (int32_t)(next >> (16 - length))) & 255];
}

static unsigned read_bits(struct entropy *e, unsigned n) {
    unsigned value = peek(e) >> (16 - n);
    skip(e, n);
    return e->broken ? 0 : value;
}

/* Gives whole bytes that were read ahead back. */
static void unread(struct entropy *e) {
    for (; e->count >= 8; e->count -= 8)
        e->at -= e->at[-1] == 0 && e->at[-2] == 0xFF ? 2 : 1; /* what was read ends in FF 00 or in one byte */
}

/* ---- writing */

static void put(struct entropy *e, uint8_t byte) {
    if (e->held == ENTROPY_BUFFER)
        hunch_jpeg_flush(e);
    e->buffer[e->held++] = byte;
}

static void write_bits(struct entropy *e, unsigned n, unsigned value) {
    e->bits = e->bits << n | (value & ((1u << n) - 1));
    for (e->count += n; e->count >= 8; e->count -= 8) {
        uint8_t byte = (uint8_t)(e->bits >> (e->count - 8));
        put(e, byte);
        if (byte == 0xFF)
            put(e, 0);
    }
}

void hunch_jpeg_flush(struct entropy *e) {
    if (!e->out)
        e->held = 0;
    else if (!hunch_join_put(e->out, e->buffer, e->held))
        e->broken = true;
    e->held = 0;
}

/* ---- both */

unsigned hunch_jpeg_symbol(struct entropy *e, const struct huffman *h, unsigned symbol) {
    symbol = e->writing ? symbol & 255 : read_symbol(e, h);
    if (e->seen)
        e->seen[h->index][symbol]++;
    if (e->writing && e->out) {
        if (h->size[symbol] == 0)
            e->broken = true;
        write_bits(e, h->size[symbol], h->code[symbol]);
    }
    return symbol;
}

unsigned hunch_jpeg_bits(struct entropy *e, unsigned n, unsigned value) {
    if (n == 0)
        return 0;
    if (!e->writing)
        return read_bits(e, n);
    write_bits(e, n, value);
    return value;
}

unsigned hunch_jpeg_align(struct entropy *e, unsigned pad) {
    unsigned n;
    if (e->writing) {
        n = (8 - e->count % 8) % 8;
        if (n)
            write_bits(e, n, pad);
    } else {
        unread(e);
        n = e->count;
        pad = n ? read_bits(e, n) : 0;
    }
    e->count = 0;
    return 1u << n | (pad & ((1u << n) - 1));
}

void hunch_jpeg_restart(struct entropy *e, unsigned code) {
    if (e->writing) {
        put(e, 0xFF);
        put(e, (uint8_t)code);
    } else if (e->end - e->at < 2 || e->at[0] != 0xFF || e->at[1] != code) {
        e->broken = true;
    } else {
        e->at += 2;
    }
}
