"""Communes: as a collection, the nearest ones, and what little is known of the one at a point."""
import random

import pytest
from oracle import features, geodesic_m, in_box

ITEMS = "/collections/communes/items"
SEED = 20261123


def test_all_communes(server, oracle):
    found = features(server, f"{ITEMS}?limit=10000")
    assert len(found) == len(oracle.communes) == len({feature["id"] for feature in found})
    for feature in found:
        commune, properties = oracle.communes[feature["id"]], feature["properties"]
        assert (feature["geometry"] and tuple(feature["geometry"]["coordinates"])) == (
            commune.position)
        assert properties["code"] == commune.code and properties["nom"] == commune.nom
        assert properties["population"] == commune.population
        assert properties["codes_postaux"] == commune.codes_postaux
        for name in ("epci", "departement", "region", "niveau", "initiatives"):
            assert properties[name] == getattr(commune, name)
        assert properties["labels"] == [{"annee": annee, "niveau": commune.labels[annee]}
                                        for annee in sorted(commune.labels, reverse=True)]
        assert properties["zone"] in ("metro", "drom", "com")


@pytest.mark.parametrize("query, wanted", [
    ("departement=2A,2B", lambda c: c.departement in ("2A", "2B")),
    ("region=11&niveau=5,4", lambda c: c.region == "11" and c.niveau in (4, 5)),
    ("epci=200054807", lambda c: c.epci == "200054807"),
    ("commune=13056,13201", lambda c: c.code in ("13056", "13055")),
    ("bbox=5,43,6,44", lambda c: in_box(c.position, (5, 43, 6, 44))),
    ("bbox=170,-30,-140,0", lambda c: in_box(c.position, (170, -30, -140, 0))),
    ("near=5.05,43.4&radius=20000",
     lambda c: c.position and geodesic_m(5.05, 43.4, *c.position) <= 20000),
])
def test_filters(server, oracle, query, wanted):
    found = features(server, f"{ITEMS}?limit=100&{query}")
    codes = [feature["id"] for feature in found]
    assert len(codes) == len(set(codes))
    assert set(codes) == {c.code for c in oracle.communes.values() if wanted(c)} != set()


def test_by_name(server):
    found = server.json(f"{ITEMS}?q=martigues")
    assert "13056" in [feature["id"] for feature in found["features"]]
    assert found["numberMatched"] == len(found["features"])


def test_one(server):
    feature = server.json(f"{ITEMS}/13056")
    assert feature["id"] == "13056" and feature["properties"]["nom"] == "Martigues"
    for code in ("13999", "1", "", "130560000", "13056x", "2a004"):
        assert server.get(f"{ITEMS}/{code}").status == 404


def test_former_codes_lead_on(server, oracle):
    for code, today in [("13201", "13055"), ("75115", "75056"),
                        *sorted(oracle.former.items())[::500]]:
        answer = server.get(f"{ITEMS}/{code}")
        assert answer.status == 308
        location = answer.headers["Location"]
        assert location == f"{server.url}{ITEMS}/{today}"
        assert server.json(location[len(server.url):])["id"] == today


# ---- The nearest ----

def nearest(oracle, lon, lat, n):
    placed = [c for c in oracle.communes.values() if c.position]
    # The nearest by angle are a superset; only those are measured exactly.
    rough = sorted(placed, key=lambda c: min(abs(c.position[0] - lon), 360 - abs(
        c.position[0] - lon)) ** 2 * 0.2 + (c.position[1] - lat) ** 2)[:4000]
    return sorted((geodesic_m(lon, lat, *c.position), c.code) for c in rough)[:n]


def test_nearest(server, oracle):
    generator = random.Random(SEED)
    points = [(5.05, 43.4), (55.5, -21.1), (-61.0, 14.6), (2.35, 48.85), (-1.5, 49.9)]
    points += [(round(generator.uniform(-4, 8), 5), round(generator.uniform(43, 50), 5))
               for _ in range(15)]
    for lon, lat in points:
        answer = server.json(f"/communes/nearest?lon={lon}&lat={lat}&limit=5")
        assert answer["measured_to"] == "centre" and answer["numberReturned"] == 5
        distances = [feature["properties"]["distance_m"] for feature in answer["features"]]
        wanted = nearest(oracle, lon, lat, 5)
        assert distances == sorted(distances)
        for got, (metres, _) in zip(distances, wanted):
            assert abs(got - metres) <= 0.051, (SEED, lon, lat)
        assert {f["id"] for f in answer["features"]} == {code for _, code in wanted}


def test_limits_of_nearest(server):
    assert len(server.json("/communes/nearest?lon=2&lat=48")["features"]) == 1
    assert len(server.json("/communes/nearest?lon=2&lat=48&limit=100")["features"]) == 100
    assert len(server.json("/communes/nearest?lon=2&lat=48&limit=5000")["features"]) == 100
    assert len(server.json("/communes/nearest?lon=180&lat=-90&limit=3")["features"]) == 3


def test_at(server):
    answer = server.json("/communes/at?lon=5.05&lat=43.4")
    assert answer["containing"] is None and answer["border_m"] is None
    assert answer["neighbours"] == [] and answer["measured_to"] == "centre"
    assert [f["id"] for f in answer["nearest"]] == [
        f["id"] for f in server.json("/communes/nearest?lon=5.05&lat=43.4&limit=3")["features"]]
    assert "contour" in answer["note"] and "millesime" in answer


@pytest.mark.parametrize("route", ["/communes/at", "/communes/nearest"])
@pytest.mark.parametrize("query, parameter, word", [
    ("", "lon", "missing"), ("lon=2", "lat", "missing"), ("lat=48", "lon", "missing"),
    ("lon=x&lat=48", "lon", "'x'"), ("lon=2&lat=", "lat", "lat"), ("lon=181&lat=0", "lon", "181"),
    ("lon=0&lat=-91", "lat", "-91"), ("lon=nan&lat=1", "lon", "nan"),
    ("lon=48.85&lat=2.35", "lon", "swapped"), ("lon=2,3&lat=48", "lon", "2,3"),
])
def test_what_is_refused(server, route, query, parameter, word):
    problem = server.problem(f"{route}?{query}")
    assert problem["parameter"] == parameter and word in problem["detail"], problem
