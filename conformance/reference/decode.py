#!/usr/bin/env python3
"""decode.py ARCHIVE: writes the archive's content to standard output. A second, slow decoder of hunch archives that
shares no code with the first: written from doc/FORMAT.md and doc/spec/ alone. It knows the container and the models and
formats of the tables below, and refuses others as unsupported. Exit codes as those of hunch: 0, 1 (no archive),
3 (damaged, truncated, mismatch, unsupported)."""

import pathlib
import sys

import arm64
import audio
import bwt
import cm
import container
import dct
import image
import pieces
import tensor
import text
import x86
from xxh3 import xxh3_64

# id -> decode(payload, length, parameter): bytes, and the parameters it knows
MODELS = {1: (bwt.decode, (1, 2)), 2: (cm.decode, range(3, 10)), 3: (image.decode, range(1, 10)),
          4: (audio.decode, range(1, 10)), 5: (tensor.decode, range(1, 10)), 6: (dct.decode, range(1, 10))}
# id -> join(stream, length): bytes
FORMATS = {1: text.join, 2: x86.join, 3: x86.join_near, 4: arm64.join}


def check_known(stream):
    """Before anything of a block is decoded, which takes time."""
    if stream.model == 0:
        return
    _, parameters = MODELS.get(stream.model, (None, ()))
    if stream.parameter not in parameters or stream.format not in (0, *FORMATS):
        raise container.Unsupported(f"model {stream.model} {stream.parameter}, format {stream.format}")


def decode_stream(stream):
    if stream.model == 0:
        return stream.payload
    data = MODELS[stream.model][0](stream.payload, stream.coded_length, stream.parameter)
    return FORMATS[stream.format](data, stream.length) if stream.format else data


def decode_block(block):
    for stream in block.streams:
        check_known(stream)
    streams = {stream.kind: decode_stream(stream) for stream in block.streams}
    content = pieces.join(streams, block.length) if block.flags & container.TYPED else streams[0]
    if xxh3_64(content) != block.check:
        raise container.Mismatch("content check")
    return content


def decode(data):
    return container.decode_file(data, decode_block)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    code = 0
    try:
        content = decode(pathlib.Path(sys.argv[1]).read_bytes())
    except container.Trouble as trouble:
        print(f"{sys.argv[1]}: {type(trouble).__name__}: {trouble}", file=sys.stderr)
        content = trouble.content
        code = 1 if isinstance(trouble, container.NotArchive) else 3
    sys.stdout.buffer.write(content)
    return code


if __name__ == "__main__":
    sys.exit(main())
