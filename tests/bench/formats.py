#!/usr/bin/python3
"""The whole of a collection in each format: MB/s, features/s, and how much memory more it takes.

usage: formats.py STORE [--runs N]
"""
import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.parse

FORMATS = ["csv", "geojsonseq", "geojsonl", "fgb", "gpkg"]
TARGET = "/collections/initiatives/items?limit=all&f="


def start(store):
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    process = subprocess.Popen([arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                                "--metrics-listen", "none",
                                "--snapshot-file=none"],  # pages of a file would count as memory
                               stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        found = re.search(r"listening on (http://[0-9.:]+)", line)
        if found:
            return process, urllib.parse.urlsplit(found.group(1)).netloc
    sys.exit("formats.py: the server did not start")


def memory_mib(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(rf"{field}:\s+([0-9]+) kB", status.read()).group(1)) / 1024


def fetch(address, target, headers=None):
    """Seconds and bytes of an answer, which is not kept, and how many features it says it has."""
    connection = http.client.HTTPConnection(address, timeout=600)
    begin, size = time.monotonic(), 0
    connection.request("GET", target, headers=headers or {})
    response = connection.getresponse()
    while piece := response.read(1 << 20):
        size += len(piece)
    seconds = time.monotonic() - begin
    if response.status != 200:
        sys.exit(f"formats.py: {target}: {response.status}")
    connection.close()
    return seconds, size, int(response.headers.get("OGC-NumberReturned", 0))


def measure(process, address, name, target, runs, headers=None):
    fetch(address, target, headers)
    with open(f"/proc/{process.pid}/clear_refs", "w", encoding="ascii") as refs:
        refs.write("5")  # the peak is counted from here on
    before = memory_mib(process.pid, "VmHWM")
    results = [fetch(address, target, headers) for _ in range(runs)]
    more = memory_mib(process.pid, "VmHWM") - before
    seconds = statistics.median(result[0] for result in results)
    size, features = results[0][1] / 1e6, results[0][2]
    per_second = f"{features / seconds:10,.0f}" if features else " " * 10
    print(f"{name:16} {size:9.1f} MB {seconds:8.3f} s {size / seconds:8.1f} MB/s "
          f"{per_second} features/s {more:8.1f} MiB more")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    process, address = start(args.store)
    try:
        while True:  # until the data is loaded
            connection = http.client.HTTPConnection(address)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                break
            time.sleep(0.05)
        time.sleep(1)  # what loading took goes back to the machine
        for name in FORMATS:
            measure(process, address, name, TARGET + name, args.runs)
        for name in FORMATS:
            measure(process, address, f"{name} 2154", f"{TARGET}{name}&crs=EPSG:2154", args.runs)
        measure(process, address, "csv, gzip", TARGET + "csv", args.runs,
                {"Accept-Encoding": "gzip"})
        measure(process, address, "geojson, 10,000",
                "/collections/initiatives/items?limit=10000", args.runs)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
