"""Model 5, tensor: written from doc/spec/tensor.md alone (and the tables of doc/spec/cm.md)."""

from coder import Decoder

U32 = 0xFFFFFFFF
U64 = (1 << 64) - 1
L = 0xD6E8FEB86659FD93
PHI = 0x9E3779B97F4A7C15
LEVELS = {1: (2, 0, 0, 0, 0), 2: (2, 0, 0, 1, 0), 3: (4, 22, 0, 1, 40), 4: (6, 23, 1, 1, 40), 5: (8, 24, 1, 1, 40),
          6: (12, 26, 1, 2, 20), 7: (16, 26, 1, 2, 20), 8: (20, 27, 1, 2, 20), 9: (20, 28, 1, 2, 20)}
ELEMENTS = {1: (8, 52, 11), 2: (4, 23, 8), 3: (2, 10, 5), 4: (2, 7, 8), 5: (1, 3, 4),
            6: (1, 0, 0), 7: (2, 0, 0), 8: (4, 0, 0), 9: (8, 0, 0)}
UNITS = (0, 1, 10, 100, 1000, 10**4, 10**5, 10**6, 255, 256, 65535, 65536)


def mix(a, b):
    h = (a & U32) * 0x9E3779B1 & U32 ^ (((b & U32) + 0x7F4A7C15) * 0x85EBCA6B & U32)
    return h ^ h >> 15


def fold(v):
    return (v ^ v >> 32) & U32


def towards_zero(a, b):
    return a // b if a >= 0 else -(-a // b)


def held(x, low, high):
    return low if x < low else high if x > high else x


class Counter:
    def __init__(self, p=1 << 21):
        self.p = p
        self.m = 0

    def learn(self, bit, limit=1023):
        error = bit * ((1 << 22) - 1) - self.p
        self.p += error * (131072 // (2 * self.m + 3)) >> 16
        self.m = min(self.m + 1, 1023, limit)


class Logistic:
    def __init__(self):
        self.s = [0] * 1537
        t = 1 << 32
        for i in range(769):
            p = (1 << 54) // ((1 << 32) + t)
            self.s[768 + i] = p
            self.s[768 - i] = (1 << 22) - p
            t = t * 4228380000 >> 32
        self.stretch = []
        x = -2047
        for p in range(4096):
            while x < 2047 and self.squash(64 * x) < 1024 * p + 512:
                x += 1
            self.stretch.append(x)

    def squash(self, x):
        a = held(x, -196608, 196607) + 196608
        low, high = self.s[a >> 8], self.s[(a >> 8) + 1]
        return low + ((high - low) * (a & 255) >> 8)


class Symbol:
    def __init__(self, klass=0, sign=0, low=0, depth=0):
        self.klass, self.sign, self.low, self.depth = klass, sign, low, depth


class Fast:
    """Levels 1 and 2."""

    def __init__(self, t):
        self.t = t
        self.lines = {}

    def open(self, salt, deep):
        self.line = []
        for i in range(2):
            h = 0 if deep else self.t.hash[i]
            n = ((h + salt * 0x9E3779B1 + i * 0x2545F491 & U32) * 0x85EBCA6B & U32) >> 19
            self.line.append(self.lines.setdefault(n, [1 << 15] * 16))

    def bit(self, stage, node, answers):
        one, two = self.line
        bit = self.t.coder.bit(held(32 * (one[node] + two[node]), 1024, (1 << 22) - 1024))
        for line, rate in ((one, 5), (two, 6)):
            a = line[node]
            line[node] = a + (65535 - a >> rate) if bit else a - (a >> rate)
        return bit


class Blend:
    """Levels 3 to 9."""

    def __init__(self, t, length):
        self.t = t
        self.count, log2, self.sse, _, rate = LEVELS[t.level]
        size = 1 << 14
        while size < length * self.count * 64 and size < 1 << log2:
            size *= 2
        self.mask = size // 64 - 1
        self.lines = {}
        self.logistic = Logistic()
        self.weights = [{}, {}, {}]
        self.start = (1 << 25) // (self.count + 4) // 3
        self.rate, self.goal = 2048 * rate, 256 * rate
        self.rows = {}

    def open(self, salt, deep):
        self.line = []
        for i in range(self.count):
            h = (self.t.hash[i] + salt * 0x9E3779B1 + i * 0x2545F491 & U32) * 0x85EBCA6B & U32
            h = (h ^ h >> 15) * 0x2C1B3C6D & U32
            place, check = (h ^ h >> 16) & self.mask, h | 1
            chosen = None
            for at in (place, place ^ 1):
                if at in self.lines and self.lines[at][0] == check:
                    chosen = at
                    break
            if chosen is None:
                m = [self.lines[at][1].m if at in self.lines else 0 for at in (place, place ^ 1)]
                chosen = place ^ 1 if m[1] < m[0] else place
                self.lines[chosen] = [check] + [Counter() for _ in range(15)]
            self.line.append(chosen)

    def bit(self, stage, node, answers):
        t, x = self.t, []
        counters = [self.lines[at][node] for at in self.line]
        for c in counters:
            x += [self.logistic.stretch[c.p >> 10], ((c.p >> 10) - 2048) * (256 * c.m // (c.m + 8)) >> 8] if c.m else [0, 0]
        live = [k for k in range(4) if t.recall.live >> k & 1]
        maps = {k: t.recall.map[stage][k][t.recall.klass(k)] for k in live}
        for k in range(4):
            opinion = self.logistic.stretch[maps[k].p >> 10] if k in maps else 0
            x.append(opinion if answers >> k & 1 else -opinion)
        x.append(256)
        mask = t.recall.live & 15
        first = t.recall.klass(live[0]) if live else 0
        z = t.scene.spread >> 2
        if t.factors.begun and stage == 2:
            z = t.factors.estimate >> 9
        rows = (stage * 16 + node, (mask * 16 + first) * 4 + stage,
                (t.way == 2) * 1024 + (z % 32 * 16 + node) * 2 + (stage == 0))
        w = [self.weights[i].setdefault(row, [self.start] * len(x)) for i, row in enumerate(rows)]
        total = sum(v * (sum(row[i] for row in w) >> 12) >> 6 for i, v in enumerate(x)) & U32
        total -= (total >> 31) << 32
        p = q = self.logistic.squash(total)
        if self.sse:
            row = self.rows.get((stage * 16 + node) * 16 + mask)
            if row is None:
                row = [self.logistic.squash((j - 16) * 8192) >> 6 for j in range(33)]
                self.rows[(stage * 16 + node) * 16 + mask] = row
            a = held(total >> 6, -2047, 2047) + 2048
            j, f = a >> 7, a & 127
            q = p + (row[j] * (128 - f) + row[j + 1] * f >> 1) >> 1
        bit = t.coder.bit(held(q, 32, (1 << 22) - 32))
        self.rate += self.goal - self.rate >> 16
        error = (bit << 22) - p
        if abs(error) > 4096:
            step = held(error * (self.rate >> 8) >> 16, -524287, 524287)
            for row in w:
                for i, v in enumerate(x):
                    row[i] = held(row[i] + (v * step + 64 >> 7), 1 - (1 << 27), (1 << 27) - 1)
        if self.sse:
            e = self.rows[(stage * 16 + node) * 16 + mask]
            e[j + (f >> 6)] += (65535 if bit else 0) - e[j + (f >> 6)] >> 6
        for at in self.line:
            self.lines[at][node].learn(bit)
        for k in live:
            maps[k].learn(int((answers >> k & 1) == bit))
        return bit


class Recall:
    def __init__(self, t, length):
        self.t = t
        self.w = 10
        while self.w < (16 if t.level < 3 else 20) and 1 << self.w < length // 2:
            self.w += 1
        start = [Counter((1 << 22) - (1 << 22) // (r + 2)).p for r in range(16)]
        self.map = [[[Counter(p) for p in start] for _ in range(4)] for _ in range(4)]
        self.hit = [[Counter(p) for p in start] for _ in range(6)]
        self.rest_counters = [[Counter(), Counter()] for _ in range(64)]
        self.follow, self.tables = {}, [{} for _ in range(6)]
        self.sure = Counter((1 << 22) - (1 << 15))

    def klass(self, k):
        return min(self.run[k], 15)

    def open(self, before):
        self.pointer, self.run = [0, 0, 0, before, 0, 0], [0] * 6
        self.slot, self.asked, self.symbol = [None] * 6, None, [Symbol() for _ in range(6)]
        self.live = 0

    def judge(self, k, right):
        self.run[k] = min(self.run[k] + 1, 255) if right else self.klass(k) >> 2

    def place(self, key):
        return (key * PHI & U64) >> 64 - self.w

    def find(self, at):
        t, width = self.t, self.t.width
        index = (at - t.base) // width
        need = 2 if width >= 4 else 8 // width
        if self.asked:
            check, offset = self.follow.get(self.asked[0], (0, 0))
            p = offset + width
            if self.pointer[0] == 0 and offset > 0 and check == self.asked[1]:
                n = 0
                while n < 15 * width and n < p and t.data[p - 1 - n] == t.data[at - 1 - n]:
                    n += 1
                if n // width > need:
                    self.pointer[0], self.run[0] = p, n // width
            self.follow[self.asked[0]] = (self.asked[1], at - width)
        if index >= need:
            key = 0
            for i in range(1, need + 1):
                key = (key ^ t.load(at - i * width)) * L & U64
            key = (key ^ key >> 32) * PHI & U64
            self.asked = (key >> 64 - self.w, key & U32)
        if t.recall_on:
            self.find_more(at, index, width)
        self.live = sum(1 << k for k in range(4) if self.pointer[k])
        for k in range(4):
            if self.pointer[k]:
                self.symbol[k] = t.symbol_of(t.load(self.pointer[k]))

    def find_more(self, at, index, width):
        t = self.t
        self.slot[1] = self.slot[2] = None
        if index >= 2:
            x, y = t.size(t.load(at - width)), t.size(t.load(at - 2 * width))
            self.slot[1] = self.place((x + y) * L & U64 ^ (x ^ y))
            p = self.tables[1].get(self.slot[1], 0)
            if self.pointer[1] == 0 and p >= t.base + 2 * width and t.size(t.load(p)) == y \
                    and t.size(t.load(p - width)) == x:
                self.pointer[1] = p - 2 * width
        self.pointer[2] = 0
        if index > 0:
            x = t.size(t.load(at - width))
            self.slot[2] = self.place(x * L & U64 ^ index % t.columns)
            p = self.tables[2].get(self.slot[2], 0)
            if p >= t.base + width and t.size(t.load(p - width)) == x:
                self.pointer[2] = p

    def learn(self, at, v):
        t, width = self.t, self.t.width
        p = self.pointer[0]
        if p:
            right = t.load(p) == v
            self.judge(0, right)
            self.pointer[0] = p + width if right else 0
        if self.pointer[3]:
            self.judge(3, t.load(self.pointer[3]) == v)
            self.pointer[3] += width
        if not t.recall_on:
            return
        p = self.pointer[1]
        if p:
            right = t.size(t.load(p)) == t.size(v)
            self.judge(1, right)
            self.pointer[1] = p - width if right and p >= t.base + width else 0
        if self.slot[1] is not None:
            self.tables[1][self.slot[1]] = at - width
        if self.pointer[2]:
            self.judge(2, t.size(t.load(self.pointer[2])) == t.size(v))
        if self.slot[2] is not None:
            self.tables[2][self.slot[2]] = at

    def late(self, at, s, rest):
        t = self.t
        column = (at - t.base) // t.width % t.columns
        known = (s.klass << 52) & U64 ^ s.low >> rest
        for k in (4, 5):
            key = (known * L & U64) + (column + 1 if k == 4 else 0) & U64
            slot = self.place(key ^ key >> 29)
            p = self.tables[k].get(slot, 0)
            self.tables[k][slot] = at
            if p >= t.base and p > 0:
                self.symbol[k] = t.symbol_of(t.load(p))
                if self.symbol[k].klass == s.klass and self.symbol[k].low >> rest == s.low >> rest:
                    self.live |= 1 << k

    def rest(self, s, rest, plain):
        t, mask, refused = self.t, (1 << rest) - 1, set()
        for k in range(6):
            tail = self.symbol[k].low & mask
            if not self.live >> k & 1 or tail in refused:
                continue
            right = t.flag(self.hit[k][self.klass(k)], 250)
            if k >= 4:
                self.judge(k, right)
            if right:
                s.low |= tail
                return
            refused.add(tail)
        told = 0
        for i in range(rest - 1, -1, -1):
            told = told << 1 | (t.coder.raw(1) if plain else t.flag(self.rest_counters[i][told != 0]))
        s.low |= told


class Guesses:
    def __init__(self, t, filters):
        self.t, self.filters = t, filters
        self.cost = [0] * (6 + filters)
        self.weights = [[0] * 20, [0] * 36]
        self.peak = 0
        self.best, self.guess = 0, [0] * 8

    def x(self, back, other):
        t = self.t
        return other if back == 0 or back > self.index else t.o(t.load(t.base + (self.index - back) * t.width))

    def scaled(self, d):
        return held(towards_zero(self.t.signed(d), 1 << self.scale), 1 - (1 << 20), (1 << 20) - 1)

    def make(self, at):
        t = self.t
        self.index = (at - t.base) // t.width
        step, columns = t.step, t.columns
        w = self.west = self.x(step, 0)
        n = self.x(columns, w)
        before = t.recall.pointer[3]
        g = [t.turn, w, n, 2 * w - self.x(2 * step, w), w + n - self.x(columns + step, n),
             t.o(t.load(before)) if before else w]
        if self.filters:
            self.scale = max((self.peak >> 8) - 20, 0)
            self.inputs = [n - w, self.x(columns + step, n) - n,
                           self.x(columns - step if columns > step else 0, n) - n, self.x(2 * columns, n) - n]
            y = w
            for i in range(32 if self.filters > 1 else 16):
                z = self.x((i + 2) * step, y)
                self.inputs.append(y - z)
                y = z
            self.inputs = [self.scaled(d) for d in self.inputs]
        self.sums = []
        for k in range(self.filters):
            total = sum(a * b for a, b in zip(self.weights[k], self.inputs))
            self.sums.append(total)
            g.append(w + ((total + (1 << 15) >> 16) << self.scale))
        self.guess = [v & t.mask for v in g] + [0, 0]
        self.best = 0
        for k in range(1, 6 + self.filters):
            if self.cost[k] + (0 if self.best else 128) < self.cost[self.best]:
                self.best = k

    def learn(self, v):
        t, o = self.t, self.t.o(v)
        for k in range(6 + self.filters):
            d = abs(t.signed(o - self.guess[k])).bit_length() * 256
            self.cost[k] += d // 16 - self.cost[k] // 16
        if not self.filters:
            return
        target = self.scaled(o - self.west)
        for k in range(self.filters):
            w, slow = self.weights[k], (5, 8)[k]
            e = held(target - (self.sums[k] >> 16), -(1 << 21), 1 << 21)
            inputs = self.inputs[:len(w)]
            gain = towards_zero(e << 30, 1 + sum(i * i for i in inputs))
            for i, v in enumerate(inputs):
                w[i] = held(w[i] + (gain * v >> 14 + slow), -(1 << 20), 1 << 20)
        d = abs(t.signed(o - self.west)).bit_length() * 256
        self.peak = d if d > self.peak else self.peak - (self.peak - d) // 256


def approach(m, x, k, s):
    return m + towards_zero(x - m, min(k, s) + 2)


class Scene:
    def __init__(self, t):
        self.t = t
        self.column = self.row = self.spread = 0
        self.centre = (1 << t.k - 1) - 5 if t.way == 1 else 4
        self.drift = self.centre << 12
        self.all = self.rowsize = self.centre << 16
        self.rowsign = 1 << 15
        self.klass, self.sign = [0, 0, 0], [0, 0, 0]
        self.columns = {}

    def of(self, column):
        """[size, class, lean] of a column."""
        return self.columns.setdefault(column % 65536, [0, 0, 1 << 15])

    def look(self, at):
        t = self.t
        index = (at - t.base) // t.width

        def v(back):
            return t.load(at - back * t.width) if 0 < back <= index else 0
        self.w = [v(t.step), v(2 * t.step), v(3 * t.step)]
        self.n = [v(t.columns), v(2 * t.columns)]
        self.nw = v(t.columns + t.step)
        self.ne = v(t.columns - t.step if t.columns > t.step else 0)
        c = self.of(self.column)
        if self.row == 0:
            c[0] = self.all
        self.spread = (self.rowsize + c[0] - self.all & U32) >> 12

    def learn(self, s):
        c = self.of(self.column)
        b = s.low >> s.depth - 4 if s.depth >= 4 else s.low << 4 - s.depth
        z = max(16 * s.klass + b, (self.all >> 12) - 40)
        late = 1000 if self.row > 0 else self.column
        c[0] = approach(c[0], z << 12, self.row, 60)
        self.rowsize = approach(self.rowsize, z << 12, self.column, 30)
        self.all = approach(self.all, z << 12, late, 500)
        self.drift = approach(self.drift, s.klass << 12, late, 40)
        if abs(self.drift - (self.centre << 12)) > 6144:
            self.centre = self.drift + 2048 >> 12
        c[1] = s.klass
        c[2] = approach(c[2], 65535 if s.sign else 0, self.row + 2, 60)
        self.rowsign = approach(self.rowsign, 65535 if s.sign else 0, self.column + 2, 250)
        self.klass = [s.klass] + self.klass[:2]
        self.sign = [s.sign] + self.sign[:2]
        self.go_on()

    def go_on(self):
        self.column += 1
        if self.column == self.t.columns:
            self.column = 0
            self.row += 1
            self.rowsize = self.all
            self.rowsign = 1 << 15


class Factors:
    def __init__(self):
        self.begun = False
        self.estimate = 0

    def begin(self, columns, centre):
        h, self.u = 1, []
        for _ in range(columns):
            u = []
            for _ in range(16):
                h = h * 0x9E3779B1 + 0x7F4A7C15 & U32
                u.append((h >> 17) - (1 << 14))
            self.u.append(u)
        self.power, self.centre, self.begun = 1365, centre, True

    def make(self, column):
        if column == 0:
            self.a = [0] * 16
        u = self.u[column]
        self.here = sum(v * v for v in u) >> 20
        self.estimate = held(sum(a * v for a, v in zip(self.a, u)) >> 20, -16384, 16384)

    def learn(self, s, column):
        u = self.u[column]
        m = 4096 + (s.low >> s.depth - 12 if s.depth >= 12 else s.low << 12 - s.depth)
        up = s.klass - self.centre
        m = 32768 if up >= 3 else m << up if up >= 0 else m >> -up if up > -14 else 0
        e = held((-m if s.sign else m) - self.estimate, -12288, 12288)
        square = sum(a * a for a in self.a) >> 20
        gain_a = towards_zero(e << 24, self.here + self.power * (3 + min(column, 4000) // 10) + 1)
        gain_u = towards_zero(e << 24, 40960 + square)
        for k in range(16):
            a = self.a[k]
            self.a[k] = held(a + (gain_a * u[k] >> 24), -524288, 524288)
            u[k] = held(u[k] + (gain_u * a >> 24), -524288, 524288)
        self.power += self.here - self.power >> 6


class Tensor:
    def __init__(self, payload, length, level):
        self.coder = Decoder(payload)
        self.length, self.level = length, level
        self.data = bytearray()
        self.heads, self.shapes = {}, []
        self.exact = [Counter((1 << 22) - (1 << 14)) for _ in range(16)]
        self.again, self.odd = Counter(), 0
        self.recall = Recall(self, length)
        self.engine = Fast(self) if level < 3 else Blend(self, length)
        self.hash = []

    def flag(self, counter, limit=1023):
        bit = self.coder.bit(held(counter.p, 256, (1 << 22) - 256))
        counter.learn(bit, limit)
        return bit

    def code_head(self, which, length):
        last, s = self.heads.setdefault(which, ([0] * length, [1 << 15] * length))
        for i in range(length):
            bit = self.coder.bit(64 * s[i] + 32)
            s[i] += (65535 if bit else 0) - s[i] >> 2
            if not bit:
                last[i] = self.coder.raw(8)
        return bytes(last)

    def decode(self):
        while self.length - len(self.data) >= 14:
            head = self.code_head("head", 14)
            self.data += head
            columns, count = int.from_bytes(head[2:6], "little"), int.from_bytes(head[6:], "little")
            if head[0] not in ELEMENTS or head[1] > 1 or columns == 0 or \
                    count > (self.length - len(self.data)) // ELEMENTS[head[0]][0]:
                break
            self.element, self.big = head[0], head[1]
            self.columns, self.count = min(columns, max(count, 1)), count
            self.array()
        counters, last = {}, 0
        while len(self.data) < self.length:
            node = 1
            for _ in range(8):
                node = node << 1 | self.flag(counters.setdefault((last, node), Counter()), 60)
            last = node & 255
            self.data.append(last)
        return bytes(self.data)

    def array(self):
        self.width, self.m, self.k = ELEMENTS[self.element]
        self.bits = 8 * self.width
        self.mask, self.base = (1 << self.bits) - 1, len(self.data)
        shape = (self.element, self.big, self.columns, self.count)
        before = next((base for other, base in reversed(self.shapes[-16:]) if other == shape), 0)
        self.shapes.append((shape, self.base))
        plan = self.code_head("plan", 3)
        self.way = plan[0] & 3 if plan[0] & 3 < 3 else 0
        if self.way == 1 and self.m == 0:
            self.way = 2
        self.recall_on, self.plain, turned = plan[0] >> 2 & 1, plan[0] >> 3 & 1, plan[0] >> 4 & 1
        patterns = plan[0] >> 5 & (self.way == 1 and self.columns <= 65536)
        self.deep, unit, self.step = plan[1] & 15, plan[1] >> 4, plan[2] or 1
        self.unit = UNITS[unit] if self.way == 2 and self.element in (1, 2) and unit < 12 else 0
        self.turn = turned << self.bits - 1
        self.recall.open(before)
        self.scene, self.factors = Scene(self), Factors()
        self.guesses = Guesses(self, LEVELS[self.level][3])
        self.past = 0
        for _ in range(self.count):
            at = len(self.data)
            v = self.one(at, patterns)
            self.data += v.to_bytes(self.width, "big" if self.big else "little")
            if self.way == 2:
                self.guesses.learn(v)
            self.recall.learn(at, v)

    def load(self, at):
        return int.from_bytes(self.data[at:at + self.width], "big" if self.big else "little")

    def signed(self, v):
        v &= self.mask
        return v - (1 << self.bits) if v >> self.bits - 1 else v

    def size(self, v):
        return v & self.mask >> 1 if self.m else abs(self.signed(v))

    def o(self, v):
        if self.unit:
            return self.unit_count(v) & self.mask ^ self.turn
        top = 1 << self.bits - 1
        return (v ^ (top - 1) if self.m and v & top else v) ^ self.turn

    def from_o(self, o):
        o = (o ^ self.turn) & self.mask
        if self.unit:
            return self.unit_float(self.signed(o))
        top = 1 << self.bits - 1
        return o ^ (top - 1) if self.m and o & top else o

    def unit_count(self, v):
        e, m = v >> self.m & (1 << self.k) - 1, (v & (1 << self.m) - 1) + (1 << self.m)
        s = (1023 if self.m == 52 else 127) + self.m - e
        if self.m == 23:
            m, s = m << 29, s + 29
        if e == 0 or s <= 16 or s > 76:
            return 0
        q, s = (m >> 16) * self.unit + ((m & 65535) * self.unit >> 16), s - 16
        k = q + (1 << s - 1) >> s
        return -k if v >> self.bits - 1 else k

    def unit_float(self, k):
        """By exact comparison, not the way our encoder goes."""
        if k == 0:
            return 0
        size, e = abs(k), abs(k).bit_length() - self.unit.bit_length()
        while size < self.unit << e if e >= 0 else size << -e < self.unit:
            e -= 1
        while size >= self.unit << e + 1 if e >= -1 else size << -e - 1 >= self.unit:
            e += 1
        top, bottom = size << max(self.m - e, 0), self.unit << max(e - self.m, 0)
        m, r = divmod(top, bottom)
        m += 2 * r > bottom or (2 * r == bottom and m & 1)
        bias = 1023 if self.m == 52 else 127
        return (k < 0) << self.bits - 1 | (e + bias - 1 << self.m) + m

    def symbol_of(self, v):
        if self.way == 0:
            return Symbol(low=v, depth=self.bits)
        if self.way == 1:
            return Symbol(v >> self.m & (1 << self.k) - 1, v >> self.bits - 1, v & (1 << self.m) - 1, self.m)
        r = self.signed(self.o(v) - self.guesses.guess[self.guesses.best])
        c = abs(r).bit_length()
        return Symbol(c, int(r < 0), abs(r) - (1 << c - 1) if c else 0, max(c - 1, 0))

    def value_of(self, s):
        if self.way == 1:
            return s.sign << self.bits - 1 | s.klass << self.m | s.low
        r = (1 << s.klass - 1) + s.low if s.klass else 0
        return self.from_o(self.guesses.guess[self.guesses.best] + (-r if s.sign else r) & self.mask)

    def one(self, at, patterns):
        if self.way == 2:
            self.guesses.make(at)
        self.recall.find(at)
        r = self.recall
        if r.live & 1 and r.run[0] >= 32:
            if self.flag(r.sure):
                self.scene.go_on()
                return self.load(r.pointer[0])
            r.live &= ~1
        if self.way == 0:
            s = Symbol(depth=self.bits)
            r.rest(s, self.bits, True)
            return s.low
        if self.unit:
            exact = self.flag(self.exact[self.past & 15])
            self.past = 2 * self.past + exact
            if not exact:
                if not self.flag(self.again):
                    self.odd = self.coder.raw(self.bits)
                self.scene.go_on()
                return self.odd
        self.scene.look(at)
        column = self.scene.column
        if patterns and self.scene.row == 1 and column == 0:
            self.factors.begin(self.columns, self.scene.centre)
        if self.factors.begun:
            self.factors.make(column)
        s = Symbol()
        self.hash = self.contexts(self.float_class if self.way == 1 else self.number_class)
        self.code_class(s)
        if self.way == 1 or s.klass > 0:
            self.hash = self.contexts(self.float_low if self.way == 1 else self.number_low)
            self.code_low(s, at)
        if self.factors.begun:
            self.factors.learn(s, column)
        self.scene.learn(s)
        return self.value_of(s)

    def ask(self, stage, node, answer):
        answers = sum(int(answer(self.recall.symbol[k])) << k for k in range(4))
        bit = self.engine.bit(stage, node, answers)
        self.recall.live &= answers if bit else ~answers
        return bit

    def code_class(self, s):
        c = self.scene.centre
        self.engine.open(mix(256 * self.way, c), False)
        s.klass = None
        if self.ask(0, 1, lambda y: y.klass > c):
            c += 1
            for k in range(7):
                if not self.ask(0, 2 + k, lambda y: y.klass > c):
                    s.klass = c
                    break
                c += 1
        else:
            for k in range(7):
                if c == 0 or not self.ask(0, 9 + k, lambda y: y.klass < c):
                    s.klass = c
                    break
                c -= 1
        left = self.k if self.way == 1 else 7
        if s.klass is None:
            told = 1
            while left > 0:
                n, node = min(left, 4), 1
                self.engine.open(mix(1 + 256 * self.way, told), False)
                for _ in range(n):
                    left -= 1
                    bit = self.ask(1, node, lambda y: y.klass >> left & 1)
                    node, told = 2 * node + bit, 2 * told + bit
            s.klass = told - (1 << told.bit_length() - 1)
        s.klass = min(s.klass, (1 << self.k) - 1 if self.way == 1 else self.bits)
        s.depth = self.m if self.way == 1 else max(s.klass - 1, 0)

    def tree(self, s, stage, node, place, n):
        for _ in range(n):
            place -= 1
            bit = self.ask(stage, node, lambda y: y.low >> place & 1)
            s.low |= bit << place
            node = 2 * node + bit

    def code_low(self, s, at):
        salt = mix(s.klass, 2 + 256 * self.way)
        self.engine.open(salt, False)
        live = self.recall.live
        s.sign = self.ask(2, 1, lambda y: y.sign)
        if self.way == 1:
            self.recall.live = live
        head = min(3, s.depth)
        rest = s.depth - head
        self.tree(s, 2, 2 + s.sign, s.depth, head)
        if self.way == 2:
            salt = salt + s.sign & U32
        for i in range(self.deep):
            if rest == 0:
                break
            n = min(4, rest)
            self.engine.open(mix(salt + i, fold(s.low >> rest)), True)
            self.tree(s, 3, 1, rest, n)
            rest -= n
        if rest:
            if self.way == 1 and self.recall_on:
                self.recall.late(at, s, rest)
            self.recall.rest(s, rest, self.plain)

    def contexts(self, make):
        return [mix(x, i) for i, x in enumerate(make()[:LEVELS[self.level][0]])]

    def parts(self):
        s = self.scene
        return (s.w, s.n, s.nw, s.ne, s.rowsize >> 12, s.of(s.column)[0] >> 12, s.spread >> 1, s.column & U32,
                self.recall.symbol[3] if self.recall.pointer[3] else None)

    def kind(self, v):
        return v >> self.m & (1 << self.k) - 1

    def top(self, v):
        return v >> self.bits - 1

    def brief(self, v):
        return v >> self.m - 3 & U32

    def float_class(self):
        w, n, nw, ne, row, size, a, j, p = self.parts()
        k, z, f, s, e = self.kind, lambda v: fold(v & self.mask >> 1), fold, self.scene, self.factors
        more = [mix(abs(e.estimate) >> 8, s.spread >> 3), abs(e.estimate) >> 7] if e.begun else []
        return [a, mix(k(w[0]), k(n[0]))] + more + [
            mix(row >> 2, size >> 2), j,
            mix(p.klass, p.low >> p.depth - 3) if p else mix(k(w[0]), k(w[1])), mix(size >> 1, k(n[0])),
            mix(z(w[0]), j), mix(mix(k(w[0]), k(w[1])), k(w[2])), mix(row >> 1, k(w[0])),
            mix(mix(k(nw), k(ne)), k(n[0])), z(w[0]), z(n[0]), mix(a, mix(k(w[0]), k(n[0]))), mix(f(w[0]), f(w[1])),
            mix(j, k(w[0])), mix(k(n[0]), k(n[1])), s.row, mix(k(w[1]), k(w[2])), s.all >> 13, 0]

    def float_low(self):
        w, n, nw, ne, row, size, a, j, p = self.parts()
        k, g, t, f, s, e = self.kind, self.top, self.brief, fold, self.scene, self.factors
        z = fold(w[0] & self.mask >> 1)
        more = [e.estimate >> 8, mix(e.estimate >> 9, s.spread >> 2)] if e.begun else []
        return [a, s.rowsign >> 11] + more + [
            mix(s.rowsign >> 12, s.of(s.column)[2] >> 12), g(w[0]) + 2 * g(n[0]) + 4 * g(w[1]) + 8 * g(nw), j,
            mix(p.klass, p.low >> p.depth - 3 | p.sign << 8) if p else k(w[0]), t(w[0]), mix(z, j), t(n[0]),
            f(w[0]), f(n[0]), mix(row >> 2, size >> 2), mix(2 * k(w[0]) + g(w[0]), 2 * k(n[0]) + g(n[0])), s.row,
            mix(f(w[0]), f(w[1])), mix(g(n[0]) + 2 * g(n[1]), j), mix(f(w[0]), j), mix(f(n[0]), j),
            mix(t(w[0]), t(w[1])), mix(t(w[0]), t(n[0])), mix(f(w[1]), f(w[2]))]

    def far(self):
        g, far = self.guesses, [0] * 8
        for k in range(1, 6 + g.filters):
            d = self.signed(g.guess[k] - g.guess[g.best])
            far[k] = 64 + (-abs(d).bit_length() if d < 0 else abs(d).bit_length())
        return far, g.best, fold(g.guess[g.best])

    def number_class(self):
        w, n, nw, ne, row, size, a, j, p = self.parts()
        f, s, (F, b, G), c = fold, self.scene, self.far(), self.scene.klass
        mine, east = s.of(s.column)[1], s.of(s.column + 1)[1]
        late = 2 * c[0] + c[1] + mine + east
        return [mix(late, b), mix(F[1] << 8 | F[2], F[6] << 8 | b), mix(f(w[0]), f(n[0])), a,
                mix(c[0] << 8 | c[1], c[2] << 8 | b), mix(f(w[0]), f(w[1])), mix(F[3] << 8 | F[4], c[0] << 8 | b),
                mix(c[0] << 8 | mine, east << 8 | b), mix(j, b), mix(G, b), mix(F[6] << 8 | F[7], late), f(n[0]),
                f(w[0]), mix(mix(f(w[0]), f(w[1])), f(w[2])), mix(mix(f(w[0]), f(n[0])), f(nw)),
                mix(s.rowsize >> 14, s.of(s.column)[0] >> 14), mix(mix(f(n[0]), f(ne)), f(w[0])), mix(F[5], b),
                mix(f(n[0]), j), mix(F[1] << 8 | F[3], F[6] << 16 | F[7] << 8 | b)]

    def number_low(self):
        w, n, nw, ne, row, size, a, j, p = self.parts()
        f, s, (F, b, G), c = fold, self.scene, self.far(), self.scene.klass
        signs = s.sign[0] + 2 * s.sign[1]
        return [mix(b, 0), mix(F[1] << 8 | F[2], F[6] << 8 | b), mix(f(w[0]), f(n[0])), mix(signs, b), mix(G, b),
                mix(f(w[0]), f(w[1])), mix(F[3] << 8 | F[4], b), mix(j, b), mix(F[6] << 8 | F[7], b),
                mix(c[0] << 8 | c[1], signs << 8 | b), f(self.guesses.guess[6]), f(n[0]), f(w[0]),
                mix(mix(f(w[0]), f(w[1])), f(w[2])), mix(mix(f(w[0]), f(n[0])), f(nw)),
                mix(F[1] << 8 | F[7], signs << 8 | b), mix(mix(f(n[0]), f(ne)), f(w[0])), mix(F[5], b),
                mix(f(n[0]), j), a]


def decode(payload, length, parameter):
    return Tensor(payload, length, parameter).decode()
