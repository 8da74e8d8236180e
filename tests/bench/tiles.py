#!/usr/bin/python3
"""Vector tiles a second, beside PostGIS: the same data, the same random tiles, one run.

PostGIS makes each tile with ST_AsMVT and gives back its length only; pgbench asks. arobase sends
tiles over HTTP to wrk, uncompressed: cold (no cache) and warm (each tile asked for before), the
latter beside the floor, a minimal libmicrohttpd program that sends as many bytes. Servers have core
0, who asks has core 1; rates are by the seconds that the server took of the processor, which are
those of the clock where nothing else runs. A tile is a random one that holds a random initiative,
or a corner of a random commune. "Each place": every initiative, those of one place as a stack, as
PostGIS gives every one; "clusters": as a map asks for them.

usage: tiles.py STORE… [--contours FILE] [--database FOLDER] [--seconds N] [--tiles N]
"""
import argparse
import gzip
import json
import math
import os
import random
import signal
import sys

import postgis
from server import SEED, Program, wrk

POINT_ZOOMS = range(5, 15)
COMMUNE_ZOOMS = range(9, 15)
MANY = 100000


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
                   "--tile-budget", "1000000", "--tile-empty-status", "200",
                   "--packed-mb", "0", "--snapshot-file=none", *flags)  # the processor's seconds count


def rate_of(server, paths, seconds, headers=None):
    """Requests a second of the processor."""
    before = postgis.cpu_seconds(server.process.pid)
    a_second, _ = wrk(server.url, paths, seconds, headers)
    return a_second * seconds / (postgis.cpu_seconds(server.process.pid) - before)


def measure(store, workloads, postgis_rate, seconds):
    """Prints a line of figures for each (name, paths). A server with many sheets takes a while to
    start: one without a cache is asked for all, then one whose cache holds all."""
    floor = os.path.join(os.path.dirname(os.environ.get("AROBASE", "build/server/arobase")),
                         "../tests/bench/floor")
    with serve(store, "--tile-cache-mb", "0") as server:
        means = [sum(len(server.get(path)) for path in paths) // len(paths)
                 for _, paths in workloads]
        colds = [rate_of(server, paths, seconds) for _, paths in workloads]
    with serve(store, "--tile-cache-mb", "4096") as server:
        for _, paths in workloads:
            for path in paths:
                server.get(path)
        warms = [rate_of(server, paths, seconds) for _, paths in workloads]
    for (name, paths), mean, cold, warm in zip(workloads, means, colds, warms):
        with Program(floor, "--bytes", str(max(mean, 1)), "--port", "0") as limit:
            best = rate_of(limit, paths, seconds)
        print(f"{name:28} {mean:10} {postgis_rate:9.1f} {cold:9.0f} {cold / postgis_rate:6.1f} "
              f"{warm:9.0f} {best:9.0f} {warm / best:6.2f}", flush=True)


def tiles_of(places, zooms):
    """A tile around each place, as many of each zoom, in a random order."""
    zooms = [zooms[i % len(zooms)] for i in range(len(places))]
    random.shuffle(zooms)
    return [tile_of(*place, zoom) for place, zoom in zip(places, zooms)]


def bench_points(database, number, store, args):
    table = f"initiatives_{number}"
    if not database.has(table, store):
        database.forget(table)
        with serve(store) as server:
            postgis.load_initiatives(database, table, initiatives(server))
        database.note(table, store)
    database.warm(table)
    places, count = postgis.some_places(database, table, args.tiles)
    if count > MANY:  # a tile of PostGIS takes up to seconds
        places = places[:max(args.tiles // 25, 1)]
    tiles = tiles_of(places, POINT_ZOOMS)
    rate = database.statements_a_second([postgis.point_tile(table, *tile) for tile in tiles],
                                        args.seconds)
    workloads = [(f"{count} initiatives, {name}",
                  [f"/tiles/initiatives/{z}/{x}/{y}.mvt{query}" for z, x, y in tiles])
                 for name, query in (("each place", "?cluster=none"), ("clusters", ""))]
    measure(store, workloads, rate, args.seconds)


def bench_communes(database, args):
    rows, table = list(communes(args.contours)), "communes"
    if not database.has(table, args.contours):
        database.forget(table)
        postgis.load_communes(database, table, rows, COMMUNE_ZOOMS)
        database.note(table, args.contours)
    for zoom in COMMUNE_ZOOMS:
        database.warm(f"{table}_{zoom}")
    places = [first_corner(random.choice(rows)[3])[:2] for _ in range(args.tiles)]
    tiles = tiles_of(places, COMMUNE_ZOOMS)
    rate = database.statements_a_second([postgis.commune_tile(table, *tile) for tile in tiles],
                                        args.seconds)
    paths = [f"/tiles/communes/{z}/{x}/{y}.mvt" for z, x, y in tiles]
    measure(args.stores[0], [(f"{len(rows)} communes", paths)], rate, args.seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stores", metavar="STORE", nargs="+")
    parser.add_argument("--contours", help="GeoJSONSeq .gz that the first store has its own from")
    parser.add_argument("--database", metavar="FOLDER",
                        help="keeps what PostGIS has loaded, for the next run")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--tiles", type=int, default=500, help="of a million: one in 25")
    args = parser.parse_args()
    random.seed(SEED)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("tiles.py: stopped"))  # and the servers with it
    print(f"{'workload':28} {'mean bytes':>10} {'PostGIS/s':>9} {'cold/s':>9} {'ratio':>6} "
          f"{'warm/s':>9} {'floor/s':>9} {'ratio':>6}", flush=True)
    with postgis.Database(args.database) as database:
        for number, store in enumerate(args.stores):
            bench_points(database, number, store, args)
        if args.contours:
            bench_communes(database, args)


if __name__ == "__main__":
    sys.exit(main())
