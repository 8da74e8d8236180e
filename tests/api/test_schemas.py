"""Queryables, sortables and schemas: JSON Schemas that every feature keeps to."""
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


def test_closed_lists_are_listed(server):
    properties = get_schema(server, "initiatives", "queryables")["properties"]
    themes = server.json("/themes")["themes"]
    assert properties["axes"]["items"]["enum"] == [t["id"] for t in themes if t["niveau"] == 1]
    assert properties["themes"]["items"]["enum"] == [t["id"] for t in themes if t["niveau"] == 3]
    assert "13" in properties["departement"]["enum"] and "enum" not in properties["commune"]
    assert properties["niveau"]["minimum"] == 1 and properties["niveau"]["maximum"] == 5


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
