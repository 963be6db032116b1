"""Format 1, text: join, written from doc/spec/text.md alone. The list of words is formats/text/words.def."""

import pathlib
import re

import container

WORDS = pathlib.Path(__file__).resolve().parents[2] / "formats" / "text" / "words.def"
CAPITAL, UPPER, JOINED, LITERAL, FIXED = 0x5E, 0x7E, 1, 2, 3
OTHER, LETTERS, WORD = range(3)


def classes():
    found = []
    for line in WORDS.read_text("utf-8").split("\n"):
        if line.startswith("CLASS("):
            found.append([])
        elif line.startswith("WORDS("):
            found[-1] += [word.encode() for word in re.fullmatch(r'WORDS\("(.*)"\)', line)[1].split(" ")]
    return found


CLASSES = classes()


def damaged(why):
    return container.Damaged(f"text: {why}")


def letter(b):
    return 0x41 <= b <= 0x5A or 0x61 <= b <= 0x7A


def upper(data):
    return bytes(b - 32 if 0x61 <= b <= 0x7A else b for b in data)


class Joiner:
    def __init__(self, width):
        self.text, self.width, self.column = bytearray(), width, 0
        self.soft = None  # the last soft space of the line: its place, and the column behind it
        self.before, self.case = OTHER, 0

    def write(self, data):
        for b in data:
            self.text.append(b)
            if b == 0x0A:
                self.column, self.soft = 0, None
            elif not 0x80 <= b <= 0xBF:
                self.column += 1
        if data != b"\n" and self.width and self.column > self.width and self.soft:
            place, column = self.soft
            self.text[place] = 0x0A
            self.column -= column
            self.soft = None

    def space(self):
        self.text.append(0x20)
        self.column += 1
        self.soft = len(self.text) - 1, self.column

    def word(self, word):
        mark = not letter(word[0])
        if self.before == LETTERS:
            self.case = 0
        if mark and self.case:
            raise damaged("a mark has no capitals")
        if not mark and self.before != OTHER:
            self.space()
        head = len(word) if self.case == UPPER else 1 if self.case == CAPITAL else 0
        self.write(upper(word[:head]) + word[head:])
        self.case, self.before = 0, OTHER if mark else WORD

    def letter(self, b):
        if self.before == WORD:
            self.space()
        self.write(upper(bytes([b])) if self.case else bytes([b]))
        if self.case == CAPITAL:
            self.case = 0
        self.before = LETTERS

    def other(self, b, literal):
        if self.case and self.before != LETTERS:
            raise damaged("capitals of nothing")
        self.case = 0
        if b in (CAPITAL, UPPER):
            if self.before != OTHER:
                self.space()
            self.case = b
        elif b == LITERAL:
            self.write(literal)
        elif b == FIXED:
            self.soft = None
            self.write(b" ")
        elif b == 0x20:
            self.space()
        elif b != JOINED:
            self.write(bytes([b]))
        self.before = WORD if b in b",.;:!?" else OTHER


def code(stream, at):
    """The word whose code starts at stream[at], and where the code ends."""
    words, rank, end = CLASSES[stream[at] - 0x80], 0, at + 1
    tail = stream[at + 1:at + 3]
    if len(words) > 1:
        count = 2 if tail[:1] >= b"\xF0" else 1
        if len(tail) < count or min(tail[:count]) < 0x80:
            raise damaged("half a code")
        rank = tail[0] - 0x80 if count == 1 else 112 + 128 * (tail[0] - 0xF0) + tail[1] - 0x80
        end += count
    if rank >= len(words):
        raise damaged("no such word")
    return words[rank], end


def join(stream, length):
    if not stream:
        raise damaged("no header")
    joiner, at = Joiner(stream[0] & 0x7F), 1
    while at < len(stream):
        b = stream[at]
        if b >= 0x80:
            word, at = code(stream, at)
            joiner.word(word)
            continue
        at += 1
        if letter(b):
            joiner.letter(b)
        elif b != LITERAL:
            joiner.other(b, b"")
        elif at == len(stream):
            raise damaged("no literal")
        else:
            joiner.other(b, stream[at:at + 1])
            at += 1
    text = bytes(joiner.text)
    if stream[0] & 0x80:
        text = text.replace(b"\n", b"\r\n")
    if len(text) != length:
        raise damaged("length")
    return text
