/* An address in the code is 4 bytes, little-endian, relative to the end of its instruction. The walk finds it
 * by the lengths of instructions, from the first byte of the block on: data between the code is taken for
 * instructions as well, and a walk that lost its step is in step again after a few of them, for most lengths
 * are likely.
 *
 * Only opcodes and what tells lengths are read, never an address itself, so that the walk over the rewritten
 * bytes takes the same steps: one loop for both directions. */
#include "formats/x86/walk.h"

#include "base/bytes.h"

enum {
    ADDRESS = 4,   /* bytes */
    NEAR_BITS = 27 /* addresses from -2^26 to 2^26 - 1 are rewritten: 1 in 32 of random ones */
};

/* clang-format off: tables, and a picture of their letters */
/* What follows an opcode byte, one letter each:
 * . nothing   m ModRM        b 1 byte     B ModRM and 1 byte   w 2 bytes   e 3 bytes   o 8 bytes
 * z 4 bytes (2 behind prefix 66)          Z ModRM and the same j an address relative to the instruction's end
 * g, G ModRM, and what b, z say when bits 4 and 5 of ModRM are 0
 * p prefix, another opcode follows        v VEX or EVEX        x an opcode of the second table */
static const char first_table[] = "mmmmbz..mmmmbz.x" /* 00 */
                                  "mmmmbz..mmmmbz.." /* 10 */
                                  "mmmmbzp.mmmmbzp." /* 20 */
                                  "mmmmbzp.mmmmbzp." /* 30 */
                                  "pppppppppppppppp" /* 40 */
                                  "................" /* 50 */
                                  "..vmppppzZbB...." /* 60 */
                                  "bbbbbbbbbbbbbbbb" /* 70 */
                                  "BZBBmmmmmmmmmmmm" /* 80 */
                                  "................" /* 90 */
                                  "oooo....bz......" /* A0 */
                                  "bbbbbbbbzzzzzzzz" /* B0 */
                                  "BBw.vvBZe.w..b.." /* C0 */
                                  "mmmmbb..mmmmmmmm" /* D0 */
                                  "bbbbbbbbjj.b...." /* E0 */
                                  "p.pp..gG......mm" /* F0 */;

/* The same behind 0F; behind 0F 38 and 0F 3A one more byte of opcode stands before what the letter says. */
static const char second_table[] = "mmmm.........m.B" /* 00 */
                                   "mmmmmmmmmmmmmmmm" /* 10 */
                                   "mmmm....mmmmmmmm" /* 20 */
                                   "........m.B....." /* 30 */
                                   "mmmmmmmmmmmmmmmm" /* 40 */
                                   "mmmmmmmmmmmmmmmm" /* 50 */
                                   "mmmmmmmmmmmmmmmm" /* 60 */
                                   "BBBBmmm.mmmmmmmm" /* 70 */
                                   "jjjjjjjjjjjjjjjj" /* 80 */
                                   "mmmmmmmmmmmmmmmm" /* 90 */
                                   "...mBm.....mBmmm" /* A0 */
                                   "mmmmmmmmmmBmmmmm" /* B0 */
                                   "mmBmBBBm........" /* C0 */
                                   "mmmmmmmmmmmmmmmm" /* D0 */
                                   "mmmmmmmmmmmmmmmm" /* E0 */
                                   "mmmmmmmmmmmmmmmm" /* F0 */;
/* clang-format on */

enum { CALL = 0xE8, JUMP = 0xE9, MOVE = 0xB8, REX = 0x48, OPERAND_SIZE = 0x66, VEX2 = 0xC5, VEX3 = 0xC4 };

struct walker {
    uint8_t *code;
    size_t length, at; /* at: bytes walked over, may exceed the length by an instruction */
    enum x86_direction direction;
    bool jumps;
};

static uint8_t next(struct walker *w) {
    uint8_t b = w->at < w->length ? w->code[w->at] : 0;
    w->at++;
    return b;
}

static bool near_zero(uint32_t address) {
    return address + (UINT32_C(1) << (NEAR_BITS - 1)) < UINT32_C(1) << NEAR_BITS;
}

/* The sum of two addresses, wrapped round in NEAR_BITS bits of two's complement. */
static uint32_t wrapped_sum(uint32_t a, uint32_t b) {
    uint32_t sign = UINT32_C(1) << (NEAR_BITS - 1);
    return (((a + b) & (2 * sign - 1)) ^ sign) - sign;
}

static uint32_t swapped(uint32_t v) {
    return v >> 24 | (v >> 8 & 0xFF00) | (v << 8 & 0xFF0000) | v << 24;
}

/* Rewrites the address at w->at and steps over it. Its base is added or taken away when it is near; relative
 * addresses are little-endian, rewritten ones big-endian. The far ones that would be read as near ones when
 * their bytes are turned round are turned round too, for they would be taken for rewritten ones: so each 4
 * bytes come from one 4 bytes alone. */
static void rewrite(struct walker *w, uint32_t base) {
    if (w->length < ADDRESS || w->at > w->length - ADDRESS) {
        w->at = w->length;
        return;
    }
    uint8_t *field = w->code + w->at;
    bool split = w->direction == X86_SPLIT;
    uint32_t address = split ? load_u32(field) : swapped(load_u32(field));
    w->at += ADDRESS;
    if (near_zero(address))
        address = wrapped_sum(address, split ? base : 0 - base);
    else if (!near_zero(swapped(address)))
        return;
    store_u32(field, split ? swapped(address) : address);
}

static void walk_jump(struct walker *w, bool absolute) {
    rewrite(w, absolute ? (uint32_t)(w->at + ADDRESS) : 0);
}

/* ModRM, which was read, and what it asks for; `behind`: bytes between an address and the instruction's end.
 */
static void walk_memory(struct walker *w, unsigned modrm, size_t behind) {
    unsigned mode = modrm >> 6, rm = modrm & 7;
    if (mode == 3)
        return;
    if (mode == 0 && rm == 5) {
        rewrite(w, (uint32_t)(w->at + ADDRESS + behind));
        return;
    }
    unsigned base = rm == 4 ? next(w) & 7 : rm;
    if (mode == 1)
        w->at += 1;
    else if (mode == 2 || base == 5)
        w->at += 4;
}

/* The letter and the opcode byte behind VEX (`kind` C5 or C4) or EVEX. */
static char walk_vector(struct walker *w, unsigned kind) {
    unsigned map = kind == VEX2 ? 1 : next(w) & 7;
    w->at += kind == VEX2 || kind == VEX3 ? 1 : 2;
    unsigned opcode = next(w);
    return map == 1 ? second_table[opcode] : map == 3 ? 'B' : 'm';
}

/* What the letter says, behind the opcode; `immediate`: the bytes of z. */
static void walk_operands(struct walker *w, char letter, size_t immediate) {
    static const char with_modrm[] = "mBZgG";
    size_t behind = 0;
    switch (letter) {
    case 'b':
    case 'B':
    case 'g':
        behind = 1;
        break;
    case 'w':
        behind = 2;
        break;
    case 'e':
        behind = 3;
        break;
    case 'o':
        behind = 8;
        break;
    case 'z':
    case 'Z':
    case 'G':
        behind = immediate;
        break;
    default:
        break;
    }
    if (memchr(with_modrm, letter, sizeof with_modrm - 1)) {
        unsigned modrm = next(w);
        if ((letter == 'g' || letter == 'G') && (modrm & 0x30) != 0)
            behind = 0;
        walk_memory(w, modrm, behind);
    }
    w->at += behind;
}

static void walk_instruction(struct walker *w) {
    size_t immediate = 4;
    bool wide = false; /* REX.W right before the opcode */
    unsigned opcode = next(w);
    char letter = first_table[opcode];
    while (letter == 'p' && w->at < w->length) {
        if (opcode == OPERAND_SIZE)
            immediate = 2;
        wide = (opcode & 0xF8) == REX;
        opcode = next(w);
        letter = first_table[opcode];
    }
    if (wide && (opcode & 0xF8) == MOVE)
        letter = 'o';
    bool absolute = w->jumps || opcode == CALL;
    if (letter == 'x') {
        opcode = next(w);
        letter = second_table[opcode];
        w->at += opcode == 0x38 || opcode == 0x3A;
    } else if (letter == 'v') {
        letter = walk_vector(w, opcode);
    }
    if (letter == 'j')
        walk_jump(w, absolute);
    else
        walk_operands(w, letter, immediate);
}

void hunch_x86_walk(enum x86_direction direction, bool jumps, uint8_t *code, size_t length) {
    struct walker w = {.code = code, .length = length, .direction = direction, .jumps = jumps};
    while (w.at < length)
        walk_instruction(&w);
}

enum {
    PROBE_STEP = 1 << 16,  /* bytes from one look to the next */
    PROBE_BYTES = 1 << 14, /* of a look */
    CODE_RARITY = 1024, /* a call or jump that hits the block in so many bytes: code or a tenth part of it */
    LEAP = 64,          /* shorter calls and jumps prove nothing: small numbers look like them */
    MISS_MOST = 8       /* one in so many of the bytes that may be calls hits */
};

bool hunch_x86_probe(const uint8_t *data, size_t length) {
    size_t seen = 0, likely = 0, hits = 0;
    for (size_t look = 0; look + 5 <= length; look += PROBE_STEP) {
        size_t end = length - look < PROBE_BYTES ? length - 4 : look + PROBE_BYTES - 4;
        seen += end - look;
        for (size_t p = look; p < end; p++) {
            if ((data[p] | 1) != JUMP)
                continue;
            uint32_t address = load_u32(data + p + 1), target = address + (uint32_t)(p + 5);
            likely++;
            hits += near_zero(address) && address + LEAP > 2 * LEAP && target < length;
        }
    }
    return hits > 0 && hits * CODE_RARITY >= seen && hits * MISS_MOST >= likely;
}

size_t hunch_x86_split(bool jumps, const uint8_t *data, size_t length, uint8_t *out, size_t capacity) {
    if (length > capacity)
        return 0;
    memcpy(out, data, length);
    hunch_x86_walk(X86_SPLIT, jumps, out, length);
    return length;
}

bool hunch_x86_join(bool jumps, const uint8_t *data, size_t size, uint8_t *out, size_t length) {
    if (size != length)
        return false;
    memcpy(out, data, length);
    hunch_x86_walk(X86_JOIN, jumps, out, length);
    return true;
}
