"""Collections as files: CSV, GeoJSON text sequences, FlatGeobuf, GeoPackage.

Whatever the format, the features and their values are those of the GeoJSON answer.
"""
import csv
import gzip
import http.client
import io
import json
import os
import pathlib
import re
import resource
import signal
import socket
import sqlite3
import subprocess

import pytest
from conftest import Server, arobase, make_store, serving, until, until_packed

ITEMS = "/collections/initiatives/items"
COMMUNES = "/collections/communes/items"
LIEU = ["nom", "adresse", "code_postal", "telephone", "type"]
FILES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "geojsonseq": "application/geo+json-seq",
    "geojsonl": "application/x-ndjson",
    "fgb": "application/flatgeobuf",
    "gpkg": "application/geopackage+sqlite3",
}
QUERIES = [
    f"{ITEMS}?region=84",
    f"{ITEMS}?departement=13&axe=1",
    f"{ITEMS}?near=5.37,43.29&radius=30000",
    f"{ITEMS}?bbox=-62,14,-60,17",
    f"{ITEMS}?q=mediatheque&profile=compact",
    f"{ITEMS}?departement=2A,2B&properties=titre,lieu,themes",
    f"{ITEMS}?datetime=1900-01-01",
    f"{COMMUNES}?departement=2A",
    f"{COMMUNES}?region=93&properties=code,nom,initiatives&axe=1&datetime=2018-01-01/..",
    "/collections/epcis/items?region=93",
    "/collections/departements/items?region=84",
    "/collections/regions/items",
    "/collections/labels/items?departement=13",
]
# Some of its communes have no place.
PLACELESS = f"{COMMUNES}?limit=10000"


def with_format(target, f, limit="all"):
    target = re.sub(r"[?&]limit=\d+", "", target)
    return f"{target}{'&' if '?' in target else '?'}f={f}&limit={limit}"


def fetch(server, target, f, **options):
    answer = server.get(with_format(target, f), **options)
    assert answer.status == 200, answer.body[:300]
    assert answer.headers["Content-Type"] == FILES[f]
    return answer


def expected(features):
    """The rows that a file has, by what the GeoJSON says."""
    rows = []
    for feature in features:
        row = {"id": feature["id"]}
        for name, value in feature["properties"].items():
            if name == "lieu":
                row |= {f"lieu_{part}": (value or {}).get(part) for part in LIEU}
            else:
                row[name] = value
        geometry = feature["geometry"]
        row["place"] = tuple(geometry["coordinates"]) if geometry else None
        rows.append(row)
    return rows


def same(row, want):
    """A file has a column for what any feature of its collection can have."""
    return all(row.get(name) == value for name, value in want.items()) and all(
        value in (None, "") for name, value in row.items() if name not in want)


def check_rows(rows, features, key="id"):
    wanted = expected(features)
    assert len(rows) == len(wanted)
    for row, want in zip(rows, wanted):
        if key not in row:
            want.pop("id")
        assert same(row, want), [(name, row.get(name), want.get(name)) for name in {*row, *want}
                                 if row.get(name) != want.get(name)]


# ---- Reading files ----

def read_csv(body, dialect=None):
    """The rows with the types of GeoJSON, which CSV does not have."""
    text = body.decode("utf-8-sig" if dialect != "rfc4180" else "utf-8")
    comma = "," if dialect == "rfc4180" else ";"
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=comma, strict=True)
    return reader.fieldnames, list(reader)


def typed(cells, feature):
    """A row of CSV with the types of a feature's values."""
    row = {}
    values = expected([feature])[0]
    for name, cell in cells.items():
        value = values.get(name)
        if cell == "":
            row[name] = [] if value == [] else None
        elif isinstance(value, list) and value and isinstance(value[0], str):
            row[name] = cell.split("|")
        elif isinstance(value, (list, dict)):
            row[name] = json.loads(cell)
        elif isinstance(value, (int, float)):
            row[name] = float(cell) if isinstance(value, float) else int(cell)
        else:
            row[name] = cell[1:] if re.match(r"'+[=+\-@\t\r\n]", cell) else cell
    lon, lat, wkt = row.pop("lon"), row.pop("lat"), row.pop("wkt")
    row["place"] = (float(lon), float(lat)) if lon else None
    assert (wkt or "") == (f"POINT ({lon} {lat})" if lon else "")
    return row


def run(*words):
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_with_gdal(path, layer, *options):
    """The features as GDAL sees them."""
    out = run("ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", path, layer, *options)
    rows = []
    for line in out.splitlines():
        feature = json.loads(line)
        row = dict(feature["properties"])
        if "id" in feature:
            row["id"] = feature["id"]
        geometry = feature["geometry"]
        row["place"] = tuple(geometry["coordinates"]) if geometry else None
        rows.append(row)
    return rows


def as_geojson_has_it(row, feature):
    """GDAL's texts of lists and dates as GeoJSON has them."""
    values = expected([feature])[0]
    changed = {}
    for name, value in row.items():
        want = values.get(name)
        if isinstance(value, str) and isinstance(want, (list, dict)):
            value = json.loads(value)
        elif isinstance(value, str) and name in ("date", "created_at", "updated_at"):
            value = value.replace("/", "-").replace(" ", "T")
            value = value[:10] if name == "date" else re.sub(r"(\.000)?(\+00(:?00)?|Z)$", "Z", value)
        elif name == "place" and value and want:
            # GDAL prints 15 digits; the files hold the same numbers.
            value = want if all(abs(a - b) < 1e-9 for a, b in zip(value, want)) else value
        changed[name] = value
    return changed


# ---- Values ----

@pytest.mark.parametrize("target", QUERIES + [PLACELESS])
@pytest.mark.parametrize("dialect", [None, "rfc4180"])
def test_csv_is_the_geojson(server, target, dialect):
    features = server.pages_of(target)
    suffix = f"&dialect={dialect}" if dialect else ""
    answer = server.get(with_format(target, "csv") + suffix)
    assert answer.body.startswith(b"\xef\xbb\xbf") == (dialect is None)
    assert answer.body.count(b"\n") == answer.body.count(b"\r\n") + sum(
        json.dumps(feature, ensure_ascii=False).count("\\n") for feature in features)
    names, rows = read_csv(answer.body, dialect)
    assert names[-3:] == ["lon", "lat", "wkt"]
    check_rows([typed(row, feature) for row, feature in zip(rows, features)], features)
    assert len(rows) == len(features)


@pytest.mark.parametrize("target", QUERIES)
def test_sequences_are_the_geojson(server, target):
    features = server.pages_of(target)
    sequence = fetch(server, target, "geojsonseq").body
    assert sequence.count(b"\x1e") == len(features)
    assert [json.loads(text) for text in sequence.split(b"\x1e")[1:]] == features
    assert all(text.endswith(b"\n") for text in sequence.split(b"\x1e")[1:])
    lines = fetch(server, target, "geojsonl").body
    assert lines == sequence.replace(b"\x1e", b"")
    assert [json.loads(line) for line in lines.splitlines()] == features


@pytest.mark.parametrize("f", ["fgb", "gpkg"])
@pytest.mark.parametrize("target", QUERIES)
def test_gdal_reads_the_geojson(server, tmp_path, f, target):
    features = server.pages_of(target)
    layer = target.split("/")[2]
    path = tmp_path / f"file.{f}"
    path.write_bytes(fetch(server, target, f).body)
    summary = run("ogrinfo", "-so", path, layer)
    assert "Geometry: Point" in summary
    assert 'ID["EPSG",4326]' in summary
    if features:
        assert f"Feature Count: {len(features)}" in summary
    rows = read_with_gdal(path, layer)
    if f == "gpkg" and layer == "initiatives":
        # Rows of a GeoPackage are read in the order of their numbers.
        features = sorted(features, key=lambda feature: feature["id"])
    if layer != "initiatives":  # their ids are no numbers: GDAL counts the rows
        for row in rows:
            row.pop("id", None)
    check_rows([as_geojson_has_it(*pair) for pair in zip(rows, features)], features)


@pytest.mark.parametrize("f", ["fgb", "gpkg"])
def test_gdal_finds_by_the_index(server, tmp_path, f):
    path = tmp_path / f"file.{f}"
    path.write_bytes(fetch(server, ITEMS, f).body)
    for box in ["5,43,6,44", "-62,14,-60,17", "-180,-25,180,60", "2.3,48.8,2.4,48.9", "30,30,31,31"]:
        want = server.json(f"{ITEMS}?bbox={box}&limit=1")["numberMatched"]
        summary = run("ogrinfo", "-so", path, "initiatives", "-spat", *box.split(","))
        assert f"Feature Count: {want}" in summary


@pytest.mark.parametrize("f", ["fgb", "gpkg"])
def test_features_without_a_place_are_there(server, tmp_path, f):
    features = server.pages_of(PLACELESS)
    placeless = {feature["id"] for feature in features if not feature["geometry"]}
    assert placeless
    path = tmp_path / f"file.{f}"
    path.write_bytes(fetch(server, PLACELESS, f).body)
    rows = read_with_gdal(path, "communes", "-select", "code")
    assert len(rows) == len(features)
    assert {row["code"] for row in rows if not row["place"]} == placeless


def test_geopackage_is_sound(server, tmp_path):
    path = tmp_path / "file.gpkg"
    body = fetch(server, f"{ITEMS}?departement=13", "gpkg").body
    path.write_bytes(body)
    db = sqlite3.connect(path)
    assert body[68:72] == b"GPKG"
    assert db.execute("PRAGMA user_version").fetchone() == (10300,)
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("SELECT rtreecheck('rtree_initiatives_geom')").fetchone() == ("ok",)
    titles = dict(db.execute("SELECT column_name, title FROM gpkg_data_columns"))
    assert titles["themes"] == "Thèmes"
    key, geom = db.execute("SELECT id, geom FROM initiatives ORDER BY id").fetchone()
    box = db.execute("SELECT minx, maxx FROM rtree_initiatives_geom WHERE id = ?", [key]).fetchone()
    assert geom[:8] == b"GP\0\1\xe6\x10\0\0" and box[0] <= box[1]
    # GDAL may change it: its triggers then keep the index right.
    run("ogrinfo", path, "-sql", f"DELETE FROM initiatives WHERE id = {key}")
    db = sqlite3.connect(path)
    gone = db.execute("SELECT count(*) FROM rtree_initiatives_geom WHERE id = ?", [key]).fetchone()
    assert gone == (0,)


# ---- Spreadsheets ----

def test_excel_keeps_codes(server):
    target = with_format(f"{COMMUNES}?departement=01&properties=code,nom,population", "csv")
    body = server.get(target + "&dialect=excel").body.decode("utf-8-sig")
    assert '"=""01004""";"Ambérieu-en-Bugey";' in body
    assert re.search(r'^"=""01004""";"[^"]*";\d+;', body, re.M)
    plain = server.get(target).body.decode("utf-8-sig")
    assert '"01004";"Ambérieu-en-Bugey";' in plain


FORMULAS = ["=1+1", "+33 4 42 00 00 00", "-20 % en un an", "@SUM(A1:A9)", "=cmd|'/C calc'!A0",
            "'=déjà gardé", "''-deux fois", "' simple", "a=1", '=HYPERLINK("http://x";"y")']


@pytest.fixture(scope="module")
def formulas(tmp_path_factory):
    """A store whose titles would be formulas."""
    folder = tmp_path_factory.mktemp("formulas")
    rows = folder / "rows.csv"
    with rows.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "source_id", "titre", "date", "actions", "commune", "themes"])
        for i, text in enumerate(FORMULAS):
            # An import takes one guarding apostrophe away.
            guarded = "'" + text if re.match(r"'+[=+\-@]", text) else text
            writer.writerow(["essai", i, guarded, "2020-01-02", f"Ligne un\n{text}", "13056", "1a1"])
    store = folder / "store.sqlite"
    make_store(store, rows)
    with serving(store) as running:
        yield running


def test_no_cell_is_a_formula(formulas):
    titles = {f["properties"]["source_id"]: f["properties"]["titre"]
              for f in formulas.json(ITEMS)["features"]}
    assert [titles[str(i)] for i in range(len(FORMULAS))] == FORMULAS
    body = formulas.get(with_format(ITEMS, "csv")).body
    _, rows = read_csv(body)
    for row in rows:
        cells = [cell for name, cell in row.items() if name not in ("lon", "lat")]
        assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r\n")]
        want = FORMULAS[int(row["source_id"])]
        guarded = re.match(r"'*[=+\-@]", want)
        assert row["titre"] == ("'" + want if guarded else want)
    raw = read_csv(formulas.get(with_format(ITEMS, "csv") + "&dialect=rfc4180").body, "rfc4180")[1]
    assert sorted(row["titre"] for row in raw) == sorted(FORMULAS)


def fingerprint(features):
    """What an import brings back: all but the numbers that a store gives itself."""
    rows = {}
    for row in expected(features):
        for name in ("id", "created_at", "updated_at", "version"):
            row.pop(name)
        rows[row["source"], row["source_id"]] = row
    return rows


@pytest.mark.parametrize("dialect", ["spreadsheet", "rfc4180"])
def test_an_export_can_be_imported(server, formulas, tmp_path, dialect):
    sources = [(server, f"{ITEMS}?departement=13")]
    if dialect == "spreadsheet":
        sources.append((formulas, ITEMS))  # what is guarded comes back as it was
    for source, target in sources:
        features = source.pages_of(target)
        path = tmp_path / "export.csv"
        path.write_bytes(source.get(with_format(target, "csv") + f"&dialect={dialect}").body)
        store = tmp_path / "again.sqlite"
        store.unlink(missing_ok=True)
        make_store(store, path)
        with serving(store) as again:
            assert fingerprint(again.pages_of(ITEMS)) == fingerprint(features)
            # A second time nothing changes.
            done = arobase("import", "initiatives", path, "--store", store)
            assert done.returncode == 0, done.stderr
            assert again.json(ITEMS)["features"][0]["properties"]["version"] == 1


# ---- HTTP ----

@pytest.mark.parametrize("f", FILES)
def test_the_same_bytes_again(server, f):
    target = f"{ITEMS}?region=11"
    first, second = fetch(server, target, f), fetch(server, target, f)
    assert first.body == second.body
    assert first.headers["ETag"] == second.headers["ETag"]


@pytest.mark.parametrize("f", FILES)
def test_gzip_head_and_304(server, f):
    target = f"{ITEMS}?region=93"
    plain = fetch(server, target, f)
    packed = fetch(server, target, f, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] == plain.headers["ETag"][:-1] + '-gz"'
    head = server.get(with_format(target, f), method="HEAD")
    assert head.status == 200 and head.body == b""
    for name in ["ETag", "Content-Type", "Content-Disposition", "OGC-NumberMatched", "Vary"]:
        assert head.headers[name] == plain.headers[name]
    for tag in (plain.headers["ETag"], "*"):
        held = server.get(with_format(target, f), headers={"If-None-Match": tag})
        assert held.status == 304 and held.body == b""
    assert plain.headers["Access-Control-Allow-Origin"] == "*"
    assert "Accept" in plain.headers["Vary"]
    server.get(ITEMS + "?limit=1")  # the connection is still good


def test_accept_chooses(server):
    for f, kind in FILES.items():
        kind = kind.split(";")[0]
        answer = server.get(f"{ITEMS}?limit=2", headers={"Accept": kind})
        assert answer.headers["Content-Type"] == FILES[f]
    for accept in ("*/*", "application/*", "application/json"):
        answer = server.get(f"{ITEMS}?limit=2", headers={"Accept": accept})
        assert answer.headers["Content-Type"] == "application/geo+json"
    answer = server.get(f"{ITEMS}?limit=2&f=csv", headers={"Accept": "application/json"})
    assert answer.headers["Content-Type"] == FILES["csv"]


def test_files_come_in_pages_too(server):
    """Without limit=all a file is a page as any other, and says where the next one is."""
    features = server.pages_of(f"{ITEMS}?departement=59")
    target, found = f"{ITEMS}?departement=59&f=geojsonl&limit=100", []
    while target:
        answer = server.get(target)
        assert answer.headers["OGC-NumberMatched"] == str(len(features))
        lines = [json.loads(line) for line in answer.body.splitlines()]
        assert answer.headers["OGC-NumberReturned"] == str(len(lines))
        found += lines
        link = re.match(r'<http://[^/]+([^>]*)>; rel="next"', answer.headers["Link"])
        target = link and link.group(1)
    assert found == features
    by_offset = server.get(f"{ITEMS}?departement=59&f=geojsonl&limit=all&offset=7").body
    assert [json.loads(line) for line in by_offset.splitlines()] == features[7:]


@pytest.mark.parametrize("query, name", [
    ("", "initiatives"),
    ("departement=13", "initiatives-departement-13"),
    ("region=93&departement=2A,2B", "initiatives-departement-2a-2b-region-93"),
    ("q=L'%C3%A9cole+%22num%C3%A9rique%22", "initiatives-l-ecole-numerique"),
    ("near=5.37,43.29", "initiatives-near-5-37-43-29"),
    ("commune=" + ",".join(["13056"] * 40), "initiatives"),
])
def test_file_names(server, query, name):
    answer = server.get(f"{ITEMS}?{query}&f=csv&limit=1", method="HEAD")
    found = re.match(r'attachment; filename="(.*)-\d{4}-\d\d-\d\d\.csv"$',
                     answer.headers["Content-Disposition"])
    assert found and found.group(1) == name


@pytest.mark.parametrize("query, parameter, words", [
    ("limit=all", "limit", "f=csv"),
    ("f=json&limit=all", "limit", "f=csv"),
    ("f=csv&limit=ALL", "limit", "ALL"),
    ("f=csv&dialect=dos", "dialect", "rfc4180"),
    ("f=gpkg&dialect=rfc4180", "dialect", "f=csv"),
    ("f=xlsx", "f", "gpkg"),
])
def test_what_is_wrong_is_said(server, query, parameter, words):
    problem = server.problem(f"{ITEMS}?{query}")
    assert problem["parameter"] == parameter
    assert words in problem["detail"]


def test_members_of_a_cluster_are_files_too(server):
    found = server.json("/map?bbox=-5,41,9,51&zoom=5&cluster=distance")
    cluster = next(f for f in found["features"] if f["properties"].get("cluster"))
    target = f"/clusters/{cluster['id']}/items"
    lines = server.get(f"{target}?f=geojsonl&limit=all").body.splitlines()
    assert len(lines) == cluster["properties"]["count"]


def test_links_name_the_formats(server):
    document = server.json(f"{ITEMS}?departement=13&limit=5")
    links = {link["type"]: link for link in document["links"] if link["rel"] == "alternate"}
    for f, kind in FILES.items():
        link = links[kind]
        answer = server.get(link["href"][len(server.url):])
        assert answer.status == 200 and answer.headers["Content-Type"] == kind
        assert answer.headers["OGC-NumberReturned"] == "5"


# ---- What breaks ----

def broken_server(store, *flags):
    """A server whose files cannot grow beyond 300 kB."""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    original = subprocess.Popen
    subprocess.Popen = lambda *words, **options: original(*words, preexec_fn=limit, **options)
    try:
        return Server(store, *flags)
    finally:
        subprocess.Popen = original
        assert resource.getrlimit(resource.RLIMIT_FSIZE) == before


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("f", ["fgb", "gpkg"])
def test_a_broken_file_looks_broken(store, f, version):
    """The disk is full in the middle: no client can take what came for the whole."""
    server = broken_server(store)
    try:
        with socket.create_connection(server.address, timeout=60) as peer:
            peer.sendall(f"GET {with_format(ITEMS, f)} HTTP/{version}\r\nHost: x\r\n\r\n".encode())
            received = b""
            with pytest.raises(ConnectionResetError):
                while piece := peer.recv(1 << 16):
                    received += piece
        assert b"\r\n0\r\n\r\n" not in received
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            connection = http.client.HTTPConnection(*server.address, timeout=60)
            connection.request("GET", with_format(ITEMS, f))
            connection.getresponse().read()
        assert server.json(f"{ITEMS}?limit=1")["numberReturned"] == 1  # it lives
        assert server.get(with_format(ITEMS, "csv")).status == 200  # and needs no file for this
    finally:
        code, rest = server.stop()
    assert code == 0
    assert 'event="answer broken off"' in rest


def test_no_folder_for_files(store, tmp_path):
    """Nothing of the answer is there yet: it is an error as any other."""
    with serving(store, "--temp-folder", tmp_path / "none") as server:
        for f in ("fgb", "gpkg"):
            problem = server.problem(with_format(ITEMS, f), status=500)
            assert "log" in problem["detail"]
        assert server.get(with_format(ITEMS, "csv")).status == 200


def test_a_client_that_goes_leaves_nothing(store, tmp_path):
    folder = tmp_path / "temp"
    folder.mkdir()
    with serving(store, "--temp-folder", folder) as server:
        for f in FILES:
            with socket.create_connection(server.address, timeout=60) as peer:
                peer.sendall(f"GET {with_format(ITEMS, f)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                peer.recv(1000)
        for f in FILES:
            fetch(server, f"{ITEMS}?departement=13", f)
        assert os.listdir(folder) == []
        def is_closed():
            descriptors = pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()
            return not [link for link in map(os.readlink, descriptors) if str(folder) in link]
        until(is_closed)


def peak_bytes(pid):
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024


@pytest.mark.parametrize("f", FILES)
def test_memory_does_not_grow_with_the_file(store, f):
    """The whole collection is 13 to 20 MB in each format; a slow client takes it, packed or not."""
    # In memory all the time: the pages of a mapped file count as soon as they are looked at.
    with serving(store, "--snapshot-file=none", "--metrics-listen", "127.0.0.1:0") as server:
        until_packed(server)
        fetch(server, f"{ITEMS}?departement=13", f)
        with open(f"/proc/{server.process.pid}/clear_refs", "w") as refs:
            refs.write("5")
        before = peak_bytes(server.process.pid)
        sizes = [len(fetch(server, ITEMS, f).body) for _ in range(2)]
        with socket.create_connection(server.address, timeout=60) as peer:
            peer.sendall(f"GET {with_format(ITEMS, f)} HTTP/1.0\r\nAccept-Encoding: gzip\r\n"
                         "\r\n".encode())
            while peer.recv(4096):
                pass
        assert sizes[0] == sizes[1] > 13e6
        assert peak_bytes(server.process.pid) - before < 6e6


# ---- The command line ----

@pytest.mark.parametrize("f", FILES)
def test_export_writes_what_the_server_sends(server, store, tmp_path, f):
    path = tmp_path / f"file.{f}"
    done = arobase("export", "initiatives", "--output", path, "--store", store, "--departement",
                   "13,83", "--axe", "1")
    assert done.returncode == 0, done.stderr
    sent = fetch(server, f"{ITEMS}?departement=13,83&axe=1", f)
    assert path.read_bytes() == sent.body
    assert f"{sent.headers['OGC-NumberMatched']} initiatives" in done.stdout
    assert sorted(os.listdir(tmp_path)) == [path.name]


@pytest.mark.parametrize("f", ["csv", "fgb", "gpkg"])
@pytest.mark.parametrize("crs", ["EPSG:2154", "http://www.opengis.net/def/crs/EPSG/0/3857"])
def test_export_in_any_system(server, store, tmp_path, f, crs):
    path = tmp_path / f"file.{f}"
    done = arobase("export", "communes", "--output", path, "--store", store, "--departement", "13",
                   "--crs", crs)
    assert done.returncode == 0, done.stderr
    sent = fetch(server, f"{COMMUNES}?departement=13&crs={crs}", f).body
    assert path.read_bytes() == sent != fetch(server, f"{COMMUNES}?departement=13", f).body


def test_export_of_other_collections_and_dialects(server, store, tmp_path):
    path = tmp_path / "file.csv"
    done = arobase("export", "communes", "--output", path, "--store", store, "--departement", "2A",
                   "--dialect", "rfc4180")
    assert done.returncode == 0, done.stderr
    target = with_format(f"{COMMUNES}?departement=2A", "csv") + "&dialect=rfc4180"
    assert path.read_bytes() == server.get(target).body
    document = tmp_path / "file.geojson"
    done = arobase("export", document, "--store", store, "--bbox", "5,43,6,44")
    assert done.returncode == 0, done.stderr
    assert json.loads(document.read_text()) == {
        "type": "FeatureCollection", "features": server.pages_of(f"{ITEMS}?bbox=5,43,6,44")}


@pytest.mark.parametrize("words, code, sentence", [
    (["initiatives", "--output", "{}/x.xlsx"], 2, ".gpkg"),
    (["maires", "--output", "{}/x.csv"], 2, "communes"),
    (["{}/x.gpkg", "--dialect", "rfc4180"], 2, "--dialect"),
    (["{}/there.csv"], 1, "--force"),
    (["{}/x.csv", "--departement", "20"], 1, "20"), (["{}/x.csv", "--crs", "EPSG:1"], 1, "EPSG:1"),
    (["{}/x.geojson", "--crs", "EPSG:2154"], 2, ".fgb"), (["{}/x.pmtiles", "--crs", "EPSG:2154"], 2, "Mercator"),
    (["{}/none/x.csv"], 1, "none"),
])
def test_export_says_what_is_wrong(store, tmp_path, words, code, sentence):
    there = tmp_path / "there.csv"
    there.write_text("mine")
    done = arobase("export", *[word.format(tmp_path) for word in words], "--store", store)
    assert done.returncode == code
    assert sentence in done.stderr
    assert there.read_text() == "mine" and os.listdir(tmp_path) == ["there.csv"]
    if "--force" in done.stderr:
        assert arobase("export", there, "--store", store, "--force").returncode == 0
        assert there.read_bytes().startswith(b"\xef\xbb\xbf")
