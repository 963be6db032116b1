"""Blocks of several streams put together by their recipe, as doc/FORMAT.md describes it and pages of doc/spec/pieces."""

import zlib  # for checksums alone

import container
import deflate
import jpeg

BYTES, IMAGE, AUDIO, TENSOR, RECIPE, CODE = 0, 2, 3, 4, 6, 7
ELEMENT_BYTES = {1: 8, 2: 4, 3: 2, 4: 2, 5: 1, 6: 1, 7: 2, 8: 4, 9: 8}


class Streams:
    def __init__(self, streams):
        self.data, self.at = streams, {kind: 0 for kind in streams}

    def take(self, kind, size):
        at = self.at.get(kind, 0)
        if at + size > len(self.data.get(kind, b"")):
            raise container.Damaged(f"stream {kind} ends too early")
        self.at[kind] = at + size
        return self.data.get(kind, b"")[at:at + size]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take(RECIPE, 1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def used_up(self):
        return all(self.at[kind] == len(data) for kind, data in self.data.items())


def number(data):
    return int.from_bytes(data, "little")


def array_bytes(kind, head):
    if kind == IMAGE:
        pixel = (head[0] & 7) * (2 if head[0] & 8 else 1)
        return pixel * number(head[1:5]) * number(head[5:9]) * number(head[9:13])
    if kind == AUDIO:
        return head[0] * (head[1] // 8) * number(head[4:8])
    return ELEMENT_BYTES.get(head[0], 0) * number(head[6:14])


def array(streams):
    kind = streams.varint()
    if kind == CODE:
        return streams.take(CODE, streams.varint())
    if kind not in (IMAGE, AUDIO, TENSOR):
        raise container.Damaged("an array of no known kind")
    head = streams.take(kind, {IMAGE: 13, AUDIO: 8, TENSOR: 14}[kind])
    return streams.take(kind, array_bytes(kind, head))


def deflated(streams):
    return deflate.Deflated(streams, RECIPE)


def crc32(data):
    return zlib.crc32(data).to_bytes(4, "little")


def gzip(streams, depth):
    out = streams.take(BYTES, streams.varint())
    trailer = streams.take(BYTES, 8) if streams.varint() else None
    stream = deflated(streams)
    content = items(streams, stream.plain, depth + 1)
    size = (len(content) % (1 << 32)).to_bytes(4, "little")
    return out + stream.join(content) + (trailer or crc32(content) + size)


def zip_file(streams, depth):
    header = bytearray(streams.take(BYTES, streams.varint()))
    fields, stream = streams.varint(), None
    if streams.varint():
        stream = deflated(streams)
    content = items(streams, stream.plain if stream else streams.varint(), depth + 1)
    packed = stream.join(content) if stream else content
    for flag, at, value in ((1, 14, number(crc32(content))), (2, 18, len(packed)), (4, 22, len(content))):
        if fields & flag:
            header[at:at + 4] = (value % (1 << 32)).to_bytes(4, "little")
    return bytes(header) + packed


def chunk(body):
    return (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def chunks(streams):
    return [streams.take(BYTES, 4 + streams.varint()) for _ in range(streams.varint())]


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def filtered(kind, row, above, pixel):
    left, corner = bytes(pixel) + row, bytes(pixel) + above
    foretell = (lambda a, b, c: 0, lambda a, b, c: a, lambda a, b, c: b, lambda a, b, c: (a + b) // 2, paeth)[kind]
    return bytes((x - foretell(a, b, c)) % 256 for x, a, b, c in zip(row, left, above, corner))


def png_rows(streams, header, size):
    how = streams.varint()
    if how == 0:
        return streams.take(BYTES, size)
    notes = deflate.Notes(streams.take(RECIPE, streams.varint()))
    pixel = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[header[9]] * (header[8] // 8)
    row, height = int.from_bytes(header[:4], "big") * pixel, int.from_bytes(header[4:8], "big")
    streams.take(IMAGE, 13)
    out, above, kind = bytearray(), bytes(row), 0
    for _ in range(height):
        pixels = streams.take(IMAGE, row)
        if how == 2:
            sums = [sum(min(v, 256 - v) for v in filtered(k, pixels, above, pixel)) for k in range(5)]
            kind = sums.index(min(sums))
        kind = notes.instead(kind)
        out += bytes([kind]) + filtered(kind, pixels, above, pixel)
        above = pixels
    return bytes(out)


def png(streams, depth):
    before, count, sizes = chunks(streams), streams.varint(), []
    while len(sizes) < count - 1:
        run, size = streams.varint(), streams.varint()
        sizes += [size] * run
    head, adler = streams.varint().to_bytes(2, "little"), streams.take(BYTES, 4) if streams.varint() else None
    more = streams.take(BYTES, streams.varint())
    stream = deflated(streams)
    rows = png_rows(streams, before[0][4:], stream.plain)
    data = head + stream.join(rows) + (adler or zlib.adler32(rows).to_bytes(4, "big")) + more
    parts = []
    for size in sizes:
        parts.append(b"IDAT" + data[:size])
        data = data[size:]
    every = before + parts + [b"IDAT" + data] + chunks(streams)
    return b"\x89PNG\r\n\x1A\n" + b"".join(map(chunk, every))


def jpeg_file(streams, depth):
    return jpeg.join(streams, lambda length: items(streams, length, depth + 1))


KINDS = {1: gzip, 2: png, 3: zip_file, 4: jpeg_file, 5: lambda streams, depth: array(streams),
         6: lambda streams, depth: streams.take(BYTES, 512)}


def items(streams, length, depth=0):
    out = bytearray()
    while True:
        plain, piece = streams.varint(), streams.varint()
        if plain + len(out) > length:
            raise container.Damaged("more than the block holds")
        out += streams.take(BYTES, plain)
        if piece == 0:
            break
        if piece not in KINDS:
            raise container.Unsupported(f"piece {piece}")
        out += KINDS[piece](streams, depth)
    if len(out) != length or depth > 5:
        raise container.Damaged("content of another length")
    return bytes(out)


def join(data, length):
    """The content, from {kind: bytes}."""
    streams = Streams(data)
    out = items(streams, length)
    if not streams.used_up():
        raise container.Damaged("streams are left over")
    return out
