"""Model 3, image: written from doc/spec/image.md alone. The stream and the fast way; the others are in image_photo.py
and image_exact.py."""

from dataclasses import dataclass

from coder import Decoder
from image_exact import Exact
from image_photo import Photo
from tensor import held, mix


@dataclass
class Picture:
    """Of what kind the pictures of an array are."""

    samples: int
    wide: bool  # samples of 16 bits
    palette: bool
    width: int
    height: int

    def pixel(self):
        return 2 * self.samples if self.wide else self.samples

    def bytes(self):
        return self.pixel() * self.width * self.height


def number(data):
    return int.from_bytes(data, "little")


def read_head(head):
    """The kind of picture and how many there are, or nothing if the head makes no sense."""
    layout, count = head[0], number(head[9:13])
    picture = Picture(layout & 7, bool(layout & 8), bool(layout & 16), number(head[1:5]), number(head[5:9]))
    sense = layout < 32 and 1 <= picture.samples <= 4 and 1 <= picture.width <= 65536 and picture.height and count
    return (picture, count) if sense else None


def median(a, b, c):
    return max(min(a, b), min(max(a, b), c))


class Fast:
    def __init__(self, coder, slow):
        self.coder, self.slow = coder, slow
        self.rows = {}

    def row(self, place):
        """Its 256 cells, the numbers u and then the numbers v."""
        return self.rows.get(place & 4095) or self.rows.setdefault(place & 4095, [0] * 512)

    def bit(self, row, cell):
        u, v = row[cell], row[cell + 256]
        bit = self.coder.bit(held((1 << 21) + 32 * (u + v if self.slow else 2 * u), 512, (1 << 22) - 512))
        goal = 32767 if bit else -32768
        row[cell] = u + (goal - u >> 4)
        row[cell + 256] = v + (goal - v >> 7)
        return bit

    def byte(self, place):
        row, node = self.row(place), 1
        for _ in range(8):
            node = 2 * node + self.bit(row, node)
        return node - 256

    def picture(self, picture):
        return self.palette(picture) if picture.palette else self.plain(picture)

    def palette(self, picture):
        """Bytes of indices, by those to the left and above."""
        pixel, row, out = picture.pixel(), picture.pixel() * picture.width, bytearray()
        for at in range(picture.bytes()):
            w = out[at - pixel] if at % row >= pixel else 0
            n = out[at - row] if at >= row else 0
            out.append(self.byte(mix(w, n)))
        return out

    def plain(self, picture):
        """Samples, by what their neighbours let expect."""
        samples, width, out = picture.samples, picture.width, bytearray()
        size = 2 if picture.wide else 1
        above = None
        for _ in range(picture.height):
            row = []
            for at in range(width * samples):
                before = self.exceeded if at % samples and samples > 2 and at % samples < 3 else 0
                row.append(self.sample(row, above, at, samples, before, 8 * size))
            out += b"".join(v.to_bytes(size, "big") for v in row)
            above = row
        return out

    def sample(self, row, above, at, samples, before, bits):
        """One sample; notes by how much it exceeds what was expected."""
        if above is None:
            w = n = nw = ne = row[at - samples] if at >= samples else 0
        else:
            n = above[at]
            w = row[at - samples] if at >= samples else n
            nw = above[at - samples] if at >= samples else n
            ne = above[at + samples] if at + samples < len(above) else n
        expected, most = median(w, n, w + n - nw), (1 << bits) - 1
        unrest = abs(w - nw) + abs(n - nw) + abs(n - ne)
        cells = self.row(16 * (at % samples) + min(unrest.bit_length(), 15))
        value = held(expected + before, 0, most) + self.difference(cells, 7 if bits == 8 else 15) & most
        self.exceeded = value - expected
        return value

    def difference(self, cells, longest):
        """What a sample is more than the middle."""
        if self.bit(cells, 0):
            return 0
        negative, j = self.bit(cells, 1), 0
        while j < longest and self.bit(cells, 2 + 2 * min(j, 14) + negative):
            j += 1
        m = j
        if j >= 2:
            m = 2 + self.bit(cells, 32 + (2 * (j - 2) & 31))
            for _ in range(j - 2):
                m = 2 * m + self.coder.raw(1)
        return -1 - m if negative else 1 + m


class Image:
    def __init__(self, payload, length, level):
        self.coder, self.length, self.level = Decoder(payload), length, level
        self.fast = Fast(self.coder, level > 1)
        self.photo = Photo(self.coder, length, level) if level > 2 else None
        self.exact = Exact(self.coder, length, level) if level > 2 else None
        self.last, self.same, self.choice = [0] * 13, [1 << 15] * 13, 1 << 15
        self.data = bytearray()

    def decode(self):
        while self.length - len(self.data) >= 13:
            head = self.head()
            self.data += head
            told = read_head(head)
            if told is None or told[0].bytes() * told[1] > self.length - len(self.data):
                break
            self.array(*told)
        before = 0
        while len(self.data) < self.length:
            before = self.fast.byte(before)
            self.data.append(before)
        return bytes(self.data)

    def head(self):
        for i in range(13):
            same = self.coder.bit(64 * self.same[i] | 32)
            self.same[i] += (65535 if same else 0) - self.same[i] >> 2
            if not same:
                self.last[i] = self.coder.raw(8)
        return bytes(self.last)

    def array(self, picture, count):
        """Pictures of one kind, all in the same way."""
        way = self.fast
        if self.level > 2:
            exact = self.coder.bit(64 * self.choice | 32)
            self.choice += (65535 if exact else 0) - self.choice >> 2
            way = self.exact if exact else self.photo
            way.begin(picture)
        for _ in range(count):
            if way is self.exact:
                way.picture(picture, self.data)
            else:
                self.data += way.picture(picture)


def decode(payload, length, parameter):
    return Image(payload, length, parameter).decode()
