"""The one path of every answer: methods, tags, codings, CORS, strictness, links, odd requests."""
import gzip
import http.client
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse

import pytest
from conftest import serving

DATA_ROUTES = [
    "/conformance", "/api", "/collections", "/collections/communes", "/themes", "/summary",
    "/config.json", "/collections/initiatives/items?limit=50",
    "/collections/communes/items?bbox=2,48,3,49&limit=200", "/collections/initiatives/items/1",
    "/collections/communes/items/13056", "/communes/nearest?lon=5&lat=43.4",
    "/communes/at?lon=5&lat=43.4", "/map?bbox=2,48,3,49&zoom=9", "/counts?by=region",
    "/search?q=mart",
]
ALL_ROUTES = [*DATA_ROUTES, "/", "/livez", "/readyz", "/assets/js/app.js", "/nothing",
              "/collections?unknown=1"]


def same_headers(answer):
    return {k: v for k, v in answer.headers.items() if k not in ("Date", "Server-Timing")}


@pytest.mark.parametrize("target", ALL_ROUTES)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_head_is_get_without_body(server, target, coding):
    headers = {"Accept-Encoding": coding}
    got, head = server.get(target, headers), server.get(target, headers, method="HEAD")
    assert head.status == got.status
    assert head.body == b""
    assert same_headers(head) == same_headers(got)
    assert int(got.headers["Content-Length"]) == len(got.body)


@pytest.mark.parametrize("target", DATA_ROUTES)
def test_tags(server, target):
    plain = server.get(target)
    tag = plain.headers["ETag"]
    assert plain.status == 200 and tag.startswith('"')
    assert plain.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert server.get(target).body == plain.body
    for header in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        unchanged = server.get(target, {"If-None-Match": header})
        assert (unchanged.status, unchanged.body) == (304, b""), header
        assert unchanged.headers["ETag"] == tag
        assert unchanged.headers["Vary"] == plain.headers["Vary"]
        assert unchanged.headers["Cache-Control"] == plain.headers["Cache-Control"]
    for header in ('"x"', tag.strip('"'), tag[:-2] + '"', ""):
        assert server.get(target, {"If-None-Match": header}).status == 200, header


@pytest.mark.parametrize("target", DATA_ROUTES)
def test_gzip_holds_the_same(server, target):
    plain, packed = server.get(target), server.get(target, {"Accept-Encoding": "gzip"})
    if len(plain.body) < 1024:
        assert packed.headers["Content-Encoding"] is None and packed.body == plain.body
        assert packed.headers["ETag"] == plain.headers["ETag"]
        return
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body)
    tag = packed.headers["ETag"]
    assert tag in {plain.headers["ETag"][:-1] + ending for ending in ('-gz"', '-pk"')}
    again = server.get(target, {"Accept-Encoding": "gzip", "If-None-Match": tag})
    assert (again.status, again.headers["ETag"]) == (304, tag)
    # Who cannot read gzip is not told to use a gzip body.
    assert server.get(target, {"If-None-Match": tag}).status == 200


@pytest.mark.parametrize("header", ["gzip;q=0", "identity", "br", "gzip;q=0.3, identity", "*;q=0"])
def test_gzip_only_where_wanted(server, header):
    answer = server.get("/api", {"Accept-Encoding": header})
    assert answer.headers["Content-Encoding"] is None
    json.loads(answer.body)


def test_tags_differ_between_queries_and_bases(store, server):
    targets = ["/collections/communes/items?limit=1", "/collections/communes/items?limit=2",
               "/collections/communes/items?limit=1&f=json", "/collections/initiatives/items?limit=1"]
    tags = {server.get(target).headers["ETag"] for target in targets}
    with serving(store, "--base-url", "https://a.example") as other:
        tags.add(other.get(targets[0]).headers["ETag"])
    assert len(tags) == 5


def test_order_and_spelling_of_parameters_do_not_matter(server):
    a = server.get("/collections/communes/items?limit=3&bbox=2,48,3,49")
    b = server.get("/collections/communes/items?bbox=2%2C48%2c3,49&&limit=3&")
    assert (a.body, a.headers["ETag"]) == (b.body, b.headers["ETag"])


def test_tags_are_the_same_after_a_restart(store, server):
    with serving(store, "--base-url", server.url) as again:
        a, b = server.get("/summary"), again.get("/summary")
    assert (a.body, a.headers["ETag"]) == (b.body, b.headers["ETag"])


@pytest.mark.parametrize("target", ["/nothing", "/collections/nothing", "/map", "/api?f=xml",
                                    "/collections/initiatives/items/999999999"])
def test_errors_are_not_cached(server, target):
    for headers in ({}, {"If-None-Match": "*"}, {"Accept-Encoding": "gzip"}):
        answer = server.get(target, headers)
        assert answer.status in (400, 404), target
        assert answer.headers["ETag"] is None
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_assets(server):
    plain = server.get("/assets/js/app.js")
    tag = plain.headers["ETag"]
    assert plain.status == 200 and "javascript" in plain.headers["Content-Type"]
    packed = server.get("/assets/js/app.js", {"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.body) == plain.body
    brotli = server.get("/assets/js/app.js", {"Accept-Encoding": "gzip, deflate, br"})
    assert brotli.headers["Content-Encoding"] == "br"
    unpacked = subprocess.run(["brotli", "-dc"], input=brotli.body, capture_output=True, check=True)
    assert unpacked.stdout == plain.body
    assert len({tag, packed.headers["ETag"], brotli.headers["ETag"]}) == 3
    for coding, answer in (("identity", plain), ("gzip", packed), ("br", brotli)):
        headers = {"Accept-Encoding": coding, "If-None-Match": answer.headers["ETag"]}
        assert server.get("/assets/js/app.js", headers).status == 304, coding
    kept = server.get(f"/assets/js/app.js?v={tag.strip(chr(34))}")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    # A page of another version must not keep this file under its own name.
    other = server.get("/assets/js/app.js?v=0123456789abcdef")
    assert other.headers["Cache-Control"] == plain.headers["Cache-Control"]
    assert "immutable" not in other.headers["Cache-Control"]
    for path in ("/assets/", "/assets/none.js", "/assets/../js/app.js", "/assets/%2e%2e/js/app.js"):
        assert server.get(path).status == 404, path


def directives(headers):
    """The policy of a page: sources by directive."""
    parts = [part.split() for part in headers["Content-Security-Policy"].split(";")]
    assert len({part[0] for part in parts}) == len(parts)
    return {part[0]: part[1:] for part in parts}


def assert_strict(headers, ancestors=("'self'",)):
    """What every page's headers say: nothing inline, nothing from elsewhere."""
    policy = directives(headers)
    own = {name: policy[name] for name in ("script-src", "style-src", "font-src")}
    assert own == dict.fromkeys(own, ["'self'"])
    assert policy["default-src"] == policy["base-uri"] == ["'none'"]
    assert policy["worker-src"] == ["'self'", "blob:"]
    assert policy["img-src"][:3] == ["'self'", "data:", "blob:"]
    assert policy["form-action"] == ["'self'"]
    assert policy["frame-ancestors"] == list(ancestors)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] in ("strict-origin-when-cross-origin", "no-referrer")
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("path", [
    "/", "/api", "/collections", "/collections/communes", "/collections/communes/items?limit=1",
    "/collections/communes/items/13056", "/collections/communes/schema", "/conformance",
    "/themes", "/territoires", "/tiles.json", "/counts?by=axe"])
def test_pages_may_do_little_and_stand_in_no_other_sites_frame(server, path):
    page = server.get(path, {"Accept": "text/html"})
    assert page.headers["Content-Type"].startswith("text/html"), path
    assert_strict(page.headers)
    assert "geolocation=(self)" in page.headers["Permissions-Policy"]


def test_only_what_is_embedded_is_open_to_pages_that_isolate_themselves(server):
    asset = server.get("/assets/js/app.js")
    assert asset.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert asset.headers["Access-Control-Allow-Origin"] == "*"
    assert server.get("/?f=html").headers["Cross-Origin-Resource-Policy"] is None


def test_the_page(server):
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = server.get("/", browser)
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert_strict(page.headers)
    assert "https:" not in page.headers["Content-Security-Policy"]
    assert page.headers["Vary"] == "Accept-Encoding, Accept, Accept-Language"
    assert server.get("/?utm_source=x", browser).body == page.body
    assert server.get("/", {"Accept": "application/json"}).json()["links"]
    unchanged = server.get("/", {**browser, "If-None-Match": page.headers["ETag"]})
    assert unchanged.status == 304


def test_a_background_style_opens_the_policy(store):
    with serving(store, "--basemap-style", "https://tiles.example/style.json") as server:
        headers = server.get("/?f=html").headers
        assert_strict(headers)
        assert directives(headers)["connect-src"] == ["'self'", "https:"]
        assert directives(headers)["img-src"] == ["'self'", "data:", "blob:", "https:"]
        assert server.json("/config.json")["basemap_style"] == "https://tiles.example/style.json"


def test_a_background_style_on_http_opens_the_policy_to_its_host(store):
    with serving(store, "--basemap-style", "http://tiles.example:8081/style.json") as server:
        policy = directives(server.get("/?f=html").headers)
        assert policy["connect-src"] == ["'self'", "https:", "http://tiles.example:8081"]
        assert policy["script-src"] == ["'self'"]


def test_cors(server):
    for target in ("/summary", "/nothing"):
        headers = server.get(target, {"Origin": "https://b.example"}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "ETag" in headers["Access-Control-Expose-Headers"]
        assert headers["Access-Control-Allow-Credentials"] is None
    preflight = server.get("/summary", {"Origin": "https://b.example",
                                        "Access-Control-Request-Method": "GET",
                                        "Access-Control-Request-Headers": "if-none-match"},
                           method="OPTIONS")
    assert (preflight.status, preflight.body) == (204, b"")
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
    assert "If-None-Match" in preflight.headers["Access-Control-Allow-Headers"]
    assert preflight.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert preflight.headers["Content-Length"] in (None, "0")
    assert server.get("/nothing", method="OPTIONS").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_other_methods(server, method):
    body = b"x" * 1000 if method in ("POST", "PUT", "PATCH") else None
    problem = server.problem("/summary", 405, method=method, body=body)
    assert method in problem["detail"]
    assert server.get("/summary", method=method, body=body).headers["Allow"] == "GET, HEAD, OPTIONS"
    assert server.get("/summary").status == 200


STRICT = [
    ("/collections/communes/items?boox=1,2,3,4", "boox", "did you mean 'bbox'?"),
    ("/collections/communes/items?limit=1&limit=2", "limit", "given twice"),
    ("/collections/communes/items?utm_source=x", "utm_source", "unknown parameter"),
    ("/collections/communes/items?q=%", "q", "hexadecimal"),
    ("/collections/communes/items?q=%zz", "q", "hexadecimal"),
    ("/collections/communes/items?q=%E9", "q", "UTF-8"),
    ("/collections/communes/items?q=%00", "q", "NUL"),
    ("/collections/communes/items?" + "&".join("q=1" for _ in range(65)), "q", "twice"),
    ("/collections/communes/items?f=shp", "f", "geojson"),
    ("/collections/communes/items?bbox=48,2,49,3", "bbox", "latitude first"),
    ("/collections/communes/items?near=48.85,2.35", "near", "latitude first"),
    ("/collections/initiatives/items?near=43.4,5.05&radius=5000", "near", "near=lon,lat"),
    ("/collections/communes/items?limit=0", "limit", ""),
    ("/themes?langue=fr", "langue", "unknown parameter"),
    ("/?f=xml", "f", "json, html"),
    ("/?f=json&f=json", "f", "twice"),
]


@pytest.mark.parametrize("target,parameter,words", STRICT)
def test_strict_parameters(server, target, parameter, words):
    problem = server.problem(target)
    assert problem["parameter"] == parameter
    assert words in problem["detail"]


def test_lenient_pages(server):
    assert server.get("/?utm_source=x&utm_source=y&dnt=%").status == 200
    assert server.get("/livez?x=1").status == 200
    assert server.get("/assets/js/app.js?x=1").status == 200
    many = "&".join(f"a{i}=1" for i in range(65))
    assert "64" in server.problem("/?" + many)["detail"]


def test_common_clients(server):
    """What QGIS and GDAL put on every request."""
    assert server.get("/?f=json").status == 200
    assert server.get("/collections?f=json").status == 200
    assert server.get("/api?f=json").status == 200
    assert server.get("/collections/communes/items?f=json&offset=0&limit=10").status == 200


def test_what_is_not_there(server):
    assert "'/nothing'" in server.problem("/nothing", 404)["detail"]
    assert "did you mean '/collections'" in server.problem("/collections/", 404)["detail"]
    assert server.get("/collections%2Fcommunes").status == 404
    assert "hexadecimal" in server.problem("/coll%zzections", 400)["detail"]
    escaped = server.problem("/%3Cscript%3E", 404)
    assert escaped["detail"] == "no '/<script>' here"


def test_long_addresses(server):
    assert server.get("/nothing?" + "x" * 8000).status == 404
    assert "8192" in server.problem("/nothing?" + "x" * 9000, 414)["detail"]
    # Beyond what the HTTP library reads at all: its own answer, and the server goes on.
    assert server.get("/nothing?" + "x" * 60000).status in (414, 431)
    assert server.get("/livez").status == 200


def test_large_headers(server):
    assert server.get("/livez", {"X-Large": "x" * 60000}).status in (413, 414, 431)
    server.connection.close()
    assert server.get("/livez").status == 200


def test_server_timing_when_asked_for(server):
    assert server.get("/summary").headers["Server-Timing"] is None
    timing = server.get("/summary", {"X-Server-Timing": "1"}).headers["Server-Timing"]
    assert "answer;dur=" in timing and "encode;dur=" in timing


def links_of(server, headers):
    return {link["href"] for link in server.json("/?f=json", headers=headers)["links"]}


def test_links_never_believe_the_client(server):
    for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"},
                    {"Forwarded": "host=evil.example"}, {"X-Forwarded-Prefix": "/evil"}):
        for link in links_of(server, headers):
            assert link.startswith(server.url + "/"), headers


def test_links_believe_trusted_proxies(store):
    with serving(store, "--trusted-proxies", "10.0.0.0/8,127.0.0.1") as server:
        for headers, base in [
            ({}, server.url),
            ({"X-Forwarded-Host": "a.example", "X-Forwarded-Proto": "https"}, "https://a.example"),
            ({"Forwarded": 'for=192.0.2.1;proto=https;host="a.example:8443"'},
             "https://a.example:8443"),
            ({"X-Forwarded-Host": "a.example", "X-Forwarded-Prefix": "/carte"},
             "http://a.example/carte"),
            ({"X-Forwarded-Host": 'a"><script>'}, server.url),
            ({"Host": "evil.example"}, server.url),
        ]:
            for link in links_of(server, headers):
                assert link.startswith(base + "/"), headers
        first = server.get("/collections", {"X-Forwarded-Host": "a.example"})
        second = server.get("/collections", {"X-Forwarded-Host": "b.example"})
        assert first.headers["ETag"] != second.headers["ETag"]


def test_base_url(store):
    with serving(store, "--base-url", "https://atlas.example/carte/", "--trusted-proxies",
                 "127.0.0.1") as server:
        for link in links_of(server, {"X-Forwarded-Host": "a.example"}):
            assert link.startswith("https://atlas.example/carte/")
        page = server.json("/collections/communes/items?limit=1&q=saint")
        nexts = [link["href"] for link in page["links"] if link["rel"] == "next"]
        assert nexts[0].startswith("https://atlas.example/carte/collections/communes/items?")
        assert "q=saint" in nexts[0]


def raw(server, data):
    """What comes back for these bytes until the server closes, resets, or says nothing more."""
    answer = b""
    with socket.create_connection(server.address, timeout=3) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            while some := connection.recv(65536):
                answer += some
        except OSError:
            pass
    return answer


ODD = {
    "nothing": b"",
    "garbage": b"\x00\x01\x02\xff\xfe\r\n\r\n",
    "no method": b" / HTTP/1.1\r\nHost: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no version": b"GET /livez\r\n\r\n",
    "a header without a colon": b"GET /livez HTTP/1.1\r\nHost x\r\n\r\n",
    "half a request": b"GET /livez HTTP/1.1\r\nHo",
    "negative length": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "bad chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    "many headers": b"GET /livez HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
    "NUL in the target": b"GET /a\x00b HTTP/1.1\r\nHost: x\r\n\r\n",
    "target without a slash": b"GET livez HTTP/1.1\r\nHost: x\r\n\r\n",
    "a fragment": b"GET /livez#x HTTP/1.1\r\nHost: x\r\n\r\n",
    "a star": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.mark.parametrize("name", ODD)
def test_odd_requests_hurt_nobody(server, name):
    raw(server, ODD[name])
    assert server.get("/livez").status == 200
    assert server.process.poll() is None


def test_versions_and_forms(server):
    assert raw(server, b"GET /livez HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.")
    absolute = raw(server, b"GET http://evil.example/collections HTTP/1.1\r\nHost: evil.example\r\n"
                           b"Connection: close\r\n\r\n")
    assert b"200 OK" in absolute and b"evil.example" not in absolute
    no_host = raw(server, b"GET /livez HTTP/1.1\r\n\r\n")
    assert b" 400 " in no_host.split(b"\r\n")[0]


def test_a_body_is_no_second_request(server):
    inner = b"GET /collections HTTP/1.1\r\nHost: x\r\n\r\n"
    outer = b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(inner)
    answer = raw(server, outer + inner)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b"initiatives" not in answer


def test_pipelined_requests(server):
    request = b"GET /summary HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = raw(server, request * 20)
    assert answer.count(b"HTTP/1.1 200 OK") == 20


def test_ipv6(store):
    try:
        socket.socket(socket.AF_INET6).bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with serving(store, "--listen", "[::1]:0") as server:
        assert server.url.startswith("http://[::1]:")
        for link in links_of(server, {}):
            assert link.startswith(server.url + "/")


def test_many_pieces_over_one_connection(server):
    """More than 1,024 separate runs in one answer, and another, over one kept connection."""
    target = "/collections/initiatives/items?limit=10000&usage=1a1,2b1,3c2,4a1"
    first = server.json(target)
    ids = [feature["id"] for feature in first["features"]]
    whole = server.json("/collections/initiatives/items?limit=10000")["features"]
    places = {feature["id"]: place for place, feature in enumerate(whole)}
    known = [places[i] for i in ids if i in places]
    runs = 1 + sum(b != a + 1 for a, b in zip(known, known[1:]))
    assert runs > 1024, f"only {runs} runs: the test proves nothing"
    connection = server.connection
    for _ in range(3):
        again = server.get(target)
        assert again.json() == first
        assert server.get("/livez").status == 200
    assert server.connection is connection, "the connection was not kept"


def test_distances_make_pieces_too(server):
    target = "/collections/initiatives/items?near=2.35,48.85&radius=200000&limit=5000"
    first = server.json(target)
    assert first["numberReturned"] > 1024
    distances = [feature["properties"]["distance_m"] for feature in first["features"]]
    assert distances == sorted(distances)
    packed = server.get(target, {"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(packed.body)) == first


def test_answers_do_not_depend_on_company(server):
    """Thirty-two at a time get what one alone gets."""
    targets = DATA_ROUTES * 6
    alone = {target: server.get(target).body for target in DATA_ROUTES}
    failures = []

    def ask(some):
        connection = http.client.HTTPConnection(*server.address, timeout=60)
        for target in some:
            connection.request("GET", target)
            if connection.getresponse().read() != alone[target]:
                failures.append(target)
        connection.close()

    threads = [threading.Thread(target=ask, args=(targets[i:] + targets[:i],)) for i in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed")
def test_connections_of_one_address(server):
    done = subprocess.run(["wrk", "-t1", "-c256", "-d1", server.url + "/livez"],
                          capture_output=True, text=True, check=True)
    assert "Socket errors" not in done.stdout, done.stdout


def test_head_of_what_is_made_while_it_is_sent(server):
    """Headers and not a byte more: what came behind would be taken for the next answer."""
    with socket.create_connection(server.address, timeout=20) as connection:
        connection.sendall(b"HEAD /collections/initiatives/items?f=csv HTTP/1.1\r\nHost: x\r\n\r\n")
        got = b"".join(iter(lambda: connection.recv(65536), b""))
    assert got.startswith(b"HTTP/1.1 200") and b"\r\nContent-Type: text/csv" in got
    assert got.index(b"\r\n\r\n") == len(got) - 4
    assert b"content-length" not in got.lower()


def test_metrics(server):
    def metrics():
        parts = urllib.parse.urlsplit(server.metrics_url)
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        assert response.getheader("Content-Type").startswith("text/plain; version=0.0.4")
        lines = response.read().decode().splitlines()
        connection.request("GET", "/about.json")
        assert json.loads(connection.getresponse().read())["version"]
        connection.close()
        return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
                for line in lines if not line.startswith("#")}

    before = metrics()
    server.get("/summary")
    server.get("/summary/nothing-there")
    after = metrics()
    for name in ('arobase_http_requests_total{route="/summary",class="2xx"}',
                 'arobase_http_requests_total{route="unmatched",class="4xx"}',
                 'arobase_http_request_duration_seconds_count{route="/summary"}'):
        assert after[name] == before.get(name, 0) + 1, name
    assert after["arobase_snapshot_initiatives"] == 11784
    name = 'arobase_http_response_body_bytes_total{route="/collections/{collection}/items"}'
    wanted = before.get(name, 0) + len(server.get("/collections/initiatives/items?f=csv").body)
    deadline = time.monotonic() + 20  # a file is counted with its last byte, after it is sent
    while metrics().get(name) != wanted and time.monotonic() < deadline:
        time.sleep(0.02)
    assert metrics()[name] == wanted
    assert after["process_resident_memory_bytes"] > 1e6
    assert not any("nothing-there" in name for name in after)
    assert server.get("/metrics").status == 404
