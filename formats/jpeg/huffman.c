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

size_t hunch_jpeg_huffman_define(struct huffman *h, const uint8_t *bytes, size_t length) {
    size_t symbols = 0;
    memset(h, 0, sizeof *h);
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
    if (!hunch_join_put(e->out, e->buffer, e->held))
        e->broken = true;
    e->held = 0;
}

/* ---- both */

unsigned hunch_jpeg_symbol(struct entropy *e, const struct huffman *h, unsigned symbol) {
    if (!e->writing)
        return read_symbol(e, h);
    symbol &= 255;
    if (h->size[symbol] == 0)
        e->broken = true;
    write_bits(e, h->size[symbol], h->code[symbol]);
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
