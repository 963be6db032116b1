"""Model 3, image: the way "photo" of doc/spec/image.md, written from that page alone."""

from bells import Bells
from blend import Blend
from squares import Solve
from tensor import mix, towards_zero

# level: solves, rules, contexts, K, period
LEVELS = {3: (0, 2, 2, 22, 1), 4: (0, 3, 4, 23, 1), 5: (1, 2, 4, 24, 8), 6: (1, 4, 10, 25, 2),
          7: (2, 8, 24, 26, 1), 8: (3, 8, 24, 27, 2), 9: (3, 8, 24, 27, 1)}
TURNS = {1: (0,), 2: (1, 0), 3: (1, 0, 2), 4: (3, 1, 0, 2)}
REFERENCES = ((), (0,), (0, 1), (1, 2))
OWN = ((0, -1), (1, 0), (1, -1), (1, 1), (0, -2), (2, 0), (2, 1), (1, -2), (1, 2), (2, -1), (0, -3), (3, 0), (2, 2),
       (2, -2), (1, 3), (1, -3), (3, 1), (3, -1))
OTHER = ((0, 0), (0, -1), (0, 1), (-1, 0), (1, 0), (-1, -1), (-1, 1), (1, -1), (1, 1))
# taps (own, of the references) without references, with one, with two; radius, fade, ridge
SOLVES = ((((12,), (8, 9), (8, 5, 5)), 6, 3, 32), (((6,), (4, 5), (4, 3, 3)), 4, 2, 32),
          (((18,), (12, 9), (12, 7, 5)), 12, 4, 64))
EDGE = 4  # columns beside a row


def median(a, b, c):
    return max(min(a, b), min(max(a, b), c))


def size_class(v):
    e = (v + 4).bit_length() - 1
    return (e - 2) * 4 + ((v + 4) >> (e - 2) & 3)


def fine_class(v):
    e = v.bit_length() - 1
    return v if v < 3 else 2 if v == 3 else 2 * e - 1 + (v >> (e - 1) & 1)


SIZE = [size_class(v) for v in range(4096)]
FINE = [fine_class(v) for v in range(1024)]
ALARMS = [min(v.bit_length(), 5) for v in range(255)]


def size(v):
    return SIZE[v] if v < 4096 else size_class(v)


def fine(d):
    v = abs(d)
    told = FINE[v] if v < 1024 else fine_class(v)
    return 64 - told if d < 0 else told


def coarse(d):
    v = abs(d)
    told = 0 if v == 0 else 1 if v < 3 else 2 if v < 8 else 3 if v < 24 else 4
    return 16 - told & 15 if d < 0 else told


class Turn:
    """What is known for one turn."""

    def __init__(self, experts, solves, period):
        self.biases = [{} for _ in range(3)]
        self.scales = [{} for _ in range(experts)]
        self.solves = [Solve(radius, fade, period, ridge) for _, radius, fade, ridge in SOLVES[:solves]]


class Plane:
    """The samples of one turn and what was known about them."""

    def __init__(self):
        self.rows, self.offs = [], []  # the rows with their edges

    def around(self, y, first, last):
        """Rows from y + first to y + last, those of the edge beyond it."""
        return [self.rows[max(0, min(at, len(self.rows) - 1))] for at in range(y + first, y + last + 1)]


class Photo:
    def __init__(self, coder, length, level):
        self.coder = coder
        self.solves, self.rules, contexts, log2, period = LEVELS[level]
        self.mean = self.solves + self.rules  # the number of the mean
        experts = self.mean + 4
        self.turns = [Turn(experts, self.solves, period) for _ in range(4)]
        self.tree = Blend(length, contexts, experts, [384, 4096, 4096], [4096, 8192], log2, 255, 28)
        self.inner = Blend(length, 6, experts, [2048, 512], [], log2 - 3, 255, 28)

    def begin(self, picture):
        """An array of such pictures: the solves forget."""
        for turn, known in enumerate(self.turns[:picture.samples]):
            for k, solve in enumerate(known.solves):
                solve.begin(sum(SOLVES[k][0][len(REFERENCES[turn])]), picture.width)

    def picture(self, picture):
        """The bytes of a picture, plane by plane."""
        self.most = 65535 if picture.wide else 255
        self.width, self.height = picture.width, picture.height
        self.planes = []
        for turn in range(picture.samples):
            self.turn, self.known = turn, self.turns[turn]
            self.others = [self.planes[k] for k in REFERENCES[turn]]
            self.planes.append(self.code_plane())
        turns = TURNS[picture.samples]
        planes = [self.planes[turns.index(k)].rows for k in range(picture.samples)]
        width = 2 if picture.wide else 1
        return b"".join(rows[y][x].to_bytes(width, "big") for y in range(self.height)
                        for x in range(EDGE, EDGE + self.width) for rows in planes)

    def code_plane(self):
        """Row by row; a row's errors are lists of what each expert was wrong by."""
        plane = Plane()
        nothing = [0] * (self.mean + 4)
        self.errors = [[nothing] * (self.width + 2 * EDGE)] * 3
        for y in range(self.height):
            self.begin_row(plane, y)
            for x in range(self.width):
                self.code_sample(x)
            self.end_row(plane, y)
        for row in plane.rows:
            row[:EDGE] = [row[EDGE]] * EDGE
        return plane

    def begin_row(self, plane, y):
        """The row in hand stands in front of those above; above the first, its samples stand one further right."""
        left = plane.rows[-1][EDGE] if y else 0
        row, errors = [left] * (EDGE + self.width + EDGE), self.errors
        if y == 0:
            self.nowhere = row[:]
        self.y, self.rows = y, [row] + [plane.rows[y - k] if y >= k else self.nowhere for k in (1, 2, 3)]
        self.offs = [[0] * (self.width + 2 * EDGE), plane.offs[-1] if y else [0] * (self.width + 2 * EDGE)]
        self.around = [other.around(y, -1, 1) for other in self.others]
        self.other_offs = [other.offs[y] for other in self.others]
        self.errors = [[errors[0][EDGE]] * EDGE + [None] * self.width + [None] * EDGE, errors[0], errors[1]]
        for solve in self.known.solves:
            solve.row()

    def end_row(self, plane, y):
        last = EDGE + self.width
        for row in (self.rows[0], self.errors[0]):
            row[last:] = [row[last - 1]] * EDGE
        plane.rows.append(self.rows[0])
        plane.offs.append(self.offs[0])

    def code_sample(self, x):
        self.x, self.at = x, x + EDGE
        self.see()
        opinions = self.foresee()
        self.local = self.local_errors()
        self.find_mean(opinions)
        self.classify()
        self.correct()
        bells = Bells(self.scale(), self.most)
        value = self.decide(bells)
        self.learn(value)

    def see(self):
        """The neighbours."""
        row, above, second, _ = self.rows
        at = self.at
        self.w, self.ww, self.n, self.nn = row[at - 1], row[at - 2], above[at], second[at]
        self.nw, self.ne, self.nne = above[at - 1], above[at + 1], second[at + 1]
        self.base = self.w + self.n + 1 >> 1
        self.refs = []
        for upper, here, _ in self.around:
            self.refs.append((here[at], here[at - 1], upper[at], upper[at - 1], upper[at + 1]))
        self.c = self.refs[0][0] if self.refs else 0

    def foresee(self):
        """The values of solves and rules."""
        top, out = 256 * self.most, []
        for k, solve in enumerate(self.known.solves):
            out.append(256 * self.base + solve.predict(self.inputs(SOLVES[k][0][len(self.refs)])))
        out += self.rule()[:self.rules]
        return [0 if mu < 0 else top if mu > top else mu for mu in out]

    def inputs(self, taps):
        """What a solve sees."""
        rows, at, base = self.rows, self.at, self.base
        out = [rows[up][at + right] - base for up, right in OWN[:taps[0]]]
        for around, ref, count in zip(self.around, self.refs, taps[1:]):
            base = ref[1] + ref[2] + 1 >> 1
            out += [around[1 + down][at + right] - base for down, right in OTHER[:count]]
        return out

    def rule(self):
        w, n, nw, ne = self.w, self.n, self.nw, self.ne
        p = w + n - nw
        out = [256 * median(w, n, p), 64 * (2 * w + 2 * n + ne - nw), 256 * (n + ne - self.nne),
               256 * w + 128 * (ne - nw), 256 * (2 * w - self.ww), 256 * (2 * n - self.nn),
               64 * (w + n + ne + nw), 256 * p]
        if self.refs:
            c, rw, rn, rnw, rne = self.refs[0]
            base = self.base + c - (rw + rn + 1 >> 1)
            w, n, nw, ne = w - rw, n - rn, nw - rnw, ne - rne
            out[4], out[5] = out[1], out[0]
            out[0] = 256 * (c + median(w, n, w + n - nw))
            out[1] = 256 * c + 64 * (2 * w + 2 * n + ne - nw)
            out[6] = 256 * c + 64 * (w + n + ne + nw)
            out[7] = 256 * base
        if len(self.refs) > 1:
            c, rw, rn, rnw, _ = self.refs[1]
            w, n, nw = self.w - rw, self.n - rn, self.nw - rnw
            out[2] = 256 * (c + median(w, n, w + n - nw))
        return out

    def local_errors(self):
        row, above, second = self.errors
        at = self.at
        near_errors = zip(row[at - 1], above[at], above[at - 1], above[at + 1], row[at - 2], second[at])
        return [2 * w + 2 * n + nw + ne + ww + nn for w, n, nw, ne, ww, nn in near_errors]

    def find_mean(self, opinions):
        """The mean of the opinions, by how right they were nearby."""
        local = self.local[:self.mean]
        best = 256 * (min(local) + 8)
        weights, total = 0, 0
        for mu, error in zip(opinions, local):
            r = best // (error + 8)
            r = r * r >> 4
            r = r * r >> 12
            weights += r
            total += r * mu
        self.mu = opinions + [total // weights]

    def classify(self):
        mean, samples = self.mu[-1], (self.w, self.n, self.nw, self.ne, self.ww, self.nn)
        m = self.m = mean >> 8
        self.alarm = [offs[self.at] for offs in self.other_offs] + [0, 0]
        self.activity = max(size(self.local[self.mean] >> 3), 8) - 8
        self.loudness = min(self.activity >> 2, 7)
        self.alarms = ALARMS[abs(self.alarm[0]) + abs(self.alarm[1])]
        self.texture = sum([(v > m) << i for i, v in enumerate(samples)])

    def correct(self):
        """The mean without what it was wrong by in such places."""
        mean, m, top = self.mu[-1], self.m, 256 * self.most
        numbers = (self.texture * 8 + self.loudness, (fine(self.n - m) & 63) * 64 + (fine(self.w - m) & 63),
                   (coarse(self.alarm[0]) * 16 + coarse(self.alarm[1])) * 16 + coarse(self.mu[1] - mean >> 7))
        self.biases = []
        for table, place in zip(self.known.biases, numbers):
            bias = table.get(place) or table.setdefault(place, [0, 0])
            self.biases.append(bias)
            self.mu.append(max(0, min(top, mean + towards_zero(bias[0], bias[1] + 2))))
        self.middle = sum(self.mu[-3:]) // 3
        self.start = self.middle >> 8

    def scale(self):
        """(value, usual error) of each expert."""
        self.scales, alarms = [], self.alarms
        for table, local in zip(self.known.scales, self.local):
            place = min(size(local >> 2), 95) * 6 + alarms
            self.scales.append(table.get(place) or table.setdefault(place, [2 * local + 32, 4]))
        return [(mu, scale[0]) for mu, scale in zip(self.mu, self.scales)]

    def contexts(self):
        """The hashes of the tree."""
        b, c, activity, texture, alarm = self.start, self.c, self.activity, self.texture, self.alarm
        w, n, nw, ne, loudness, at = self.w, self.n, self.nw, self.ne, self.loudness, self.at
        middle, first = self.middle, self.solves
        a = self.a = [mu - middle >> 6 for mu in self.mu]
        one, fraction = fine(alarm[0]), middle >> 6 & 3
        self.fraction = fraction
        pairs = [(activity, fraction), (activity >> 1, one)]
        if len(self.tree.hash) > 2:
            pairs += [(4 * b + fraction, 8), (fine(w - b), fine(n - b))]
        if len(self.tree.hash) > 4:
            west, north = self.errors[0][at - 1][self.mean], self.errors[1][at][self.mean]
            pairs += [(coarse(a[0]) | coarse(a[1]) << 8, activity >> 1), (w, n), (fine(west >> 4), fine(north >> 4)),
                      (one, fine(alarm[1]) | fraction << 8), (texture, activity >> 2), (b, activity >> 2)]
        if len(self.tree.hash) > 10:
            west, north = self.offs[0][at - 1], self.offs[1][at]
            pairs += [(fine(self.ww - b), fine(self.nn - b)), (w << 16 | c, 5),
                      (fine(a[first] >> 2), fine(a[first + 1] >> 2)),
                      (fine(a[first + 4] >> 2), fine(a[first + 5] >> 2)), (self.x, 7),
                      (fine(west), fine(north)), (fine(nw - b), fine(ne - b)),
                      (fine(a[0]), one | fraction << 8), (fine(a[1]), activity >> 1), (fine(a[2]), coarse(alarm[0])),
                      (c, b), (coarse(w - b) | coarse(n - b) << 8 | coarse(ne - b) << 16,
                               coarse(alarm[0]) | coarse(nw - b) << 8),
                      (one, coarse(west) | loudness << 8), (activity, texture)]
        return [mix(mix(p, q), 64 * self.turn + i) for i, (p, q) in enumerate(pairs)]

    def inner_contexts(self):
        pairs = ((self.activity, 1), (fine(self.w - self.start), 2), (fine(self.n - self.start), 3), (self.w, self.n),
                 (fine(self.alarm[0]), 5), (self.start, 6))
        return [mix(mix(p, q), 64 * self.turn + i) for i, (p, q) in enumerate(pairs)]

    def decide(self, bells):
        """The sample, by decisions "at least t"."""
        self.bells, self.low, self.high = bells, 0, self.most
        self.tree.hash = self.contexts()
        self.tree.open(0)
        start, half = self.start, min(self.activity >> 1, 23)
        up, j = self.ask_tree(1, start + 1, half), 0
        while j < 7 and self.low < self.high:
            if self.ask_tree(2 + 7 * up + j, start + 1 + (1 << j if up else -1 << j), half) != up:
                break
            j += 1
        if self.low < self.high:
            self.decide_inside(up, j)
        return self.low

    def decide_inside(self, up, j):
        """What the tree has not told."""
        start, salt = self.start, 64 * self.turn + 32 * up
        self.inner.hash = self.inner_contexts()
        self.inner.open(salt + j)
        if j == 7:
            while self.low < self.high:
                t = start + 1 + (1 << j if up else -1 << j)
                if self.ask_inner(min(j, 15), t, 2 * min(j, 15) + up, 0) != up:
                    break
                j += 1
        if j >= 7:
            self.inner.open(salt + j + 16)
        node, depth = 1, 0
        while self.low < self.high:
            t = self.low + (self.high - self.low + 1 >> 1)
            node = 2 * node + self.ask_inner(node if depth < 3 else depth + 5, t, 2 * min(j, 15) + up, depth)
            depth = min(depth + 1, 7)

    def ask(self, blend, node, t):
        """Whether the sample is at least t; the answer is coded."""
        blend.extra = self.bells.ask(t)
        answer = blend.bit(self.coder, node)
        self.bells.learn(answer)
        if answer:
            self.low = t
        else:
            self.high = t - 1
        return answer

    def ask_tree(self, node, t, half):
        if not self.low < t <= self.high:
            return int(t <= self.low)
        s = (4 * node + self.turn) * 64 + 8 * self.alarms + self.loudness
        self.tree.select = [24 * node + half, s, 256 * node + 4 * self.texture + self.fraction]
        self.tree.refine = [s, 512 * node + 32 * coarse(self.a[0]) + half]
        return self.ask(self.tree, node, t)

    def ask_inner(self, node, t, way, depth):
        if not self.low < t <= self.high:
            return int(t <= self.low)
        self.inner.select = [way * 64 + 8 * depth + self.loudness,
                             64 * depth + 16 * self.turn + min(self.activity // 3, 15)]
        return self.ask(self.inner, node, t)

    def learn(self, value):
        """Everything that was guessed is compared with the sample."""
        v, mean = 256 * value, self.mu[self.mean]
        errors = [abs(v - mu) for mu in self.mu]
        for scale, e in zip(self.scales, errors):
            count = scale[1] + 1
            scale[0] += towards_zero(e - scale[0], count)
            scale[1] = count if count < 255 else 255
        for bias in self.biases:
            if bias[1] >= 64:
                bias[:] = towards_zero(bias[0], 2), bias[1] // 2
            bias[0] += v - mean
            bias[1] += 1
        for solve in self.known.solves:
            solve.learn(self.x, value - self.base)
        at = self.at
        self.errors[0][at] = [e >> 4 for e in errors]
        self.offs[0][at] = max(-127, min(127, value - self.start))
        self.rows[0][at] = value
        if self.y == 0:
            self.nowhere[at + 1:at + 1 + EDGE] = [value] * EDGE
