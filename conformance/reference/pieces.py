"""Blocks of several streams put together by their recipe, as doc/FORMAT.md describes it (pieces array and tar)."""

import container

BYTES, IMAGE, AUDIO, TENSOR, RECIPE, CODE = 0, 2, 3, 4, 6, 7
ELEMENT_BYTES = {1: 8, 2: 4, 3: 2, 4: 2, 5: 1, 6: 1, 7: 2, 8: 4, 9: 8}
KNOWN = {0, 5, 6}


class Streams:
    def __init__(self, streams):
        self.data, self.at = streams, {kind: 0 for kind in streams}

    def take(self, kind, size):
        at = self.at.get(kind, 0)
        if at + size > len(self.data.get(kind, b"")):
            raise container.Damaged(f"stream {kind} ends too early")
        self.at[kind] = at + size
        return self.data[kind][at:at + size]

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


def join(data, length):
    """The content, from {kind: bytes}."""
    streams, out = Streams(data), bytearray()
    while True:
        plain, piece = streams.varint(), streams.varint()
        if plain + len(out) > length:
            raise container.Damaged("more than the block holds")
        out += streams.take(BYTES, plain)
        if piece == 0:
            break
        if piece not in KNOWN:
            raise container.Unsupported(f"piece {piece}")
        out += array(streams) if piece == 5 else streams.take(BYTES, 512)
    if len(out) != length or not streams.used_up():
        raise container.Damaged("streams and content of different lengths")
    return bytes(out)
