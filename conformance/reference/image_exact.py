"""Model 3, image: the way "exact" of doc/spec/image.md, written from that page alone."""

from bells import Bells
from blend import Blend
from squares import Solve
from tensor import mix, towards_zero

U32 = 0xFFFFFFFF
# level: contexts, K of flags, K of digits, whether there are numbers
LEVELS = {3: (4, 22, 22, False), 4: (8, 23, 23, False), 5: (11, 25, 25, False), 6: (20, 26, 26, False),
          7: (20, 26, 26, True), 8: (38, 27, 27, True), 9: (38, 27, 28, True)}
EDGE = 4  # pixels around a picture
# taps of the numbers, (columns right, rows down)
TAPS = ((-1, 0), (0, -1), (-1, -1), (1, -1), (-2, 0), (0, -2), (1, -2), (-2, -1), (2, -1), (-1, -2), (-3, 0), (0, -3),
        (2, -2), (-2, -2), (3, -1), (-3, -1), (1, -3), (-1, -3), (-4, 0), (0, -4))
# neighbours whose bits tell whether they are above a value, (columns right, rows down)
ABOVE = ((-1, 0), (0, -1), (-1, -1), (1, -1), (-2, 0), (0, -2), (1, -2), (2, -1), (-2, -1), (-1, -2), (-3, 0), (0, -3),
         (2, -2), (-2, -2), (3, -1), (1, -3), (-1, -3), (-4, 0))


def m3(a, b, c):
    return mix(mix(a, b), c)


def m4(a, b, c, d):
    return mix(mix(a, b), mix(c, d))


def median(a, b, c):
    return max(min(a, b), min(max(a, b), c))


def pixel_number(pixel):
    v = 0
    for i, byte in enumerate(pixel):
        v = (v << 8 if i < 4 else v * 0x9E3779B1) & U32 ^ byte
    return v


class Scene:
    """A picture's pixels as numbers and as bytes, with zeros around them."""

    def __init__(self, picture):
        self.width, self.pixel = picture.width, picture.pixel()
        self.small = picture.width * picture.height <= 4096
        self.empty = [0] * (picture.width + 2 * EDGE)
        self.numbers = [self.empty] * EDGE  # the row in hand and those above
        self.bytes = [[self.empty] * EDGE for _ in range(self.pixel)]
        self.ink = 0

    def begin_row(self, y):
        self.y = y
        self.numbers = [self.empty[:]] + self.numbers[:EDGE]
        self.bytes = [[self.empty[:]] + rows[:EDGE] for rows in self.bytes]

    def put(self, x, pixel):
        self.numbers[0][x + EDGE] = pixel_number(pixel)
        for rows, byte in zip(self.bytes, pixel):
            rows[0][x + EDGE] = byte
        self.ink += pixel[0] != 0


class Numbers:
    """Bytes as numbers: least squares, bells and taps."""

    def __init__(self):
        self.solves = [Solve(0, 8, 1, 64), Solve(0, 11, 1, 64)]
        for solve, taps in zip(self.solves, (12, 20)):
            solve.begin(taps, 1)
        self.scales = {}
        self.mood = 0

    def look(self, rows, x, i):
        """What the byte may be."""
        at = x + EDGE
        tap = self.taps = [rows[-down][at + right] for right, down in TAPS]
        base = self.base = tap[0] + tap[1] + 1 >> 1
        unrest = sum([abs(v - base) for v in tap[:6]])
        self.mood = 2 * unrest.bit_length() + (tap[0] > 127)
        inputs = [v - base for v in tap]
        said = [256 * base + solve.predict(inputs[:solve.taps]) for solve in self.solves]
        self.values = [max(0, min(65280, v)) for v in said]
        self.values += [256 * median(tap[0], tap[1], tap[0] + tap[1] - tap[2]), 128 * (tap[0] + tap[3])]
        self.near = self.scales.setdefault((i, self.mood), [[2048, 0] for _ in range(4)])
        self.bells = Bells([(v, scale[0]) for v, scale in zip(self.values, self.near)], 255)
        self.plain = [3 * (v - 128) for v in tap]

    def learn(self, v):
        for value, scale in zip(self.values, self.near):
            scale[0] += towards_zero(abs(256 * v - value) - scale[0], scale[1] + 1)
            scale[1] = min(scale[1] + 1, 400)
        for solve in self.solves:
            solve.learn(0, v - self.base)


class Exact:
    def __init__(self, coder, length, level):
        self.coder = coder
        self.count, flags, digits, numbers = LEVELS[level]
        self.numbers = Numbers() if numbers else None
        sets = [4096, 256, 192, 256, 512] if numbers else [4096, 256, 192]
        self.flags = Blend(length, self.count, 0, [256, 4096, 128], [256, 65536], flags, 500, 30)
        self.digits = Blend(length, self.count, 24 if numbers else 0, sets, [65536], digits, 500, 24)
        self.log2 = 10
        while self.log2 < 20 and 1 << self.log2 < length:
            self.log2 += 1
        self.guesses = {}

    def begin(self, picture):
        """An array of such pictures: there is none before."""
        self.before = {}

    def picture(self, picture, data):
        """Adds the picture's bytes to the data."""
        self.scene, self.data = Scene(picture), data
        self.base = len(data) if self.scene.pixel == 1 else 0
        mine = {}
        for y in range(picture.height):
            self.scene.begin_row(y)
            for x in range(picture.width):
                pixel = self.code(x)
                self.scene.put(x, pixel)
                mine[y, x] = self.scene.numbers[0][x + EDGE]
                data += pixel
        self.before = mine

    def code(self, x):
        self.see(x)
        self.hashes = [mix(h, i) for i, h in enumerate(self.contexts(x))]
        entry = self.hashes[1] >> 32 - self.log2
        guesses = self.find(x, entry)
        alike = self.alike()
        pixel, failed = self.ask(guesses, alike)
        if pixel is None:
            pixel = self.spell(x, failed)
        self.guesses[entry] = len(self.data) + 1
        return pixel

    def see(self, x):
        """The neighbours."""
        at = x + EDGE
        row, above, second, third = self.scene.numbers[:4]
        self.near = (row[at - 1], above[at], above[at - 1], above[at + 1], row[at - 2], second[at], second[at + 1],
                     above[at + 2], above[at - 2], second[at - 1], row[at - 3], third[at])

    def contexts(self, x):
        """What each context is of, before its number is mixed in."""
        w, n, nw, ne, ww, nn, nne, nee, nww, nnw, www, nnn = self.near
        wn = mix(w, n)
        four = mix(wn, mix(nw, ne))
        a = mix(four, mix(ww, nn))
        out = [wn, four, mix(wn, ne), mix(wn, nw)]
        if self.count > 4:
            out += [a, mix(w, ww), mix(n, nn), m4(a, nne, nee, nww)]
        scene = self.scene
        self.place = scene.y * scene.width + x if scene.small else x
        one = scene.pixel == 1
        if self.count > 8:
            out += self.few_of_bytes() if one else [self.place, mix(w, self.place), n]
        if self.count > 11:
            out += [w, mix(n, ne), mix(n, nw), m3(w, ww, www), m3(n, nn, nnn),
                    m4(m3(a, nne, nee), mix(nnw, nww), www, nnn), mix(w, ne)]
            out += [(n + ne - nne + 512) * 64 + (w >> 2), (w + ne - n + 512) * 64 + (nw >> 2)] if one else \
                [mix(w, nne), mix(nw, ne)]
        if self.count > 20:
            before, ink, row = self.before.get((scene.y, x), 0), scene.ink, scene.y if scene.small else 0
            out += [m3(before, w, n), mix(ink >> 3, self.place >> 2) if scene.small else mix(w, nw),
                    m3(w, n, row + 1), m4(n, ne, nn, nne), m4(w, nw, ww, nww), m4(w, n, ink >> 4, ne >> 5)]
            out += self.many_of_bytes(x, row) if one else self.many(a, before)
        return out

    def few_of_bytes(self):
        w, n, nw, ne, ww, nn, nne = self.near[:7]
        return [mix(self.place, w >> 6 | n >> 6 << 2),
                mix(w >> 5 | n >> 5 << 3 | nw >> 5 << 6 | ne >> 5 << 9, ww >> 5 | nn >> 5 << 3 | nne >> 6 << 6),
                max(0, min(255, w + n - nw))]

    def many_of_bytes(self, x, row):
        w, n, nw, ne, ww, nn, nne, nee, _, nnw, _, _ = self.near
        q = w >> 4 | n >> 4 << 4 | ne >> 4 << 8 | nw >> 4 << 12 | ww >> 5 << 16 | nn >> 5 << 19 | nne >> 5 << 22 | \
            nee >> 5 << 25
        rows, at = self.scene.numbers, x + EDGE
        above = [rows[-down][at + right] for right, down in ABOVE]
        zero, low, half, high = [sum([(v > level) << i for i, v in enumerate(above)]) for level in (0, 63, 127, 191)]
        return [mix(self.place, w >> 4 | n >> 4 << 4), 2 * w + 2 * n + ne + nw >> 2,
                mix(w + n >> 1, ww + nn >> 3), mix(2 * w - ww + 256, 2 * n - nn + 256),
                w >> 3 | n >> 3 << 5 | ne >> 3 << 10 | nw >> 3 << 15, mix(q, nnw >> 6),
                mix(half, w >> 5 | n >> 5 << 3), mix(zero, row), mix(w >> 2 | n >> 2 << 6, ne >> 6),
                w >> 4 | n >> 4 << 4 | ne >> 4 << 8 | nw >> 4 << 12 | ww >> 4 << 16 | nn >> 4 << 20,
                mix(low & 0xFFF, self.place), mix(high, w >> 6 | n >> 6 << 2)]

    def many(self, a, before):
        w, n, nw, ne, ww, nn, nne, nee, _, _, www, nnn = self.near
        return [m3(self.place, w, n), mix(w, nw), mix(ne, nee), mix(ww, nn), m3(w, ne, nee), m4(w, n, nn, ww),
                m3(n, nne, nnn), m4(n, w, nne, nnn), m3(n, ne, nee), m4(nw, n, ne, nn), m4(w, ww, www, n),
                m3(a, before, self.place)]

    def find(self, x, entry):
        """(number of the guess, bytes) of each guess that there is and that is none before it."""
        data, pixel, at = self.data, self.scene.pixel, len(self.data)
        offset, row, out = self.guesses.get(entry, 0), pixel * self.scene.width, []
        starts = [offset - 1 if offset > self.base and offset - 1 + pixel <= at else None,
                  at - pixel if x > 0 else None, at - row if self.scene.y > 0 else None]
        for g, start in enumerate(starts):
            if start is not None and data[start:start + pixel] not in [guess for _, guess in out]:
                out.append((g, data[start:start + pixel]))
        return out

    def alike(self):
        w, n, nw, ne, ww, nn, _, nee, _, _, _, _ = self.near
        return (w == n) | (n == ne) << 1 | (n == nw) << 2 | (w == ww) << 3 | (n == nn) << 4 | (ne == nee) << 5

    def ask(self, guesses, alike):
        """The pixel, if a guess is right, and how many were not."""
        flags, failed = self.flags, 0
        flags.hash = self.hashes
        flags.open(0)
        for g, pixel in guesses:
            number = pixel_number(pixel)
            flags.select = [64 * g + alike, 1024 * g + (number & 255) * 4 + failed, 32 * g + min(self.scene.ink, 31)]
            flags.refine = [64 * g + alike, mix(number, 64 * g + alike) & 65535]
            if flags.bit(self.coder, 1 + g):
                return pixel, failed
            failed += 1
        return None, failed

    def spell(self, x, known):
        """The bytes of a pixel that no guess told."""
        out, digits = bytearray(), self.digits
        for i, rows in enumerate(self.scene.bytes):
            digits.hash = [mix(h, known) for h in self.hashes]
            self.beside = rows[0][x + EDGE - 1]
            if self.numbers:
                self.numbers.look(rows, x, i)
            high = self.nibble(32 * i, 0, 16)
            byte = self.nibble(32 * i + 1 + high // 16, high, 1)
            known = mix(known, byte + 1)
            if self.numbers:
                self.numbers.learn(byte)
            out.append(byte)
        return bytes(out)

    def nibble(self, part, low, unit):
        """The byte, as far as it is known behind the nibble."""
        digits, numbers, beside = self.digits, self.numbers, self.beside
        digits.open(part)
        node, context = 1, mix(beside, part) * 16
        mood = numbers.mood if numbers else 0
        for k in (3, 2, 1, 0):
            t = low + (unit << k)
            s = 8 * mood + k + (4 if unit == 16 else 0)
            digits.select = [16 * part + node, beside // 16 * 16 + node, s]
            digits.refine = [context + node & 65535]
            if numbers:
                tap = numbers.taps
                digits.select += [tap[1] // 16 * 16 + node,
                                  8 * (tap[0] // 64 + tap[1] // 64 * 4 + tap[3] // 64 * 16) + s % 8]
                digits.extra = numbers.bells.ask(t) + numbers.plain
            bit = digits.bit(self.coder, node)
            if numbers:
                numbers.bells.learn(bit)
            if bit:
                low = t
            node = 2 * node + bit
        return low
