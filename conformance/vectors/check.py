#!/usr/bin/env python3
"""check.py COMMAND [OPTION...]: decodes every golden vector with this hunch and makes it anew, such as
    check.py build/tools/cli/hunch -T4
    HUNCH_CPU=c check.py build/tools/cli/hunch
    check.py qemu-s390x-static build-s390x/tools/cli/hunch
good/        each archive decodes to the recorded SHA-256, and its source encodes to the recorded bytes
bad/         each is refused with the recorded exit code, and what was written until then is how the source begins
unsupported/ the same; a version that does not exist yet could have made it
Prints a line for each vector that fails and the number that passed."""

import concurrent.futures
import hashlib
import os
import pathlib
import subprocess
import sys

import manifest
import sources


def run(command, data):
    result = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return result.returncode, result.stdout


def check_good(hunch, originals, vector):
    archive = vector.read()
    code, content = run(hunch + ["-d", "-c"], archive)
    if code != 0 or hashlib.sha256(content).hexdigest() != vector.sha256:
        return f"decoding: exit code {code}, {len(content)} bytes"
    if vector.change():
        return None
    made = manifest.encode(hunch, vector, originals)
    if made != archive:
        return f"encoding with {vector.options}: {len(made)} bytes are not the {len(archive)} recorded"
    return None


def check_refused(hunch, originals, vector):
    code, content = run(hunch + ["-d", "-c"], vector.read())
    if code != vector.exit:
        return f"exit code {code}, not {vector.exit}"
    if not originals[vector.source].startswith(content):
        return f"wrote {len(content)} bytes that were never in it"
    return None


def check(hunch):
    originals = sources.sources()
    jobs = [(check_good, v) for v in manifest.good()]
    jobs += [(check_refused, v) for kind in ("bad", "unsupported") for v in manifest.refused(kind)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = pool.map(lambda job: job[0](hunch, originals, job[1]), jobs)
        for (_, vector), trouble in zip(jobs, verdicts):
            if trouble:
                failed += 1
                print(f"FAIL {vector.path.parent.name}/{vector.path.name}: {trouble}")
    print(f"{len(jobs) - failed} vectors passed, {failed} failed")
    return 1 if failed or not jobs else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(check(sys.argv[1:]))
