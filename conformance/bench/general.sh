#!/usr/bin/env bash
# general.sh [--append] [--tools "NAME..."] [FILE...]: hunch and its peers on the same files in the same call, one
# thread each. Prints a table for each file and one of the totals: bytes, bits per byte, encode and decode MB/s
# (1,000,000 bytes per second of wall time), peak memory of the process (MiB). Every decode is compared with its file.
# Without files: the general files and books of ../shared/data. --append adds the totals, with date and machine, to
# doc/benchmarks.md and draws size against speed as doc/benchmarks.png. HUNCH names the command, else the one in build/.
# Needs zstd xz-utils bzip3 p7zip-full zpaq time gnuplot-nox (apt).
set -euo pipefail
cd "$(dirname "$0")/../.."
hunch=$(realpath -m "${HUNCH:-build/tools/cli/hunch}")
append=
tools="hunch-1 hunch-3 hunch-5 hunch-7 hunch-9 zstd-19 xz-9e bzip3-b16 7z-ppmd zpaq-m5"
files=()
while [ $# -gt 0 ]; do
    case $1 in
    --append) append=yes ;;
    --tools) tools=$2; shift ;;
    -*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) files+=("$(realpath "$1")") ;;
    esac
    shift
done
if [ ${#files[@]} -eq 0 ]; then
    for file in ../shared/data/general/* ../shared/data/text/books-dev/*; do files+=("$(realpath "$file")"); done
fi
[ -f "${files[0]}" ] || { echo "no such file: ${files[0]}; name files, or put data into ../shared/data" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
here=$PWD
cd "$work"

# The peers' own words for: one thread, from the file `plain` to `coded`, and from `coded` to `again`.
encode() {
    case $1 in
    hunch-*) "$hunch" encode "-${1#hunch-}" -T1 --no-verify -q -c plain >coded ;;
    zstd-*) zstd "-${1#zstd-}" --single-thread -q -o coded plain ;;
    xz-*) xz "-${1#xz-}" -T1 -c plain >coded ;;
    bzip3-b*) bzip3 -e -b "${1#bzip3-b}" -c plain >coded ;;
    7z-ppmd) 7z a -bd -mmt1 -m0=PPMd:o=16:mem=256m coded.7z plain && mv coded.7z coded ;;
    zpaq-m*) zpaq add coded.zpaq plain "-${1#zpaq-}" -t1 && mv coded.zpaq coded ;;
    esac
}
decode() {
    case $1 in
    hunch-*) "$hunch" decode -T1 -q -c coded >again ;;
    zstd-*) zstd -d -q -o again coded ;;
    xz-*) xz -d -T1 -c coded >again ;;
    bzip3-b*) bzip3 -d -c coded >again ;;
    7z-ppmd) 7z e -bd -mmt1 -so coded >again ;;
    zpaq-m*) cp coded coded.zpaq && zpaq extract coded.zpaq plain -to again -t1 ;;
    esac
}
export -f encode decode
export hunch

measure() { # DIRECTION TOOL -> seconds, KiB
    if ! /usr/bin/time -q -o time -f '%e %M' bash -c "$1 $2" >log 2>&1; then
        cat log >&2
        echo "$2 failed to $1" >&2
        exit 1
    fi
    tail -n 1 time
}

printf 'file\ttool\tbytes\tcoded\tencode_s\tdecode_s\tencode_KiB\tdecode_KiB\n' >rows.tsv
for file in "${files[@]}"; do
    for tool in $tools; do
        rm -rf coded* again plain
        cp "$file" plain
        read -r encode_s encode_kb < <(measure encode "$tool")
        read -r decode_s decode_kb < <(measure decode "$tool")
        cmp again plain || { echo "$tool: $file does not come back" >&2; exit 1; }
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$(basename "$file")" "$tool" "$(stat -c %s plain)" \
            "$(stat -c %s coded)" "$encode_s" "$decode_s" "$encode_kb" "$decode_kb" >>rows.tsv
    done
done

# One table as Markdown: the rows of one file, or the sums of all. Seconds have two digits, so that short files show
# no speed of worth.
table() { # FILE, empty for the totals
    awk -F'\t' -v file="$1" '
        NR > 1 && (file == "" || $1 == file) {
            if (!($2 in coded)) order[n++] = $2
            bytes[$2] += $3; coded[$2] += $4; e[$2] += $5; d[$2] += $6
            if ($7 > em[$2]) em[$2] = $7
            if ($8 > dm[$2]) dm[$2] = $8
        }
        END {
            print "| tool | bytes | bits per byte | encode MB/s | decode MB/s | encode MiB | decode MiB |"
            print "|---|---:|---:|---:|---:|---:|---:|"
            for (i = 0; i < n; i++) {
                t = order[i]
                printf "| %s | %d | %.4f | %.3g | %.3g | %d | %d |\n", t, coded[t], 8 * coded[t] / bytes[t],
                    bytes[t] / (e[t] + 0.005) / 1e6, bytes[t] / (d[t] + 0.005) / 1e6, em[t] / 1024, dm[t] / 1024
            }
        }' rows.tsv
}
for file in "${files[@]}"; do
    printf '%s, %d bytes\n' "$(basename "$file")" "$(stat -c %s "$file")"
    table "$(basename "$file")"
    echo
done
total=$(awk -F'\t' 'NR > 1 && !seen[$1]++ { sum += $3 } END { print sum }' rows.tsv)
echo "all ${#files[@]} files, $total bytes"
table "" | tee totals.md

[ -n "$append" ] || exit 0
machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
{
    printf '\n## %s, %s, %d processors online, version %s\n' "$(date -u +%F)" "${machine:-$(uname -m)}" "$(nproc)" \
        "$("$hunch" --version | head -n 1)"
    printf '%d files, %d bytes, one thread:' "${#files[@]}" "$total"
    printf ' %s' "${files[@]##*/}"
    printf '\n\n'
    cat totals.md
} >>"$here"/doc/benchmarks.md
awk -F' *[|] *' 'NR > 2 { print $2, $4, $5, $6 }' totals.md >points
gnuplot <<PLOT
set terminal pngcairo size 900,560 font 'sans,11'
set output '$here/doc/benchmarks.png'
set title '$total bytes, one thread, ${machine:-$(uname -m)}'
set xlabel 'MB/s (filled: encode, hollow: decode)'
set ylabel 'bits per byte'
set logscale x
set grid
set key off
set offsets graph 0.05, graph 0.15, graph 0.05, graph 0.05
plot 'points' using 3:2 with points pt 7 ps 1.2 lc rgb '#1f5fa8', \
     'points' using 4:2 with points pt 6 ps 1.2 lc rgb '#1f5fa8', \
     'points' using 3:2:1 with labels left offset 1,0.5 noenhanced
PLOT
