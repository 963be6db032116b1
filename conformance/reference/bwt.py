"""Model 1, bwt: written from doc/spec/bwt.md alone."""

from coder import Decoder
from container import Damaged


def make_squash():
    table, middle, t = [0] * 1538, 768, 1 << 32
    for i in range(770):
        p = (1 << 54) // ((1 << 32) + t)
        if middle + i < 1538:
            table[middle + i] = p
        if i <= middle:
            table[middle - i] = (1 << 22) - p
        t = t * 4228380000 >> 32
    return table


SQUASH = make_squash()


def squash(x):
    a = max(-196608, min(196607, x)) + 196608
    low, high = SQUASH[a >> 8], SQUASH[(a >> 8) + 1]
    return low + ((high - low) * (a & 255) >> 8)


def make_stretch():
    table, x = [], -2047
    for p in range(4096):
        while x < 2047 and squash(64 * x) < 1024 * p + 512:
            x += 1
        table.append(x)
    return table


STRETCH = make_stretch()
CLASS = [0, 1, 2, 3, 4, 4, 5, 5, *[6] * 4, *[7] * 4, *[8] * 8, *[9] * 8, 10]


class Counter:
    __slots__ = ("value", "count")

    def __init__(self):
        self.value = self.count = 0

    def probability(self):
        return self.value + (1 << 21)

    def learn(self, bit, limit):
        error = ((1 << 22) - 1 if bit else 0) - self.probability()
        self.value += error * (131072 // (2 * self.count + 3)) >> 16
        if self.count < limit:
            self.count += 1


class Table(dict):
    """Counters by context, each made when it is first asked for."""

    def __missing__(self, key):
        self[key] = counter = Counter()
        return counter


def single_bit(coder, counter):
    bit = coder.bit(max(1024, min((1 << 22) - 1024, counter.probability())))
    counter.learn(bit, 30)
    return bit


def mixed_bit(coder, counters, limits, weights, rate):
    x = [STRETCH[c.probability() >> 10] for c in counters]
    p = squash(sum(w * v for w, v in zip(weights, x)) >> 10)
    bit = coder.bit(p)
    error = (bit << 22) - p >> 8
    for i, value in enumerate(x):
        weights[i] += error * value + (1 << rate - 1) >> rate
        counters[i].learn(bit, limits[i])
    return bit


def read_starts(coder, n):
    stride = 14
    while 8 << stride < n:
        stride += 1
    walks = min(((n - 1) >> stride) + 1, 8)
    bits = (n - 1).bit_length()
    starts = []
    for _ in range(walks):
        start = 0
        for _ in range(bits):
            start = start << 1 | coder.raw(1)
        if start >= n:
            raise Damaged("a start beyond the block")
        starts.append(start)
    return starts, stride


def read_classes(coder):
    counters, classes, before = Table(), [], 0
    for _ in range(256):
        node = 1
        for _ in range(5):
            node = 2 * node + single_bit(coder, counters[before, node])
        before = node - 32
        classes.append(before)
    if not any(classes):
        raise Damaged("a block without symbols")
    return classes


class Tree:
    """The nodes' children, as (True, symbol) of a leaf or (False, node), and the way to each leaf."""

    def __init__(self, classes):
        self.symbols = [s for s in range(256) if classes[s]]
        self.sums = [0]
        for symbol in self.symbols:
            self.sums.append(self.sums[-1] + (1 << classes[symbol]))
        self.children = []
        self.root = self.grow(0, len(self.symbols))
        self.ways = {}  # symbol -> [(node, bit)]
        self.trace(self.root, [])

    def grow(self, low, high):
        if high - low == 1:
            return True, self.symbols[low]
        number, w = len(self.children), self.sums
        self.children.append(None)
        cut = low + 1
        while cut + 1 < high and w[cut] + w[cut + 1] < w[low] + w[high]:
            cut += 1
        self.children[number] = [self.grow(low, cut), self.grow(cut, high)]
        return False, number

    def trace(self, place, way):
        leaf, number = place
        if leaf:
            self.ways[number] = dict(way)
            return
        for bit in (0, 1):
            self.trace(self.children[number][bit], way + [(number, bit)])


class Runs:
    """What the runs of a block are predicted by."""

    def __init__(self, coder, n, level):
        self.coder, self.n = coder, n
        self.fine = level == 2
        self.limits = [5, 25, 120, 60, 60, 25][:6 if self.fine else 3]
        self.length_limits = [30, 60, 250, 60][:4 if self.fine else 3]
        self.tree = Tree(read_classes(coder))
        self.out = bytearray()
        self.c1 = self.c2 = 0
        self.before = self.own = 0
        self.flags, self.last, self.past = [0] * 256, [0] * 256, {}
        self.node_weights, self.length_weights = {}, {}
        self.tables = [Table() for _ in range(6)]
        self.length_tables = [Table() for _ in range(4)]
        self.more, self.mantissa = Table(), Table()

    def read_symbol(self):
        leaf, node = self.tree.root
        way = self.tree.ways[self.c1] if self.out else {}
        shared = bool(self.out)
        while not leaf:
            children = self.tree.children[node]
            if shared and (True, self.c1) in children:
                leaf, node = children[1 - children.index((True, self.c1))]
                shared = False
                continue
            bit = self.read_branch(node, shared)
            shared = shared and way[node] == bit
            leaf, node = children[bit]
        return node

    def read_branch(self, node, shared):
        past = self.past.get(node, 0)
        keys = [(self.c1 + 1 if shared else 0, node), (self.c1, node), (node, past)]
        if self.fine:
            h = ((self.c1 * 256 + self.c2) * 0x9E3779B1 & 0xFFFFFFFF) >> 16
            keys += [(self.c2, node), (self.before, self.own, node), h + node * 0x2F35 & 0xFFFF]
        weights = self.node_weights.setdefault(node, [16384 if self.fine else 29491] * len(keys))
        counters = [table[key] for table, key in zip(self.tables, keys)]
        bit = mixed_bit(self.coder, counters, self.limits, weights, 14)
        self.past[node] = 2 * past + bit & 255
        return bit

    def read_length(self, symbol):
        """Writes the run of the symbol, of which one byte is written; its length, at most 32."""
        around = sum((self.out[-2 - k] == symbol) << k for k in range(16) if k + 2 <= len(self.out))
        run = 1
        while len(self.out) < self.n and run < 32:
            c = CLASS[run]
            keys = [(symbol, c), (self.flags[symbol], c), around]
            if self.fine:
                keys.append((self.last[symbol], c, self.before))
            weights = self.length_weights.setdefault((around % 16, c), [26214 if self.fine else 29491] * len(keys))
            counters = [table[key] for table, key in zip(self.length_tables, keys)]
            bit = mixed_bit(self.coder, counters, self.length_limits, weights, 15)
            self.flags[symbol] = 2 * self.flags[symbol] + bit & 255
            if not bit:
                break
            self.out.append(symbol)
            run += 1
            around = 2 * around + 1 & 0xFFFF
        if run == 32:
            count = self.read_number()
            if count > self.n - len(self.out):
                raise Damaged("a run beyond the block")
            self.out += bytes([symbol]) * count
        return run

    def read_number(self):
        bits = 0
        while bits < 31 and single_bit(self.coder, self.more[bits]):
            bits += 1
        r = 1
        for _ in range(bits):
            bit = single_bit(self.coder, self.mantissa[bits, r]) if r < 32 else self.coder.raw(1)
            r = 2 * r + bit
        return r - 1

    def read_run(self):
        symbol = self.read_symbol()
        self.c2, self.c1 = self.c1, symbol
        self.out.append(symbol)
        run = self.read_length(symbol)
        self.own = self.last[symbol]
        self.before = self.last[symbol] = CLASS[run]


def invert(changed, starts, stride):
    n = len(changed)
    order = sorted(range(n), key=lambda i: (changed[i], i))
    out = bytearray()
    for k, rank in enumerate(starts):
        end = n if k == len(starts) - 1 else (k + 1) << stride
        while len(out) < end:
            i = order[rank]
            out.append(changed[i])
            row = i + 1 if i > starts[0] else i
            rank = max(row - 1, 0)
    return bytes(out)


def decode(payload, n, parameter):
    coder = Decoder(payload)
    starts, stride = read_starts(coder, n)
    runs = Runs(coder, n, parameter)
    while len(runs.out) < n:
        runs.read_run()
    return invert(bytes(runs.out), starts, stride)
