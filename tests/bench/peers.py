#!/usr/bin/python3
"""The questions of a map beside other programs that answer them: the same data, the same questions.

Three questions about initiatives: those in a view (boxes of a screen at zooms 9 to 14, at most
10,000), the first hundred around a place (2 to 25 km, the nearest first), and the clusters of a view.
Rates are by the seconds that the program asked took of the processor, on core 0, so that who asks
and how does not count. What each has to do for its answer:

  arobase       GeoJSON over HTTP, uncompressed
  PostGIS       GeoJSON by ST_AsGeoJSON, of which only the length is sent; pgbench asks
  MapServer     GeoJSON by WFS over FastCGI, from the GeoPackage that arobase exports; no ranking
  Redis         GEOSEARCH: ids and coordinates, without properties and without GeoJSON
  Supercluster  clusters in its own process, made into a text; no HTTP

usage: peers.py STORE… [--database FOLDER] [--seconds N] [--questions N]
"""
import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time

import fastcgi
import postgis
from server import SEED, viewport
from tiles import initiatives, rate_of, serve

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 10000
PROPERTIES = "id, titre, date, commune, commune_nom, axes, niveau"
MAPFILE = """MAP
  NAME "initiatives" PROJECTION "init=epsg:4326" END EXTENT -180 -90 180 90 UNITS DD SIZE 64 64
  WEB METADATA "wfs_enable_request" "*" "wfs_title" "initiatives" "wfs_srs" "EPSG:4326"
    "wfs_onlineresource" "http://localhost/?" END END
  OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/geo+json"
    FORMATOPTION "STORAGE=stream" FORMATOPTION "FORM=SIMPLE" END
  LAYER NAME "initiatives" TYPE POINT STATUS ON PROJECTION "init=epsg:4326" END
    CONNECTIONTYPE OGR CONNECTION "{0}" DATA "initiatives" PROCESSING "CLOSE_CONNECTION=DEFER"
    METADATA "wfs_title" "initiatives" "wfs_srs" "EPSG:4326" "wfs_getfeature_formatlist" "geojson"
      "gml_include_items" "{1}" "wfs_use_default_extent_for_getfeature" "false" END END
END
"""


def until(seconds, pid, ask, count):
    """Asks `count` questions again and again; how many a second of the processor."""
    asked, before, taken = 0, postgis.cpu_seconds(pid), 0
    while taken < seconds:
        ask()
        asked += count
        taken = postgis.cpu_seconds(pid) - before
    return asked / taken


class Questions:
    def __init__(self, features, count):
        places = [f["geometry"]["coordinates"][:2] for f in random.choices(features, k=count)]
        self.zooms = [random.uniform(9, 14) for _ in places]
        self.boxes = [tuple(map(float, viewport(lon, lat, zoom).split(",")))
                      for (lon, lat), zoom in zip(places, self.zooms)]
        self.circles = [(round(lon, 5), round(lat, 5), random.randint(2000, 25000))
                        for lon, lat in places]


def of_arobase(store, questions, seconds):
    items = f"/collections/initiatives/items?profile=compact&limit={LIMIT}&bbox="
    near = "/collections/initiatives/items?profile=compact&limit=100&near="
    boxes = [",".join(f"{value:.6f}" for value in box) for box in questions.boxes]
    paths = {
        "view": [items + box for box in boxes],
        "radius": [f"{near}{lon},{lat}&radius={m}" for lon, lat, m in questions.circles],
        "clusters": [f"/map?bbox={box}&zoom={int(zoom)}"
                     for box, zoom in zip(boxes, questions.zooms)],
    }
    with serve(store) as server:
        return {question: rate_of(server, paths[question], seconds) for question in paths}


def of_postgis(database, number, store, features, questions, seconds):
    """The table that tiles are made from, in degrees, and an index for distances."""
    table = f"sheets_{number}"
    if not database.has(table, store):
        database.forget(table)
        postgis.load_initiatives(database, "sheets_in", features)
        database.sql(f"""
            CREATE TABLE {table} AS SELECT {PROPERTIES}, ST_Transform(geom, 4326) AS geom
                FROM sheets_in;
            DROP TABLE sheets_in;
            CREATE INDEX {table}_geom ON {table} USING gist (geom);
            CLUSTER {table} USING {table}_geom;
            CREATE INDEX ON {table} USING gist ((geom::geography))""")
        database.sql(f"VACUUM ANALYZE {table}")
        database.note(table, store)
    database.warm(table)
    whole = (f"SELECT length(coalesce(string_agg(ST_AsGeoJSON(t.*, 'geom', 7), ','), '')) FROM "
             f"(SELECT geom, {PROPERTIES} FROM {table} WHERE ")
    views = [f"{whole}geom && ST_MakeEnvelope({w}, {s}, {e}, {n}, 4326) LIMIT {LIMIT}) AS t"
             for w, s, e, n in questions.boxes]
    circles = [f"{whole}ST_DWithin(geom::geography, 'SRID=4326;POINT({lon} {lat})'::geography, {m})"
               f" ORDER BY geom::geography <-> 'SRID=4326;POINT({lon} {lat})'::geography LIMIT 100)"
               " AS t" for lon, lat, m in questions.circles]
    return {"view": database.statements_a_second(views, seconds),
            "radius": database.statements_a_second(circles, seconds)}


def of_mapserver(folder, store, questions, seconds):
    arobase = os.environ.get("AROBASE", "build/server/arobase")
    package, mapfile = (os.path.join(folder, name) for name in ("sheets.gpkg", "sheets.map"))
    subprocess.run([arobase, "export", "initiatives", "--output", package, "--store", store],
                   check=True, capture_output=True)
    with open(mapfile, "w", encoding="utf-8") as file:
        file.write(MAPFILE.format(package, "titre,date,commune,commune_nom,axes,niveau"))
    config = os.path.join(folder, "mapserver.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write('CONFIG\n ENV\n MS_MAP_PATTERN "^/"\n END\nEND\n')
    query = (f"map={mapfile}&SERVICE=WFS&VERSION=1.0.0&REQUEST=GetFeature&TYPENAME=initiatives"
             f"&OUTPUTFORMAT=geojson&MAXFEATURES={LIMIT}&BBOX=")
    with fastcgi.Program(folder, ["/usr/lib/cgi-bin/mapserv"],
                         {"MAPSERVER_CONFIG_FILE": config}) as program:
        def ask():
            for box in questions.boxes:
                head, body = program.get(query + ",".join(map(str, box)))
                if not body.startswith(b'{'):
                    sys.exit(f"peers.py: MapServer answered\n{head}\n{body[:500].decode()}")
        return {"view": until(seconds, program.process.pid, ask, len(questions.boxes))}


def command(*words):
    """In Redis's protocol (redis.io, "RESP protocol spec": arrays of bulk strings)."""
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts)


def of_redis(folder, features, questions, seconds):
    path = os.path.join(folder, "redis")
    process = subprocess.Popen(["taskset", "-c", "0", "redis-server", "--port", "0", "--save", "",
                                "--unixsocket", path], stdout=subprocess.DEVNULL)

    def send(commands):
        done = subprocess.run(["taskset", "-c", "1", "redis-cli", "-s", path, "--pipe"],
                              input=b"".join(commands), capture_output=True, check=False)
        if b"errors: 0, replies: %d" % len(commands) not in done.stdout:
            sys.exit(f"peers.py: redis-cli: {done.stdout.decode()}{done.stderr.decode()}")

    try:
        while not os.path.exists(path):
            time.sleep(0.05)
        send([command("GEOADD", "sheets", *f["geometry"]["coordinates"][:2], f["id"])
              for f in features if abs(f["geometry"]["coordinates"][1]) < 85])
        views = [command("GEOSEARCH", "sheets", "FROMLONLAT", lon, lat, "BYBOX",
                         *size_km(box), "km", "COUNT", LIMIT, "ANY", "WITHCOORD")
                 for box in questions.boxes for lon, lat in [middle(box)]]
        circles = [command("GEOSEARCH", "sheets", "FROMLONLAT", lon, lat, "BYRADIUS", m, "m", "ASC",
                           "COUNT", 100, "WITHCOORD", "WITHDIST")
                   for lon, lat, m in questions.circles]
        return {name: until(seconds, process.pid, lambda c=commands: send(c), len(commands))
                for name, commands in (("view", views), ("radius", circles))}
    finally:
        process.terminate()
        process.wait()


def middle(box):
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def size_km(box):
    """Width in the middle, and height, on a sphere: what Redis takes."""
    degree_km = 6372.797560856 * math.radians(1)
    return ((box[2] - box[0]) * math.cos(math.radians(middle(box)[1])) * degree_km,
            (box[3] - box[1]) * degree_km)


def of_supercluster(features, questions, seconds):
    asked = {"points": [f["geometry"]["coordinates"][:2] for f in features], "seconds": seconds,
             "views": [[*box, int(zoom)] for box, zoom in zip(questions.boxes, questions.zooms)]}
    out = subprocess.run(["taskset", "-c", "0", "node", HERE + "/supercluster/supercluster.mjs"],
                         input=json.dumps(asked), capture_output=True, text=True, check=True).stdout
    return {"clusters": json.loads(out)["rate"]}


def bench(database, number, store, args):
    with serve(store) as server:
        features = list(initiatives(server))
    questions = Questions(features, args.questions)
    ours = of_arobase(store, questions, args.seconds)
    with tempfile.TemporaryDirectory(prefix="aro-bench-peers-") as folder:
        peers = {
            "PostGIS": of_postgis(database, number, store, features, questions, args.seconds),
            "MapServer": of_mapserver(folder, store, questions, args.seconds),
            "Redis": of_redis(folder, features, questions, args.seconds),
            "Supercluster": of_supercluster(features, questions, args.seconds),
        }
    for name, rates in peers.items():
        for question, rate in rates.items():
            print(f"{len(features):10} {question:9} {ours[question]:10.0f} {name:13} {rate:10.1f} "
                  f"{ours[question] / rate:7.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("stores", metavar="STORE", nargs="+")
    parser.add_argument("--database", metavar="FOLDER",
                        help="keeps what PostGIS has loaded, for the next run")
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=200)
    args = parser.parse_args()
    random.seed(SEED)
    print(f"{'initiatives':>10} {'question':9} {'arobase/s':>10} {'peer':13} {'peer/s':>10} "
          f"{'times':>7}", flush=True)
    with postgis.Database(args.database) as database:
        for number, store in enumerate(args.stores):
            bench(database, number, store, args)


if __name__ == "__main__":
    sys.exit(main())
