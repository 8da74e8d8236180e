"""Queryables, sortables and schemas: JSON Schemas that every feature keeps to."""
import json
import re
from urllib.parse import quote

import jsonschema
import pytest
from oracle import features

COLLECTIONS = ["initiatives", "communes", "epcis", "departements", "regions", "labels"]
DRAFT = "https://json-schema.org/draft/2020-12/schema"


def get_schema(server, collection, name):
    answer = server.get(f"/collections/{collection}/{name}")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/schema+json"
    document = answer.json()
    jsonschema.Draft202012Validator.check_schema(document)
    assert document["$schema"] == DRAFT and document["type"] == "object"
    assert document["$id"] == f"{server.url}/collections/{collection}/{name}"
    assert all(p["title"] and p["description"] for p in document["properties"].values())
    return document


def without_nulls(feature):
    members = {"id": feature["id"], **feature["properties"]}
    return {name: value for name, value in members.items() if value is not None}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_features_keep_to_the_schema(server, collection):
    document = get_schema(server, collection, "schema")
    validator = jsonschema.Draft202012Validator(
        {**document, "additionalProperties": False}, format_checker=jsonschema.FormatChecker())
    found = features(server, f"/collections/{collection}/items?departement=13,971,2A&limit=500")
    assert found
    for feature in found:
        members = without_nulls(feature)
        if "id" not in document["properties"]:
            assert members.pop("id") == feature["properties"]["code"]
        validator.validate(members)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_roles(server, collection):
    properties = get_schema(server, collection, "schema")["properties"]
    roles = {p["x-ogc-role"]: name for name, p in properties.items() if "x-ogc-role" in p}
    assert roles["primary-geometry"] == "geometry"
    assert roles["id"] == ("id" if collection in ("initiatives", "labels") else "code")
    assert roles.get("primary-instant") == ("date" if collection == "initiatives" else None)
    assert properties["geometry"]["format"] == "geometry-point"


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_what_is_asked_or_sorted_by_is_there(server, collection):
    schema = get_schema(server, collection, "schema")["properties"]
    for name in ("queryables", "sortables"):
        document = get_schema(server, collection, name)
        assert document["additionalProperties"] is False
        assert document["properties"]
        for property, description in document["properties"].items():
            assert description == schema[property]
    assert "geometry" not in get_schema(server, collection, "sortables")["properties"]
    places = [p["x-ogc-propertySeq"] for p in schema.values()]
    assert len(set(places)) == len(places) and min(places) > 0


def test_closed_lists_are_listed(server):
    properties = get_schema(server, "initiatives", "queryables")["properties"]
    themes = server.json("/themes")["themes"]
    assert properties["axes"]["items"]["enum"] == [t["id"] for t in themes if t["niveau"] == 1]
    assert properties["themes"]["items"]["enum"] == [t["id"] for t in themes if t["niveau"] == 3]
    assert "13" in properties["departement"]["enum"] and "enum" not in properties["commune"]
    assert properties["niveau"]["minimum"] == 1 and properties["niveau"]["maximum"] == 5


@pytest.mark.parametrize("query", ["", "?f=csv&limit=3", "?resultType=hits", "?crs=EPSG:2154&limit=3"])
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_features_link_to_them_in_the_header(server, collection, query):
    """Where a client has asked for features and wants to filter or sort them."""
    target = f"/collections/{collection}/items{query}"
    for answer in (server.get(target), server.get(target, method="HEAD")):
        links = dict(re.findall(r'<([^>]*)>; rel="([^"]*)"', answer.headers["Link"]))
        for name in ("queryables", "sortables"):
            assert links[f"{server.url}/collections/{collection}/{name}"] == (
                f"http://www.opengis.net/def/rel/ogc/1.0/{name}")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_the_collection_links_to_them(server, collection):
    links = server.json(f"/collections/{collection}")["links"]
    for name in ("queryables", "sortables", "schema"):
        found = [link for link in links if link["rel"].endswith(f"/{name}")]
        assert len(found) == 1 and found[0]["type"] == "application/schema+json"
        assert found[0]["href"] == f"{server.url}/collections/{collection}/{name}"


@pytest.mark.parametrize("name", ["queryables", "sortables", "schema"])
def test_as_pages_and_of_nothing(server, name):
    page = server.get(f"/collections/labels/{name}?f=html")
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/html")
    assert "annee" in page.body.decode()
    assert "'nothing'" in server.problem(f"/collections/nothing/{name}", 404)["detail"]
    assert server.get(f"/collections/labels/{name}", headers={"Accept": "application/json"}).json()


# ---- Queryables as parameters ----

SIMPLE = {"string", "integer"}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_queryables_are_parameters(server, collection):
    """What equals a feature's own value, feature by feature, against looking at all of them."""
    queryables = get_schema(server, collection, "queryables")["properties"]
    whole = features(server, f"/collections/{collection}/items?departement=13,2A,971&limit=10000")
    tried = 0
    for name, description in queryables.items():
        if description.get("type") not in SIMPLE or name == "departement":
            continue
        values = {f["id"] if name == "id" else f["properties"].get(name) for f in whole} - {None}
        for value in sorted(values, key=str)[::max(1, len(values) // 3)]:
            tried += 1
            found = features(server, f"/collections/{collection}/items?departement=13,2A,971"
                                     f"&{name}={quote(str(value), safe='')}&limit=500")
            assert {f["id"] for f in found} >= {
                f["id"] for f in whole
                if (f["id"] if name == "id" else f["properties"].get(name)) == value}
            assert all(value == (f["id"] if name == "id" else f["properties"][name])
                       for f in found)
    assert tried >= 6


def test_parameters_and_a_filter_hold_together(server):
    target = "/collections/communes/items?nom=Saint-Denis&limit=100"
    both = {f["id"] for f in features(server, target)}
    assert {"93066", "97411"} <= both
    condition = quote("departement = '93' OR 1 = 2")
    one = features(server, f"{target}&filter={condition}")
    assert [f["id"] for f in one] == ["93066"]
    server.problem(f"{target}&filter={quote('1 = 1) OR (1 = 1')}")
    # A filter as long as an address has room for; in either form; places are those of the filter.
    long = f"departement IN ('93', '{'x' * 8000}')"
    assert [f["id"] for f in features(server, f"{target}&filter={quote(long)}")] == ["93066"]
    form = json.dumps({"op": "=", "args": [{"property": "departement"}, "93"]})
    assert [f["id"] for f in features(
        server, f"{target}&population=149077&filter-lang=cql2-json&filter={quote(form)}")] == [
            f["id"] for f in features(server, target + "&departement=93&population=149077")]
    problem = server.problem(f"{target}&filter={quote('nom = 3')}")
    assert (problem["parameter"], "at character" in problem["detail"]) == ("filter", True)


@pytest.mark.parametrize("collection, query, parameter", [
    ("communes", "population=many", "population"), ("communes", "population=1.5", "population"),
    ("communes", "population=", "population"), ("communes", "annee=2020", "annee"),
    ("labels", "annee=20e2", "annee"), ("initiatives", "date=2020-02-30", "date"),
    ("initiatives", "population=3", "population"), ("regions", "zone=metro", "zone"),
])
def test_values_of_another_type_are_refused(server, collection, query, parameter):
    assert server.problem(f"/collections/{collection}/items?{query}")["parameter"] == parameter


@pytest.mark.parametrize("value", ["'", "''", "\\", "\\'", "' OR '1'='1", "%", "l'haÿ"])
def test_texts_are_taken_as_they_are(server, value):
    page = server.json(f"/collections/communes/items?nom={quote(value)}")
    assert page["numberMatched"] == 0
