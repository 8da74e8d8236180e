#!/usr/bin/python3
"""A long mixed load while rows are imported anew: memory, throughput, times and errors.

A copy of the store is served on core 0 with one thread; wrk asks with 16 connections on core 1, in
turn what tests/bench/corpus.py asks: boxes, radii, filters, sorted pages, files, tiles, counts,
names, pages. Every ten seconds a twentieth of the initiatives is imported with other titles and
dates, the server told to load the store again (SIGHUP), and a CSV sent to /communes/at. A line is
printed every half minute; at the end, the first and the last quarter of the lines side by side. A
failed request, import or reload ends the run with exit status 1.

usage: soak.py STORE [--minutes N]
"""
import argparse
import concurrent.futures
import csv
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import corpus
from server import Program, copy_store, wrk

LINE_SECONDS = 30
IMPORTS_A_LINE = 3
SHARE = 20  # one initiative of so many is imported anew at a time
REQUESTS = 3000
UPLOAD = b"lon,lat\n" + b"".join(b"%.2f,%.2f\n" % (i % 120 / 10 - 4, 43 + i % 70 / 10)
                                 for i in range(5000))


def rows_of(server, folder):
    """The initiatives that the store was made from."""
    count = json.loads(server.get("/collections/initiatives/items?limit=1"))["numberMatched"]
    name = os.path.join(folder, "initiatives.csv")
    fixtures = os.path.dirname(os.path.abspath(__file__)) + "/../../fixtures/"
    subprocess.run([os.environ.get("AROBASE_FIXTURES", "build/fixtures/arobase-fixtures"),
                    "initiatives", "--communes", fixtures + "communes.csv", "--labels",
                    fixtures + "labels-synthetiques.csv", "--themes", fixtures + "themes.csv",
                    "--count", str(count), "--output", name], check=True, stdout=subprocess.DEVNULL)
    with open(name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Writer:
    """Imports a share of the rows, changed, and has the store loaded again."""

    def __init__(self, server, arobase, store, rows, folder):
        self.server, self.arobase, self.store, self.rows = server, arobase, store, rows
        self.name = os.path.join(folder, "changed.csv")
        self.round = 0

    def change(self):
        self.round += 1
        with open(self.name, "w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, self.rows[0].keys())
            out.writeheader()
            for row in self.rows[self.round % SHARE::SHARE]:
                day = f"20{10 + self.round % 15}-{1 + self.round % 12:02}-01"
                out.writerow({**row, "titre": f"{row['titre']} ({self.round})", "date": day})
        done = subprocess.run([self.arobase, "import", "initiatives", self.name, "--store",
                               self.store], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"soak.py: import failed:\n{done.stderr}")
        self.server.process.send_signal(signal.SIGHUP)
        request = urllib.request.Request(self.server.url + "/communes/at", data=UPLOAD)
        with urllib.request.urlopen(request) as answer:
            if len(answer.read().splitlines()) != len(UPLOAD.splitlines()):
                sys.exit("soak.py: an upload was answered with fewer lines")


def answered(server):
    """The requests that are answered: a few of the corpus ask for what there is not."""
    found = []
    for path in corpus.requests(REQUESTS):
        try:
            server.get(path)
            found.append(path)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                sys.exit(f"soak.py: {path}: {error}")
    return found


def resident_mib(process):
    with open(f"/proc/{process.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024


def run(server, writer, paths, minutes):
    """Lines of (rate, p99, MiB, snapshots held)."""
    lines, end = [], time.monotonic() + minutes * 60
    print(f"{'minute':>6} {'requests/s':>10} {'p99 ms':>7} {'MiB':>5} {'snapshots':>9} {'imports':>7}")
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        while time.monotonic() < end:
            load = beside.submit(wrk, server.url, paths, LINE_SECONDS)
            for _ in range(IMPORTS_A_LINE):
                time.sleep(LINE_SECONDS / (IMPORTS_A_LINE + 1))
                writer.change()
            lines.append((*load.result(), resident_mib(server.process),
                          int(server.metric("arobase_snapshots_held"))))
            print(f"{len(lines) * LINE_SECONDS / 60:6.1f} {lines[-1][0]:10.0f} {lines[-1][1]:7.2f} "
                  f"{lines[-1][2]:5.0f} {lines[-1][3]:9} {writer.round:7}", flush=True)
    return lines


def sum_up(lines, writer):
    quarter = max(1, len(lines) // 4)
    print(f"{sum(line[0] for line in lines) * LINE_SECONDS:.0f} requests, none failed; "
          f"{writer.round} imports and reloads")
    for name, part in ("first quarter", lines[:quarter]), ("last quarter", lines[-quarter:]):
        rate, p99, mib = (statistics.median(line[i] for line in part) for i in range(3))
        print(f"{name:13}, the middle: {rate:6.0f} requests/s, p99 {p99:6.2f} ms, {mib:4.0f} MiB")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--minutes", type=float, default=30)
    args = parser.parse_args()
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    with tempfile.TemporaryDirectory(prefix="aro-soak-") as folder:
        store = os.path.join(folder, "soak.sqlite")
        copy_store(args.store, store)
        with Program(arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                     "--metrics-listen", "127.0.0.1:0", "--threads", "1") as server:
            server.wait_until_kept()
            threading.Thread(target=server.process.stderr.read, daemon=True).start()
            writer = Writer(server, arobase, store, rows_of(server, folder), folder)
            sum_up(run(server, writer, answered(server), args.minutes), writer)


if __name__ == "__main__":
    main()
