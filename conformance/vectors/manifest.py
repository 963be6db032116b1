"""The tables of golden vectors, good/MANIFEST.tsv and its neighbours: one line a file, columns parted by tabs.

good:             archive, SHA-256 of the content, sources (several archives one after another: a+b), options, why;
                  options that begin with = are a change of another archive (see damage.py): nothing encodes to it
bad, unsupported: archive, exit code, source, change (see damage.py), why
"""

import dataclasses
import pathlib
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass
class Good:
    path: pathlib.Path
    sha256: str
    source: str
    options: str
    why: str

    def read(self):
        return self.path.read_bytes()

    def change(self):
        """The change that makes the archive; None when encoding does."""
        return self.options[1:] if self.options.startswith("=") else None


@dataclasses.dataclass
class Refused:
    path: pathlib.Path
    exit: int
    source: str
    change: str
    why: str

    def read(self):
        return self.path.read_bytes()


def lines(kind):
    for line in (HERE / kind / "MANIFEST.tsv").read_text().splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def good():
    return [Good(HERE / "good" / name, *rest) for name, *rest in lines("good")]


def refused(kind):
    return [Refused(HERE / kind / name, int(code), *rest) for name, code, *rest in lines(kind)]


def encode(hunch, vector, originals):
    """The archives of the vector's sources one after another, made with its options."""
    command = hunch + ["--no-verify"] + vector.options.split() + ["-c"]
    return b"".join(
        subprocess.run(command, input=originals[name], stdout=subprocess.PIPE, check=False).stdout
        for name in vector.source.split("+"))
