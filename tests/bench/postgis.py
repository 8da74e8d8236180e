"""A PostgreSQL with PostGIS of its own, for one benchmark: made, filled, measured; then removed, or
kept in a folder for the next run, which loads again only what has changed.

The server runs on core 0, pgbench on core 1, as arobase and wrk do. It is set up as one who serves
tiles from it would: points and polygons in web mercator, indexed, stored in the order of the index,
analyzed; polygons simplified beforehand to what a zoom can show.
"""
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

SETTINGS = {
    "listen_addresses": "", "shared_buffers": "1GB", "work_mem": "64MB", "fsync": "off",
    "maintenance_work_mem": "512MB", "jit": "off", "max_parallel_workers_per_gather": "0",
    "max_wal_size": "4GB", "autovacuum": "off",
}


def cpu_seconds(pid):
    """Of the processor, taken by a program and its children that have ended."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        numbers = stat.read().rpartition(")")[2].split()
    return sum(map(int, numbers[11:15])) / os.sysconf("SC_CLK_TCK")


def programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found:
        sys.exit("postgis.py: no PostgreSQL: install postgresql-15-postgis-3")
    return os.path.dirname(found[-1])


class Database:
    def __init__(self, kept_in=None):
        """Data are kept in that folder, which is made where there is none; None: removed."""
        self.bin = programs()
        self.folder = tempfile.mkdtemp(prefix="aro-bench-postgis-")
        self.data = os.path.abspath(kept_in) if kept_in else os.path.join(self.folder, "data")
        # PostgreSQL refuses to run as root.
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} \
            if os.geteuid() == 0 else {}
        for folder in (self.folder, self.data):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            if self.user:
                shutil.chown(folder, "postgres", "postgres")
        self.environment = {**os.environ, "PGHOST": self.folder, "PGDATABASE": "postgres",
                            "PGUSER": "postgres", "LC_ALL": "C.UTF-8"}
        self.process = None

    def run(self, program, *words, **options):
        done = subprocess.run([os.path.join(self.bin, program), *words], capture_output=True,
                              text=True, check=False, cwd=self.folder, env=self.environment,
                              **self.user, **options)
        if done.returncode != 0:
            sys.exit(f"postgis.py: {program} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def __enter__(self):
        if not os.listdir(self.data):
            self.run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                     "--no-sync")
        flags = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", os.path.join(self.bin, "postgres"), "-D", self.data, "-k",
             self.folder, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=self.folder, **self.user)
        for _ in range(300):
            if self.process.poll() is None and subprocess.run(
                    [os.path.join(self.bin, "pg_isready"), "-q", "-t", "1"],
                    env=self.environment, check=False).returncode == 0:
                break
            time.sleep(0.1)
        self.sql("CREATE EXTENSION IF NOT EXISTS postgis;"
                 "CREATE EXTENSION IF NOT EXISTS pg_prewarm;"
                 "CREATE TABLE IF NOT EXISTS loaded (name text PRIMARY KEY, source text)")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)

    def has(self, name, source):
        """Whether the table was loaded from that file as it is now, to the end."""
        return self.sql(f"SELECT count(*) FROM loaded WHERE name = '{name}'"
                        f" AND source = '{stamp(source)}'").strip() == "1"

    def note(self, name, source):
        self.sql(f"INSERT INTO loaded VALUES ('{name}', '{stamp(source)}')")

    def forget(self, name):
        self.sql(f"DELETE FROM loaded WHERE name = '{name}'; DROP TABLE IF EXISTS {name}")

    def warm(self, name):
        """Reads a table and its index into memory, where what was just loaded is anyway."""
        self.sql(f"SELECT pg_prewarm('{name}'), pg_prewarm('{name}_geom')")

    def sql(self, text, rows=None):
        """Runs statements; rows are a file that a COPY among them reads."""
        return self.run("psql", "-qtAX", "-v", "ON_ERROR_STOP=1", "-c", text,
                        stdin=rows if rows else subprocess.DEVNULL)

    def statements_a_second(self, statements, seconds):
        """Runs a list of statements again and again; statements a second of the processor."""
        script = os.path.join(self.folder, "statements.sql")
        with open(script, "w", encoding="utf-8") as file:
            file.write("".join(statement + ";\n" for statement in statements))
        os.chmod(script, 0o644)
        # A session loads its libraries and plans each statement once: not counted, but where it is
        # little beside the rest.
        first_s = self.pgbench(script, 1)
        if first_s > 2 * seconds:
            return len(statements) / first_s
        passes = max(1, round(seconds / first_s))
        return passes * len(statements) / (self.pgbench(script, 1 + passes) - first_s)

    def pgbench(self, script, passes):
        """Whole passes of one session; the server's seconds of the processor."""
        self.wait_for_sessions()
        before = cpu_seconds(self.process.pid)
        out = subprocess.run(
            ["taskset", "-c", "1", os.path.join(self.bin, "pgbench"), "-n", "-M", "prepared",
             "-c", "1", "-t", str(passes), "-f", script],
            capture_output=True, text=True, check=True, env=self.environment).stdout
        if "number of failed transactions: 0 " not in out:
            sys.exit(f"postgis.py: pgbench saw failures:\n{out}")
        self.wait_for_sessions()
        return cpu_seconds(self.process.pid) - before

    def wait_for_sessions(self):
        """Waits until no session is left: the seconds of each count when it is gone, so those of one
        before a measurement would count in it."""
        while any(map(is_session, self.children())):
            time.sleep(0.01)

    def children(self):
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as children:
            return children.read().split()


def is_session(pid):
    """Whether a process of the server serves a client, or has just ended and is not waited for."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as line:
            title = line.read()
    except OSError:
        return False
    return not title or b"[local]" in title


def stamp(path):
    """A file as it is now."""
    about = os.stat(path)
    return f"{os.path.abspath(path)} {about.st_size} {about.st_mtime_ns}".replace("'", "''")


def copied(*values):
    """A line for COPY."""
    escaped = (r"\N" if value is None else str(value).replace("\\", r"\\").replace("\t", r"\t")
               .replace("\n", r"\n").replace("\r", r"\r") for value in values)
    return "\t".join(escaped) + "\n"


def load_initiatives(database, table, features):
    """Points with the properties that tiles carry."""
    database.sql("DROP TABLE IF EXISTS initiatives_in; CREATE TABLE initiatives_in (id bigint,"
                 " titre text, date text, commune text, commune_nom text, axes text, niveau int,"
                 " lon float8, lat float8)")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as rows:
        for feature in features:
            properties = feature["properties"]
            rows.write(copied(feature["id"], properties["titre"], properties["date"],
                              properties["commune"], properties["commune_nom"],
                              ",".join(map(str, properties["axes"])), properties["niveau"],
                              *feature["geometry"]["coordinates"][:2]))
        rows.seek(0)
        database.sql("COPY initiatives_in FROM STDIN", rows)
    database.sql(f"""
        CREATE TABLE {table} AS SELECT id, titre, date, commune, commune_nom, axes, niveau,
            ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857)::geometry(Point, 3857)
            AS geom FROM initiatives_in;
        DROP TABLE initiatives_in;
        CREATE INDEX {table}_geom ON {table} USING gist (geom);
        CLUSTER {table} USING {table}_geom""")
    database.sql(f"VACUUM ANALYZE {table}")


def some_places(database, table, count):
    """lon, lat of so many rows, the same in each run; and how many rows there are."""
    lines = database.sql(f"""
        SELECT ST_X(place), ST_Y(place) FROM (SELECT ST_Transform(geom, 4326) AS place FROM
            (SELECT geom FROM {table} ORDER BY md5(id::text), id LIMIT {count}) AS chosen) AS places""")
    places = [tuple(map(float, line.split("|"))) for line in lines.split()]
    return places, int(database.sql(f"SELECT count(*) FROM {table}"))


def point_tile(table, zoom, x, y):
    return f"""SELECT length(ST_AsMVT(tile, 'initiatives', 4096, 'geom', 'id')) FROM (
        SELECT ST_AsMVTGeom(geom, ST_TileEnvelope({zoom}, {x}, {y}), 4096, 256, true) AS geom,
            id, titre, date, commune, commune_nom, axes, niveau FROM {table}
        WHERE geom && ST_TileEnvelope({zoom}, {x}, {y}, margin => 256.0 / 4096)) AS tile""".replace(
            "\n", " ")


def load_communes(database, table, features, zooms):
    """Polygons as they are, and for each zoom simplified to half of a pixel (tiles of 512)."""
    database.sql("DROP TABLE IF EXISTS communes_in; CREATE TABLE communes_in (code text, nom text,"
                 " population int, geojson text)")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as rows:
        rows.writelines(copied(*row) for row in features)
        rows.seek(0)
        database.sql("COPY communes_in FROM STDIN", rows)
    database.sql(f"""
        CREATE TABLE {table} AS SELECT row_number() OVER () AS id, code, nom, population,
            ST_Transform(ST_MakeValid(ST_GeomFromGeoJSON(geojson)), 3857) AS geom
            FROM communes_in;
        DROP TABLE communes_in""")
    for zoom in zooms:
        half_pixel_m = 40075016.686 / 512 / 2 ** zoom / 2
        at_zoom = f"{table}_{zoom}"
        database.sql(f"""
            DROP TABLE IF EXISTS {at_zoom};
            CREATE TABLE {at_zoom} AS SELECT id, code, nom, population,
                ST_SimplifyPreserveTopology(geom, {half_pixel_m}) AS geom FROM {table};
            CREATE INDEX {at_zoom}_geom ON {at_zoom} USING gist (geom);
            CLUSTER {at_zoom} USING {at_zoom}_geom""")
        database.sql(f"VACUUM ANALYZE {at_zoom}")


def commune_tile(table, zoom, x, y):
    return f"""SELECT length(ST_AsMVT(tile, 'communes', 4096, 'geom', 'id')) FROM (
        SELECT ST_AsMVTGeom(geom, ST_TileEnvelope({zoom}, {x}, {y}), 4096, 64, true) AS geom,
            id, code, nom, population FROM {table}_{zoom}
        WHERE geom && ST_TileEnvelope({zoom}, {x}, {y}, margin => 64.0 / 4096)) AS tile""".replace(
            "\n", " ")
