"""Verbs, options, pipes, tar."""
import json
import os
import re
import shutil
import subprocess

from harness import ROOT, Skip, case, equal, expect, noise, text

STORY = text(60000)


@case
def encode_and_decode_give_the_file_back(box):
    box.write("story", STORY)
    box.run("encode", "story")
    equal(box.names(), ["story", "story.hunch"], "files")
    expect(len(box.read("story.hunch")) < len(STORY), "smaller")
    os.unlink(box.at("story"))
    box.run("decode", "story.hunch")
    equal(box.read("story"), STORY, "content")
    equal(box.names(), ["story", "story.hunch"], "files")


@case
def options_alone_work_as_with_gzip(box):
    box.write("f", STORY)
    box.run("f")
    equal(box.names(), ["f", "f.hunch"], "files")
    equal(box.run("-dc", "f.hunch").stdout, STORY, "-dc")
    equal(box.run("-d", "-c", "f.hunch").stdout, STORY, "-d -c")
    equal(box.run("--decompress", "--stdout", "f.hunch").stdout, STORY, "long names")
    equal(box.run("f.hunch", "-cd").stdout, STORY, "options after files")
    box.run("-1kf", "f")
    box.run("-fT2", "f")
    box.run("-d", "f.hunch", "-o", "g")
    box.run("-d", "f.hunch", "--output=h")
    box.run("-d", "f.hunch", "--output", "i")
    for name in "ghi":
        equal(box.read(name), STORY, name)
    box.run("-t", "f.hunch")
    expect(b"f.hunch" in box.run("-l", "f.hunch").stdout, "-l lists")


@case
def every_level_decodes(box):
    story = STORY[:20000]
    for level in range(1, 10):
        coded = box.run(f"-{level}", data=story).stdout
        equal(box.run("-d", data=coded).stdout, story, f"level {level}")
    equal(box.run("--fast", data=story).stdout, box.run("-1", data=story).stdout, "--fast")
    equal(box.run("--best", data=story).stdout, box.run("-9", data=story).stdout, "--best")
    equal(box.run(data=story).stdout, box.run("-5", data=story).stdout, "default level")


@case
def standard_input_and_output_are_the_default(box):
    coded = box.run(data=STORY).stdout
    equal(box.run("-", data=STORY).stdout, coded, "-")
    equal(box.run("encode", data=STORY).stdout, coded, "encode")
    equal(box.run("encode", "-", "-c", data=STORY).stdout, coded, "encode - -c")
    box.write("f", STORY)
    equal(box.run("-c", "f").stdout, coded, "a file gives the same bytes as a pipe")
    for arguments in (["-d"], ["decode"], ["-d", "-"], ["decode", "-c"], ["cat"], ["-dc"]):
        equal(box.run(*arguments, data=coded).stdout, STORY, str(arguments))
    box.run("-o", "g.hunch", "-", data=STORY)
    equal(box.read("g.hunch"), coded, "-o with standard input")
    box.run("-d", "-o", "-", "g.hunch")
    box.run("-d", "-o", "g", data=coded)
    equal(box.read("g"), STORY, "decode to a file")


@case
def slow_pipes_of_odd_pieces_work(box):
    script = "for i in 1 2 3 4 5 6 7; do head -c $((i * 1777)) f; sleep 0.01; done | hunch -1 | hunch -d | cksum"
    box.write("f", STORY)
    got = box.shell(script).stdout
    want = box.shell("for i in 1 2 3 4 5 6 7; do head -c $((i * 1777)) f; done | cksum").stdout
    equal(got, want, "sum")


@case
def several_files_each_get_an_archive(box):
    for name in "abc":
        box.write(name, STORY + name.encode())
    box.run("a", "b", "c")
    equal(box.names(), ["a", "a.hunch", "b", "b.hunch", "c", "c.hunch"], "files")
    box.run("-df", "a.hunch", "b.hunch", "c.hunch")
    equal(box.read("b"), STORY + b"b", "b")
    joined = box.run("-c", "a", "b", "c").stdout
    equal(box.run("-d", data=joined).stdout, b"".join(STORY + n for n in (b"a", b"b", b"c")), "joined archives")


@case
def the_worst_code_of_several_files_counts(box):
    box.write("a", STORY)
    box.run("a", "missing", code=1)
    expect("a.hunch" in box.names(), "the good file was encoded")
    coded = bytearray(box.read("a.hunch"))
    box.write("good.hunch", coded)
    box.write("cut.hunch", coded[: len(coded) // 2])
    box.write("plain.hunch", b"nothing of the kind")
    box.run("-t", "plain.hunch", "cut.hunch", "good.hunch", code=3)
    box.run("-t", "good.hunch", "plain.hunch", code=1)
    box.run("-d", "cut.hunch", "good.hunch", code=3)
    equal(box.read("good"), STORY, "files after a bad one")


@case
def other_names_of_the_command_decode(box):
    box.write("f", STORY)
    box.run("f")
    for name in ("unhunch", "hunchcat"):
        os.symlink(box.command, box.at(name))
    equal(box.shell("./hunchcat f.hunch f.hunch").stdout, STORY * 2, "hunchcat")
    os.unlink(box.at("f"))
    box.shell("./unhunch f.hunch")
    equal(box.read("f"), STORY, "unhunch")


@case
def test_checks_and_writes_nothing(box):
    box.write("f", STORY)
    box.run("f")
    before = box.names()
    done = box.run("test", "f.hunch")
    equal((done.stdout, done.stderr), (b"", b""), "silent")
    expect(b"f.hunch: OK" in box.run("test", "-v", "f.hunch").stderr, "-v says OK")
    expect(b"OK" in box.run("-tv", data=box.read("f.hunch")).stderr, "a pipe too")
    equal(box.names(), before, "files")
    equal(json.loads(box.run("test", "--json", "f.hunch").stdout)["status"], "ok", "status")


@case
def list_tells_sizes_models_and_checks(box):
    box.write("f", STORY)
    box.run("f", "--block-size", "16K")
    box.run("-c", "f", "-o", "-", code=2)
    lines = box.run("list", "f.hunch").stdout.decode().splitlines()
    equal(len(lines), 2, "lines")
    equal(lines[0].split(), ["original", "coded", "ratio", "blocks", "model", "format", "check", "name"], "heading")
    row = lines[1].split()
    equal(int(row[0]), len(STORY), "original")
    equal(int(row[1]), len(box.read("f.hunch")), "coded")
    expect(abs(float(row[2]) - len(STORY) / len(box.read("f.hunch"))) < 0.001, "ratio")
    equal((row[3], row[-1]), ("4", "f.hunch"), "blocks and name")
    expect(len(box.run("list", "-v", "f.hunch").stdout.splitlines()) == 2 + 1 + 4, "-v shows each block")
    both = box.run("list", "f.hunch", "f.hunch").stdout.splitlines()
    equal(int(both[-1].split()[0]), 2 * len(STORY), "sum")


@case
def list_speaks_json(box):
    box.write("f", STORY)
    box.write("g", b"")
    box.run("f", "g", "--block-size", "16K")
    documents = [json.loads(line) for line in box.run("list", "--json", "-v", "f.hunch", "g.hunch").stdout.splitlines()]
    equal([d["file"] for d in documents], ["f.hunch", "g.hunch"], "files")
    f, g = documents
    equal((f["original"], f["coded"]), (len(STORY), len(box.read("f.hunch"))), "sizes")
    equal((len(f["block_list"]), max(b["length"] for b in f["block_list"])), (f["blocks"], 16384), "blocks")
    equal((g["original"], sum(b["length"] for b in g["block_list"])), (0, 0), "an empty file")
    equal(sum(b["length"] for b in f["block_list"]), len(STORY), "block lengths")
    ends = [b["offset"] + b["length"] for b in f["block_list"]]
    equal([b["offset"] for b in f["block_list"]], [0] + ends[:-1], "each block begins where the last one ends")
    expect(all(re.fullmatch("[0-9a-f]{16}", b["check"]) for b in f["block_list"]), "checks")
    expect("block_list" not in json.loads(box.run("-l", "--json", "f.hunch").stdout), "blocks only with -v")


@case
def list_refuses_pipes_and_other_files(box):
    box.write("plain", STORY)
    box.fails("list", "plain", code=1, says=b"plain: ", stdout=subprocess.DEVNULL)
    box.fails("list", "-q", "-", code=1, says=b"pipe", data=box.run(data=STORY).stdout)
    box.write("f.hunch", box.run(data=STORY).stdout)
    with open(box.at("f.hunch"), "rb") as file:
        expect(str(len(STORY)).encode() in box.run("list", stdin=file).stdout, "a redirected file is listed")


@case
def cat_reads_any_range(box):
    box.write("f", STORY)
    box.run("f", "--block-size", "16K")
    equal(box.run("cat", "f.hunch").stdout, STORY, "all")
    for offset, length in ((0, 1), (0, 60000), (16383, 2), (100, 40000), (59999, 1), (60000, 0), (5, 0), (16384, 16384)):
        got = box.run("cat", "--offset", str(offset), "--length", str(length), "f.hunch").stdout
        equal(got, STORY[offset : offset + length], f"{length} at {offset}")
    equal(box.run("cat", "--offset=50000", "f.hunch").stdout, STORY[50000:], "to the end")
    equal(box.run("cat", "--length=1K", "f.hunch").stdout, STORY[:1024], "from the start")
    box.fails("cat", "--offset=60001", "f.hunch", code=1, says=b"60000")
    box.fails("cat", "--offset=59999", "--length=2", "f.hunch", code=1, says=b"60000")
    box.fails("cat", "--offset=1", code=1, says=b"pipe", data=box.read("f.hunch"))
    box.fails("cat", "--length=2000", "--max-size=1999", "f.hunch", code=4)


@case
def cat_reads_around_damage(box):
    box.write("f", noise(65536))
    box.run("-1", "f", "--block-size", "16K")
    coded = bytearray(box.read("f.hunch"))
    coded[len(coded) // 2] ^= 1
    box.write("f.hunch", coded)
    equal(box.run("cat", "--length=16K", "f.hunch").stdout, noise(65536)[:16384], "a whole block")
    expect(box.run("cat", "--offset=30K", "--length=8K", "f.hunch", code=3).stderr.count(b"\n") == 1, "one line")


@case
def info_describes_archives_and_plain_files(box):
    box.write("f", STORY)
    box.run("f", "--block-size", "16K")
    out = box.run("info", "f.hunch").stdout.decode()
    equal(out.count("\n  block "), 4, "blocks")
    expect("memory" in out and "xxh3-64" in out, "memory and check")
    equal(len(json.loads(box.run("info", "--json", "f.hunch").stdout)["block_list"]), 4, "blocks in JSON")
    plain = json.loads(box.run("info", "--json", "f").stdout)
    equal((plain["archive"], plain["size"], plain["sampled"]), (False, len(STORY), len(STORY)), "plain file")
    expect(plain["formats"], "formats")
    expect(b"no archive" in box.run("info", "f").stdout, "words")
    box.write("empty", b"")
    expect(b"empty" in box.run("info", "empty").stdout, "empty file")
    equal(json.loads(box.run("info", "--json", "-", data=STORY).stdout)["sampled"], len(STORY), "a pipe")
    box.run("info", "missing", code=1)


@case
def info_alone_tells_models_and_formats(box):
    library = json.loads(box.run("info", "--json").stdout)
    expect("stored" in [m["name"] for m in library["models"]], "the stored model")
    expect(b"models:" in box.run("info").stdout, "words")


@case
def bench_measures_both_ways(box):
    box.write("a", STORY[:30000])
    box.write("b", STORY[30000:])
    documents = [json.loads(x) for x in box.run("bench", "-1", "-2", "--json", "a").stdout.splitlines()]
    equal([d["level"] for d in documents], [1, 2], "levels")
    for d in documents:
        equal(d["original"], 30000, "original")
        expect(abs(d["bits_per_byte"] - 8 * d["coded"] / 30000) < 1e-3, "bits per byte")
        expect(d["encode_mb_per_second"] > 0 and d["decode_mb_per_second"] > 0, "speeds")
    equal(documents[0]["coded"], len(box.run("-1", data=STORY[:30000]).stdout), "same size as encode")
    lines = box.run("bench", "-1", "a", "b").stdout.decode().splitlines()
    equal(len(lines), 4, "heading, two files, sum")
    equal(lines[3].split()[-1], "(all)", "sum")
    box.write("empty", b"")
    box.run("bench", "-1", "empty")


@case
def help_and_version_go_to_standard_output(box):
    for name in ("--help", "-h"):
        done = box.run(name)
        expect(b"Usage: hunch" in done.stdout and not done.stderr, name)
    for name in ("--version", "-V"):
        expect(re.fullmatch(rb"hunch \d+\.\d+\.\d+\n", box.run(name).stdout), name)


@case
def wrong_calls_exit_with_2(box):
    box.write("f", STORY[:100])
    wrong = [["--nonsense"], ["-y"], ["-dy"], ["-0"], ["-o"], ["--output"], ["-T"], ["-T", "x"], ["-T", "257"],
             ["-T", "-1"], ["--threads="], ["--memlimit", "lots"], ["--memlimit", "12Q"], ["--memlimit", "-5"],
             ["--max-size="], ["--max-size", "99999999999999999999"], ["--max-size", "99999999T"],
             ["--block-size", "100"], ["--block-size", "2G"], ["--json=yes"], ["--offset", "1", "f"],
             ["list", "-d", "f"], ["-c", "-o", "x", "f"], ["-d", "-o", "x", "f", "f"], ["list", "-o", "x", "f"],
             ["--rm", "-c", "f"], ["--rm", "--no-verify", "f"], ["test", "--rm", "f"]]
    for arguments in wrong:
        box.fails(*arguments, code=2)
    box.fails("f", code=2, says=b"HUNCH_CPU", env={"HUNCH_CPU": "z80"})
    equal(box.names(), ["f"], "files")


@case
def sizes_take_suffixes(box):
    coded = box.run("-1", data=STORY).stdout
    for size in ("60000", "59K", "59k", "59KiB", "59KB", "1M", "1MiB", "1g", "1T"):
        equal(box.run("-d", "--max-size", size, data=coded).stdout, STORY, size)
    box.run("-d", "--max-size", "58K", data=coded, code=4)


@case
def threads_and_instruction_sets_do_not_change_the_bytes(box):
    data = STORY[:20000] + noise(5000)
    for level in ("-1", "-5"):
        want = box.run(level, "--block-size=8K", data=data).stdout
        for threads in ("-T2", "-T0", "--threads=3"):
            equal(box.run(level, threads, "--block-size=8K", data=data).stdout, want, threads)
        for cpu in ("c", "avx2", "avx512", "neon", "all", ""):
            equal(box.run(level, "--block-size=8K", data=data, env={"HUNCH_CPU": cpu}).stdout, want, cpu)
            equal(box.run("-dT2", data=want, env={"HUNCH_CPU": cpu}).stdout, data, cpu)


@case
def verification_can_be_left_out(box):
    want = box.run(data=STORY).stdout
    equal(box.run("--no-verify", data=STORY).stdout, want, "--no-verify")
    equal(box.run("--no-verify", "--verify", data=STORY).stdout, want, "--verify")
    box.write("f", STORY)
    document = json.loads(box.run("--json", "f").stdout)
    equal((document["verified"], document["output"]), (True, "f.hunch"), "account")
    equal(json.loads(box.run("--json", "-f", "--no-verify", "f").stdout)["verified"], False, "account")


@case
def accounts_are_json_lines(box):
    box.write("f", STORY)
    done = box.run("encode", "--json", "f", "missing", code=1)
    good, bad = [json.loads(x) for x in done.stdout.splitlines()]
    equal((good["status"], good["exit"], good["original"]), ("ok", 0, len(STORY)), "good")
    equal((bad["status"], bad["exit"], bad["file"]), ("failed", 1, "missing"), "bad")
    done = box.run("-c", "--json", "f")
    equal(json.loads(done.stderr)["coded"], len(done.stdout), "beside data it goes to standard error")
    equal(json.loads(box.run("-df", "--json", "f.hunch").stdout)["original"], len(STORY), "decode")


@case
def tar_creates_lists_and_extracts(box):
    if not shutil.which("tar"):
        raise Skip("tar is not here")
    os.mkdir(box.at("dir"))
    for i in range(20):
        box.write(f"dir/file {i}", STORY[i * 100 : i * 400])
    for compressor in ("hunch", "hunch -1", "hunch -9 -T2"):
        done = box.shell(f"tar -I '{compressor}' -cf x.tar.hunch dir && tar -I '{compressor}' -tf x.tar.hunch | wc -l && "
                         f"mkdir out && tar -I '{compressor}' -xf x.tar.hunch -C out && diff -r dir out/dir && rm -r out")
        equal((done.returncode, done.stdout.strip(), done.stderr), (0, b"21", b""), compressor)
        box.run("-t", "x.tar.hunch")
    box.run("-d", "x.tar.hunch")
    equal(box.shell("tar -tf x.tar | wc -l").stdout.strip(), b"21", "decoded by hand")


@case
def formats_and_block_size_are_settings(box):
    plain = box.run("--no-formats", data=STORY).stdout
    equal(box.run("-d", data=plain).stdout, STORY, "--no-formats")
    box.write("f.hunch", plain)
    equal(json.loads(box.run("-l", "--json", "f.hunch").stdout)["format"], "raw", "no format")
    for size in ("1K", "4097", "1M", "1G"):
        equal(box.run("-d", data=box.run("-1", "--block-size", size, data=STORY).stdout).stdout, STORY, size)


@case
def documentation_names_every_option(box):
    options = set(re.findall(rb"--[a-z-]+", box.run("--help").stdout))
    expect(len(options) > 20, "options found")
    for name in ("tools/man/hunch.1.scd", "tools/completion/hunch"):
        with open(os.path.join(ROOT, name), "rb") as file:
            missing = options - set(re.findall(rb"--[a-z-]+", file.read()))
        equal(missing, set(), f"missing in {name}")


@case
def bash_completes(box):
    box.write("a.hunch", b"")
    box.write("b", b"")
    script = (f"source {ROOT}/tools/completion/hunch; complete -p hunch >/dev/null || exit 1\n"
              "try() { COMP_WORDS=(hunch \"$@\"); COMP_CWORD=$#; COMPREPLY=(); _hunch; echo \"${COMPREPLY[*]}\"; }\n"
              "try --meml; try enc; try decode ''; try ''; try -dc ''; try -o ''")
    lines = box.shell(script).stdout.decode().splitlines()
    equal(lines[:3], ["--memlimit", "encode", "a.hunch"], "completions")
    expect(set(lines[3].split()) >= {"a.hunch", "b", "encode", "bench"}, "files and verbs")
    equal([lines[4], set(lines[5].split())], ["a.hunch", {"a.hunch", "b"}], "-d and -o")


@case
def file_knows_archives(box):
    if not shutil.which("file"):
        raise Skip("file(1) is not here")
    box.write("f", box.run(data=STORY).stdout)
    magic = os.path.join(ROOT, "tools/magic/hunch.magic")
    equal(box.shell(f"file -b -m {magic} f").stdout, b"hunch compressed data, format version 1\n", "words")
    equal(box.shell(f"file -b --mime-type -m {magic} f").stdout, b"application/x-hunch\n", "type")
