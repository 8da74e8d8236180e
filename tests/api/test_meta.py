"""What describes the data and the service: landing page, collections, OpenAPI, GDAL's view of it.

server/conformance/classes.txt says which tests prove which class of /conformance.
"""
import re
import subprocess
import sys

import jsonschema
import pytest
from conftest import DATA, N_INITIATIVES, ROOT, serving

CLASSES = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
COLLECTIONS = ["initiatives", "communes", "epcis", "departements", "regions", "labels"]


def link(document, rel):
    found = [item for item in document["links"] if item["rel"] == rel]
    assert found, f"no link {rel!r}"
    return found[0]


def follow(server, href):
    """The answer behind an absolute link of the server."""
    assert href.startswith(server.url + "/"), href
    return server.get(href[len(server.url):])


def test_landing_page(server):
    landing = server.json("/")
    assert landing["title"]
    for rel, kind in [("self", "application/json"), ("alternate", "text/html"),
                      ("service-desc", "application/vnd.oai.openapi+json;version=3.0"),
                      ("service-doc", "text/html"), ("conformance", "application/json"),
                      ("data", "application/json")]:
        item = link(landing, rel)
        assert item["type"] == kind
        answer = follow(server, item["href"])
        assert answer.status == 200
        if kind == "text/html":
            assert rel == "alternate" or answer.headers["Content-Type"].startswith(kind)
        else:
            assert answer.headers["Content-Type"] == kind
            answer.json()


def test_conformance(server):
    classes = server.json("/conformance")["conformsTo"]
    lines = (ROOT / "server/conformance/classes.txt").read_text(encoding="utf-8").splitlines()
    assert classes == [line for line in lines if line.startswith("http")]
    for name in ("core", "oas30", "geojson"):
        assert CLASSES + name in classes


def test_no_class_without_a_test(tmp_path):
    """The build refuses a class whose test is not there."""
    def build(text):
        (tmp_path / "classes.txt").write_text(text)
        return subprocess.run([sys.executable, ROOT / "server/conformance/embed.py", ROOT,
                               tmp_path / "classes.txt", tmp_path / "out.c", tmp_path / "out.d"],
                              capture_output=True, text=True)
    proof = "    tests/api/test_meta.py::test_no_class_without_a_test\n"
    assert build("http://example.org/a\n" + proof).returncode == 0
    assert '"http://example.org/a"' in (tmp_path / "out.c").read_text()
    for text, word in [("http://example.org/a\nhttp://example.org/b\n" + proof, "no test proves"),
                       ("http://example.org/a\n    tests/api/test_meta.py::test_x\n", "test_x"),
                       ("http://example.org/a\n    tests/nowhere.py::test_x\n", "does not exist"),
                       (proof, "without a class"), ("a class\n" + proof, "address")]:
        done = build(text)
        assert done.returncode == 1 and word in done.stderr, done.stderr


def test_collections(server):
    document = server.json("/collections")
    assert [c["id"] for c in document["collections"]] == COLLECTIONS
    assert follow(server, link(document, "self")["href"]).json() == document
    for collection in document["collections"]:
        assert collection["itemType"] == "feature"
        assert collection["title"] and collection["description"]
        assert collection["crs"][0] == collection["storageCrs"]
        alone = follow(server, link(collection, "self")["href"]).json()
        assert alone == collection
        page = follow(server, link(collection, "alternate")["href"])
        assert page.headers["Content-Type"].startswith("text/html")
        items = follow(server, link(collection, "items")["href"])
        assert items.headers["Content-Type"] == "application/geo+json"
        of_items = [item for item in collection["links"] if item["rel"] == "items"]
        assert len({item["href"] for item in of_items}) == len(of_items) >= 7
        for item in of_items:
            separator = "&" if "?" in item["href"] else "?"
            answer = follow(server, item["href"] + separator + "limit=2")
            assert answer.status == 200 and answer.headers["Content-Type"].startswith(item["type"])
        assert items.json()["type"] == "FeatureCollection"
    assert "'nothing'" in server.problem("/collections/nothing", 404)["detail"]


def inside(box, lon, lat):
    west, south, east, north = box
    if not south <= lat <= north:
        return False
    return west <= lon <= east if west <= east else lon >= west or lon <= east


def all_features(server, collection):
    features, target = [], f"/collections/{collection}/items?limit=10000"
    while target:
        page = server.json(target)
        features += page["features"]
        following = [item["href"] for item in page["links"] if item["rel"] == "next"]
        target = following[0][len(server.url):] if following else None
    assert len(features) == page["numberMatched"]
    return features


@pytest.mark.parametrize("name", ["initiatives", "communes", "labels"])
def test_extents_hold_every_feature(server, name):
    extent = server.json(f"/collections/{name}")["extent"]
    box, *parts = extent["spatial"]["bbox"]
    features = all_features(server, name)
    placed = [f["geometry"]["coordinates"] for f in features if f["geometry"]]
    assert placed and all(inside(box, *position) for position in placed)
    # One box for each part of the country: all are needed, none is wider than it must be.
    assert all(any(inside(part, *position) for part in parts) for position in placed)
    for west, south, east, north in parts:
        within = [p for p in placed if west <= p[0] <= east and south <= p[1] <= north]
        assert (west, east) == (min(p[0] for p in within), max(p[0] for p in within))
        assert (south, north) == (min(p[1] for p in within), max(p[1] for p in within))
    assert len(parts) >= 9 and inside(parts[0], 2.35, 48.85) and not inside(parts[0], 55.5, -21)
    # French territory reaches over the antimeridian, but clients take west above east for swapped.
    lons = [lon for lon, _ in placed]
    assert (box[0], box[2]) == (min(lons), max(lons))
    if name == "initiatives":
        begin, end = extent["temporal"]["interval"][0]
        dates = sorted(f["properties"]["date"] for f in features)
        assert (begin, end) == (dates[0] + "T00:00:00Z", dates[-1] + "T23:59:59Z")
    elif name == "labels":
        years = [f["properties"]["annee"] for f in features]
        assert extent["temporal"]["interval"] == [
            [f"{min(years)}-01-01T00:00:00Z", f"{max(years)}-12-31T23:59:59Z"]]
    else:
        assert "temporal" not in extent


def references(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "$ref":
                yield inner
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document, reference):
    assert reference.startswith("#/")
    for part in reference[2:].split("/"):
        document = document[part]
    return document


@pytest.mark.parametrize("path, target", [
    ("/", "/"), ("/collections", "/collections"),
    ("/collections/{collection}", "/collections/communes"),
    ("/collections/{collection}/items", "/collections/initiatives/items?departement=2A&limit=2"),
    ("/collections/{collection}/items/{id}", "/collections/communes/items/13056?crs=EPSG:2154")])
def test_every_other_form_is_linked_to(server, path, target):
    """17-069r4: /req/core/fc-links, f-links, fc-md-links."""
    def kind(text):
        return text.partition(";")[0]
    forms = {kind(form) for form in
             server.json("/api")["paths"][path]["get"]["responses"]["200"]["content"]}
    answer = server.get(target, headers={"Accept": "application/json"})
    links = answer.json()["links"]
    own = kind(answer.headers["Content-Type"])
    assert [link["type"] for link in links if link["rel"] == "self"] == [own]
    others = {kind(link["type"]): link["href"] for link in links if link["rel"] == "alternate"}
    assert set(others) == forms - {own}
    for form, href in others.items():
        accept = {"Accept": "text/html"} if form == "text/html" else {}
        found = server.get(href[len(server.url):], headers=accept)
        assert found.status == 200 and kind(found.headers["Content-Type"]) == form


def check_example(parameter):
    jsonschema.Draft4Validator(parameter["schema"]).validate(parameter["example"])


def test_tiles_are_found_by_operation(server):
    """The names that OGC 20-057 gives (/req/oas30/operation-id)."""
    paths = server.json("/api")["paths"]
    found = {item["get"]["operationId"]: path for path, item in paths.items()}
    for kind, above in (("dataset", ""), ("collection", "/collections/{collection}")):
        name = f"features.{kind}.vector.get"
        assert found[name + "TileSetsList"] == above + "/tiles"
        assert found[name + "TileSet"] == above + "/tiles/WebMercatorQuad"
        assert found[name + "Tile"] == above + "/tiles/WebMercatorQuad/{z}/{row}/{col}"
    assert found["getTileMatrixSetsList"] == "/tileMatrixSets"
    assert found["getTileMatrixSet"] == "/tileMatrixSets/WebMercatorQuad"


def test_openapi_is_whole(server):
    document = server.json("/api")
    assert document["openapi"] == "3.0.3"
    assert document["info"]["title"] and document["info"]["version"]
    assert document["servers"] == [{"url": server.url}]
    for reference in references(document):
        resolve(document, reference)
    names = [item["get"]["operationId"] for item in document["paths"].values()]
    assert len(set(names)) == len(names)
    for path, item in document["paths"].items():
        parameters = [resolve(document, p["$ref"]) if "$ref" in p else p
                      for p in item["get"]["parameters"]]
        in_path = [p["name"] for p in parameters if p["in"] == "path"]
        assert in_path == re.findall(r"{(\w+)}", path)
        assert all(p["required"] for p in parameters if p["in"] == "path")
        for operation in item.values():
            assert operation["summary"] and operation["tags"]
            problems = {"default"} | ({"404"} if in_path else set())
            assert {"200"} | problems <= set(operation["responses"])
            for status in set(operation["responses"]) - {"200"}:
                answer = resolve(document, operation["responses"][status]["$ref"])
                assert "application/problem+json" in answer["content"]
        for parameter in parameters:
            if parameter["in"] == "path":
                check_example(parameter)
    for parameter in document["components"]["parameters"].values():
        jsonschema.Draft4Validator.check_schema(parameter["schema"])
        assert parameter["description"]
        if "example" in parameter:
            check_example(parameter)
            assert f"Example: {parameter['name']}=" in parameter["description"]
    without = {name for name, parameter in document["components"]["parameters"].items()
               if "example" not in parameter}
    assert without == {"cursor"}
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft4Validator.check_schema(schema)


CODES = {"communes": "44109", "communes_associees_deleguees": "01015", "epcis": "244400404",
         "departements": "44", "regions": "52"}


def test_openapi_tells_the_truth(server):
    """Every path is answered, with a parameter that is not described refused."""
    paths = server.json("/api")["paths"]
    view = server.json("/map?bbox=-5,41,10,51&zoom=5")
    cluster = next(one["id"] for one in view["features"] if one["properties"].get("cluster"))
    for wanted in ("/", "/conformance", "/collections", "/collections/{collection}",
                   "/collections/{collection}/items", "/collections/{collection}/items/{id}",
                   "/map", "/counts", "/search", "/communes/at", "/communes/nearest"):
        assert wanted in paths
    for path, item in paths.items():
        target = path.replace("{collection}", "initiatives").replace(
            "{id}", str(cluster) if path.startswith("/clusters/") else "1").replace(
            "{kind}/{code}", "commune/13056")
        target = target.replace("{tileset}", "initiatives")
        for name, number in (("z", 6), ("x", 32), ("y", 22), ("row", 22), ("col", 32)):
            target = target.replace("{" + name + "}", str(number))
        target = target.replace("{code}", CODES.get(path.split("/")[1], "1"))
        answer = server.get(target)
        assert answer.status in (200, 400), path
        media = item["get"]["responses"]["200"]["content"]
        if answer.status == 200:
            assert answer.headers["Content-Type"] in media
        if item["get"]["tags"] in (["API Geo"], ["Embeds"], ["Pages"]):
            assert answer.status == (400 if path == "/oembed" else 200)
            assert server.get(target + "?bogus=1").body == answer.body
        elif path not in ("/", "/livez", "/readyz"):
            assert "bogus" in server.problem(target + "?bogus=1")["detail"], path


def features_schema(document):
    """The description of a FeatureCollection with its references put in."""
    def whole(value):
        if isinstance(value, dict):
            if "$ref" in value:
                return whole(resolve(document, value["$ref"]))
            out = {k: whole(v) for k, v in value.items() if k != "nullable"}
            if value.get("nullable"):
                out["type"] = [out["type"], "null"]
            return out
        return [whole(v) for v in value] if isinstance(value, list) else value
    return whole(document["components"]["schemas"]["featureCollection"])


@pytest.mark.parametrize("target", ["/collections/initiatives/items?limit=20",
                                    "/collections/communes/items?limit=20",
                                    "/map?bbox=2,48,3,49&zoom=9"])
def test_answers_are_as_described(server, target):
    jsonschema.validate(server.json(target), features_schema(server.json("/api")))


def test_themes(server):
    themes = server.json("/themes")["themes"]
    assert [sum(t["niveau"] == level for t in themes) for level in (1, 2, 3)] == [4, 12, 28]
    known = set()
    for theme in themes:
        assert theme["parent"] in known | {None}
        assert theme["parent"] == (theme["id"][:-1] or None)
        assert theme["libelle"]
        known.add(theme["id"])
    with open(DATA / "themes.csv", encoding="utf-8-sig") as file:
        assert len(themes) == sum(1 for _ in file) - 1


def test_summary_is_computed(server):
    summary = server.json("/summary")
    assert summary["annee"] == 2020
    assert summary["labelled_communes"] == 486
    assert summary["labelled_population"] > 26_000_000
    assert summary["population"] > 68_000_000
    assert summary["contours"] == 0
    assert summary["initiatives"] == N_INITIATIVES
    assert summary["initiatives"] == server.json("/counts?by=region")["total"]
    communes = server.json("/collections/communes/items?limit=1")
    assert summary["communes"] == communes["numberMatched"]


def test_an_empty_store_is_served(tmp_path):
    from conftest import arobase
    store = tmp_path / "empty.sqlite"
    assert arobase("init", "--store", store).returncode == 0
    with serving(store) as server:
        assert server.json("/summary")["annee"] is None
        assert server.json("/themes") == {"themes": []}
        collection = server.json("/collections/initiatives")
        assert collection["extent"]["spatial"]["bbox"] == [[-180, -90, 180, 90]]
        assert server.json("/collections/initiatives/items")["features"] == []
        assert server.json("/map?bbox=-180,-90,180,90&zoom=2")["features"] == []
        assert server.json("/counts?by=region")["total"] == 0
