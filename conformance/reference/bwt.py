"""Model 1, bwt: written from doc/spec/bwt.md alone."""

from coder import Decoder
from container import Damaged


class Table(dict):
    """Counters by context, all 0 at first."""

    def __missing__(self, key):
        return 0


class Refiner:
    def __init__(self):
        self.steps = [(2 * i + 1) * 4096 for i in range(8)]

    def learn(self, i, target):
        self.steps[i] += (target + 32768 - self.steps[i]) >> 6


class Mixer:
    def __init__(self, inputs):
        self.weights = [16384 * 11 // 10 // inputs] * inputs
        self.refiner = Refiner()


def made(table, key, make):
    if key not in table:
        table[key] = make()
    return table[key]


def target_of(bit):
    return 32767 if bit else -32768


def single_bit(coder, table, key):
    v, n = table.get(key, (0, 0))
    bit = coder.bit(max(1024, min((1 << 22) - 1024, 64 * (v + 32768))))
    step = (target_of(bit) - v) * 2
    v += step // (2 * n + 3) if step >= 0 else -(-step // (2 * n + 3))
    table[key] = v, min(n + 1, 60)
    return bit


def mixed_bit(coder, places, rates, mixer, share, second=None):
    """The places are the counters' tables and keys."""
    values = [table[key] for table, key in places]
    p = sum(v * w for v, w in zip(values, mixer.weights)) >> 14
    p = max(-32736, min(32735, p))
    q = p + 32768
    i = q >> 13
    refiners = [mixer.refiner] if second is None else [mixer.refiner, second]
    bit = coder.bit(32 * sum([q] * len(refiners) + [r.steps[i] for r in refiners]) // len(refiners))
    target = target_of(bit)
    error = target - p >> 2
    for k, (table, key) in enumerate(places):
        mixer.weights[k] += values[k] * error + (1 << share - 1) >> share
        table[key] = values[k] + (target - values[k] >> rates[k])
    for refiner in refiners:
        refiner.learn(i, target)
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
    counters, classes, before = {}, [], 0
    for _ in range(256):
        node = 1
        for _ in range(5):
            node = 2 * node + single_bit(coder, counters, (before, node))
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


def run_class(repeats):
    return repeats if repeats < 5 else min(15, repeats.bit_length() + 2)


class Runs:
    """What the runs of a block are predicted by."""

    def __init__(self, coder, n, level):
        self.coder, self.n = coder, n
        self.fine = level == 2
        self.share = 21 if self.fine else 20
        self.tree = Tree(read_classes(coder))
        self.patience = coder.raw(2)
        self.out = bytearray()
        self.c1 = self.c2 = self.repeats = 0
        self.last, self.flags, self.past = [0] * 256, [0] * 256, {}
        self.node_mixers, self.flag_mixers, self.second = {}, {}, {}
        self.tables = [Table() for _ in range(6)]
        self.flag_tables = [Table() for _ in range(4)]
        self.more, self.mantissa = {}, {}

    def read_symbol(self, excluded):
        leaf, node = self.tree.root
        way = self.tree.ways.get(self.c1, {})
        shared = excluded
        while not leaf:
            children = self.tree.children[node]
            if shared and (True, self.c1) in children:
                leaf, node = children[1 - children.index((True, self.c1))]
                shared = False
                continue
            bit = self.read_branch(node, excluded, shared)
            shared = shared and way[node] == bit
            leaf, node = children[bit]
        return node

    def read_branch(self, node, excluded, shared):
        past = self.past.get((shared, node), 0)
        h = (self.c1 * 512 + self.c2 * 2 + excluded) * 0x9E3779B1 % (1 << 32) >> 16
        keys = [(self.c1 + 1 if shared else 0, node), (excluded, self.c1, node), h ^ node]
        second = None
        if self.fine:
            keys += [(shared, past), (shared, node), (self.c2, node)]
            second = made(self.second, (self.c1, node), Refiner)
        mixer = made(self.node_mixers, (shared, node), lambda: Mixer(len(keys)))
        places = list(zip(self.tables, keys))
        bit = mixed_bit(self.coder, places, [2, 4, 4, 5, 4, 4], mixer, self.share, second)
        self.past[shared, node] = 2 * past + bit & 255
        return bit

    def read_flag(self, before):
        """Whether the run goes on."""
        c1, now = self.c1, self.repeats if self.repeats < 5 else 5 if self.repeats < 8 else 6
        recent = bytes(8) + self.out[-8:]
        around = sum((recent[-2 - k] == c1) << k for k in range(7))
        keys = [c1, (around, before, now)]
        if self.fine:
            keys += [(self.flags[c1], now), (c1, before, now)]
        mixer = made(self.flag_mixers, (now, before), lambda: Mixer(len(keys)))
        bit = mixed_bit(self.coder, list(zip(self.flag_tables, keys)), [4, 6, 5, 5], mixer, self.share)
        self.flags[c1] = 2 * self.flags[c1] + bit & 255
        return bit

    def continue_run(self):
        before = self.last[self.c1]
        while len(self.out) < self.n and self.repeats < 12:
            if not self.read_flag(before):
                return
            self.out.append(self.c1)
            self.repeats += 1
        if len(self.out) < self.n:
            count = self.read_number(before)
            if count > self.n - len(self.out):
                raise Damaged("a run beyond the block")
            self.out += bytes([self.c1]) * count
            self.repeats += count

    def read_number(self, before):
        bits = 0
        while bits < 31 and single_bit(self.coder, self.more, (before, bits)):
            bits += 1
        r = 1
        for _ in range(bits):
            bit = single_bit(self.coder, self.mantissa, (bits, r)) if r < 4 else self.coder.raw(1)
            r = 2 * r + bit
        return r - 1

    def read_on(self):
        excluded = len(self.out) > 0 and self.repeats >= self.patience
        if excluded:
            self.continue_run()
            if len(self.out) == self.n:
                return
        symbol = self.read_symbol(excluded)
        if self.out and symbol == self.c1 and not excluded:
            self.repeats += 1
        else:
            self.last[self.c1] = run_class(self.repeats)
            self.c2, self.c1, self.repeats = self.c1, symbol, 0
        self.out.append(symbol)


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
        runs.read_on()
    return invert(bytes(runs.out), starts, stride)
