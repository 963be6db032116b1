#include "formats/deflate/inflate.h"

#include <string.h>

enum { PLAIN_LEAST = 1 << 16 }; /* bytes of content that any stream may have */

/* The end of a block, not the last one, may be a rule's. */
static void end_fact(struct stream_facts *facts, uint32_t tokens) {
    if (tokens == 0)
        return;
    if ((tokens & (tokens + 1)) == 0)
        facts->ends[log2_floor(tokens + 1) & 15] += tokens + 1 < 1u << 16;
    facts->cuts += tokens % 4096 == 0;
}

bool hunch_inflate_scan(struct block *block, const uint8_t *data, size_t length, unsigned plain_most,
                        struct stream_facts *facts) {
    struct bits b = {.in = data, .length = length};
    memset(facts, 0, sizeof *facts);
    block->token = NULL;
    do {
        if (!hunch_block_code(block, &b))
            return false;
        facts->plain += block->size;
        facts->packed = bits_bytes(&b);
        facts->fixed_blocks += block->type == BLOCK_FIXED;
        facts->dynamic_blocks += block->type == BLOCK_DYNAMIC;
        facts->matches += block->matches;
        if (block->matches && block->farthest > facts->farthest)
            facts->farthest = block->farthest;
        if (block->tokens > facts->tokens_most)
            facts->tokens_most = block->tokens;
        if (!block->final)
            end_fact(facts, block->tokens);
    } while (!block->final);
    return facts->plain <= PLAIN_LEAST + (uint64_t)plain_most * facts->packed;
}

static bool copy_tokens(const struct block *block, uint8_t *plain, size_t at, size_t flushed, uint64_t *crossings) {
    for (uint32_t i = 0; i < block->tokens; i++) {
        token t = block->token[i];
        unsigned length = t >> TOKEN_LENGTH_SHIFT, distance = t & TOKEN_DISTANCE_MASK;
        if (length == 0) {
            plain[at++] = (uint8_t)t;
            continue;
        }
        if (distance > at)
            return false;
        *crossings += at - distance < flushed;
        if (distance >= length) {
            memcpy(plain + at, plain + at - distance, length);
            at += length;
            continue;
        }
        for (; length > 0; length--, at++)
            plain[at] = plain[at - distance];
    }
    return true;
}

bool hunch_inflate(struct block *block, const uint8_t *data, struct stream_facts *facts, uint8_t *plain) {
    struct bits b = {.in = data, .length = facts->packed};
    size_t at = 0, flushed = 0;
    do {
        if (!hunch_block_code(block, &b) || block->size > facts->plain - at)
            return false;
        if (block->type == BLOCK_STORED && block->size)
            memcpy(plain + at, block->stored, block->size);
        if (block->type != BLOCK_STORED && !copy_tokens(block, plain, at, flushed, &facts->crossings))
            return false;
        at += block->size;
        if (block->type == BLOCK_STORED && block->size == 0 && at > 0) {
            facts->flushes++;
            flushed = at;
        }
    } while (!block->final);
    return at == facts->plain;
}
