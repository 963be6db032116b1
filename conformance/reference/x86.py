"""Formats 2 and 3, x86 and x86_near: join, written from doc/spec/x86.md alone, whose tables it reads."""

import pathlib
import re

import container

PAGE = pathlib.Path(__file__).resolve().parents[2] / "doc" / "spec" / "x86.md"
ROWS = re.findall(r"^    [0-9A-F]0  (\S{16})  (\S{16})$", PAGE.read_text("utf-8"), re.M)
FIRST, SECOND = ("".join(row[i] for row in ROWS) for i in range(2))
SIZES = {"b": 1, "B": 1, "g": 1, "w": 2, "e": 3, "o": 8}


def near(number):
    return number < 1 << 26 or number >= (1 << 32) - (1 << 26)


class Walk:
    def __init__(self, stream, jumps):
        self.code, self.at, self.jumps = bytearray(stream), 0, jumps

    def byte(self):
        self.at += 1
        return self.code[self.at - 1] if self.at <= len(self.code) else 0

    def address(self, base):
        field = bytes(self.code[self.at:self.at + 4])
        if len(field) < 4:
            self.at = len(self.code)
            return
        high, low = int.from_bytes(field, "big"), int.from_bytes(field, "little")
        if near(high):
            rest = (high - base) % (1 << 27)
            self.code[self.at:self.at + 4] = (rest - (rest >> 26 << 27)).to_bytes(4, "little", signed=True)
        elif near(low):
            self.code[self.at:self.at + 4] = field[::-1]
        self.at += 4

    def memory(self, m, behind):
        mode, rm = m >> 6, m & 7
        if mode == 0 and rm == 5:
            self.address(self.at + 4 + behind)
        elif mode != 3:
            if rm == 4:
                rm = self.byte() & 7
            self.at += 1 if mode == 1 else 4 if mode == 2 or rm == 5 else 0

    def operands(self, letter, size16):
        behind = SIZES.get(letter, 0)
        if letter in "zZG":
            behind = 2 if size16 else 4
        if letter in "mBZgG":
            m = self.byte()
            if letter in "gG" and m & 0x30:
                behind = 0
            self.memory(m, behind)
        self.at += behind

    def vector(self, opcode):
        number = 1 if opcode == 0xC5 else self.byte() & 7
        self.at += 2 if opcode == 0x62 else 1
        opcode = self.byte()
        return SECOND[opcode] if number == 1 else "B" if number == 3 else "m"

    def instruction(self):
        size16, before, opcode = False, 0, self.byte()
        while FIRST[opcode] == "p" and self.at < len(self.code):
            size16 = size16 or opcode == 0x66
            before, opcode = opcode, self.byte()
        letter, call = FIRST[opcode], opcode == 0xE8
        if before & 0xF8 == 0x48 and opcode & 0xF8 == 0xB8:
            letter = "o"
        if letter == "x":
            opcode = self.byte()
            letter = SECOND[opcode]
            self.at += opcode in (0x38, 0x3A)
        elif letter == "v":
            letter = self.vector(opcode)
        if letter == "j":
            self.address(self.at + 4 if call or self.jumps else 0)
        else:
            self.operands(letter, size16)

    def join(self, length):
        if len(self.code) != length:
            raise container.Damaged("x86: length")
        while self.at < length:
            self.instruction()
        return bytes(self.code)


def join(stream, length):
    return Walk(stream, True).join(length)


def join_near(stream, length):
    return Walk(stream, False).join(length)
