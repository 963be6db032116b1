"""Changes that make other archives of the good ones. A change is the name of a good archive and operations on it, parted
by "|"; numbers are decimal, bytes hexadecimal, negative places count from the end:

    cut AT                   the first AT bytes
    flip AT XX               exclusive-or one byte with XX
    set AT XX..              overwrite bytes
    append XX..              bytes at the end
    header PART AT XX..      overwrite bytes of part number PART's header, and make its check good again
    grow PART XX..           append bytes to the fields of a part's header, and make its check good again
    payload PART AT XX..     overwrite bytes of a part's payload, and make its checks good again
    drop PART                leave a part out
    swap PART PART           exchange two parts
    insert PART TYPE XX..    put a part of this type and payload before part number PART
    reindex                  index and footer tell the truth again
"""

import pathlib
import sys

BLOCK, INDEX, FOOTER, FOOTER_BYTES = 0xB1, 0xB2, 0xB3, 35
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "reference"))
from xxh3 import xxh3_64  # noqa: E402


def check(data):
    return (xxh3_64(data) & 0xFFFFFFFF).to_bytes(4, "little")


def seal(header):
    return header[:-4] + check(header[:-4])


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def read_varint(data, at):
    """The number at this place, and how many bytes say it."""
    size = next(i for i in range(1, 11) if data[at + i - 1] < 0x80)
    return sum((data[at + i] & 0x7F) << 7 * i for i in range(size)), size


def payload_length(header):
    return read_varint(header, 2)


def block_length(header):
    """Bytes of content of a block that is not SOLE: behind payload length, check, flags, stream and start."""
    at = 2 + payload_length(header)[1] + 4 + 1
    for _ in range(2):
        at += read_varint(header, at)[1]
    return read_varint(header, at)[0]


def split(data):
    """The archive header, and (header, payload) of each part."""
    parts, at = [], 8
    while at < len(data):
        header = data[at:at + 6 + data[at + 1]]
        length, _ = payload_length(header)
        parts.append((header, data[at + len(header):at + len(header) + length]))
        at += len(header) + length
    return data[:8], parts


def join(head, parts):
    return head + b"".join(header + payload for header, payload in parts)


def overwrite(data, at, new):
    at = at if at >= 0 else len(data) + at
    return data[:at] + new + data[at + len(new):]


def part(kind, fields, payload):
    fields = varint(len(payload)) + check(payload) + fields
    return seal(bytes([kind, len(fields)]) + fields + bytes(4)), payload


def reindex(parts):
    """The parts with a new index and footer at their end."""
    kept = [(header, payload) for header, payload in parts if header[0] not in (INDEX, FOOTER)]
    rows, gap, content = b"", 0, 0
    for header, payload in kept:
        size = len(header) + len(payload)
        if header[0] != BLOCK:
            gap += size
            continue
        length = block_length(header)
        rows += varint(gap) + varint(size) + varint(length)
        gap, content = 0, content + length
    kept.append(part(INDEX, b"", rows))
    archive = 8 + sum(len(header) + len(payload) for header, payload in kept) + FOOTER_BYTES
    numbers = [archive, content, len(kept[-1][0]) + len(rows)]
    return kept + [part(FOOTER, b"".join(number.to_bytes(8, "little") for number in numbers), b"")]


def with_payload(header, payload):
    """The header with the check of this payload, which has the old one's length."""
    _, size = payload_length(header)
    return seal(overwrite(header, 2 + size, check(payload)))


def operate(data, words):
    name, new = words[0], words[-1]
    if name == "cut":
        return data[:int(new)]
    if name == "flip":
        at = int(words[1])
        return overwrite(data, at, bytes([data[at] ^ int(new, 16)]))
    if name == "set":
        return overwrite(data, int(words[1]), bytes.fromhex(new))
    if name == "append":
        return data + bytes.fromhex(new)
    head, parts = split(data)
    if name == "drop":
        del parts[int(new)]
    elif name == "swap":
        a, b = int(words[1]), int(new)
        parts[a], parts[b] = parts[b], parts[a]
    elif name == "insert":
        parts.insert(int(words[1]), part(int(words[2], 16), b"", bytes.fromhex(new)))
    elif name == "reindex":
        parts = reindex(parts)
    else:
        number = int(words[1])
        header, payload = parts[number]
        if name == "header":
            header = seal(overwrite(header, int(words[2]), bytes.fromhex(new)))
        elif name == "grow":
            more = bytes.fromhex(new)
            header = seal(bytes([header[0], header[1] + len(more)]) + header[2:-4] + more + bytes(4))
        elif name == "payload":
            payload = overwrite(payload, int(words[2]), bytes.fromhex(new))
            header = with_payload(header, payload)
        else:
            raise ValueError(name)
        parts[number] = (header, payload)
    return join(head, parts)


def apply(change):
    name, *operations = [part.split() for part in change.split("|")]
    data = (HERE / "good" / name[0]).read_bytes()
    for words in operations:
        data = operate(data, words)
    return data
