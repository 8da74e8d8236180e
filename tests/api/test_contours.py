"""Contours on the command line: the formats of GIS programs, and the whole of France where it is.

The official contours are no part of the project: they are looked for in the folder that
AROBASE_SHARED_DATA names, else in ../shared/data beside the source root.
"""
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

import pytest
from conftest import DATA, KINDS, ROOT, arobase

SHARED = pathlib.Path(os.environ.get("AROBASE_SHARED_DATA", ROOT.parent / "shared/data"))
OFFICIAL = SHARED / "communes-2018.geojsonl.gz"
WITHOUT_2018 = {"14666", "15031", "15035", "15047", "15171", "85165", "85212"}


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """A store with the communes of today, to be copied."""
    path = tmp_path_factory.mktemp("country") / "store.sqlite"
    assert arobase("init", "--store", path).returncode == 0
    for kind in KINDS[:5]:
        done = arobase("import", kind, DATA / f"{kind}.csv", "--store", path)
        assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def store(country, tmp_path):
    return shutil.copy(country, tmp_path / "store.sqlite")


def square(west, south, side=0.1):
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code, *polygons):
    return {"type": "Feature", "properties": {"INSEE_COM": code, "NOM": "Nom à accents"},
            "geometry": {"type": "MultiPolygon", "coordinates": list(polygons)}}


FEATURES = [
    feature("01001", [square(5, 46), square(5.02, 46.02, 0.01)[::-1]]),
    feature("2A004", [square(8.7, 41.9)], [square(8.9, 41.9)]),
]


@pytest.fixture
def geojson(tmp_path):
    path = tmp_path / "contours.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": FEATURES}))
    return path


def ogr2ogr(target, source, *words):
    subprocess.run(["ogr2ogr", *words, str(target), str(source)], check=True, capture_output=True)
    return target


def blobs(store):
    with sqlite3.connect(store) as database:
        return database.execute("SELECT code, millesime, contour FROM contours ORDER BY code").fetchall()


def imported(store, *words):
    done = arobase("import", "contours", *words, "--store", store)
    assert done.returncode == 0, done.stderr
    return done


def test_geojson_of_all_kinds_is_the_same(store, geojson, tmp_path):
    imported(store, geojson, "--millesime", "2018")
    want = blobs(store)
    assert [(code, year) for code, year, _ in want] == [("01001", "2018"), ("2A004", "2018")]
    lines = tmp_path / "c.geojsonl"
    lines.write_text("".join(json.dumps(one) + "\n" for one in FEATURES))
    subprocess.run(["gzip", "-k", lines], check=True)
    for path in (lines, f"{lines}.gz"):
        done = imported(store, path, "--millesime", "2018")
        assert "2 unchanged" in done.stdout
    assert blobs(store) == want


@pytest.mark.parametrize("driver,name", [("ESRI Shapefile", "c.shp"), ("GPKG", "c.gpkg")])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2154", "EPSG:4171"])
def test_gis_files_say_their_system(store, geojson, tmp_path, driver, name, crs):
    """Back from Lambert-93 every vertex is where it was, to the last 1e-7 degree."""
    imported(store, geojson)
    want = blobs(store)
    path = ogr2ogr(tmp_path / name, geojson, "-f", driver, "-t_srs", crs, "-nlt", "MULTIPOLYGON")
    done = imported(store, path)
    if driver == "GPKG":
        assert "2 unchanged" in done.stdout and blobs(store) == want
    else:  # a Shapefile's rings begin elsewhere
        assert "2 read" in done.stdout
        assert [len(blob) for *_, blob in blobs(store)] == [len(blob) for *_, blob in want]


def test_a_shapefile_without_its_parts(store, geojson, tmp_path):
    path = ogr2ogr(tmp_path / "c.shp", geojson, "-t_srs", "EPSG:2154")
    (tmp_path / "c.prj").unlink()
    done = arobase("import", "contours", path, "--store", store)
    assert done.returncode == 1 and "--crs" in done.stderr
    imported(store, path, "--crs", "EPSG:2154")
    (tmp_path / "c.dbf").unlink()
    done = arobase("import", "contours", path, "--store", store)
    assert done.returncode == 1 and "c.dbf' cannot be read" in done.stderr


def test_odd_names(store, geojson, tmp_path):
    """Of files and of layers, as SQL would trip over them."""
    folder = tmp_path / "l'été"
    folder.mkdir()
    imported(store, ogr2ogr(folder / "c.shp", geojson))
    gpkg = ogr2ogr(folder / "c.gpkg", geojson, "-nln", 'a "b" c', "-lco", "GEOMETRY_NAME=le geo'm")
    imported(store, gpkg)


def test_layers_of_a_geopackage(store, geojson, tmp_path):
    path = ogr2ogr(tmp_path / "c.gpkg", geojson, "-nln", "epci")
    ogr2ogr(path, geojson, "-nln", "canton", "-update")
    done = arobase("import", "contours", path, "--store", store)
    assert done.returncode == 1 and "name one with --layer; it has: canton, epci" in done.stderr
    done = arobase("import", "contours", path, "--store", store, "--layer", "commune")
    assert done.returncode == 1 and "no layer of that name; it has: canton, epci" in done.stderr
    imported(store, path, "--layer", "EPCI")
    ogr2ogr(path, geojson, "-nln", "COMMUNE", "-update")
    assert "layer 'COMMUNE' of 3 was read" in imported(store, path).stderr


def test_a_database_that_is_no_geopackage(store, tmp_path):
    path = tmp_path / "c.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t (a)")
    done = arobase("import", "contours", path, "--store", store)
    assert done.returncode == 1 and "is not a GeoPackage" in done.stderr


def test_heights_and_lines(store, geojson, tmp_path):
    """Heights are left aside; a layer of lines has no area."""
    path = ogr2ogr(tmp_path / "z.gpkg", geojson, "-nlt", "MULTIPOLYGONZ")
    imported(store, path)
    want = blobs(store)
    imported(store, geojson)
    assert blobs(store) == want
    path = ogr2ogr(tmp_path / "lines.gpkg", geojson, "-nlt", "MULTILINESTRING")
    done = arobase("import", "contours", path, "--store", store)
    assert done.returncode == 1 and "nothing imported" in done.stderr
    assert "polygon" in done.stderr.lower()


def test_other_kinds_take_no_polygons(store, geojson, tmp_path):
    path = ogr2ogr(tmp_path / "c.gpkg", geojson)
    done = arobase("import", "initiatives", path, "--store", store)
    assert done.returncode == 1 and "CSV or GeoJSON was wanted" in done.stderr
    done = arobase("import", "communes", geojson, "--store", store)
    assert done.returncode == 1


def test_gdal_sees_a_layer(store, geojson):
    imported(store, geojson)
    seen = subprocess.run(["ogrinfo", "-so", "-al", store, "contours"], check=True,
                          capture_output=True, text=True).stdout
    assert "Geometry: Multi Polygon" in seen
    assert "Feature Count: 2" in seen
    extent = re.search(r"Extent: \((.*), (.*)\) - \((.*), (.*)\)", seen).groups()
    assert [float(n) for n in extent] == pytest.approx([5, 41.9, 9, 46.1], abs=1e-5)
    inside = subprocess.run(["ogrinfo", "-so", "-al", "-spat", "8.75", "41.95", "8.76", "41.96",
                             store, "contours"], check=True, capture_output=True, text=True).stdout
    assert "Feature Count: 1" in inside


@pytest.mark.skipif(not OFFICIAL.exists(), reason=f"no official contours in {SHARED}")
def test_the_whole_of_france(store, tmp_path):
    report = tmp_path / "report.txt"
    done = imported(store, OFFICIAL, "--millesime", "2018", "--report", report)
    assert "35357 read, 34868 added, 0 updated, 0 unchanged, 0 refused" in done.stdout
    text = report.read_text()
    assert "former codes: 493, merged into the contours of communes of today: 320" in text
    without = re.search(r"communes without a contour: (\d+): (.*)", text)
    codes = set(without.group(2).split(", "))
    assert len(codes) == int(without.group(1))
    assert {code for code in codes if code < "975"} == WITHOUT_2018
    with sqlite3.connect(store) as database:
        n, = database.execute("SELECT count(*) FROM contours WHERE millesime = '2018'").fetchone()
        inside, = database.execute(
            "SELECT count(*) FROM contours JOIN idx_contours_contour ON pkid = id WHERE "
            "xmin <= 2.3522 AND xmax >= 2.3522 AND ymin <= 48.8566 AND ymax >= 48.8566").fetchone()
    assert n == 34868 and 1 <= inside <= 10
