"""Terminals: what is refused there, and progress."""
import os
import pty
import re
import select
import signal
import time

from harness import case, equal, expect, feeding, noise, text, wait_until

STORY = text(30000)


def drain(master, seconds=0.2):
    """What a terminal shows until nothing comes for some time."""
    out = b""
    while select.select([master], [], [], seconds)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the last user of the terminal has closed it
            break
        if not piece:
            break
        out += piece
    return out


@case
def archives_are_not_written_to_a_terminal(box):
    box.write("f", STORY)
    master, slave = pty.openpty()
    box.fails("-c", "f", code=2, says=b"terminal", stdout=slave)
    box.fails("-", code=2, says=b"terminal", stdout=slave, data=STORY)
    equal(drain(master), b"", "the terminal stays clean")
    box.run("-c", "-f", data=b"short enough for the terminal's buffer", stdout=slave)
    expect(drain(master).startswith(b"\x89HUNCH"), "-f insists")
    os.close(slave)
    os.close(master)


@case
def archives_are_not_read_from_a_terminal(box):
    master, slave = pty.openpty()
    box.fails("-d", code=2, says=b"terminal", stdin=slave)
    box.fails("-t", code=2, says=b"terminal", stdin=slave)
    box.fails(code=2, says=b"terminal", stdin=slave, stdout=slave)
    os.close(slave)
    os.close(master)


@case
def text_is_decoded_to_a_terminal(box):
    master, slave = pty.openpty()
    box.run("-dc", data=box.run(data=b"hello, world\n").stdout, stdout=slave, stderr=slave)
    equal(drain(master), b"hello, world\r\n", "no progress between the words")
    os.close(slave)
    os.close(master)


def slow_encode(box, slave, *arguments):
    """Encodes to a pipe that is read slowly, so that there is progress to see. Returns the seconds it took."""
    box.write("f", noise(2000000))
    start = time.monotonic()
    process = box.start("-1", "--block-size=64K", "-c", *arguments, "f", stderr=slave)
    while process.stdout.read(30000):
        time.sleep(0.015)
    equal(process.wait(60), 0, "exit code")
    return time.monotonic() - start


@case
def progress_is_drawn_on_a_terminal(box):
    master, slave = pty.openpty()
    seconds = slow_encode(box, slave)
    shown = drain(master)
    os.close(slave)
    os.close(master)
    lines = shown.decode().split("\r")
    drawn = [line for line in lines if "%" in line]
    expect(3 <= len(drawn) <= 10 * seconds + 2, f"{len(drawn)} lines in {seconds:.2f} s: at most ten a second")
    expect(re.search(r"encode f: \d+\.\d %, \d+\.\d of 2\.0 MB, ratio 1\.0\d\d, \d+\.\d\d MB/s, ETA \d+:\d\d", shown.decode()) or
           re.search(r"ratio 0\.99\d, \d+\.\d\d MB/s, ETA \d+:\d\d", shown.decode()), f"its words: {drawn[1]!r}")
    expect(shown.endswith(b"\n") and shown.count(b"\n") == 1, "it ends with one newline")
    expect("100.0 %" in drawn[-1], "the last line is complete")


@case
def one_line_stays_for_each_file(box):
    master, slave = pty.openpty()
    box.write("f", STORY)
    box.write("g", STORY)
    box.run("f", "g", stderr=slave)
    lines = drain(master).decode().split("\n")
    os.close(slave)
    os.close(master)
    expect(len(lines) == 3 and not lines[2], f"two lines: {lines}")
    expect("verify f: 100.0 %" in lines[0] and "verify g: 100.0 %" in lines[1], f"{lines}")


@case
def progress_is_silent_elsewhere(box):
    master, slave = pty.openpty()
    slow_encode(box, slave, "-q")
    equal(drain(master), b"", "-q")
    os.close(slave)
    os.close(master)
    box.write("g", STORY)
    equal(box.run("g").stderr, b"", "no terminal")
    equal(box.run("-d", "-f", "g.hunch").stderr, b"", "no terminal")


@case
def progress_gives_way_to_errors(box):
    master, slave = pty.openpty()
    box.write("f", STORY)
    box.run("f")
    coded = bytearray(box.read("f.hunch"))
    box.write("f.hunch", coded[:-10])
    box.run("-df", "f.hunch", code=3, stderr=slave)
    shown = drain(master)
    os.close(slave)
    os.close(master)
    last = shown.split(b"\n")[-2]
    expect(last.startswith(b"hunch: f.hunch: "), f"the error has a line of its own: {shown!r}")


@case
def a_signal_asks_for_one_line(box):
    with feeding(box, "-1", "-o", "f.hunch", "-", first=noise(300000)) as process:
        wait_until(lambda: box.temporaries() and os.stat(box.at(box.temporaries()[0])).st_size >= 0, "the start")
        time.sleep(0.3)
        process.send_signal(signal.SIGUSR1)
        line = process.stderr.readline()
        expect(re.match(rb"hunch: encode standard input: 0\.\d MB.*, after 0:0\d$", line), f"line {line!r}")
        process.send_signal(signal.SIGUSR1)
        expect(process.stderr.readline().startswith(b"hunch: encode"), "and again")
        process.stdin.close()
        equal(process.wait(60), 0, "it does not end the work")
        equal(process.stderr.read(), b"", "nothing more")


@case
def an_interrupt_ends_the_line(box):
    master, slave = pty.openpty()
    with feeding(box, "-1", "-o", "f.hunch", "-", first=STORY, stderr=slave) as process:
        time.sleep(0.4)
        process.send_signal(signal.SIGINT)
        process.wait(20)
    shown = drain(master)
    os.close(slave)
    os.close(master)
    expect(b"MB" in shown and shown.endswith(b"\n"), f"{shown[-80:]!r}")
    equal(box.names(), [], "nothing is left")
