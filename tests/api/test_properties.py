"""properties=: what is sent of a feature, and communes with the initiatives that a filter leaves."""
import collections
import random

import pytest
from oracle import query_of, random_filters

SEED = 20261125


@pytest.mark.parametrize("collection, names", [
    ("initiatives", ["titre", "axes", "liens", "position"]),
    ("initiatives", ["version"]),
    ("communes", ["code", "labels", "initiatives"]),
    ("communes", ["nom"]),
])
def test_what_is_chosen_is_sent(server, collection, names):
    generator = random.Random(SEED)
    query = "bbox=5,43.2,5.6,43.6&limit=500"
    target = f"/collections/{collection}/items?{query}"
    whole = server.json(target)["features"]
    asked = generator.sample(names, len(names))
    chosen = server.json(f"{target}&properties={','.join(asked)}")["features"]
    assert len(chosen) == len(whole) > 10
    for some, every in zip(chosen, whole):
        assert some["id"] == every["id"] and some["geometry"] == every["geometry"]
        assert list(some["properties"].items()) == [
            (name, value) for name, value in every["properties"].items() if name in names]


@pytest.mark.parametrize("target, names", [
    ("initiatives/items/17", ["titre", "axes"]), ("communes/items/13056", ["nom"]),
    ("communes/items/13056?crs=EPSG:2154", ["nom", "population"]), ("labels/items/2020-13056", ["niveau"])])
def test_what_is_chosen_of_one_is_sent(server, target, names):
    at = f"/collections/{target}{'&' if '?' in target else '?'}"
    whole, some = server.json(at), server.json(f"{at}properties={','.join(names)}")
    assert some["properties"] == {name: whole["properties"][name] for name in names}
    assert some["geometry"] == whole["geometry"] and some["id"] == whole["id"]
    assert server.problem(at + "properties=hauteur")["parameter"] == "properties"


def test_distances_stay(server):
    target = "/collections/communes/items?near=5.05,43.4&limit=20"
    whole = server.json(target)["features"]
    chosen = server.json(target + "&properties=nom")["features"]
    assert [f["properties"] for f in chosen] == [
        {name: f["properties"][name] for name in ("nom", "distance_m")} for f in whole]


def test_communes_count_what_a_filter_leaves(server, oracle):
    """A choropleth: exact under any filter of initiatives, and every commune is there."""
    generator = random.Random(SEED)
    whole = {f["id"]: f["properties"]["initiatives"] for f in
             server.pages_of("/collections/communes/items?properties=initiatives&limit=10000")}
    assert sum(whole.values()) == len(oracle.initiatives)
    for _ in range(8):
        filters = {}
        while not filters:
            filters = {name: value for name, value in random_filters(generator, oracle).items()
                       if name in ("axe", "enjeu", "usage", "datetime")}
        ids = oracle.matches(**filters)
        wanted = collections.Counter(
            one.commune.code for one in oracle.initiatives.values()
            if oracle.ids[one.source_id] in ids)
        found = server.pages_of("/collections/communes/items?properties=code,initiatives"
                                f"&limit=10000&{query_of(**filters)}")
        assert len(found) == len(whole)
        counted = {f["id"]: f["properties"]["initiatives"] for f in found}
        assert {code: n for code, n in counted.items() if n} == wanted, (SEED, filters)


def test_communes_of_a_region_count_by_axe(server, oracle):
    found = server.pages_of("/collections/communes/items?properties=initiatives&region=93"
                            "&axe=2&limit=400")
    ids = oracle.matches(region=["93"], axe=["2"])
    assert len(found) == sum(one.region == "93" for one in oracle.communes.values())
    assert sum(f["properties"]["initiatives"] for f in found) == len(ids) > 0


@pytest.mark.parametrize("target, parameter, says", [
    ("/collections/communes/items?properties=bogus", "properties", "population"),
    ("/collections/communes/items?properties=titre", "properties", "'titre'"),
    ("/collections/initiatives/items?properties=titre,", "properties", "''"),
    ("/collections/initiatives/items?properties=", "properties", "''"),
    ("/collections/initiatives/items?properties=titre&profile=full", "properties", "give one"),
    ("/collections/communes/items?axe=1", "axe", "properties=initiatives"),
    ("/collections/communes/items?axe=1&properties=nom", "axe", "properties=initiatives"),
    ("/collections/communes/items?axe=9&properties=initiatives", "axe", "not an axe"),
])
def test_what_is_refused(server, target, parameter, says):
    problem = server.problem(target)
    assert problem["parameter"] == parameter and says in problem["detail"]
