"""The map: whatever it groups, the sum is exact and everything can be reached."""
import collections
import random

import pytest
from conftest import serving
from oracle import features, query_of, random_filters

SEED = 20261123
BUDGET = 2000


def count(feature):
    return feature["properties"].get("count", 1)


def view_of(server, box, zoom, query=""):
    """A view, with what holds for every view checked."""
    target = f"/map?bbox={','.join(map(repr, box))}&zoom={zoom}{query}"
    view = server.json(target)
    assert view["type"] == "FeatureCollection" and view["mode"] in ("points", "clusters")
    assert view["numberReturned"] == len(view["features"]) <= BUDGET
    assert sum(map(count, view["features"])) == view["numberMatched"]
    assert (view["mode"] == "clusters") == (view["numberMatched"] > BUDGET)
    ids = [feature["id"] for feature in view["features"]]
    assert len(set(ids)) == len(ids)
    west, south, east, north = box
    for feature in view["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        assert south <= lat <= north
        assert west <= lon <= east if west <= east else lon >= west or lon <= east
        properties = feature["properties"]
        if "count" not in properties:
            continue
        assert properties["count"] > 1
        axes = [properties[f"axe_{i}"] for i in (1, 2, 3, 4)]
        assert max(axes) <= properties["count"] <= sum(axes)
        if properties.get("cluster"):
            assert 0 < properties["expansion_zoom"] <= 23 and view["mode"] == "clusters"
        else:
            assert properties["stack"] is True
    return view


def test_views_of_the_whole(server, oracle):
    for zoom in (0, 3, 6, 9, 12, 15, 22):
        view = view_of(server, (-180.0, -90.0, 180.0, 90.0), zoom)
        assert view["numberMatched"] == sum(1 for i in oracle.initiatives.values() if i.position)
        assert view["mode"] == "clusters"
        axes = [sum(f["properties"].get(f"axe_{axe}", str(axe) in f["properties"].get("axes", []))
                    for f in view["features"]) for axe in (1, 2, 3, 4)]
        assert axes == [sum(str(axe) in i.axes for i in oracle.initiatives.values() if i.position)
                        for axe in (1, 2, 3, 4)]


def test_random_views(server, oracle):
    generator = random.Random(SEED)
    modes = set()
    for _ in range(80):
        chosen = generator.choice([i for i in oracle.initiatives.values() if i.position])
        zoom = generator.randint(3, 17)
        half = 360 / 2 ** zoom
        lon, lat = chosen.position
        box = (max(-180.0, lon - half), max(-90.0, lat - half / 2), min(180.0, lon + half),
               min(90.0, lat + half / 2))
        filters = random_filters(generator, oracle) if generator.random() < 0.5 else {}
        filters["bbox"] = box
        wanted = oracle.matches(**filters)
        view = view_of(server, box, zoom,
                       "&" + query_of(**{k: v for k, v in filters.items() if k != "bbox"}))
        assert view["numberMatched"] == len(wanted), (SEED, filters)
        modes.add(view["mode"])
        if view["mode"] == "points":
            assert reached(server, view) == wanted
    assert modes == {"points", "clusters"}


def reached(server, view):
    """Every id that a view of points shows, stacks opened by their link."""
    found = set()
    for feature in view["features"]:
        if not feature["properties"].get("stack"):
            found.add(feature["id"])
            continue
        stack = feature["properties"]
        listed = features(server, stack["href"][len(server.url):])
        assert len(listed) == stack["count"]
        assert stack["ids"] == [one["id"] for one in listed][:10]
        for one in listed:
            assert one["geometry"]["coordinates"] == feature["geometry"]["coordinates"]
        for axe in (1, 2, 3, 4):
            assert stack[f"axe_{axe}"] == sum(str(axe) in one["properties"]["axes"]
                                              for one in listed)
        found |= {one["id"] for one in listed}
    return found


def test_stacks_keep_the_filters(server, oracle):
    box = (2.25, 48.8, 2.42, 48.9)
    filters = {"axe": ["1", "3"], "datetime": ("2012-01-01", "2019-12-31"), "bbox": box}
    query = "&axe=1,3&datetime=2012-01-01/2019-12-31&f=json"
    view = view_of(server, box, 13, query)
    assert view["mode"] == "points"
    assert any(feature["properties"].get("stack") for feature in view["features"])
    assert reached(server, view) == oracle.matches(**filters)


def test_members_of_clusters(server, oracle):
    """What a cluster counts is what its list holds, under the same filters."""
    filters = {"axe": ["2"], "bbox": (-5.0, 41.0, 10.0, 51.0)}
    view = view_of(server, filters["bbox"], 7, "&axe=2")
    clusters = [f for f in view["features"] if f["properties"].get("cluster")]
    assert len(clusters) > 10
    reached_ids = set()
    for feature in view["features"]:
        if "count" not in feature["properties"]:
            reached_ids.add(feature["id"])
            continue
        target = f"/clusters/{feature['id']}/items?axe=2&bbox=-5,41,10,51&limit=50"
        members = server.pages_of(target)
        assert len(members) == feature["properties"]["count"]
        assert feature["geometry"]["coordinates"] in [m["geometry"]["coordinates"] for m in members]
        if feature["properties"].get("cluster"):
            west, south, east, north = feature["bbox"]
            lons, lats = zip(*(m["geometry"]["coordinates"] for m in members))
            assert (min(lons), min(lats), max(lons), max(lats)) == (west, south, east, north)
        for axe in (1, 2, 3, 4):
            assert feature["properties"][f"axe_{axe}"] == sum(
                str(axe) in member["properties"]["axes"] for member in members)
        reached_ids |= {member["id"] for member in members}
    assert reached_ids == oracle.matches(**filters)


def test_a_filter_keeps_the_clusters(server):
    """Under a filter the same clusters, by their ids, with fewer in them."""
    box = (-5.0, 41.0, 10.0, 51.0)
    whole = {f["id"]: count(f) for f in view_of(server, box, 6)["features"]}
    for query in ("&axe=2", "&niveau=3,4,5", "&datetime=2015-01-01/.."):
        some = {f["id"]: count(f) for f in view_of(server, box, 6, query)["features"]
                if f["properties"].get("cluster")}
        assert some and all(some[one] <= whole[one] for one in some)
        assert sum(some.values()) < sum(whole.values())


def test_by_territory(server, oracle):
    """Régions, then départements: everything is counted in one, and each leads to its members."""
    box = (-180.0, -90.0, 180.0, 90.0)
    for zoom, kind in ((0, "region"), (5, "region"), (6, "departement"), (7.9, "departement")):
        for filters in ({}, {"axe": ["2"], "niveau": ["3", "4", "5"]}):
            query = "&" + query_of(**filters) if filters else ""
            view = server.json(f"/map?bbox=-180,-90,180,90&zoom={zoom}&cluster=admin{query}")
            ids = oracle.matches(bbox=box, **filters)
            assert view["mode"] == "clusters" and view["numberMatched"] == len(ids)
            assert sum(map(count, view["features"])) == len(ids)
            assert len({f["id"] for f in view["features"]}) == len(view["features"])
            wanted = collections.Counter(
                (kind, getattr(one.commune, kind)) if getattr(one.commune, kind)
                else ("departement", one.commune.departement)
                for one in oracle.initiatives.values() if oracle.ids[one.source_id] in ids)
            assert {(f["properties"]["territoire"], f["properties"]["code"]): count(f)
                    for f in view["features"]} == {
                        key if key[1] else (None, None): n for key, n in wanted.items()}
            for feature in random.Random(SEED).sample(view["features"], 3):
                properties = feature["properties"]
                assert properties["cluster"] and properties["expansion_zoom"] > zoom
                members = server.pages_of(properties["href"][len(server.url):])
                placed = [m for m in members if m["geometry"]]
                assert len(placed) == properties["count"]
                assert feature["geometry"] in [m["geometry"] for m in placed]
    close = server.json("/map?bbox=-5,41,10,51&zoom=8&cluster=admin")
    assert close["features"] == server.json("/map?bbox=-5,41,10,51&zoom=8&cluster=distance")["features"]


def test_by_distance_at_every_zoom(server, oracle):
    """cluster=distance: points that would lie on each other are one, however few they are."""
    box = (5.0, 43.2, 5.6, 43.6)
    ids = oracle.matches(bbox=box)
    for zoom in range(5, 23):
        view = server.json(f"/map?bbox=5,43.2,5.6,43.6&zoom={zoom}&cluster=distance")
        assert view["numberMatched"] == len(ids) == sum(map(count, view["features"]))
        assert (view["mode"] == "clusters") == (zoom < 17)
        pixels = 256 * 2 ** zoom / 360
        places = [f["geometry"]["coordinates"] for f in view["features"]]
        near = sum(abs(a[0] - b[0]) * pixels < 16 and abs(a[1] - b[1]) * pixels < 16
                   for i, a in enumerate(places) for b in places[:i])
        assert near <= 2 + len(places) / 10 or zoom >= 17
    problem = server.problem("/map?bbox=1,2,3,4&zoom=3&cluster=none")
    assert problem["parameter"] == "cluster" and "distance" in problem["detail"]


@pytest.mark.parametrize("cluster", ["0", "x", "-1", "4503599627370496000", "99999999999999999999",
                                     str(2 ** 52 + 2 ** 51), str(2 ** 52 + 3 * 10 ** 12)])
def test_what_is_no_cluster(server, cluster):
    assert server.problem(f"/clusters/{cluster}/items", 404)["status"] == 404


def test_points_are_the_compact_features(server):
    view = view_of(server, (5.0, 43.3, 5.1, 43.5), 14)
    compact = {feature["id"]: feature for feature in features(
        server, "/collections/initiatives/items?bbox=5,43.3,5.1,43.5&profile=compact")}
    singles = [feature for feature in view["features"] if "count" not in feature["properties"]]
    assert singles
    for feature in singles:
        assert feature == compact[feature["id"]]


def test_clusters_part_at_their_expansion_zoom(server):
    france = (-5.0, 41.0, 10.0, 51.0)
    whole = view_of(server, france, 5)
    closer = view_of(server, france, 6)
    assert len(closer["features"]) >= len(whole["features"])
    for feature in whole["features"]:
        if feature["properties"].get("cluster"):
            assert feature["properties"]["expansion_zoom"] > 5


def test_across_the_antimeridian(server, oracle):
    for box in [(160.0, -30.0, -140.0, 0.0), (177.0, -16.0, -175.0, -12.0)]:
        view = view_of(server, box, 4)
        assert view["numberMatched"] == len(oracle.matches(bbox=box)) > 0


def test_radius_and_words_filter_too(server, oracle):
    near, radius = (5.05, 43.4), 60000.0
    box = (-180.0, -90.0, 180.0, 90.0)
    view = view_of(server, box, 8, f"&near={near[0]},{near[1]}&radius={radius}")
    assert view["numberMatched"] == len(oracle.matches(near=near, radius=radius))
    words = server.json("/collections/initiatives/items?q=fablab&limit=1")["numberMatched"]
    assert view_of(server, box, 8, "&q=fablab")["numberMatched"] == words > 0


def test_the_budget_is_a_setting(store):
    with serving(store, "--map-budget", "100") as server:
        for zoom in (2, 8, 22):
            view = server.json(f"/map?bbox=-180,-90,180,90&zoom={zoom}")
            assert len(view["features"]) <= 100 and view["mode"] == "clusters"
            assert view["zoom"] <= zoom
            assert sum(map(count, view["features"])) == view["numberMatched"]


@pytest.mark.parametrize("query, parameter", [
    ("zoom=3", "bbox"), ("bbox=1,2,3,4", "zoom"), ("bbox=1,2,3,4&zoom=-1", "zoom"),
    ("bbox=1,2,3,4&zoom=23", "zoom"), ("bbox=1,2,3,4&zoom=x", "zoom"),
    ("bbox=1,2,3,4&zoom=nan", "zoom"), ("bbox=48,2,49,3&zoom=3", "bbox"),
    ("bbox=1,2,3,4&zoom=3&axe=9", "axe"), ("bbox=1,2,3,4&zoom=3&limit=5", "limit"),
])
def test_what_is_refused(server, query, parameter):
    assert server.problem(f"/map?{query}")["parameter"] == parameter
