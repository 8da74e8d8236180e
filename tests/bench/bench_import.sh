#!/bin/bash
# One million initiatives into a store, beside ogr2ogr loading the same CSV into a GeoPackage with
# its spatial index: one after the other, in one run, on one machine. Then the contours of all communes,
# where the official ones of 2018 are (in AROBASE_SHARED_DATA, or ../shared/data).
#
# usage: tests/bench/bench_import.sh [COUNT]     (1000000 by default)
#   BUILD=DIR    the build to measure (build/ by default; release)
#   WORK=DIR     where the files go, some 4 GB for a million (a folder of its own in /tmp)
#
# Prints seconds on the clock and of the processor, memory, and the size of what was made.
# The goals: initiatives in no longer than ogr2ogr takes, contours in 60 s. Needs gdal-bin and GNU time.
set -euo pipefail
cd "$(dirname "$0")/../.."

count=${1:-1000000}
build=${BUILD:-build}
work=${WORK:-$(mktemp -d /tmp/aro-bench-import-XXXXXX)}
arobase=$build/server/arobase
fixtures=$build/fixtures/arobase-fixtures
for program in "$arobase" "$fixtures" /usr/bin/time ogr2ogr; do
    command -v "$program" >/dev/null || { echo "missing: $program" >&2; exit 1; }
done
mkdir -p "$work"
[[ -n ${WORK:-} ]] || trap 'rm -rf "$work"' EXIT

csv=$work/initiatives.csv
"$fixtures" initiatives --communes fixtures/communes.csv --labels fixtures/labels-synthetiques.csv \
    --themes fixtures/themes.csv --count "$count" --output "$csv"

store=$work/bench.sqlite
rm -f "$store"* "$work/bench.gpkg" "$work"/contours.{sqlite,gpkg}*
"$arobase" init --store "$store" >/dev/null
for kind in regions departements epcis communes communes-anciennes themes; do
    "$arobase" import "$kind" "fixtures/$kind.csv" --store "$store" >/dev/null 2>&1
done

cp "$store" "$work/contours.sqlite"

# measure NAME FILE COMMAND...: the last line on stdout is the figures.
measure() {
    local name=$1 file=$2
    shift 2
    sync
    /usr/bin/time -o "$work/time" -f "%e %U %S %M" "$@" >"$work/out" 2>&1 ||
        { cat "$work/out" >&2; exit 1; }
    read -r elapsed user system kilobytes <"$work/time"
    printf '%-8s %8.2f s on the clock, %6.2f s of the processor (%5.2f in the kernel), %4d MB of memory, %5d MB on disk\n' \
        "$name" "$elapsed" "$(awk "BEGIN { print $user + $system }")" "$system" $((kilobytes / 1024)) \
        $(($(stat -c %s "$file") / 1000000))
}

echo "$count initiatives, $(($(stat -c %s "$csv") / 1000000)) MB of CSV"
measure arobase "$store" "$arobase" import initiatives "$csv" --store "$store"
measure ogr2ogr "$work/bench.gpkg" ogr2ogr -f GPKG "$work/bench.gpkg" "$csv" \
    -oo X_POSSIBLE_NAMES=lon -oo Y_POSSIBLE_NAMES=lat -a_srs EPSG:4326

contours=${AROBASE_SHARED_DATA:-../shared/data}/communes-2018.geojsonl.gz
if [[ ! -f $contours ]]; then
    echo "contours: not measured, there is no '$contours'"
    exit 0
fi
echo "contours of $(zcat "$contours" | wc -l) communes"
measure arobase "$work/contours.sqlite" "$arobase" import contours "$contours" \
    --millesime 2018 --store "$work/contours.sqlite"
measure ogr2ogr "$work/contours.gpkg" ogr2ogr -f GPKG "$work/contours.gpkg" \
    "GeoJSONSeq:/vsigzip/$(realpath "$contours")" -nlt PROMOTE_TO_MULTI
