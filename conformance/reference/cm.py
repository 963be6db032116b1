"""Model 2, cm, the contexts for bytes of no known kind: written from doc/spec/cm.md alone."""

from blend import SQUASH, SSE_ROW, STRETCH, train
from coder import Decoder
from tensor import held, mix

U32 = 0xFFFFFFFF
U64 = (1 << 64) - 1
MOST_MATCH, LONGEST_MATCH = 400, 65535
# groups, sets, SSE stages, K, direct, rate, contexts
LEVELS = {3: (1, 3, 1, 25, False, 75, 4), 4: (1, 4, 1, 26, False, 65, 5), 5: (1, 5, 1, 27, False, 65, 6),
          6: (2, 4, 2, 28, False, 90, 14), 7: (2, 4, 2, 27, True, 80, 22), 8: (2, 4, 2, 28, True, 70, 37),
          9: (4, 2, 2, 28, True, 130, 37)}
G = (112, 80, 60, 45, 36, 30, 25, 21, 18, 16, 14, 13, 12, 11, 10, 9)
SPEED = [131072 // (2 * m + 3) for m in range(1024)]
MOST_OTHER = (30, 20, 14, 10, 7, 5)


def exists(n0, n1):
    a, b = min(n0, n1), max(n0, n1)
    return a <= 5 and b <= MOST_OTHER[a]


def all_states():
    """(n0, n1, last); last is None where a pair has one number."""
    pairs = sorted(((n0, n1) for n0 in range(31) for n1 in range(31) if exists(n0, n1)), key=lambda p: (sum(p), p[0]))
    return [(*pair, last) for pair in pairs for last in ((0, 1) if min(pair) > 0 else (None,))]


STATES = all_states()
NUMBERS = {state: number for number, state in enumerate(STATES)}


def behind(state, bit):
    """The number of the state behind a bit."""
    n = list(state[:2])
    s, o = n[bit] + 1, n[1 - bit]
    o = o if o <= 2 else o - 1 if o <= 4 else 4 if o <= 8 else 5 if o <= 16 else 6
    while not exists(s, o):
        s, o = (s - 1, o) if s >= o else (s, o - 1)
    pair = (s, o) if bit == 0 else (o, s)
    return NUMBERS[(*pair, bit if min(pair) > 0 else None)]


NEXT = [(behind(state, 0), behind(state, 1)) for state in STATES]
COUNT = [min(state[0] + state[1], 15) for state in STATES]
FIRST = [((5 * n1 + 2) << 22) // (5 * (n0 + n1) + 4) for n0, n1, _ in STATES]


def squash(x):
    a = held(x, -196608, 196607) + 196608
    low = SQUASH[a >> 8]
    return low + ((SQUASH[(a >> 8) + 1] - low) * (a & 255) >> 8)


def learn(p, m, i, bit):
    """Counter i of p and m learns."""
    p[i] += (((1 << 22) - 1 if bit else 0) - p[i]) * SPEED[m[i]] >> 16
    if m[i] < 1023:
        m[i] += 1


def wrapped(total):
    return (total + 0x80000000 & U32) - 0x80000000


def is_letter(b):
    return 0x41 <= b <= 0x5A or 0x61 <= b <= 0x7A or b >= 0x80


def class_of(b):
    for first, last, d in ((0x61, 0x7A, 1), (0x41, 0x5A, 2), (0x30, 0x39, 3), (0x20, 0x20, 4), (0x0A, 0x0A, 5),
                           (0x0D, 0x0D, 5), (0, 0x1F, 6), (0x21, 0x2F, 7)):
        if first <= b <= last:
            return d
    return 8 + (b >> 5 & 3) if b >= 0x80 else 12


class Match:
    def __init__(self, least, length):
        self.least, self.log2 = least, 10
        while self.log2 < 22 and 1 << self.log2 < length:
            self.log2 += 1
        self.table, self.entry, self.pointer, self.length = {}, None, 0, 0
        self.p, self.m = [(1 << 22) - (1 << 22) // (j + 2) for j in range(32)], [0] * 32
        self.predicted, self.bucket = None, 0

    def begin(self, data):
        at = len(data)
        if self.length > 0 and data[self.pointer] == data[-1]:
            self.pointer, self.length = self.pointer + 1, min(self.length + 1, LONGEST_MATCH)
        else:
            self.length = 0
        if self.entry is not None:
            v = self.table.get(self.entry, 0)
            if self.length == 0 and v:
                self.find(data, v + 1)
            self.table[self.entry] = at - 1
        if at >= self.least:
            key = int.from_bytes(data[at - self.least:], "big")
            self.entry = (key * 0x9E3779B97F4A7C15 & U64) >> 64 - self.log2
        self.predicted = data[self.pointer] if self.length > 0 else None

    def find(self, data, pointer):
        at, length = len(data), 0
        while length < MOST_MATCH and length < pointer and data[pointer - 1 - length] == data[at - 1 - length]:
            length += 1
        self.pointer, self.length = pointer, length if length > self.least else 0

    def opinion(self, c0, bitpos):
        self.bucket = 0
        if self.predicted is not None and (self.predicted | 256) >> 8 - bitpos != c0:
            self.predicted = None
        if self.predicted is None:
            return 0
        l = self.length
        self.bucket = l if l < 16 else 12 + l // 4 if l < 32 else 16 + l // 8 if l < 64 else \
            24 + l // 80 if l < 512 else 31
        self.expected = self.predicted >> 7 - bitpos & 1
        opinion = STRETCH[self.p[self.bucket] >> 10]
        return opinion if self.expected else -opinion

    def learn(self, bit):
        if self.bucket:
            learn(self.p, self.m, self.bucket, bit == self.expected)


class General:
    """What contexts of bytes of no known kind are made of."""

    def __init__(self):
        self.word, self.start = [0] * 4, [0] * 3
        self.gap = self.field = self.tag = self.number = self.classes = 0

    def look(self, data):
        """Takes the newest byte."""
        at, b, b2 = len(data), data[-1], data[-2] if len(data) > 1 else 0
        letter = is_letter(b)
        if letter:
            self.word[0] = mix(self.word[0] + 1, b | 0x20 if b < 0x80 else b)
        else:
            if self.word[0]:
                self.word, self.gap = [0] + self.word[:3], 0
            self.gap = mix(self.gap, b)
        if b == 0x0A:
            self.start, self.field = [at] + self.start[:2], 0
        elif b in (0x20, 0x2C, 0x09, 0x3B) and b2 != 0x20:
            self.field += 1
        if b == 0x3C:
            self.tag = 1
        elif self.tag & 1:
            self.tag = mix(self.tag, b) | 1 if letter or b == 0x2F else self.tag & ~1
        d = 0x30 if 0x30 <= b <= 0x39 else 0x61 if letter else b
        self.number = self.number * 0x2F0B4C47 + 1 + d & U32
        self.classes = (self.classes << 4 | class_of(b)) & U32

    def contexts(self, data, level):
        """[(hash, newest)] for the next byte."""
        at = len(data)
        b = [0] + [data[at - k] if k <= at else 0 for k in range(1, 14)]
        c4, c8 = (sum(b[first + k] << 8 * k for k in range(4)) for first in (1, 5))
        w, start, field, classes = self.word, self.start, self.field, self.classes
        column, len1, len2 = at + 1 - start[0], start[0] - start[1], start[1] - start[2]
        above = data[start[1] + column] if column < len1 else 0
        following = data[start[1] + column + 1] if column + 1 < len1 else 0
        second = data[start[2] + column] if column < len2 else 0
        first = data[start[0]] if start[0] < at else 0
        pair, triple = b[1] | b[2] << 8, c4 & 0xFFFFFF
        lists = {
            3: [b[1], triple, mix(c4, b[5]), mix(c4 & 0xFFFF, above)],
            4: [w[0]],
            5: [c4 & 0xFFFF],
            6: [mix(w[0], w[1]), mix(c4, c8), mix(mix(w[0], w[2]), w[1]), (c4 & 0x00FF00FF,), c4, mix(w[0], w[2]),
                mix(above, b[1]), mix(column, above)],
            7: [c4 & 0xF0F0F0F0, mix(c4 & 0xFFFF, w[1]), mix(above | following << 8, b[1]),
                mix(above | second << 8, b[1]), mix(field, w[0]), mix(field | first << 16, above | b[1] << 8),
                mix(self.number, field), mix(self.tag, w[0])],
            8: [mix(classes, field), mix(classes >> 8, pair), mix(self.tag, pair), mix(column, w[0]), mix(w[0], w[3]),
                mix(mix(w[0], w[1]), mix(w[2], w[3])), mix(c4, mix(c8, b[5] ^ b[9] << 8 ^ b[10] << 16)),
                mix(mix(c4, c8), mix(b[9] | b[10] << 8, b[11] | b[12] << 8 | b[13] << 16)), mix(triple, w[1]),
                c4 & 0xFFFFFF00, mix(w[1], w[2]), mix(w[1], b[1]), mix(self.gap, w[1]), mix(classes, b[1]),
                (c4 & 0xFFFF,)]}
        return [(x[0], False) if isinstance(x, tuple) else (x, True)
                for least, contexts in lists.items() if least <= level for x in contexts]


class Slots:
    """The table of histories. A slot is its check, 15 states, and 16 numbers D."""

    def __init__(self, size):
        self.lines, self.count = {}, size // 64

    def find(self, h, g):
        t = g * 0x85EBCA6B & U32
        place, check = (t ^ t >> 16) % self.count, (h * 0x2545F491 & U32) >> 24
        line = self.lines.get(place)
        if line is None:
            line = self.lines[place] = [[0] * 32 for _ in range(4)]
        for slot in line:
            if slot[0] == check and slot[1]:
                return slot
        slot = min(line, key=lambda slot: slot[1])
        slot[:16] = [check] + [0] * 15
        return slot


class Cm:
    def __init__(self, payload, length, level):
        self.coder, self.length, self.level = Decoder(payload), length, level
        self.groups, self.sets, self.stages, log2, self.direct, rate, self.count = LEVELS[level]
        size = 1 << 14
        while size < 32 * self.count * length and size < 1 << log2:
            size *= 2
        self.slots, self.data = Slots(size), bytearray()
        self.maps = [(FIRST[:], [0] * len(FIRST)) for _ in range(self.count + 2)]
        self.order0, self.order1 = {}, {}
        self.matches = [Match(7, length), Match(4, length)]
        self.general = General()
        self.hashes, self.newest = [0] * self.count, [False] * self.count
        inputs = 2 * self.count + 4 + (self.count if self.direct else 0)
        start = (3 << 24) // (inputs + 15 & ~15) // self.sets
        self.start = [start] * inputs
        self.weights = [{} for _ in range(self.groups * self.sets)]
        self.final = {}
        self.rate, self.goal = 2048 * rate, 256 * rate
        self.sse = [{}, {}]

    def decode(self):
        while len(self.data) < self.length:
            self.data.append(self.byte())
        return bytes(self.data)

    def hash(self, i, b):
        v = b * 0x2C1B3C6D & U32 if self.newest[i] else 0
        h = (self.hashes[i] ^ v) * 0x297A2D39 & U32
        return h ^ h >> 15

    def byte(self):
        data = self.data
        self.b1, self.b2 = data[-1] if data else 0, data[-2] if len(data) > 1 else 0
        of_byte = [(self.hash(i, self.b1), self.hash(i, self.b1 >> 1)) for i in range(self.count)]
        self.chosen = [self.slots.find(h, g) for h, g in of_byte]
        if data:
            self.general.look(data)
            contexts = self.general.contexts(data, self.level)
            self.hashes = [(x + i * 0x2545F491) * 0x9E3779B1 + i & U32 for i, (x, _) in enumerate(contexts)]
            self.newest = [newest for _, newest in contexts]
            for match in self.matches:
                match.begin(data)
        self.rate += self.goal - self.rate >> 14
        c0 = 1
        for bitpos in range(8):
            if bitpos == 4:
                self.chosen = [self.slots.find(h + c0 * 0x9E3779B1 & U32, h + (c0 >> 1) * 0x9E3779B1 & U32)
                               for h, _ in of_byte]
            c0 = 2 * c0 + self.bit(c0, bitpos)
        return c0 & 255

    def inputs(self, c0, node, bitpos):
        x, states = [], [slot[node] for slot in self.chosen]
        for (p, _), s in zip(self.maps, states):
            q = p[s] >> 10
            x += (STRETCH[q], q - 2048 >> 2)
        self.s0, self.s1 = self.order0.get(c0, 0), self.order1.get((self.b1, c0), 0)
        x += (STRETCH[self.maps[-2][0][self.s0] >> 10], STRETCH[self.maps[-1][0][self.s1] >> 10])
        x += [match.opinion(c0, bitpos) for match in self.matches]
        if self.direct:
            x += [STRETCH[slot[16 + node] >> 4] if s else 0 for slot, s in zip(self.chosen, states)]
        self.seen = sum(s > 0 for s in states)
        return x

    def choices(self, c0, bitpos):
        bucket, other = (match.bucket for match in self.matches)
        classes = self.general.classes
        return ((((1 + bucket // 2 if bucket else 0) * 8 + bitpos) * 4 + (0 if other == 0 else 1 if other <= 8 else 2)),
                c0, self.seen * 8 + bitpos, (classes & 15) * 64 + (classes >> 4 & 7) * 8 + bitpos, classes & 0xFFF,
                self.b1 * 8 + bitpos, self.b2, 256 + self.matches[0].predicted if bucket else self.b1)

    def rows(self, c0, bitpos):
        """The chosen rows of each group."""
        rows = [of_set.get(choice) or self.fresh(of_set, choice)
                for of_set, choice in zip(self.weights, self.choices(c0, bitpos))]
        return [rows[k:k + self.sets] for k in range(0, len(rows), self.sets)]

    def fresh(self, of_set, choice):
        of_set[choice] = self.start[:]
        return of_set[choice]

    def refined(self, p, z, c0):
        """p by the SSE stages, and of each the number that will learn, as (row, index)."""
        pair = self.b1 | self.b2 << 8
        keys = (self.b1 * 256 + c0, ((pair * 0x9E3779B1 & U32) >> 8 ^ c0 * 0x85EB) & 65535)
        j, f = z + 2048 >> 7, z + 2048 & 127
        nearest, q = [], p
        for stage in range(self.stages):
            row = self.sse[stage].get(keys[stage])
            if row is None:
                row = self.sse[stage][keys[stage]] = SSE_ROW[:]
            r = row[j] * (128 - f) + row[j + 1] * f >> 1
            q = p + r + 2 * q >> 2 if stage else p + r >> 1
            nearest.append((row, j + (f >> 6)))
        return q, nearest

    def bit(self, c0, bitpos):
        node = c0 if bitpos < 4 else c0 & (1 << bitpos - 4) - 1 | 1 << bitpos - 4
        x, groups = self.inputs(c0, node, bitpos), self.rows(c0, bitpos)
        sums = [wrapped(sum([v * (w >> 12) >> 6 for v, w in zip(x, map(sum, zip(*rows)))])) for rows in groups]
        total = sums[0]
        if self.groups > 1:
            y = [held(total >> 6, -2047, 2047) for total in sums]
            final = self.final.setdefault(c0, [(1 << 24) // self.groups] * self.groups)
            total = wrapped(sum([v * (w >> 12) >> 6 for v, w in zip(y, final)]))
        p = squash(total)
        q, nearest = self.refined(p, held(total >> 6, -2047, 2047), c0)
        bit = self.coder.bit(held(q, 32, (1 << 22) - 32))
        for rows, total in zip(groups, sums):
            error = (bit << 22) - squash(total)
            if abs(error) > 16384:
                train(x, rows, error * (self.rate >> 8) >> 16)
        if self.groups > 1:
            train(y, [final], ((bit << 22) - p) * 40 >> 16)
        for row, j in nearest:
            row[j] += (65535 if bit else 0) - row[j] >> 6
        self.learn(c0, node, bit)
        return bit

    def learn(self, c0, node, bit):
        """Behind a bit: D, histories and their maps, matches."""
        target = 65535 if bit else 0
        if self.direct:
            for slot in self.chosen:
                s = slot[node]
                d = slot[16 + node] if s else 32768
                move = (target - d) * G[COUNT[s]]
                slot[16 + node] = d + (move // 256 if move >= 0 else -(-move // 256))
        for (p, m), slot in zip(self.maps, self.chosen):
            s = slot[node]
            if s:
                learn(p, m, s, bit)
            slot[node] = NEXT[s][bit]
        for (p, m), s in zip(self.maps[-2:], (self.s0, self.s1)):
            learn(p, m, s, bit)
        self.order0[c0], self.order1[self.b1, c0] = NEXT[self.s0][bit], NEXT[self.s1][bit]
        for match in self.matches:
            match.learn(bit)


def decode(payload, length, parameter):
    return Cm(payload, length, parameter).decode()
