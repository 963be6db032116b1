"""Archives of members: directories, lists and tar streams in; list, cat and decode out; hostile archives."""
import hashlib
import io
import json
import os
import shutil
import stat
import subprocess
import tarfile

from archives import DIRECTORY, FIFO, FILE, LINK, archive
from harness import Skip, case, equal, expect, noise, text

STORY = text(30000)


def tree(box):
    """A directory of everything that members can be."""
    for name in ("set", "set/a", "set/a-b", "set/empty", "set/with space", "set/\u00e9"):
        os.mkdir(box.at(name))
    box.write("set/a/x", STORY)
    box.write("set/a-b/y", noise(5000))
    box.write("set/nothing", b"")
    box.write(b"set/new\nline", b"1")
    box.write("set/\u00e9/\u00fc", b"2" * 1000)
    box.write(b"set/bad\xff", b"3")
    os.symlink("a/x", box.at("set/link"))
    os.symlink("../a", box.at("set/a-b/up"))
    os.symlink("missing", box.at("set/dangling"))
    os.chmod(box.at("set/a/x"), 0o640)
    os.chmod(box.at("set/a-b"), 0o550)
    for top, directories, files in os.walk(box.at("set"), topdown=False):
        for name in files + directories:
            os.utime(os.path.join(top, name), ns=(1, 10**18 + len(name) * 10**9 + 123456789), follow_symlinks=False)
    os.utime(box.at("set"), ns=(1, 10**18))


def look(path):
    """What a tree holds: kind, mode, time and content of everything in it."""
    found = {}
    for top, directories, files in os.walk(path):
        for name in files + directories:
            at = os.path.join(top, name)
            s = os.lstat(at)
            content = os.readlink(at) if stat.S_ISLNK(s.st_mode) else b""
            if stat.S_ISREG(s.st_mode):
                with open(at, "rb") as file:
                    content = hashlib.sha256(file.read()).digest()
            found[os.path.relpath(at, path)] = (s.st_mode, s.st_mtime_ns, content)
    return found


def members(box, name):
    return json.loads(box.run("list", "--json", name).stdout)["members"]


@case
def a_directory_comes_back(box):
    tree(box)
    for options in ([], ["--group", "1"], ["--group=3", "-1"], ["--group=4K", "-T2", "--no-verify"]):
        box.run("-f", *options, "set")
        os.mkdir(box.at("out"))
        box.run("decode", "-C", "out", "set.hunch", *(o for o in options if o == "-T2"))
        equal(look(box.at("out/set")), look(box.at("set")), str(options))
        equal(os.stat(box.at("out/set")).st_mtime_ns, 10**18, "time of the top")
        box.shell("chmod -R u+w out; rm -r out")
    box.run("-t", "set.hunch")
    box.shell("chmod -R u+w set; mv set other")
    box.run("-d", "set.hunch")
    expect("set" in box.names(), "into the current directory")
    equal(box.temporaries(), [], "nothing is left")


@case
def names_do_not_depend_on_where_a_directory_lies(box):
    tree(box)
    box.run("set")
    want = box.read("set.hunch")
    for name in ("set/", "./set", "../" + os.path.basename(box.path) + "/set//", box.path + "/set"):
        equal(box.run("-c", name).stdout, want, name)
    os.symlink("set", box.at("s"))
    expect(members(box, "set.hunch")[0]["name"] == "set/", "the directory itself is the first")
    names = [m["name"] for m in members(box, "set.hunch")]
    equal(names, sorted(names, key=lambda n: n.encode("utf-8", "replace").replace(b"\xef\xbf\xbd", b"\xff")), "bytewise order")
    box.run("-o", "dot.hunch", ".", cwd=box.at("set"))
    box.shell("mv set/dot.hunch .")
    equal({m["name"] for m in members(box, "dot.hunch")}, {n[4:] for n in names} - {""}, "of '.' names have no top")
    box.fails(".", code=1, says=b"-o")
    box.fails("/", code=1, says=b"-o")


@case
def threads_do_not_change_archives_of_members(box):
    tree(box)
    want = box.run("-c", "set", "--group=2K").stdout
    equal(box.run("-c", "-T3", "set", "--group=2K").stdout, want, "threads")


@case
def several_inputs_make_one_archive(box):
    tree(box)
    box.write("f", STORY)
    os.mkdir(box.at("sub"))
    box.write("sub/g", b"g")
    box.run("-o", "all.hunch", "sub/g", "set", "f")
    names = [m["name"] for m in members(box, "all.hunch")]
    equal((names[0], names[1], names[-1]), ("g", "set/", "f"), "in the order of the call")
    box.write("g", b"other")
    box.fails("-fo", "all.hunch", "sub/g", "g", code=1, says=b"this name")
    box.fails("-o", "more.hunch", "f", "missing", code=1, says=b"missing")
    expect("more.hunch" not in box.names(), "nothing is made of half the inputs")
    box.run("f", "sub")
    equal(box.run("-dc", "f.hunch").stdout, STORY, "without -o each has its own")
    equal([m["name"] for m in members(box, "sub.hunch")], ["sub/", "sub/g"], "a directory of them too")
    box.fails("--rm", "sub", "-f", code=1, says=b"--rm")


@case
def the_archive_is_no_member_of_itself(box):
    os.mkdir(box.at("set"))
    box.write("set/f", STORY)
    box.run("-o", "set/set.hunch", "set")
    box.run("-fo", "set/set.hunch", "set")
    equal([m["name"] for m in members(box, "set/set.hunch")], ["set/", "set/f"], "members")


@case
def what_is_no_file_is_left_out(box):
    os.mkdir(box.at("set"))
    os.mkfifo(box.at("set/pipe"))
    done = box.run("set")
    expect(b"set/pipe: is a pipe" in done.stderr, "told")
    equal([m["name"] for m in members(box, "set.hunch")], ["set/"], "members")
    equal(box.run("-fq", "set").stderr, b"", "-q")


@case
def a_file_that_changes_is_told(box):
    if not os.path.exists("/proc/self/status"):
        raise Skip("no /proc here")
    box.write("list", b"/proc/self/status\n")
    done = box.run("--files-from", "list", "-o", "x.hunch", code=1)
    expect(b"grew" in done.stderr and done.stderr.count(b"\n") == 1, "told in one line")
    equal([m["name"] for m in members(box, "x.hunch")], ["proc/self/status"], "the archive is made")


@case
def unreadable_files_are_told_and_left_out(box):
    if os.geteuid():
        more = {}
    else:
        more = {"user": 65534, "group": 65534, "extra_groups": []}
        try:
            box.run("--version", **more)
        except (OSError, AssertionError):
            raise Skip("nobody cannot run the command here")
    os.mkdir(box.at("set"))
    box.write("set/a", b"a")
    box.write("set/b", b"b")
    os.chmod(box.at("set/a"), 0)
    os.chmod(box.path, 0o777)
    done = box.run("set", code=1, **more)
    expect(b"set/a: cannot be opened" in done.stderr, "told")
    equal([m["name"] for m in members(box, "set.hunch")], ["set/", "set/b"], "the rest")


@case
def lists_name_members(box):
    tree(box)
    box.write("list", b"set/a/x\n./set/empty/\n\nset/link\nset/bad\xff\n")
    box.run("--files-from", "list", "-o", "x.hunch")
    want = ["set/a/x", "set/empty/", "set/link", "set/bad\ufffd"]
    equal([m["name"] for m in members(box, "x.hunch")], want, "in the order of the list")
    equal(box.run("--files-from=-", "-c", data=box.read("list")).stdout, box.read("x.hunch"), "standard input")
    box.fails("--files-from", "list", code=2, says=b"-o")
    box.fails("--files-from", "list", "-o", "y", "f", code=2)
    for bad, says in ((b"set/../f\n", b"part"), (b"missing\n", b"missing"), (b"set/link\nset/link\n", b"this name"),
                      (b"a\0b\n", b"zero byte"), (b"", b"nothing")):
        os.makedirs(box.at("set/../f"), exist_ok=True)
        box.fails("--files-from=-", "-o", "y.hunch", code=1, says=says, data=bad)
    expect("y.hunch" not in box.names(), "nothing made")


@case
def list_shows_members(box):
    tree(box)
    box.run("set", "--group=4")
    lines = box.run("list", "set.hunch", env={"TZ": "UTC"}).stdout.splitlines()
    equal(len(lines), len(members(box, "set.hunch")), "a line each")
    equal(lines[3].split(), [b"-rw-r--r--", b"5000", b"2001-09-09", b"01:46", b"set/a-b/y"], "a file")
    expect(lines[1].startswith(b"dr-xr-x---"), "a directory")
    expect(any(line.endswith(b"set/new?line") for line in lines), "no control characters")
    for m in members(box, "set.hunch"):
        if m["name"] == "set/a-b/y":
            equal((m["size"], m["mode"], m["mtime"]), (5000, 0o100644, 10**9 + 1), "JSON")
            got = box.run("cat", f"--offset={m['offset']}", "--length=5000", "set.hunch").stdout
            equal(got, noise(5000), "its offset")
    document = json.loads(box.run("-l", "--json", "-v", "set.hunch").stdout)
    equal(len(document["block_list"]), document["blocks"], "blocks")
    box.write("f", STORY)
    box.run("f")
    expect(b"original" in box.run("list", "set.hunch", "f.hunch").stdout, "a plain archive beside it")
    expect(f"  members     {len(lines)}".encode() in box.run("info", "set.hunch").stdout, "info counts")


@case
def cat_takes_names_and_numbers(box):
    os.mkdir(box.at("set"))
    box.write("set/a", STORY)
    box.write("set/b", noise(3000))
    box.run("set", "--group=1")
    equal(box.run("cat", "set.hunch", "set/b").stdout, noise(3000), "by name")
    equal(box.run("cat", "set.hunch", "1", "set/b", "0").stdout, STORY + noise(3000), "by number")
    equal(box.run("cat", "set.hunch", "set/b", "--offset=10", "--length=5").stdout, noise(3000)[10:15], "a range")
    box.fails("cat", "set.hunch", "set/b", "--offset=2999", "--length=2", code=1, says=b"3000")
    for word in ("missing", "3", "-1", "1x", "99999999999999999999", ""):
        box.fails("cat", "set.hunch", "--", word, code=1, says=b"no member")
    equal(box.run("cat", "set.hunch", "missing", "set/b", code=1).stdout, noise(3000), "the rest is written")
    equal(box.run("cat", "set.hunch").stdout, STORY + noise(3000), "all, joined")
    box.write("2", b"named two")
    box.write("x", b"x")
    box.run("-o", "numbers.hunch", "x", "2")
    equal(box.run("cat", "numbers.hunch", "2").stdout, b"named two", "a name wins")


@case
def contents_are_joined_when_asked(box):
    os.mkdir(box.at("set"))
    box.write("set/a", STORY)
    box.write("set/b", noise(3000))
    box.run("set")
    equal(box.run("-dc", "set.hunch").stdout, STORY + noise(3000), "-c")
    box.run("-d", "set.hunch", "-o", "joined")
    equal(box.read("joined"), STORY + noise(3000), "-o")
    equal(box.run("-d", data=box.read("set.hunch")).stdout, STORY + noise(3000), "a pipe")
    box.fails("-d", "-C", "out", code=1, says=b"save it to a file", data=box.read("set.hunch"))
    with open(box.at("set.hunch"), "rb") as file:
        box.run("-d", "-C", "out", stdin=file)
    equal(box.read("out/set/b"), noise(3000), "a redirected file has members")
    box.fails("-d", "-C", "x", "-c", "set.hunch", code=2)
    box.fails("-m", "x", "set.hunch", code=2)
    box.write("f", STORY)
    box.run("f")
    box.fails("-d", "-C", "x", "f.hunch", code=1, says=b"no members")


@case
def patterns_choose_members(box):
    tree(box)
    box.run("set")
    box.run("-d", "set.hunch", "-m", "*/x", "-m", "set/empty", "-C", "out")
    equal(sorted(look(box.at("out"))), [b"set", b"set/a", b"set/a/x", b"set/empty"], "names")
    box.run("-d", "set.hunch", "-m", "set/[n]*", "-C", "other")
    equal(sorted(look(box.at("other"))), [b"set", b"set/new\nline", b"set/nothing"], "names")
    box.fails("-d", "set.hunch", "-m", "x", "-C", "none", code=1, says=b"no member")
    expect("none" not in box.names(), "nothing made")


@case
def existing_files_are_kept(box):
    os.mkdir(box.at("set"))
    box.write("set/a", STORY)
    box.write("set/b", b"b")
    box.run("set")
    box.write("set/a", b"precious")
    os.unlink(box.at("set/b"))
    done = box.fails("-d", "set.hunch", code=1, says=b"set/a")
    expect(b"-f" in done.stderr, "advice")
    equal((box.read("set/a"), box.read("set/b")), (b"precious", b"b"), "the rest is written")
    os.unlink(box.at("set/b"))
    box.write("victim", b"victim")
    os.symlink("../victim", box.at("set/b"))
    box.run("-df", "set.hunch")
    equal((box.read("set/a"), box.read("set/b"), box.read("victim")), (STORY, b"b", b"victim"), "-f replaces")


def extract_hostile(box, members, code=1):
    """Decodes in a directory within a directory; nothing may appear or change beside it."""
    os.makedirs(box.at("jail/out"))
    box.write("jail/victim", b"victim")
    box.write("h.hunch", archive(members))
    done = box.run("decode", "-f", "-C", "jail/out", "h.hunch", code=code)
    equal(box.names(), ["h.hunch", "jail"], "nothing beside the jail")
    equal(sorted(os.listdir(box.at("jail"))), [b"out", b"victim"], "nothing beside the directory")
    equal(box.read("jail/victim"), b"victim", "victim")
    found = look(box.at("jail/out"))
    shutil.rmtree(box.at("jail"))
    return done, {name.decode(): content for name, (_, _, content) in found.items()}


@case
def the_archive_maker_of_these_cases_works(box):
    _, found = extract_hostile(box, [(b"d/", DIRECTORY, b""), (b"d/f", FILE, b"x" * 1000), (b"d/l", LINK, b"f"),
                                     (b"unknown", 0, b"y")], code=0)
    equal(sorted(found), ["d", "d/f", "d/l", "unknown"], "names")


@case
def names_never_lead_out(box):
    bad = [b"/abs", b"../victim", b"a/../../victim", b"a/../b", b"..", b".", b"./a", b"a//b", b"a/./b", b"a/..", b"/", b"//",
           box.at("evil"), b"../", b"a/../", b"victim/../../victim", b"..//victim"]
    done, found = extract_hostile(box, [(name, FILE, b"evil") for name in bad] + [(b"good", FILE, b"g")])
    equal(list(found), ["good"], "only the good one")
    equal(done.stderr.count(b"\n"), len(bad), "each is told")
    for name in bad:
        done, found = extract_hostile(box, [(name, DIRECTORY, b"")])
        equal(found, {}, repr(name))
        done, found = extract_hostile(box, [(name, LINK, b"target")])
        equal(found, {}, repr(name))


@case
def links_never_lead_out(box):
    targets = [b"/etc", b"../victim", b"..", b"a/../../victim", b"d/../x", b"./../victim", b"", b"//etc", b"../../..",
               box.at("jail/victim"), b"x\0y", b"n" * 5000]
    done, found = extract_hostile(box, [(b"l%d" % i, LINK, target) for i, target in enumerate(targets)])
    equal(found, {}, "no link")
    equal(done.stderr.count(b"\n"), len(targets), "each is told")
    good = [(b"d/e/l", LINK, b"../../x"), (b"d/m", LINK, b"./../d/e"), (b"n", LINK, b"d/e/..x"), (b"o", LINK, b"...")]
    _, found = extract_hostile(box, good, code=0)
    equal(found["d/e/l"], b"../../x", "links that stay")
    _, found = extract_hostile(box, [(b"d/l", LINK, b"../../victim")])
    expect("d/l" not in found, "too high")


@case
def nothing_is_written_through_links(box):
    _, found = extract_hostile(box, [(b"d/", DIRECTORY, b""), (b"l", LINK, b"d"), (b"l/f", FILE, b"evil"), (b"l/", DIRECTORY, b""),
                                     (b"l/m/n", FILE, b"evil"), (b"l/k", LINK, b"x")])
    equal(sorted(found), ["d", "l"], "not even to a place inside")
    os.makedirs(box.at("place"))
    os.makedirs(box.at("outside"))
    os.symlink("../outside", box.at("place/l"))
    os.symlink("../outside/new", box.at("place/f"))
    box.write("h.hunch", archive([(b"l/f", FILE, b"evil"), (b"l/d/", DIRECTORY, b""), (b"f", FILE, b"good"), (b"f/x", FILE, b"e")]))
    box.run("-d", "-C", "place", "h.hunch", code=1)
    equal(os.listdir(box.at("outside")), [], "links that lay there are not followed")
    box.run("-df", "-C", "place", "h.hunch", code=1)
    equal((os.listdir(box.at("outside")), box.read("place/f")), ([], b"good"), "but replaced with -f")


@case
def odd_members_are_left_out(box):
    done, found = extract_hostile(box, [(b"pipe", FIFO, b""), (b"d/", DIRECTORY, b"content"), (b"x" * 300, FILE, b""),
                                        (b"twice", FILE, b"1"), (b"set", FILE | 0o6000, b"s")])
    equal(sorted(found), ["set", "twice"], "names")
    equal(done.stderr.count(b"\n"), 3, "each is told")
    box.write("h.hunch", archive([(b"set", FILE | 0o6000, b"s")]))
    box.run("-d", "h.hunch")
    equal(stat.S_IMODE(os.stat(box.at("set")).st_mode), 0o644, "no set-user-id")


@case
def damage_costs_its_members_only(box):
    os.mkdir(box.at("set"))
    for i in range(8):
        box.write(f"set/{i}", noise(16384, i))
    box.run("-1", "set", "--group=2")
    coded = bytearray(box.read("set.hunch"))
    coded[3 * 16384] ^= 1  # in the second group of two
    box.write("set.hunch", coded)
    done = box.run("decode", "-C", "out", "set.hunch", code=3)
    expect(b"keep-going" in done.stderr, "advice")
    equal(box.names(), ["out", "set", "set.hunch"], "files")
    done = box.run("decode", "-f", "--keep-going", "-C", "out", "set.hunch", code=3)
    lost = [line.split()[4] for line in done.stderr.splitlines()]
    equal(len(lost), 2, "lost members")
    for i in range(8):
        name = f"set/{i}"
        equal(os.path.exists(box.at("out/" + name)), name.encode() not in lost, name)
        if name.encode() not in lost:
            equal(box.read("out/" + name), noise(16384, i), name)
    lines = [json.loads(x) for x in box.run("-d", "--json", "--keep-going", "-C", "more", "set.hunch", code=3).stdout.splitlines()]
    equal([x["lost"]["member"].encode() for x in lines[:2]], lost, "JSON")
    equal((lines[2]["exit"], lines[2]["lost_members"]), (3, 2), "account")
    equal(box.shell("find out more -name '.hunch*'").stdout, b"", "nothing is left")


@case
def a_damaged_table_is_told(box):
    os.mkdir(box.at("set"))
    for i in range(50):
        box.write(f"set/{i}", noise(100, i))
    box.run("set")
    coded = bytearray(box.read("set.hunch"))
    index = 100  # bytes of index and footer, at most
    for at in range(len(coded) - index - 120, len(coded) - index, 17):
        coded[at] ^= 16
        box.write("bad.hunch", coded)
        expect(box.run("test", "bad.hunch", code=None).returncode in (1, 3), f"test sees byte {at}")
        expect(box.run("list", "bad.hunch", code=None).returncode in (1, 3), f"list sees byte {at}")
        coded[at] ^= 16


@case
def tar_streams_become_members(box):
    if not shutil.which("tar"):
        raise Skip("tar is not here")
    tree(box)
    long = "set/" + "/".join(["l" * 60] * 5)
    os.makedirs(box.at(long))
    box.write(long + "/" + "n" * 120, b"deep")
    os.symlink("m" * 150, box.at("set/far"))
    for kind in ("gnu", "pax"):
        box.shell(f"tar --format={kind} -cf x.tar set")
        box.run("-f", "--tar", "x.tar")
        equal(box.run("--tar", "-c", data=box.read("x.tar")).stdout, box.read("x.hunch"), "a pipe")
        os.mkdir(box.at("out"))
        box.run("-d", "x.hunch", "-C", "out")
        want, got = look(box.at("set")), look(box.at("out/set"))
        whole = (lambda ns: ns) if kind == "pax" else (lambda ns: ns // 10**9)
        equal({k: (m, whole(t), c) for k, (m, t, c) in got.items()}, {k: (m, whole(t), c) for k, (m, t, c) in want.items()}, kind)
        box.shell("chmod -R u+w out; rm -r out")
    box.shell("tar -C set -cf dot.tar .")
    box.run("--tar", "dot.tar")
    expect("a/x" in [m["name"] for m in members(box, "dot.hunch")], "no './' in names")
    box.run("--tar", "x.tar", "-o", "y.hunch")
    box.fails("--tar", "x.tar", "dot.tar", "-o", "z", code=2)


def tar_of(*entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, data, more in entries:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(data)
            for key, value in more.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


@case
def odd_tar_streams_are_refused(box):
    good = tar_of(("a", tarfile.REGTYPE, STORY[:5000], {}), ("b/", tarfile.DIRTYPE, b"", {}))
    box.run("--tar", "-c", data=good)
    changed = bytearray(good)
    changed[10] ^= 1
    bad = [b"", b"no tar at all", STORY, good[:2000], good[:512], bytes(changed), good[:-10240], good + b"x" * 512,
           tar_of(("a", tarfile.REGTYPE, b"", {}), ("b", tarfile.LNKTYPE, b"", {"linkname": "a"})),
           tar_of(("../a", tarfile.REGTYPE, b"x", {})), tar_of(("a/../b", tarfile.REGTYPE, b"x", {})),
           tar_of(("a", tarfile.REGTYPE, b"x", {"pax_headers": {"GNU.sparse.major": "1"}})),
           tar_of(("a", tarfile.REGTYPE, b"x", {"pax_headers": {"odd": "1"}})),
           tar_of(("a", b"Z", b"", {}))]
    for i, data in enumerate(bad):
        done = box.fails("--tar", "-o", "x.hunch", code=1, data=data)
        expect(b"plain file" in done.stderr, f"advice of {i}: {done.stderr!r}")
        equal(box.names(), [], "files")
    box.fails("--tar", "-o", "x.hunch", code=1, says=b"would be named",
              data=tar_of(("a", tarfile.REGTYPE, b"1", {}), ("a", tarfile.REGTYPE, b"2", {})))
    some = tar_of(("/abs", tarfile.REGTYPE, b"1", {"mtime": -1.5}), ("p", tarfile.FIFOTYPE, b"", {}))
    box.run("--tar", "-o", "x.hunch", data=some)
    equal([(m["name"], m["mtime"], m["mtime_nanoseconds"]) for m in members(box, "x.hunch")], [("abs", -2, 500000000)], "stripped")


@case
def groups_cut_blocks(box):
    os.mkdir(box.at("set"))
    for i in range(12):
        box.write(f"set/{i:02}", noise(1000, i))
    for option, blocks in (("1", 12), ("4", 3), ("1M", 1), ("2100", 1), ("3K", 4)):
        box.run("-1f", "set", "--group", option)
        got = json.loads(box.run("list", "--json", "set.hunch").stdout)["blocks"]
        expect(abs(got - blocks) <= 1, f"--group {option}: {got} blocks")
    for wrong in ("0", "x", "-1", "1Q", "0K"):
        box.fails("set", "--group", wrong, code=2)


@case
def many_members_open_fast(box):
    os.mkdir(box.at("set"))
    count = 20000
    names = [b"set/%05d.png" % i for i in range(count)]
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in names:
            info = tarfile.TarInfo(name.decode())
            info.size = 20
            tar.addfile(info, io.BytesIO(name.ljust(20)))
    box.run("-1", "--tar", "-o", "s.hunch", data=stream.getvalue())
    equal(box.run("cat", "s.hunch", "set/12345.png").stdout[:13], names[12345], "by name")
    script = "import resource,subprocess,sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True); " \
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    most = subprocess.run(["python3", "-c", script, box.command, "list", box.at("s.hunch")], capture_output=True, check=True)
    expect(int(most.stdout) < 20 << 10, f"{int(most.stdout)} KiB")
