"""Model 4, audio: written from doc/spec/audio.md alone (and the tables of doc/spec/cm.md)."""

from audio_predictors import Group, held, log2, sizes_of_groups, weight_of_groups
from coder import Decoder
from container import Damaged
from tensor import Counter, Logistic

OPINIONS = {1: 2, 2: 2, 3: 6, 4: 9, 5: 12, 6: 15, 7: 15, 8: 15, 9: 15}
WIDTHS = {1: (16, 16), 2: (25, 25), 3: (25, 32)}  # of a form, and the bits of its bounds
MEAN_SHIFTS = (1, 2, 4, 5, 7, 9)
WEIGHT_MOST = (1 << 27) - 1
GAINS = [131072 // (2 * m + 3) for m in range(1024)]


def level_of(v):
    """The level of a q8 magnitude."""
    v |= 8
    k = v.bit_length() - 1
    return 8 * k + (v >> k - 3 & 7)


def bucket_of(m):
    k = m.bit_length() - 1
    return m if m < 4 else 4 * (k - 1) + (m >> k - 2 & 3)


def start_of(b):
    return b if b < 4 else (4 + (b & 3)) << b // 4 - 1


STARTS = [start_of(b) for b in range(132)]
BUCKET_LEVELS = [level_of(start << 8) for start in STARTS]


def near(d):
    return 0 if d < -32 else 63 if d > 31 else d + 32


def part(v, s, m):
    return 0 if v < 0 else min(v // s, m)


def place_of_bits(bits):
    return ~(bits & 0x7FFFFFFF) if bits >> 31 else bits


def bits_of_place(place):
    return ~place | 1 << 31 if place < 0 else place


def steps(place, top):
    """r, of form 3."""
    u = ~place if place < 0 else place
    e = u >> 23
    m = 0 if e == 0 else (1 << 23) + (u & 0x7FFFFF)
    r = (1 << 24) - 1 if e > top else 0 if top - e > 23 else m >> top - e
    return -r if place < 0 else r


def float_of(k, top):
    """The bits of the float k * 2^(top - 150)."""
    if k == 0:
        return 0
    m = abs(k)
    t = log2(m)
    mantissa = m << 23 - t if t <= 23 else m >> t - 23
    return (k < 0) << 31 | (top + t - 23 & 255) << 23 | mantissa & 0x7FFFFF


class Loudness:
    def __init__(self):
        self.means, self.last = [0] * 6, [0] * 3

    def learn(self, q):
        self.means = [mean + (q - mean >> s) for mean, s in zip(self.means, MEAN_SHIFTS)]
        self.last = [q] + self.last[:2]


class Question:
    """What is asked of a sample: its guess, what is known of it, and the bounds."""

    def __init__(self, grid, form, top, prediction):
        self.least, self.most = grid.least, grid.most
        self.narrow = self.most - self.least < 64
        if form == 3:
            guess, self.fine = self.guess_place(prediction, top)
            self.fraction = 4
        else:
            rounded = prediction + (1 << 21)
            guess, self.fraction, self.fine = rounded >> 22, rounded >> 19 & 7, 0
        self.guess = min(max(guess, self.least), self.most)

    @staticmethod
    def guess_place(prediction, top):
        m = abs(prediction)
        t = log2(m) if m else 0
        e = t - 22 + top - 23
        if m == 0 or e <= 0:
            bits = 0
        elif e > 254:
            bits = 0x7F7FFFFF
        else:
            bits = e << 23 | (m >> t - 23 if t > 23 else m << 23 - t) & 0x7FFFFF
        return ~bits if prediction < 0 else bits, min(max(top - max(1, e), 0), 24)


class Judge:
    """The decisions about what was missed. Its tables serve all channels and arrays."""

    def __init__(self, coder, level):
        self.coder, self.count = coder, OPINIONS[level]
        self.mixed = level > 2
        self.tables = [{} for _ in range(self.count)]
        self.low, self.sign = [{}, {}], {}
        self.logistic = Logistic()
        self.first_weight = 3 * (1 << 24) // self.count // 3
        self.weights, self.rows = [{}, {}, {}], [{}, {}]
        self.first_row = [self.logistic.squash((j - 16) * 8192) >> 6 for j in range(33)]
        self.rate, self.goal = 60 * 2048, 60 * 256

    def look(self, question, mine, other, doubt):
        """The levels and rows of all opinions."""
        M0, M1, M2, M3, M4, M5 = map(level_of, mine.means)
        Q0, Q1, Q2 = (level_of(q | 128) for q in mine.last)
        fast, slow = part(M0 - M2 + 20, 4, 9), part(M4 - M2 + 12, 4, 6)
        now, beside, lent = 12, 7, M2
        if other:
            O0, _, O2, O3, O4, _ = map(level_of, other.means)
            now, beside = part(level_of(other.last[0] | 128) - O2 + 24, 4, 11), part(O0 - O3 + 12, 4, 6)
            lent = O0 + M4 - O4
        doubts = level_of(doubt)
        unsure = part(doubts - M2 + 40, 4, 15)
        a, b, c = part(Q0 - M2 + 32, 5, 9), part(Q1 - M2 + 32, 8, 7), part(Q2 - M2 + 32, 8, 7)
        stand = min(question.fraction, 7 - question.fraction)
        if question.narrow:
            stand = 8 + (question.guess - question.least) * 8 + question.fraction
        opinions = (
            (M2, fast * 8 + slow), (M2, now * 8 + beside), (M1 + M2 + M3 + M4 + 2 >> 2, slow),
            (M0 + M1 + M2 + M3 + 2 >> 2, stand), (M3, now * 10 + fast), (M4, a * 8 + b), (M2, unsure * 10 + fast),
            (M1 + M3 >> 1, unsure * 13 + now), (M1, slow * 8 + part(M2 - M1 + 16, 4, 7)), (M3, fast),
            (M0, a + 10 * part(M3 - M0 + 16, 4, 7)), (M2, a * 64 + b * 8 + c), (M5, unsure), (lent, fast),
            (M2 + doubts + 1 >> 1, now))
        up = 8 * question.fine
        self.base = M2 + up
        self.opinions = [(table, level + up, row * 192) for table, (level, row) in zip(self.tables, opinions)]
        self.now, self.third = now, fast * 6 + min(slow, 5)
        self.refined = unsure * 4 + part(fast // 2 - 1, 1, 3)

    def decide(self, way, bucket):
        """A decision: a 1 says that the bucket is the one named or above it."""
        level, counters = BUCKET_LEVELS[bucket], []
        for table, base, row in self.opinions:
            d = level - base
            key = row + (way << 6) + (0 if d < -32 else 63 if d > 31 else d + 32)
            counter = table.get(key)
            if counter is None:
                counter = table[key] = [1 << 21, 0]
            counters.append(counter)
        if self.mixed:
            bit = self.mix(way, bucket, near(level - self.base), counters)
        else:
            bit = self.coder.bit(min(max(counters[0][0] + counters[1][0] >> 1, 64), (1 << 22) - 64))
        target = (1 << 22) - 1 if bit else 0
        for counter in counters:
            p, m = counter
            counter[0] = p + ((target - p) * GAINS[m] >> 16)
            if m < 400:
                counter[1] = m + 1
        return bit

    def mix(self, way, bucket, d, counters):
        """The mixer's and the refiners' probability is coded with and learned from."""
        stretch = self.logistic.stretch
        x = [stretch[counter[0] >> 10] for counter in counters] + [256]
        small = way * 9 + min(bucket, 8)
        sets = []
        for table, key in zip(self.weights, (way * 64 + d, small * 16 + self.now, way * 64 + self.third)):
            row = table.get(key)
            if row is None:
                row = table[key] = [self.first_weight] * len(x)
            sets.append(row)
        total = sum([v * (one + two + three >> 12) >> 6 for v, one, two, three in zip(x, *sets)])
        total = (total + (1 << 31) & 0xFFFFFFFF) - (1 << 31)
        p = self.logistic.squash(total)
        a = held(total >> 6, 2047) + 2048
        j, f, sse = a >> 7, a & 127, []
        for table, key in zip(self.rows, (way * 64 + d, small * 64 + self.refined)):
            row = table.get(key)
            if row is None:
                row = table[key] = list(self.first_row)
            sse.append(row)
        q = 2 * p + sum(row[j] * (128 - f) + row[j + 1] * f >> 1 for row in sse) >> 2
        bit = self.coder.bit(min(max(q, 64), (1 << 22) - 64))
        self.rate += self.goal - self.rate >> 16
        step = held(((bit << 22) - p) * (self.rate >> 8) >> 16, 524287)
        changes = [v * step + 64 >> 7 for v in x]
        for row in sets:
            row[:] = [w + change for w, change in zip(row, changes)]
            if max(row) > WEIGHT_MOST or min(row) < -WEIGHT_MOST:
                row[:] = [held(w, WEIGHT_MOST) for w in row]
        j += f >> 6
        for row in sse:
            row[j] += (65535 if bit else 0) - row[j] >> 6
        return bit

    def counted(self, table, key):
        """A bit by a counter."""
        counter = table.get(key)
        if counter is None:
            counter = table[key] = Counter()
        bit = self.coder.bit(min(max(counter.p, 4096), (1 << 22) - 4096))
        counter.learn(bit)
        return bit

    def bucket(self, expected, limit):
        last = bucket_of(limit)
        if last == 0:
            return 0
        b = min(max(bucket_of(limit if expected > limit else expected * 3 // 4), 1), last)
        if self.decide(0, b):
            while b < last and self.decide(1, b + 1):
                b += 1
            return b
        b -= 1
        while b >= 1 and not self.decide(2, b):
            b -= 1
        return b

    def magnitude(self, expected, limit):
        b = self.bucket(expected, limit)
        if b < 8:
            return STARTS[b]
        d, more = near(BUCKET_LEVELS[b] - self.base), 0
        count = b // 4 - 1
        for i in range(count):
            more = 2 * more + (self.counted(self.low[i], d) if i < 2 else self.coder.raw(1))
        return min(STARTS[b] + more, limit)

    def negative(self, question, m, below, above):
        if m == 0 or m > below:
            return 0
        if m > above:
            return 1
        w = 8 * (1 + question.guess - question.least) if question.narrow else 0
        return self.counted(self.sign, (w + question.fraction) * 7 + min(m, 7) - 1)

    def sample(self, question, mine, other, doubt):
        """v; the loudness learns it."""
        guess, fine = question.guess, question.fine
        below, above = guess - question.least, question.most - guess
        self.look(question, mine, other, doubt)
        m = self.magnitude(mine.means[2] >> 8 << fine, max(below, above))
        v = guess - m if self.negative(question, m, below, above) else guess + m
        mine.learn((m << 8) >> fine)
        return v


class Head:
    """A memory of bytes, each coded by whether it is as before."""

    def __init__(self, coder, size):
        self.coder, self.last, self.s = coder, [0] * size, [32768] * size

    def read(self):
        for i, s in enumerate(self.s):
            bit = self.coder.bit(s << 6 | 32)
            self.s[i] = s + ((65535 if bit else 0) - s >> 2)
            if not bit:
                self.last[i] = self.coder.raw(8)
        return bytes(self.last)


class Grid:
    """The coded numbers of a channel: how they are shifted, and their bounds."""

    def __init__(self, audio, width):
        told = audio.memory_g.read()[0]
        self.shift = told & 31
        self.most = (1 << width - 1) - 1 >> self.shift
        self.least = -self.most - 1
        if told >> 5 & 1:
            both = audio.memory_n.read()
            least, most = (int.from_bytes(both[i:i + 4], "little", signed=True) for i in (0, 4))
            if not self.least <= least <= most <= self.most:
                raise Damaged("bounds of a grid")
            self.least, self.most = least, most


class Audio:
    def __init__(self, payload, length, level):
        self.coder = Decoder(payload)
        self.length, self.level = length, level
        self.data = bytearray()
        self.memory_h, self.memory_f = Head(self.coder, 8), Head(self.coder, 2)
        self.memory_g, self.memory_n = Head(self.coder, 1), Head(self.coder, 8)
        self.judge = Judge(self.coder, level)
        self.counters, self.byte_before = {}, 0
        self.learned = None  # (channels, form, bits) of the array that the predictors learned from

    def decode(self):
        while self.left() >= 8 and self.array():
            pass
        self.plain(self.left())
        return bytes(self.data)

    def left(self):
        return self.length - len(self.data)

    def plain(self, count):
        for _ in range(count):
            node = 1
            while node < 256:
                q = self.counters.get((self.byte_before, node), 32768)
                coded = self.coder.bit(q << 6 | 32)
                self.counters[self.byte_before, node] = q + ((65535 if coded else 0) - q >> 4)
                node = 2 * node + (1 - coded if node == 1 else coded)
            self.byte_before = node & 255
            self.data.append(self.byte_before)

    def array(self):
        """A head and its samples; False if the head makes no sense."""
        head = self.memory_h.read()
        self.data += head
        channels, bits, flags, zero = head[:4]
        frames = int.from_bytes(head[4:], "little")
        size = frames * channels * bits // 8
        if channels == 0 or bits not in (8, 16, 24, 32) or flags >= 8 or zero or flags & 1 and bits != 32:
            return False
        if channels > min(255, max(2, self.length // 64)) or size > self.left():
            return False
        if frames:
            self.samples(channels, bits, flags, frames, size)
        return True

    def samples(self, channels, bits, flags, frames, size):
        form = top = 0
        if flags & 1:
            form, top = self.memory_f.read()
            if form not in (1, 2, 3):
                raise Damaged("form of samples")
        width, bound = WIDTHS[form] if form else (bits, bits)
        kind = channels, form, bits
        if kind != self.learned and weight_of_groups(self.level, channels) >> 8 > size:
            self.plain(size)
            return
        grids = [Grid(self, bound) for _ in range(channels)]
        if kind != self.learned:
            self.groups = [Group(self.level, count, width) for count in sizes_of_groups(channels)]
            self.loudness = [Loudness() for _ in range(channels)]
            self.learned = kind
        for group in self.groups:
            group.begin()
        for _ in range(frames):
            for channel, grid in enumerate(grids):
                number = self.sample(channel, grid, form, top) << grid.shift
                self.put(number, form, top, bits, flags)

    def sample(self, channel, grid, form, top):
        """Predicted, coded and learned."""
        group, a = self.groups[channel >> 3], channel & 7
        prediction, doubt = group.predict(a)
        other = self.loudness[channel - 1] if len(self.loudness) > 1 else None
        question = Question(grid, form, top, prediction)
        v = self.judge.sample(question, self.loudness[channel], other, doubt)
        group.learn(a, steps(v, top) if form == 3 else v)
        return v

    def put(self, number, form, top, bits, flags):
        if form == 3:
            number = bits_of_place(number)
        elif form:
            number = float_of(number, top)
        elif bits == 8 and not flags & 4:
            number += 128
        number &= (1 << bits) - 1
        self.data += number.to_bytes(bits // 8, "big" if flags & 2 else "little")


def decode(payload, length, parameter):
    return Audio(payload, length, parameter).decode()
