"""filter= beside other parameters and on every route; what is refused; its JSON form."""
import json
import urllib.parse

import pytest
from cql2_help import in_box, items_of, query_of
from mvt import decode


@pytest.fixture(scope="module")
def everything(server):
    return {name: items_of(server, name) for name in ("initiatives", "communes")}


# ---- With everything else ----

CONDITION = "niveau >= 3 AND CASEI(titre) LIKE '%num%'"


def holds(feature):
    p = feature["properties"]
    return bool(p["niveau"]) and p["niveau"] >= 3 and "num" in p["titre"].lower()


@pytest.mark.parametrize("name, value", [
    ("bbox", "-5,41,10,52"), ("bbox", "2,48,3,49"), ("near", "2.35,48.85"), ("departement", "13"),
    ("region", "93,11"), ("axe", "1"), ("usage", "1a1"), ("niveau", "3,4"), ("q", "service"),
    ("datetime", "2018-01-01/.."), ("profile", "compact"), ("properties", "titre,niveau")])
def test_beside_other_parameters(server, name, value):
    alone = items_of(server, "initiatives", **{name: value})
    both = items_of(server, "initiatives", **{name: value}, filter=CONDITION)
    assert [one["id"] for one in both] == [one["id"] for one in alone if holds(one)]
    assert both == [one for one in alone if holds(one)]
    if name not in ("bbox", "profile", "properties"):
        assert 0 < len(both) < len(alone)


def test_with_a_radius(server):
    near = {"near": "2.35,48.85", "radius": "30000"}
    alone = items_of(server, "initiatives", **near)
    both = items_of(server, "initiatives", **near, filter=CONDITION)
    assert both == [one for one in alone if holds(one)] and both


def test_pages(server, everything):
    target = "/collections/initiatives/items?" + query_of(filter=CONDITION, limit=97,
                                                          filter_lang="cql2-text")
    wanted = [one for one in everything["initiatives"] if holds(one)]
    assert server.pages_of(target) == wanted
    page = server.json(target)
    links = {link["rel"]: link["href"] for link in page["links"]}
    for rel in ("self", "next"):
        kept = urllib.parse.parse_qs(urllib.parse.urlsplit(links[rel]).query)
        assert kept["filter"] == [CONDITION] and kept["filter-lang"] == ["cql2-text"]
    behind = server.json(target + "&offset=97")
    assert behind["features"] == wanted[97:194]


def test_counts(server, everything):
    wanted = [one["properties"] for one in everything["initiatives"] if holds(one)]
    for by in ("region", "departement", "commune"):
        answer = server.json("/counts?" + query_of(by=by, filter=CONDITION))
        assert answer["total"] == len(wanted)
        for one in answer["counts"]:
            assert one["count"] == sum(p[by] == one["key"] for p in wanted)


def test_map(server, everything):
    box = "-5,41,10,52"
    wanted = [one for one in everything["initiatives"]
              if holds(one) and in_box(one, -5, 41, 10, 52)]
    answer = server.json("/map?" + query_of(bbox=box, zoom=5, filter=CONDITION))
    assert answer["numberMatched"] == len(wanted)
    assert sum(one["properties"].get("count", 1) for one in answer["features"]) == len(wanted)
    groups = [one for one in answer["features"] if one["properties"].get("cluster")]
    for group in groups[:5]:
        members = server.pages_of(f"/clusters/{group['id']}/items?{query_of(filter=CONDITION)}")
        assert len(members) == group["properties"]["count"]
        assert all(holds(one) for one in members)


def total_of(tile):
    layer = decode(tile).get("_meta")
    return layer.features[0].properties["initiatives"] if layer else 0


def test_tiles(server, everything):
    filtered = query_of(filter=CONDITION)
    wanted = [one["id"] for one in everything["initiatives"] if holds(one)]
    tile = server.get(f"/tiles/initiatives/0/0/0.mvt?{filtered}")
    assert total_of(tile.body) == len(wanted)
    again = server.get(f"/tiles/initiatives/0/0/0.mvt?{filtered}",
                       headers={"If-None-Match": tile.headers["ETag"]})
    assert again.status == 304
    other = server.get("/tiles/initiatives/0/0/0.mvt?" + query_of(filter="niveau = 5"))
    assert other.headers["ETag"] != tile.headers["ETag"]
    # The same set by other words is the same tile.
    same = server.get("/tiles/initiatives/0/0/0.mvt?" + query_of(
        filter=f"NOT (NOT ({CONDITION}))"))
    assert same.body == tile.body and same.headers["ETag"] == tile.headers["ETag"]
    document = server.json(f"/tiles/initiatives.json?{filtered}")
    template = urllib.parse.urlsplit(document["tiles"][0])
    assert urllib.parse.parse_qs(template.query)["filter"] == [CONDITION]


def test_entity_tags_follow_the_filter(server):
    one = server.get("/collections/initiatives/items?" + query_of(filter="niveau = 5"))
    two = server.get("/collections/initiatives/items?" + query_of(filter="niveau = 4"))
    assert one.headers["ETag"] != two.headers["ETag"]
    again = server.get("/collections/initiatives/items?" + query_of(filter="niveau = 5"),
                       headers={"If-None-Match": one.headers["ETag"]})
    assert again.status == 304


def test_communes_counted_under_other_filters(server, everything):
    """filter= is about communes here, axe= about the initiatives that are counted."""
    found = items_of(server, "communes", filter="niveau = 5", properties="code,initiatives",
                     axe="1")
    codes = {one["id"] for one in everything["communes"] if one["properties"]["niveau"] == 5}
    assert {one["id"] for one in found} == codes
    counts = {}
    for one in everything["initiatives"]:
        if "1" in one["properties"]["axes"]:
            code = one["properties"]["commune"]
            counts[code] = counts.get(code, 0) + 1
    assert all(one["properties"]["initiatives"] == counts.get(one["id"], 0) for one in found)


# ---- Coordinate systems ----

def test_filter_crs(server):
    crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    epsg4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
    box = "S_INTERSECTS(geometry, BBOX(2, 48, 3, 49))"
    wanted = items_of(server, "initiatives", filter=box)
    assert wanted
    assert items_of(server, "initiatives", filter=box, filter_crs=crs84) == wanted
    for text in ("S_INTERSECTS(geometry, BBOX(48, 2, 49, 3))",
                 "S_INTERSECTS(geometry, POLYGON((48 2, 48 3, 49 3, 49 2, 48 2)))"):
        assert items_of(server, "initiatives", filter=text, filter_crs=epsg4326) == wanted
    problem = server.problem("/collections/initiatives/items?" + query_of(
        filter=box, filter_crs="http://www.opengis.net/def/crs/EPSG/0/999999"))
    assert problem["parameter"] == "filter-crs"


# ---- What is refused ----

@pytest.mark.parametrize("text, detail", [
    ("", "filter: "),
    ("niveau", "filter: at character "),
    ("niveau =", "filter: at character "),
    ("nivau = 3", "filter: at character 1, unknown property 'nivau': did you mean 'niveau'?"),
    ("niveau = 3 AND x = 1", "filter: at character 16, unknown property 'x': wanted one of titre, "),
    ("niveau = 'quatre'",
     "filter: at character 10, a text cannot be compared with 'niveau' (a number)"),
    ("titre = 4", "filter: at character 9, a number cannot be compared with 'titre' (a text)"),
    ("date > '2019-01-01'",
     "filter: at character 8, a text cannot be compared with 'date' (a date)"),
    ("geometry = 'POINT(1 1)'", "filter: at character 1, 'geometry' (a geometry) cannot stand"),
    ("S_INTERSECTS(titre, POINT(1 1))",
     "filter: at character 14, 'titre' (a text) cannot stand in a comparison of places"),
    ("S_INTERSECTS(geometry, POINT(48.85 2.35))",
     "filter: at character 24, the geometry looks latitude first"),
    ("S_INTERSECTS(geometry, POLYGON((0 0, 2 2, 2 0, 0 2, 0 0)))",
     "filter: at character 24, the geometry is not valid: Self-intersection at 1.0000000 1.0000000"),
    ("lenght(titre) > 3",
     "filter: at character 1, unknown function 'lenght': did you mean 'length'?"),
    ("length(titre, 3) > 3", "filter: at character 1, length() has 2 arguments: wanted 1"),
    ("titre LIKE '" + "a" * 2000 + "'", "filter: at character 1, the pattern of LIKE has 2000"),
])
def test_what_is_refused(server, text, detail):
    target = "/collections/initiatives/items?" + query_of(filter=text)
    answer = server.get(target)
    problem = server.problem(target, status=answer.status)
    assert 400 <= answer.status < 500
    assert problem["parameter"] == "filter" and problem["detail"].startswith(detail), problem


@pytest.mark.parametrize("params, parameter", [
    ({"filter": "TRUE", "filter_lang": "sql"}, "filter-lang"),
    ({"filter": "TRUE", "filter_lang": "CQL2-TEXT"}, "filter-lang"),
    ({"filter": "TRUE", "filter_crs": "EPSG:0"}, "filter-crs"),
    ({"filter_lang": "cql2-text"}, "filter-lang"),
    ({"filter_crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}, "filter-crs"),
])
def test_other_parameters_are_checked(server, params, parameter):
    problem = server.problem("/collections/initiatives/items?" + query_of(**params))
    assert problem["parameter"] == parameter


def test_every_route_refuses_the_same(server):
    wrong = query_of(filter="nivau = 3")
    for path in ("/collections/initiatives/items?", "/collections/communes/items?",
                 "/map?bbox=2,48,3,49&zoom=9&", "/counts?by=region&", "/tiles/initiatives/0/0/0.mvt?",
                 "/tiles/initiatives.json?", "/style.json?"):
        problem = server.problem(path + wrong)
        assert problem["parameter"] == "filter"
        assert "did you mean 'niveau'?" in problem["detail"]


# ---- The JSON form ----

PAIRS = [
    ("niveau = 4", {"op": "=", "args": [{"property": "niveau"}, 4]}),
    ("commune_nom LIKE 'Saint-%'", {"op": "like", "args": [{"property": "commune_nom"}, "Saint-%"]}),
    ("niveau BETWEEN 2 AND 4", {"op": "between", "args": [{"property": "niveau"}, 2, 4]}),
    ("commune_nom NOT IN ('Paris', 'Lyon')",
     {"op": "not", "args": [{"op": "in", "args": [{"property": "commune_nom"},
                                                  ["Paris", "Lyon"]]}]}),
    ("CASEI(commune_nom) IN (CASEI('PARIS'), CASEI('lyon'))",
     {"op": "in", "args": [{"op": "casei", "args": [{"property": "commune_nom"}]},
                           [{"op": "casei", "args": ["PARIS"]}, {"op": "casei", "args": ["lyon"]}]]}),
    ("ACCENTI(commune_nom) = ACCENTI('Orleans')",
     {"op": "=", "args": [{"op": "accenti", "args": [{"property": "commune_nom"}]},
                          {"op": "accenti", "args": ["Orleans"]}]}),
    ("epci IS NULL", {"op": "isNull", "args": [{"property": "epci"}]}),
    ("S_INTERSECTS(geometry, POLYGON((2 48, 3 48.2, 2.4 49, 2 48)))",
     {"op": "s_intersects", "args": [{"property": "geometry"}, {
         "type": "Polygon", "coordinates": [[[2, 48], [3, 48.2], [2.4, 49], [2, 48]]]}]}),
    ("S_INTERSECTS(geometry, BBOX(2, 48, 3, 49))",
     {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [2, 48, 3, 49]}]}),
    ("date >= DATE('2018-06-15')",
     {"op": ">=", "args": [{"property": "date"}, {"date": "2018-06-15"}]}),
    ("T_INTERSECTS(date, INTERVAL('2018-01-01', '..'))",
     {"op": "t_intersects", "args": [{"property": "date"}, {"interval": ["2018-01-01", ".."]}]}),
    ("A_CONTAINS(axes, ('1', '3'))",
     {"op": "a_contains", "args": [{"property": "axes"}, ["1", "3"]]}),
    ("niveau > (id - 9998)",
     {"op": ">", "args": [{"property": "niveau"},
                          {"op": "-", "args": [{"property": "id"}, 9998]}]}),
    ("year(date) = 2018 AND (niveau = 3 OR niveau = 5)",
     {"op": "and", "args": [
         {"op": "=", "args": [{"op": "year", "args": [{"property": "date"}]}, 2018]},
         {"op": "or", "args": [{"op": "=", "args": [{"property": "niveau"}, 3]},
                               {"op": "=", "args": [{"property": "niveau"}, 5]}]}]}),
]


@pytest.mark.parametrize("text, document", PAIRS, ids=[text for text, _ in PAIRS])
def test_both_forms_leave_the_same(server, text, document):
    target = "/collections/initiatives/items?"
    by_text = server.json(target + query_of(limit=10000, filter=text))
    by_json = server.json(target + query_of(limit=10000, filter=json.dumps(document),
                                            filter_lang="cql2-json"))
    assert by_text["features"] == by_json["features"]
    assert 0 < by_text["numberMatched"] < 11784


def test_refusals_of_the_json_form_have_a_pointer(server):
    def problem(document):
        return server.problem("/collections/initiatives/items?" + query_of(
            filter=json.dumps(document), filter_lang="cql2-json"))
    refused = problem({"op": "and", "args": [
        {"op": "=", "args": [{"property": "niveau"}, 4]},
        {"op": "=", "args": [{"property": "nivau"}, 4]}]})
    assert refused["parameter"] == "filter"
    assert refused["detail"] == ("filter: at /args/1/args/0, unknown property 'nivau': did you "
                                 "mean 'niveau'?")
    refused = problem({"op": "=", "args": [{"property": "niveau"}, "4"]})
    assert refused["detail"] == ("filter: at /args/1, a text cannot be compared with 'niveau' (a "
                                 "number)")
    assert server.problem("/collections/initiatives/items?" + query_of(
        filter="niveau = 4", filter_lang="cql2-json"))["parameter"] == "filter"


# ---- The other collections ----

@pytest.mark.parametrize("collection, text, holds", [
    ("epcis", "initiatives > 50", lambda p: p["initiatives"] > 50),
    ("departements", "code IN ('2A', '13')", lambda p: p["code"] in ("2A", "13")),
    ("regions", "CASEI(nom) LIKE '%france%'", lambda p: "france" in p["nom"].lower()),
    ("labels", "annee = 2019 AND niveau >= 4", lambda p: p["annee"] == 2019 and p["niveau"] >= 4),
])
def test_the_other_collections(server, collection, text, holds):
    everything = items_of(server, collection)
    wanted = [one for one in everything if holds(one["properties"])]
    assert 0 < len(wanted) < len(everything)
    assert items_of(server, collection, filter=text) == wanted
