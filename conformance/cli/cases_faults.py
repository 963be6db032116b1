"""Damage, limits, signals, full disks, and a disk that lies."""
import json
import os
import random
import resource
import signal
import subprocess

from harness import Skip, case, equal, expect, feeding, noise, text, wait_until

STORY = text(60000)
BLOCKS = noise(4 * 65536)  # four blocks that no model makes smaller


def blocks_archive(box):
    return box.run("-1", "--block-size=64K", data=BLOCKS).stdout


@case
def truncated_archives_are_refused(box):
    coded = box.run("--block-size=16K", data=STORY).stdout
    rng = random.Random(7)
    for at in sorted({1, 7, 8, 9, len(coded) - 1, *(rng.randrange(1, len(coded)) for _ in range(30))}):
        box.write("f.hunch", coded[:at])
        done = box.fails("-d", "f.hunch", code=3 if at >= 8 else None)
        expect(done.returncode in (1, 3), f"cut at {at}: exit code {done.returncode}")
        equal(box.names(), ["f.hunch"], "nothing is left")
    done = box.run("-d", data=coded[: len(coded) * 3 // 4], code=3)
    expect(STORY.startswith(done.stdout), "a pipe gets what is good")
    box.run("-d", data=b"", code=None).returncode or expect(False, "no archive at all is an error")


@case
def changed_bytes_never_pass(box):
    coded = bytearray(box.run("--block-size=16K", data=STORY).stdout)
    rng = random.Random(8)
    for _ in range(60):
        at, bit = rng.randrange(len(coded)), 1 << rng.randrange(8)
        coded[at] ^= bit
        done = box.run("-d", data=bytes(coded), code=None)
        expect(done.returncode in (0, 1, 3, 4, 5), f"byte {at}: exit code {done.returncode}")
        expect(done.returncode or done.stdout == STORY, f"byte {at}: wrong bytes and exit code 0")
        expect(not done.returncode or done.stderr.count(b"\n") == 1, f"byte {at}: one line, not {done.stderr!r}")
        coded[at] ^= bit


@case
def damage_is_told_with_its_place(box):
    coded = bytearray(blocks_archive(box))
    coded[len(coded) // 8 * 3] ^= 4
    box.write("f.hunch", coded)
    done = box.fails("-d", "f.hunch", code=3, says=b"block 2 of 4")
    expect(b"65536" in done.stderr, "content byte")
    expect(b"--keep-going" in done.stderr, "advice")
    equal(box.names(), ["f.hunch"], "nothing is left")
    expect(b"65536" in box.fails("-d", code=3, data=bytes(coded)).stderr, "a pipe knows the content byte")


@case
def keep_going_saves_the_rest(box):
    coded = bytearray(blocks_archive(box))
    coded[len(coded) // 8 * 3] ^= 4
    box.write("f.hunch", coded)
    want = BLOCKS[:65536] + bytes(65536) + BLOCKS[131072:]
    done = box.run("decode", "--keep-going", "f.hunch", code=3)
    equal(box.read("f"), want, "content")
    expect(b"65536 to 131071" in done.stderr, f"range in {done.stderr!r}")
    lines = [json.loads(x) for x in box.run("-df", "--keep-going", "--json", "f.hunch", code=3).stdout.splitlines()]
    equal([(x["lost"]["offset"], x["lost"]["length"]) for x in lines[:-1]], [(65536, 65536)], "lost ranges")
    equal((lines[-1]["exit"], lines[-1]["lost_ranges"]), (3, 1), "account")
    done = box.run("-dc", "--keep-going", "--json", data=bytes(coded), code=3)
    equal((done.stdout, len(done.stderr.splitlines())), (want, 2), "a pipe")
    box.run("test", "--keep-going", "f.hunch", code=3)
    box.write("cut.hunch", blocks_archive(box)[:150000])
    box.run("decode", "--keep-going", "cut.hunch", code=3)
    equal(box.read("cut")[:131072], BLOCKS[:131072], "what stands before the cut")


@case
def garbage_and_other_files_exit_with_1(box):
    coded = box.run(data=STORY).stdout
    box.write("f.hunch", coded + b"garbage after the end")
    done = box.fails("-d", "f.hunch", code=1, says=b"garbage")
    equal(box.names(), ["f.hunch"], "nothing is left")
    box.run("-t", "f.hunch", code=1)
    equal(box.run("-d", "--keep-going", "-c", "f.hunch", code=1).stdout, STORY, "the content can be had")
    box.write("plain.hunch", STORY)
    done = box.fails("-d", "plain.hunch", code=1)
    expect(b"garbage follows the archive, after" not in done.stderr, "it never was one")
    box.run("-d", "--keep-going", "plain.hunch", code=1)
    equal(box.names(), ["f.hunch", "plain.hunch"], "files")


@case
def limits_exit_with_4(box):
    coded = box.run("-5", data=STORY).stdout
    box.write("f.hunch", coded)
    box.fails("-d", "--max-size=59999", "f.hunch", code=4, says=b"--max-size")
    box.fails("-d", "--memlimit=100K", "f.hunch", code=4, says=b"--memlimit")
    box.fails("-t", "--memlimit=100K", "f.hunch", code=4)
    equal(box.names(), ["f.hunch"], "nothing is left")
    box.run("-d", "--max-size=60000", "f.hunch")
    box.fails("-9", "--memlimit=100K", "-o", "g.hunch", "f", code=4, says=b"--memlimit")
    equal(box.names(), ["f", "f.hunch"], "nothing is left")
    equal(json.loads(box.run("-t", "--max-size=1", "--json", "f.hunch", code=4).stdout)["status"], "size-limit", "status")


@case
def kill_9_leaves_no_file_under_the_final_name(box):
    coded = blocks_archive(box)
    for arguments, data, name in ((["-1", "-o", "f.hunch", "-"], BLOCKS, "f.hunch"),
                                  (["-d", "-o", "f", "-"], coded[:200000], "f")):
        with feeding(box, *arguments, first=data) as process:
            wait_until(lambda: box.temporaries(), "the temporary file")
            process.send_signal(signal.SIGKILL)
            process.wait()
        expect(name not in box.names(), f"{name} is not there")
        expect(len(box.temporaries()) == 1, "the temporary file is told by its name")
        os.unlink(box.at(box.temporaries()[0]))
    box.write("f", BLOCKS)
    box.write("f.hunch", b"precious")
    for delay in (0.0, 0.002, 0.005, 0.01, 0.02, 0.04):
        process = box.start("-1f", "--block-size=64K", "f")
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        now = box.read("f.hunch")
        expect(now == b"precious" or box.run("-dc", "f.hunch").stdout == BLOCKS, f"old or whole after {delay} s")


@case
def signals_remove_the_unfinished_file(box):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        for arguments in (("-1", "-o", "f.hunch", "-"), ("-1", "-T2", "-o", "f.hunch", "-"), ("-d", "-o", "f", "-")):
            first = blocks_archive(box)[:200000] if "-d" in arguments else BLOCKS
            with feeding(box, *arguments, first=first) as process:
                wait_until(lambda: box.temporaries(), "the temporary file")
                process.send_signal(number)
                process.wait(20)
                equal(process.returncode, -number, "ended by the signal, 128 + n for a shell")
                equal(process.stderr.read(), b"", "quiet")
            equal(box.names(), [], "nothing is left")
    done = box.shell("sleep 1 | hunch -o f.hunch - & sleep 0.3; kill -TERM $!; wait $!; echo $?")
    equal(done.stdout.strip(), b"143", "128 + 15 in a shell")


@case
def ignored_signals_stay_ignored(box):
    with feeding(box, "-1", "-o", "f.hunch", "-", first=STORY,
                 preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as process:
        wait_until(lambda: box.temporaries(), "the temporary file")
        process.send_signal(signal.SIGHUP)
        process.stdin.close()
        equal(process.wait(60), 0, "exit code under nohup")
    equal(box.names(), ["f.hunch"], "files")


@case
def a_closed_pipe_is_quiet(box):
    box.write("f.hunch", blocks_archive(box))
    done = box.shell("hunch -dc f.hunch | head -c 10 | wc -c; echo ${PIPESTATUS[0]}")
    equal((done.stdout.split(), done.stderr), ([b"10", b"141"], b""), "by SIGPIPE")
    done = box.shell("trap '' PIPE; hunch -dc f.hunch | head -c 10 >/dev/null; echo ${PIPESTATUS[0]}")
    equal(done.stdout.strip(), b"1", "with SIGPIPE ignored")


@case
def a_full_disk_leaves_nothing(box):
    if os.geteuid():
        raise Skip("mounting needs root")
    os.mkdir(box.at("disk"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", box.at("disk")], capture_output=True)
    if mounted.returncode:
        raise Skip("mount: " + mounted.stderr.decode().strip())
    try:
        box.write("f", BLOCKS)
        box.fails("-1", "-o", "disk/f.hunch", "f", code=1, says=b"No space left")
        equal(os.listdir(box.at("disk")), [], "encode leaves nothing")
        box.run("-1", "f")
        box.fails("-d", "-o", "disk/f", "f.hunch", code=1, says=b"No space left")
        equal(os.listdir(box.at("disk")), [], "decode leaves nothing")
        box.write("g", STORY)
        box.run("-o", "disk/g.hunch", "g")
        equal(box.run("-dc", "disk/g.hunch").stdout, STORY, "what fits is written")
    finally:
        subprocess.run(["umount", box.at("disk")], check=True)


@case
def a_file_size_limit_leaves_nothing(box):
    box.write("f", BLOCKS)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
    box.fails("-1", "f", code=1, says=b"File too large", preexec_fn=limit)
    equal(box.names(), ["f"], "nothing is left")
    coded = blocks_archive(box)
    box.fails("-d", "-o", "g", "-", code=1, says=b"File too large", data=coded, preexec_fn=limit)
    equal(box.names(), ["f"], "nothing is left")


@case
def a_full_device_is_an_error(box):
    box.write("f", STORY)
    with open("/dev/full", "wb") as full:
        box.fails("-1", "-c", "f", code=1, says=b"No space left", stdout=full)
        box.run("-1", "f")
        box.fails("-dc", "f.hunch", code=1, says=b"No space left", stdout=full)
        box.fails("--help", code=1, says=b"No space left", stdout=full)
        box.fails("list", "f.hunch", code=1, says=b"No space left", stdout=full)
    box.fails("-o", "/dev/full", "f", code=1, says=b"No space left")


def tampered(box, *arguments):
    """Changes a byte of the temporary file while the command waits for the rest of its input."""
    with feeding(box, "-1", "--block-size=64K", *arguments, "-o", "f.hunch", "-", first=BLOCKS) as process:
        name = box.at(wait_until(lambda: box.temporaries(), "the temporary file")[0])
        wait_until(lambda: os.stat(name).st_size > 70000, "a block on disk")
        with open(name, "r+b") as file:
            file.seek(30000)
            byte = file.read(1)[0]
            file.seek(30000)
            file.write(bytes([byte ^ 1]))
        err = process.communicate(timeout=60)[1]
        return process.returncode, err


@case
def verification_sees_what_the_disk_holds(box):
    code, err = tampered(box)
    equal(code, 3, f"exit code ({err!r})")
    expect(b"f.hunch" in err and err.count(b"\n") == 1, f"said so: {err!r}")
    equal(box.names(), [], "nothing is left")
    equal(tampered(box, "--no-verify")[0], 0, "unseen with --no-verify")
    box.run("-t", "f.hunch", code=3)
