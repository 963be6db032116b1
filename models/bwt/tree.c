#include "models/bwt/tree.h"

#include "base/bytes.h"

static void classify(struct tree *t, const uint8_t *bytes, size_t length) {
    uint32_t runs[256] = {0};
    for (size_t i = 0; i < length; i++)
        runs[bytes[i]] += i == 0 || bytes[i] != bytes[i - 1];
    for (unsigned s = 0; s < 256; s++)
        t->classes[s] = runs[s] ? (uint8_t)(1 + log2_floor(runs[s])) : 0;
}

static void code_classes(struct tree *t, struct coder *coder) {
    unsigned before = 0;
    for (unsigned s = 0; s < 256; s++) {
        unsigned node = 1;
        for (unsigned b = 5; b-- > 0;)
            node = node << 1 | predict_rare(coder, &t->bits[before * 32 + node], t->classes[s] >> b & 1);
        before = t->classes[s] = node & 31;
    }
}

/* The tree of the symbols present[low .. high - 1]; below[i] is the weight of those before i. Each call makes a node
 * or a leaf: at most 255 nodes, and no deeper than that. */
static unsigned grow(struct tree *t, unsigned *nodes, const uint8_t *present, const uint64_t *below, unsigned low,
                     unsigned high) {
    if (high - low == 1)
        return LEAF + present[low];
    unsigned node = (*nodes)++, cut = low + 1;
    uint64_t twice = below[low] + below[high]; /* twice the middle */
    while (cut + 1 < high && below[cut] + below[cut + 1] < twice)
        cut++;
    t->split[node] = present[cut];
    t->child[node][0] = (uint16_t)grow(t, nodes, present, below, low, cut);
    t->child[node][1] = (uint16_t)grow(t, nodes, present, below, cut, high);
    return node;
}

void hunch_bwt_tree(struct tree *t, struct coder *coder, const uint8_t *bytes,
                    size_t length) {
    if (coder->direction != CODER_DECODE)
        classify(t, bytes, length);
    code_classes(t, coder);
    uint8_t present[256];
    uint64_t below[257] = {0};
    unsigned count = 0, nodes = 0;
    for (unsigned s = 0; s < 256; s++)
        if (t->classes[s]) {
            present[count] = (uint8_t)s;
            below[count + 1] = below[count] + (UINT64_C(1) << t->classes[s]);
            count++;
        }
    if (count == 0) { /* no encoder writes this */
        coder_fail(coder, CODER_DAMAGED);
        present[count++] = 0;
    }
    t->root = grow(t, &nodes, present, below, 0, count);
}
