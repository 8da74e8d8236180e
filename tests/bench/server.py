#!/usr/bin/python3
"""Whole-server throughput beside the floor of the machine, in one run.

The floor is tests/bench/floor.c: a minimal libmicrohttpd program that answers a fixed number of
bytes, the mean size of the workload's answers. Beside it stands the same program with the sizes of
these answers, one after another: large answers delay the small ones between them, and this is what
the times of a workload whose sizes differ compare with. Server and floors run in turn on core 0
with one thread, wrk on core 1 with 16 connections. Bodies are uncompressed, but for the workloads
that ask for gzip, as browsers do: their floor has the sizes of what is sent, and behind the line
stands the sum of the sizes beside that of zlib's level 6 over each body.

usage: server.py STORE [--seconds N] [--only WORKLOAD]
"""
import argparse
import json
import math
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zlib

CONNECTIONS = 16
REQUESTS = 2000  # different requests of a workload, sent in turn
SCREEN_PX = (1024, 768)
SEED = 20260101
GZIP = {"Accept-Encoding": "gzip"}
ZLIB_BODIES = 200


class Program:
    """A server on core 0 that says `listening on http://…` on stderr."""

    def __init__(self, *command):
        self.process = subprocess.Popen(["taskset", "-c", "0", *command], stderr=subprocess.PIPE,
                                        text=True)
        self.url, self.metrics = self.said("listening on"), None
        if not self.url:
            sys.exit(f"server.py: {command[0]} did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def said(self, before):
        """The address behind these words, on the next line that has them."""
        for line in self.process.stderr:
            found = re.search(before + r" (http://[0-9.:]+)", line)
            if found:
                return found.group(1)
        return None

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return answer.read()

    def size(self, path, headers=None):
        for method in "HEAD", "GET":  # what is made while it is sent has no length before
            request = urllib.request.Request(self.url + path, method=method, headers=headers or {})
            with urllib.request.urlopen(request) as answer:
                if length := answer.headers["Content-Length"]:
                    return int(length)
                body = answer.read()
        return len(body)

    def metric(self, name):
        """The value of a gauge or counter without labels; with --metrics-listen."""
        if not self.metrics:
            self.metrics = self.said("metrics at") + "/metrics"
        with urllib.request.urlopen(self.metrics) as answer:
            return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.M).group(1))

    def wait_until_kept(self):
        """Until all that follows a load is done: features deflated ahead, the snapshot saved."""
        while not self.metric("arobase_snapshot_file_bytes"):
            time.sleep(0.1)


def copy_store(source, path):
    """As it is, whatever is in its log of writes."""
    with sqlite3.connect(source) as before, sqlite3.connect(path) as copy:
        before.backup(copy)


def places(server, count):
    """Places of initiatives, spread over the whole set: where people look."""
    step = "/collections/initiatives/items?limit=10000&profile=compact&offset="
    found, offset = [], 0
    while offset < 200000:
        page = json.loads(server.get(step + str(offset)))
        found += [f["geometry"]["coordinates"] for f in page["features"] if f["geometry"]]
        offset += 10000
        if offset >= page["numberMatched"]:
            break
    return random.choices(found, k=count)


def viewport(lon, lat, zoom):
    """The box of a screen of SCREEN_PX at a web mercator zoom (tiles of 256 px)."""
    degrees_px = 360 / (256 * 2 ** zoom)
    half_w = SCREEN_PX[0] / 2 * degrees_px
    half_h = SCREEN_PX[1] / 2 * degrees_px * math.cos(math.radians(lat))
    west, east = max(lon - half_w, -180), min(lon + half_w, 180)
    south, north = max(lat - half_h, -85), min(lat + half_h, 85)
    return f"{west:.6f},{south:.6f},{east:.6f},{north:.6f}"


def typed(communes):
    """Names as they are typed: each from its first letter to its last."""
    names = [commune["nom"] for commune in random.sample(communes, len(communes))]
    keys = [name[:n] for name in names for n in range(1, len(name) + 1)]
    return [urllib.parse.quote(key) for key in keys[:REQUESTS]]


def workloads(server):
    somewhere = places(server, REQUESTS)
    zooms = [random.uniform(9, 14) for _ in somewhere]
    boxes = [viewport(lon, lat, zoom) for (lon, lat), zoom in zip(somewhere, zooms)]
    items = "/collections/initiatives/items?limit=10000&"
    near = [f"{items.replace('10000', '100')}near={lon:.5f},{lat:.5f}&radius="
            f"{random.randint(2000, 25000)}&profile=compact" for lon, lat in somewhere]
    communes = [commune for commune in json.loads(server.get("/communes"))
                if commune["codesPostaux"]]
    random.shuffle(communes)
    keys = typed(communes)
    jittered = [(lon + random.uniform(-.2, .2), lat + random.uniform(-.2, .2))
                for lon, lat in somewhere]
    return {
        "viewports, compact": [f"{items}profile=compact&bbox={box}" for box in boxes],
        "viewports, full": [f"{items}bbox={box}" for box in boxes],
        "viewports, compact, gzip": [f"{items}profile=compact&bbox={box}" for box in boxes],
        "viewports, full, gzip": [f"{items}bbox={box}" for box in boxes],
        "map under budget": [f"/map?bbox={box}&zoom={int(zoom)}"
                             for box, zoom in zip(boxes, zooms)],
        "radius 2-25 km, first 100": near,
        "nearest commune": [f"/communes/nearest?lon={min(lon, 180):.5f}&lat={lat:.5f}"
                            for lon, lat in jittered],
        "commune at a place": [f"/communes/at?lon={min(lon, 180):.5f}&lat={lat:.5f}"
                               for lon, lat in jittered],
        "API Géo: name, each key": [f"/communes?nom={key}&limit=5" for key in keys],
        "API Géo: name, boosted": [f"/communes?nom={key}&limit=5&boost=population"
                                   for key in keys],
        "API Géo: postal code": [f"/communes?codePostal={commune['codesPostaux'][0]}"
                                 for commune in communes[:REQUESTS]],
        "API Géo: code": [f"/communes/{commune['code']}" for commune in communes[:REQUESTS]],
        "count by region": [f"/counts?by=region&axe={1 + i % 4}" for i in range(REQUESTS)],
    }


def wrk(url, paths, seconds, headers=None):
    """Requests a second and 99th percentile in ms; a failed request ends the run."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        listed = ",\n".join(json.dumps(path) for path in paths)
        for name, value in (headers or {}).items():
            script.write(f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n")
        script.write(f"local paths = {{{listed}}}\nlocal i = 0\n"
                     "request = function() i = i % #paths + 1\n"
                     "return wrk.format('GET', paths[i]) end\n")
        script.flush()
        out = subprocess.run(
            ["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "--timeout", "60s",
             "--latency", "-s", script.name, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"server.py: wrk saw failed requests:\n{out}")
    rate = float(re.search(r"Requests/sec:\s+([0-9.]+)", out).group(1))
    value, unit = re.search(r"99%\s+([0-9.]+)(us|ms|s)", out).groups()
    return rate, float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    random.seed(SEED)
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    floor = os.path.join(os.path.dirname(arobase), "../tests/bench/floor")
    with Program(arobase, "serve", "--store", args.store, "--listen", "127.0.0.1:0",
                 "--metrics-listen", "127.0.0.1:0", "--threads", "1") as server:
        server.wait_until_kept()
        print(f"{'workload':28} {'mean bytes':>10} {'arobase/s':>10} {'p99 ms':>7} "
              f"{'floor/s':>9} {'p99 ms':>7} {'ratio':>6} {'mixed/s':>9} {'p99 ms':>7} {'ratio':>6}")
        for name, paths in workloads(server).items():
            if args.only not in name:
                continue
            headers = GZIP if "gzip" in name else None
            sizes = [server.size(path, headers) for path in paths]
            mean = sum(sizes) // len(sizes)
            rate, p99 = wrk(server.url, paths, args.seconds, headers)
            print(f"{name:28} {mean:10} {rate:10.0f} {p99:7.2f}", end="", flush=True)
            for listed in [mean], sizes:
                with Program(floor, "--bytes", ",".join(map(str, listed))) as limit:
                    best, best_p99 = wrk(limit.url, paths, args.seconds)
                print(f" {best:9.0f} {best_p99:7.2f} {rate / best:6.2f}", end="", flush=True)
            if headers:
                best = sum(len(zlib.compress(server.get(path), 6)) for path in paths[:ZLIB_BODIES])
                print(f"   {sum(sizes[:ZLIB_BODIES]) / best:.2f} x zlib 6", end="")
            print(flush=True)


if __name__ == "__main__":
    main()
