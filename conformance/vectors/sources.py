#!/usr/bin/env python3
"""sources.py DIRECTORY: writes what the golden vectors are made from: small files, generated the same everywhere by
integer arithmetic, and copies of the two real excerpts in conformance/data."""

import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent


class Dice:
    """xorshift64*, as in conformance/unit/random.h."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        x = self.state
        x ^= x >> 12
        x = (x ^ x << 25) & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 27
        self.state = x
        high = (x * 2685821657736338717 & 0xFFFFFFFFFFFFFFFF) >> 32
        return high * n >> 32

    def bytes(self, count):
        return bytes(self.below(256) for _ in range(count))


def markup():
    """Nested tags with attributes, as exports of databases are."""
    dice, out = Dice(11), ['<?xml version="1.0"?>\n<stock>\n']
    names = ["valve", "pump", "hose", "gauge", "gasket", "filter", "bracket", "sensor"]
    for i in range(190):
        name, place = names[dice.below(8)], dice.below(40)
        out.append(f'  <item id="{10000 + 7 * i}" name="{name}" shelf="{place}">\n')
        out.append(f"    <price currency=\"EUR\">{dice.below(90)}.{dice.below(100):02}</price>\n")
        if dice.below(3) == 0:
            out.append(f"    <note>see {names[dice.below(8)]} on shelf {place + 1}</note>\n")
        out.append("  </item>\n")
    return "".join(out + ["</stock>\n"]).encode()


def records():
    """Rows of 23 bytes: counter, time, a slow walk, a code, a name, noise."""
    dice, out, walk, time = Dice(12), bytearray(), 5000, 1700000000
    for i in range(700):
        walk += dice.below(41) - 20
        time += 1 + dice.below(3)
        out += i.to_bytes(4, "little") + time.to_bytes(4, "big") + walk.to_bytes(4, "little", signed=True)
        out += bytes([dice.below(4), 0]) + b"north\0south\0"[6 * dice.below(2):][:6] + dice.bytes(3)
    return bytes(out)


def picture():
    """96 rows of 80 samples of 16 bits: slopes and a bright disc, with noise in the low bits."""
    dice, out = Dice(13), bytearray()
    for y in range(96):
        for x in range(80):
            value = 300 + 5 * x + 3 * y + dice.below(16)
            if (x - 40) ** 2 + (y - 50) ** 2 < 700:
                value += 900 - ((x - 40) ** 2 + (y - 50) ** 2)
            out += value.to_bytes(2, "little")
    return bytes(out)


def sound():
    """16-bit stereo: two decaying resonators (integer recurrences), struck again and again."""
    dice, out = Dice(14), bytearray()
    a, b, c, d = 0, 0, 0, 0
    for i in range(4000):
        strike = 9000 if i % 997 == 0 else 0
        a, b = (a * 32400 >> 14) - (b * 16300 >> 14) + strike, a
        c, d = (c * 31900 >> 14) - (d * 16200 >> 14) + strike, c
        left, right = a + c // 2 + dice.below(5), c + a // 3 + dice.below(5)
        for value in (left, right):
            out += max(-32768, min(32767, value)).to_bytes(2, "little", signed=True)
    return bytes(out)


def machine():
    """Opcodes among which the same few places are called by relative distance."""
    dice, out = Dice(15), bytearray()
    common = bytes.fromhex("48898b55c30f85415d31c090e9ff8d24")
    while len(out) < 12000:
        if dice.below(8):
            out.append(common[dice.below(16)])
        else:
            distance = dice.below(40) * 977 - (len(out) + 5)
            out += (b"\xe8", b"\xe9")[dice.below(4) == 0] + (distance & 0xFFFFFFFF).to_bytes(4, "little")
    return bytes(out)


def table():
    """CSV: a clock, a place, numbers that walk, a quoted word with a comma now and then."""
    dice, lines, clock, heights = Dice(22), ["time,place,height,share,\"note, if any\""], 1700000000, [500, 900, 1300]
    for _ in range(400):
        clock, place = clock + 1 + dice.below(3), dice.below(3)
        heights[place] += dice.below(9) - 4
        note = ("ok", "ok", "ok", '"late, again"')[dice.below(4)]
        lines.append(f"{clock},P{place:02d},{heights[place] / 100:.2f},0.{dice.below(1000):03d},{note}")
    return "\n".join(lines).encode() + b"\n"


def objects():
    """Lines of JSON: names in order, some missing, a list, strings with escapes."""
    dice, out = Dice(23), []
    for i in range(250):
        tags = ", ".join(f'"{("red", "green", "blue")[dice.below(3)]}"' for _ in range(dice.below(4)))
        text = ("plain", r'a \"quoted\" one', r"back\\slash", "colon: comma, brace}")[dice.below(4)]
        size = "" if dice.below(5) == 0 else f', "size": {dice.below(2000)}'
        out.append(f'{{"id": {1000 + i}, "tags": [{tags}], "text": "{text}"{size}}}')
    return "\n".join(out).encode()


def colours():
    """A small PPM picture: a slope, a disc, noise that differs by colour."""
    dice, out = Dice(24), bytearray(b"P6\n# a slope and a disc\n64 48\n255\n")
    for y in range(48):
        for x in range(64):
            value = 40 + 2 * x + y + (60 if (x - 30) ** 2 + (y - 20) ** 2 < 200 else 0)
            out += bytes([value + dice.below(4), value // 2 + dice.below(3), 250 - value + dice.below(4)])
    return bytes(out)


def digits():
    """IDX: pictures of 20 x 20 with a stroke or two on nothing."""
    dice, count = Dice(25), 30
    out = bytearray(b"\0\0\x08\x03" + b"".join(n.to_bytes(4, "big") for n in (count, 20, 20)))
    for _ in range(count):
        image = [[0] * 20 for _ in range(20)]
        for _ in range(1 + dice.below(2)):
            x, y, dx = 5 + dice.below(8), 2 + dice.below(4), dice.below(3) - 1
            for step in range(12):
                image[y + step][max(1, min(18, x + dx * step // 3))] = 255 - dice.below(20)
                image[y + step][max(1, min(18, x + 1 + dx * step // 3))] = 90 + dice.below(40)
        out += bytes(value for row in image for value in row)
    return bytes(out)


def wave():
    """The sound in a WAV file, with a chunk behind it."""
    samples = sound()
    head = b"fmt \x10\0\0\0\1\0\2\0\x44\xac\0\0\x10\xb1\2\0\4\0\x10\0data" + len(samples).to_bytes(4, "little")
    body = b"WAVE" + head + samples + b"LIST\4\0\0\0done"
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def tensors():
    """Safetensors: bell-shaped f32, the same as bf16, labels."""
    dice, values = Dice(26), bytearray()
    for i in range(1200):
        value = sum(dice.below(4096) for _ in range(4)) - 8190
        scale = 1 + i % 40 % 7
        bits = 0 if value == 0 else (value < 0) << 31
        size = abs(value) * scale
        if size:
            top = size.bit_length() - 1
            bits |= (top + 105) << 23 | ((size << 23 >> top) & 0x7FFFFF) | dice.below(64)
        values += bits.to_bytes(4, "little")
    halves = b"".join(values[i + 2:i + 4] for i in range(0, len(values), 4))
    labels = b"".join(dice.below(10).to_bytes(8, "little") for _ in range(200))
    places = [(0, len(values)), (len(values), len(values) + len(halves))]
    end = places[1][1] + len(labels)
    header = (f'{{"a.weight":{{"dtype":"F32","shape":[30,40],"data_offsets":[{places[0][0]},{places[0][1]}]}},'
              f'"b.weight":{{"dtype":"BF16","shape":[30,40],"data_offsets":[{places[1][0]},{places[1][1]}]}},'
              f'"labels":{{"dtype":"I64","shape":[200],"data_offsets":[{places[1][1]},{end}]}}}}').encode()
    header += b" " * (-len(header) % 8)
    return len(header).to_bytes(8, "little") + header + values + halves + labels


def tape():
    """A tar archive, made by hand: a text, the digits, a picture."""
    out = bytearray()
    for name, data in (("notes.txt", prose_text()[:3000]), ("digits-idx3-ubyte", digits()[:4016]), ("c.ppm", colours())):
        record = bytearray(512)
        fields = ((0, name.encode()), (100, b"0000644\0"), (108, b"0001750\0"), (116, b"0001750\0"),
                  (124, b"%011o\0" % len(data)), (136, b"14750000000\0"), (148, b" " * 8), (156, b"0"), (257, b"ustar\x0000"))
        for at, field in fields:
            record[at:at + len(field)] = field
        record[148:156] = b"%06o\0 " % sum(record)
        out += record + data + bytes(-len(data) % 512)
    return bytes(out + bytes(1024))


def kept(name):
    return (HERE / "../data" / name).read_bytes()


def prose_text():
    return kept("prose.txt")


def program(short):
    """x86-64 functions: calls of the same few places, variables relative to the instruction, jumps a short way or to
    few places too."""
    dice, out = Dice(20), bytearray()
    plain = [bytes.fromhex(code) for code in (
        "55", "5d", "c3", "90", "4889e5", "4883ec18", "c1e802", "31c0", "4885c0", "488b4508", "8b8424e8000000", "0fb6c0",
        "66c745e80100", "c5f877", "660f3a0fc108", "48b8e8e9e8e900000000", "f6c301", "41f7c400010000", "ebe8", "c4e271b9c2")]
    while len(out) < 24000:
        kind = dice.below(8)
        code, behind, target = plain[dice.below(len(plain))], b"", None
        if kind == 0:
            code, target = b"\xe8", dice.below(40) * 577
        elif kind == 1:
            code, target = b"\x0f" + bytes([0x84 + dice.below(2)]), dice.below(600)
            target = len(out) + 40 + target if short else target % 20 * 997
        elif kind == 2:
            code, target = b"\x48\x8b\x05", 100000 + 8 * dice.below(30)
        elif kind == 3 and dice.below(2):
            code, target, behind = b"\x66\x81\x3d", 90000 + 8 * dice.below(9), dice.bytes(2)
        elif kind == 3:
            code, target = b"\xe9", len(out) + dice.below(200)
        out += code
        if target is not None:
            out += (target - len(out) - 4 - len(behind)).to_bytes(4, "little", signed=True) + behind
    return bytes(out + b"\xe8\0\0")


def words():
    """AArch64 functions: calls of the same few places, pages, plain instructions."""
    dice, out = Dice(21), bytearray()
    plain = [0xD503201F, 0xD65F03C0, 0xA9BF7BFD, 0x910003FD, 0xAA0003E1, 0xF9400000, 0x52800020, 0xB4000080]
    while len(out) < 20000:
        kind, word = dice.below(8), plain[dice.below(8)]
        if kind < 2:
            word = 0x94000000 | (dice.below(40) * 117 - len(out) // 4) % (1 << 26)
        elif kind == 2:
            pages = (40 + dice.below(9) - len(out) // 4096) % (1 << 21)
            word = 0x90000000 | (pages & 3) << 29 | pages >> 2 << 5 | dice.below(3)
        out += word.to_bytes(4, "little")
    return bytes(out + b"\x01\x02\x94")


def letters():
    """Words of two-byte letters between spaces and stops: UTF-8 that is not English."""
    dice, out = Dice(16), []
    words = ["".join(chr(0x3B1 + dice.below(1 + dice.below(25))) for _ in range(2 + dice.below(8))) for _ in range(300)]
    for _ in range(700):
        out.append(words[dice.below(1 + dice.below(300))] + (". " if dice.below(12) == 0 else " "))
    return "".join(out).encode()


def mixed():
    """What a disk image is like: prose, noise, zeros, a table; blocks of it want different models."""
    prose = (HERE / "../data/prose.txt").read_bytes()
    return prose[:9000] + Dice(17).bytes(9000) + bytes(9000) + records()[:9000]


def photos():
    """JPEG files, each followed by zeros up to 4096 bytes."""
    names = ["grey", "colour-420", "restart-422", "progressive-444", "thumbnail"]
    return b"".join(kept(f"jpeg/{name}.jpg").ljust(4096, b"\0") for name in names)


def sources():
    return {
        "empty": b"",
        "byte": b"h",
        "prose": (HERE / "../data/prose.txt").read_bytes(),
        "code": (HERE / "../data/code.txt").read_bytes(),
        "markup": markup(),
        "records": records(),
        "picture": picture(),
        "sound": sound(),
        "machine": machine(),
        "program": program(False),
        "branches": program(True),
        "words": words(),
        "table": table(),
        "objects": objects(),
        "letters": letters(),
        "colours": colours(),
        "digits": digits(),
        "strokes": digits()[16:],
        "wave": wave(),
        "tensors": tensors(),
        "tape": tape(),
        "png": kept("packed/colour.png"),
        "gzip": kept("packed/prose.gz"),
        "zip": kept("packed/arrays.npz"),
        "jpeg": kept("jpeg/colour-420.jpg"),
        "progressive": kept("jpeg/progressive-444.jpg"),
        "thumbnail": kept("jpeg/thumbnail.jpg"),
        "photos": photos(),
        "noise": Dice(18).bytes(4096),
        "zeros": bytes(60000),
        "period": (Dice(19).bytes(257) * 48)[:12001],
        "mixed": mixed(),
    }


def main():
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for name, data in sources().items():
        assert len(data) < 65536, name
        (target / name).write_bytes(data)


if __name__ == "__main__":
    main()
