"""Coordinate reference systems, against PROJ's own command line and library."""
import contextlib
import csv
import io
import json
import random
import shutil
import sqlite3
import subprocess
import urllib.parse

import pyproj
import pytest
from conftest import DATA, arobase, serving

SEED = 20261126
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
LATITUDE_FIRST = [EPSG + "4326", EPSG + "4258"]
METRES = ["3857", "2154", "3942", "3943", "3944", "3945", "3946", "3947", "3948", "3949", "3950",
          "5490", "2972", "2975", "4471", "4467", "3163", "3296", "3297", "3298", "3299", "8903"]
SYSTEMS = [CRS84, *LATITUDE_FIRST, *(EPSG + code for code in METRES)]
TERRITORIES = ["epcis", "departements", "regions"]
COLLECTIONS = ["initiatives", "communes", *TERRITORIES, "labels"]


def target(collection, **params):
    query = {name.replace("_", "-"): value for name, value in params.items()}
    return f"/collections/{collection}/items?{urllib.parse.urlencode(query)}"


def short(uri):
    """What PROJ's programs understand."""
    return "OGC:CRS84" if uri == CRS84 else "EPSG:" + uri.rsplit("/", 1)[1]


def by_id(found):
    return {one["id"]: one["geometry"] and one["geometry"]["coordinates"] for one in found}


def cs2cs(positions, to, come_from=CRS84):
    """Each position in the other system, axes in the authority's order on both sides."""
    lines = "".join(f"{x!r} {y!r}\n" for x, y in positions)
    said = subprocess.run(["cs2cs", "-f", "%.9f", short(come_from), short(to)], input=lines,
                          capture_output=True, text=True, check=True, env={"PROJ_NETWORK": "OFF"})
    return [tuple(map(float, line.split()[:2])) for line in said.stdout.splitlines()]


# ---- What there is ----

@pytest.mark.parametrize("name", COLLECTIONS)
def test_systems_are_listed(server, name):
    collection = server.json(f"/collections/{name}")
    assert collection["crs"] == SYSTEMS
    assert collection["storageCrs"] == CRS84
    assert collection in server.json("/collections")["collections"]


@pytest.mark.parametrize("uri", SYSTEMS)
def test_axes_are_the_authority_s(uri):
    """Latitude first for just those for which PROJ says so; metres for the rest."""
    first = pyproj.CRS(short(uri)).axis_info[0]
    assert (first.direction == "north") == (uri in LATITUDE_FIRST)
    assert (first.unit_name == "metre") == (uri.rsplit("/", 1)[1] in METRES)


# ---- Positions ----

@pytest.mark.parametrize("uri", SYSTEMS)
def test_positions_are_those_of_cs2cs(server, uri):
    """Within 1 mm: of features in the system's area, and of some anywhere."""
    area = pyproj.CRS(short(uri)).area_of_use
    box = f"{area.west},{area.south},{area.east},{area.north}"
    generator = random.Random(SEED)
    questions = [{"bbox": box, "limit": 1000, "offset": offset} for offset in (0, 8000)]
    questions += [{"limit": 300, "offset": generator.randrange(30000)} for _ in range(2)]
    n_compared = 0
    for question in questions:
        plain = by_id(server.json(target("communes", properties="code", **question))["features"])
        answer = server.get(target("communes", properties="code", crs=uri, **question))
        assert answer.headers["Content-Crs"] == f"<{uri}>"
        there = by_id(answer.json()["features"])
        assert list(there) == list(plain)
        ids = [one for one in plain if plain[one]]
        assert all(there[one] is None for one in plain if not plain[one])
        for one, want in zip(ids, cs2cs([plain[one] for one in ids], uri)):
            degrees = uri == CRS84 or uri in LATITUDE_FIRST
            got = there[one]
            assert got == [round(ordinate, 7 if degrees else 3) for ordinate in got]
            # 1e-8 degree is 1.1 mm on the ground, and these have seven decimals on both sides.
            tolerance = 1e-8 if degrees else 1e-3
            assert abs(got[0] - want[0]) < tolerance and abs(got[1] - want[1]) < tolerance, (
                one, plain[one], got, want)
            n_compared += 1
    assert n_compared > 100


def test_a_place_without_position_is_null(server):
    """Web Mercator's poles and the like: nothing of ours lies there, so what is said is null only
    for what has no place at all."""
    plain = by_id(server.pages_of(target("communes", properties="code", limit=10000)))
    there = by_id(server.pages_of(target("communes", properties="code", limit=10000,
                                         crs=EPSG + "3857")))
    assert [one for one in plain if plain[one] is None] == \
        [one for one in there if there[one] is None]


@pytest.mark.parametrize("uri", LATITUDE_FIRST)
@pytest.mark.parametrize("name", COLLECTIONS)
def test_latitude_first(server, name, uri):
    plain = by_id(server.json(target(name, limit=200))["features"])
    turned = by_id(server.json(target(name, limit=200, crs=uri))["features"])
    assert turned == {one: at and at[::-1] for one, at in plain.items()}
    assert any(plain.values()) or name in TERRITORIES  # without contours these have no place


def test_every_answer_with_features_tells_its_system(server):
    one = next(iter(by_id(server.json(target("initiatives", limit=1))["features"])))
    for path in (target("initiatives", limit=1), target("communes", crs="OGC:CRS84", limit=1),
                 f"/collections/initiatives/items/{one}", "/communes/nearest?lon=2&lat=48",
                 "/communes/at?lon=2&lat=48", "/map?bbox=2,48,3,49&zoom=9"):
        answer = server.get(path)
        assert answer.status == 200 and answer.headers["Content-Crs"] == f"<{CRS84}>", path
        assert "Content-Crs" in answer.headers["Access-Control-Expose-Headers"]
    assert server.get("/collections").headers["Content-Crs"] is None


def test_without_it_bytes_are_the_same(server):
    for path in (target("initiatives", limit=50), target("communes", near="2,48", limit=50)):
        plain, named = server.get(path), server.get(f"{path}&crs=OGC:CRS84")
        assert plain.body.split(b'],"links"')[0] == named.body.split(b'],"links"')[0]


def test_one_item(server):
    found = by_id(server.json(target("communes", crs=EPSG + "2154", limit=20))["features"])
    for code, place in found.items():
        answer = server.get(f"/collections/communes/items/{code}?crs=EPSG:2154")
        feature = answer.json()
        assert answer.headers["Content-Crs"] == f"<{EPSG}2154>"
        assert feature["geometry"] == (place and {"type": "Point", "coordinates": place})
        plain = server.json(f"/collections/communes/items/{code}")
        assert feature["properties"] == plain["properties"] and feature["id"] == plain["id"]
        assert any("crs=EPSG:2154" in link["href"] for link in feature["links"])


def test_a_former_code_keeps_the_system(server, oracle):
    former = next(iter(oracle.former))
    answer = server.get(f"/collections/communes/items/{former}?crs=EPSG:2154")
    assert answer.status == 308 and answer.headers["Location"].endswith("?crs=EPSG:2154")


def test_beside_other_parameters(server):
    """Distances, chosen properties and profiles are the same in every system."""
    for question in ({"near": "2.35,48.85", "limit": 30}, {"properties": "titre,date", "limit": 30},
                     {"near": "2.35,48.85", "properties": "titre", "limit": 30},
                     {"profile": "compact", "q": "mediatheque", "limit": 30}):
        plain = server.json(target("initiatives", **question))["features"]
        there = server.json(target("initiatives", crs="EPSG:2154", **question))["features"]
        places = cs2cs([one["geometry"]["coordinates"] for one in plain], EPSG + "2154")
        assert len(plain) == 30 or "q" in question
        for one, other, place in zip(plain, there, places):
            assert other["geometry"]["coordinates"] == pytest.approx(place, abs=1e-3)
            assert {**one, "geometry": None} == {**other, "geometry": None}


def test_pages_keep_the_system(server):
    whole = by_id(server.pages_of(target("initiatives", departement="13", limit=10000,
                                         profile="compact", crs=EPSG + "2154")))
    pages = by_id(server.pages_of(target("initiatives", departement="13", limit=37,
                                         profile="compact", crs=EPSG + "2154")))
    assert pages == whole and len(whole) > 100
    page = server.json(target("initiatives", limit=1, crs=EPSG + "2154", bbox="6e5,6e6,7e5,7e6",
                              bbox_crs=EPSG + "2154"))
    for link in page["links"]:
        if link["rel"] in ("self", "next", "alternate"):
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(link["href"]).query)
            assert query["crs"] == query["bbox-crs"] == [EPSG + "2154"]


# ---- Names ----

@pytest.mark.parametrize("name", [
    "EPSG:2154", "epsg:2154", "[EPSG:2154]", "urn:ogc:def:crs:EPSG::2154",
    "urn:ogc:def:crs:EPSG:9.9:2154", "http://www.opengis.net/def/crs/EPSG/0/2154",
    "https://www.opengis.net/def/crs/EPSG/0/2154", "http://www.opengis.net/def/crs/EPSG/9.9/2154"])
def test_names_of_a_system(server, name):
    answer = server.get(target("communes", limit=1, crs=name))
    assert answer.status == 200 and answer.headers["Content-Crs"] == f"<{EPSG}2154>"


@pytest.mark.parametrize("name", [
    "", "2154", "EPSG", "EPSG:", "EPSG:21540", "EPSG:215", "[EPSG:2154", "EPSG:2154]", "[]",
    "OGC:2154", "EPSG:CRS84", "EPSG::2154", "urn:ogc:def:crs:EPSG:2154", "EPSG:4269", "EPSG:4979",
    "urn:ogc:def:crs:EPSG::", "http://www.opengis.net/def/crs/EPSG/0/", "é" * 300,
    "http://www.opengis.net/def/crs/EPSG/0/2154/", "http://www.opengis.net/def/crs/EPSG/2154",
    "+proj=utm +zone=31", "OGC:CRS84h"])
def test_others_are_refused(server, name):
    for parameter, more in (("crs", {}), ("bbox_crs", {"bbox": "1,2,3,4"}),
                            ("filter_crs", {"filter": "S_INTERSECTS(geometry, POINT(1 2))"})):
        problem = server.problem(target("communes", **{parameter: name}, **more))
        assert problem["parameter"] == parameter.replace("_", "-")
        assert "is not served: wanted" in problem["detail"]
        assert "CRS84" in problem["detail"] and "2154" in problem["detail"]
    problem = server.problem(
        f"/collections/communes/items/13055?{urllib.parse.urlencode({'crs': name})}")
    assert problem["parameter"] == "crs"


# ---- Boxes ----

def ids_in(server, collection, **params):
    return set(by_id(server.pages_of(target(collection, limit=10000, **params))))


BOXED = [CRS84, *LATITUDE_FIRST, *(EPSG + code for code in
         ("3857", "2154", "3947", "5490", "2975", "4467", "3163", "3297", "8903"))]


@pytest.fixture(scope="module")
def places(server):
    """Of initiatives in each system, as crs= shows them."""
    return {uri: by_id(server.pages_of(target("initiatives", limit=10000, properties="titre",
                                              crs=uri))) for uri in BOXED}


@pytest.mark.parametrize("uri", BOXED)
def test_boxes_of_a_system(server, places, uri):
    """A box holds what is inside it by the positions that crs= shows, edges included."""
    generator = random.Random(f"{SEED} {uri}")
    area = pyproj.CRS(short(uri)).area_of_use
    in_area = ids_in(server, "initiatives", properties="titre",
                     bbox=f"{area.west},{area.south},{area.east},{area.north}")
    placed = {one: at for one, at in places[uri].items() if at}
    inside = [at for one, at in placed.items() if one in in_area]
    anywhere = list(placed.values())
    boxes = [(at, at) for at in generator.choices(inside, k=3)]
    boxes += [generator.choices(inside, k=2) for _ in range(8)]
    boxes += [generator.sample(anywhere, 2) for _ in range(4)]
    if uri.rsplit("/", 1)[1] in METRES:
        boxes += [((-1e8, -1e8), (1e8, 1e8)), ((-3e6, 0), (3e6, 9e6)), ((0, 1), (0, 1))]
    n_found = 0
    for one, other in boxes:
        low, high = ([choose(pair) for pair in zip(one, other)] for choose in (min, max))
        want = {key for key, at in placed.items()
                if low[0] <= at[0] <= high[0] and low[1] <= at[1] <= high[1]}
        text = ",".join(map(repr, (*low, *high)))
        answer = server.json(target("initiatives", bbox=text, bbox_crs=uri, limit=10000,
                                    properties="titre"))
        assert answer["numberMatched"] == len(want), text
        found = set(by_id(server.pages_of(target("initiatives", bbox=text, bbox_crs=uri,
                                                 limit=10000, properties="titre"))))
        assert found == want, text
        n_found += len(found)
    assert n_found > 10


def test_boxes_mean_the_same_everywhere(server, places):
    """Counts, the map and near= take them as items do."""
    box = {"bbox": "880000,6230000,920000,6270000", "bbox-crs": "EPSG:2154"}
    low, high = (880000, 6230000), (920000, 6270000)
    want = {one for one, at in places[EPSG + "2154"].items()
            if at and low[0] <= at[0] <= high[0] and low[1] <= at[1] <= high[1]}
    query = urllib.parse.urlencode(box)
    assert len(want) > 20
    assert server.json(f"/counts?by=region&{query}")["total"] == len(want)
    assert server.json(f"/map?zoom=9&{query}")["numberMatched"] == len(want)
    near = server.pages_of(f"/collections/initiatives/items?near=5.4,43.3&limit=50&{query}")
    assert {one["id"] for one in near} == want
    radius = server.pages_of(
        f"/collections/initiatives/items?near=5.4,43.3&radius=8000&limit=1000&{query}")
    assert {one["id"] for one in radius} == \
        {one["id"] for one in near if one["properties"]["distance_m"] <= 8000}


@pytest.mark.parametrize("question, says", [
    ({"bbox_crs": EPSG + "2154"}, "bbox-crs says nothing without bbox="),
    ({"bbox_crs": EPSG + "4326", "bbox": "2,48,3,49"}, "looks longitude first"),
    ({"bbox_crs": EPSG + "4326", "bbox": "48,2,47,3"}, "wanted south,west,north,east"),
    ({"bbox_crs": EPSG + "2154", "bbox": "2,48,1,49"}, "2 is above 1"),
    ({"bbox_crs": EPSG + "2154", "bbox": "1,2,3"}, "3 numbers"),
    ({"bbox_crs": EPSG + "2154", "bbox": "1,2,3,nan"}, "is not a number"),
])
def test_boxes_that_are_refused(server, question, says):
    problem = server.problem(target("communes", **question))
    assert says in problem["detail"]
    assert problem["parameter"] == ("bbox" if "bbox" in question else "bbox-crs")


def test_across_the_antimeridian_latitude_first(server):
    plain = ids_in(server, "communes", bbox="178,-25,-150,-10")
    turned = ids_in(server, "communes", bbox="-25,178,-10,-150", bbox_crs=EPSG + "4326")
    assert plain == turned and plain


# ---- Filters ----

@pytest.mark.parametrize("uri", [EPSG + code for code in ("2154", "3857", "4258", "4326", "2975")])
def test_filters_of_a_system(server, uri):
    """A polygon is the same as the one of its corners in longitude and latitude."""
    generator = random.Random(f"{SEED} {uri}")
    area = pyproj.CRS(short(uri)).area_of_use
    west, south, east, north = (55.2, -21.4, 55.8, -20.9) if area.south < -10 < 0 > area.north \
        else (-1, 43, 7, 49)
    n_found = 0
    for _ in range(5):
        lon, lat = generator.uniform(west, east), generator.uniform(south, north)
        ring = [(lon, lat), (lon + 0.5, lat + 0.03), (lon + 0.4, lat + 0.4), (lon, lat)]

        def polygon(corners):
            return "S_INTERSECTS(geometry, POLYGON((%s)))" % ", ".join(
                f"{x!r} {y!r}" for x, y in corners)
        want = ids_in(server, "communes", filter=polygon(ring))
        there = cs2cs(ring, uri)
        there[-1] = there[0]
        assert ids_in(server, "communes", filter=polygon(there), filter_crs=uri) == want
        n_found += len(want)
    assert n_found > 5


def test_a_box_in_a_filter_is_the_box(server):
    box = (850000, 6250000, 950000, 6400000)
    text = ",".join(map(str, box))
    assert ids_in(server, "communes", filter=f"S_INTERSECTS(geometry, BBOX({text}))",
                  filter_crs=EPSG + "2154") == \
        ids_in(server, "communes", bbox=text, bbox_crs=EPSG + "2154")


# ---- Other people's programs ----

def test_gdal_arrives_at_the_same_places(server):
    """What ogr2ogr makes of our longitudes and latitudes is what crs= says."""
    for code in ("2154", "3857"):
        done = subprocess.run(
            ["ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_XY", "-t_srs", f"EPSG:{code}",
             "-select", "source_id", "-spat", "5", "43", "6", "44", "/vsistdout/",
             f"OAPIF:{server.url}", "initiatives"], capture_output=True, text=True, check=True)
        theirs = {row["source_id"]: (float(row["X"]), float(row["Y"]))
                  for row in csv.DictReader(io.StringIO(done.stdout))}
        ours = server.pages_of(target("initiatives", bbox="5,43,6,44", limit=10000,
                                      crs=EPSG + code))
        assert len(ours) == len(theirs) > 100
        for one in ours:
            assert one["geometry"]["coordinates"] == pytest.approx(
                theirs[one["properties"]["source_id"]], abs=1e-3)


def test_openapi_describes_the_parameters(server):
    api = server.get("/api").json()
    items = api["paths"]["/collections/{collection}/items"]["get"]
    names = {json.dumps(one) for one in items["parameters"]}
    for name in ("crs", "bbox-crs", "filter-crs"):
        assert any(f'"{name}"' in one or one.endswith(f'/{name}"}}') for one in names), name


# ---- Contours ----

CONTOURS = DATA / "contours-synthetiques.geojson"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, store):
    """A server that knows some contours."""
    copy = tmp_path_factory.mktemp("drawn") / "demo.sqlite"
    shutil.copyfile(store, copy)
    done = arobase("import", "contours", CONTOURS, "--store", copy)
    assert done.returncode == 0, done.stderr
    with serving(copy) as running:
        yield running


def positions_of(coordinates):
    if isinstance(coordinates[0], (int, float)):
        return [tuple(coordinates)]
    return [position for part in coordinates for position in positions_of(part)]


@pytest.mark.parametrize("uri", [EPSG + "4326", EPSG + "2154", EPSG + "3857"])
@pytest.mark.parametrize("shape", ["contour", "bbox", "none", "centre"])
def test_other_geometries(drawn, shape, uri):
    for name in ("communes", "departements"):
        query = {"geometry": shape, "departement": "01,39", "limit": 1000}
        plain = drawn.json(target(name, **query))["features"]
        there = drawn.json(target(name, crs=uri, **query))["features"]
        assert len(plain) == len(there) > 1
        drawings = [one["geometry"] for one in plain if one["geometry"]]
        assert bool(drawings) == (shape != "none")
        for one, other in zip(plain, there):
            assert {**one, "geometry": None} == {**other, "geometry": None}
            assert bool(one["geometry"]) == bool(other["geometry"])
            if not one["geometry"]:
                continue
            assert one["geometry"]["type"] == other["geometry"]["type"]
            want = cs2cs(positions_of(one["geometry"]["coordinates"]), uri)
            got = positions_of(other["geometry"]["coordinates"])
            tolerance = 1e-3 if uri.rsplit("/", 1)[1] in METRES else 1e-8
            assert len(want) == len(got)
            for a, b in zip(got, want):
                assert abs(a[0] - b[0]) < tolerance and abs(a[1] - b[1]) < tolerance
    item = drawn.json(f"/collections/departements/items/39?geometry=contour&crs={uri}")
    if shape == "contour":
        assert item["geometry"] in [one["geometry"] for one in there]


# ---- Files ----

FILES = {"fgb": "FlatGeobuf", "gpkg": "GPKG"}


def file_of(server, tmp_path, ending, uri):
    answer = server.get(target("communes", f=ending, crs=uri, limit="all", departement="13,974",
                               properties="code"))
    assert answer.status == 200 and answer.headers["Content-Crs"] == f"<{uri}>"
    path = tmp_path / f"communes.{ending}"
    path.write_bytes(answer.body)
    return path


def wanted(server, uri):
    """By code, x or longitude first."""
    found = by_id(server.json(target("communes", departement="13,974", limit=1000, crs=uri,
                                     properties="code"))["features"])
    turned = uri in LATITUDE_FIRST
    return {code: tuple(at[::-1] if turned else at) for code, at in found.items() if at}


@pytest.mark.parametrize("uri", [CRS84, EPSG + "4326", EPSG + "4258", EPSG + "2154", EPSG + "2975"])
@pytest.mark.parametrize("ending", FILES)
def test_gdal_reads_files_in_their_system(server, tmp_path, ending, uri):
    path = file_of(server, tmp_path, ending, uri)
    done = subprocess.run(["ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_XY", "/vsistdout/", path],
                          capture_output=True, text=True, check=True)
    found = {row["code"]: (float(row["X"]), float(row["Y"]))
             for row in csv.DictReader(io.StringIO(done.stdout)) if row["X"]}
    want = wanted(server, uri)
    assert len(want) > 100 and found == pytest.approx(want, abs=1e-9)
    said = json.loads(subprocess.run(
        ["gdalsrsinfo", "-o", "projjson", path], capture_output=True, text=True,
        check=True).stdout)
    assert said["id"] == {"authority": "EPSG",
                          "code": 4326 if uri == CRS84 else int(uri.rsplit("/", 1)[1])}


def test_a_geopackage_says_its_system(server, tmp_path):
    path = file_of(server, tmp_path, "gpkg", EPSG + "2154")
    with contextlib.closing(sqlite3.connect(path)) as file:
        rows = file.execute("SELECT srs_name, organization, organization_coordsys_id, definition"
                            " FROM gpkg_spatial_ref_sys WHERE srs_id = 2154").fetchall()
        contents = file.execute("SELECT srs_id, min_x, max_x FROM gpkg_contents").fetchall()
        columns = file.execute("SELECT srs_id FROM gpkg_geometry_columns").fetchall()
    (name, organization, code, definition), = rows
    assert (name, organization, code) == ("RGF93 v1 / Lambert-93", "EPSG", 2154)
    assert pyproj.CRS(definition) == pyproj.CRS("EPSG:2154")
    want = [at[0] for at in wanted(server, EPSG + "2154").values()]
    assert contents == [(2154, min(want), max(want))] and columns == [(2154,)]


@pytest.mark.parametrize("uri", [CRS84, EPSG + "4326", EPSG + "2154"])
def test_csv_has_x_first(server, uri):
    answer = server.get(target("communes", f="csv", dialect="rfc4180", crs=uri, limit="all",
                               departement="13,974", properties="code"))
    assert answer.headers["Content-Crs"] == f"<{uri}>"
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    x, y = ("x", "y") if uri == EPSG + "2154" else ("lon", "lat")
    found = {row["code"]: (float(row[x]), float(row[y])) for row in rows if row[x]}
    assert found == wanted(server, uri)
    assert all(row["wkt"] == f"POINT ({row[x]} {row[y]})" for row in rows if row[x])


@pytest.mark.parametrize("ending", ["geojsonseq", "geojsonl"])
@pytest.mark.parametrize("uri", [EPSG + "4326", EPSG + "2154"])
def test_sequences_are_as_geojson(server, ending, uri):
    for more in ({}, {"near": "5.4,43.3"}, {"properties": "titre"}):
        answer = server.get(target("initiatives", f=ending, crs=uri, departement="13",
                                   limit="all", **more))
        assert answer.headers["Content-Crs"] == f"<{uri}>"
        found = [json.loads(line.lstrip("\x1e")) for line in answer.body.decode().split("\n")
                 if line]
        assert found == server.pages_of(target("initiatives", crs=uri, departement="13",
                                               limit=10000, **more))
        assert len(found) > 100
