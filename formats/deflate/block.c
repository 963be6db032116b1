#include "formats/deflate/block.h"

#include <string.h>

#define TOKEN_END UINT32_MAX

static bool code_stored(struct block *block, struct bits *b) {
    block->padding = bits_field(b, bits_to_byte(b), block->padding);
    uint32_t size = bits_field(b, 16, (uint32_t)block->size);
    if ((bits_field(b, 16, ~size) ^ size) != 0xFFFF)
        return false;
    block->size = size;
    block->tokens = 0;
    block->matches = 0;
    block->stored = hunch_bits_bytes(b, block->stored, size);
    return block->stored != NULL;
}

static void fixed_codes(struct block *block, bool reading) {
    uint8_t lengths[LITERALS_FIXED];
    for (unsigned s = 0; s < LITERALS_FIXED; s++)
        lengths[s] = fixed_length(s);
    (void)hunch_codes_make(&block->literal, lengths, LITERALS_FIXED, reading);
    memset(lengths, FIXED_DISTANCE_BITS, DISTANCES_FIXED);
    (void)hunch_codes_make(&block->distance, lengths, DISTANCES_FIXED, reading);
}

/* The items that tell the lengths of codes, and what they tell. */
static bool code_items(struct code_shape *shape, struct bits *b, const struct codes *heads) {
    unsigned at = 0, total = shape->literals + shape->distances, i = 0;
    for (; at < total && !b->broken; i++) {
        unsigned symbol = codes_symbol(heads, b, shape->item[i].symbol);
        unsigned base = head_base(symbol);
        unsigned count = base + bits_field(b, head_extra(symbol), shape->item[i].count - base);
        if (count > total - at || (symbol == HEAD_REPEAT && at == 0))
            return false;
        shape->item[i].symbol = (uint8_t)symbol;
        shape->item[i].count = (uint8_t)count;
        memset(shape->length + at, symbol < HEAD_REPEAT    ? (int)symbol
                                   : symbol == HEAD_REPEAT ? shape->length[at - 1]
                                                           : 0,
               count);
        at += count;
    }
    shape->items = i;
    return !b->broken;
}

static bool code_shape(struct code_shape *shape, struct bits *b) {
    struct codes heads;
    shape->literals = 257 + bits_field(b, 5, shape->literals - 257);
    shape->distances = 1 + bits_field(b, 5, shape->distances - 1);
    shape->heads = 4 + bits_field(b, 4, shape->heads - 4);
    if (shape->literals > LITERALS || shape->distances > DISTANCES || shape->heads > HEADS)
        return false;
    for (unsigned i = 0; i < HEADS; i++) {
        uint8_t *length = &shape->head[head_order(i)];
        *length = i < shape->heads ? (uint8_t)bits_field(b, 3, *length) : 0;
    }
    bool good = hunch_codes_make(&heads, shape->head, HEADS, !bits_writing(b));
    return (good || bits_writing(b)) && code_items(shape, b, &heads);
}

static bool code_dynamic(struct block *block, struct bits *b) {
    struct code_shape *shape = &block->shape;
    bool writing = bits_writing(b);
    if (!code_shape(shape, b))
        return false;
    bool good = hunch_codes_make(&block->literal, shape->length, shape->literals, !writing);
    good &= hunch_codes_make(&block->distance, shape->length + shape->literals, shape->distances, !writing);
    return good || writing;
}

static token code_match(const struct block *block, struct bits *b, unsigned symbol, token t) {
    unsigned length = t >> TOKEN_LENGTH_SHIFT, distance = t & TOKEN_DISTANCE_MASK, base = length_base(symbol);
    length = base + bits_field(b, length_extra(symbol), length - base);
    symbol = codes_symbol(&block->distance, b, bits_writing(b) ? distance_symbol(distance) : 0);
    if (symbol >= DISTANCES) {
        b->broken = true;
        return 0;
    }
    base = distance_base(symbol);
    distance = base + bits_field(b, distance_extra(symbol), distance - base);
    return length << TOKEN_LENGTH_SHIFT | distance;
}

static unsigned token_symbol(token t) {
    if (t == TOKEN_END)
        return SYMBOL_END;
    return t >> TOKEN_LENGTH_SHIFT ? length_symbol(t >> TOKEN_LENGTH_SHIFT) : t;
}

static token code_token(const struct block *block, struct bits *b, token t) {
    unsigned symbol = codes_symbol(&block->literal, b, bits_writing(b) ? token_symbol(t) : 0);
    if (symbol < SYMBOL_END)
        return symbol;
    if (symbol == SYMBOL_END)
        return TOKEN_END;
    t = symbol < LITERALS ? code_match(block, b, symbol, t) : 0;
    /* the longest length has a symbol of its own; told by the symbol below it, it is another stream */
    b->broken |= symbol >= LITERALS || (symbol == 284 && t >> TOKEN_LENGTH_SHIFT == LENGTH_MOST);
    return t;
}

static bool code_tokens(struct block *block, struct bits *b) {
    size_t size = 0;
    block->matches = 0;
    block->farthest = 0;
    for (uint32_t i = 0;; i++) {
        token t = code_token(block, b, i < block->tokens && bits_writing(b) ? block->token[i] : TOKEN_END);
        if (b->broken)
            return false;
        if (t == TOKEN_END) {
            block->tokens = i;
            block->size = size;
            return true;
        }
        if (i == TOKENS_MOST)
            return false;
        if (block->token)
            block->token[i] = t;
        size += token_size(t);
        if (t >> TOKEN_LENGTH_SHIFT) {
            block->matches++;
            if ((t & TOKEN_DISTANCE_MASK) > block->farthest)
                block->farthest = t & TOKEN_DISTANCE_MASK;
        }
    }
}

bool hunch_block_code(struct block *block, struct bits *b) {
    block->final = bits_field(b, 1, block->final);
    block->type = bits_field(b, 2, block->type);
    switch (block->type) {
    case BLOCK_STORED:
        return code_stored(block, b);
    case BLOCK_FIXED:
        fixed_codes(block, !bits_writing(b));
        return code_tokens(block, b);
    case BLOCK_DYNAMIC:
        return code_dynamic(block, b) && code_tokens(block, b);
    default:
        return false;
    }
}
