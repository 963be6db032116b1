"""Piece 4, jpeg: from its recipe and coefficients, as doc/spec/pieces/jpeg.md describes it (and ITU T.81)."""

import container

BYTES, DCT = 0, 5
HEAD = 11
SOF, DHT, RST, SOI, EOI, SOS, DQT, DNL, DRI = 0xC0, 0xC4, 0xD0, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDD
ZRL = 0xF0
BEST = 8  # the kind of a cut
LONGEST_RUN, MOST_CORRECTIONS = 32767, 937
MOST_CUTS, MOST_SCANS, MOST_EXCEPTIONS = 16, 64, 1024
STANDARD = [bytes.fromhex(digits) for digits in (
    "00010501010101010100000000000000" "000102030405060708090a0b",
    "0002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738"
    "393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5"
    "a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
    "00030101010101010101010000000000" "000102030405060708090a0b",
    "00020102040403040705040400010277"
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a353637"
    "38393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3"
    "a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa")]
# T.81 K.3, K.5, K.4 and K.6: 16 counts and the symbols


def damaged(when, what):
    if when:
        raise container.Damaged(f"jpeg: {what}")


def big(data):
    return int.from_bytes(data, "big")


def ceil(a, b):
    return -(-a // b)


class Image:
    """The head, tables and blocks of the stream of kind 5. A block is 64 coefficients in zigzag order."""

    def __init__(self, data):
        damaged(len(data) < HEAD, "head of the image")
        self.count, self.sampling, which, tables = data[0], data[1:1 + data[0]], data[5], data[6]
        width, height = int.from_bytes(data[7:9], "little"), int.from_bytes(data[9:11], "little")
        self.shape = width, height
        self.tables = [data[at:at + 128] for at in range(HEAD, HEAD + 128 * tables, 128)]
        self.which = [which >> 2 * c & 3 for c in range(self.count)]
        self.data, self.at = data, HEAD + 128 * tables
        self.rows = [[] for _ in range(self.count)]  # of blocks, of each component
        for _ in range(height):
            for rows, sampling in zip(self.rows, self.sampling):
                for _ in range(sampling & 15):
                    rows.append([self.block() for _ in range(width * (sampling >> 4))])
        damaged(self.at != len(data), "an image of another length")

    def byte(self):
        damaged(self.at == len(self.data), "an image that ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def block(self):
        last = self.byte()
        block = [self.coefficient() for _ in range(last + 1)]
        return block + [0] * (63 - last)

    def coefficient(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return -(value + 1 >> 1) if value & 1 else value >> 1
            shift += 7


class Frame:
    """What a frame header says."""

    def __init__(self, marker, body):
        damaged(len(body) < 6 or body[0] != 8 or len(body) != 6 + 3 * body[5] or not 1 <= body[5] <= 4, "frame header")
        self.progressive = marker == SOF + 2
        y, x, count = big(body[1:3]), big(body[3:5]), body[5]
        parts = [body[at:at + 3] for at in range(6, len(body), 3)]
        self.ids, self.which = [part[0] for part in parts], [part[2] for part in parts]
        self.sampling = bytes([0x11]) if count == 1 else bytes(part[1] for part in parts)
        damaged(any(not 0 < s >> 4 < 5 or not 0 < s & 15 < 5 for s in self.sampling) or x * y == 0, "frame header")
        most_h, most_v = max(s >> 4 for s in self.sampling), max(s & 15 for s in self.sampling)
        self.shape = ceil(x, 8 * most_h), ceil(y, 8 * most_v)
        # blocks of each component in a scan of its own
        self.blocks = [(ceil(ceil(x * (s >> 4), most_h), 8), ceil(ceil(y * (s & 15), most_v), 8))
                       for s in self.sampling]


class Known:
    """What headers have said so far."""

    def __init__(self, image):
        self.image, self.frame, self.interval = image, None, 0
        self.quantisation = {}
        self.huffman = {}  # (class, destination) -> counts and symbols, or the offset in the header of a best table
        self.ended = False
        self.scan = None

    def read(self, header, best):
        """A header; `best` are the offsets of best tables in it."""
        at, self.scan = 0, None
        while at < len(header):
            damaged(self.ended or self.scan is not None, "bytes behind the end of a header")
            marker = header[at + 1] if at + 1 < len(header) else 0
            if header[at] != 0xFF or marker in (0, 0xFF):
                at += 1
                continue
            at += 2
            if marker == EOI:
                self.ended = True
                continue
            length = big(header[at:at + 2])
            damaged(length < 2 or at + length > len(header), "a segment of another length")
            self.segment(marker, header[at + 2:at + length], at + 2, best)
            at += length
        damaged(not self.ended and self.scan is None, "a header without an end")

    def segment(self, marker, body, at, best):
        if marker == DHT:
            self.read_huffman(body, at, best)
        elif marker == DQT:
            self.read_quantisation(body)
        elif marker == DRI:
            self.interval = big(body)
        elif SOF <= marker <= SOF + 2:
            damaged(self.frame is not None, "a second frame header")
            self.frame = Frame(marker, body)
        elif marker == SOS:
            self.read_scan(body)
        else:
            damaged(SOF <= marker < SOF + 16 or RST <= marker <= SOI or marker == DNL, f"marker {marker:02X}")

    def read_huffman(self, body, at, best):
        i = 0
        while i < len(body):
            key, counts = (body[i] >> 4, body[i] & 15), body[i + 1:i + 17]
            table = body[i + 1:i + 17 + sum(counts)]
            self.huffman[key] = at + i + 1 if at + i + 1 in best else table
            i += 17 + sum(counts)
        damaged(i != len(body), "Huffman tables")

    def read_quantisation(self, body):
        i = 0
        while i < len(body):
            size = 2 if body[i] >> 4 else 1
            numbers = body[i + 1:i + 1 + 64 * size]
            self.quantisation[body[i] & 15] = [big(numbers[j:j + size]) for j in range(0, 64 * size, size)]
            i += 1 + 64 * size
        damaged(i != len(body), "quantisation tables")

    def read_scan(self, body):
        image, frame = self.image, self.frame
        damaged(frame is None, "a scan without a frame")
        same = image.count == len(frame.ids) and image.sampling == frame.sampling and image.shape == frame.shape
        damaged(not same, "a frame that is not the image's")
        damaged(not body or len(body) != 4 + 2 * body[0], "scan header")
        parts = [body[at:at + 2] for at in range(1, len(body) - 3, 2)]
        damaged(not all(part[0] in frame.ids for part in parts), "a scan of unknown components")
        self.scan = [(frame.ids.index(part[0]), (0, part[1] >> 4), (1, part[1] & 15)) for part in parts]
        self.band = body[-3], body[-2]
        self.high, self.low = body[-1] >> 4, body[-1] & 15

    def check_tables(self):
        """At the first scan."""
        for which, number in zip(self.image.which, self.frame.which):
            table = b"".join(v.to_bytes(2, "little") for v in self.quantisation.get(number, ()))
            damaged(table != self.image.tables[which], "quantisation tables that are not the image's")


def value_bits(v):
    """(size, bits) of a difference or a coefficient."""
    size = abs(v).bit_length()
    return size, v if v >= 0 else v + (1 << size) - 1


def shifted(v, low):
    return v >> low if v >= 0 else -(-v >> low)


class Scan:
    """The symbols of a scan: for each restart interval a list of (table, symbol, bits, their number); without a table
    there are only the bits."""

    def __init__(self, known, exceptions):
        self.known, self.exceptions = known, exceptions
        self.block_number, self.run = 0, 0
        units = self.units()
        step = known.interval or max(len(units), 1)
        self.intervals = [self.interval(units[at:at + step]) for at in range(0, len(units), step)]
        damaged(bool(exceptions), "an exception where no run begins")

    def units(self):
        """The MCUs, each a list of (place in the scan, block)."""
        known, rows = self.known, self.known.image.rows
        if len(known.scan) == 1:
            number = known.scan[0][0]
            width, height = known.frame.blocks[number]
            return [[(0, block)] for row in rows[number][:height] for block in row[:width]]
        width, height = known.image.shape
        return [list(self.unit(x, y)) for y in range(height) for x in range(width)]

    def unit(self, x, y):
        for place, (number, _, _) in enumerate(self.known.scan):
            h, v = self.known.image.sampling[number] >> 4, self.known.image.sampling[number] & 15
            for row in self.known.image.rows[number][y * v:y * v + v]:
                for block in row[x * h:x * h + h]:
                    yield place, block

    def interval(self, units):
        self.out, self.before = [], [0] * len(self.known.scan)
        known = self.known
        first, last = known.band
        damaged(first > last or last > 63, "band of a scan")
        if not known.frame.progressive:
            damaged((first, last, known.high, known.low) != (0, 63, 0, 0), "scan of a sequential frame")
        damaged(known.frame.progressive and (first == 0) != (last == 0), "band of a scan")
        for unit in units:
            for place, block in unit:
                if first == 0:
                    self.dc(place, block)
                if last > 0 and first == 0:
                    self.sequential_ac(place, block)
                elif last > 0:
                    self.band(block)
        self.end_run()
        return self.out

    def dc(self, place, block):
        known, v = self.known, block[0] >> self.known.low
        if known.high:
            self.out.append((None, 0, v & 1, 1))
            return
        damaged(v << known.low == -16384, "a DC coefficient that is too low")
        size, bits = value_bits(v - self.before[place])
        self.before[place] = v
        self.out.append((known.scan[place][1], size, bits, size))

    def sequential_ac(self, place, block):
        table = self.known.scan[place][2]
        if self.coefficients(table, block, 1, 63) < 63:
            self.out.append((table, 0, 0, 0))

    def coefficients(self, table, block, first, last):
        """Puts what is not 0; tells the place of the last."""
        zeros, place, low = 0, first - 1, self.known.low
        for k in range(first, last + 1):
            v = shifted(block[k], low)
            if v == 0:
                zeros += 1
                continue
            self.out += [(table, ZRL, 0, 0)] * (zeros // 16)
            size, bits = value_bits(v)
            self.out.append((table, zeros % 16 << 4 | size, bits, size))
            zeros, place = 0, k
        return place

    def corrected(self, table, block, first, last):
        """The same in a scan that refines; tells also the correction bits behind the last new coefficient."""
        low, zeros, corrections = self.known.low, 0, []
        new = max((k for k in range(first, last + 1) if abs(block[k]) >> low == 1), default=first - 1)
        for k in range(first, last + 1):
            size = abs(block[k]) >> low
            if size == 0:
                zeros += 1
                continue
            while zeros > 15 and k <= new:
                self.out.append((table, ZRL, 0, 0))
                self.put_corrections(corrections)
                zeros, corrections = zeros - 16, []
            if size > 1:
                corrections.append(size & 1)
                continue
            self.out.append((table, zeros << 4 | 1, int(block[k] > 0), 1))
            self.put_corrections(corrections)
            zeros, corrections = 0, []
        return new, corrections

    def put_corrections(self, corrections):
        self.out += [(None, 0, bit, 1) for bit in corrections]

    def band(self, block):
        """A block of an AC band of a progressive frame. A run is in hand while self.run > 0."""
        first, last = self.known.band
        self.table = table = self.known.scan[0][2]
        before, self.out = self.out, []
        if self.known.high:
            place, corrections = self.corrected(table, block, first, last)
        else:
            place, corrections = self.coefficients(table, block, first, last), []
        before, self.out = self.out, before
        if before:
            self.end_run()
        self.out += before
        if place < last:
            self.add_to_run(corrections)
        self.block_number += 1

    def add_to_run(self, corrections):
        if self.run == 0:
            self.limit, self.corrections = self.exceptions.pop(self.block_number, None), []
        self.run += 1
        self.corrections += corrections
        if self.run == self.limit:
            self.end_run()
        elif self.limit is None and (self.run == LONGEST_RUN or len(self.corrections) > MOST_CORRECTIONS):
            self.end_run()

    def end_run(self):
        if self.run:
            damaged(self.limit not in (None, self.run), "a run longer than it can be")
            category = self.run.bit_length() - 1
            self.out.append((self.table, category << 4, self.run - (1 << category), category))
            self.put_corrections(self.corrections)
            self.run = 0

    def weights(self):
        """{table: {symbol: count}}"""
        counts = {}
        for interval in self.intervals:
            for table, symbol, _, _ in interval:
                if table is not None:
                    of_table = counts.setdefault(table, {})
                    of_table[symbol] = of_table.get(symbol, 0) + 1
        return counts


def code_lengths(weights):
    """{symbol: length}, by T.81 K.2 with a symbol 256 that keeps the code of ones alone free."""
    weight, trees = {**weights, 256: 1}, {symbol: [symbol] for symbol in (*weights, 256)}
    length = dict.fromkeys(trees, 0)
    while len(weight) > 1:
        a, b = sorted(weight, key=lambda symbol: (weight[symbol], -symbol))[:2]
        weight[a] += weight.pop(b)
        trees[a] += trees.pop(b)
        for symbol in trees[a]:
            length[symbol] += 1
    return length


def best_table(weights):
    """16 counts and symbols."""
    length = code_lengths(weights)
    damaged(max(length.values()) > 32, "a code of more than 32 bits")
    n = [0] * 33
    for l in length.values():
        n[l] += 1
    for l in range(32, 16, -1):
        while n[l] > 0:
            j = l - 2
            while n[j] == 0:
                j -= 1
            n[l] -= 2
            n[l - 1] += 1
            n[j + 1] += 2
            n[j] -= 1
    n[max(l for l in range(17) if n[l])] -= 1
    return bytes(n[1:17]) + bytes(sorted((s for s in length if s < 256), key=lambda symbol: (length[symbol], symbol)))


def codes(table):
    """{symbol: (code, length)}"""
    code, at, out = 0, 16, {}
    for length in range(1, 17):
        for symbol in table[at:at + table[length - 1]]:
            out[symbol] = code, length
            code += 1
        at += table[length - 1]
        code <<= 1
    return out


def packed(interval, tables, pad):
    """The bytes of an interval; pad(n) gives n bits to fill up the last one."""
    value = count = 0
    out = bytearray()
    for table, symbol, bits, size in interval:
        if table is not None:
            damaged(symbol not in tables[table], "a symbol without a code")
            code, length = tables[table][symbol]
            value, count = value << length | code, count + length
        value, count = value << size | bits, count + size
        if count >= 512:
            count, kept = count & 7, count >> 3
            out += (value >> count).to_bytes(kept, "big")
            value &= (1 << count) - 1
    missing = -count % 8
    value = value << missing | pad(missing)
    out += value.to_bytes((count + missing) // 8, "big")
    return bytes(out).replace(b"\xFF", b"\xFF\x00")


class Jpeg:
    def __init__(self, streams, nested):
        self.streams, self.nested = streams, nested
        self.image = Image(streams.take(DCT, streams.varint()))
        self.known = Known(self.image)
        self.exceptions = 0
        self.scans = 0

    def read_cuts(self):
        cuts = []
        count = self.streams.varint()
        damaged(count > MOST_CUTS, "too many cuts")
        for _ in range(count):
            kept, kind = self.streams.varint(), self.streams.varint()
            cuts.append((kept, kind, self.streams.varint() if kind == BEST else 0))
        return cuts

    def table(self, kind):
        if kind < 4:
            return STANDARD[kind]
        damaged(kind - 4 >= len(self.image.tables), "a table of no known kind")
        return self.image.tables[kind - 4][::2]

    def header(self):
        """Header bytes, and {offset: number of symbols} of the best tables in it, whose places 16 counts hold that add
        up."""
        streams = self.streams
        n, cuts = streams.varint(), self.read_cuts()
        plain = streams.take(BYTES, n) if self.scans else self.nested(n)
        header, best, at = bytearray(), {}, 0
        for kept, kind, symbols in cuts:
            damaged(at + kept > n, "cuts")
            header += plain[at:at + kept]
            at += kept
            if kind != BEST:
                header += self.table(kind)
                continue
            damaged(not 1 <= symbols <= 255, "a best table without symbols")
            best[len(header)] = symbols
            header += bytes(15) + bytes([symbols]) + bytes(symbols)
        return header + plain[at:], best

    def read_exceptions(self):
        known, exceptions, number = self.known, {}, 0
        if known.frame.progressive and known.band[0] > 0:
            count = self.streams.varint()
            self.exceptions += count
            damaged(self.exceptions > MOST_EXCEPTIONS, "too many exceptions")
            for _ in range(count):
                number += self.streams.varint()
                run = self.streams.varint()
                damaged(not 1 <= run <= LONGEST_RUN or number in exceptions, "an exception")
                exceptions[number] = run
        return exceptions

    def pad(self, pads, count):
        if pads < 2:
            return 0 if pads else (1 << count) - 1
        kept = self.streams.take(BYTES, 1)[0]
        damaged(kept.bit_length() != count + 1, "pads")
        return kept - (1 << count)

    def scan(self, header, best):
        """The header with its best tables, and the scan behind it."""
        known, pads = self.known, self.streams.varint()
        damaged(pads > 2, "pads")
        if self.scans == 0:
            known.check_tables()
        scan = Scan(known, self.read_exceptions())
        weights = scan.weights()
        for key, offset in known.huffman.items():
            if isinstance(offset, int):
                table = best_table(weights.get(key, {}))
                damaged(len(table) != 16 + best[offset], "a best table of other symbols")
                header[offset:offset + len(table)] = known.huffman[key] = table
                best.pop(offset)
        damaged(bool(best), "a best table that is none")
        damaged(not set(weights) <= set(known.huffman), "a scan without its tables")
        tables = {key: codes(known.huffman[key]) for key in weights}
        intervals = [packed(interval, tables, lambda count: self.pad(pads, count)) for interval in scan.intervals]
        out = bytes(header)
        for number, interval in enumerate(intervals):
            restart = bytes([0xFF, RST + number % 8]) if number + 1 < len(intervals) else b""
            out += interval + restart
        return out

    def join(self):
        out = bytes([0xFF, SOI])
        while True:
            header, best = self.header()
            self.known.read(header, best)
            if self.known.ended:
                damaged(self.scans == 0 or bool(best), "a file without a scan")
                return out + bytes(header)
            damaged(self.scans == MOST_SCANS, "too many scans")
            out += self.scan(header, best)
            self.scans += 1


def join(streams, nested):
    """The next JPEG file; nested(n) gives n bytes of nested content."""
    return Jpeg(streams, nested).join()
