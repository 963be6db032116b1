"""Opinions about numbers, bells: written from doc/spec/image.md alone."""

from blend import LOGISTIC
from tensor import held, towards_zero

LN2 = 11357  # in 2^-14


def fractions():
    """The table G, logarithms of what stands behind the point."""
    table = []
    for i in range(512):
        x, told = (512 + i) << 22, 0
        for _ in range(16):
            x = x * x >> 31
            told = told << 1 | x >> 32
            x >>= x >> 32
        table.append(told * LN2 + (1 << 21) >> 22)
    return table


def middles():
    """The table M, how much of a bell is below a place."""
    table = []
    for i in range(4097):
        z = (i - 2048) * 512
        table.append((7 * LOGISTIC.squash(z) + LOGISTIC.squash(towards_zero(z, 4)) >> 3) * 256 + 16 * i)
    return table


BELOW = middles()
FRACTIONS = fractions()


class Bells:
    """Bells over 0 .. most, one for each (middle, usual error)."""

    def __init__(self, opinions, most):
        self.shapes = [(128 + middle, (1 << 21) // (usual * 3 // 4 + 16)) for middle, usual in opinions]
        self.low, self.high = self.below(0), self.below(most + 1)

    def below(self, t):
        """What each bell has below t."""
        t, table, out = 256 * t, BELOW, []
        for middle, sharp in self.shapes:
            z = (t - middle) * sharp >> 16
            out.append(table[0 if z < -2048 else 4096 if z > 2048 else z + 2048])
        return out

    def ask(self, t):
        """What each bell says about "at least t"."""
        self.asked, out, parts = self.below(t), [], FRACTIONS
        for low, at, high in zip(self.low, self.asked, self.high):
            above, under = high - at + 64, at - low + 64
            e, f = above.bit_length() - 1, under.bit_length() - 1
            above = parts[(above >> e - 9 if e >= 9 else above << 9 - e) & 511]
            under = parts[(under >> f - 9 if f >= 9 else under << 9 - f) & 511]
            said = (e * LN2 >> 6) + above - (f * LN2 >> 6) - under
            out.append(-2047 if said < -2047 else 2047 if said > 2047 else said)
        return out

    def learn(self, answer):
        """Whether what was asked is true."""
        if answer:
            self.low = self.asked
        else:
            self.high = self.asked
