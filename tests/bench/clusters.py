#!/usr/bin/python3
"""How long maps and counts take under filters: latency of each request, one at a time.

For each kind of question the middle and the 99th of a hundred, in the server (its own
Server-Timing) and over HTTP. Made for a store of a million initiatives: see bench_import.sh.

usage: clusters.py STORE [--requests N] [--only QUESTION]
"""
import argparse
import http.client
import os
import random
import re
import subprocess
import sys
import time
import urllib.parse

SEED = 20261125
FRANCE = (-5.0, 41.0, 10.0, 51.5)
TOWNS = [(2.35, 48.85), (5.37, 43.3), (4.83, 45.76), (-1.55, 47.21), (3.06, 50.63), (1.44, 43.6)]
WORDS = ["fibre", "école", "télétravail", "fablab", "wifi", "numérique", "données", "associations"]


def some(generator, values, most):
    return ",".join(generator.sample(values, generator.randint(1, most)))


FILTERS = {
    "none": lambda g: {},
    "axe": lambda g: {"axe": some(g, "1234", 2)},
    "usage": lambda g: {"usage": some(g, ["1a1", "1a2", "1b1", "2a1", "3a1", "4a1"], 4)},
    "date": lambda g: {"datetime": f"{g.randint(2010, 2019)}-01-01/.."},
    "région": lambda g: {"region": some(g, ["11", "24", "32", "44", "53", "75", "76", "84"], 4)},
    "label": lambda g: {"niveau": some(g, "12345", 3)},
    "words": lambda g: {"q": g.choice(WORDS)},
    "radius": lambda g: {"near": "{},{}".format(*g.choice(TOWNS)),
                         "radius": 10 ** g.randint(4, 6)},
    "axe, date, label, région": lambda g: {
        "axe": some(g, "1234", 3), "datetime": f"{g.randint(2010, 2016)}-01-01/..",
        "niveau": some(g, "12345", 4), "region": some(g, ["11", "44", "75", "76", "84", "93"], 5)},
}


def map_of(zoom):
    def question(generator):
        if zoom <= 5:
            box = FRANCE
        else:
            lon, lat = generator.choice(TOWNS)
            half = 720 * 360 / 256 / 2 ** zoom  # a screen of 1440 pixels
            box = (lon - half, lat - half * 0.45, lon + half, lat + half * 0.45)
        return "/map", {"bbox": ",".join(f"{side:.6f}" for side in box), "zoom": zoom}
    return question


QUESTIONS = {f"map, zoom {zoom}": map_of(zoom) for zoom in (4, 6, 8, 10, 12)}
for by in ("region", "departement", "epci", "commune", "axe", "usage", "annee", "niveau"):
    QUESTIONS[f"counts by {by}"] = lambda generator, by=by: ("/counts", {"by": by})


def serve(store):
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    process = subprocess.Popen([arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                                "--metrics-listen", "none"], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        found = re.search(r"listening on http://([0-9.]+):(\d+)", line)
        if found:
            return process, http.client.HTTPConnection(found.group(1), int(found.group(2)))
    sys.exit("clusters.py: the server did not start")


def ask(connection, target):
    """Milliseconds in the server and outside of it."""
    begin = time.perf_counter()
    connection.request("GET", target, headers={"X-Server-Timing": "1"})
    answer = connection.getresponse()
    answer.read()
    outside = (time.perf_counter() - begin) * 1e3
    if answer.status != 200:
        sys.exit(f"clusters.py: {target}: {answer.status}")
    inside = sum(float(part) for part in
                 re.findall(r"dur=([0-9.]+)", answer.headers["Server-Timing"]))
    return inside, outside


def quantile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--only", default="", help="questions whose name holds this")
    args = parser.parse_args()
    process, connection = serve(args.store)
    try:
        while True:
            connection.request("GET", "/readyz")
            ready = connection.getresponse()
            ready.read()
            if ready.status == 200:
                break
            time.sleep(0.1)
        generator = random.Random(SEED)
        print(f"{'':46} {'in the server':>18} {'over HTTP':>18}")
        print(f"{'milliseconds':46} {'middle':>9}{'99th':>9} {'middle':>9}{'99th':>9}")
        for name, question in QUESTIONS.items():
            if args.only not in name:
                continue
            for what, filters in FILTERS.items():
                pairs = []
                for _ in range(args.requests):
                    path, params = question(generator)
                    params.update(filters(generator))
                    pairs.append(ask(connection, f"{path}?{urllib.parse.urlencode(params)}"))
                inside, outside = (sorted(values) for values in zip(*pairs))
                print(f"{name + ', ' + what:46} {quantile(inside, .5):9.2f}"
                      f"{quantile(inside, .99):9.2f} {quantile(outside, .5):9.2f}"
                      f"{quantile(outside, .99):9.2f}", flush=True)
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
