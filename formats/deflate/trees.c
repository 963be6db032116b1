/* A Huffman tree grows from a heap of its nodes. Ties decide which of many best trees it is: the heap's order is by
 * frequency, then by the height of the subtree, and otherwise as the heap happens to lie; so the heap must be worked
 * exactly as zlib does. Codes that come out too long are shortened afterwards. */
#include "formats/deflate/trees.h"

#include <string.h>

enum { NODES = 2 * LITERALS + 1 };

struct tree {
    uint32_t frequency[NODES];
    uint16_t parent[NODES];
    uint8_t height[NODES];
    uint16_t heap[NODES]; /* from 1: the heap; from `sorted` up: nodes by falling rank, the root first */
    unsigned heaped, sorted;
    unsigned symbols; /* of the alphabet: the nodes from there on are inner ones */
};

static bool comes_first(const struct tree *t, unsigned a, unsigned b) {
    if (t->frequency[a] != t->frequency[b])
        return t->frequency[a] < t->frequency[b];
    return t->height[a] <= t->height[b];
}

/* Puts the node at this place of the heap where it belongs, further down. */
static void sift(struct tree *t, unsigned place) {
    uint16_t node = t->heap[place];
    for (unsigned child = 2 * place; child <= t->heaped; child = 2 * place) {
        if (child < t->heaped && comes_first(t, t->heap[child + 1], t->heap[child]))
            child++;
        if (comes_first(t, node, t->heap[child]))
            break;
        t->heap[place] = t->heap[child];
        place = child;
    }
    t->heap[place] = node;
}

/* Heaps the symbols that occur, at least two; one more than the last of them. */
static unsigned heap_symbols(struct tree *t, const uint32_t *frequency) {
    unsigned count = 0;
    for (unsigned s = 0; s < t->symbols; s++) {
        t->frequency[s] = frequency[s];
        if (frequency[s] == 0)
            continue;
        t->heap[++t->heaped] = (uint16_t)s;
        count = s + 1;
    }
    while (t->heaped < 2) { /* a code needs two; those that are missing are the first symbols that the tree lacks */
        unsigned s = count < 3 ? count++ : 0;
        t->heap[++t->heaped] = (uint16_t)s;
        t->frequency[s] = 1;
    }
    for (unsigned place = t->heaped / 2; place > 0; place--)
        sift(t, place);
    return count;
}

static void join_nodes(struct tree *t) {
    unsigned node = t->symbols;
    t->sorted = NODES;
    for (; t->heaped > 1; node++) {
        uint16_t first = t->heap[1];
        t->heap[1] = t->heap[t->heaped--];
        sift(t, 1);
        uint16_t second = t->heap[1];
        t->heap[--t->sorted] = first;
        t->heap[--t->sorted] = second;
        t->frequency[node] = t->frequency[first] + t->frequency[second];
        t->height[node] = (t->height[first] > t->height[second] ? t->height[first] : t->height[second]) + 1;
        t->parent[first] = t->parent[second] = (uint16_t)node;
        t->heap[1] = (uint16_t)node;
        sift(t, 1);
    }
    t->heap[--t->sorted] = t->heap[1];
}

/* Codes of more than `most` bits became such of `most`: `over` too many. Others get longer, in twos, for their sake. */
static void make_room(uint32_t *count, unsigned most, int over) {
    for (; over > 0; over -= 2) {
        unsigned bits = most - 1;
        while (bits > 0 && count[bits] == 0)
            bits--;
        count[bits]--; /* a leaf becomes a node whose leaves are it and one of the deepest */
        count[bits + 1] += 2;
        count[most]--;
    }
}

static void find_lengths(struct tree *t, unsigned most, uint8_t *lengths) {
    uint8_t depth[NODES];
    uint32_t count[CODE_BITS_MOST + 2] = {0};
    int over = 0;
    depth[t->heap[t->sorted]] = 0;
    for (unsigned h = t->sorted + 1; h < NODES; h++) {
        unsigned node = t->heap[h], bits = depth[t->parent[node]] + 1u;
        if (bits > most) {
            bits = most;
            over++;
        }
        depth[node] = (uint8_t)bits;
        if (node >= t->symbols)
            continue;
        lengths[node] = (uint8_t)bits;
        count[bits]++;
    }
    if (over == 0)
        return;
    make_room(count, most, over);
    unsigned h = NODES;
    for (unsigned bits = most; bits > 0; bits--)
        for (uint32_t n = count[bits]; n > 0 && h > t->sorted + 1;) {
            unsigned node = t->heap[--h];
            if (node >= t->symbols)
                continue;
            lengths[node] = (uint8_t)bits;
            n--;
        }
}

unsigned hunch_tree_lengths(const uint32_t *frequency, unsigned n, unsigned most, uint8_t *lengths) {
    struct tree t = {.symbols = n};
    memset(lengths, 0, n);
    unsigned count = heap_symbols(&t, frequency);
    join_nodes(&t);
    find_lengths(&t, most, lengths);
    return count;
}
