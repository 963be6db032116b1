"""Deflate streams from their content, rules and notes, as doc/spec/pieces/deflate.md describes it."""

import container

LEVELS = {1: (4, 4, 8, 4), 2: (4, 5, 16, 8), 3: (4, 6, 32, 32), 4: (4, 4, 16, 16), 5: (8, 16, 32, 32),
          6: (8, 16, 128, 128), 7: (8, 32, 128, 256), 8: (32, 128, 258, 1024), 9: (32, 258, 258, 4096)}
ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
ITEM_EXTRA = {16: (2, 3), 17: (3, 3), 18: (7, 11)}  # bits, least
FIXED_LITERALS = [8] * 144 + [9] * 112 + [7] * 24 + [8] * 8
STORED, FIXED, DYNAMIC = range(3)


def bases(first, step, count):
    """[(least, extra bits)]: `step` symbols share a number of extra bits, the first 2 * step have none."""
    table, least = [], first
    for symbol in range(count):
        extra = max(0, symbol // step - 1)
        table.append((least, extra))
        least += 1 << extra
    return table


LENGTHS = bases(3, 4, 28) + [(258, 0)]
DISTANCES = bases(1, 2, 30)


def symbol_of(table, value):
    return max(s for s, (least, _) in enumerate(table) if least <= value)


LENGTH_SYMBOL = {length: symbol_of(LENGTHS, length) for length in range(3, 259)}


def damaged(when):
    if when:
        raise container.Damaged("notes on a deflate stream")


class Notes:
    def __init__(self, data):
        self.data, self.at, self.gap = data, 0, None

    def number(self):
        value = shift = 0
        while True:
            damaged(self.at == len(self.data))
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def event(self):
        if self.gap is None:
            self.gap = self.number() if self.at < len(self.data) else float("inf")
        if self.gap == 0:
            self.gap = None
            return True
        self.gap -= 1
        return False

    def instead(self, foretold):
        return self.number() if self.event() else foretold


class Bits:
    def __init__(self):
        self.value, self.count = 0, 0

    def put(self, value, n):
        self.value |= (value & ((1 << n) - 1)) << self.count
        self.count += n

    def to_byte(self):
        return -self.count % 8

    def bytes(self):
        return self.value.to_bytes((self.count + 7) // 8, "little")


class Rules:
    def __init__(self, first, second):
        damaged(first > 127 or second > 8191)
        self.level, self.filtered, self.fixed, self.cut = first & 15, first & 16, first & 32, first & 64
        self.reach = (1 << 9 + (second & 7)) - 262
        self.hash_bits = 8 + (second >> 3 & 15)
        block = second >> 7 & 15
        self.block_tokens = (1 << 6 + block) - 1 if block else 0
        self.far, self.full = second & 2048, second & 4096
        damaged(self.level > 10 or second & 7 > 6 or self.hash_bits > 16 or block > 9)
        self.good, self.lazy, self.nice, self.chain = LEVELS.get(self.level, (0, 0, 0, 0))


class Matcher:
    def __init__(self, rules, data):
        self.rules, self.data = rules, data
        self.at, self.end, self.floor, self.next_entry = 0, len(data), 0, 0
        self.last, self.before = {}, {}
        self.kept = self.following = None

    def hash(self, p):
        bits, d = self.rules.hash_bits, self.data
        s = (bits + 2) // 3
        return (d[p] << 2 * s ^ d[p + 1] << s ^ d[p + 2]) & ((1 << bits) - 1)

    def enter(self, until, leave_out=False):
        for p in range(self.next_entry, until):
            if p + 3 <= len(self.data) and not leave_out:
                h = self.hash(p)
                self.before[p], self.last[h] = self.last.get(h, 0), p
        self.next_entry = max(self.next_entry, until)

    def chain(self, p):
        q = self.before.get(p, 0)
        while q > 0:
            yield q
            q = self.before[q]

    def common(self, a, b, most):
        n = 0
        while n < most and self.data[a + n] == self.data[b + n]:
            n += 1
        return n

    def find(self, p, best):
        r, left, result = self.rules, self.end - p, None
        most = min(258, left)
        if left < 3 or best >= most:
            return None
        looks = r.chain // 4 if best >= r.good else r.chain
        for i, q in enumerate(self.chain(p)):
            if i == looks or p - q > r.reach or (i > 0 and p - q == r.reach) or (r.full and q <= self.floor):
                break
            length = self.common(p, q, most)
            if length > best:
                best, result = length, (length, p - q)
                if length >= min(r.nice, most):
                    break
        return result

    def worthy(self, p, best):
        match = self.find(p, best)
        if match and ((self.rules.filtered and match[0] <= 5) or
                      (match[0] == 3 and match[1] > 4096 and not self.rules.far)):
            return None
        return match

    def foretell(self):
        at, level = self.at, self.rules.level
        self.following = None
        if level == 0:
            return None
        if level == 10:
            n = self.common(at, at - 1, min(258, self.end - at)) if at else 0
            return (n, 1) if n >= 3 else None
        self.enter(at + 1)
        if level < 4:
            return self.find(at, 2)
        match = self.kept or self.worthy(at, 2)
        if match and match[0] < self.rules.lazy and at + 1 < self.end:
            self.enter(at + 2)
            self.following = self.worthy(at + 1, match[0])
        return None if self.following else match

    def accept(self, match):
        n, level = match[0] if match else 1, self.rules.level
        if 1 <= level < 4:
            inside = n == 1 or (n <= self.rules.lazy and self.end - (self.at + n) >= 3)
            self.enter(self.at + (n if inside else 1))
            self.enter(self.at + n, leave_out=True)
        self.at += n
        if 4 <= level < 10:
            self.enter(self.at)
        self.kept = None if match else self.following

    def skip(self, n):
        self.at += n
        self.kept = None
        if 1 <= self.rules.level < 10:
            self.enter(self.at)

    def ranked(self, length, rank):
        if self.rules.level in (0, 10) or self.at >= self.next_entry:
            return None
        for i, q in enumerate(self.chain(self.at)):
            if i == 256 or self.at - q >= self.rules.reach:
                return None
            rank -= self.common(self.at, q, length) == length
            if rank == 0:
                return self.at - q
        return None


def tree_lengths(frequency, limit):
    n = len(frequency)
    f, height, parent, heap, ordered = list(frequency), [0] * n, {}, [None], []

    def first(a, b):
        return f[a] < f[b] or (f[a] == f[b] and height[a] <= height[b])

    def sift(k):
        v = heap[k]
        while 2 * k < len(heap):
            j = 2 * k
            if j + 1 < len(heap) and first(heap[j + 1], heap[j]):
                j += 1
            if first(v, heap[j]):
                break
            heap[k], k = heap[j], j
        heap[k] = v

    count = 0
    for symbol in range(n):
        if f[symbol]:
            heap.append(symbol)
            count = symbol + 1
    while len(heap) < 3:
        symbol = count if count < 3 else 0
        count += count < 3
        heap.append(symbol)
        f[symbol] = 1
    for k in range((len(heap) - 1) // 2, 0, -1):
        sift(k)
    while len(heap) > 2:
        a, heap[1] = heap[1], heap[-1]
        heap.pop()
        sift(1)
        b, node = heap[1], len(f)
        f.append(f[a] + f[b])
        height.append(max(height[a], height[b]) + 1)
        parent[a] = parent[b] = node
        ordered += [a, b]
        heap[1] = node
        sift(1)
    ordered.append(heap[1])
    ordered.reverse()
    depth, c, over = {ordered[0]: 0}, [0] * (limit + 1), 0
    for node in ordered[1:]:
        d = depth[parent[node]] + 1
        over += d > limit
        depth[node] = min(d, limit)
        if node < n:
            c[depth[node]] += 1
    if over:
        while over > 0:
            d = max(d for d in range(limit) if c[d])
            c[d], c[d + 1] = c[d] - 1, c[d + 1] + 2
            c[limit] -= 1
            over -= 2
        symbols = (node for node in reversed(ordered) if node < n)
        for d in range(limit, 0, -1):
            for _ in range(c[d]):
                depth[next(symbols)] = d
    return [depth.get(symbol, 0) for symbol in range(n)], count


def foretell_item(lengths, i, literals):
    value, end = lengths[i], literals if i < literals else len(lengths)
    run = 1
    while i + run < min(end, i + 138) and lengths[i + run] == value:
        run += 1
    if value == 0 and run >= 3:
        return (18, run) if run >= 11 else (17, run)
    if value and run >= 3 and i not in (0, literals) and lengths[i - 1] == value:
        return 16, min(run, 6)
    return value, 1


def foretell_heads(items):
    heads = tree_lengths([sum(s == symbol for s, _ in items) for symbol in range(19)], 7)[0]
    told = 19
    while told > 4 and heads[ORDER[told - 1]] == 0:
        told -= 1
    return heads, told


class Shape:
    def __init__(self, literals, distances):
        self.literals, self.distances = literals, distances
        self.items, lengths, i = [], literals + distances, 0
        while i < len(lengths):
            self.items.append(foretell_item(lengths, i, len(literals)))
            i += self.items[-1][1]
        self.heads, self.told = foretell_heads(self.items)

    def bits(self):
        return 14 + 3 * self.told + sum(self.heads[s] + ITEM_EXTRA.get(s, (0, 0))[0] for s, _ in self.items)


def token_bits(literal, distance, literals, distances):
    return (sum(n * e for n, (_, e) in zip(literal[257:], LENGTHS)) + sum(n * e for n, (_, e) in zip(distance, DISTANCES)) +
            sum(n * b for n, b in zip(literal, literals)) + sum(n * b for n, b in zip(distance, distances)))


def noted_shape(notes, foretold):
    def number(value, least, most):
        value = notes.instead(value)
        damaged(not least <= value <= most)
        return value

    counts = number(len(foretold.literals), 257, 286), number(len(foretold.distances), 1, 30)
    literals, distances = ([number(old[i] if i < len(old) else 0, 0, 15) for i in range(count)]
                           for count, old in zip(counts, (foretold.literals, foretold.distances)))
    shape, lengths, i = Shape.__new__(Shape), literals + distances, 0
    shape.literals, shape.distances, shape.items = literals, distances, []
    while i < len(lengths):
        item = foretell_item(lengths, i, len(literals))
        if notes.event():
            item = notes.number(), notes.number()
            bits, least = ITEM_EXTRA.get(item[0], (0, 1))
            damaged(item[0] > 18 or not least <= item[1] < least + (1 << bits) or item[1] > len(lengths) - i)
        shape.items.append(item)
        i += item[1]
    heads, told = foretell_heads(shape.items)
    shape.heads = [number(heads[s], 0, 7) for s in range(19)]
    shape.told = number(told, 4, 19)
    return shape


def codes(lengths):
    """Symbol to (code as it is written, bits)."""
    code, table = 0, {}
    for bits in range(1, 16):
        for symbol, length in enumerate(lengths):
            if length == bits:
                table[symbol] = int(f"{code:0{bits}b}"[::-1], 2), bits
                code += 1
        code <<= 1
    return table


def put_shape(bits, shape):
    bits.put(len(shape.literals) - 257, 5)
    bits.put(len(shape.distances) - 1, 5)
    bits.put(shape.told - 4, 4)
    for symbol in ORDER[:shape.told]:
        bits.put(shape.heads[symbol], 3)
    table = codes(shape.heads)
    for symbol, count in shape.items:
        bits.put(*table[symbol])
        if symbol in ITEM_EXTRA:
            bits.put(count - ITEM_EXTRA[symbol][1], ITEM_EXTRA[symbol][0])


def put_tokens(bits, tokens, literals, distances):
    literal, distance = codes(literals), codes(distances)
    for token in tokens:
        if isinstance(token, int):
            bits.put(*literal[token])
            continue
        for table, base, value, symbol in ((literal, LENGTHS, token[0], LENGTH_SYMBOL[token[0]]),
                                           (distance, DISTANCES, token[1], symbol_of(DISTANCES, token[1]))):
            bits.put(*table[symbol + (257 if base is LENGTHS else 0)])
            bits.put(value - base[symbol][0], base[symbol][1])
    bits.put(*literal[256])


class Stream:
    def __init__(self, rules, data, notes):
        self.rules, self.data, self.bits = rules, data, Bits()
        self.blocks, self.shapes, self.tokens = (Notes(part) for part in notes)
        self.matcher = Matcher(rules, data)

    def next_token(self):
        m, match = self.matcher, self.matcher.foretell()
        if self.tokens.event():
            length, match = self.tokens.number() + 2, None
            if length > 2:
                damaged(length > min(258, m.end - m.at))
                rank = self.tokens.number()
                distance = m.ranked(length, rank) if rank else self.tokens.number()
                damaged(not distance or distance > min(32768, m.at))
                match = length, distance
        token = match or self.data[m.at]
        m.accept(match)
        return token

    def ended(self, tokens, begin, place):
        r, m, n = self.rules, self.matcher, len(tokens)
        if m.at == len(self.data) or (n and n == r.block_tokens):
            return True
        if not r.cut or r.level < 3 or n == 0 or n % 4096:
            return False
        matches = [token for token in tokens if not isinstance(token, int)]
        out = (8 * n + sum(5 + DISTANCES[symbol_of(DISTANCES, d)][1] for _, d in matches)) // 8
        return len(matches) < n // 2 and out < (place - begin + (r.level >= 4)) // 2

    def read_tokens(self, how, amount):
        m, tokens = self.matcher, []
        begin = place = m.at
        stop = m.at + amount
        while not (len(tokens) == amount if how == 0 else m.at == stop if how == 1 else self.ended(tokens, begin, place)):
            damaged(m.at == m.end or len(tokens) == 1 << 19)
            place = m.at
            tokens.append(self.next_token())
        return tokens

    def put_block(self, tokens, size, final_after):
        literal, distance = [0] * 286, [0] * 30
        literal[256] = 1
        for token in tokens:
            literal[token if isinstance(token, int) else 257 + LENGTH_SYMBOL[token[0]]] += 1
            if not isinstance(token, int):
                distance[symbol_of(DISTANCES, token[1])] += 1
        (literals, n), (distances, k) = tree_lengths(literal, 15), tree_lengths(distance, 15)
        shape = Shape(literals[:n], distances[:k])
        dynamic = (shape.bits() + token_bits(literal, distance, shape.literals, shape.distances) + 10) // 8
        fixed = (token_bits(literal, distance, FIXED_LITERALS, [5] * 30) + 10) // 8
        kind = STORED if size + 4 <= min(dynamic, fixed) else FIXED if fixed <= dynamic else DYNAMIC
        kind = self.blocks.instead(FIXED if self.rules.fixed else kind)
        damaged(kind not in (FIXED, DYNAMIC))
        if kind == DYNAMIC:
            shape = noted_shape(self.shapes, shape)
        final = final_after()
        self.bits.put(final | kind << 1, 3)
        if kind == DYNAMIC:
            put_shape(self.bits, shape)
            put_tokens(self.bits, tokens, shape.literals, shape.distances)
        else:
            put_tokens(self.bits, tokens, FIXED_LITERALS, [5] * 30)
        return final

    def stored(self, amount, final_after):
        m = self.matcher
        damaged(amount > min(65535, len(self.data) - m.at))
        at = m.at
        m.skip(amount)
        if self.rules.full and amount == 0:
            m.floor = m.at
        padding = self.blocks.instead(0)
        final = final_after()
        self.bits.put(final, 3)
        self.bits.put(padding, self.bits.to_byte())
        self.bits.put(amount | (amount ^ 0xFFFF) << 16, 32)
        self.bits.put(int.from_bytes(self.data[at:m.at], "little"), 8 * amount)
        return final

    def block(self):
        m, how, amount = self.matcher, None, 0
        if self.blocks.event():
            how, amount = self.blocks.number(), self.blocks.number()
            damaged(how > 2)

        def final_after():
            return m.at == len(self.data) and not self.blocks.event()

        if how == 2:
            return self.stored(amount, final_after)
        if how == 1:
            damaged(amount > len(self.data) - m.at)
            m.end = m.at + amount
            if m.kept and m.kept[0] > amount:
                m.kept = None
        at, tokens = m.at, self.read_tokens(how, amount)
        m.end = len(self.data)
        return self.put_block(tokens, m.at - at, final_after)

    def run(self):
        while not self.block():
            pass
        self.bits.put(self.blocks.instead(0), self.bits.to_byte())
        return self.bits.bytes()


class Deflated:
    """What a recipe says of a stream."""

    def __init__(self, streams, recipe):
        self.packed, self.plain = streams.varint(), streams.varint()
        damaged(max(self.packed, self.plain) > 1 << 30)
        self.rules = Rules(streams.varint(), streams.varint())
        sizes = [streams.varint() for _ in range(3)]
        self.notes = [streams.take(recipe, size) for size in sizes]

    def join(self, content):
        packed = Stream(self.rules, content, self.notes).run()
        damaged(len(packed) != self.packed)
        return packed
