#!/usr/bin/env python3
"""check.py [--all]: the second decoder on the golden vectors: good ones decode to the recorded SHA-256, bad and
unsupported ones are refused, and nothing is written that was never in them. Vectors of a model or format that it does
not know are counted apart, and so are, without --all, those that have model 2 decode more bytes than PATIENCE."""

import concurrent.futures
import hashlib
import os
import pathlib
import sys

import cm
import container
import decode

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "vectors"))
import manifest  # noqa: E402
import sources  # noqa: E402

PATIENCE = 10000


def patient(payload, length, parameter):
    if length > PATIENCE:
        raise container.Unsupported("longer than a check takes")
    return cm.decode(payload, length, parameter)


def verdict_good(vector):
    try:
        content = decode.decode(vector.read())
    except container.Unsupported:
        return None
    except container.Trouble as trouble:
        return f"{type(trouble).__name__}: {trouble}"
    return "ok" if hashlib.sha256(content).hexdigest() == vector.sha256 else "other bytes"


def verdict_refused(vector):
    try:
        decode.decode(vector.read())
    except container.Trouble as trouble:
        return "ok" if sources.sources()[vector.source].startswith(trouble.content) else "wrote other bytes"
    return "not refused"


def judge(job):
    kind, vector = job
    return verdict_good(vector) if kind == "good" else verdict_refused(vector)


def main():
    if "--all" not in sys.argv[1:]:
        decode.MODELS[2] = (patient, decode.MODELS[2][1])
    jobs = [("good", vector) for vector in manifest.good()]
    jobs += [(kind, vector) for kind in ("bad", "unsupported") for vector in manifest.refused(kind)]
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(judge, jobs))
    failed = 0
    for (kind, vector), verdict in zip(jobs, verdicts):
        if verdict not in ("ok", None):
            failed += 1
            print(f"FAIL {kind}/{vector.path.name}: {verdict}")
    passed, others = verdicts.count("ok"), verdicts.count(None)
    print(f"{passed} vectors passed, {failed} failed, {others} of models it does not know or too long")
    return 1 if failed or "ok" not in verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
