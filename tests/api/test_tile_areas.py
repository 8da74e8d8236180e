"""Tiles of territories, on a made-up mesh: 8 by 8 communes of one département with common borders."""
import json
import pathlib
import shutil

import pytest
from conftest import DATA, arobase, serving
from mvt import area2
from oracle import rows_of
from test_tilesets import check_tilejson
from test_tiles import BUFFER, EXTENT, get_tile, grid, tile_of

SIDE, WEST, SOUTH, CELL, DEPARTEMENT = 8, 4.6, 43.2, 0.08, "13"
MIDDLE = (WEST + SIDE * CELL / 2, SOUTH + SIDE * CELL / 2)


def corner(i, j):
    """Corners stand a little off the lines, the same for each cell that has them."""
    off = 0.01 * (((i * 7 + j * 13) % 5) - 2)
    inside = 0 < i < SIDE and 0 < j < SIDE
    return [round(WEST + i * CELL + off * inside, 7), round(SOUTH + j * CELL - off * inside, 7)]


@pytest.fixture(scope="module")
def codes():
    """Communes of the département that sheets are of come first."""
    of_it = [row["code"] for row in rows_of(DATA / "communes.csv")
             if row["departement"] == DEPARTEMENT]
    return of_it[:SIDE * SIDE]


@pytest.fixture(scope="module")
def areas(store, codes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("areas")
    path = folder / "contours.geojson"
    features = []
    for at, code in enumerate(codes):
        i, j = at % SIDE, at // SIDE
        ring = [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)]
        features.append({"type": "Feature", "properties": {"code": code}, "geometry": {
            "type": "Polygon", "coordinates": [[*ring, ring[0]]]}})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    copy = shutil.copy(store, folder / "areas.sqlite")
    done = arobase("import", "contours", path, "--store", copy)
    assert done.returncode == 0, done.stderr
    with serving(copy) as server:
        yield server


def tiles_of(zoom):
    """Those over the mesh."""
    low = tile_of((WEST, SOUTH + SIDE * CELL), zoom)
    high = tile_of((WEST + SIDE * CELL, SOUTH), zoom)
    return [(zoom, x, y) for x in range(low[0], high[0] + 1) for y in range(low[1], high[1] + 1)]


def layers_of(server, name, zoom, query=""):
    """What the tiles of a zoom say of each area: (properties, twice its area) by id."""
    found, labels = {}, {}
    for tile in tiles_of(zoom):
        layers = get_tile(server, "{}/{}/{}/{}".format(name, *tile), query)
        for feature in layers[name].features if name in layers else []:
            said = found.setdefault(feature.id, feature.properties)
            assert said == feature.properties
        for feature in layers[f"{name}_labels"].features if f"{name}_labels" in layers else []:
            said = labels.setdefault(feature.id, feature.properties)
            assert said == feature.properties
    return found, labels


@pytest.mark.parametrize("zoom", [0, 3, 6, 9, 12, 14])
def test_every_commune_is_there_with_its_properties(areas, codes, zoom):
    found, labels = layers_of(areas, "communes", zoom)
    assert found.keys() == {int(code, 36) for code in codes}
    assert all(found[id_] == labels[id_] for id_ in labels)
    assert len(labels) == (len(codes) if zoom >= 9 else 0)
    for code in codes[::7]:
        want = areas.json(f"/collections/communes/items/{code}")["properties"]
        assert found[int(code, 36)] == {key: value for key, value in {
            "code": code, "nom": want["nom"], "population": want["population"],
            "initiatives": want["initiatives"], "niveau": want["niveau"]}.items()
            if value is not None}


@pytest.mark.parametrize("query", ["?axe=1", "?niveau=4,5&axe=2", "?q=mediatheque"])
def test_initiatives_are_those_of_the_filter(areas, codes, query):
    for name, by in (("communes", "commune"), ("departements", "departement"),
                     ("regions", "region"), ("epcis", "epci")):
        counts = {count["key"]: count["count"]
                  for count in areas.json(f"/counts{query}&by={by}")["counts"]}
        found, _ = layers_of(areas, name, 9, query)
        assert found
        for properties in found.values():
            assert properties["initiatives"] == counts.get(properties["code"], 0)


def test_larger_territories_are_the_communes_together(areas, codes):
    tile = (12, *tile_of(MIDDLE, 12))
    sums = {}
    for name in ("communes", "epcis", "departements", "regions"):
        layer = get_tile(areas, "{}/{}/{}/{}".format(name, *tile))[name]
        sums[name] = sum(area2(ring) for feature in layer.features
                         for polygon in feature.polygons for ring in polygon)
    whole = 2 * (EXTENT + 2 * BUFFER) ** 2
    # Each set of borders is simplified for itself, but all cover the tile.
    assert set(sums.values()) == {whole}
    found, labels = layers_of(areas, "departements", 8)
    assert [properties["code"] for properties in found.values()] == [DEPARTEMENT]
    assert labels == found


def inside(ring, x, y):
    winds = 0
    for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1]):
        if (ay > y) != (by > y) and ax + (bx - ax) * (y - ay) / (by - ay) > x:
            winds += 1
    return winds % 2 == 1


def test_names_stand_in_their_areas(areas):
    for tile in tiles_of(10):
        layers = get_tile(areas, "communes/{}/{}/{}".format(*tile))
        rings = {f.id: f.polygons[0][0] for f in layers["communes"].features}
        labels = layers["communes_labels"].features if "communes_labels" in layers else []
        for feature in labels:
            [(x, y)] = feature.points
            assert inside(rings[feature.id], x + 0.1, y + 0.1)


def test_all_sets_together(areas):
    x, y = tile_of(MIDDLE, 10)
    layers = get_tile(areas, f"10/{x}/{y}")
    assert {"communes", "communes_labels", "epcis", "departements", "regions"} <= set(layers)
    x, y = tile_of(MIDDLE, 5)
    layers = get_tile(areas, f"5/{x}/{y}")
    assert "regions" in layers and "communes" not in layers


def test_areas_lie_where_their_contours_do(areas, codes):
    """At a zoom where nothing is left out, every corner of a commune is a vertex."""
    at = SIDE * (SIDE // 2) + SIDE // 2
    i, j = at % SIDE, at // SIDE
    zoom = 11
    for place in (corner(i, j), corner(i + 1, j + 1)):
        tile = (zoom, *tile_of(place, zoom))
        layer = get_tile(areas, "communes/{}/{}/{}".format(*tile))["communes"]
        [feature] = [f for f in layer.features if f.id == int(codes[at], 36)]
        px, py = grid(place, zoom)
        vertices = feature.polygons[0][0]
        assert min(abs(x + tile[1] * EXTENT - px) + abs(y + tile[2] * EXTENT - py)
                   for x, y in vertices) <= 1.1


@pytest.mark.parametrize("name", ["communes", "epcis", "departements", "regions"])
def test_tilejson_describes_them(areas, name):
    tile = (11, *tile_of(MIDDLE, 11))
    layers = check_tilejson(areas, areas.json(f"/tiles/{name}.json"), tile)
    assert set(layers) == {name, f"{name}_labels"} or set(layers) == {name}


def test_communes_as_ogc_api_tiles(areas):
    x, y = tile_of(MIDDLE, 11)
    ogc = areas.get(f"/collections/communes/tiles/WebMercatorQuad/11/{y}/{x}")
    assert ogc.status == 200 and ogc.body == areas.get(f"/tiles/communes/11/{x}/{y}.mvt").body


GOLDEN = pathlib.Path(__file__).with_name("golden_tiles.json")
GOLDEN_TILES = ["initiatives/13/4149/2818", "initiatives/9/259/176", "communes/10/526/375",
                "departements/7/65/46", "6/32/23"]


def written(layers):
    """A tile as JSON has it."""
    return {name: {"keys": layer.keys, "features": [
        {"id": feature.id, "properties": feature.properties,
         **({"points": feature.points} if feature.type == 1 else {"polygons": feature.polygons})}
        for feature in layer.features]} for name, layer in layers.items()}


def test_golden_tiles(areas):
    """Decoded, tiles are what they were. Where that is meant to change: delete the file and run
    this twice, and look at what git says of it."""
    found = {path: json.loads(json.dumps(written(get_tile(areas, path)))) for path in GOLDEN_TILES}
    assert all(found.values())
    if not GOLDEN.exists():
        GOLDEN.write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n")
        pytest.fail(f"there was no {GOLDEN.name}: it is written now")
    want = json.loads(GOLDEN.read_text())
    assert found.keys() == want.keys()
    for path, tile in want.items():
        assert found[path] == tile, path


def test_without_contours_there_is_nothing(server):
    assert server.get("/tiles/communes/8/130/93.mvt").status == 204
