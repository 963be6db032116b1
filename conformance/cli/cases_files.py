"""Files: what is kept, refused, overwritten, copied; odd names and kinds of files."""
import os
import shutil
import stat
import subprocess
import threading

from harness import Skip, case, equal, expect, noise, text, wait_until

STORY = text(30000)


@case
def existing_outputs_are_not_overwritten(box):
    box.write("f", STORY)
    box.write("f.hunch", b"precious")
    box.fails("f", code=1, says=b"f.hunch: exists")
    box.fails("-o", "f.hunch", "f", code=1, says=b"-f")
    equal(box.read("f.hunch"), b"precious", "kept")
    box.run("-f", "f")
    equal(box.run("-dc", "f.hunch").stdout, STORY, "overwritten with -f")
    box.write("f", b"other")
    box.fails("-d", "f.hunch", code=1, says=b"f: exists")
    equal(box.read("f"), b"other", "kept")
    box.run("-df", "f.hunch")
    equal(box.read("f"), STORY, "overwritten with -f")
    equal(box.names(), ["f", "f.hunch"], "files")


@case
def a_file_that_appears_meanwhile_is_kept(box):
    process = box.start("-o", "f.hunch", "-", stdin=subprocess.PIPE)
    process.stdin.write(STORY)
    process.stdin.flush()
    wait_until(lambda: box.temporaries(), "the temporary file")
    box.write("f.hunch", b"precious")
    err = process.communicate()[1]
    equal(process.returncode, 1, "exit code")
    expect(b"appeared" in err and err.count(b"\n") == 1, f"said so: {err!r}")
    equal((box.names(), box.read("f.hunch")), (["f.hunch"], b"precious"), "kept, and nothing else left")


@case
def mode_and_times_are_copied(box):
    box.write("f", STORY)
    os.chmod(box.at("f"), 0o640)
    os.utime(box.at("f"), ns=(1111111111_222222222, 1234567890_123456789))
    box.run("f")
    os.unlink(box.at("f"))
    coded = os.stat(box.at("f.hunch"))
    equal((stat.S_IMODE(coded.st_mode), coded.st_mtime_ns), (0o640, 1234567890_123456789), "archive")
    box.run("-d", "f.hunch")
    plain = os.stat(box.at("f"))
    equal((stat.S_IMODE(plain.st_mode), plain.st_mtime_ns), (0o640, 1234567890_123456789), "content")
    os.chmod(box.at("f"), 0o4711)
    box.run("-f", "f")
    equal(stat.S_IMODE(os.stat(box.at("f.hunch")).st_mode), 0o711, "no set-user-id bit")


@case
def owner_is_copied_by_root(box):
    if os.geteuid():
        raise Skip("only root can give files away")
    box.write("f", STORY)
    os.chown(box.at("f"), 12345, 23456)
    box.run("f")
    coded = os.stat(box.at("f.hunch"))
    equal((coded.st_uid, coded.st_gid), (12345, 23456), "owner")


@case
def output_of_a_pipe_obeys_the_umask(box):
    process = box.start("-o", "f.hunch", "-", stdin=subprocess.PIPE, umask=0o027)
    process.communicate(STORY)
    equal(stat.S_IMODE(os.stat(box.at("f.hunch")).st_mode), 0o640, "mode")


@case
def inputs_are_removed_only_when_asked(box):
    box.write("f", STORY)
    box.run("-k", "f")
    box.run("-f", "--rm", "f")
    equal(box.names(), ["f.hunch"], "--rm")
    box.run("-d", "--rm", "f.hunch")
    equal((box.names(), box.read("f")), (["f"], STORY), "decode --rm")
    box.run("--rm", "-k", "f")
    equal(box.names(), ["f", "f.hunch"], "-k undoes --rm")
    box.fails("--rm", "f", code=1, says=b"exists")
    equal(box.names(), ["f", "f.hunch"], "kept when refused")
    coded = box.read("f.hunch")
    box.write("cut.hunch", coded[:-20])
    box.run("-d", "--rm", "cut.hunch", code=3)
    box.run("-d", "--rm", "--keep-going", "cut.hunch", code=3)
    expect("cut.hunch" in box.names(), "damaged archives are kept")


@case
def removal_spares_links(box):
    box.write("f", STORY)
    os.link(box.at("f"), box.at("hard"))
    os.symlink("f", box.at("soft"))
    box.fails("--rm", "f", code=1, says=b"hard links")
    box.fails("--rm", "soft", code=1, says=b"--rm")
    equal(box.names(), ["f", "hard", "soft"], "nothing done")
    box.run("--rm", "-f", "f")
    equal(box.names(), ["f.hunch", "hard", "soft"], "-f insists")


@case
def links_are_read_like_files(box):
    box.write("f", STORY)
    os.link(box.at("f"), box.at("hard"))
    os.symlink("f", box.at("soft"))
    box.run("hard", "soft")
    equal(box.run("-dc", "hard.hunch", "soft.hunch").stdout, STORY * 2, "content")
    expect(not os.path.islink(box.at("soft.hunch")), "the archive is a file")


@case
def links_in_place_of_the_output_are_not_followed(box):
    box.write("f", STORY)
    box.write("victim", b"precious")
    os.symlink("victim", box.at("f.hunch"))
    box.fails("f", code=1, says=b"exists")
    box.run("-f", "f")
    equal(box.read("victim"), b"precious", "victim")
    expect(not os.path.islink(box.at("f.hunch")), "the link was replaced")
    os.symlink("nowhere", box.at("g.hunch"))
    box.write("g", STORY)
    box.fails("g", code=1, says=b"exists")
    expect("nowhere" not in box.names(), "a dangling link is not followed")


@case
def odd_names_work(box):
    names = [b"with space", b"-leading-dash", b"--help", b"caf\xc3\xa9", b"bad\xff\xfeutf8", b"new\nline", b"'quote\"", b"*",
             b".hidden", b"x" * 249, b"list", b"a.hunch.b"]
    for i, name in enumerate(names):
        box.write(name, STORY[: 1000 + i])
    box.run("-1", "--", *names)
    for i, name in enumerate(names):
        os.unlink(box.at(name))
        box.run("-d", b"./" + name + b".hunch")
        equal(box.read(name), STORY[: 1000 + i], repr(name))
    done = box.fails(b"esc\x1b[2Jape", code=1)
    expect(b"\x1b" not in done.stderr, "control characters do not reach the terminal")
    line = box.run("-l", "--json", b"bad\xff\xfeutf8.hunch").stdout
    expect(line.decode("utf-8") and b"bad\\ufffd\\ufffdutf8" in line, "JSON stays UTF-8")


@case
def names_too_long_are_an_error(box):
    box.write("x" * 252, STORY)
    box.fails("x" * 252, code=1, says=b"too long a name")
    equal(len(box.names()), 1, "files")


@case
def empty_and_tiny_files_round_trip(box):
    for size in (0, 1, 2, 255):
        for level in ("-1", "-5", "-9"):
            box.write("f", STORY[:size])
            box.run("-f", level, "f")
            equal(box.run("-dc", "f.hunch").stdout, STORY[:size], f"{size} bytes at {level}")
            expect(len(box.read("f.hunch")) <= size + 60, f"{size} bytes grow little")


@case
def suffix_rules_hold(box):
    box.write("f", STORY)
    box.run("f")
    box.fails("f.hunch", code=1, says=b".hunch already")
    box.run("-f", "f.hunch")
    equal(box.run("-dc", "f.hunch.hunch").stdout, box.read("f.hunch"), "encoded twice")
    shutil.copy(box.at("f.hunch"), box.at("archive"))
    box.fails("-d", "archive", code=1, says=b"-o")
    box.run("-d", "-o", "g", "archive")
    equal(box.run("-dc", "archive").stdout, STORY, "any name with -c")
    box.run("-t", "archive")
    shutil.copy(box.at("f.hunch"), box.at(".hunch"))
    box.fails("-d", ".hunch", code=1, says=b"-o")
    box.fails("-d", "./.hunch", code=1, says=b"-o")
    os.mkdir(box.at("sub"))
    box.write("sub/f", STORY)
    box.run("sub/f")
    equal(sorted(os.listdir(box.at("sub"))), [b"f", b"f.hunch"], "beside its input")


@case
def directories_are_refused_with_a_hint(box):
    os.mkdir(box.at("dir"))
    for arguments in (["--tar", "-c", "dir"], ["-dc", "dir"], ["info", "dir"], ["bench", "dir"]):
        expect(b"tar -I hunch" in box.run(*arguments, code=1).stderr, str(arguments))
    box.write("f", STORY)
    box.fails("-o", "dir", "f", code=1, says=b"directory")
    box.fails("-f", "-o", "dir", "f", code=1, says=b"directory")
    equal(box.names(), ["dir", "f"], "files")


@case
def output_onto_the_input_is_refused(box):
    box.write("f", STORY)
    os.link(box.at("f"), box.at("g"))
    box.fails("-f", "-o", "f", "f", code=1, says=b"also the output")
    box.fails("-f", "-o", "g", "f", code=1, says=b"also the output")
    with open(box.at("f"), "ab") as out:
        box.fails("-c", "f", code=1, says=b"also the output", stdout=out)
    equal((box.read("f"), box.names()), (STORY, ["f", "g"]), "unharmed")


@case
def devices_and_pipes_are_written_as_they_are(box):
    box.write("f", STORY)
    box.run("-o", "/dev/null", "f")
    box.run("-f", "-o", "/dev/null", "f")
    expect(stat.S_ISCHR(os.stat("/dev/null").st_mode), "/dev/null is still a device")
    equal(box.run("-o", "/dev/stdout", "f").stdout, box.run("-c", "f").stdout, "/dev/stdout")
    os.mkfifo(box.at("pipe"))
    got = []
    reader = threading.Thread(target=lambda: got.append(box.read("pipe")))
    reader.start()
    box.run("-o", "pipe", "f")
    reader.join()
    equal(got[0], box.run("-c", "f").stdout, "a named pipe")
    done = box.shell("hunch -c <(cat f) | hunch -dc")
    equal(done.stdout, STORY, "a pipe as a named input")


@case
def zeros_decode_to_holes(box):
    data = b"begin" + bytes(3 << 20) + b"middle" + bytes(100000) + noise(5000) + bytes(1 << 20)
    box.write("f", data)
    box.run("-1", "f")
    os.unlink(box.at("f"))
    box.run("-d", "f.hunch")
    equal(box.read("f"), data, "content")
    expect(os.stat(box.at("f")).st_blocks * 512 < len(data) // 4, "few blocks on disk")


@case
def a_read_only_directory_is_an_error(box):
    os.mkdir(box.at("dir"))
    box.write("dir/f", STORY)
    os.chmod(box.at("dir"), 0o555)
    more = {}
    if not os.geteuid():
        more = {"user": 65534, "group": 65534, "extra_groups": []}
        try:
            box.run("--version", **more)
        except (OSError, AssertionError):
            raise Skip("nobody cannot run the command here")
    box.fails("dir/f", code=1, says=b"Permission denied", **more)
    equal(os.listdir(box.at("dir")), [b"f"], "files")
    box.run("-c", "dir/f", **more)
    os.chmod(box.at("dir"), 0o755)


@case
def missing_and_unreadable_inputs_are_errors(box):
    box.fails("missing", code=1, says=b"missing: No such file")
    box.fails("-d", "missing.hunch", code=1, says=b"No such file")
    box.fails("-c", "missing", code=1, says=b"No such file")
    equal(box.names(), [], "files")


@case
def closed_standard_streams_do_no_harm(box):
    box.write("f", STORY)
    equal(box.shell("hunch -1 f >&- 2>&- <&-; hunch -dc f.hunch").stdout, STORY, "content")
    equal(box.shell("hunch -c f >&-").returncode, 1, "nowhere to write")
