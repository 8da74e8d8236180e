"""Vector tiles, against the GeoJSON of the same box and by the rules of the format."""
import gzip
import math
import random
import urllib.request

import pytest
from conftest import serving
from mvt import decode
from oracle import features

SEED, BUFFER, EXTENT = 20261125, 256, 4096
TYPE = "application/vnd.mapbox-vector-tile"
STACK = 2 ** 52 + 2 ** 51


def grid(position, zoom):
    """The line of the zoom's grid nearest to the place, in floating point: good to a line."""
    lon, lat = position
    size = EXTENT * 2 ** zoom
    sine = math.sin(math.radians(max(-85.06, min(85.06, lat))))
    x = (lon + 180) / 360 * size
    y = (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)) * size
    return min(x, size), min(max(y, 0), size)


def box_of(zoom, x, y, buffer=0):
    """The tile and so many lines around it, in degrees."""
    size = EXTENT * 2 ** zoom

    def lon(at):
        return max(-180, min(180, at / size * 360 - 180))

    def lat(at):
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * at / size))))
    return (lon(x * EXTENT - buffer), lat((y + 1) * EXTENT + buffer),
            lon((x + 1) * EXTENT + buffer), lat(y * EXTENT - buffer))


def tile_of(position, zoom):
    x, y = grid(position, zoom)
    last = 2 ** zoom - 1
    return min(int(x // EXTENT), last), min(int(y // EXTENT), last)


def get_tile(server, path, query=""):
    answer = server.get(f"/tiles/{path}.mvt{query}", headers={"Accept-Encoding": "gzip"})
    assert answer.status in (200, 204), (path, answer.status, answer.body[:300])
    if answer.status == 204:
        assert answer.body == b"" and "Content-Type" not in answer.headers
        return {}
    assert answer.headers["Content-Type"] == TYPE
    gzipped = answer.headers.get("Content-Encoding") == "gzip"
    return decode(gzip.decompress(answer.body) if gzipped else answer.body)


@pytest.fixture(scope="module")
def places(server):
    """Every initiative that has a place: (id, position)."""
    found = features(server, "/collections/initiatives/items?limit=10000&profile=compact")
    return [(f["id"], f["geometry"]["coordinates"]) for f in found if f["geometry"]]


def random_tiles(places, n, seed, zooms=range(0, 17)):
    """Tiles where something is, and some beside them."""
    rng = random.Random(seed)
    print("seed", seed)
    for _ in range(n):
        zoom = rng.choice(zooms)
        x, y = tile_of(rng.choice(places)[1], zoom)
        x += rng.choice([0, 0, 0, 1, -1])
        if 0 <= x < 2 ** zoom:
            yield zoom, x, y


def in_grid(position, tile, slack=0.0):
    zoom, x, y = tile
    px, py = grid(position, zoom)
    low, high = -BUFFER - 0.5 - slack, EXTENT + BUFFER + 0.5 + slack
    return low <= px - x * EXTENT <= high and low <= py - y * EXTENT <= high


def expected(found, tile):
    """Ids by place of what certainly is in the tile, and those that perhaps are."""
    certain, perhaps = {}, {}
    for feature in found:
        position = feature["geometry"] and feature["geometry"]["coordinates"]
        if position and in_grid(position, tile, 0.01):
            perhaps.setdefault(tuple(position), set()).add(feature["id"])
            if in_grid(position, tile, -0.01):
                certain.setdefault(tuple(position), set()).add(feature["id"])
    return certain, perhaps


def check_points(layer, found, tile):
    """Each place of the GeoJSON once, as a point or as a stack, where it lies."""
    certain, perhaps = expected(found, tile)
    zoom, x, y = tile
    by_ids = {frozenset(ids): place for place, ids in perhaps.items()}
    seen = set()
    for feature in layer.features if layer else []:
        [point] = feature.points
        if feature.properties.get("stack"):
            listed = [int(text) for text in feature.properties["ids"].split(",")]
            place = tuple(float(text) for text in feature.properties["place"].split(","))
            ids = frozenset(perhaps[place])
            assert feature.properties["count"] == len(ids) > 1
            assert len(listed) == min(10, len(ids)) and set(listed) <= ids
            assert feature.id >= STACK and feature.id - STACK <= min(ids)
        else:
            ids = frozenset([feature.id])
        assert ids in by_ids, (tile, feature.id)
        seen.add(by_ids[ids])
        px, py = grid(by_ids[ids], zoom)
        assert abs(px - x * EXTENT - point[0]) <= 0.51 + 2 ** (zoom - 20)
        assert abs(py - y * EXTENT - point[1]) <= 0.51 + 2 ** (zoom - 20)
    assert set(certain) <= seen <= set(perhaps), tile
    assert len(seen) == len(layer.features if layer else [])


def geojson_of(server, tile, query=""):
    box = ",".join(f"{side:.9f}" for side in box_of(*tile, buffer=BUFFER + 1))
    return features(server, "/collections/initiatives/items?limit=10000&profile=compact"
                            f"&bbox={box}{query}")


def test_thousand_random_tiles_hold_what_geojson_holds(server, places):
    for tile in random_tiles(places, 1000, SEED, range(6, 17)):
        layers = get_tile(server, "initiatives/{}/{}/{}".format(*tile), "?cluster=none")
        assert set(layers) <= {"initiatives"}
        check_points(layers.get("initiatives"), geojson_of(server, tile), tile)


FILTERS = ["axe=1", "niveau=4,5", "region=93&axe=2", "q=mediatheque", "datetime=2018-01-01/..",
           "bbox=2,48,3,49", "near=2.35,48.85&radius=20000", "enjeu=1a&niveau=3", "departement=2A"]


@pytest.mark.parametrize("query", FILTERS)
def test_filters_are_those_of_items(server, places, query):
    for tile in random_tiles(places, 20, SEED + len(query), range(5, 14)):
        layers = get_tile(server, "initiatives/{}/{}/{}".format(*tile), f"?cluster=none&{query}")
        boxed = "bbox" in query
        found = (features(server, "/collections/initiatives/items?limit=10000&profile=compact&"
                          + query) if boxed else geojson_of(server, tile, "&" + query))
        check_points(layers.get("initiatives"), found, tile)


def test_properties_are_those_of_the_items(server, places):
    rng = random.Random(SEED)
    for _ in range(100):
        id_, position = rng.choice(places)
        x, y = tile_of(position, 16)
        layer = get_tile(server, f"initiatives/16/{x}/{y}")["initiatives"]
        [feature] = [f for f in layer.features if f.id == id_] or [None]
        if not feature:
            continue
        want = server.json(f"/collections/initiatives/items/{id_}")["properties"]
        assert feature.properties == {key: value for key, value in {
            "titre": want["titre"], "date": want["date"], "commune": want["commune"],
            "commune_nom": want["commune_nom"], "axes": ",".join(want["axes"]),
            "niveau": want["niveau"]}.items() if value}


def tiles_around(found, zoom):
    """The tiles that the places are in, and their neighbours."""
    near = set()
    for _, position in found:
        x, y = tile_of(position, zoom)
        near |= {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)}
    return {(zoom, x, y) for x, y in near if 0 <= x < 2 ** zoom and 0 <= y < 2 ** zoom}


def weight(feature):
    return feature.properties.get("count", 1)


@pytest.mark.parametrize("query", ["", "?axe=1&niveau=4,5"])
@pytest.mark.parametrize("zoom", [0, 1, 4, 7])
def test_clusters_count_everything_once(server, places, zoom, query):
    found = features(server, "/collections/initiatives/items?limit=10000&profile=compact"
                     + query.replace("?", "&"))
    placed = {f["id"] for f in found if f["geometry"]}
    by_id, total = {}, 0
    for tile in tiles_around(places, zoom):
        layers = get_tile(server, "initiatives/{}/{}/{}".format(*tile), query)
        assert set(layers) <= {"initiatives", "clusters", "_meta"}
        for name in ("initiatives", "clusters"):
            for feature in layers[name].features if name in layers else []:
                [point] = feature.points
                assert all(-BUFFER <= at <= EXTENT + BUFFER for at in point)
                at = (tile[1] * EXTENT + point[0], tile[2] * EXTENT + point[1])
                # Wherever it is shown, it is the same.
                same = by_id.setdefault((name, feature.id), (at, feature.properties))
                assert same == (at, feature.properties)
                assert feature.properties.get("cluster", False) == (name == "clusters")
        if "_meta" in layers:
            [meta] = layers["_meta"].features
            total += meta.properties["initiatives"]
    assert total == len(placed)
    assert sum(properties.get("count", 1) for _, properties in by_id.values()) == len(placed)
    points = {id_ for name, id_ in by_id if name == "initiatives" and id_ < 2 ** 52}
    assert points <= placed
    axes = [sum(1 for f in found if f["geometry"] and str(axe) in f["properties"]["axes"])
            for axe in range(1, 5)]
    for axe in range(1, 5):
        got = sum(properties.get(f"axe_{axe}", str(axe) in properties.get("axes", "").split(","))
                  for _, properties in by_id.values())
        assert got == axes[axe - 1]


def test_points_from_the_zoom_of_the_setting_on(server, places):
    x, y = tile_of(places[0][1], 12)
    assert set(get_tile(server, f"initiatives/12/{x}/{y}")) == {"initiatives"}
    x, y = tile_of(places[0][1], 11)
    assert "_meta" in get_tile(server, f"initiatives/11/{x}/{y}")


def test_above_the_budget_there_are_clusters_and_a_total(store):
    with serving(store, "--tile-budget", "100") as server:
        layers = get_tile(server, "initiatives/0/0/0", "?cluster=none")
        assert {"clusters", "_meta"} <= set(layers)
        found = server.json("/counts?by=region")
        [meta] = layers["_meta"].features
        assert meta.properties["initiatives"] <= found["total"]
        inside = [f for name in ("initiatives", "clusters") if name in layers
                  for f in layers[name].features]
        assert sum(map(weight, inside)) == meta.properties["initiatives"]


NOWHERE = [("initiatives/23/0/0", 404), ("initiatives/3/8/0", 404), ("initiatives/3/0/8", 404),
           ("initiatives/0/0/99999999999999999999", 404), ("nothing/0/0/0", 404),
           ("initiatives/3/x/0", 400), ("initiatives/3/1.5/0", 400), ("initiatives/-1/0/0", 400)]


@pytest.mark.parametrize("path, status", NOWHERE)
def test_addresses_that_are_none(server, path, status):
    server.problem(f"/tiles/{path}.mvt", status)


def test_other_endings_are_not_found(server):
    for path in ("/tiles/initiatives/0/0/0", "/tiles/initiatives/0/0/0.pbf",
                 "/tiles/initiatives/0/0/0/0.mvt"):
        server.problem(path, 404)
    # Three parts are an address of all sets together.
    assert "zoom 'initiatives'" in server.problem("/tiles/initiatives/0/0.mvt", 400)["detail"]


@pytest.mark.parametrize("query, parameter", [("zom=3", "zom"), ("axe=9", "axe"),
                                              ("limit=3", "limit"), ("cluster=admin", "cluster"),
                                              ("bbox=48,2,49,3", "bbox"), ("f=png", "f")])
def test_parameters_are_strict(server, query, parameter):
    assert server.problem(f"/tiles/initiatives/5/16/11.mvt?{query}")["parameter"] == parameter


def test_empty_tiles(store, server):
    answer = server.get("/tiles/initiatives/5/0/0.mvt")
    assert (answer.status, answer.body) == (204, b"")
    with serving(store, "--tile-empty-status", "200") as other:
        answer = other.get("/tiles/initiatives/5/0/0.mvt")
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["Content-Type"] == TYPE and answer.headers["ETag"]


def test_bytes_codings_and_tags(server):
    path = "/tiles/initiatives/6/32/22.mvt"
    plain = server.get(path)
    packed = server.get(path, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)
    tag = plain.headers["ETag"]
    assert packed.headers["ETag"] == tag[:-1] + '-gz"'
    assert "Accept-Encoding" in plain.headers["Vary"]
    for _ in range(2):  # cold and warm
        assert server.get(path).body == plain.body
    head = server.get(path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(plain.body)) and head.headers["ETag"] == tag
    for coding, held in (("identity", tag), ("gzip", tag), ("gzip", packed.headers["ETag"])):
        again = server.get(path, headers={"If-None-Match": held, "Accept-Encoding": coding})
        assert (again.status, again.body) == (304, b"")
    assert server.get(path, headers={"If-None-Match": '"other"'}).status == 200


def cache_counts(server):
    lines = http_text(server.metrics_url + "/metrics").splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines
            if line.startswith("arobase_tile_cache")}


def http_text(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def test_finished_tiles_are_kept_within_bounds(store):
    flags = ("--metrics-listen", "127.0.0.1:0", "--tile-cache-mb", "1")
    with serving(store, *flags) as server:
        hit = 'arobase_tile_cache_requests_total{result="hit"}'
        miss = 'arobase_tile_cache_requests_total{result="miss"}'
        for _ in range(3):
            server.get("/tiles/initiatives/7/64/44.mvt")
        counts = cache_counts(server)
        assert (counts[hit], counts[miss], counts["arobase_tile_cache_tiles"]) == (2, 1, 1)
        # The same tile by another order of the parameters, and by another answer of it.
        for query in ("axe=1&niveau=5", "niveau=5&axe=1"):
            server.get(f"/tiles/initiatives/7/64/44.mvt?{query}")
        counts = cache_counts(server)
        assert (counts[hit], counts[miss]) == (3, 2)
        for axe in range(1, 5):
            for x in range(60, 68):
                for y in range(42, 48):
                    server.get(f"/tiles/initiatives/7/{x}/{y}.mvt?cluster=none&axe={axe}")
        counts = cache_counts(server)
        assert counts["arobase_tile_cache_evictions_total"] > 0
        assert counts["arobase_tile_cache_bytes"] <= 2 ** 20
    with serving(store, "--metrics-listen", "127.0.0.1:0", "--tile-cache-mb", "0") as server:
        for _ in range(2):
            assert server.get("/tiles/initiatives/7/64/44.mvt").status == 200
        assert cache_counts(server)["arobase_tile_cache_tiles"] == 0
