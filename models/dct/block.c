#include "models/dct/block.h"

#include "base/bytes.h"

#include <stdlib.h>
#include <string.h>

#ifndef ACS
#define ACS 4
#endif
enum { AC_SETS = ACS, DC_SETS = 2, DC_CONTEXTS = 12 };
#ifndef NMAP
#define NMAP 8
#endif
#ifndef NCTX
#define NCTX 24
#endif
#ifndef RV
#define RV 6
#endif
#ifndef RS
#define RS 5
#endif
#ifndef RATE
#define RATE 60
#endif
#ifndef RATEDC
#define RATEDC 120
#endif
#ifndef LIMIT
#define LIMIT 400
#endif
#ifdef LEPTON
static const uint8_t order[63] = {
  9,10,17,25,18,11,12,19,26,33,41,34,27,20,13,14,21,28,35,42,49,57,50,43,36,29,22,15,23,30,37,44,51,58,59,52,45,38,31,39,46,53,60,61,54,47,55,62,63,
  1,2,3,4,5,6,7,8,16,24,32,40,48,56};
#define ORDER(k) order[(k)-1]
#else
#define ORDER(k) hunch_dct_zigzag[k]
#endif

void hunch_dct_coder_carve(struct arena *arena, struct dct_coder *d, unsigned level, uint64_t bytes) {
    (void)level;
    struct blend_shape ac = {.contexts = NCTX, .extras = NMAP, .sets = AC_SETS, .sses = 2, .table_log2 = 27, .limit = LIMIT, .rate_q17 = RATE,
        .set_sizes = {64 * 2 * 32, 64 * 32, 32 * 32, 32 * 32, 128 * 32, 32 * 32}, .sse_sizes = {64 * 2 * 32, 32 * 32}};
    struct blend_shape dc = {.contexts = DC_CONTEXTS, .extras = 0, .sets = DC_SETS, .sses = 1, .table_log2 = 22, .limit = 255, .rate_q17 = RATEDC,
        .set_sizes = {4 * 64, 16 * 64}, .sse_sizes = {16 * 64}};
    for (unsigned i = 0; i < NMAP; i++)
        d->map[i] = hunch_arena_take(arena, 128 * 32 * 32 * 4);
    hunch_blend_carve(arena, &d->ac, &ac, bytes);
    hunch_blend_carve(arena, &d->dc, &dc, bytes / 8 + 1);
}

void hunch_dct_coder_init(struct dct_coder *d, unsigned cpu) {
    hunch_blend_init(&d->ac, cpu);
    hunch_blend_init(&d->dc, cpu);
    for (unsigned i = 0; i < NMAP; i++)
        for (unsigned j = 0; j < 128 * 32 * 32; j++)
            d->map[i][j] = 1u << 31;
    for (unsigned c = 0; c < 3; c++)
        for (unsigned z = 0; z < 64; z++) {
            d->value[c][z].weight_q16[0] = 20000;
            d->value[c][z].weight_q16[1] = 20000;
            d->size[c][z].weight_q16[0] = 13000;
            d->size[c][z].weight_q16[1] = 13000;
            d->size[c][z].weight_q16[2] = 6000;
            d->size[c][z].weight_q16[3] = 16000;
        }
    for (unsigned i = 0; i < 2 * 16 * 16; i++)
        d->low_q16[i / 256][i / 16 % 16][i % 16] = 1 << 15;
}

static unsigned qm(unsigned v) { /* 0 1 2 3 4 5-6 7-8 9-12 13-16 ... */
    if (v < 5)
        return v;
    unsigned l = log2_floor(v - 1);
    return 2 * l + ((v - 1) >> (l - 1) & 1) - 0 + 1 ;
}
static unsigned min_u(unsigned a, unsigned b) { return a < b ? a : b; }

/* signed prediction in 1/8 -> 0..~30 */
static int qp(int32_t p) {
    int s = p < 0 ? -1 : 1;
    unsigned m = (unsigned)(p < 0 ? -p : p);
    return s * (int)min_u(qm(m >> 1), 15);
}

static unsigned code_low(struct dct_coder *d, struct coder *coder, unsigned which, unsigned size, unsigned n, unsigned v) {
    unsigned r = 0;
    while (n-- > 0) {
        uint16_t *p = &d->low_q16[which][size & 15][n & 15];
        unsigned bit = coder_bit(coder, (uint32_t)*p << 6 | 32, v >> n & 1);
        *p = (uint16_t)(*p + (((bit ? 65535 : 0) - *p) >> 6));
        r = r << 1 | bit;
    }
    return r;
}

struct bits {
    struct dct_coder *d;
    struct coder *coder;
    struct blend *b;
    uint32_t sel[8];
    uint32_t ref[2];
    unsigned stage;
    uint32_t row[8];
    unsigned at[8]; /* q3 */
    unsigned maps;
};
#ifndef NMAP
#define NMAP 6
#endif
#ifndef MLIM
#define MLIM 250
#endif
static unsigned lq(unsigned x) { unsigned l = log2_floor(x + 8); return (l - 3) * 16 + (((x + 8) << 4 >> l) & 15); }


static unsigned bit(struct bits *k, unsigned node, unsigned v) {
    unsigned n = node | k->stage << 4;
    for (unsigned i = 0; i < k->b->shape.sets; i++)
        k->b->select[i] = k->sel[i] + n;
    for (unsigned i = 0; i < k->b->shape.sses; i++)
        k->b->refine[i] = k->ref[i] + n;
    for (unsigned i = 0; i < k->maps; i++) {
        uint32_t *m = k->d->map[i] + (k->row[i] * 32 + n) * 32 + (k->at[i] >> 3);
        unsigned w = k->at[i] & 7;
        uint32_t p = ((m[0] >> 10) * (8 - w) + (m[1] >> 10) * w) >> 13;
        k->b->extra[i] = k->b->logistic.stretch[p];
    }
    v = hunch_blend_bit(k->b, k->coder, node, v);
    for (unsigned i = 0; i < k->maps; i++) {
        uint32_t *m = k->d->map[i] + (k->row[i] * 32 + n) * 32 + (k->at[i] >> 3);
        unsigned w = k->at[i] & 7;
        for (unsigned j = 0; j < 2; j++) {
            uint32_t c = m[j], cn = c & 1023;
            int32_t err = (int32_t)((v << 22) - v) - (int32_t)(c >> 10);
            int32_t pp = (int32_t)(c >> 10) + (int32_t)((int64_t)err * k->b->reciprocal[cn] * (j ? w : 8 - w) >> 19);
            m[j] = (uint32_t)pp << 10 | (cn + (cn < MLIM && (j ? w >= 4 : w < 4)));
        }
    }
    return v;
}

/* A number whose sign is expected to be `sign` (1 or -1). maybe_zero: it may be 0. */
static int32_t code_number(struct bits *k, unsigned which, unsigned salt, bool maybe_zero, int32_t sign, int32_t v) {
    uint32_t m = (uint32_t)(v < 0 ? -v : v);
    k->stage = salt;
    hunch_blend_open(k->b, salt);
    if (maybe_zero && !bit(k, 1, m != 0))
        return 0;
    unsigned agree = bit(k, 2, (v < 0) == (sign < 0));
    unsigned size = m ? log2_floor(m) + 1 : 1, s = 1, node = agree ? 3 : 10, end = agree ? 10 : 16;
    while (node < end && bit(k, node++, size > s))
        s++;
    if (node == end && s == (agree ? 8u : 7u))
        while (s < 15 && code_low(k->d, k->coder, which, 0, 1, size > s))
            s++;
    uint32_t r = 1;
    if (s > 1) {
        unsigned n = s - 1, top = n > 3 ? 3 : n;
        hunch_blend_open(k->b, 16 * s + 2 + agree);
        k->stage = salt + 1;
        for (unsigned i = 0, at = 1; i < top; i++) {
            unsigned x = bit(k, at, m >> (n - 1 - i) & 1);
            at = at * 2 + x;
            r = r * 2 + x;
        }
        if (n > top)
            r = r << (n - top) | code_low(k->d, k->coder, which, s, n - top, m & ((1u << (n - top)) - 1));
    }
    if (r > DCT_LIMIT * 2 - 1)
        r = DCT_LIMIT * 2 - 1;
    return agree == (sign < 0) ? -(int32_t)r : (int32_t)r;
}

static unsigned lg(uint32_t v) { return v ? log2_floor(v) + 1 : 0; }

static unsigned code_count(struct dct_coder *d, struct coder *coder, const struct dct_place *p, const struct dct_predict *q) {
    unsigned a = p->above->count, l = p->left->count, c = p->component;
    unsigned avg = p->has_above ? p->has_left ? (a + l + 1) / 2 : a : l;
    uint32_t ed = 0, ea = 0;
    for (unsigned i = 1; i < 8; i++) {
        ed += (uint32_t)abs(q->down[i]) >> 12;
        ea += (uint32_t)abs(q->across[i]) >> 12;
    }
    unsigned f = p->first ? p->first->count : p->above_right->count, e = p->before ? p->before->count : p->left_left->count;
    uint32_t *h = d->dc.hash, base = c << 30;
    h[0] = base | avg;
    h[1] = base | a >> 1 << 8 | l >> 1;
    h[2] = base | (p->above_left->count + p->above_right->count) / 2 << 8 | avg >> 1;
    h[3] = base | f >> 1 << 8 | avg >> 1;
    h[4] = base | e >> 1 << 8 | avg >> 1;
    h[5] = base | p->above->high << 8 | p->left->high;
    h[6] = base | l << 8 | e >> 2;
    h[7] = base | a << 8 | p->above_right->count >> 2;
    h[8] = base | lg(ed) << 8 | lg(ea) << 16 | avg >> 2;
    h[9] = base | e << 8 | f;
    h[10] = base | (a + l + p->above_left->count + p->above_right->count + e + f) / 3;
    h[11] = base;
    struct bits k = {.d = d, .coder = coder, .b = &d->dc};
    k.sel[0] = min_u(c, 3) * 64;
    k.sel[1] = min_u(avg / 4, 15) * 64;
    k.ref[0] = min_u(avg / 4, 15) * 64;
    unsigned n = p->block->count, r = 0;
    for (unsigned half = 0; half < 2; half++) {
        hunch_blend_open(&d->dc, 100 + (half ? 1 + r : 0));
        k.stage = half;
        unsigned at = 1;
        for (unsigned i = 0; i < 3; i++) {
            unsigned x = bit(&k, at, n >> (5 - half * 3 - i) & 1);
            at = at * 2 + x;
            r = r * 2 + x;
        }
    }
    return r;
}

static void code_dc(struct dct_coder *d, struct coder *coder, const struct dct_place *p, const struct dct_predict *q) {
    int32_t spread, pred8 = hunch_dct_predict_dc(q, &spread);
    int32_t limit = (DCT_LIMIT - 1) * 8;
    pred8 = pred8 > limit ? limit : pred8 < -limit ? -limit : pred8;
    int32_t pred = (pred8 + 4) >> 3;
    int32_t pd = hunch_dct_predict_down(q, 0), pa = hunch_dct_predict_across(q, 0);
    int32_t diff = (pd - pa);
    unsigned c = p->component, sp = qm((unsigned)spread / 2), ae = qm((unsigned)abs(p->above->dc_error)), le = qm((unsigned)abs(p->left->dc_error));
    int32_t ref = p->before ? p->before->dc_error : p->first ? p->first->dc_error : 0;
    unsigned n = p->block->count;
    uint32_t *h = d->dc.hash, base = c << 30;
    h[0] = base | sp;
    h[1] = base | sp << 8 | (ae + le);
    h[2] = base | n;
    h[3] = base | (uint32_t)(qp(diff) + 32) << 8 | sp / 2;
    h[4] = base | (uint32_t)(qp(ref * 4) + 32) << 8 | (p->first ? qm((unsigned)abs(p->first->dc_error)) : 0);
    h[5] = base | (uint32_t)(qp(p->left->dc_error * 4) + 32);
    h[6] = base | (uint32_t)(qp(p->above->dc_error * 4) + 32);
    h[7] = base | (uint32_t)(pred8 & 7) << 8 | sp;
    h[8] = base | (uint32_t)(qp(p->above->level[0] * 8 - pred8) + 32) << 8 | (uint32_t)(qp(p->left->level[0] * 8 - pred8) + 32);
    h[9] = base | sp << 8 | qm(n) << 16 | (ae + le) / 2;
    h[10] = base | (uint32_t)(qp(pd - pred8) + 32) << 8 | (uint32_t)(qp(pa - pred8) + 32);
    h[11] = base;
    struct bits k = {.d = d, .coder = coder, .b = &d->dc};
    k.sel[0] = min_u(c, 3) * 64;
    k.sel[1] = min_u(sp, 15) * 64;
    k.ref[0] = min_u(sp, 15) * 64;
    int32_t e = code_number(&k, 0, 2, true, diff < 0 ? -1 : 1, p->block->level[0] - pred);
    int32_t v = pred + e;
    v = v >= DCT_LIMIT ? DCT_LIMIT - 1 : v <= -DCT_LIMIT ? 1 - DCT_LIMIT : v;
    p->block->level[0] = (int16_t)v;
    e = v - pred;
    p->block->dc_error = (int16_t)(e > 32767 ? 32767 : e < -32767 ? -32767 : e);
}

void hunch_dct_code_block(struct dct_coder *d, struct coder *coder, const struct dct_place *p) {
    struct dct_predict q;
    int16_t *c = p->block->level;
    bool decoding = coder->direction == CODER_DECODE;
    unsigned n = 0;
    hunch_dct_predict_begin(&q, p->table, p->has_above ? p->above : NULL, p->has_left ? p->left : NULL);
    for (unsigned i = 1; i < 64 && !decoding; i++)
        n += c[i] != 0;
    p->block->count = (uint8_t)n;
    unsigned rem = code_count(d, coder, p, &q);
    p->block->count = (uint8_t)rem;
    int16_t now[64] = {0};
    struct bits k = {.d = d, .coder = coder, .b = &d->ac};
    unsigned cc = p->component ? 1 : 0, run = 0, prev1 = 0, prev2 = 0, energy = 0, last = 0;
    unsigned navg = (p->above->count + p->left->count) / 2;
    const struct dct_block *A = p->above, *L = p->left, *AL = p->above_left, *AR = p->above_right;
    for (unsigned i = 1; i < 64 && rem > 0; i++) {
        unsigned z = ORDER(i), u = z & 7, v = z >> 3;
        unsigned a = (unsigned)abs(A->level[z]), l = (unsigned)abs(L->level[z]), al = (unsigned)abs(AL->level[z]), ar = (unsigned)abs(AR->level[z]);
        unsigned m = 13 * (a + l) + 3 * (al + ar); /* /32 = mean */
        unsigned n1 = u ? (unsigned)abs(now[z - 1]) : 0, n2 = v ? (unsigned)abs(now[z - 8]) : 0, n3 = u && v ? (unsigned)abs(now[z - 9]) : 0;
        unsigned n4 = u < 7 && v ? (unsigned)abs(now[z - 7]) : 0, n5 = v < 7 && u ? (unsigned)abs(now[z + 7]) : 0;
        unsigned n6 = u > 1 ? (unsigned)abs(now[z - 2]) : 0, n7 = v > 1 ? (unsigned)abs(now[z - 16]) : 0;
        unsigned local = 2 * (n1 + n2) + n3 + n4 + n5;
        int32_t pd = u ? hunch_dct_predict_down(&q, z) : 0, pa = v ? hunch_dct_predict_across(&q, z) : 0;
        if (!p->has_above) pd = 0;
        if (!p->has_left) pa = 0;
        int32_t pm = u == 0 ? pa : v == 0 ? pd : (pd + pa) / 2;
        int32_t r1 = p->before ? p->before->level[z] : 0;
        unsigned r0 = p->first ? (unsigned)abs(p->first->level[z]) : 0;
        int32_t sign = pm < 0 ? -1 : 1;
        if (pm == 0 && r1) sign = r1 < 0 ? -1 : 1;
        int32_t pc = u == 0 || v == 0 ? hunch_dct_predict_corner(&q, z) : 0;
        pc = pc > 4095 ? 4095 : pc < -4095 ? -4095 : pc;
        unsigned ci = min_u(p->component, 2);
        int32_t xv[12] = {lms_input(pd * 2), lms_input(pa * 2), lms_input(A->level[z] * 16), lms_input(L->level[z] * 16), lms_input(r1 * 16), lms_input((p->first ? p->first->level[z] : p->left_left->level[z]) * 16),
            u > 1 ? lms_input(now[z - 2] * 16) : 0, v > 1 ? lms_input(now[z - 16] * 16) : 0, lms_input(AL->level[z] * 16), lms_input(AR->level[z] * 16), u && v ? lms_input(now[z-9]*16) : 0, pc * 2};
        int32_t pl = lms_predict(&d->value[ci][z], xv);
        unsigned an = 0, ln = 0;
        if (u < 7) an += (unsigned)abs(A->level[z+1]), ln += (unsigned)abs(L->level[z+1]);
        if (v < 7) an += (unsigned)abs(A->level[z+8]), ln += (unsigned)abs(L->level[z+8]);
        if (z > 1 && u) an += (unsigned)abs(A->level[z-1]), ln += (unsigned)abs(L->level[z-1]);
        if (z > 8 && v) an += (unsigned)abs(A->level[z-8]), ln += (unsigned)abs(L->level[z-8]);
        int32_t xs[12] = {lms_input((int)a * 16), lms_input((int)l*16), lms_input((int)(al + ar) * 8), lms_input((int)(n1 + n2) * 8), lms_input((int)(n3 + n4 + n5) * 8), lms_input((int)(n6+n7)*8),
           lms_input((int)(an + ln)*4), lms_input((int)r0*16), lms_input(abs(r1)*16), lms_input((int)(rem * 64 / (64 - i))), lms_input((abs(pl))), 16};
#ifdef SPL
        if (pl) sign = pl < 0 ? -1 : 1;
#endif
        int32_t es = lms_predict(&d->size[ci][z], xs);
        if (es < 0) es = 0;
        int qpl = qp(pl / 2 * sign) + 16;
        unsigned qes = min_u(qm((unsigned)es / 2), 23);
        unsigned qm_ = qm(m / 8), ql = qm(local);
        int qpm = qp(pm * sign) + 16, qpd = qp(pd * sign) + 16, qpa = qp(pa * sign) + 16;
        unsigned rq = rem < 8 ? rem : qm(rem) ;
        unsigned left = 64 - i;
        uint32_t b = (z | cc << 6) << 24;
        uint32_t bc = (z | min_u(p->component, 3) << 6) << 24;
        uint32_t h[32] = {0};
        h[0] = bc | rem << 8;
        h[1] = b | rq << 8 | qm_;
        h[2] = b | (uint32_t)qpm << 8 | min_u(rem, 7);
        h[3] = b | (uint32_t)qpd << 8 | (uint32_t)qpa;
        h[4] = b | qm(a) << 16 | qm(l) << 8 | qm(al);
        h[5] = b | min_u(prev1, 15) << 8 | min_u(prev2, 15) << 12 | rq;
        h[6] = b | min_u(n1, 15) << 8 | min_u(n2, 15) << 12 | min_u(n3, 7);
        h[7] = b | qm_ << 8 | ql;
        h[8] = b | qm(energy) << 8 | rem;
        h[9] = bc | (uint32_t)(qp(r1 * 8 * sign) + 16) << 8 | qm(r0) | 1 << 20;
        h[10] = b | rem << 8 | navg;
        h[11] = qm_ << 16 | ql << 8 | rq;
        h[12] = b | (uint32_t)(qp(A->level[z] * 8 * sign) + 16) << 8 | (uint32_t)(qp(L->level[z] * 8 * sign) + 16);
        h[13] = b | (uint32_t)qpm << 8 | qm_;
        h[14] = b | run << 8 | rem;
        h[15] = (uint32_t)qpm << 16 | rq << 8 | ql;
        h[16] = b | (uint32_t)qpm << 8 | ql;
        h[17] = b | min_u(n6, 15) << 8 | min_u(n7, 15) << 12 | min_u(n1 + n2, 7) << 16;
        h[18] = left << 8 | rem | p->component << 20;
        h[19] = b | qm(ar + al) << 8 | min_u(rem, 15) << 16;
        h[20] = b | qes << 8 | min_u(rem, 7) << 13;
        h[21] = b | qes << 8 | (uint32_t)qpl << 16;
        h[22] = qes << 8 | (uint32_t)qpl << 16 | rq << 24;
#ifdef C24
        h[24] = b | (uint32_t)((pl*sign) / 2 + 2048) << 8; h[24] = h[24] * 0x9E3779B1u + b;
        h[25] = (b | (uint32_t)(qp(pd * sign) + 16) << 8 | (uint32_t)(qpl) << 16) ;
        h[26] = (uint32_t)qpl << 16 | (uint32_t)(qp(pd * sign) + 16) << 8 | (uint32_t)(qp(pa*sign) + 16) ;
        h[27] = b | (uint32_t)qpl << 8 | (uint32_t)(qp(A->level[z]*8*sign) + 16) << 16;
#endif
        h[23] = b | (uint32_t)es / 2 ;
#ifdef NEWC
        unsigned zone = u == 0 ? 0 + min_u(v, 3) : v == 0 ? 4 + min_u(u, 3) : 7 + min_u((u + v - 2) / 2, 5);
        unsigned fes = min_u((unsigned)es, 40) + qm((unsigned)es / 2), fpl = (unsigned)(((pl * sign) < 64 ? pl * sign : 64 + (pl * sign - 64) / 8) / 2);
        if (fpl > 255) fpl = 255;
        h[0] = fes;
        h[1] = zone << 16 | fes / 2 << 8 | (uint32_t)qpl;
        h[2] = fpl;
        h[3] = fpl / 2 << 8 | qes;
        h[7] = qes << 8 | rq << 16 | qm(left) << 24;
        h[13] = (uint32_t)qpl << 16 | qm_ << 8 | ql;
        h[18] = qes / 2 << 16 | (uint32_t)(qp(pd * sign) + 16) << 8 | (uint32_t)(qp(pa*sign) + 16);
        h[21] = zone | (uint32_t)(qp(r1 * 8 * sign) + 16) << 8 | min_u(r0, 15) << 16 | qes << 20 | cc << 28;
        h[25] = zone << 16 | fpl << 8 | rq;
        h[27] = zone << 8 | qm(an+ln) << 16 | qm(a + l) << 24;
#endif
#ifdef PCC
        h[12] = zone | (uint32_t)qpl << 8 | (uint32_t)(qp(pc * sign) + 16) << 16;
#endif
#ifdef ABLATE
        static int abl = -2; if (abl == -2) abl = getenv("ABL") ? atoi(getenv("ABL")) : -1;
        if (abl >= 0) h[abl] = b;
#endif
        memcpy(d->ac.hash, h, sizeof(uint32_t) * NCTX);
        k.sel[0] = (z | cc << 6) * 32;
        k.sel[1] = rem * 32;
        k.sel[2] = (uint32_t)qpl * 32;
        k.sel[3] = qes * 32;
#ifdef ZS
        k.sel[0] = (zone + 16 * cc) * 32;
        k.sel[1] = rq * 32;
#endif
        k.sel[4] = (min_u(qm_, 15) * 8 + min_u(ql, 7)) * 32;
        k.sel[5] = (uint32_t)qpm * 32;
        k.ref[0] = (z | cc << 6) * 32;
        k.ref[1] = qes * 32;
        unsigned les = lq((unsigned)es), lm = lq(m / 2), lpl = lq((unsigned)abs(pl)), llo = lq(local * 4);
        k.maps = NMAP;
        k.row[0] = zone, k.at[0] = les;
        k.row[1] = rq, k.at[1] = les;
        k.row[2] = (uint32_t)qpl, k.at[2] = les;
        k.row[3] = zone, k.at[3] = lpl;
        k.row[4] = qes, k.at[4] = lpl;
        k.row[5] = z, k.at[5] = lm;
        k.row[6] = z, k.at[6] = les;
        k.row[7] = zone, k.at[7] = llo;
        int32_t x = code_number(&k, 1, 0, rem < left, sign, c[z]);
        if (x > DCT_LIMIT - 1) x = DCT_LIMIT - 1;
        if (x < 1 - DCT_LIMIT) x = 1 - DCT_LIMIT;
        now[z] = (int16_t)x;
        lms_learn(&d->value[ci][z], xv, x * 16 - pl, RV, 1 << 12);
        lms_learn(&d->size[ci][z], xs, abs(x) * 16 - es, RS, 1 << 10);
        unsigned mag = (unsigned)abs(x);
        prev2 = prev1;
        prev1 = mag;
        energy += mag;
        run = mag ? 0 : run + 1;
        if (mag) {
            rem--;
            last = i;
            hunch_dct_predict_know(&q, z, x);
        }
    }
    now[0] = c[0];
    memcpy(c, now, sizeof now);
    p->block->high = (uint8_t)(last + 1);
    code_dc(d, coder, p, &q);
    hunch_dct_predict_keep(p->table, p->block);
}
