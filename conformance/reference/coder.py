"""The range decoder of doc/FORMAT.md, section Entropy coder."""

P_BITS = 22


class Decoder:
    def __init__(self, payload):
        self.payload = payload
        self.at = 0
        self.range = 0xFFFFFFFF
        self.code = 0
        for _ in range(4):
            self.code = self.code << 8 | self.next()

    def next(self):
        """A byte of the payload, zeros behind its end."""
        self.at += 1
        return self.payload[self.at - 1] if self.at <= len(self.payload) else 0

    def refill(self):
        while self.range < 1 << 24:
            self.range = self.range << 8
            self.code = (self.code << 8 | self.next()) & 0xFFFFFFFF

    def bit(self, p_one):
        """A bit that is 1 with probability p_one / 2^22."""
        bound = self.range * p_one >> P_BITS
        if self.code < bound:
            self.range = bound
            bit = 1
        else:
            self.range -= bound
            self.code = self.code - bound & 0xFFFFFFFF
            bit = 0
        self.refill()
        return bit

    def raw(self, count):
        """A number of `count` equally likely bits, highest first."""
        value = 0
        for _ in range(count):
            value = value << 1 | self.bit(1 << (P_BITS - 1))
        return value

    def symbol(self, cdf, bits):
        """A symbol of the distribution cdf[0] = 0 < ... < cdf[n] = 2^bits."""
        unit = self.range >> bits
        target = min(self.code // unit, (1 << bits) - 1)
        symbol = max(i for i in range(len(cdf) - 1) if cdf[i] <= target)
        self.code = self.code - cdf[symbol] * unit & 0xFFFFFFFF
        if symbol == len(cdf) - 2:
            self.range -= cdf[symbol] * unit
        else:
            self.range = (cdf[symbol + 1] - cdf[symbol]) * unit
        self.refill()
        return symbol
