#!/usr/bin/python3
"""Start to first answer, and resident memory at rest and after a load of requests.

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


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        found = re.search(r"VmRSS:\s+([0-9]+) kB", status.read())
    return int(found.group(1)) / 1024


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


def start(store):
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    begin = time.monotonic()
    process = subprocess.Popen([arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                                "--metrics-listen", "none"], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        found = re.search(r"listening on (http://[0-9.:]+)", line)
        if found:
            first_answer(found.group(1))
            return process, found.group(1), time.monotonic() - begin
    sys.exit("memory.py: the server did not start")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    seconds = []
    for run in range(args.runs):
        process, url, elapsed = start(args.store)
        seconds.append(elapsed)
        if run == args.runs - 1:
            time.sleep(4)  # features are deflated ahead, and what building took goes back
            rest = resident_mib(process.pid)
            for i in range(500):
                box = f"{-5 + i % 10},{42 + i % 8},{-4 + i % 10},{43 + i % 8}"
                urllib.request.urlopen(f"{url}/collections/initiatives/items?bbox={box}").read()
            print(f"resident memory: {rest:.1f} MiB at rest, "
                  f"{resident_mib(process.pid):.1f} MiB after 500 viewports")
        process.terminate()
        process.wait()
    print(f"start to first answer: median {statistics.median(seconds) * 1000:.0f} ms, "
          f"worst {max(seconds) * 1000:.0f} ms of {args.runs}")


if __name__ == "__main__":
    main()
