"""Large pages of GeoJSON: made while they are sent, whatever is asked of them, packed or not."""
import gzip
import json
import os
import pathlib
import re
import socket

import pytest
from conftest import serving, until, until_packed

ITEMS = "/collections/initiatives/items"
# A page of each is 3 to 13 MB; the first two lie ready as long runs, the third as many short ones.
PAGES = {
    "plain": "",
    "compact": "profile=compact",
    "short runs": "usage=1a1,1a2,2a1,3b1,4a1&datetime=2012-01-01/..",
    "sorted": "sortby=titre",
    "sorted down": "sortby=-date,commune_nom",
    "near": "near=2.35,48.85",
    "near and sorted": "near=5.37,43.3&radius=2000000&sortby=date",
    "properties": "properties=titre,date,actions,synthese",
    "another system": "crs=EPSG:2154",
    "all at once": "crs=EPSG:3857&properties=titre,actions,themes&near=5.37,43.3&sortby=-titre",
    "offset": "offset=900&sortby=date",
}
COPY_BYTES = 2_400_000  # what a body that is built takes, or more


def target_of(query, limit=10000):
    return f"{ITEMS}?{query}{'&' if query else ''}limit={limit}"


def packed(server, target):
    return server.get(target, headers={"Accept-Encoding": "gzip"})


@pytest.mark.parametrize("query", PAGES.values(), ids=PAGES)
def test_a_large_page_is_the_small_ones(server, query):
    """Pages of 150 are short enough to be made whole before they are sent."""
    whole = server.get(target_of(query))
    assert len(whole.body) > COPY_BYTES
    document = whole.json()
    small, target = [], target_of(query, 150)
    while target and len(small) < len(document["features"]):
        answer = server.get(target)
        assert int(answer.headers["Content-Length"]) == len(answer.body)
        page = answer.json()
        assert page["numberMatched"] == document["numberMatched"]
        small += page["features"]
        target = next((link["href"][len(server.url):] for link in page["links"]
                       if link["rel"] == "next"), None)
    assert small[:len(document["features"])] == document["features"]
    assert document["numberReturned"] == len(document["features"])
    assert {link["rel"] for link in document["links"]} >= {"self", "alternate", "collection"}


@pytest.mark.parametrize("query", PAGES.values(), ids=PAGES)
def test_gzip_head_and_304(server, query):
    target = target_of(query)
    plain, small = server.get(target), packed(server, target)
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.body) == plain.body
    assert small.headers["ETag"][-4:] in ('-gz"', '-pk"')
    assert small.headers["ETag"][:-4] == plain.headers["ETag"][:-1]
    assert server.get(target).headers["ETag"] == plain.headers["ETag"]
    for wanted, headers in ((plain, {}), (small, {"Accept-Encoding": "gzip"})):
        head = server.get(target, method="HEAD", headers=headers)
        assert head.status == 200 and head.body == b""
        for name in ("ETag", "Content-Type", "Content-Encoding", "Content-Crs", "Vary"):
            assert head.headers[name] == wanted.headers[name]
        for tag in (wanted.headers["ETag"], "*"):
            held = server.get(target, headers={**headers, "If-None-Match": tag})
            assert held.status == 304 and held.body == b""
            assert held.headers["ETag"] == wanted.headers["ETag"]
    assert server.get(ITEMS + "?limit=1").status == 200  # the connection is still good


def test_http_1_0(server):
    """Such a client knows no pieces: the end of the connection is the end of the body."""
    target = target_of("sortby=titre")
    with socket.create_connection(server.address, timeout=60) as peer:
        peer.sendall(f"GET {target} HTTP/1.0\r\nHost: {server.url[7:]}\r\n\r\n".encode())
        received = b""
        while piece := peer.recv(1 << 16):
            received += piece
    head, body = received.split(b"\r\n\r\n", 1)
    assert b"chunked" not in head
    assert body == server.get(target).body


def test_a_page_for_people_is_whole(server):
    """Its template is filled from the answer for programs, however long that is."""
    for query in ("profile=full&limit=100&sortby=titre", "limit=100&crs=EPSG:2154&profile=full"):
        answer = server.get(f"{ITEMS}?f=html&{query}")
        assert answer.status == 200
        assert answer.body.count(b"<tr>") > 100


def open_sockets(pid):
    """Of TCP, connected to a client."""
    inodes = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(os.readlink(descriptor))
        except FileNotFoundError:
            pass
    lines = pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    rows = [line.split() for line in lines]
    return sum(f"socket:[{row[9]}]" in inodes and row[3] != "0A" for row in rows)


def peak_bytes(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) * 1024


@pytest.fixture(scope="module")
def own(store):
    """In memory all the time: the pages of a mapped file count as soon as they are looked at."""
    with serving(store, "--threads", "1", "--snapshot-file=none",
                 "--metrics-listen", "127.0.0.1:0") as running:
        until_packed(running)
        yield running


def take_slowly(server, target, encoding):
    """The length of the body, of which the client leaves the server as much as it can."""
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.connect(server.address)
        peer.sendall(f"GET {target} HTTP/1.0\r\nAccept-Encoding: {encoding}\r\n\r\n".encode())
        size = 0
        while piece := peer.recv(4096):
            size += len(piece)
    return size


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("query", PAGES.values(), ids=PAGES)
def test_memory_does_not_grow_with_the_page(own, query, encoding):
    take_slowly(own, target_of(query, 300), encoding)
    pathlib.Path(f"/proc/{own.process.pid}/clear_refs").write_text("5", encoding="ascii")
    before = peak_bytes(own.process.pid)
    size = take_slowly(own, target_of(query), encoding)
    assert size > (COPY_BYTES if encoding == "identity" else COPY_BYTES / 10)
    assert peak_bytes(own.process.pid) - before < 2_000_000


@pytest.mark.parametrize("collection, n", [("communes", 4000), ("labels", 2000)])
@pytest.mark.parametrize("query", ["sortby=-{name}", "crs=EPSG:2154", "near=2.35,48.85"])
def test_other_collections(server, collection, n, query):
    by_name = query.format(name="nom" if collection == "communes" else "commune_nom")
    target = f"/collections/{collection}/items?{by_name}&limit="
    features = server.json(f"{target}{n}")["features"]
    assert len(features) == n
    assert features == [feature for offset in range(0, n, 400)
                        for feature in server.json(f"{target}400&offset={offset}")["features"]]
    document = json.loads(gzip.decompress(packed(server, f"{target}{n}").body))
    assert document["features"] == features


def test_a_client_that_goes_is_let_go(own):
    """Before the answer, and in the middle of it."""
    assert own.json(ITEMS + "?limit=1")["numberReturned"] == 1
    before = open_sockets(own.process.pid)
    for query in PAGES.values():
        for read_bytes in (0, 1000):
            with socket.create_connection(own.address, timeout=60) as peer:
                peer.sendall(f"GET {target_of(query)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                if read_bytes:
                    assert peer.recv(read_bytes).startswith(b"HTTP/1.1 200")
    assert own.json(ITEMS + "?limit=1")["numberReturned"] == 1
    until(lambda: open_sockets(own.process.pid) <= before)
