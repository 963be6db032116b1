"""Priors: trained on files, used for members and files, found where they lie, missing, damaged; the cache of their states."""
import json
import os
import shutil
import stat

from harness import ROOT, Skip, case, equal, expect, long_case, noise, text

STORY = text(400000, seed=5)
SIZE = 500  # bytes of a sample
TAUGHT, SAMPLES = 100, 40


def sample(i):
    return STORY[i * SIZE : (i + 1) * SIZE - i % 7]


class World:
    """A home of its own, so that no case sees or leaves anything outside its box; no cache unless a case wants it."""

    def __init__(self, box):
        self.box = box
        self.env = {"HOME": os.path.join(box.path, "home"), "XDG_DATA_HOME": "", "XDG_CACHE_HOME": "", "HUNCH_CACHE": ""}
        os.mkdir(box.at("home"))

    def run(self, *arguments, env=None, **more):
        return self.box.run(*arguments, env={**self.env, **(env or {})}, **more)

    def fails(self, *arguments, env=None, **more):
        return self.box.fails(*arguments, env={**self.env, **(env or {})}, **more)

    def train(self):
        os.makedirs(self.box.at("taught"), exist_ok=True)
        for i in range(TAUGHT):
            self.box.write(f"taught/{i:03}", sample(SAMPLES + i))
        self.run("train", "cm", "-3", "-q", "-o", "p.prior", "taught")

    def samples(self):
        os.mkdir(self.box.at("set"))
        for i in range(SAMPLES):
            self.box.write(f"set/{i:02}", sample(i))

    def archive(self, *options, name="s.hunch"):
        """set/ encoded from p.prior; both made when they are not there."""
        if "p.prior" not in self.box.names():
            self.train()
        if "set" not in self.box.names():
            self.samples()
        self.run("-f", "--prior", "p.prior", "-o", name, "set", *options)

    def info(self, name):
        return json.loads(self.run("info", "--json", name).stdout)

    def decoded(self, name, *options, env=None):
        """Decodes to a directory and compares what comes with what was encoded."""
        self.run("decode", "-C", "out", name, *options, env=env)
        for i in range(SAMPLES):
            equal(self.box.read(f"out/set/{i:02}"), sample(i), f"member {i}")
        shutil.rmtree(self.box.at("out"))


def identity(world, name="p.prior"):
    known = world.info(name)
    return known["name"].encode(), known["id"].encode()


@case
def priors_are_trained_on_files_directories_and_lists(box):
    world = World(box)
    world.train()
    want = box.read("p.prior")
    known = world.info("p.prior")
    equal((known["name"], known["samples"]), ("p", TAUGHT), "what it says of itself")
    expect(f"  id          {known['id']}".encode() in world.run("info", "p.prior").stdout, "as text")
    equal(json.loads(world.run("info", "--json", "-", data=want).stdout)["id"], known["id"], "from a pipe")
    names = [f"taught/{i:03}" for i in range(TAUGHT)]
    done = world.run("train", "-3", "-o", "q.prior", *names)
    equal(box.read("q.prior")[30:], want[30:], "the same but for its name")
    expect(b'"q"' in done.stderr and done.stderr.count(b"\n") == 1, "its name and id are told")
    box.write("list", "".join(f"{n}\n" for n in ["taught"] + names).encode())
    told = json.loads(world.run("train", "-3", "--json", "-o", "r.prior", "--files-from", "list").stdout)
    equal(box.read("r.prior")[30:], want[30:], "a list, as find writes it")
    equal((told["samples"], told["original"], told["coded"]), (TAUGHT, sum(len(sample(SAMPLES + i)) for i in range(TAUGHT)),
                                                            len(want)), "JSON")
    equal(box.names(), ["home", "list", "p.prior", "q.prior", "r.prior", "taught"], "nothing else is made")
    equal(box.shell("find home").stdout, b"home\n", "not even at home")


@case
def names_of_priors_come_from_their_files(box):
    world = World(box)
    box.write("x", sample(0))
    os.mkdir(box.at("d"))
    for name, want in (("a.prior", "a"), ("d/b.prior", "b"), ("plain", "plain"), ("my.priors.prior", "my.priors"),
                       (".prior", ".prior"), ("\u00e4" * 40, "\u00e4" * 32), ("x" + "\u00e4" * 40, "x" + "\u00e4" * 31)):
        world.run("train", "-q", "-3", "-o", name, "x")
        equal(world.info(name)["name"], want, "name")


@case
def training_follows_links_to_files_and_reads_pipes(box):
    world = World(box)
    world.train()
    want = box.read("p.prior")
    os.mkdir(box.at("links"))
    for i in range(TAUGHT):
        os.symlink(f"../taught/{i:03}", box.at(f"links/{i:03}"))
    os.symlink("missing", box.at("links/dangling"))
    os.symlink("..", box.at("links/up"))
    os.mkfifo(box.at("links/pipe"))
    world.run("train", "-3", "-fo", "p.prior", "links")
    equal(box.read("p.prior"), want, "links")
    world.run("train", "-3", "-fo", "p.prior", "taught/000", "-", data=sample(SAMPLES + 1))
    world.run("train", "-3", "-fo", "q.prior", "taught/000", "taught/001")
    equal(box.read("p.prior")[30:], box.read("q.prior")[30:], "standard input")
    world.run("train", "-3", "-fo", "taught/p.prior", "taught")
    world.run("train", "-3", "-fo", "taught/p.prior", "taught")
    equal(box.read("taught/p.prior"), want, "a prior is no sample of itself")


@case
def mistakes_of_training_are_told(box):
    world = World(box)
    box.write("x", sample(0))
    box.write("empty", b"")
    os.mkdir(box.at("d"))
    world.fails("train", "x", code=2, says=b"-o")
    world.fails("train", "-o", "-", "x", code=2, says=b"-o")
    world.fails("train", "-c", "x", code=2, says=b"-o")
    for level in ("-1", "-2"):
        world.fails("train", level, "-o", "p.prior", "x", code=2, says=b"-3")
    for nothing in (["empty"], ["d"], ["cm"], ["cm", "empty", "d"], []):
        world.fails("train", "-o", "p.prior", *nothing, code=1, says=b"nothing to train on")
    world.fails("train", "-o", "p.prior", "x", "missing", code=1, says=b"missing")
    world.fails("train", "-o", "no/p.prior", "x", code=1, says=b"no/p.prior")
    world.fails("train", "-o", "p.prior", "x", "--as", "nonsense", code=2)
    world.fails("train", "-o", "p.prior", "x", "--prior", "p.prior", code=2, says=b"--prior")
    world.fails("train", "-o", "p.prior", "x", "--self-contained", code=2, says=b"--self-contained")
    world.fails("train", "-o", "p.prior", "x", "--memlimit=100", code=4, says=b"--memlimit")
    equal(box.names(), ["d", "empty", "home", "x"], "nothing is made")
    box.write("p.prior", b"precious")
    world.fails("train", "-o", "p.prior", "x", "missing", code=1, says=b"-f")
    equal(box.read("p.prior"), b"precious", "kept")


@case
def members_come_back_from_priors(box):
    world = World(box)
    world.archive()
    world.run("-fo", "plain.hunch", "--group=1", "set")
    expect(len(box.read("s.hunch")) < 0.8 * len(box.read("plain.hunch")), "it pays")
    for options in ([], ["--group", "1"], ["--group=3"], ["--group=2K"], ["-9", "-T2"], ["--no-verify"]):
        world.archive(*options)
        equal(world.info("s.hunch")["model"], "primed", f"{options}")
        world.decoded("s.hunch", "--prior", "p.prior")
        world.decoded("s.hunch", "--prior", "p.prior", "-T2")
        world.run("test", "--prior", "p.prior", "s.hunch")
        equal(world.run("cat", "--prior", "p.prior", "s.hunch", "set/07", "3").stdout, sample(7) + sample(2), "cat")
    whole = b"".join(sample(i) for i in range(SAMPLES))
    equal(world.run("-dc", "--prior", "p.prior", "s.hunch").stdout, whole, "joined")
    equal(world.run("-d", "--prior", "p.prior", data=box.read("s.hunch")).stdout, whole, "from a pipe")
    got = world.run("cat", "--prior", "p.prior", "--offset=1234", "--length=999", "s.hunch").stdout
    equal(got, whole[1234 : 1234 + 999], "a range")
    want = box.read("s.hunch")
    world.archive("-T3")
    equal(box.read("s.hunch"), want, "threads change nothing")


@case
def the_prior_of_an_archive_is_told(box):
    world = World(box)
    world.archive()
    name, number = identity(world)
    for arguments in (["info"], ["list", "-v"]):
        out = world.run(*arguments, "s.hunch").stdout
        expect(b"prior       " + name + b", id " + number + b", not in the archive" in out, f"{out!r}")
    equal(world.info("s.hunch")["priors"], [{"name": "p", "id": number.decode(), "inside": False}], "JSON")
    equal(len(json.loads(world.run("list", "--json", "s.hunch").stdout)["members"]), SAMPLES + 1, "list goes without it")
    equal(len(world.run("list", "s.hunch").stdout.splitlines()), SAMPLES + 1, "lines")
    world.archive("--self-contained")
    equal([p["inside"] for p in world.info("s.hunch")["priors"]], [True], "inside")
    expect(b"in the archive, " in world.run("info", "s.hunch").stdout, "as text")
    world.run("-fo", "s.hunch", "set")
    expect("priors" not in world.info("s.hunch"), "none")
    expect(b"prior" not in world.run("info", "s.hunch").stdout, "no word of it")


@case
def a_missing_prior_is_told_once_and_costs_nothing(box):
    world = World(box)
    world.archive("--group=2")
    name, number = identity(world)
    box.write("f", sample(1))
    world.run("--prior", "p.prior", "f")
    shutil.rmtree(box.at("set"))
    os.unlink(box.at("f"))
    os.unlink(box.at("p.prior"))
    before = box.names()
    for arguments in (["decode", "s.hunch"], ["decode", "-C", "out", "s.hunch"], ["decode", "-T2", "s.hunch"],
                      ["decode", "-m", "*/05", "s.hunch"], ["decode", "-o", "joined", "s.hunch"], ["decode", "f.hunch"],
                      ["decode", "-C", "out", "--keep-going", "s.hunch"], ["test", "s.hunch"], ["test", "-T2", "s.hunch"],
                      ["test", "f.hunch"], ["cat", "s.hunch"], ["cat", "s.hunch", "set/01", "3"], ["-dc", "s.hunch"],
                      ["cat", "--offset=5", "--length=9", "s.hunch"]):
        done = world.fails(*arguments, code=5, says=b'"' + name + b'" (' + number + b")")
        expect(b"--prior" in done.stderr, "advice")
        equal((done.stdout, box.names()), (b"", before), f"{arguments}: nothing is written")
    world.fails("-d", code=5, says=number, data=box.read("s.hunch"))
    account = json.loads(world.run("decode", "-C", "out", "--json", "s.hunch", code=5).stdout)
    equal((account["status"], account["exit"]), ("missing-prior", 5), "JSON")
    for arguments in (["list", "s.hunch"], ["list", "-v", "s.hunch"], ["list", "--json", "s.hunch"], ["info", "s.hunch"]):
        equal(world.run(*arguments).stderr, b"", f"{arguments} needs none")
    box.write("x", sample(2))
    world.run("train", "-q", "-3", "-o", "other.prior", "x")
    world.fails("test", "--prior", "other.prior", "s.hunch", code=5, says=b"names another")
    done = world.run("decode", "--keep-going", "-o", "zeros", "s.hunch", code=5)
    equal(done.stderr.count(number), 1, "told once")


@case
def priors_that_nothing_needs_may_be_missing(box):
    world = World(box)
    world.train()
    os.mkdir(box.at("set"))
    for i in range(3):
        box.write(f"set/{i}", noise(3000, i))
    done = world.run("--prior", "p.prior", "set")
    expect(b"suits no part" in done.stderr, "told")
    equal(world.run("-fq", "--prior", "p.prior", "set").stderr, b"", "-q")
    os.unlink(box.at("p.prior"))
    for arguments in (["test", "set.hunch"], ["cat", "set.hunch"], ["decode", "-C", "out", "set.hunch"]):
        equal(world.run(*arguments).stderr, b"", f"{arguments}")
    equal(box.read("out/set/2"), noise(3000, 2), "content")


@case
def priors_are_found_where_they_lie(box):
    world = World(box)
    world.archive()
    for place in ("a", "b", "home/.local/share/hunch/priors", "xdg/hunch/priors"):
        os.makedirs(box.at(place))
    os.makedirs(box.at("b/directory"))
    os.mkfifo(box.at("b/fifo"))
    os.symlink("missing", box.at("b/dangling"))
    box.write("b/short", b"\x89HPRIOR")
    box.write("b/empty", b"")
    box.write("b/text", STORY)
    box.write("x", sample(2))
    world.run("train", "-q", "-3", "-o", "b/other.prior", "x")
    bad = bytearray(box.read("p.prior"))
    bad[-1] ^= 1
    box.write("b/damaged.prior", bad)
    os.rename(box.at("p.prior"), box.at("b/any name"))
    here = {"HUNCH_PRIORS": "none:" + box.path + "/a::b"}
    world.decoded("s.hunch", env=here)
    world.run("test", "s.hunch", env=here)
    equal(world.run("cat", "s.hunch", "set/00", env={"HUNCH_PRIORS": "b"}).stdout, sample(0), "a relative name")
    world.fails("test", "s.hunch", code=5, says=b".local/share")
    world.fails("test", "s.hunch", code=5, says=b"HUNCH_PRIORS", env={"HUNCH_PRIORS": "a"})
    os.rename(box.at("b/any name"), box.at("home/.local/share/hunch/priors/p"))
    world.decoded("s.hunch")
    world.run("test", "s.hunch", env={"XDG_DATA_HOME": "xdg"}, code=5)
    world.run("test", "s.hunch", env={"HUNCH_PRIORS": ""}, code=5)
    os.rename(box.at("home/.local/share/hunch/priors/p"), box.at("xdg/hunch/priors/p"))
    world.run("test", "s.hunch", env={"XDG_DATA_HOME": "xdg"})
    world.run("test", "s.hunch", env={"HUNCH_PRIORS": "b"}, code=3)


@case
def self_contained_archives_need_nothing(box):
    world = World(box)
    world.archive("--self-contained")
    expect(len(box.read("s.hunch")) > len(box.read("p.prior")), "it is inside")
    os.unlink(box.at("p.prior"))
    world.decoded("s.hunch")
    world.decoded("s.hunch", "-T2")
    world.run("test", "s.hunch")
    world.run("test", data=box.read("s.hunch"))
    equal(world.run("cat", "s.hunch", "set/09").stdout, sample(9), "cat")
    world.fails("set", "--self-contained", code=2, says=b"--prior")
    world.fails("decode", "--self-contained", "s.hunch", code=2)


@case
def single_files_and_pipes_are_coded_from_priors(box):
    world = World(box)
    world.train()
    box.write("f", sample(3))
    world.run("--prior", "p.prior", "f")
    world.run("-o", "plain.hunch", "f")
    expect(len(box.read("f.hunch")) < len(box.read("plain.hunch")), "it pays")
    equal(world.run("-dc", "--prior", "p.prior", "f.hunch").stdout, sample(3), "a file")
    equal(world.run("--prior", "p.prior", data=sample(3)).stdout, box.read("f.hunch"), "a pipe makes the same")
    equal(world.run("-dc", "--prior", "p.prior", data=box.read("f.hunch") * 3).stdout, sample(3) * 3, "several")
    box.write("big", STORY * 3)
    world.run("-1", "--prior", "p.prior", "big")
    equal(world.run("-dc", "--prior", "p.prior", "big.hunch").stdout, STORY * 3, "more than a unit holds")
    box.write("nothing", b"")
    world.run("--prior", "p.prior", "nothing")
    equal(world.run("-dc", "nothing.hunch").stdout, b"", "nothing")
    if os.path.exists("/dev/fd"):
        got = box.shell("HUNCH_CACHE= hunch -dc --prior <(cat p.prior) f.hunch").stdout
        equal(got, sample(3), "a prior from a pipe")


@case
def tar_streams_are_coded_from_priors(box):
    if not shutil.which("tar"):
        raise Skip("tar is not here")
    world = World(box)
    world.archive()
    box.shell("tar -cf set.tar set")
    world.run("--tar", "--prior", "p.prior", "-o", "t.hunch", "set.tar")
    equal(world.info("t.hunch")["model"], "primed", "model")
    world.decoded("t.hunch", "--prior", "p.prior")
    piped = world.run("--tar", "--prior", "p.prior", "-c", data=box.read("set.tar")).stdout
    equal(piped, box.read("t.hunch"), "a pipe")
    box.write("list", "".join(f"set/{i:02}\n" for i in range(SAMPLES)).encode())
    world.run("--files-from", "list", "--prior", "p.prior", "-o", "l.hunch")
    world.decoded("l.hunch", "--prior", "p.prior")


@case
def several_archives_have_their_priors(box):
    world = World(box)
    world.archive()
    box.write("x", sample(4))
    world.run("train", "-q", "-3", "-o", "q.prior", "x")
    os.mkdir(box.at("d"))
    for i, name in enumerate(["p.prior", "q.prior", "p.prior"]):
        box.write(f"{i}", sample(i))
        world.run("--prior", name, f"{i}")
    os.rename(box.at("p.prior"), box.at("d/p"))
    os.rename(box.at("q.prior"), box.at("d/q"))
    here = {"HUNCH_PRIORS": "d"}
    got = world.run("-dc", "0.hunch", "1.hunch", "2.hunch", "s.hunch", env=here).stdout
    equal(got, b"".join(sample(i) for i in [0, 1, 2, *range(SAMPLES)]), "file by file")
    joined = b"".join(box.read(f"{i}.hunch") for i in range(3))
    equal(world.run("-d", env=here, data=joined).stdout, sample(0) + sample(1) + sample(2), "one behind another")
    box.write("j.hunch", joined)
    equal(world.run("cat", "--offset=0", "j.hunch", env=here).stdout, sample(0) + sample(1) + sample(2), "at any place")
    equal([p["name"] for p in world.info("j.hunch")["priors"]], ["p", "q", "p"], "all are told")
    os.unlink(box.at("d/q"))
    world.fails("-t", "0.hunch", "1.hunch", "2.hunch", code=5, says=b'1.hunch: the prior "q"', env=here)


@case
def priors_that_cannot_be_opened_are_told(box):
    world = World(box)
    world.archive()
    name, number = identity(world)
    good = box.read("p.prior")
    before = box.names()
    for at in (8, 20, len(good) // 2, len(good) - 1):
        bad = bytearray(good)
        bad[at] ^= 1
        box.write("p.prior", bad)
        for arguments in (["-t", "s.hunch"], ["cat", "s.hunch", "3"], ["-d", "-C", "out", "s.hunch"], ["-o", "x.hunch", "set"]):
            world.fails(*arguments, "--prior", "p.prior", code=3, says=b"p.prior: this prior is damaged")
        world.fails("info", "p.prior", code=3, says=b"damaged")
        if at > 15:
            world.fails("-t", "s.hunch", code=3, says=number + b") in ./p.prior is damaged", env={"HUNCH_PRIORS": "."})
    for cut in (16, 40, len(good) - 1):
        box.write("p.prior", good[:cut])
        world.fails("-t", "s.hunch", "--prior", "p.prior", code=3, says=b"damaged")
    for other in (b"", good[:6], STORY, box.read("s.hunch")):
        box.write("p.prior", other)
        world.fails("-t", "s.hunch", "--prior", "p.prior", code=1, says=b"p.prior: is no prior")
        world.fails("-o", "x.hunch", "set", "--prior", "p.prior", code=1, says=b"p.prior: is no prior")
    box.write("p.prior", good[:7] + b"\x02" + good[8:])
    world.fails("-t", "s.hunch", "--prior", "p.prior", code=1, says=b"newer")
    world.fails("info", "p.prior", code=1, says=b"newer")
    box.write("p.prior", good)
    for arguments in (["-t", "s.hunch"], ["-d", "-C", "out", "s.hunch"], ["-o", "x.hunch", "set"]):
        world.fails(*arguments, "--prior", "p.prior", "--memlimit=1M", code=4, says=b"raise --memlimit")
        world.run(*arguments, "--prior", "missing", code=1)
        world.run(*arguments, "--prior", "set", code=1)
    world.fails("bench", "set/00", "--prior", "p.prior", code=2, says=b"--prior")
    equal(box.names(), before, "nothing is made")


@case
def damaged_members_cost_only_themselves(box):
    world = World(box)
    world.archive()
    coded = bytearray(box.read("s.hunch"))
    coded[len(coded) // 3] ^= 1
    box.write("s.hunch", coded)
    done = world.run("decode", "--keep-going", "-C", "out", "--prior", "p.prior", "s.hunch", code=3)
    equal(done.stderr.count(b"lost member"), 1, f"lost {done.stderr!r}")
    equal(len(os.listdir(box.at("out/set"))), SAMPLES - 1, "the others")
    world.run("test", "--prior", "p.prior", "s.hunch", code=3)


@case
def file_knows_priors(box):
    if not shutil.which("file"):
        raise Skip("file is not here")
    World(box).train()
    magic = os.path.join(ROOT, "tools/magic/hunch.magic")
    equal(box.shell(f"file -b -m {magic} p.prior").stdout, b"hunch prior, format version 1\n", "words")
    equal(box.shell(f"file -b --mime-type -m {magic} p.prior").stdout, b"application/x-hunch-prior\n", "type")


@case
def bash_completes_priors(box):
    for name in ("a.prior", "a.hunch", "b"):
        box.write(name, b"")
    script = (f"source {ROOT}/tools/completion/hunch\n"
              "try() { COMP_WORDS=(hunch \"$@\"); COMP_CWORD=$#; COMPREPLY=(); _hunch; echo \"${COMPREPLY[*]}\"; }\n"
              "try tra; try --self; try encode --prior ''; try decode --prior ''")
    lines = box.shell(script).stdout.decode().splitlines()
    equal(lines, ["train", "--self-contained", "a.prior", "a.prior"], "completions")


# ---- the cache

def slow_world(box):
    """A prior that takes longer to open than the cache asks for, and a file coded from it."""
    world = World(box)
    world.env["HUNCH_CACHE"] = "cache"
    box.write("taught", text(900000, seed=5))
    world.run("train", "-3", "-q", "-o", "p.prior", "taught")
    box.write("f", sample(0))
    world.run("--prior", "p.prior", "f")
    if "cache" not in box.names():
        raise Skip("this machine opens priors in no time")
    return world


def states(box, place="cache"):
    return sorted(os.listdir(box.at(place))) if os.path.isdir(box.at(place)) else []


def decode(world, **more):
    equal(world.run("-dc", "--prior", "p.prior", "f.hunch", **more).stdout, sample(0), "content")


LONG_AGO = 10**9


def is_used(world, path="cache"):
    """Whether decoding takes the state at hand: one in use gets the time of its use, another stays or is replaced."""
    path = world.box.at(os.path.join(path, os.fsdecode(states(world.box, path)[0])))
    os.utime(path, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    before = os.lstat(path)
    decode(world)
    after = os.lstat(path)
    return after.st_ino == before.st_ino and after.st_mtime > LONG_AGO


@long_case
def states_are_kept_and_used(box):
    world = slow_world(box)
    name, = states(box)
    expect(name.startswith(identity(world)[1]) and name.endswith(b".state"), f"{name}")
    s = os.stat(box.at(b"cache/" + name))
    equal((stat.S_IMODE(s.st_mode), stat.S_IMODE(os.stat(box.at("cache")).st_mode)), (0o600, 0o700), "modes")
    expect(is_used(world), "used")
    equal(states(box), [name], "one state")
    for cpu in ("c", "all"):
        decode(world, env={"HUNCH_CPU": cpu})
    coded = box.read("f.hunch")
    world.run("-f", "--prior", "p.prior", "f")
    equal(box.read("f.hunch"), coded, "the same bytes with and without")
    equal(box.shell("find home").stdout, b"home\n", "nothing at home")


@long_case
def states_lie_at_home_unless_switched_off(box):
    world = slow_world(box)
    os.rename(box.at("cache"), box.at("away"))
    decode(world, env={"HUNCH_CACHE": ""})
    equal((box.shell("find home").stdout, "cache" in box.names()), (b"home\n", False), "switched off")
    del world.env["HUNCH_CACHE"]
    decode(world)
    equal(len(states(box, "home/.cache/hunch")), 1, "at home")
    decode(world, env={"XDG_CACHE_HOME": box.path + "/xdg"})
    equal(len(states(box, "xdg/hunch")), 1, "where the desktop says")
    decode(world, env={"HOME": box.path + "/nobody"})
    expect("nobody" not in box.names(), "no home is made")
    decode(world, env={"HOME": "", "XDG_CACHE_HOME": ""})
    box.write("file", b"")
    decode(world, env={"HUNCH_CACHE": "file"})
    decode(world, env={"HUNCH_CACHE": "file/below"})
    equal(box.read("file"), b"", "what is no directory stays")


@long_case
def states_that_cannot_be_trusted_are_not_used(box):
    world = slow_world(box)
    path = b"cache/" + states(box)[0]
    good = box.read(path)
    os.chmod(box.at(path), 0o622)
    expect(not is_used(world), "others may write it")
    expect(is_used(world), "it was made anew")
    for at in (8, len(good) // 2, len(good) - 1):
        bad = bytearray(good)
        bad[at] ^= 1
        box.write(path, bad)
        os.chmod(box.at(path), 0o600)
        expect(not is_used(world), f"byte {at} is wrong")
    for cut in (0, len(good) - 1):
        box.write(path, good[:cut])
        os.chmod(box.at(path), 0o600)
        expect(not is_used(world), f"cut at {cut}")
    os.rename(box.at(path), box.at("elsewhere"))
    os.symlink("../elsewhere", box.at(path))
    expect(not is_used(world), "a link")
    if not os.geteuid():
        os.chown(box.at(path), 12345, 12345)
        expect(not is_used(world), "of another user")
    os.unlink(box.at(path))
    os.mkdir(box.at(path))
    decode(world)
    os.rmdir(box.at(path))
    os.mkfifo(box.at(path))
    decode(world)


@long_case
def cache_directories_that_others_may_write_are_not_used(box):
    world = slow_world(box)
    for mode in (0o777, 0o1777, 0o770):
        os.chmod(box.at("cache"), mode)
        expect(not is_used(world), f"{mode:o}")
    os.chmod(box.at("cache"), 0o755)
    expect(is_used(world), "readable to all is fine")
    if not os.geteuid():
        os.chown(box.at("cache"), 12345, 12345)
        expect(not is_used(world), "of another user")
        os.chown(box.at("cache"), 0, 0)
    os.unlink(box.at(b"cache/" + states(box)[0]))
    os.chmod(box.at("cache"), 0o777)
    decode(world)
    equal(states(box), [], "nothing is put there")


@long_case
def old_states_go(box):
    world = slow_world(box)
    name, = states(box)
    prior = name[:16]
    os.unlink(box.at(b"cache/" + name))
    old, new, foreign = b"0" * 16 + b"-" + b"1" * 16 + b".state", b"2" * 16 + b"-" + b"1" * 16 + b".state", b"mine.txt"
    other_version, unfinished = prior + b"-" + b"3" * 16 + b".state", name + b".12345"
    for each in (old, new, foreign, other_version, unfinished):
        box.write(b"cache/" + each, b"x")
    for each in (old, foreign):
        os.utime(box.at(b"cache/" + each), (LONG_AGO, LONG_AGO))
    decode(world)
    equal(states(box), sorted([name, new, foreign]), "what stays")
