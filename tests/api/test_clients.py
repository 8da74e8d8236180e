"""Programs that other people wrote, turned on the server as their users would: GDAL, owslib,
@camptocamp/ogc-client, and a validator of OpenAPI. (conftest.py has GeoJSON validated too.)
"""
import json
import subprocess

from conftest import N_INITIATIVES, ROOT
from owslib.ogcapi.features import Features

BOX = (2, 48, 3, 49)


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=300, check=True, **options).stdout


def node(script, *words, **options):
    return json.loads(run("node", ROOT / "tests/clients" / script, *words, **options))


def matched(server, collection, query=""):
    return server.json(f"/collections/{collection}/items?limit=1&{query}")["numberMatched"]


# ---- GeoJSON ----

def test_the_validators_see_faults():
    """What is not GeoJSON is told, and what is is not, whatever its size."""
    def judge(*bodies):
        frames = b"".join(b"/x %d\n%s" % (len(body), body) for body in bodies)
        return subprocess.run(["node", ROOT / "tests/clients/geojson.mjs"], input=frames,
                              capture_output=True, timeout=60, check=False)
    good = b'{"type":"Point","coordinates":[1,2]}'
    feature = b'{"type":"Feature","geometry":%s,"properties":null}'
    many = b'{"type":"FeatureCollection","features":[%s]}' % b",".join([feature % good] * 2000)
    assert judge(good, many, good).returncode == 0
    for bad in (b'{"type":"Point","coordinates":[1]}', b'{"type":"Punkt"}', b"{",
                many.replace(b"[1,2]", b"[1]", 1)):
        done = judge(good, bad, good)
        assert done.returncode == 1 and b"/x: " in done.stdout, (bad[:80], done.stdout)


# ---- GDAL ----

def ogrinfo(server, *words):
    return run("ogrinfo", "-ro", f"OAPIF:{server.url}", *words)


def test_gdal_connects(server):
    listed = ogrinfo(server)
    for collection in server.json("/collections")["collections"]:
        assert collection["id"] in listed
    counted = ogrinfo(server, "-so", "initiatives")
    assert f"Feature Count: {N_INITIATIVES}" in counted
    assert "titre: String" in counted


def test_gdal_asks_by_box(server):
    boxed = ogrinfo(server, "-q", "communes", "-spat", *BOX)
    assert boxed.count("OGRFeature(") == matched(server, "communes", "bbox=2,48,3,49")


def test_gdal_asks_by_condition(server):
    """GDAL asks the server what it can, and does the rest itself: the answer is the same."""
    asked = ogrinfo(server, "-q", "initiatives", "-where", "niveau = 5 AND date >= '2018-01-01'")
    known = matched(server, "initiatives", "niveau=5&datetime=2018-01-01/..")
    assert 0 < known == asked.count("OGRFeature(")


def features_of(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_gdal_takes_everything(server, tmp_path):
    """Page by page through `next` links, every feature once; the same after a GeoPackage."""
    here, there = tmp_path / "all.geojsonl", tmp_path / "all.gpkg"
    run("ogr2ogr", "-f", "GeoJSONSeq", here, f"OAPIF:{server.url}", "initiatives",
        "-oo", "PAGE_SIZE=1000")
    found = features_of(here)
    assert len(found) == N_INITIATIVES
    ours = {one["properties"]["source_id"]: one
            for one in server.pages_of("/collections/initiatives/items?limit=10000")}
    for feature in found:
        one = ours.pop(feature["properties"]["source_id"])
        assert feature["properties"]["titre"] == one["properties"]["titre"]
        assert feature["geometry"] == one["geometry"]
    assert not ours
    run("ogr2ogr", "-f", "GPKG", there, here)
    assert f"Feature Count: {N_INITIATIVES}" in run("ogrinfo", "-ro", "-so", there, "all")


# ---- owslib ----

def test_owslib(server):
    service = Features(server.url + "/")
    names = [one["id"] for one in server.json("/collections")["collections"]]
    assert service.feature_collections() == names
    assert service.conformance() == server.json("/conformance")
    assert service.api()["openapi"] == server.json("/api")["openapi"]
    for name in names:
        assert service.collection(name) == server.json(f"/collections/{name}")
    page = service.collection_items("initiatives", bbox=list(BOX), limit=7)
    assert page["numberMatched"] == matched(server, "initiatives", "bbox=2,48,3,49")
    assert page["numberReturned"] == len(page["features"]) == 7
    for name in names:
        assert service.collection_queryables(name) == \
            server.json(f"/collections/{name}/queryables")
    conditions = "niveau = 5 AND S_INTERSECTS(geometry, BBOX(2,48,3,49))"
    page = service.collection_items("initiatives", limit=1, filter=conditions)
    assert page["numberMatched"] == matched(server, "initiatives", "niveau=5&bbox=2,48,3,49")
    one = service.collection_item("communes", "13056")
    assert one["properties"]["nom"] == "Martigues"


# ---- @camptocamp/ogc-client ----

def test_ogc_client(server):
    seen = node("ogc_client.mjs", server.url + "/")
    assert seen["info"]["title"] == "arobase"
    assert seen["classes"] == server.json("/conformance")["conformsTo"]
    described = {one["id"]: one for one in server.json("/collections")["collections"]}
    assert seen["features"] == list(described)
    assert seen["schemes"] == ["WebMercatorQuad"]
    assert {"initiatives", "communes"} <= set(seen["tiles"])
    for name, collection in seen["collections"].items():
        page = server.json(f"/collections/{name}/items?limit=5&offset=3")["features"]
        assert [one["id"] for one in collection["items"]] == [one["id"] for one in page]
        assert collection["one"]["id"] == page[0]["id"]
        assert collection["info"]["title"] == described[name]["title"]
        assert server.json(collection["url"][len(server.url):])["numberMatched"] == \
            matched(server, name, "bbox=2,48,3,49")


# ---- OpenAPI ----

def test_the_openapi_document_is_valid(server):
    result = node("openapi.mjs", input=server.get("/api").body.decode())
    assert result == {"version": "3.0", "valid": True}
