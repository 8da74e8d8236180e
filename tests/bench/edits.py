#!/usr/bin/python3
"""How soon a change of one sheet is seen, and what requests notice of it.

A copy of the store is served on core 0 with one thread, mapped from its saved snapshot. One sheet
at a time is imported: edited in place, added, moved, archived. Printed: the middle and the longest
time from the reload's signal to the first answer that shows it, asked for over one connection all
the while, and what the whole import took before. Then viewports are asked for by wrk on core 1, alone and with
an edit imported every second: requests a second and p99.

usage: edits.py STORE [--times N] [--seconds N]
"""
import argparse
import csv
import http.client
import io
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

from server import SEED, Program, copy_store, workloads, wrk

ITEMS = "/collections/initiatives/items"


class Editor:
    """Imports changes of one sheet at a time, and has them loaded."""

    def __init__(self, server, arobase, store, folder):
        self.server, self.arobase, self.store = server, arobase, store
        self.name = os.path.join(folder, "one.csv")
        text = server.get(f"{ITEMS}?f=csv&limit=2000").decode("utf-8-sig")
        self.rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc)
        self.round = 0

    def bring(self, row):
        """Imports the row; how long that took."""
        with open(self.name, "w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, row)
            out.writeheader()
            out.writerow(row)
        started = time.perf_counter()
        done = subprocess.run([self.arobase, "import", "initiatives", self.name, "--store",
                               self.store], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"edits.py: import failed:\n{done.stderr}")
        return time.perf_counter() - started

    def ask(self, path):
        self.connection.request("GET", path)
        return self.connection.getresponse().read()

    def change(self, make):
        """Seconds that the import took, and until answers show it."""
        self.round += 1
        row = make(self.rows[self.round], self.round)
        shown = "/counts?by=region" if make is added else f"{ITEMS}/{row['id']}"
        before = self.ask(shown)
        import_s = self.bring(row)
        started = time.perf_counter()
        self.server.process.send_signal(signal.SIGHUP)
        while self.ask(shown) == before:
            pass
        return import_s, time.perf_counter() - started


def edited(row, n):
    return {**row, "titre": f"Une fiche corrigée {n}"}


def added(row, n):
    return {**row, "source_id": f"{row['source_id']}-{n}", "titre": f"Une fiche ajoutée {n}"}


def moved(row, n):
    return {**row, "titre": f"Une fiche déplacée {n}", "lon": f"{2 + n / 1000:.4f}",
            "lat": "47.1234"}


def archived(row, _):
    return {**row, "statut": "archived"}


def time_changes(editor, times):
    print(f"{'one sheet':10} {'import ms':>9} {'seen after ms':>13} {'longest':>8}")
    for make in edited, added, moved, archived:
        taken = [editor.change(make) for _ in range(times)]
        imports, seen = zip(*taken)
        print(f"{make.__name__:10} {statistics.median(imports) * 1e3:9.0f} "
              f"{statistics.median(seen) * 1e3:13.1f} {max(seen) * 1e3:8.1f}", flush=True)


def load_beside(editor, paths, seconds):
    """Viewports alone, with an edit a second, and with an addition a second."""
    print(f"{'viewports, compact':20} {'requests/s':>10} {'p99 ms':>7}")
    for name, make in ("alone", None), ("an edit a second", edited), ("an addition", added):
        stop = threading.Event()

        def write(make=make, stop=stop):
            while make and not stop.wait(1):
                editor.change(make)

        writer = threading.Thread(target=write)
        writer.start()
        rate, p99 = wrk(editor.server.url, paths, seconds)
        stop.set()
        writer.join()
        print(f"{name:20} {rate:10.0f} {p99:7.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--times", type=int, default=21)
    parser.add_argument("--seconds", type=int, default=15)
    args = parser.parse_args()
    random.seed(SEED)
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    with tempfile.TemporaryDirectory(prefix="aro-edits-", dir=os.path.dirname(args.store)) as folder:
        store = os.path.join(folder, "edits.sqlite")
        copy_store(args.store, store)
        with Program(arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                     "--metrics-listen", "127.0.0.1:0", "--threads", "1") as server:
            server.wait_until_kept()
            threading.Thread(target=server.process.stderr.read, daemon=True).start()
            paths = workloads(server)["viewports, compact"]
            editor = Editor(server, arobase, store, folder)
            time_changes(editor, args.times)
            load_beside(editor, paths, args.seconds)


if __name__ == "__main__":
    main()
