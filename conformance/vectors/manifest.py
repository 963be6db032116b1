"""The tables of golden vectors, good/MANIFEST.tsv and its neighbours: one line a file, columns parted by tabs.

good:             archive, SHA-256 of the content, sources (several archives one after another: a+b), options, why;
                  options that begin with = are a change of another archive (see damage.py): nothing encodes to it
bad, unsupported: archive, exit code, source, change (see damage.py), why
"""

import dataclasses
import io
import pathlib
import subprocess
import tarfile
import tempfile

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


def pieces(data, size):
    return [data[at:at + size] for at in range(0, len(data), size)]


def train(hunch, word, originals, place):
    """The prior that a word "prior=SOURCE/SIZE/LEVEL" (or with /AS) asks for: trained on SOURCE in pieces of SIZE bytes."""
    source, size, level, *more = word.split("=", 1)[1].split("/")
    (place / "samples").mkdir()
    for i, piece in enumerate(pieces(originals[source], int(size))):
        (place / f"samples/{i:04}").write_bytes(piece)
    prior = place / "vector.prior"
    options = [f"-{level}", "-q", "-o", str(prior)] + [f"--as={kind}" for kind in more]
    at = max(i for i, word in enumerate(hunch) if not word.startswith("-")) + 1 # a verb stands behind the command itself
    subprocess.run(hunch[:at] + ["train"] + hunch[at:] + options + [str(place / "samples")], check=False)
    return [f"--prior={prior}", "--self-contained"]


def tape_of(data, size):
    """A tar stream of members of so many bytes each."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for i, piece in enumerate(pieces(data, size)):
            info = tarfile.TarInfo(f"{i:04}")
            info.size = len(piece)
            tar.addfile(info, io.BytesIO(piece))
    return out.getvalue()


def encode(hunch, vector, originals):
    """The archives of the vector's sources one after another, made with its options. Two words before them are our own:
    prior=... (see train), and tar=SIZE, which encodes the source in members of SIZE bytes."""
    words = vector.options.split()
    own = {word.split("=")[0]: word for word in words if word.startswith(("prior=", "tar="))}
    options = [word for word in words if word not in own.values()]
    size = int(own["tar"].split("=")[1]) if "tar" in own else 0
    with tempfile.TemporaryDirectory() as place:
        if "prior" in own:
            options += train(hunch, own["prior"], originals, pathlib.Path(place))
        command = hunch + ["--no-verify"] + options + (["--tar"] if size else []) + ["-c"]
        return b"".join(
            subprocess.run(command, input=tape_of(originals[name], size) if size else originals[name],
                           stdout=subprocess.PIPE, check=False).stdout
            for name in vector.source.split("+"))
