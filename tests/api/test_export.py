"""Archives of tiles: MBTiles and PMTiles hold what the server serves, all of it, or nothing."""
import gzip
import hashlib
import json
import math
import random
import re
import shutil
import signal
import sqlite3
import subprocess

import mvt
import pytest
from conftest import AROBASE, DATA, ROOT, arobase, serving, until
from test_cli import refused

READER = ROOT / "tests/browser/read_pmtiles.mjs"
MAX_ZOOM = 12


def export(path, store, *words):
    done = arobase("export", path, "--store", store, *words)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def mbtiles(store, tmp_path_factory):
    path = tmp_path_factory.mktemp("mbtiles") / "all.mbtiles"
    export(path, store, "--maxzoom", MAX_ZOOM)
    return path


@pytest.fixture(scope="module")
def pmtiles(store, tmp_path_factory):
    path = tmp_path_factory.mktemp("pmtiles") / "all.pmtiles"
    export(path, store, "--maxzoom", MAX_ZOOM)
    return path


def tiles_of(path):
    """{(zoom, x, y): bytes} with y as in URLs."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles")
        return {(z, x, 2 ** z - 1 - row): gzip.decompress(data) for z, x, row, data in rows}


def metadata_of(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return dict(database.execute("SELECT name, value FROM metadata"))


def read_pmtiles(path, tiles):
    """What the npm reader finds: header and metadata, and the hash of each tile."""
    if not shutil.which("node") or not (READER.parent / "node_modules/pmtiles").exists():
        pytest.skip("the npm package pmtiles is not installed: ./dev setup does it")
    asked = "".join(f"{z}/{x}/{y}\n" for z, x, y in tiles)
    done = subprocess.run(["node", str(READER), str(path)], input=asked, capture_output=True,
                          text=True, timeout=300, check=True)
    first, *rest = done.stdout.splitlines()
    return json.loads(first), [json.loads(line) for line in rest]


def test_tiles_are_those_of_the_server(server, mbtiles):
    tiles = tiles_of(mbtiles)
    assert {z for z, _, _ in tiles} == set(range(MAX_ZOOM + 1))
    chosen = random.Random(5).sample(sorted(tiles), 300)
    for z, x, y in [(0, 0, 0), *chosen]:
        answer = server.get(f"/tiles/initiatives/{z}/{x}/{y}.mvt")
        assert answer.status == 200
        assert answer.body == tiles[z, x, y], (z, x, y)


def test_no_tile_is_missing(server, mbtiles):
    """Around tiles that are there, those that are not are empty on the server."""
    tiles = tiles_of(mbtiles)
    around = sorted({(z, x + dx, y + dy) for z, x, y in tiles for dx in (-1, 0, 1)
                     for dy in (-1, 0, 1) if 0 <= x + dx < 2 ** z and 0 <= y + dy < 2 ** z}
                    - set(tiles))
    for z, x, y in random.Random(6).sample(around, 300):
        assert server.get(f"/tiles/initiatives/{z}/{x}/{y}.mvt").status == 204


def seen(bodies):
    """{layer: {property: type}} of all features, in the words of TileJSON."""
    words = {str: "String", bool: "Boolean", int: "Number", float: "Number"}
    found = {}
    for body in bodies:
        for name, layer in mvt.decode(body).items():
            for feature in layer.features:
                found.setdefault(name, {}).update(
                    (key, words[type(value)]) for key, value in feature.properties.items())
    return found


def test_mbtiles_says_what_it_is(mbtiles):
    metadata = metadata_of(mbtiles)
    assert metadata["format"] == "pbf"
    assert (metadata["minzoom"], metadata["maxzoom"]) == ("0", str(MAX_ZOOM))
    west, south, east, north = map(float, metadata["bounds"].split(","))
    assert -180 <= west < -60 and 55 < east <= 180 and -30 < south < -20 and 50 < north < 52
    layers = json.loads(metadata["json"])["vector_layers"]
    described = {layer["id"]: layer["fields"] for layer in layers}
    assert seen(tiles_of(mbtiles).values()) == described


def test_gdal_opens_mbtiles(mbtiles):
    if not shutil.which("ogrinfo"):
        pytest.skip("ogrinfo is not installed (gdal-bin)")
    summary = subprocess.run(["ogrinfo", "-ro", "-al", "-so", str(mbtiles)], capture_output=True,
                             text=True, timeout=60, check=True).stdout
    assert "MBTiles" in summary and "Layer name: initiatives" in summary
    listed = subprocess.run(
        ["ogrinfo", "-ro", "-q", str(mbtiles), "initiatives", "-where", "commune = '13056'"],
        capture_output=True, text=True, timeout=60, check=True).stdout
    assert "commune_nom (String) = Martigues" in listed


def test_pmtiles_holds_the_same_tiles(mbtiles, pmtiles):
    tiles = tiles_of(mbtiles)
    asked = sorted(tiles)
    missing = [(MAX_ZOOM, 0, 0), (MAX_ZOOM + 1, 0, 0), (MAX_ZOOM, 2 ** MAX_ZOOM - 1, 0)]
    found, hashes = read_pmtiles(pmtiles, asked + missing)
    want = [hashlib.sha256(tiles[tile]).hexdigest() for tile in asked]
    assert hashes == want + [None] * len(missing)
    header = found["header"]
    assert header["specVersion"] == 3 and header["clustered"]
    assert header["numAddressedTiles"] == len(tiles)
    assert header["numTileEntries"] <= len(tiles)
    assert header["numTileContents"] <= len(set(want))
    assert (header["minZoom"], header["maxZoom"]) == (0, MAX_ZOOM)
    assert header["tileType"] == 1 and header["tileCompression"] == 2
    metadata = metadata_of(mbtiles)
    bounds = [header["minLon"], header["minLat"], header["maxLon"], header["maxLat"]]
    assert bounds == pytest.approx([float(n) for n in metadata["bounds"].split(",")], abs=1e-6)
    assert found["metadata"]["vector_layers"] == json.loads(metadata["json"])["vector_layers"]


def test_the_same_bytes_again(store, pmtiles, tmp_path):
    for threads in (1, 3):
        again = tmp_path / f"again{threads}.pmtiles"
        export(again, store, "--maxzoom", MAX_ZOOM, "--threads", threads)
        assert again.read_bytes() == pmtiles.read_bytes()


def corners(z, x, y):
    """West, south, east, north of a tile."""
    def latitude(row):
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2 ** z))))
    return (x / 2 ** z * 360 - 180, latitude(y + 1), (x + 1) / 2 ** z * 360 - 180, latitude(y))


def test_a_box_and_zooms(store, mbtiles, tmp_path):
    path = tmp_path / "box.mbtiles"
    west, south, east, north = box = (4.21, 42.91, 6.53, 44.17)
    export(path, store, "--bbox", ",".join(map(str, box)), "--minzoom", 3, "--maxzoom", 9)
    want = {}
    for tile, body in tiles_of(mbtiles).items():
        left, bottom, right, top = corners(*tile)
        if 3 <= tile[0] <= 9 and left <= east and right >= west and bottom <= north \
                and top >= south:
            want[tile] = body
    assert tiles_of(path) == want
    assert [float(n) for n in metadata_of(path)["bounds"].split(",")] == list(box)


def test_filters(server, store, tmp_path):
    path = tmp_path / "filtered.mbtiles"
    export(path, store, "--departement", "13,2A", "--axe", "1", "--datetime", "2015-01-01/..",
           "--maxzoom", 10)
    query = "departement=13,2A&axe=1&datetime=2015-01-01/.."
    tiles = tiles_of(path)
    assert tiles
    for (z, x, y), body in tiles.items():
        assert server.get(f"/tiles/initiatives/{z}/{x}/{y}.mvt?{query}").body == body


CONTOURS = DATA / "contours-synthetiques.geojson"


@pytest.fixture(scope="module")
def with_contours(store, tmp_path_factory):
    path = shutil.copy(store, tmp_path_factory.mktemp("contours") / "contours.sqlite")
    done = arobase("import", "contours", CONTOURS, "--store", path)
    assert done.returncode == 0, done.stderr
    with serving(path) as running:
        yield path, running


def tiles_around_contours(zoom):
    """Those over the made-up country, and one more on each side."""
    points = re.findall(r"\[\s*(-?[0-9.]+),\s*(-?[0-9.]+)\s*\]", CONTOURS.read_text())
    lons, lats = zip(*((float(lon), float(lat)) for lon, lat in points))

    def row(latitude):
        y = math.asinh(math.tan(math.radians(latitude)))
        return int((1 - y / math.pi) / 2 * 2 ** zoom)
    columns = [int((lon + 180) / 360 * 2 ** zoom) for lon in (min(lons), max(lons))]
    rows = [row(max(lats)), row(min(lats))]
    return [(zoom, x, y) for x in range(max(columns[0] - 1, 0), min(columns[1] + 2, 2 ** zoom))
            for y in range(max(rows[0] - 1, 0), min(rows[1] + 2, 2 ** zoom))]


def test_territories(with_contours, tmp_path):
    path, server = with_contours
    archive = tmp_path / "communes.mbtiles"
    export(archive, path, "--layers", "communes", "--maxzoom", 11, "--minzoom", 2)
    want = {}
    for zoom in range(2, 12):
        for z, x, y in tiles_around_contours(zoom):
            answer = server.get(f"/tiles/communes/{z}/{x}/{y}.mvt")
            assert answer.status in (200, 204)
            if answer.status == 200:
                want[z, x, y] = answer.body
    tiles = tiles_of(archive)
    assert tiles == want and {z for z, _, _ in tiles} == set(range(2, 12))
    layers = json.loads(metadata_of(archive)["json"])["vector_layers"]
    described = {layer["id"]: layer["fields"].items() for layer in layers}
    for name, properties in seen(tiles.values()).items():
        assert properties.items() <= described[name]


def test_several_layers(with_contours, tmp_path):
    """One tile behind the other: the layers of each set."""
    path, server = with_contours
    archive = tmp_path / "several.mbtiles"
    export(archive, path, "--layers", "initiatives,regions", "--maxzoom", 9, "--commune", "13056")
    tiles = tiles_of(archive)
    names = set()
    for (z, x, y), body in tiles.items():
        parts = [server.get(f"/tiles/{name}/{z}/{x}/{y}.mvt?commune=13056").body
                 for name in ("regions", "initiatives")]
        assert body == b"".join(parts), (z, x, y)
        names |= set(mvt.decode(body))
    assert {"regions", "regions_labels", "clusters"} <= names


@pytest.mark.parametrize("words,says", [
    ([], "into which file?"),
    (["a.mbtiles", "b.mbtiles", "--store", "x"], "one file at a time"),
    (["a.zip", "--store", "x"], "which format?"),
    (["a", "--store", "x"], "which format?"),
    (["a.mbtiles", "--format", "kml", "--store", "x"], "which format?"),
    (["a.mbtiles"], "from which store?"),
    (["a.mbtiles", "--store", "x", "--minzoom", "9", "--maxzoom", "8"], "--minzoom is above"),
    (["a.mbtiles", "--store", "x", "--maxzoom", "23"], "0 to 22"),
    (["a.mbtiles", "--store", "x", "--layers", "planets"], "planets"),
    (["a.mbtiles", "--store", "x", "--layers", "initiatives,"], "no tiles ''"),
    (["a.mbtiles", "--store", "x", "--bbox", "1,2,3"], "bbox"),
    (["a.mbtiles", "--store", "x", "--departements", "13"], "did you mean '--departement'?"),
])
def test_wrong_usage(words, says, tmp_path):
    assert says in refused("export", *words, cwd=tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written(store, tmp_path):
    for name in ("a.mbtiles", "a.pmtiles"):
        path = tmp_path / name
        path.write_bytes(b"before")
        sentence = refused("export", path, "--store", store, "--maxzoom", 2, code=1)
        assert name in sentence and "--force" in sentence
        # Known before the store is read, which takes long where it is large.
        assert refused("export", path, "--store", tmp_path / "none.sqlite", code=1) == sentence
        assert path.read_bytes() == b"before"
        export(path, store, "--maxzoom", 2, "--force")
        assert path.stat().st_size > 6
        assert "no/a" in refused("export", tmp_path / "no" / name, "--store", store, code=1)
        folder = tmp_path / f"folder-{name}"
        folder.mkdir()
        assert "folder" in refused("export", folder, "--store", store, "--force", code=1)
    assert "arobase init" in refused("export", tmp_path / "b.mbtiles", "--store",
                                     tmp_path / "none.sqlite", code=1)
    assert "departement '99'" in refused("export", tmp_path / "b.mbtiles", "--store", store,
                                         "--departement", "99", code=1)
    for name in ("c.mbtiles", "c.pmtiles"):
        sentence = refused("export", tmp_path / name, "--store", store, "--q", "zzzzzz", code=1)
        assert "nothing to export" in sentence
    assert sorted(path.name for path in tmp_path.iterdir()) == \
        ["a.mbtiles", "a.pmtiles", "folder-a.mbtiles", "folder-a.pmtiles"]


def test_the_format_by_name(store, tmp_path):
    path = tmp_path / "tiles.bin"
    export(path, store, "--maxzoom", 1, "--format", "pmtiles")
    assert path.read_bytes()[:8] == b"PMTiles\x03"
    export(path, store, "--maxzoom", 1, "--format", "mbtiles", "--force")
    assert path.read_bytes()[:15] == b"SQLite format 3"


@pytest.mark.parametrize("name", ["a.mbtiles", "a.pmtiles"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_export_leaves_nothing(store, tmp_path, name, how):
    path = tmp_path / name
    process = subprocess.Popen([AROBASE, "export", str(path), "--store", str(store), "--maxzoom",
                                "22", "--threads", "1"], stderr=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    until(lambda: list(tmp_path.iterdir()) or process.poll() is not None)
    process.send_signal(how)
    out, rest = process.communicate(timeout=60)
    assert process.returncode == 1 and out == ""
    assert "stopped; nothing was written" in rest
    assert not list(tmp_path.iterdir())
