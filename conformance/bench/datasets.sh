#!/usr/bin/env bash
# datasets.sh [--append] [SET...]: hunch and its peers on images, sound, tensors and samples of ../shared/data, in the
# same call, one thread each. For each set a table: bytes, share of the peer's bytes, seconds to encode and to decode,
# and the aim where there is one. What hunch decodes is compared with what was encoded. Sets: kodak jpeg mnist music room
# fsdd mobilenet-f32 mobilenet-bf16 silero mnist-primed fsdd-primed books-primed members; without names all. --append adds the tables, with date and machine, to
# doc/benchmarks.md. The sets -primed are samples that stand alone, each coded from a prior that was trained on others; bytes
# are those of the archive, names and all, and the prior's own are told beside it. HUNCH names the command, else the one in build/.
# Needs libjxl-tools wavpack flac xz-utils bzip3 brotli zstd (apt).
set -euo pipefail
cd "$(dirname "$0")/../.."
hunch=$(realpath -m "${HUNCH:-build/tools/cli/hunch}")
reader=$(realpath -m "${READER:-build/conformance/read_members}")
data=$(realpath -m ../shared/data)
append=
sets=()
for word in "$@"; do
    case $word in
    --append) append=yes ;;
    -*) sed -n '2,/^set -/s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) sets+=("$word") ;;
    esac
done
[ ${#sets[@]} -gt 0 ] || sets=(kodak jpeg mnist music room fsdd mobilenet-f32 mobilenet-bf16 silero
    mnist-primed fsdd-primed books-primed members)
[ -d "$data" ] || { echo "no data in ../shared/data" >&2; exit 1; }
here=$PWD
work=$(mktemp -d)
export HUNCH_CACHE=$work/cache
trap 'rm -rf "$work"' EXIT
cd "$work"

# One file: $2 to coded, and coded to again (hunch alone).
encode() {
    case $1 in
    hunch-*) "$hunch" encode "-${1#hunch-}" -T1 --no-verify -q -f -o coded "$2" ;;
    cjxl) cjxl -d 0 -e 9 --num_threads=0 --quiet "$2" coded.jxl && mv coded.jxl coded ;;
    cjxl-jpeg) cjxl -d 0 --lossless_jpeg=1 -e 9 --num_threads=0 --quiet "$2" coded.jxl && mv coded.jxl coded ;;
    xz) xz -9e -T1 -c "$2" >coded ;;
    bzip3) bzip3 -e -b 16 -c "$2" >coded ;;
    wavpack) wavpack -q -y -hhx6 "$2" -o coded.wv && mv coded.wv coded ;;
    brotli) brotli -f -q 11 -o coded "$2" ;;
    zstd-dictionary) zstd -q -f -19 -D dictionary -o coded "$2" ;;
    flac) flac -s -f -8 -e -p --no-padding "$2" -o coded ;;
    esac
} >log 2>&1
decode() {
    case $1 in
    hunch-*) "$hunch" decode -T1 -q -f -o again coded ;;
    *) : ;;
    esac
} >log 2>&1

seconds() { # since $1
    awk -v a="$1" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }'
}

# All files of a set through one tool, file by file: bytes, seconds, seconds.
each() { # TOOL FILE...
    local tool=$1 total=0 e=0 d=0 at
    shift
    for file in "$@"; do
        rm -f coded again
        at=$(date +%s.%N)
        encode "$tool" "$file" || { cat log >&2; exit 1; }
        e=$(awk -v e="$e" -v s="$(seconds "$at")" 'BEGIN { print e + s }')
        total=$((total + $(stat -c %s coded)))
        at=$(date +%s.%N)
        decode "$tool" || { cat log >&2; exit 1; }
        d=$(awk -v d="$d" -v s="$(seconds "$at")" 'BEGIN { print d + s }')
        [ ! -f again ] || cmp "$file" again
    done
    echo "$total $e $d"
}

# A directory as one archive.
together() { # TOOL DIRECTORY
    local at e
    rm -rf coded out
    at=$(date +%s.%N)
    "$hunch" encode "-${1#hunch-}" -T1 --no-verify -q -f -o coded "$2" >log 2>&1 || { cat log >&2; exit 1; }
    e=$(seconds "$at")
    at=$(date +%s.%N)
    mkdir out
    "$hunch" decode -T1 -q -C out coded >log 2>&1 || { cat log >&2; exit 1; }
    echo "$(stat -c %s coded) $e $(seconds "$at")"
    diff -r "$2" "out/$(basename "$2")" >&2
}

# A line of the table; the first line of a set is the peer that the others are compared with. Aims are shares of its
# bytes, or bytes, or bits for each of so many symbols.
peer=
line() { # TOOL AIM BYTES ENCODE DECODE
    [ -n "$peer" ] || peer=$3
    awk -v tool="$1" -v aim="$2" -v b="$3" -v e="$4" -v d="$5" -v p="$peer" -v symbols="${symbols:-0}" 'BEGIN {
        bits = symbols ? sprintf("%.4f", 8 * b / symbols) : ""
        printf "| %s | %d | %.4f | %s | %.2f | %s | %s |\n", tool, b, b / p, bits, e, (d > 0 ? sprintf("%.2f", d) : ""), aim
    }'
}
begin() { # TITLE [SYMBOLS]
    peer=
    symbols=${2:-}
    printf '\n%s\n\n' "$1"
    echo '| tool | bytes | of the peer | bits per symbol | encode s | decode s | aim |'
    echo '|---|---:|---:|---:|---:|---:|---|'
}
compare() { # TOOL AIM FILE...
    local tool=$1 aim=$2
    shift 2
    # shellcheck disable=SC2046
    line "$tool" "$aim" $(each "$tool" "$@")
}

tensors() { # TITLE FILE AIM
    begin "$1"
    compare xz '' "$2"
    compare hunch-5 '' "$2"
    compare hunch-9 "$3" "$2"
}

# A prior trained on the files of $3, and those of $4 coded from it, each alone: bytes, seconds, seconds. More options for
# both follow.
primed() { # LEVEL NAME TRAINING DIRECTORY OPTION...
    local level=$1 name=$2 training=$3 directory=$4 at e
    shift 4
    at=$(date +%s.%N)
    [ -f "$name.prior" ] ||
        "$hunch" train cm "-$level" --memlimit 2G "$@" -o "$name.prior" "$training" >log 2>&1 || { cat log >&2; exit 1; }
    "$hunch" info --memlimit 2G "$name.prior" >"$name.info"
    echo "$(seconds "$at") s to train it" >"$name.trained"
    "$hunch" encode --memlimit 2G --prior "$name.prior" "$@" -q -o /dev/null "$(find "$directory" -type f | head -n 1)" >log 2>&1 || true # the first use keeps the state
    rm -rf coded out
    at=$(date +%s.%N)
    "$hunch" encode -T1 --no-verify --memlimit 2G --prior "$name.prior" --group 1 "$@" -q -f -o coded "$directory" >log 2>&1 || { cat log >&2; exit 1; }
    e=$(seconds "$at")
    at=$(date +%s.%N)
    mkdir out
    "$hunch" decode -T1 --memlimit 2G --prior "$name.prior" -q -C out coded >log 2>&1 || { cat log >&2; exit 1; }
    echo "$(stat -c %s coded) $e $(seconds "$at")"
    diff -r "$directory" "out/$(basename "$directory")" >&2
}
of_prior() { # NAME
    printf '\nThe prior: %d bytes; %s.\n' "$(stat -c %s "$1.prior")" "$(cat "$1.trained")"
}
reading() { # NAME
    local prior=()
    [ ! -f "$1.prior" ] || prior=("$1.prior")
    printf '\n%s.\n' "$("$reader" coded "${prior[@]}" | paste -s -d';' | sed 's/;/; /')"
}

measure() {
    case $1 in
    kodak)
        begin '12 Kodak photographs as PNG files, byte-exact; the peer keeps pixels alone'
        compare cjxl '' "$data"/kodak/*.png
        compare hunch-5 '' "$data"/kodak/*.png
        compare hunch-7 '<= 0.96 of the peer, encoding not slower' "$data"/kodak/*.png
        compare hunch-9 '<= 0.93 of the peer' "$data"/kodak/*.png
        ;;
    jpeg)
        begin '15 JPEG files, byte-exact'
        compare cjxl-jpeg '' "$data"/jpeg/*.jpg
        compare hunch-5 '' "$data"/jpeg/*.jpg
        compare hunch-7 '<= 0.97 of the peer' "$data"/jpeg/*.jpg
        compare hunch-9 '' "$data"/jpeg/*.jpg
        ;;
    mnist)
        zcat "$data"/mnist/t10k-images-idx3-ubyte.gz >t10k-images-idx3-ubyte
        begin 'MNIST, 10,000 test images in one IDX file, no prior; symbols are pixels' 7840000
        compare xz '' t10k-images-idx3-ubyte
        compare bzip3 '' t10k-images-idx3-ubyte
        compare hunch-5 '<= 1.02 bits' t10k-images-idx3-ubyte
        compare hunch-9 '<= 0.93 bits' t10k-images-idx3-ubyte
        ;;
    music)
        begin 'Stereo music, 44.1 kHz, 16 bits'
        compare wavpack '' "$data"/audio/music_44100.wav
        compare hunch-5 '' "$data"/audio/music_44100.wav
        compare hunch-9 '<= 0.97 of the peer' "$data"/audio/music_44100.wav
        ;;
    room)
        begin 'A room, 8 channels, 44.1 kHz, 16 bits'
        compare wavpack '' "$data"/audio/room_recording.wav
        compare hunch-5 '' "$data"/audio/room_recording.wav
        compare hunch-9 '<= 0.90 of the peer' "$data"/audio/room_recording.wav
        ;;
    fsdd)
        mkdir fsdd
        cp "$data"/audio/fsdd/*.wav fsdd
        begin '200 spoken digits, 8 kHz, mono: one archive in groups of 1 MiB, names and times kept'
        compare flac '' fsdd/*.wav
        # shellcheck disable=SC2046
        line hunch-5 '' $(together hunch-5 fsdd)
        # shellcheck disable=SC2046
        line hunch-9 '<= 0.90 of the peer' $(together hunch-9 fsdd)
        ;;
    mobilenet-f32) tensors 'Two layers of MobileNet, f32' "$data"/tensors/mobilenet_v1_f32.safetensors '<= 2,600,000 bytes' ;;
    mobilenet-bf16) tensors 'The same, bf16' "$data"/tensors/mobilenet_v1_bf16.safetensors '<= 1,035,000 bytes' ;;
    silero) tensors 'Silero VAD, f32' "$data"/tensors/silero_vad_16k.safetensors '<= 900,000 bytes' ;;
    mnist-primed)
        zcat "$data"/mnist/train-images-idx3-ubyte.gz | tail -c +17 >train.raw
        zcat "$data"/mnist/t10k-images-idx3-ubyte.gz | tail -c +17 >test.raw
        mkdir train test
        (cd train && split -b 784 -a 5 -d ../train.raw)
        (cd test && split -b 784 -a 5 -d ../test.raw)
        find test -exec touch -d @0 {} +
        begin 'MNIST, 10,000 test images, each alone, from a prior trained on the 60,000 training images; symbols are pixels' 7840000
        # shellcheck disable=SC2046
        line hunch-9 '<= 0.92 bits' $(primed 9 mnist train test --as gray8:28x28)
        of_prior mnist
        reading mnist
        ;;
    fsdd-primed)
        mkdir spoken heard
        local turn=0
        for file in "$data"/audio/fsdd/*.wav; do
            if [ $((turn++ % 2)) = 0 ]; then cp "$file" spoken; else cp "$file" heard; fi
        done
        begin '100 of the spoken digits, each alone, from a prior trained on the other 100'
        compare flac '' heard/*.wav
        # shellcheck disable=SC2046
        line hunch-9 '<= 0.95 of the peer' $(primed 9 digits spoken heard)
        of_prior digits
        reading digits
        ;;
    books-primed)
        mkdir books cuts
        xz -dc "$data"/text/books-train.txt.xz | head -c 24000000 >books.txt || true
        (cd books && split -b 100000 -a 4 -d ../books.txt)
        for file in "$data"/text/books-dev/*.txt; do head -c 10000 "$file" >cuts/"$(basename "$file")"; done
        zstd -q --train -B10000 --maxdict=112640 books.txt -o dictionary >log 2>&1
        begin 'Eight books, the first 10,000 bytes of each, each alone, from a prior trained on 24 MB of other books'
        compare brotli '' cuts/*.txt
        compare zstd-dictionary '' cuts/*.txt
        for level in 5 7; do
            # shellcheck disable=SC2046
            line hunch-$level '<= 0.72 of the peer' $(primed $level books-$level books cuts)
        done
        of_prior books-5
        of_prior books-7
        reading books-7
        ;;
    members)
        zcat "$data"/mnist/train-images-idx3-ubyte.gz | tail -c +17 >all.raw
        mkdir all
        (cd all && split -b 784 -a 5 -d ../all.raw)
        begin 'Opening an archive of 60,000 members (aim: under 50 ms and 20 MB): the MNIST training images as files, times as they come'
        # shellcheck disable=SC2046
        line hunch-1 '' $(together hunch-1 all)
        "$reader" coded | head -n 1 # reading a member decodes its group
        ;;
    *) echo "no such set: $1" >&2; exit 1 ;;
    esac
}

for set in "${sets[@]}"; do measure "$set" | tee -a tables.md; done

[ -n "$append" ] || exit 0
{
    machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    printf '\n## Data sets, %s, %s, %d processors online, version %s\n' "$(date -u +%F)" "${machine:-$(uname -m)}" \
        "$(nproc)" "$("$hunch" --version | head -n 1)"
    cat tables.md
} >>"$here"/doc/benchmarks.md
