#!/usr/bin/python3
"""Start to first answer, and resident memory at rest and after a load of requests: where the store
is read, and where the snapshot is mapped that an earlier start has saved.

usage: memory.py STORE [--runs N]
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request


def resident(pid):
    """What is of the process alone, and what of the files that it maps."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        text = status.read()
    own, file = (int(re.search(rf"{name}:\s+([0-9]+) kB", text).group(1)) / 1024
                 for name in ("RssAnon", "RssFile"))
    return f"{own:.1f} MiB of its own, {file:.1f} MiB of mapped files"


def first_answer(url):
    """Waits for the data: until then the server answers 503."""
    while True:
        try:
            with urllib.request.urlopen(url + "/communes/nearest?lon=5.05&lat=43.4") as answer:
                answer.read()
                return
        except urllib.error.HTTPError as refused:
            if refused.code != 503:
                raise
            time.sleep(0.001)


def start(store, *flags):
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    begin = time.monotonic()
    process = subprocess.Popen([arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                                "--metrics-listen", "127.0.0.1:0", *flags],
                               stderr=subprocess.PIPE, text=True)
    found = {}
    for line in process.stderr:
        found.update(re.findall(r"(listening|metrics) (?:on|at) (http://[0-9.:]+)", line))
        if len(found) == 2:
            first_answer(found["listening"])
            return process, found, time.monotonic() - begin
    sys.exit("memory.py: the server did not start")


def wait_for_metric(urls, name):
    while True:
        with urllib.request.urlopen(urls["metrics"] + "/metrics") as answer:
            if float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.M).group(1)) > 0:
                return
        time.sleep(0.1)


def measure(what, store, runs, metric, *flags):
    seconds = []
    for run in range(runs):
        process, urls, elapsed = start(store, *flags)
        seconds.append(elapsed)
        if run == runs - 1:
            wait_for_metric(urls, metric)
            time.sleep(1)  # what building took goes back
            print(f"{what}: {resident(process.pid)} at rest")
            for i in range(500):
                box = f"{-5 + i % 10},{42 + i % 8},{-4 + i % 10},{43 + i % 8}"
                target = f"{urls['listening']}/collections/initiatives/items?bbox={box}"
                with urllib.request.urlopen(target) as answer:
                    answer.read()
            print(f"{what}: {resident(process.pid)} after 500 viewports")
        process.terminate()
        process.wait()
    print(f"{what}: start to first answer: median {statistics.median(seconds) * 1000:.0f} ms, "
          f"worst {max(seconds) * 1000:.0f} ms of {runs}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    measure("read from the store", args.store, args.runs, "arobase_packed", "--snapshot-file=none")
    process, urls, _ = start(args.store)
    wait_for_metric(urls, "arobase_snapshot_file_bytes")
    process.terminate()
    process.wait()
    measure("saved snapshot", args.store, args.runs, "arobase_snapshot_file_bytes")


if __name__ == "__main__":
    main()
