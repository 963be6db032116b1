"""Format 4, arm64: join, written from doc/spec/arm64.md alone."""

import container


def word(w, p):
    if w >> 26 == 0b100101:
        return w >> 26 << 26 | (w - p // 4) % (1 << 26)
    if w >> 31 and w >> 24 & 31 == 0b10000:
        d = w >> 29 & 3 | (w >> 5 & 0x7FFFF) << 2
        d -= d >> 20 << 21
        if -(1 << 15) <= d < 1 << 15:
            d = (d - p // 4096 + (1 << 15)) % (1 << 16) - (1 << 15)
            w = w & 0x9F00001F | (d & 3) << 29 | (d >> 2 & 0x7FFFF) << 5
    return w


def join(stream, length):
    if len(stream) != length:
        raise container.Damaged("arm64: length")
    content = bytearray(stream)
    for p in range(0, length - 3, 4):
        content[p:p + 4] = word(int.from_bytes(content[p:p + 4], "little"), p).to_bytes(4, "little")
    return bytes(content)
