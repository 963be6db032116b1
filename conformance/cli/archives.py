"""Archives of members with any names and modes, such as our encoder would never write: one stored block, the table of
members, index and footer, as codec/container.c and codec/members.c lay them out."""
import os
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "reference"))
from xxh3 import xxh3_64  # noqa: E402

BLOCK, INDEX, FOOTER, MEMBERS = 0xB1, 0xB2, 0xB3, 0xB4
FILE, DIRECTORY, LINK, FIFO = 0o100644, 0o40755, 0o120777, 0o10644


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def low(data):
    return (xxh3_64(data) & 0xFFFFFFFF).to_bytes(4, "little")


def part(kind, payload, fields=b""):
    fields = varint(len(payload)) + low(payload) + fields
    header = bytes([kind, len(fields)]) + fields
    return header + low(header) + payload


def table(members):
    """Names share nothing with those before; times are 0."""
    names = [name for name, _, _ in members]
    modes = [mode for _, mode, _ in members]
    columns = [varint(0) * len(members), b"".join(varint(len(name)) for name in names),
               b"".join(varint(a ^ b) for a, b in zip(modes, [0] + modes)), varint(0) * len(members),
               b"".join(varint(len(data)) for _, _, data in members), b"".join(names)]
    streams = [b"".join(columns), bytes(4 * len(members))]
    return varint(len(members)) + b"".join(
        varint(0) + varint(len(data)) + bytes(3) + varint(len(data)) + data for data in streams)


def archive(members):
    """members: tuples of name, mode (st_mode) and content, all bytes but the mode."""
    content = b"".join(data for _, _, data in members)
    fields = bytes(3) + varint(len(content)) + bytes(2) + xxh3_64(content).to_bytes(8, "little")
    head = b"\x89HUNCH\x01\x00"
    block = part(BLOCK, content, fields)
    index = part(INDEX, varint(0) + varint(len(block)) + varint(len(content)))
    before = head + block + part(MEMBERS, table(members)) + index
    numbers = [len(before) + 35, len(content), len(index)]
    return before + part(FOOTER, b"", b"".join(n.to_bytes(8, "little") for n in numbers))
