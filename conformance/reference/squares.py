"""Least squares over the neighbourhood: written from doc/spec/image.md alone."""

from math import isqrt
from operator import add, mul, sub

from tensor import held, towards_zero

ROW_MOST, WEIGHT_MOST = 1 << 28, 1 << 18


class Solve:
    def __init__(self, radius, fade, period, ridge):
        self.radius, self.fade, self.period, self.ridge = radius, fade, period, ridge

    def begin(self, taps, width):
        """Nothing is known. A column's sums are the lower half of its matrix, row by row, and then its vector."""
        self.taps, self.width, self.age = taps, width, 0
        self.cells = min(width, 4096)
        self.nothing = [0] * (taps * (taps + 3) // 2)
        self.columns = [self.nothing] * self.cells
        self.window = self.nothing
        self.weights = [0] * taps

    def row(self):
        """A row begins."""
        self.window, self.age = self.nothing, 0
        for column in self.columns[:self.radius + 1]:
            self.window = list(map(add, self.window, column))

    def predict(self, inputs):
        """The prediction in 1/256."""
        if self.age == 0:
            self.solve()
        self.age = (self.age + 1) % self.period
        self.inputs = inputs
        return sum(map(mul, self.weights, inputs)) >> 8

    def solve(self):
        """The weights that would have been best, by Cholesky's way; z is one more row of L."""
        n, every = self.taps, 1
        for entry in self.window:
            every |= abs(entry)
        unit = 1 << 55 - every.bit_length()
        ridge = self.ridge * unit
        scaled = [entry * unit for entry in self.window]
        rows, at = [], 0
        for i in range(n):
            row = row_of(scaled[at:at + i], rows)
            row.append(isqrt(max(scaled[at + i] + ridge - sum(map(mul, row, row)), 1 << 28)))
            rows.append(row)
            at += i + 1
        wanted = scaled[at:]
        wanted[:2] = [number + ridge // 2 for number in wanted[:2]]
        self.weights = solved(rows, row_of(wanted, rows))

    def learn(self, x, d):
        """What was wanted at pixel x was d."""
        every, inputs = abs(d), self.inputs
        for number in inputs:
            every |= abs(number)
        shift = max(every.bit_length() - 9, 0)
        if shift:
            inputs, d = [number >> shift for number in inputs], d >> shift
        change = []
        for i, number in enumerate(inputs):
            change += [number * other for other in inputs[:i + 1]]
        change += [number * d for number in inputs]
        self.change(x, change)

    def change(self, x, change):
        """Column and window add the change; the window moves on with the pixels."""
        cells, width, fade = self.cells, self.width, self.fade
        column = x * cells // width
        old = self.columns[column]
        if x == 0 or (x - 1) * cells // width != column:
            change = [new - (before >> fade) for new, before in zip(change, old)]
        self.columns[column] = list(map(add, old, change))
        self.window = list(map(add, self.window, change))
        following = (x + 1) * cells // width
        if column < following < cells:
            if following + self.radius < cells:
                self.window = list(map(add, self.window, self.columns[following + self.radius]))
            if following > self.radius:
                self.window = list(map(sub, self.window, self.columns[following - self.radius - 1]))


def row_of(sums, rows):
    """What stands in front of the diagonal in a row of L."""
    row = []
    for left, above in zip(sums, rows):
        left -= sum(map(mul, row, above))
        quotient = left // above[-1] if left >= 0 else -(-left // above[-1])
        row.append(quotient if -ROW_MOST <= quotient <= ROW_MOST else held(quotient, -ROW_MOST, ROW_MOST))
    return row


def solved(rows, z):
    """The weights, from the last to the first."""
    weights, left = [], [number * 65536 for number in z]
    for row in reversed(rows):
        weight = held(towards_zero(left[len(row) - 1], row[-1]), -WEIGHT_MOST, WEIGHT_MOST)
        weights.append(weight)
        left = [number - entry * weight for number, entry in zip(left, row[:-1])]
    return weights[::-1]
