"""What describes the tiles: TileJSON, the style, OGC API Tiles."""
import pytest
from mvt import decode
from test_meta import follow, link
from test_tiles import TYPE, tile_of

SETS = ["initiatives"]
PARIS = (2.3522, 48.8566)
REL = "http://www.opengis.net/def/rel/ogc/1.0/"


def check_tilejson(server, document, tile):
    assert document["tilejson"] == "3.0.0" and document["name"]
    west, south, east, north = document["bounds"]
    assert -180 <= west < east <= 180 and -90 <= south < north <= 90
    assert document["minzoom"] == 0 and document["maxzoom"] == 14
    [template] = document["tiles"]
    target = template
    for name, number in zip("zxy", tile):
        target = target.replace("{" + name + "}", str(number))
    answer = follow(server, target)
    assert answer.status == 200 and answer.headers["Content-Type"] == TYPE
    described = {layer["id"]: layer["fields"] for layer in document["vector_layers"]}
    kinds = {str: "String", bool: "Boolean", int: "Number", float: "Number"}
    layers = decode(answer.body)
    for name, layer in layers.items():
        for feature in layer.features:
            for key, value in feature.properties.items():
                assert described[name][key] == kinds[type(value)], (name, key)
    return layers


@pytest.mark.parametrize("name", SETS)
def test_tilejson_of_a_set(server, name):
    document = server.json(f"/tiles/{name}.json")
    assert check_tilejson(server, document, (6, 32, 22))
    assert name in check_tilejson(server, document, (12, *tile_of(PARIS, 12)))


def test_tilejson_of_all(server):
    document = server.json("/tiles.json")
    assert "clusters" in check_tilejson(server, document, (6, 32, 22))
    assert "initiatives" in check_tilejson(server, document, (12, *tile_of(PARIS, 12)))


def test_tilejson_hands_the_filters_on(server):
    document = server.json("/tiles/initiatives.json?axe=1&cluster=none&f=json")
    assert document["tiles"] == [
        server.url + "/tiles/initiatives/{z}/{x}/{y}.mvt?axe=1&cluster=none"]
    assert server.json("/tiles.json?niveau=5")["tiles"] == [
        server.url + "/tiles/{z}/{x}/{y}.mvt?niveau=5"]
    assert server.problem("/tiles.json?axe=9")["parameter"] == "axe"
    assert "'nothing'" in server.problem("/tiles/nothing.json", 404)["detail"]


def test_style(server):
    style = server.json("/style.json?axe=2")
    assert style["version"] == 8
    [(name, source)] = style["sources"].items()
    assert source == {"type": "vector", "url": server.url + "/tiles.json?axe=2"}
    described = {layer["id"] for layer in follow(server, source["url"]).json()["vector_layers"]}
    drawn = [layer for layer in style["layers"] if layer["type"] != "background"]
    assert drawn and all(layer["source"] == name for layer in drawn)
    assert {layer["source-layer"] for layer in drawn} <= described
    assert len({layer["id"] for layer in style["layers"]}) == len(style["layers"])


def test_the_tiling_scheme(server):
    document = server.json("/tileMatrixSets")
    [scheme] = document["tileMatrixSets"]
    assert scheme["id"] == "WebMercatorQuad"
    definition = follow(server, link(scheme, "self")["href"]).json()
    assert definition["uri"] == scheme["uri"] and definition["crs"] == scheme["crs"]
    matrices = definition["tileMatrices"]
    assert [matrix["id"] for matrix in matrices] == [str(zoom) for zoom in range(23)]
    for zoom, matrix in enumerate(matrices):
        assert matrix["matrixWidth"] == matrix["matrixHeight"] == 2 ** zoom
        # The world is so many cells wide; OGC 17-083r4 lists these figures to 15 digits.
        width = matrix["cellSize"] * 256 * 2 ** zoom
        assert abs(width - 2 * 20037508.3427892) < 1e-6
        assert abs(matrix["scaleDenominator"] * 0.00028 / matrix["cellSize"] - 1) < 1e-12
        assert matrix["pointOfOrigin"] == [-20037508.3427892, 20037508.3427892]
    server.problem("/tileMatrixSets/WorldCRS84Quad", 404)


ROOTS = ["/tiles"] + [f"/collections/{name}/tiles" for name in SETS]


@pytest.mark.parametrize("root", ROOTS)
def test_ogc_tilesets(server, root):
    document = server.json(root)
    assert follow(server, link(document, "self")["href"]).json() == document
    [tileset] = document["tilesets"]
    assert tileset["dataType"] == "vector"
    scheme = follow(server, link(tileset, REL + "tiling-scheme")["href"]).json()
    assert scheme["uri"] == tileset["tileMatrixSetURI"] and scheme["crs"] == tileset["crs"]
    alone = follow(server, link(tileset, "self")["href"]).json()
    assert alone.pop("boundingBox")["crs"].endswith("CRS84") and alone == tileset
    item = link(tileset, "item")
    assert item["type"] == TYPE and item["templated"]
    href = item["href"].replace("{tileMatrix}", "6")
    # The row comes first.
    ogc = follow(server, href.replace("{tileRow}", "22").replace("{tileCol}", "32"))
    name = root.split("/")[2] + "/" if root != "/tiles" else ""
    xyz = server.get(f"/tiles/{name}6/32/22.mvt")
    assert ogc.status == xyz.status == 200 and ogc.body == xyz.body
    assert ogc.headers["ETag"] == xyz.headers["ETag"]
    assert ogc.headers["Content-Type"] == TYPE
    assert follow(server, href.replace("{tileRow}", "64").replace("{tileCol}", "0")).status == 404


def test_tilesets_are_linked(server):
    landing = server.json("/")
    assert follow(server, link(landing, REL + "tilesets-vector")["href"]).json() == \
        server.json("/tiles")
    assert follow(server, link(landing, REL + "tiling-schemes")["href"]).json() == \
        server.json("/tileMatrixSets")
    for name in SETS:
        collection = server.json(f"/collections/{name}")
        assert follow(server, link(collection, REL + "tilesets-vector")["href"]).json() == \
            server.json(f"/collections/{name}/tiles")
    server.problem("/collections/labels/tiles", 404)


def test_conformance_to_tiles(server):
    classes = server.json("/conformance")["conformsTo"]
    for name in ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets", "mvt",
                 "oas30"):
        assert f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}" in classes
    for name in ("tilematrixset", "json-tilematrixset"):
        assert f"http://www.opengis.net/spec/tms/2.0/conf/{name}" in classes
