#!/usr/bin/python3
"""Whether another build answers the same bytes: 5,000 requests of every kind, compared by hash.

What is only meant to be faster must not change an answer. `record` keeps the status, the type and
the hash of each; `compare` asks again and names the first that differ. The requests follow from the
seed and the fixtures alone, and the server has a fixed address, which answers repeat.

usage: corpus.py record|compare STORE FILE [--requests N]
"""
import argparse
import collections
import csv
import gzip
import hashlib
import http.client
import math
import os
import random
import sys
import urllib.parse

from server import SEED, Program, viewport

BASE_URL = "http://corpus.example"
FIXTURES = os.path.join(os.path.dirname(__file__), "../../fixtures")
SHOWN = 10  # differences that are named
USAGES = [f"{axe}{enjeu}{n}" for axe in "1234" for enjeu in "abc" for n in "12"]
WORDS = ["école", "vote", "mairie", "données", "fibre", "jeunes", "carte", "logiciel", "st etienne"]
CONDITIONS = ["niveau >= 4", "version = 1 AND niveau < 3", "titre LIKE '%ligne%'",
              "commune_nom IN ('Paris','Lyon') OR niveau = 5",
              "NOT date < DATE('2016-01-01') AND niveau > 1"]
FORMATS = ["csv", "geojsonseq", "geojsonl", "fgb", "json", "html"]


def read(name):
    with open(os.path.join(FIXTURES, name), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Maker:
    """Makes requests: each method one kind."""

    def __init__(self):
        self.random = random.Random(SEED)
        self.communes = [row for row in read("communes.csv") if row["type"] == "commune-actuelle"]
        self.located = [row for row in self.communes if row["lon"]]
        self.departements = [row["code"] for row in read("departements.csv")]

    def place(self):
        row = self.random.choice(self.located)
        return (float(row["lon"]) + self.random.uniform(-.1, .1),
                float(row["lat"]) + self.random.uniform(-.1, .1))

    def filters(self):
        pick = self.random.choice
        return pick(["", "", f"&axe={pick('1234')}", f"&usage={pick(USAGES)}",
                     f"&departement={pick(self.departements)}", "&niveau=5",
                     f"&commune={pick(self.communes)['code']}", "&datetime=2016-01-01/2018-12-31",
                     f"&q={urllib.parse.quote(pick(WORDS))}",
                     f"&filter={urllib.parse.quote(pick(CONDITIONS))}"])

    def box(self):
        zoom = self.random.uniform(5, 14)
        return viewport(*self.place(), zoom), int(zoom)

    def items(self):
        profile = self.random.choice(["", "&profile=compact"])
        return f"/collections/initiatives/items?limit=500&bbox={self.box()[0]}{profile}" + \
            self.filters()

    def sorted_items(self):
        by = self.random.choice(["date", "-date", "titre", "-niveau,titre", "commune"])
        return f"/collections/initiatives/items?limit=50&sortby={by}{self.filters()}"

    def files(self):
        return f"/collections/initiatives/items?f={self.random.choice(FORMATS)}&limit=100" + \
            self.filters()

    def territories(self):
        name = self.random.choice(["communes", "epcis", "departements", "regions", "labels"])
        return f"/collections/{name}/items?limit=100&bbox={self.box()[0]}"

    def lambert(self):
        crs = "http://www.opengis.net/def/crs/EPSG/0/2154"
        return f"/collections/initiatives/items?limit=20&crs={crs}{self.filters()}"

    def radius(self):
        lon, lat = self.place()
        return (f"/collections/initiatives/items?near={lon:.5f},{lat:.5f}"
                f"&radius={self.random.randint(500, 40000)}&limit=100{self.filters()}")

    def nearest(self):
        lon, lat = self.place()
        return f"/communes/nearest?lon={lon:.5f}&lat={lat:.5f}&limit={self.random.randint(1, 5)}"

    def at(self):
        lon, lat = self.place()
        return f"/communes/at?lon={lon:.6f}&lat={lat:.6f}"

    def map(self):
        box, zoom = self.box()
        cluster = self.random.choice(["", "&cluster=distance", "&cluster=admin"])
        return f"/map?bbox={box}&zoom={zoom}{cluster}{self.filters()}"

    def counts(self):
        by = self.random.choice(["region", "departement", "epci", "commune", "axe", "enjeu",
                                 "usage", "annee", "niveau"])
        return f"/counts?by={by}{self.filters()}"

    def tile(self):
        zoom = self.random.randint(0, 14)
        lon, lat = self.place()
        x = int((lon + 180) / 360 * 2 ** zoom) % 2 ** zoom
        y = mercator_row(lat, zoom)
        name = self.random.choice(["initiatives/", "communes/", "epcis/", "departements/",
                                   "regions/", ""])
        filters = self.filters()
        return f"/tiles/{name}{zoom}/{x}/{y}.mvt" + (f"?{filters[1:]}" if filters else "")

    def search(self):
        name = self.random.choice(self.communes)["nom"]
        return f"/search?q={urllib.parse.quote(name[:self.random.randint(1, len(name))])}"

    def api_geo(self):
        row = self.random.choice(self.communes)
        return self.random.choice([f"/communes/{row['code']}", f"/epcis/{row['epci']}/communes",
                                   f"/communes?nom={urllib.parse.quote(row['nom'])}&limit=5",
                                   f"/departements/{row['departement']}"])

    def feed(self):
        return f"/feed.atom?limit=20{self.filters()}"

    def page(self):
        return self.random.choice(["/embed?vue=liste", "/collections?f=html", "/api",
                                   "/integrer?f=html", "/themes", "/style.json", "/tiles.json",
                                   "/summary", "/collections/communes/schema"])


KINDS = [Maker.items, Maker.sorted_items, Maker.files, Maker.territories, Maker.lambert,
         Maker.radius, Maker.nearest, Maker.at, Maker.map, Maker.counts, Maker.tile, Maker.search,
         Maker.api_geo, Maker.feed, Maker.page]


def mercator_row(lat, zoom):
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return min(max(int(y * 2 ** zoom), 0), 2 ** zoom - 1)


def requests(count):
    maker = Maker()
    return [KINDS[i % len(KINDS)](maker) for i in range(count)]


def ask(store, targets):
    """The line of each request: status, type, hash of its body, and the request."""
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    with Program(arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                 "--metrics-listen", "none", "--base-url", BASE_URL) as server:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc)
        for i, target in enumerate(targets):
            packed = {"Accept-Encoding": "gzip"} if i % 4 == 3 else {}
            while True:
                connection.request("GET", target, headers=packed)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 503:  # while it loads
                    break
            if answer.getheader("Content-Encoding") == "gzip":
                body = gzip.decompress(body)  # which may be made in more than one way
            yield " ".join([str(answer.status), answer.getheader("Content-Type", "-").split(";")[0],
                            hashlib.sha256(body).hexdigest(), target])


def record(lines, path):
    statuses = collections.Counter()
    with open(path, "w", encoding="utf-8") as file:
        for line in lines:
            statuses[line.split(" ", 1)[0]] += 1
            file.write(line + "\n")
    print(", ".join(f"{n} of status {status}" for status, n in sorted(statuses.items())))


def compare(lines, path):
    with open(path, encoding="utf-8") as file:
        before = file.read().splitlines()
    differing = [(old, new) for old, new in zip(before, lines) if old != new]
    for old, new in differing[:SHOWN]:
        print(f"was: {old}\nis:  {new}")
    print(f"{len(before)} requests, {len(differing)} answers differ")
    return not differing


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["record", "compare"])
    parser.add_argument("store")
    parser.add_argument("file")
    parser.add_argument("--requests", type=int, default=5000)
    args = parser.parse_args()
    lines = ask(args.store, requests(args.requests))
    if args.what == "record":
        record(lines, args.file)
    elif not compare(lines, args.file):
        sys.exit(1)


if __name__ == "__main__":
    main()
