#!/usr/bin/python3
"""How questions scale with the number of initiatives, with load, and with cores; and the plots.

Each store is served on core 0 with one thread, as in server.py, whose workloads these are: requests
a second and 99th percentile at full load, the rate beside the floor's, the 99th percentile at four
fifths of that rate (h2load, which spaces its requests), and what two threads on both cores answer
for each second of the processor beside one thread: twice that is how it scales where the load comes
from other machines, which on one of two cores cannot be seen directly.

With --plots two pictures are drawn by gnuplot: throughput and times against the number of
initiatives.

usage: scale.py STORE… [--seconds N] [--plots FOLDER] [--packed-mb N]
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

from server import CONNECTIONS, GZIP, SEED, Program, workloads, wrk
from tiles import rate_of

ASKED = ["viewports, compact", "viewports, compact, gzip", "map under budget",
         "radius 2-25 km, first 100", "nearest commune", "count by region"]
LOAD = 0.8  # of what is answered at full load

COLOURS = ["#0b3d91", "#1b7f5c", "#b5491c", "#7b2d8b", "#8a6d00", "#555555"]
PLOT = """set terminal svg size 720,480 font "sans-serif,13" background "white"
set output "{output}"
set logscale xy
set format x "%.0s %c"
set xlabel "initiatives (synthetic)"
set ylabel "{label}"
set key outside bottom center horizontal maxcols 3
set grid
set xrange [{least}:{most}]
plot {lines}
"""


def serve(store, threads, cores, packed_mb):
    """On one core or on both."""
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    server = Program(arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                     "--metrics-listen", "127.0.0.1:0", "--threads", str(threads),
                     "--packed-mb", str(packed_mb))
    subprocess.run(["taskset", "-a", "-p", "-c", cores, str(server.process.pid)], check=True,
                   stdout=subprocess.DEVNULL)
    server.wait_until_kept()
    return server


def spaced_p99(url, paths, a_second, seconds, headers):
    """The 99th percentile in ms of requests at a given rate, of all clients together."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as uris, \
            tempfile.NamedTemporaryFile("r", suffix=".log") as log:
        uris.write("".join(url + path + "\n" for path in paths))
        uris.flush()
        words = [word for name, value in (headers or {}).items()
                 for word in ("-H", f"{name}: {value}")]
        subprocess.run(
            ["taskset", "-c", "1", "h2load", "--h1", "-t1", f"-c{CONNECTIONS}", f"-D{seconds}",
             f"--rps={a_second / CONNECTIONS:.2f}", "-i", uris.name, f"--log-file={log.name}",
             *words], check=True, stdout=subprocess.DEVNULL)
        rows = [line.split("\t") for line in log]
    failed = sum(row[1] != "200" for row in rows)
    if failed or not rows:
        sys.exit(f"scale.py: {failed} of {len(rows)} requests failed")
    times = sorted(int(row[2]) for row in rows)
    return times[len(times) * 99 // 100] / 1000


def measure(store, seconds, packed_mb):
    """Prints a line for each workload; gives back the number of initiatives and the figures."""
    found = {}
    floor = os.path.join(os.path.dirname(os.environ.get("AROBASE", "build/server/arobase")),
                         "../tests/bench/floor")
    with serve(store, 1, "0", packed_mb) as server:
        count = json.loads(server.get("/collections/initiatives/items?limit=1"))["numberMatched"]
        asked = {name: paths for name, paths in workloads(server).items() if name in ASKED}
        for name, paths in asked.items():
            headers = GZIP if "gzip" in name else None
            sizes = [server.size(path, headers) for path in paths[:500]]
            rate, p99 = wrk(server.url, paths, seconds, headers)
            calm = spaced_p99(server.url, paths, LOAD * rate, seconds, headers)
            mean = sum(sizes) // len(sizes)
            with Program(floor, "--bytes", str(mean)) as limit:
                best, _ = wrk(limit.url, paths, seconds)
            found[name] = {"rate": rate, "p99": p99, "calm": calm, "floor": rate / best,
                           "bytes": mean, "one": rate_of(server, paths, seconds, headers)}
    with serve(store, 2, "0,1", packed_mb) as server:
        for name, paths in asked.items():
            two = rate_of(server, paths, seconds, GZIP if "gzip" in name else None)
            found[name]["cores"] = 2 * two / found[name]["one"]
    for name, row in found.items():
        print(f"{count:10} {name:26} {row['bytes']:9} {row['rate']:10.0f} {row['floor']:6.2f} "
              f"{row['p99']:8.2f} {row['calm']:8.2f} {row['cores']:6.2f}", flush=True)
    return count, found


def plot(folder, name, label, value, results):
    """A line for each workload over the numbers of initiatives."""
    counts = [count for count, _ in results]
    with tempfile.TemporaryDirectory(prefix="aro-bench-plot-") as data:
        lines = []
        for asked, colour in zip(ASKED, COLOURS):
            path = os.path.join(data, colour[1:])
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(f"{count} {found[asked][value]}\n" for count, found in results)
            lines.append(f'"{path}" using 1:2 with linespoints lw 2 pt 7 ps 0.6 lc "{colour}" '
                         f'title "{asked}"')
        script = PLOT.format(output=os.path.join(folder, name), label=label,
                             least=min(counts) / 2, most=max(counts) * 2,
                             lines=", \\\n  ".join(lines))
        subprocess.run(["gnuplot"], input=script, text=True, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stores", metavar="STORE", nargs="+")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--plots", metavar="FOLDER")
    parser.add_argument("--packed-mb", type=int, default=256, metavar="N")
    args = parser.parse_args()
    print(f"{'initiatives':>10} {'workload':26} {'bytes':>9} {'requests/s':>10} {'floor':>6} "
          f"{'p99 ms':>8} {'at 0.8':>8} {'cores':>6}", flush=True)
    results = []
    for store in args.stores:
        random.seed(SEED)
        results.append(measure(store, args.seconds, args.packed_mb))
    if args.plots:
        os.makedirs(args.plots, exist_ok=True)
        plot(args.plots, "throughput.svg", "requests a second, one core", "rate", results)
        plot(args.plots, "p99.svg", "99th percentile at 0.8 of full load, ms", "calm", results)


if __name__ == "__main__":
    sys.exit(main())
