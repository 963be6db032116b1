"""Runs cases against the command, each in an empty directory of its own. Standard library only."""
import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CASES = []
LIMIT = 120  # seconds that any one call of the command may take


# who runs the tests in the background may have had signals ignored, and the command respects that
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)


class Skip(Exception):
    """Raised by a case that this machine cannot run, with the reason."""


def case(function):
    CASES.append(function)
    return function


def long_case(function):
    """A case that builds with sanitizers, which set SHORT, need not run: it would take minutes there."""
    return function if os.environ.get("SHORT") else case(function)


def text(size, seed=1):
    """Words with some grammar to them: compressible, the same on every run."""
    rng = random.Random(seed)
    words = [bytes(rng.choice(b"etaoinshrdlucmfw") for _ in range(rng.randint(1, 9))) for _ in range(400)]
    out = bytearray()
    while len(out) < size:
        out += rng.choice(words[: rng.choice((10, 60, 400))]) + rng.choice((b" ", b" ", b" ", b", ", b".\n"))
    return bytes(out[:size])


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def expect(truth, what):
    if not truth:
        raise AssertionError(what)


def equal(got, want, what="value"):
    if got != want:
        show = lambda v: repr(v) if len(repr(v)) < 300 else repr(v)[:300] + "..."
        raise AssertionError(f"{what}: {show(got)} instead of {show(want)}")


class Box:
    """A directory with the command beside it."""

    def __init__(self, command, path):
        self.command = command
        self.path = path

    def at(self, name):
        return os.path.join(os.fsencode(self.path), os.fsencode(name))

    def write(self, name, data):
        with open(self.at(name), "wb") as file:
            file.write(data)
        return name

    def read(self, name):
        with open(self.at(name), "rb") as file:
            return file.read()

    def names(self):
        return sorted(os.listdir(self.path))

    def environment(self, extra=None):
        env = {k: v for k, v in os.environ.items() if not k.startswith("HUNCH_")}
        env["PATH"] = os.path.dirname(self.command) + ":" + env.get("PATH", "/usr/bin:/bin")
        env.update(extra or {})
        return env

    def start(self, *arguments, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.PIPE)
        more["env"] = self.environment(more.pop("env", None))
        more.setdefault("cwd", self.path)
        return subprocess.Popen([self.command, *arguments], **more)

    def run(self, *arguments, code=0, data=None, **more):
        """Runs the command to its end and checks its exit code; the result is the finished process."""
        more.setdefault("stdin", subprocess.PIPE if data is not None else subprocess.DEVNULL)
        process = self.start(*arguments, **more)
        try:
            out, err = process.communicate(data, timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise AssertionError(f"{arguments}: still running after {LIMIT} s")
        done = subprocess.CompletedProcess(arguments, process.returncode, out or b"", err or b"")
        if code is not None:
            equal(done.returncode, code, f"exit code of {arguments} ({done.stderr!r})")
        return done

    def fails(self, *arguments, code, says=b"", **more):
        """The command must fail with the code and tell so in one line that tells what to do next."""
        done = self.run(*arguments, code=code, **more)
        lines = done.stderr.splitlines()
        equal(len(lines), 1, f"lines of {done.stderr!r}")
        expect(lines[0].startswith(b"hunch: "), f"{lines[0]!r} names the program")
        expect(says in lines[0], f"{says!r} in {lines[0]!r}")
        return done

    def shell(self, script, **more):
        return subprocess.run(["bash", "-c", script], cwd=self.path, env=self.environment(), timeout=LIMIT,
                              capture_output=True, **more)

    def temporaries(self):
        return [name for name in self.names() if name.startswith(".hunch-")]


def wait_until(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {seconds} s in vain: {what}")


@contextlib.contextmanager
def feeding(box, *arguments, first, **more):
    """The command in the middle of its work: it has got `first` on standard input and waits for more."""
    process = box.start(*arguments, stdin=subprocess.PIPE, **more)
    try:
        process.stdin.write(first)
        process.stdin.flush()
        yield process
    finally:
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(BrokenPipeError):
                if stream:
                    stream.close()
        process.wait()


def run_case(function, command):
    directory = tempfile.mkdtemp(prefix="hunch-cli-")
    os.chmod(directory, 0o755)
    try:
        function(Box(command, directory))
        return "passed", ""
    except Skip as reason:
        return "skipped", str(reason)
    except Exception:
        return "failed", traceback.format_exc(limit=-3)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def main(command, patterns):
    os.umask(0o022)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    chosen = [f for f in CASES if not patterns or any(p in f.__name__ for p in patterns)]
    for function in chosen:
        start = time.monotonic()
        result, why = run_case(function, os.path.abspath(command))
        counts[result] += 1
        name = function.__name__.replace("_", " ")
        print(f"{result:8} {name} ({time.monotonic() - start:.2f} s){': ' + why.strip() if why else ''}", flush=True)
    print(", ".join(f"{n} {result}" for result, n in counts.items()))
    return 1 if counts["failed"] or not counts["passed"] else 0
