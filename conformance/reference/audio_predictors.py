"""The predictors of model 4, audio: written from doc/spec/audio.md alone."""

from math import isqrt
from operator import mul

M = 1 << 26
P_MOST = 1 << 53
WEIGHT_MOST = 1 << 26
ROOT_MOST = 1 << 30
# level -> least squares (lags for up to 2 channels and for more, block, forget), filters (taps, rate, from) and the
# last stage (every, forget)
SQUARES = {
    1: ((16, 4, 255, 2),),
    2: ((16, 8, 128, 3),),
    3: ((16, 8, 64, 4), (8, 4, 32, 3)),
    4: ((24, 12, 64, 4), (12, 4, 32, 3)),
    5: ((24, 16, 64, 4), (16, 4, 16, 4)),
    6: ((32, 16, 32, 5), (16, 8, 16, 4), (8, 4, 8, 3)),
    7: ((32, 24, 32, 5), (16, 8, 8, 5), (8, 4, 8, 3)),
    8: ((32, 24, 16, 6), (24, 16, 16, 4), (16, 8, 8, 4), (8, 4, 8, 3)),
    9: ((32, 32, 16, 6), (24, 16, 16, 4), (16, 8, 8, 4), (8, 4, 4, 3)),
}
SMALL, MIDDLE = ((32, 500, 0), (16, 800, 1)), ((256, 300, 0), (16, 800, 1))
LARGE = ((256, 300, 0), (32, 500, 1), (16, 800, 2))
FILTERS = {1: (), 2: ((16, 400, 0),), 3: SMALL, 4: SMALL, 5: MIDDLE, 6: LARGE, 7: LARGE, 8: LARGE, 9: LARGE}
LAST = {1: None, 2: (64, 9), 3: (16, 8), 4: (16, 8), 5: (16, 8), 6: (8, 8), 7: (4, 8), 8: (2, 8), 9: (1, 8)}


def held(v, most):
    return -most if v < -most else most if v > most else v


def log2(v):
    return v.bit_length() - 1


def signed(v, bits):
    """v mod 2^bits, in two's complement."""
    half = 1 << bits - 1
    return v if -half <= v < half else (v + half & (1 << bits) - 1) - half


def towards_zero(a, b):
    return a // b if a >= 0 else -(-a // b)


def shifted(v, up):
    return v << up if up >= 0 else v >> min(-up, 63)


def root(a):
    """The rows of L up to their diagonals, and the diagonals."""
    rows, diagonal = [], []
    for i, line in enumerate(a):
        row = []
        for v, before, d in zip(line, rows, diagonal):
            v -= sum(map(mul, row, before))
            if not -1 << 63 <= v < 1 << 63:
                v = signed(v, 64)
            v = v // d if v >= 0 else -(-v // d)
            row.append(v if -ROOT_MOST <= v <= ROOT_MOST else held(v, ROOT_MOST))
        v = signed(line[i] - sum(map(mul, row, row)), 64)
        rows.append(row)
        diagonal.append(min(max(isqrt(max(v, 0)), 1 << 15), (1 << 31) - 1))
    return rows, diagonal


def solved(rows, diagonal, y):
    w = [0] * len(y)
    for i in range(len(y) - 1, -1, -1):
        w[i] = here = held(towards_zero(signed(y[i], 64), diagonal[i]), WEIGHT_MOST)
        if here:
            y = [v - here * u for v, u in zip(y, rows[i])]
    return w


def scaled(r, scales, more, most):
    """A of R: each variable shifted by its scale; the diagonal grows by its share and a constant."""
    a = [[v << scale + other for v, other in zip(row, scales)] for row, scale in zip(r, scales)]
    for i, row in enumerate(a):
        row[i] += (row[i] >> more) + most
    return a


def scale_of(t):
    return (59 - t) // 2 if t <= 59 else 0


class LeastSquares:
    """One for a group of channels."""

    def __init__(self, group, plan, width):
        self.group = group
        self.lags, self.block, self.forget = plan[0] if group <= 2 else plan[1], plan[2], plan[3]
        self.past = self.lags * group
        self.less = max(0, width - 20)
        count = self.past + group
        self.r = [[0] * (i + 1) for i in range(count)]
        self.up = 0
        self.weights = [[0] * (self.past + a) for a in range(group)]
        self.begin()

    def begin(self):
        """A new array: all that was before it is 0."""
        self.known, self.first = [0] * self.past, 0
        self.missed = 0

    def predict(self, channel):
        p = signed(sum(map(mul, self.weights[channel], self.known[self.first:])), 64)
        self.p = held(p, P_MOST)
        return self.p

    def learn(self, channel, v):
        self.missed += abs((v << 22) - self.p >> 18 + self.less)
        self.known.append(v)
        if channel == self.group - 1:
            self.first += self.group
            if self.first == self.block * self.group:
                self.end_block()

    def end_block(self):
        self.gather()
        self.solve()
        self.known, self.first = self.known[-self.past:], 0

    def products(self):
        """S: those of variables one frame further follow from those before."""
        group, length = self.group, self.block * self.group
        x = [v >> self.less for v in self.known]
        s = []
        for i in range(self.past + group):
            mine = x[i:i + length:group]
            row = [sum(map(mul, mine, x[j:j + length:group])) for j in range(min(i + 1, group))]
            for j in range(group, i + 1):
                a, b = i - group, j - group
                row.append(s[a][b] - x[a] * x[b] + x[a + length] * x[b + length])
            s.append(row)
        return s

    def gather(self):
        s, r, forget = self.products(), self.r, self.forget
        mean = self.missed // (self.block * self.group) + 4
        self.missed = 0
        down = log2(mean)
        factor = (1 << 30) // shifted(mean, 15 - down)
        new = log2(max(1, max(row[-1] for row in s))) + 15 - down + self.up
        top = max(new, log2(max(1, max(row[-1] for row in r))))
        if top > 56 or top < 48 and self.up < 40:
            r = [[shifted(v, 53 - top) for v in row] for row in r]
            self.up += 53 - top
        up = self.up - down
        self.r = [[v + shifted(u * factor, up) - (v >> forget) for v, u in zip(*rows)] for rows in zip(r, s)]

    def solve(self):
        group, past, r = self.group, self.past, self.r
        t = [log2(max(1, max(r[i][i] for i in range(a, past + group, group)))) for a in range(group)]
        scale = [scale_of(v) for v in t]
        scales = scale * (self.lags + 1)
        rows, diagonal = root(scaled(r, scales, 28, 1 << 30))
        for a in range(group):
            w = solved(rows, diagonal, [v << 22 for v in rows[past + a]])
            self.weights[a] = [held(shifted(v, scales[i] - scale[a]), WEIGHT_MOST) for i, v in enumerate(w)]


class Filter:
    def __init__(self, taps, rate, source):
        self.taps, self.rate, self.source = taps, rate, source
        self.w = [0] * taps
        self.begin()

    def begin(self):
        self.x, self.energy = [0] * self.taps, 0

    def predict(self):
        self.c = held(signed(sum(map(mul, self.w, self.x)), 64) >> 24, M)
        return self.c

    def learn(self, error, v):
        """Learns the error, then takes the input v in."""
        step = towards_zero(error * self.rate << 26, (self.energy >> 2) + self.taps)
        step = held(step, (1 << 31) - 1)
        if step:
            w = [w + (x * step + 524288 >> 20) for w, x in zip(self.w, self.x)]
            if max(w) >= 1 << 31 or min(w) < -1 << 31:
                w = [signed(v, 32) for v in w]
            self.w = w
        oldest = self.x.pop(0)
        self.x.append(v)
        self.energy += v * v - oldest * oldest


class LastStage:
    def __init__(self, count, every, forget):
        self.every, self.forget = every, forget
        self.w = [0] * count
        self.r = [[0] * (i + 1) for i in range(count + 1)]
        self.seen = 0

    def predict(self, z):
        return held(sum(map(mul, z, self.w)) >> 22, M)

    def learn(self, z, target):
        v, forget = [x >> 3 for x in z] + [target >> 3], self.forget
        self.r = [[r + (a * b - (r >> forget)) for r, b in zip(row, v)] for row, a in zip(self.r, v)]
        self.seen += 1
        if self.seen % self.every == 0:
            self.solve()

    def solve(self):
        scales = [scale_of(log2(row[-1] | 1)) for row in self.r]
        rows, diagonal = root(scaled(self.r, scales, 6, 1 << 34))
        w = solved(rows, diagonal, [v << 22 for v in rows[-1]])
        self.w = [held(shifted(v, scale - scales[-1]), WEIGHT_MOST) for v, scale in zip(w, scales)]


class Channel:
    """What a channel of a group has by itself: filters and the last stage."""

    def __init__(self, level):
        self.filters = [Filter(*plan) for plan in FILTERS[level]]
        count = len(self.filters) + len(SQUARES[level]) - 1
        self.last = LastStage(count, *LAST[level]) if count else None

    def begin(self):
        for one in self.filters:
            one.begin()


class Group:
    """All predictors of up to 8 channels."""

    def __init__(self, level, size, width):
        self.squares = [LeastSquares(size, plan, width) for plan in SQUARES[level]]
        self.channels = [Channel(level) for _ in range(size)]
        self.down = max(14, width - 2)

    def begin(self):
        for one in self.squares + self.channels:
            one.begin()

    def predict(self, a):
        """P and the doubt."""
        mine, down = self.channels[a], self.down
        p = [one.predict(a) for one in self.squares]
        z, total = [], 0
        for one in mine.filters:
            z.append(one.predict())
            total = held(total + z[-1], M)
        z += [held(v - p[0] >> down, M) for v in p[1:]]
        more = mine.last.predict(z) if mine.last else 0
        self.p, self.z, self.sum = p[0], z, total
        return p[0] + (held(total + more, M) << down), sum(map(abs, z)) << down - 14

    def learn(self, a, v):
        mine = self.channels[a]
        miss = [held((v << 22) - self.p >> self.down, M)]
        for one in mine.filters:
            error = held(miss[one.source] - one.c, M)
            one.learn(error, miss[one.source])
            miss.append(error)
        if mine.last:
            mine.last.learn(self.z, held(miss[0] - self.sum, M))
        for one in self.squares:
            one.learn(a, v)


def sizes_of_groups(channels):
    return [min(8, channels - i) for i in range(0, channels, 8)]


def weight_of_groups(level, channels):
    """B."""
    weight = 0
    for size in sizes_of_groups(channels):
        for plan in SQUARES[level]:
            weight += 20 * (((plan[0] if size <= 2 else plan[1]) + 1) * size) ** 2
        weight += sum(8 * size * taps for taps, _, _ in FILTERS[level])
    return weight
