#!/usr/bin/python3
"""Instructions a request, which unlike times are the same on a busy machine (valgrind's callgrind).

Five fixed requests over the demo's data, each asked until everything it needs is there, then
ROUNDS times under count. The counts are kept in instructions.json beside this file: `check` fails
where one has grown by more than a tenth, `write` writes them anew, in the commit that knows why.

usage: instructions.py check|write STORE
"""
import argparse
import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

KEPT = os.path.join(os.path.dirname(__file__), "instructions.json")
ROUNDS = 50
MOST_GROWTH = 1.10
REQUESTS = {
    "viewport, compact": "/collections/initiatives/items?limit=10000&profile=compact"
                         "&bbox=5.0,43.2,5.8,43.7",
    "map": "/map?bbox=-2.0,46.0,3.0,49.5&zoom=8",
    "radius, first 100": "/collections/initiatives/items?limit=100&profile=compact"
                         "&near=2.35,48.85&radius=15000",
    "nearest commune": "/communes/nearest?lon=5.05&lat=43.4",
    "tile, warm": "/tiles/initiatives/8/130/92.mvt",
}


class Counted:
    """The server under callgrind, which counts between zero() and total()."""

    def __init__(self, folder, store):
        self.out = os.path.join(folder, "callgrind.out")
        arobase = os.environ.get("AROBASE", "build/server/arobase")
        self.process = subprocess.Popen(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.out}", "-q", arobase,
             "serve", "--store", store, "--listen", "127.0.0.1:0", "--metrics-listen", "none",
             "--threads", "1", "--packed-mb", "0", "--snapshot-file=none",  # both would be counted as well
             "--base-url", "http://counted.example"],
            stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"listening on (http://[0-9.:]+)", line)
            if found:
                break
        else:
            sys.exit("instructions.py: the server did not start under valgrind")
        address = urllib.parse.urlsplit(found.group(1)).netloc
        self.connection = http.client.HTTPConnection(address, timeout=120)
        while self.ask("/readyz") != 200:
            time.sleep(0.2)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.stderr.read()
        self.process.wait()

    def ask(self, target):
        self.connection.request("GET", target)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status

    def control(self, what):
        subprocess.run(["callgrind_control", what, str(self.process.pid)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def count(self, target):
        """Instructions of one request, its way through libmicrohttpd included."""
        for _ in range(5):
            if self.ask(target) != 200:
                sys.exit(f"instructions.py: {target} is not answered")
        self.control("--zero")
        for _ in range(ROUNDS):
            self.ask(target)
        number = len(self.dumps())
        self.control("--dump")
        while len(self.dumps()) == number:
            time.sleep(0.05)
        with open(self.dumps()[-1], encoding="utf-8", errors="replace") as file:
            return int(re.search(r"^(?:totals|summary): (\d+)", file.read(), re.M).group(1)) // ROUNDS

    def dumps(self):
        folder = os.path.dirname(self.out)
        names = [name for name in os.listdir(folder) if re.fullmatch(r"callgrind\.out\.\d+", name)]
        return [os.path.join(folder, name) for name in
                sorted(names, key=lambda name: int(name.rsplit(".", 1)[1]))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["check", "write"])
    parser.add_argument("store")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Counted(folder, args.store) as server:
        counts = {name: server.count(target) for name, target in REQUESTS.items()}
    kept = {}
    if os.path.exists(KEPT):
        with open(KEPT, encoding="utf-8") as file:
            kept = json.load(file)
    for name, count in counts.items():
        was = kept.get(name)
        print(f"{name:20} {count:10,}" + (f" {count / was:6.2f} of {was:,}" if was else ""))
    if args.what == "write":
        with open(KEPT, "w", encoding="utf-8") as file:
            file.write(json.dumps(counts, indent=2) + "\n")
        return
    grown = [name for name, count in counts.items()
             if name not in kept or count > MOST_GROWTH * kept[name]]
    if grown:
        sys.exit(f"instructions.py: more than a tenth more instructions: {', '.join(grown)}")


if __name__ == "__main__":
    main()
