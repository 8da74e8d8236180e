"""EPCIs, départements, régions and labels as collections, against the CSV files."""
import json
import shutil

import pytest
from conftest import DATA, arobase, serving
from oracle import features, geodesic_m, in_box, rows_of

KINDS = {"epcis": "epci", "departements": "departement", "regions": "region"}
CONTOURS = DATA / "contours-synthetiques.geojson"


@pytest.fixture(scope="module")
def drawn(store, tmp_path_factory):
    """A server that knows the contours of eighteen communes, on both sides of a border."""
    copy = shutil.copy(store, tmp_path_factory.mktemp("drawn") / "drawn.sqlite")
    done = arobase("import", "contours", CONTOURS, "--store", copy)
    assert done.returncode == 0, done.stderr
    with serving(copy) as server:
        yield server


@pytest.fixture(scope="module")
def contours():
    """All rings by code of commune."""
    found = {}
    for feature in json.loads(CONTOURS.read_text(encoding="utf-8"))["features"]:
        parts = feature["geometry"]["coordinates"]
        parts = [parts] if feature["geometry"]["type"] == "Polygon" else parts
        found[feature["properties"]["code"]] = [ring for part in parts for ring in part]
    return found


def holds(rings, point):
    """Even-odd rule."""
    x, y = point
    crossings = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, ring[1:]):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                crossings += 1
    return crossings % 2 == 1


def members(oracle, kind):
    """The communes by code of their territory."""
    found = {row["code"]: [] for row in rows_of(DATA / f"{kind}.csv")}
    for commune in oracle.communes.values():
        code = getattr(commune, KINDS[kind])
        if code:
            found[code].append(commune)
    return found


# ---- Territories ----

@pytest.mark.parametrize("kind", KINDS)
def test_territories_say_what_their_communes_say(server, oracle, kind):
    found = features(server, f"/collections/{kind}/items?limit=300")
    names = {row["code"]: row["nom"] for row in rows_of(DATA / f"{kind}.csv")}
    communes = members(oracle, kind)
    assert len(found) == len(names) == len({f["id"] for f in found})
    for feature in found:
        mine = communes[feature["id"]]
        populations = [c.population for c in mine if c.population is not None]
        assert feature["geometry"] is None  # without contours nothing says where it is
        assert feature["properties"] == {
            "code": feature["id"], "nom": names[feature["id"]],
            "population": sum(populations) if populations else None, "communes": len(mine),
            "initiatives": sum(c.initiatives for c in mine),
            "communes_labellisees": sum(c.niveau is not None for c in mine)}


@pytest.mark.parametrize("kind", KINDS)
def test_one_territory(server, kind):
    for feature in server.json(f"/collections/{kind}/items?limit=3&offset=2")["features"]:
        alone = server.json(f"/collections/{kind}/items/{feature['id']}")
        assert [link["rel"] for link in alone.pop("links")] == ["self", "alternate", "collection"]
        assert alone == feature
    for code in ("0", "00", "abc", "", "9" * 30, "01%2F"):
        assert server.get(f"/collections/{kind}/items/{code}").status == 404


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("query, wanted", [
    ("commune=13056,2A004", lambda c: c.code in ("13056", "2A004")),
    ("commune=13201", lambda c: c.code == "13055"),
    ("departement=01,39", lambda c: c.departement in ("01", "39")),
    ("region=93", lambda c: c.region == "93"),
    ("epci=200054807,200069193", lambda c: c.epci in ("200054807", "200069193")),
    ("departement=13&epci=200054807", lambda c: c.departement == "13" and c.epci == "200054807"),
    ("departement=2A&region=11", lambda c: False),
])
def test_a_territory_is_found_by_what_is_in_it(server, oracle, kind, query, wanted):
    found = features(server, f"/collections/{kind}/items?limit=7&{query}")
    codes = [f["id"] for f in found]
    assert len(codes) == len(set(codes))
    assert set(codes) == {code for code, communes in members(oracle, kind).items()
                          if any(wanted(c) for c in communes)}


@pytest.mark.parametrize("kind, q, code", [
    ("regions", "prov", "93"), ("regions", "ile de france", "11"), ("regions", "93", "93"),
    ("departements", "cote d'or", "21"), ("departements", "2A", "2A"),
    ("epcis", "faucigny", "200000172"), ("epcis", "200000172", "200000172"),
])
def test_territories_by_name(server, kind, q, code):
    found = server.json(f"/collections/{kind}/items?q={q.replace(' ', '%20')}")
    assert code in [f["id"] for f in found["features"]]
    assert found["numberMatched"] == len(found["features"]) < 60


@pytest.mark.parametrize("kind, name", [
    *((kind, name) for kind in KINDS for name in ("niveau", "axe", "usage")),
    ("labels", "axe"),
])
def test_filters_that_mean_nothing_are_refused(server, kind, name):
    value = {"usage": "1a1"}.get(name, "1")
    problem = server.problem(f"/collections/{kind}/items?{name}={value}")
    assert problem["parameter"] == name and kind in problem["detail"]


@pytest.mark.parametrize("kind", KINDS)
def test_initiatives_are_counted_under_a_filter(server, kind):
    counts = {line["key"]: line["count"] for line in
              server.json(f"/counts?by={KINDS[kind]}&axe=1&datetime=2015-01-01/..")["counts"]}
    found = features(server, f"/collections/{kind}/items?properties=code,initiatives&axe=1"
                             "&datetime=2015-01-01/..")
    assert any(counts.values())
    assert all(f["properties"]["initiatives"] == counts.get(f["id"], 0) for f in found)


# ---- Their places ----

@pytest.mark.parametrize("kind", KINDS)
def test_a_centre_is_inside_or_unknown(drawn, oracle, contours, kind):
    placed = 0
    communes = members(oracle, kind)
    for feature in features(drawn, f"/collections/{kind}/items"):
        drawings = [contours[c.code] for c in communes[feature["id"]] if c.code in contours]
        if not drawings:
            assert feature["geometry"] is None
            continue
        placed += 1
        point = feature["geometry"]["coordinates"]
        assert feature["geometry"]["type"] == "Point"
        assert any(holds(rings, point) for rings in drawings)
    assert placed >= 2


@pytest.mark.parametrize("kind", KINDS)
def test_places_of_territories_are_asked_for(drawn, kind):
    whole = features(drawn, f"/collections/{kind}/items")
    placed = {f["id"]: f["geometry"]["coordinates"] for f in whole if f["geometry"]}
    box = (4.0, 46.0, 5.45, 47.0)
    inside = {code for code, point in placed.items() if in_box(point, box)}
    found = features(drawn, f"/collections/{kind}/items?bbox={','.join(map(str, box))}")
    assert {f["id"] for f in found} == inside
    lon, lat = next(iter(placed.values()))
    found = features(drawn, f"/collections/{kind}/items?limit=1&near={lon},{lat}")
    assert [f["id"] for f in found] == sorted(
        placed, key=lambda code: geodesic_m(lon, lat, *placed[code]) if
        placed[code] != [lon, lat] else 0)
    assert found[0]["properties"]["distance_m"] == 0


# ---- Labels ----

def wanted_labels(oracle):
    found = {}
    for row in rows_of(DATA / "labels-synthetiques.csv"):
        commune = oracle.communes[row["commune"]]
        found[f"{row['annee']}-{commune.code}"] = {
            "commune": commune.code, "commune_nom": commune.nom, "annee": int(row["annee"]),
            "niveau": int(row["niveau"]),
            "mentions": row["mentions"].split("|") if row["mentions"] else []}
    return found


def test_labels_say_what_the_rows_say(server, oracle):
    wanted = wanted_labels(oracle)
    found = features(server, "/collections/labels/items?limit=500")
    assert len(found) == len(wanted)
    for feature in found:
        assert feature["properties"] == wanted[feature["id"]]
        position = oracle.communes[feature["properties"]["commune"]].position
        assert (feature["geometry"] and tuple(feature["geometry"]["coordinates"])) == position


@pytest.mark.parametrize("query, wanted", [
    ("niveau=5", lambda label, commune: label["niveau"] == 5),
    ("niveau=1,2&departement=13", lambda label, commune: label["niveau"] in (1, 2)
     and commune.departement == "13"),
    ("commune=13056", lambda label, commune: commune.code == "13056"),
    ("epci=200054807", lambda label, commune: commune.epci == "200054807"),
    ("region=11,84", lambda label, commune: commune.region in ("11", "84")),
    ("bbox=4,43,6,44", lambda label, commune: in_box(commune.position, (4, 43, 6, 44))),
])
def test_labels_are_filtered(server, oracle, query, wanted):
    found = features(server, f"/collections/labels/items?limit=37&{query}")
    ids = [f["id"] for f in found]
    assert len(ids) == len(set(ids))
    assert set(ids) == {id for id, label in wanted_labels(oracle).items()
                        if wanted(label, oracle.communes[label["commune"]])} != set()


def test_labels_by_name_of_the_commune(server, oracle):
    found = features(server, "/collections/labels/items?q=martigues&limit=2")
    assert {f["id"] for f in found} == {id for id in wanted_labels(oracle) if "-13056" in id}


def test_one_label(server, oracle):
    wanted = wanted_labels(oracle)
    for id in list(wanted)[::400]:
        alone = server.json(f"/collections/labels/items/{id}")
        assert alone["id"] == id and alone["properties"] == wanted[id]
    for id in ("2020", "2020-", "2020-00000", "1999-13056", "20-13056", "2020-13056x", "02020-13056"):
        assert server.get(f"/collections/labels/items/{id}").status == 404


def test_a_label_by_a_former_code_leads_on(server, oracle):
    labels = wanted_labels(oracle)
    former, today = next((former, today) for former, today in oracle.former.items()
                         if f"2020-{today}" in labels)
    answer = server.get(f"/collections/labels/items/2020-{former}")
    assert answer.status == 308
    assert answer.headers["Location"] == f"{server.url}/collections/labels/items/2020-{today}"


# ---- geometry= ----

def area2(ring):
    """Twice the signed area: positive for one that runs counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:]))


def polygons_of(geometry):
    kind = geometry["type"]
    assert kind in ("Polygon", "MultiPolygon")
    return [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]


def area_of(geometry):
    total = 0
    for outer, *holes in polygons_of(geometry):
        assert area2(outer) > 0 and all(area2(hole) < 0 for hole in holes)  # RFC 7946, 3.1.6
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in (outer, *holes))
        total += area2(outer) + sum(area2(hole) for hole in holes)
    return total


def test_contours_of_communes_are_those_given(drawn, oracle, contours):
    found = features(drawn, "/collections/communes/items?geometry=contour&departement=01,39")
    plain = features(drawn, "/collections/communes/items?departement=01,39")
    assert [{**f, "geometry": None} for f in found] == [{**f, "geometry": None} for f in plain]
    joined = {oracle.former[code] for code in contours if code in oracle.former}
    assert {f["id"] for f in found if f["geometry"]} == set(contours) & set(oracle.communes) | joined
    for feature in found:
        if feature["geometry"]:
            assert area_of(feature["geometry"]) > 0
        if feature["geometry"] and feature["id"] not in joined:
            rings = [ring for part in polygons_of(feature["geometry"]) for ring in part]
            assert {tuple(p) for ring in rings for p in ring} == {
                tuple(p) for ring in contours[feature["id"]] for p in ring}


@pytest.mark.parametrize("kind", KINDS)
def test_contours_of_territories_are_those_of_their_communes(drawn, oracle, kind):
    communes = {f["id"]: f["geometry"] for f in
                features(drawn, "/collections/communes/items?geometry=contour&departement=01,39")}
    mine = members(oracle, kind)
    placed = 0
    for feature in features(drawn, f"/collections/{kind}/items?geometry=contour"):
        parts = [communes[c.code] for c in mine[feature["id"]] if communes.get(c.code)]
        if not parts:
            assert feature["geometry"] is None
            continue
        placed += 1
        wanted = sum(map(area_of, parts))
        assert abs(area_of(feature["geometry"]) - wanted) <= 1e-5 * wanted
    assert placed >= 2


@pytest.mark.parametrize("kind", ["communes", *KINDS])
def test_boxes_are_those_of_the_contours(drawn, kind):
    query = f"/collections/{kind}/items?departement=01,39&near=5.4,46.4&properties=code"
    contours = features(drawn, f"{query}&geometry=contour")
    boxes = features(drawn, f"{query}&geometry=bbox")
    assert [f["properties"] for f in boxes] == [f["properties"] for f in contours]
    drawn_ones = 0
    for contour, box in zip(contours, boxes):
        if not contour["geometry"]:
            assert box["geometry"] is None
            continue
        drawn_ones += 1
        points = [p for part in polygons_of(contour["geometry"]) for ring in part for p in ring]
        (west, east), (south, north) = ((min(p[i] for p in points), max(p[i] for p in points))
                                        for i in (0, 1))
        assert box["geometry"] == {"type": "Polygon", "coordinates": [
            [[west, south], [east, south], [east, north], [west, north], [west, south]]]}
    assert drawn_ones >= 2


def test_the_centre_or_none(drawn):
    plain = features(drawn, "/collections/regions/items")
    assert features(drawn, "/collections/regions/items?geometry=centre") == plain
    assert features(drawn, "/collections/regions/items?geometry=none") == [
        {**f, "geometry": None} for f in plain]


def test_the_geometry_of_one(drawn):
    listed = {f["id"]: f for f in features(drawn, "/collections/departements/items?geometry=contour")}
    alone = drawn.json("/collections/departements/items/01?geometry=contour")
    links = {link["rel"]: link["href"] for link in alone.pop("links")}
    assert alone == listed["01"] and links["self"].endswith("/01?geometry=contour")


@pytest.mark.parametrize("target", [
    "regions/items?geometry=mairie", "regions/items?geometry=", "labels/items?geometry=contour",
    "initiatives/items?geometry=none", "communes/items/13056?geometry=x",
])
def test_geometries_that_there_are_not(server, target):
    assert server.problem(f"/collections/{target}")["parameter"] == "geometry"
