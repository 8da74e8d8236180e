"""sortby= and resultType=, against a slow twin that sorts what an unsorted list says."""
import functools
import random
import unicodedata
from urllib.parse import quote

import pytest
from oracle import features

SEED = 20261126
COLLECTIONS = ["initiatives", "communes", "epcis", "departements", "regions", "labels"]
WORDS = {"st": "saint", "ste": "sainte"}


def folded(text):
    """As names are compared: words of lower case letters and digits, without accents."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain)
    return " ".join(WORDS.get(word, word) for word in letters.split()).encode()[:255]


def value_of(feature, name):
    value = feature["id"] if name == "id" else feature["properties"][name]
    return folded(value) if isinstance(value, str) and name not in ("date",) else value


def sorted_by(found, keys):
    """Stable, nulls behind everything, whatever the direction."""
    def compare(a, b):
        for name, down in keys:
            left, right = value_of(a, name), value_of(b, name)
            if left != right:
                if left is None or right is None:
                    return 1 if left is None else -1
                return (1 if left > right else -1) * (-1 if down else 1)
        return 0
    return sorted(found, key=functools.cmp_to_key(compare))


def text_of(keys, random):
    return ",".join(("-" if down else random.choice(["", "+", "%2B"])) + name
                    for name, down in keys)


@pytest.fixture(scope="module")
def sortables(server):
    return {name: sorted(server.json(f"/collections/{name}/sortables")["properties"])
            for name in COLLECTIONS}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_pages_in_any_order(server, sortables, collection):
    """Random keys, directions, filters and lengths of page: every feature once, in its order."""
    generator = random.Random(SEED)
    for _ in range(6):
        query = generator.choice(["departement=13,2A,75,01,988", "region=93,11,04", "bbox=2,48,3,49",
                                  "q=saint", "epci=200054781"])
        target = f"/collections/{collection}/items?{query}"
        whole = features(server, f"{target}&limit=10000")
        keys = [(name, generator.random() < 0.5) for name in
                generator.sample(sortables[collection], generator.randint(1, 3))]
        limit = generator.randint(1, 40) + len(whole) // 20
        sortby = text_of(keys, generator)
        found = features(server, f"{target}&sortby={sortby}&limit={limit}")
        assert found == sorted_by(whole, keys), (SEED, target, sortby, limit)
        offset = generator.randint(0, len(whole) + 1)
        page = server.json(f"{target}&sortby={sortby}&limit={limit}&offset={offset}")
        assert page["features"] == found[offset:offset + limit]
        assert page["numberMatched"] == len(whole)


def test_everything_by_name(server):
    found = features(server, "/collections/communes/items?sortby=-nom&limit=9999&properties=nom")
    names = [folded(f["properties"]["nom"]) for f in found]
    assert names == sorted(names, reverse=True) and len(names) > 34000


def test_distance_stays_where_another_order_is_asked_for(server):
    query = "/collections/initiatives/items?near=2.35,48.85&radius=9000&properties=date&limit=300"
    near = features(server, query)
    found = features(server, f"{query}&sortby=-date")
    distances = {f["id"]: f["properties"]["distance_m"] for f in near}
    assert {f["id"]: f["properties"]["distance_m"] for f in found} == distances
    dates = [f["properties"]["date"] for f in found]
    assert dates == sorted(dates, reverse=True) and len(set(dates)) > 10


def test_links_keep_the_order(server):
    page = server.json("/collections/regions/items?sortby=-population,nom&limit=3")
    links = {link["rel"]: link["href"] for link in page["links"]}
    assert "sortby=-population,nom" in links["self"] and "sortby=-population,nom" in links["next"]
    cursor = links["next"].split("cursor=")[1].split("&")[0]
    for query in ("sortby=population,nom", "sortby=nom", "", "near=2,48"):
        assert server.problem(f"/collections/regions/items?cursor={cursor}&{query}")["parameter"] == (
            "cursor")


@pytest.mark.parametrize("collection, sortby", [
    ("initiatives", "axes"), ("initiatives", "actions"), ("initiatives", "geometry"),
    ("communes", "labels"), ("communes", ""), ("communes", "nom,"), ("communes", "--nom"),
    ("communes", "nom,code,population,niveau,epci"), ("epcis", "niveau"), ("labels", "nom"),
])
def test_what_cannot_be_sorted_by(server, collection, sortby):
    problem = server.problem(f"/collections/{collection}/items?sortby={quote(sortby)}")
    assert problem["parameter"] == "sortby"


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_hits(server, collection):
    for query in ("departement=13", "bbox=2,48,3,49", "q=saint", "near=5,43&radius=50000", ""):
        target = f"/collections/{collection}/items?{query}"
        page = server.json(f"{target}&limit=1")
        hits = server.json(f"{target}&resultType=hits")
        assert hits["numberMatched"] == page["numberMatched"]
        assert hits["numberReturned"] == 0 and hits["features"] == []
        rels = [link["rel"] for link in hits["links"]]
        assert "self" in rels and "collection" in rels and "next" not in rels
        assert server.json(f"{target}&limit=1&resultType=results")["features"] == page["features"]
    assert server.problem(f"/collections/{collection}/items?resultType=some")["parameter"] == (
        "resultType")
