#!/usr/bin/python3
"""Vector tiles a second, beside PostGIS: the same data, the same random tiles, one run.

PostGIS makes each tile with ST_AsMVT and gives back its length only; pgbench asks. arobase sends
tiles over HTTP to wrk, uncompressed: cold (no cache) and warm (each tile asked for before), the
latter beside the floor, a minimal libmicrohttpd program that sends as many bytes. Servers have core
0, who asks has core 1; rates are by the seconds that the server took of the processor, which are
those of the clock where nothing else runs. A tile is a random one that holds a random initiative,
or a corner of a random commune. "Each place": every initiative, those of one place as a stack, as
PostGIS gives every one; "clusters": as a map asks for them.

usage: tiles.py STORE… [--contours FILE] [--seconds N] [--tiles N]
"""
import argparse
import gzip
import json
import math
import os
import random
import sys

import postgis
from server import SEED, Program, wrk

POINT_ZOOMS = range(5, 15)
COMMUNE_ZOOMS = range(9, 15)


def tile_of(lon, lat, zoom):
    n = 2 ** zoom
    y = math.asinh(math.tan(math.radians(max(min(lat, 85), -85))))
    return zoom, min(int((lon + 180) / 360 * n), n - 1), min(int((1 - y / math.pi) / 2 * n), n - 1)


def initiatives(server):
    """All that have a place, page after page."""
    link = "/collections/initiatives/items?limit=10000&profile=compact"
    while link:
        page = json.loads(server.get(link))
        yield from (feature for feature in page["features"] if feature["geometry"])
        link = next((one["href"][one["href"].index("/collections"):] for one in page["links"]
                     if one["rel"] == "next"), None)


def communes(path):
    """(code, nom, population, GeoJSON) of each contour in the file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            feature = json.loads(line)
            yield (feature["properties"]["code"], feature["properties"]["nom"], 0,
                   json.dumps(feature["geometry"]))


def first_corner(geojson):
    at = json.loads(geojson)["coordinates"]
    while isinstance(at[0], list):
        at = at[0]
    return at


def serve(store, *flags):
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    return Program(arobase, "serve", "--store", store, "--listen", "127.0.0.1:0",
                   "--metrics-listen", "none", "--threads", "1", "--items-max", "10000",
                   "--tile-budget", "1000000", "--tile-empty-status", "200", *flags)


def rate_of(server, paths, seconds):
    """Requests a second of the processor."""
    before = postgis.cpu_seconds(server.process.pid)
    a_second, _ = wrk(server.url, paths, seconds)
    return a_second * seconds / (postgis.cpu_seconds(server.process.pid) - before)


def measure(name, store, paths, postgis_rate, seconds):
    """Prints a line of figures. Both caches hold what they are asked for: cold none, warm all."""
    floor = os.path.join(os.path.dirname(os.environ.get("AROBASE", "build/server/arobase")),
                         "../tests/bench/floor")
    with serve(store, "--tile-cache-mb", "0") as server:
        mean = sum(len(server.get(path)) for path in paths) // len(paths)
        cold = rate_of(server, paths, seconds)
    with serve(store, "--tile-cache-mb", "4096") as server:
        for path in paths:
            server.get(path)
        warm = rate_of(server, paths, seconds)
    with Program(floor, "--bytes", str(max(mean, 1)), "--port", "0") as limit:
        best = rate_of(limit, paths, seconds)
    print(f"{name:28} {mean:10} {postgis_rate:9.0f} {cold:9.0f} {cold / postgis_rate:6.1f} "
          f"{warm:9.0f} {best:9.0f} {warm / best:6.2f}", flush=True)


def bench_points(database, store, args):
    with serve(store) as server:
        places = postgis.load_initiatives(database, initiatives(server))
    tiles = [tile_of(*random.choice(places), random.choice(POINT_ZOOMS))
             for _ in range(args.tiles)]
    rate = database.tiles_a_second([postgis.point_tile(*tile) for tile in tiles], args.seconds)
    database.sql("DROP TABLE initiatives")
    for name, query in (("each place", "?cluster=none"), ("clusters", "")):
        paths = [f"/tiles/initiatives/{z}/{x}/{y}.mvt{query}" for z, x, y in tiles]
        measure(f"{len(places)} initiatives, {name}", store, paths, rate, args.seconds)


def bench_communes(database, args):
    rows = list(communes(args.contours))
    postgis.load_communes(database, rows, COMMUNE_ZOOMS)
    tiles = [tile_of(*first_corner(random.choice(rows)[3])[:2], random.choice(COMMUNE_ZOOMS))
             for _ in range(args.tiles)]
    rate = database.tiles_a_second([postgis.commune_tile(*tile) for tile in tiles], args.seconds)
    paths = [f"/tiles/communes/{z}/{x}/{y}.mvt" for z, x, y in tiles]
    measure(f"{len(rows)} communes", args.stores[0], paths, rate, args.seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stores", metavar="STORE", nargs="+")
    parser.add_argument("--contours", help="GeoJSONSeq .gz that the first store has its own from")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--tiles", type=int, default=500)
    args = parser.parse_args()
    random.seed(SEED)
    print(f"{'workload':28} {'mean bytes':>10} {'PostGIS/s':>9} {'cold/s':>9} {'ratio':>6} "
          f"{'warm/s':>9} {'floor/s':>9} {'ratio':>6}", flush=True)
    with postgis.Database() as database:
        for store in args.stores:
            bench_points(database, store, args)
        if args.contours:
            bench_communes(database, args)


if __name__ == "__main__":
    sys.exit(main())
