#!/usr/bin/env python3
"""record.py COMMAND: makes all golden vectors anew with this hunch, from the manifests' sources, options and changes.
Only for a bitstream that no release has written: afterwards a vector is never made again, new ones are added."""

import hashlib
import sys

import damage
import manifest
import sources

GOOD_HEAD = "# archive\tSHA-256 of the content\tsource\toptions\twhy"
REFUSED_HEAD = "# archive\texit code\tsource\tchange\twhy"


def record_good(hunch, originals):
    rows = [GOOD_HEAD]
    for vector in manifest.good():
        change = vector.change()
        content = b"".join(originals[name] for name in vector.source.split("+"))
        vector.path.write_bytes(damage.apply(change) if change else manifest.encode(hunch, vector, originals))
        sha = hashlib.sha256(content).hexdigest()
        rows.append("\t".join([vector.path.name, sha, vector.source, vector.options, vector.why]))
    (manifest.HERE / "good/MANIFEST.tsv").write_text("\n".join(rows) + "\n")


def record_refused(kind):
    rows = [REFUSED_HEAD]
    for vector in manifest.refused(kind):
        vector.path.write_bytes(damage.apply(vector.change))
        rows.append("\t".join([vector.path.name, str(vector.exit), vector.source, vector.change, vector.why]))
    (manifest.HERE / kind / "MANIFEST.tsv").write_text("\n".join(rows) + "\n")


def main():
    originals = sources.sources()
    record_good(sys.argv[1:], originals)
    for kind in ("bad", "unsupported"):
        record_refused(kind)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
