"""Model 6, dct: written from doc/spec/dct.md alone (and doc/spec/blend.md, the head of doc/spec/pieces/jpeg.md)."""

from blend import STRETCH, Blend
from coder import Decoder
from container import Damaged
from tensor import held

LEVELS = {1: (2, 22, 60), 2: (3, 22, 60), 3: (4, 24, 50), 4: (6, 24, 40), 5: (8, 25, 35), 6: (10, 26, 30),
          7: (14, 27, 28), 8: (15, 27, 27), 9: (16, 28, 26)}  # contexts, T, rate
ROOM = 163880
HEAD = 11
MOST = 16383
NOWHERE = 64  # the place of what is outside of a block: always 0
E = (2896, 4323, 4893, 5508, 5793, 5422, 4243, 2336)
COSINES = (4096, 4017, 3784, 3406, 2896, 2276, 1567, 799)  # 4096 * cos(i * pi / 16)
LUMINANCE = (16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
             14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
             49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99)  # T.81 K.1
CHROMINANCE = (17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99,
               47, 66, 99, 99, 99, 99, 99, 99) + (99,) * 32  # T.81 K.2
MAPS = 15
POINTS = 22
SPEED = [131072 // (2 * m + 3) for m in range(251)]


def zigzag():
    """The places 8 * v + u in zigzag order."""
    places = [(v, u) for v in range(8) for u in range(8)]
    places.sort(key=lambda p: (p[0] + p[1], p[0] if (p[0] + p[1]) % 2 else p[1]))
    return [8 * v + u for v, u in places]


ZIGZAG = zigzag()


def near(i, v, u):
    """The place v down and u to the right of place i, NOWHERE outside of the block."""
    v, u = i // 8 + v, i % 8 + u
    return 8 * v + u if 0 <= v < 8 and 0 <= u < 8 else NOWHERE


HERE = [[near(i, *d) for d in ((0, -1), (-1, 0), (-1, -1), (-1, 1), (1, -1), (0, -2), (-2, 0))] for i in range(64)]
FRAME = [[near(i, *d) or NOWHERE for d in ((0, 1), (1, 0), (0, -1), (-1, 0))] for i in range(64)]


def zone_of(i):
    v, u = i // 8, i % 8
    return min(v, 3) if u == 0 else 4 + min(u, 3) if v == 0 else 7 + min((u + v - 2) // 2, 5)


ZONES = [zone_of(i) for i in range(64)]


def quotient(a, b):
    """a / b, towards zero; b > 0."""
    return a // b if a >= 0 else -(-a // b)


def cls_of(v):
    if v < 5:
        return v
    l = (v - 1).bit_length() - 1
    return 2 * l + (v - 1 >> l - 1 & 1) + 1


CLS = [cls_of(v) for v in range(4096)]


def cls(v):
    return CLS[v] if v < 4096 else cls_of(v)


def sgn(v, s):
    m = min(cls(abs(v) >> 1), 15)
    return 16 + m if (v < 0) == (s < 0) else 16 - m


def log(v):
    x = min(v, 8191) + 8
    l = x.bit_length() - 1
    return (l - 3) * 16 + (x * 16 >> l & 15)


def cosine(x, u):
    """4096 * c * cos((2 * x + 1) * u * pi / 16), rounded."""
    if u == 0:
        return 2896
    n = (2 * x + 1) * u % 32
    n = min(n, 32 - n)
    return COSINES[n] if n < 8 else 0 if n == 8 else -COSINES[16 - n]


BORDER = [[cosine(x, u) for u in range(8)] for x in range(8)]


def standard_table(kind, quality):
    """A quantisation table in zigzag order, 128 bytes."""
    s = 5000 // quality if quality < 50 else 200 - 2 * quality
    steps = CHROMINANCE if kind else LUMINANCE
    return b"".join(held((steps[i] * s + 50) // 100, 1, 255).to_bytes(2, "little") for i in ZIGZAG)


class Block:
    """Coefficients by place, and what neighbours want to know of them."""

    def __init__(self):
        self.level, self.size = [0] * 65, [0] * 65
        self.below, self.beside = [0] * 8, [0] * 8
        self.count = self.high = self.error = 0


OUTSIDE = Block()


class Sight:
    """What is seen around a coefficient, by the names of the specification."""


class Component:
    def __init__(self, number, sampling, width, steps):
        self.number, self.plane, self.kind = number, min(number, 2), min(number, 1)
        self.h, self.v = sampling >> 4, sampling & 15
        self.wide = width * self.h
        self.steps = [step or 1 for step in steps]
        self.by_row = [max(E[i // 8] * self.steps[i] >> 3, 1) for i in range(64)]
        self.by_column = [max(E[i % 8] * self.steps[i] >> 3, 1) for i in range(64)]
        self.rows = []  # of the row of MCUs in hand
        self.last, self.top = self.empty_row(), True  # the row of blocks before, and whether there is none

    def empty_row(self):
        """Columns from -2 on, and one behind the last."""
        return [OUTSIDE] * (self.wide + 3)


class Learner:
    """A sum of inputs with weights that learn."""

    def __init__(self, weights, rate, floor):
        self.weights, self.shift, self.floor = list(weights) + [0] * (12 - len(weights)), 16 + rate, floor

    def answer(self, inputs):
        self.x = [held(x, -8191, 8191) for x in inputs]
        self.told = held(sum([w * x for w, x in zip(self.weights, self.x)]) >> 16, -8191, 8191)
        return self.told

    def learn(self, target):
        norm = self.floor + sum([x * x for x in self.x])
        g, shift = quotient(held(target - self.told, -8191, 8191) << 32, norm), self.shift
        self.weights = [held(w + (g * x >> shift), -(1 << 19), 1 << 19) for w, x in zip(self.weights, self.x)]


class Numbers:
    """A blend, the choices for it, and the numbers that are coded by it."""

    def __init__(self, coder, blend, decisions):
        self.coder, self.blend, self.decisions = coder, blend, decisions
        self.low = {}

    def choose(self, contexts, sets, stages):
        self.blend.hash = contexts
        self.sets = [choice * self.decisions for choice in sets]
        self.stages = [choice * self.decisions for choice in stages]

    def bit(self, stage, node):
        decision = 16 * stage + node
        self.blend.select = [choice + decision for choice in self.sets]
        self.blend.refine = [choice + decision for choice in self.stages]
        return self.blend.bit(self.coder, node)

    def low_bit(self, key):
        q = self.low.get(key, 1 << 15)
        bit = self.coder.bit(64 * q + 32)
        self.low[key] = q + ((65535 if bit else 0) - q >> 6)
        return bit

    def bits(self, salt, stage, count):
        """A few bits under a node that begins with 1."""
        self.blend.open(salt)
        node = 1
        for _ in range(count):
            node = 2 * node + self.bit(stage, node)
        return node - (1 << count)

    def length(self, agrees, stage):
        nodes, length = (range(3, 10) if agrees else range(10, 16)), 1
        for node in nodes:
            if not self.bit(stage, node):
                return length
            length += 1
        while length < 15 and self.low_bit((0, length)):
            length += 1
        return length

    def number(self, sign, salt, stage, may_be_zero):
        self.blend.open(salt)
        if may_be_zero and not self.bit(stage, 1):
            return 0
        agrees = self.bit(stage, 2)
        length = self.length(agrees, stage)
        size = 1
        if length > 1:
            head = min(length - 1, 3)
            size = 1 << head | self.bits(salt + 16 * length + agrees, stage + 1, head)
            for place in range(length - 1 - head, 0, -1):
                size = 2 * size + self.low_bit((length, place))
        return size if agrees == (sign > 0) else -size


class MappedNumbers(Numbers):
    """Numbers whose blend has the opinions of maps too."""

    def __init__(self, coder, blend, decisions):
        super().__init__(coder, blend, decisions)
        self.maps = [{} for _ in range(MAPS)]
        self.places = []  # (row, place in 1/8) for each map

    def bit(self, stage, node):
        decision, opinions, asked = 16 * stage + node, [], []
        for points, (row, place) in zip(self.maps, self.places):
            key, f = row * 32 + decision, place & 7
            p = points.get(key)
            if p is None:
                p = points[key] = [1 << 21] * POINTS + [0] * POINTS
            j = place >> 3
            opinions.append(STRETCH[p[j] * (8 - f) + p[j + 1] * f >> 13])
            asked.append((p, j, f))
        self.blend.extra = opinions
        bit = super().bit(stage, node)
        target = (1 << 22) - 1 if bit else 0
        for p, j, f in asked:
            p[j] += (target - p[j]) * SPEED[p[j + POINTS]] * (8 - f) >> 19
            p[j + 1] += (target - p[j + 1]) * SPEED[p[j + 1 + POINTS]] * f >> 19
            nearest = j + POINTS + (f >> 2)
            if p[nearest] < 250:
                p[nearest] += 1
        return bit


class Dct:
    def __init__(self, coder, length, level):
        contexts, table_log2, rate = LEVELS[level]
        self.coder, self.contexts = coder, contexts
        self.room = min(length + 64, ROOM)
        self.ac = MappedNumbers(coder, Blend(length, contexts, MAPS, [16 * 32] * 4, [128 * 32, 32 * 32],
                                             table_log2, 400, rate), 32)
        self.dc = Numbers(coder, Blend(length // 8 + 1, 12, 0, [64, 16 * 64], [16 * 64], 24, 255, 120), 64)
        self.values = [[Learner((20000, 20000), 6, 4096) for _ in range(64)] for _ in range(3)]
        self.sizes = [[Learner((13000, 13000, 6000, 16000), 5, 1024) for _ in range(64)] for _ in range(3)]
        self.head_last, self.head_same = [0] * HEAD, [1 << 15] * HEAD
        self.plain_counters = {}

    def decode(self, length):
        """The next bytes of the content, which begin with an image."""
        out = bytearray()
        while len(out) < length and self.coder.raw(1):
            self.image(out, length)
        return bytes(out) + self.plain(length - len(out))

    def head(self):
        for i in range(HEAD):
            same = self.coder.bit(64 * self.head_same[i] + 32)
            self.head_same[i] += (65535 if same else 0) - self.head_same[i] >> 2
            if not same:
                self.head_last[i] = self.coder.raw(8)
        return bytes(self.head_last)

    def plain(self, count):
        out, before, counters = bytearray(), 0, self.plain_counters
        for _ in range(count):
            node = 1
            for _ in range(8):
                q = counters.get((before, node), 1 << 15)
                bit = self.coder.bit(64 * q + 32)
                counters[before, node] = q + ((65535 if bit else 0) - q >> 4)
                node = 2 * node + bit
            before = node - 256
            out.append(before)
        return bytes(out)

    def table(self):
        if not self.coder.raw(1):
            return self.plain(128)
        kind, quality = self.coder.raw(1), self.coder.raw(7) + 1
        if quality > 100:
            raise Damaged("dct: quality")
        return standard_table(kind, quality)

    def image(self, out, length):
        if length - len(out) < HEAD:
            raise Damaged("dct: no place for a head")
        head = self.head()
        out += head
        count, which, tables = head[0], head[5], head[6]
        width, height = int.from_bytes(head[7:9], "little"), int.from_bytes(head[9:11], "little")
        check_head(head, width, height)
        blocks = [(width * (s >> 4) + 2) * ((s & 15) + 1) for s in head[1:1 + count]]
        least = 128 * tables + 2 * sum(width * height * (s >> 4) * (s & 15) for s in head[1:1 + count])
        if sum(blocks) > self.room or least > length - len(out):
            raise Damaged("dct: an image too large")
        steps = []
        for _ in range(tables):
            table = self.table()
            out += table
            steps.append([0] * 64)
            for k, i in enumerate(ZIGZAG):
                steps[-1][i] = int.from_bytes(table[2 * k:2 * k + 2], "little")
        self.components = [Component(c, head[1 + c], width, steps[which >> 2 * c & 3]) for c in range(count)]
        for _ in range(height):
            for component in self.components:
                self.component_row(component, out, length)

    def component_row(self, component, out, length):
        """The blocks of a component in a row of MCUs."""
        component.rows = []
        for y in range(component.v):
            row = component.empty_row()
            component.rows.append(row)
            for x in range(component.wide):
                block = self.block(component, row, x, y)
                row[x + 2] = block
                out += coded(block.level)
                if len(out) > length:
                    raise Damaged("dct: a block too many")
            component.last, component.top = row, False

    def block(self, component, row, x, y):
        """Sets the neighbours, then decodes."""
        above = component.last
        self.component = component
        self.has_above, self.has_left = not component.top, x > 0
        self.above, self.left, self.above_left, self.above_right = above[x + 2], row[x + 1], above[x + 1], above[x + 3]
        self.left_left = row[x]
        self.first = self.before = None
        number = component.number
        if number > 0:
            other = self.components[0]
            self.first = other.rows[y * other.v // component.v][x * other.h // component.h + 2]
        if number > 1:
            other = self.components[number - 1]
            if (other.h, other.v) == (component.h, component.v):
                self.before = other.rows[y][x + 2]
        self.down = self.above.below[:]
        self.across = self.left.beside[:]
        self.now = Block()
        self.decode_count()
        self.decode_ac()
        self.decode_dc()
        self.finish()
        return self.now

    def decode_count(self):
        a, l, al, ar = self.above.count, self.left.count, self.above_left.count, self.above_right.count
        f = (self.first or self.above_right).count
        b = (self.before or self.left_left).count
        mean = (a + l + 1) // 2 if self.has_above and self.has_left else a + l
        rough_down = sum(abs(d) >> 12 for d in self.down[1:])
        rough_across = sum(abs(d) >> 12 for d in self.across[1:])
        c = self.component.number << 30
        contexts = [mean, a >> 1 << 8 | l >> 1, (al + ar) // 2 << 8 | mean >> 1, f >> 1 << 8 | mean >> 1,
                    b >> 1 << 8 | mean >> 1, self.above.high << 8 | self.left.high, l << 8 | b >> 2, a << 8 | ar >> 2,
                    rough_down.bit_length() << 8 | rough_across.bit_length() << 16 | mean >> 2, b << 8 | f,
                    (a + l + al + ar + b + f) // 3, 0]
        self.dc.choose([c | x for x in contexts], [self.component.number, mean // 4], [mean // 4])
        upper = self.dc.bits(2048, 0, 3)
        self.now.count = 8 * upper + self.dc.bits(2049 + upper, 1, 3)

    def decode_ac(self):
        now = self.now
        self.energy = self.zeros = self.size1 = self.size2 = 0
        rem, k = now.count, 1
        while rem:
            i = ZIGZAG[k]
            level = self.coefficient(i, rem, 64 - k)
            size = abs(level)
            if level:
                now.level[i], now.size[i] = level, size
                self.take_from_borders(i, level)
                rem -= 1
            self.energy += size
            self.zeros = 0 if level else self.zeros + 1
            self.size1, self.size2 = size, self.size1
            k += 1
        now.high = k

    def take_from_borders(self, i, level):
        worth = held(level * self.component.steps[i], -MOST, MOST)
        if self.has_above:
            self.down[i % 8] -= worth * E[i // 8]
        if self.has_left:
            self.across[i // 8] -= worth * E[i % 8]

    def expectations(self, i):
        """dn, ac, mid and cor."""
        v, u = i // 8, i % 8
        by_row, by_column = self.component.by_row[i], self.component.by_column[i]
        dn = quotient(self.down[u], by_row) if u > 0 and self.has_above else 0
        ac = quotient(self.across[v], by_column) if v > 0 and self.has_left else 0
        cor = 0
        if self.has_above and self.has_left:
            apart = self.across[0] - self.down[0]
            if v == 0:
                cor = held(quotient(apart, by_column), -4095, 4095)
            elif u == 0:
                cor = held(quotient(-apart, by_row), -4095, 4095)
        return dn, ac, ac if u == 0 else dn if v == 0 else quotient(dn + ac, 2), cor

    def see(self, i):
        """The sizes around coefficient i, and what the borders let expect."""
        above, left, sizes = self.above.size, self.left.size, self.now.size
        at = Sight()
        at.a, at.l, at.al, at.ar = above[i], left[i], self.above_left.size[i], self.above_right.size[i]
        at.f = self.first.size[i] if self.first else 0
        at.b = self.before.level[i] if self.before else 0
        at.n = n0, n1, n2, n3, n4, _, _ = [sizes[place] for place in HERE[i]]
        at.local, at.around = 2 * (n0 + n1) + n2 + n3 + n4, 13 * (at.a + at.l) + 3 * (at.al + at.ar)
        at.frame = sum([above[place] + left[place] for place in FRAME[i]])
        at.dn, at.ac, at.mid, at.cor = self.expectations(i)
        return at

    def value_inputs(self, i, at):
        level = self.now.level
        _, _, corner, _, _, second_left, second_above = HERE[i]
        return (2 * at.dn, 2 * at.ac, 16 * self.above.level[i], 16 * self.left.level[i], 16 * at.b,
                16 * (self.first or self.left_left).level[i], 16 * level[second_left], 16 * level[second_above],
                16 * self.above_left.level[i], 16 * self.above_right.level[i], 16 * level[corner], 2 * at.cor)

    def coefficient(self, i, rem, togo):
        """Makes contexts and choices, decodes, and lets the learners learn."""
        at, plane = self.see(i), self.component.plane
        of_value, of_size = self.values[plane][i], self.sizes[plane][i]
        value = of_value.answer(self.value_inputs(i, at))
        n0, n1, n2, n3, n4, n5, n6 = at.n
        size = max(0, of_size.answer((
            16 * at.a, 16 * at.l, 8 * (at.al + at.ar), 8 * (n0 + n1), 8 * (n2 + n3 + n4), 8 * (n5 + n6), 4 * at.frame,
            16 * at.f, 16 * abs(at.b), 64 * rem // togo, abs(value), 16)))
        of_size.told = size
        s = -1 if (value or at.mid or at.b) < 0 else 1
        self.prepare(i, rem, at, value, size, s)
        level = held(self.ac.number(s, 0, 0, rem < togo), -MOST, MOST)
        of_value.learn(16 * level)
        of_size.learn(16 * abs(level))
        return level

    def prepare(self, i, rem, at, value, size, s):
        """Contexts and choices of the blend, and the maps' places."""
        val, mean, d_class, a_class = sgn(quotient(value, 2), s), sgn(at.mid, s), sgn(at.dn, s), sgn(at.ac, s)
        cr, bf = sgn(at.cor, s), sgn(8 * at.b, s)
        aim, half = abs(value), cls(size // 2)
        fv = min((aim if aim < 64 else 64 + (aim - 64) // 8) // 2, 255)
        sz, fs = min(half, 23), min(size, 40) + half
        ar, lo = cls(at.around // 8), cls(at.local)
        rm = rem if rem < 8 else cls(rem) + 2
        kind, zone = self.component.kind, ZONES[i]
        here, there = (i | kind << 6) << 24, (i | self.component.plane << 6) << 24
        n0, n1, _, _, _, n5, n6 = at.n
        contexts = [
            sz << 8 | val << 16 | rm << 24,
            zone | val << 8 | cr << 16,
            mean << 16 | rm << 8 | lo,
            there | bf << 8 | cls(at.f),
            sz // 2 << 16 | d_class << 8 | a_class,
            here | cls(at.a) << 16 | cls(at.l) << 8 | cls(at.al),
            fv,
            here | cls(self.energy) << 8 | rem,
            here | sz << 8 | min(rem, 7) << 13,
            val << 16 | d_class << 8 | a_class,
            zone | bf << 8 | min(at.f, 15) << 16 | sz << 20 | kind << 28,
            fs,
            here | min(n5, 15) << 8 | min(n6, 15) << 12 | min(n0 + n1, 7) << 16,
            here | self.zeros << 8 | rem,
            val << 16 | ar << 8 | lo,
            here | min(self.size1, 15) << 8 | min(self.size2, 15) << 12 | rm << 16]
        self.ac.choose(contexts[:self.contexts], (zone | kind << 4, rm, val, sz), (i | kind << 6, sz))
        of_size, of_value, of_around, of_local = log(size), log(aim), log(at.around // 2), log(4 * at.local)
        self.ac.places = ((zone, of_size), (rm, of_size), (val, of_size), (zone, of_value), (sz, of_value),
                          (i, of_around), (i, of_size), (zone, of_local), (i, of_value), (cr, of_size),
                          (d_class, of_size), (a_class, of_size), (min(ar, 31), of_local), (bf, of_size),
                          (rem, of_around))

    def borders(self):
        """guess8 and spread, from the pixels at the borders to blocks that are there."""
        o = []
        for there, d in ((self.has_above, self.down), (self.has_left, self.across)):
            if there:
                o += [sum(d[u] * BORDER[x][u] for u in range(8)) >> 20 for x in range(8)]
        if not o:
            return 0, 0
        o.sort()
        n, cut, step = len(o), len(o) // 4, self.component.steps[0]
        guess8 = quotient(quotient(sum(o[cut:n - cut]), n - 2 * cut), step)
        return held(guess8, -8 * MOST, 8 * MOST), quotient(o[n - cut - 1] - o[cut], step)

    def decode_dc(self):
        now, component = self.now, self.component
        guess8, spread = self.borders()
        dn = quotient(self.down[0], component.by_row[0])
        ac = quotient(self.across[0], component.by_column[0])
        doubt, count = cls(spread // 2), now.count
        of_above, of_left = self.above.error, self.left.error
        of_first = self.first.error if self.first else 0
        other = self.before.error if self.before else of_first
        both = cls(abs(of_above)) + cls(abs(of_left))
        contexts = [doubt, doubt << 8 | both, count, sgn(dn - ac, 1) << 8 | doubt // 2,
                    sgn(4 * other, 1) << 8 | cls(abs(of_first)), sgn(4 * of_left, 1), sgn(4 * of_above, 1),
                    (guess8 & 7) << 8 | doubt,
                    sgn(8 * self.above.level[0] - guess8, 1) << 8 | sgn(8 * self.left.level[0] - guess8, 1),
                    doubt << 8 | cls(count) << 16 | both // 2,
                    sgn(dn - guess8, 1) << 8 | sgn(ac - guess8, 1), 0]
        c, choice = component.number << 30, min(doubt, 15)
        self.dc.choose([c | x for x in contexts], [component.number, choice], [choice])
        error = self.dc.number(-1 if dn < ac else 1, 1024, 2, True)
        guess = guess8 + 4 >> 3
        now.level[0] = held(guess + error, -MOST, MOST)
        now.size[0] = abs(now.level[0])
        now.error = now.level[0] - guess

    def finish(self):
        """The edges that neighbours will see."""
        now, steps = self.now, self.component.steps
        for i in range(64):
            if now.level[i]:
                v, u = i // 8, i % 8
                worth = held(now.level[i] * steps[i], -MOST, MOST)
                now.below[u] += -worth * E[v] if v & 1 else worth * E[v]
                now.beside[v] += -worth * E[u] if u & 1 else worth * E[u]


def check_head(head, width, height):
    """The rules of the head of an image."""
    count, tables = head[0], head[6]
    good = 1 <= count <= 4 and 1 <= tables <= 4 and width > 0 and height > 0
    for c in range(4):
        h, v = head[1 + c] >> 4, head[1 + c] & 15
        good = good and (1 <= h <= 4 and 1 <= v <= 4 if c < count else h == v == 0)
        good = good and head[5] >> 2 * c & 3 < (tables if c < count else 1)
    if not good:
        raise Damaged("dct: head")


def varint(v):
    out = bytearray()
    while v >= 0x80:
        out.append(v & 0x7F | 0x80)
        v >>= 7
    out.append(v)
    return out


def coded(level):
    """A block as it stands in the stream."""
    last = max((k for k in range(1, 64) if level[ZIGZAG[k]]), default=0)
    out = bytearray([last])
    for i in ZIGZAG[:last + 1]:
        v = level[i]
        out += varint(2 * v if v >= 0 else -2 * v - 1)
    return out


def decode(payload, length, parameter):
    return Dct(Decoder(payload), length, parameter).decode(length)
