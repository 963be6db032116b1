#!/usr/bin/env python3
"""sizes.py [--record] COMMAND [OPTION...]: bytes of the vectors' sources, all joined into one, and of each alone, at
every level, beside those in recorded.tsv. Exits 1 when one is more than 0.5 % (and 8 bytes) larger than recorded.
--record writes the table anew: in the commit that changes a model, with the reason."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "vectors"))
import sources  # noqa: E402

TABLE = HERE / "recorded.tsv"
LEVELS = range(1, 10)


def inputs():
    named = {name: data for name, data in sources.sources().items() if data}
    return {**named, "joined": b"".join(named.values())}


def size(hunch, level, data):
    command = hunch + ["--no-verify", f"-{level}", "-c"]
    return len(subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout)


def recorded():
    rows = [line.split("\t") for line in TABLE.read_text().splitlines()[1:]]
    return {(name, level): int(coded) for name, *sizes in rows for level, coded in zip(LEVELS, sizes[1:])}


def main():
    arguments = sys.argv[1:]
    record = "--record" in arguments[:1]
    hunch = arguments[record:]
    if not hunch:
        sys.exit(__doc__)
    old = {} if record else recorded()
    rows, larger = ["file\tbytes\t" + "\t".join(f"-{level}" for level in LEVELS)], 0
    for name, data in inputs().items():
        new = [size(hunch, level, data) for level in LEVELS]
        rows.append("\t".join([name, str(len(data)), *map(str, new)]))
        for level, coded in zip(LEVELS, new):
            known = old.get((name, level), coded)
            if coded > known + max(8, known // 200):
                larger += 1
                print(f"{name} -{level}: {coded} bytes, recorded {known}")
    if record:
        TABLE.write_text("\n".join(rows) + "\n")
    print("\n".join(rows))
    return 1 if larger else 0


if __name__ == "__main__":
    sys.exit(main())
