"""The engine blend that models of typed streams share, written from doc/spec/blend.md alone (and the tables of
doc/spec/cm.md)."""

from operator import add

from tensor import Logistic, held

U32 = 0xFFFFFFFF
NODES = 16
MOST_WEIGHT = (1 << 27) - 1
LOGISTIC = Logistic()
SQUASH, STRETCH = LOGISTIC.s, LOGISTIC.stretch
SSE_ROW = [LOGISTIC.squash((j - 16) * 8192) >> 6 for j in range(33)]
SPEED = [131072 // (2 * m + 3) for m in range(1024)]  # of a counter after m updates
TRUST = [256 * m // (m + 8) for m in range(1024)]
EMPTY = [0] + [1 << 21] * 15 + [0] * NODES  # a line: its check, p of the nodes 1 to 15, and m of nodes 0 to 15


def train(x, rows, step):
    """Moves weights of the inputs x, in all of the rows, by the step against the error."""
    moves = [v * step + 64 >> 7 for v in x]
    for row in rows:
        row[:] = map(add, row, moves)
        if max(row) > MOST_WEIGHT or min(row) < -MOST_WEIGHT:
            row[:] = [held(w, -MOST_WEIGHT, MOST_WEIGHT) for w in row]


class Blend:
    """Set hash before open(); select, refine and extra before bit(). Choices and contexts may be any keys."""

    def __init__(self, opens, contexts, extras, set_sizes, sse_sizes, table_log2, limit, rate):
        size = 1 << 14
        while size < opens * contexts * 64 and size < 1 << table_log2:
            size *= 2
        self.mask = size // 64 - 1
        self.table, self.lines = {}, []
        self.limit, self.rate, self.goal = limit, rate << 11, rate << 8
        start = (1 << 25) // (contexts + extras) // len(set_sizes)
        self.start = [start] * (2 * contexts + extras + 1)
        self.weights = [{} for _ in set_sizes]
        self.stages = [{} for _ in sse_sizes]
        self.hash, self.extra = [0] * contexts, [0] * extras
        self.select, self.refine = [0] * len(set_sizes), [0] * len(sse_sizes)

    def open(self, salt):
        """Finds the line of each context."""
        table, self.lines = self.table, []
        more = salt * 0x9E3779B1
        for number in self.hash:
            h = (number + more) * 0x85EBCA6B & U32
            h = (h ^ h >> 15) * 0x2C1B3C6D & U32
            place, check = (h ^ h >> 16) & self.mask, h | 1
            line = table.get(place)
            if line is None or line[0] != check:
                other = table.get(place ^ 1)
                line = other if other is not None and other[0] == check else self.take(place, line, other, check)
            self.lines.append(line)
            more += 0x2545F491

    def take(self, place, line, other, check):
        """The line at place or its other, whichever has learned less, emptied. It stays where contexts hold it."""
        if line is not None and (other[1 + NODES] if other else 0) < line[1 + NODES]:
            place, line = place ^ 1, other
        if line is None:
            line = self.table[place] = EMPTY[:]
        else:
            line[:] = EMPTY
        line[0] = check
        return line

    def inputs(self, node):
        x = []
        for line in self.lines:
            q, m = line[node] >> 10, line[NODES + node]
            if m:
                x += (STRETCH[q], (q - 2048) * TRUST[m] >> 8)
            else:
                x += (0, 0)
        x += self.extra
        x.append(256)
        return x

    def rows(self):
        """The chosen row of each weight set."""
        chosen = []
        for rows, choice in zip(self.weights, self.select):
            row = rows.get(choice)
            if row is None:
                row = rows[choice] = self.start[:]
            chosen.append(row)
        return chosen

    def refined(self, p, place):
        """p by the SSE stages, and of each the number that will learn, as (row, index)."""
        if not self.stages:
            return p, ()
        j, f = place >> 7, place & 127
        nearest, q = [], 2 * p if len(self.stages) > 1 else p
        for rows, context in zip(self.stages, self.refine):
            row = rows.get(context)
            if row is None:
                row = rows[context] = SSE_ROW[:]
            q += row[j] * (128 - f) + row[j + 1] * f >> 1
            nearest.append((row, j + (f >> 6)))
        return q >> len(self.stages), nearest

    def bit(self, coder, node):
        """One decision: decodes, learns, returns it."""
        x, rows = self.inputs(node), self.rows()
        total = sum([v * (w >> 12) >> 6 for v, w in zip(x, map(sum, zip(*rows)))])
        total = (total + 0x80000000 & U32) - 0x80000000
        a = held(total, -196608, 196607) + 196608
        low = SQUASH[a >> 8]
        p = low + ((SQUASH[(a >> 8) + 1] - low) * (a & 255) >> 8)
        q, nearest = self.refined(p, held(total >> 6, -2047, 2047) + 2048)
        bit = coder.bit(held(q, 32, (1 << 22) - 32))
        self.rate += self.goal - self.rate >> 16
        error = (bit << 22) - p
        if abs(error) > 4096:
            train(x, rows, held(error * (self.rate >> 8) >> 16, -524287, 524287))
        target = 65535 if bit else 0
        for row, j in nearest:
            row[j] += target - row[j] >> 6
        self.count(node, (1 << 22) - 1 if bit else 0)
        return bit

    def count(self, node, target):
        """The counter of each context learns."""
        limit, of_m = self.limit, NODES + node
        for line in self.lines:
            m = line[of_m]
            line[node] += (target - line[node]) * SPEED[m] >> 16
            if m < limit:
                line[of_m] = m + 1
