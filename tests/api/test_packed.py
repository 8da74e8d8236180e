"""Features deflated ahead: the same bodies as without, told apart by their tags."""
import gzip
import random

import pytest

from conftest import metric, serving, until_packed

GZIP = {"Accept-Encoding": "gzip"}
METRICS = ("--metrics-listen", "127.0.0.1:0")


def packed_bytes(server):
    """Once all is done that can be."""
    until_packed(server)
    return metric(server, "arobase_packed_bytes")


@pytest.fixture(scope="module")
def packed(store):
    with serving(store, *METRICS) as server:
        packed_bytes(server)
        yield server


def targets(seed, count):
    random.seed(seed)
    for _ in range(count):
        lon, lat, half = random.uniform(-4, 8), random.uniform(43, 50), 10 ** random.uniform(-1.5, 1)
        box = f"bbox={lon - half:.4f},{max(lat - half, -89):.4f},{lon + half:.4f},{lat + half:.4f}"
        kind = random.choice(["initiatives", "communes"])
        more = random.choice(["", "&profile=compact", "&limit=40", "&axe=2"])
        if kind == "communes":
            more = random.choice(["", "&limit=40"])
        yield f"/collections/{kind}/items?{box}{more or '&limit=10000'}"


def test_bodies_are_those_without(packed):
    endings = set()
    for target in targets(1, 150):
        plain, small = packed.get(target), packed.get(target, GZIP)
        if small.headers["Content-Encoding"] is None:
            assert small.body == plain.body and len(plain.body) < 1024
            continue
        assert gzip.decompress(small.body) == plain.body, target
        assert len(small.body) < 0.6 * len(plain.body), target
        endings.add(small.headers["ETag"][-4:])
    assert endings == {'-gz"', '-pk"'}


def test_a_body_has_one_tag_and_a_tag_one_body(store, packed):
    target = "/collections/initiatives/items?limit=2000"
    with serving(store, *METRICS, "--packed-mb", "0", "--base-url", packed.url) as other:
        assert packed_bytes(other) == 0
        plain, deflated = other.get(target), other.get(target, GZIP)
    small = packed.get(target, GZIP)
    assert gzip.decompress(small.body) == gzip.decompress(deflated.body) == plain.body
    stem = plain.headers["ETag"][:-1]
    assert packed.get(target).headers["ETag"] == stem + '"'
    assert deflated.headers["ETag"] == stem + '-gz"'
    assert small.headers["ETag"] == stem + '-pk"'
    # Who holds the one that was made before the other need not fetch it.
    for tag in (deflated.headers["ETag"], small.headers["ETag"]):
        again = packed.get(target, {**GZIP, "If-None-Match": tag})
        assert (again.status, again.headers["ETag"]) == (304, tag)
        assert packed.get(target, {"If-None-Match": tag}).status == 200


def test_head_tells_what_get_sends(packed):
    target = "/collections/initiatives/items?limit=500"
    small, head = packed.get(target, GZIP), packed.get(target, GZIP, method="HEAD")
    for name in ("ETag", "Content-Length", "Content-Encoding", "Content-Type"):
        assert head.headers[name] == small.headers[name]


def test_what_does_not_fit_is_deflated_when_asked_for(store, packed):
    held = packed_bytes(packed)
    with serving(store, *METRICS, "--packed-mb", "4") as little:
        part = packed_bytes(little)
        assert 0 < part <= 4 << 20 < held
        full = little.get("/collections/initiatives/items?limit=500", GZIP)
        compact = little.get("/collections/initiatives/items?limit=500&profile=compact", GZIP)
    assert full.headers["ETag"].endswith('-gz"')
    assert compact.headers["ETag"].endswith('-pk"')
    assert gzip.decompress(compact.body)
