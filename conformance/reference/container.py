"""Archives, parts and blocks, as doc/FORMAT.md describes them."""

import dataclasses

from xxh3 import xxh3_64

MAGIC = b"\x89HUNCH"
BLOCK, INDEX, FOOTER, MEMBERS = 0xB1, 0xB2, 0xB3, 0xB4
SOLE, FORMATTED, TYPED = 1, 2, 4
CONTENT_MOST, STREAM_MOST = 1 << 30, 9 * (1 << 27) + 64


class Trouble(Exception):
    """What the archive suffers from; the content good until there is in `content`."""

    content = b""


class NotArchive(Trouble):
    pass


class Truncated(Trouble):
    pass


class Damaged(Trouble):
    pass


class Mismatch(Trouble):
    pass


class Unsupported(Trouble):
    pass


class Fields:
    """A reader of fields from bytes; what runs out is damage."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, size):
        if self.at + size > len(self.data):
            raise Damaged("fields end too early")
        self.at += size
        return int.from_bytes(self.data[self.at - size:self.at], "little")

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                break
            shift += 7
        if value >> 64 or (byte == 0 and shift > 0):
            raise Damaged("a varint that is too large or not the shortest")
        return value

    def left(self):
        return len(self.data) - self.at


@dataclasses.dataclass
class Part:
    type: int
    start: int  # in the file, bytes
    header: int  # bytes
    fields: Fields  # behind payload length and check
    payload: bytes
    check: int


@dataclasses.dataclass
class Stream:
    kind: int
    length: int
    model: int
    parameter: int
    format: int
    coded_length: int  # bytes that the model codes
    payload: bytes


@dataclasses.dataclass
class Block:
    flags: int
    start: int
    length: int
    streams: list
    check: int


def low(data):
    return xxh3_64(data) & 0xFFFFFFFF


def take(data, at, size):
    if at + size > len(data):
        raise Truncated("the input ends inside an archive")
    return data[at:at + size]


def read_part(data, at):
    kind, n = take(data, at, 2)
    if kind < 0x80 or kind == MAGIC[0] or n < 5:
        raise Damaged("no part begins here")
    header = take(data, at, 2 + n + 4)
    if low(header[:-4]) != int.from_bytes(header[-4:], "little"):
        raise Damaged("header check")
    fields = Fields(header[2:-4])
    length, check = fields.varint(), fields.number(4)
    payload = take(data, at + len(header), length)
    part = Part(kind, at, len(header), fields, payload, check)
    if kind in (BLOCK, INDEX, FOOTER, MEMBERS):
        if low(payload) != check:
            raise Damaged("payload check")
    elif kind & 0x40:
        raise Unsupported(f"critical part {kind:02X}")
    return part


def read_stream(f, payload):
    """Stream fields; the payload begins the one given."""
    kind, length, model, parameter, form = (f.varint() for _ in range(5))
    coded = f.varint() if form else length
    return Stream(kind, length, model, parameter, form, coded, take(payload, 0, f.varint()))


def read_streams(f, payload):
    streams, count = [], f.varint()
    if not 1 <= count <= 8:
        raise Unsupported("number of streams")
    for _ in range(count):
        stream = read_stream(f, payload)
        if stream.kind > 7 or streams and stream.kind <= streams[-1].kind:
            raise Unsupported("kinds of streams")
        streams.append(stream)
        payload = payload[len(stream.payload):]
    if payload:
        raise Damaged("a payload that is nobody's")
    return streams


def check_stream(stream):
    if stream.length > CONTENT_MOST or stream.coded_length > STREAM_MOST or stream.parameter >> 32:
        raise Unsupported("lengths beyond this version")
    if stream.model == 0 and (len(stream.payload) != stream.length or stream.parameter or stream.format):
        raise Damaged("a stored stream that is not as it must be")
    if stream.model != 0 and (len(stream.payload) > stream.length or stream.coded_length == 0):
        raise Damaged("lengths of a stream")


def read_block(part):
    f = part.fields
    flags = f.number(1)
    if flags & ~(SOLE | FORMATTED | TYPED) or flags & FORMATTED and flags & TYPED:
        raise Unsupported(f"block flags {flags:02X}")
    start = 0
    if not flags & SOLE:
        if f.varint() != 0:
            raise Unsupported("stream")
        start = f.varint()
    length = f.varint()
    if flags & TYPED:
        streams = read_streams(f, part.payload)
    else:
        model, parameter = f.varint(), f.varint()
        form, coded = (f.varint(), f.varint()) if flags & FORMATTED else (0, length)
        if flags & FORMATTED and form == 0:
            raise Unsupported("format 0")
        streams = [Stream(0, length, model, parameter, form, coded, part.payload)]
    block = Block(flags, start, length, streams, f.number(8))
    if f.left():
        raise Unsupported("fields of a later version")
    for stream in streams:
        check_stream(stream)
    return block


def check_index(index, rows):
    f = Fields(index.payload)
    for row in rows:
        if [f.varint(), f.varint(), f.varint()] != row:
            raise Damaged("index")
    if f.left() or index.fields.left():
        raise Damaged("index of other blocks")


def check_footer(footer, begin, content, index):
    f = footer.fields
    told = [f.number(8), f.number(8), f.number(8)]
    end = footer.start + footer.header
    if footer.header != 35 or footer.payload or told != [end - begin, content, index.header + len(index.payload)]:
        raise Damaged("footer")
    return end


def walk_archive(data, at, decode):
    """Decodes the archive at `at`, block by block; yields each block's content and at last the archive's end."""
    begin, content, rows, index = at, 0, [], None
    header = take(data, at, 8)
    if header[:6] != MAGIC:
        raise NotArchive("no archive header")
    if header[6:] != b"\x01\x00":
        raise Unsupported("version or flags")
    at = before = at + 8
    while True:
        part = read_part(data, at)
        at += part.header + len(part.payload)
        if part.type == FOOTER:
            if index is None or index.start + index.header + len(index.payload) != part.start:
                raise Damaged("a footer without its index")
            yield check_footer(part, begin, content, index)
            return
        if part.type == INDEX:
            check_index(part, rows)
            index = part
        if part.type != BLOCK:
            continue
        block = read_block(part)
        if block.start != content or index or (block.flags & SOLE and rows):
            raise Damaged("a block out of its place")
        yield decode(block)
        content += block.length
        rows.append([part.start - before, at - part.start, block.length])
        before = at
        if block.flags & SOLE:
            yield at
            return


def decode_file(data, decode):
    """The content of one or more archives; decode(block) gives a block's."""
    out, at = bytearray(), 0
    try:
        while True:
            for piece in walk_archive(data, at, decode):
                if isinstance(piece, int):
                    at = piece
                else:
                    out += piece
            if at == len(data):
                return bytes(out)
    except Trouble as trouble:
        trouble.content = bytes(out)
        raise
