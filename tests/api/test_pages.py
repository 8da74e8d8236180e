"""Pages for people, made of the answers for programs: whole without JavaScript, linked, escaped."""
import html
import html.parser
import json
import re
import urllib.parse

import pytest
from conftest import arobase, make_store, serving

COLLECTIONS = ["initiatives", "communes", "epcis", "departements", "regions", "labels"]
PAGES = ["/a-propos", "/accessibilite", "/donnees", "/conformance", "/api", "/collections", "/functions", "/territoires",
         *(f"/collections/{name}{rest}" for name in COLLECTIONS
           for rest in ("", "/items", "/queryables", "/sortables", "/schema")),
         "/collections/communes/items/13056", "/collections/labels/items/2020-13056",
         "/collections/regions/items/93",
         "/collections/initiatives/items?commune=13056&profile=compact&limit=3",
         "/collections/communes/items?bbox=2,48,3,49", "/tiles", "/tiles/WebMercatorQuad",
         "/tileMatrixSets", "/tileMatrixSets/WebMercatorQuad", "/tiles.json", "/themes",
         "/counts?by=region"]
VOID = {"meta", "link", "img", "br", "input", "hr"}


class Page(html.parser.HTMLParser):
    """Text, links and elements of a page; a tag that is not closed in its place is an error."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.links, self.ids, self.words = [], [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.elements.append((tag, attrs))
        if tag not in VOID:
            self.open.append(tag)
        if "id" in attrs:
            self.ids.append(attrs["id"])
        for name in ("href", "src"):
            if name in attrs:
                self.links.append(attrs[name])

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, tag

    def handle_data(self, data):
        self.words.append(data)

    def count(self, tag):
        return sum(1 for name, _ in self.elements if name == tag)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def read(server, target):
    answer = server.get(target, headers={"Accept": "text/html"})
    assert answer.status == 200, (target, answer.body[:300])
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    text = answer.body.decode()
    assert "{{" not in text
    return Page(text)


@pytest.mark.parametrize("target", PAGES)
def test_pages_are_whole(server, target):
    page = read(server, target)
    for tag in ("title", "h1", "main", "header", "footer"):
        assert page.count(tag) >= 1 and (tag != "h1" or page.count(tag) == 1), tag
    assert len(set(page.ids)) == len(page.ids)
    assert ("html", {"lang": "fr"}) in page.elements
    # The program's form of the page is one link away, and is what a program gets.
    way = next(attrs["href"] for tag, attrs in page.elements
               if tag == "link" and attrs.get("rel") == "alternate")
    asked = urllib.parse.urlsplit(urllib.parse.urljoin(server.url + target, way))
    path, _, query = target.partition("?")
    limit = dict(urllib.parse.parse_qsl(asked.query)).get("limit")
    plain = server.json(f"{path}?{query}")
    if "numberMatched" not in plain or limit:
        assert server.json(f"{asked.path}?{asked.query}").keys() == plain.keys()


def test_every_link_leads_somewhere(server):
    """From page to page, to every address of this server."""
    waiting, seen = list(PAGES), {}
    while waiting:
        target = waiting.pop()
        if target in seen:
            continue
        answer = server.get(target, headers={"Accept": "text/html"})
        seen[target] = answer.status
        assert answer.status in (200, 204), target
        if "text/html" not in answer.headers.get("Content-Type", "") or len(seen) > 400:
            continue
        page = Page(answer.body.decode())
        for link in page.links:
            url, part = urllib.parse.urldefrag(urllib.parse.urljoin(server.url + target, link))
            assert not part or url != server.url + target or part in page.ids, (target, link)
            # One page of a list stands for the others.
            if url.startswith(server.url + "/") and "{" not in url and "cursor=" not in url:
                waiting.append(url[len(server.url):])
    assert len(seen) > 40


def test_lists_are_read_page_by_page(server):
    seen, target = [], "/collections/initiatives/items?commune=13056&f=html&limit=10"
    while target:
        page = read(server, target)
        seen += [link for link in page.links if re.fullmatch(r"items/\d+\?f=html", link)]
        target = next((attrs["href"][len(server.url):] for tag, attrs in page.elements
                       if tag == "a" and attrs.get("rel") == "next"), None)
    features = server.json("/collections/initiatives/items?commune=13056")["features"]
    assert seen == [f"items/{one['id']}?f=html" for one in features]


def test_a_page_has_its_limits(server):
    many = read(server, "/collections/communes/items?limit=9000")
    assert sum(1 for link in many.links if link.startswith("items/")) == 500
    assert "34 969" in many.text
    some = read(server, "/collections/communes/items")
    assert sum(1 for link in some.links if link.startswith("items/")) == 50
    assert server.problem("/collections/communes/items?limit=0&f=html")["parameter"] == "limit"


def test_a_table_has_the_columns_of_the_short_form(server):
    feature = server.json("/collections/initiatives/items?limit=1&profile=compact")["features"][0]
    page = read(server, "/collections/initiatives/items")
    schema = server.json("/collections/initiatives/schema?f=json")["properties"]
    assert " ".join(["id", *(f"{schema[name]['title']} {name}"
                             for name in feature["properties"])]) in page.text
    assert "recommandations" in read(server, "/collections/initiatives/items?profile=full").text


def test_cells_stand_below_their_column(server):
    """Features differ in the properties that they have."""
    features = server.json("/collections/initiatives/items?limit=50")["features"]
    assert len({tuple(one["properties"]) for one in features}) > 5
    text = server.get("/collections/initiatives/items?profile=full&f=html").body.decode()
    names = re.findall(r"<th scope=\"col\"><span lang=\"fr\">[^<]*</span> <code>(\w+)</code></th>", text)
    rows = re.findall(r"<tr><th scope=\"row\">.*?</th>(.*?)</tr>", text, re.DOTALL)
    assert set(names) == {name for one in features for name in one["properties"]}
    assert len(rows) == len(features)
    for row, one in zip(rows, features):
        cells = [html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        assert len(cells) == len(names)
        for name, cell in zip(names, cells):
            value = one["properties"].get(name)
            if value is None or isinstance(value, str):
                assert cell == (value or "")


def test_functions_are_listed(server):
    text = read(server, "/functions").text
    for function in server.json("/functions")["functions"]:
        assert f"{function['name']}(" in text and function["description"] in text


def test_links_say_what_they_are(server):
    page = read(server, "/collections/communes/items?limit=3")
    assert "text/csv; charset=utf-8; header=present alternate" in page.text
    assert "This collection self · application/json" in read(server, "/collections/communes").text


def test_facts_have_titles(server):
    page = read(server, "/collections/communes/items/13056")
    assert "Codes postaux codes_postaux 13117, 13500" in page.text


@pytest.mark.parametrize("query", ["", "?limit=3", "?limit=3&offset=4", "?crs=EPSG:2154&limit=2",
                                   "?departement=13&bbox=890000,6240000,900000,6255000"
                                   "&bbox-crs=EPSG:2154"])
def test_the_map_draws_what_the_page_shows(server, query):
    page = read(server, "/collections/communes/items" + query)
    way = next(attrs["data-geojson"] for tag, attrs in page.elements if "data-geojson" in attrs)
    drawn = server.json("/collections/communes/items" + way)["features"]
    shown = [link for link in page.links if link.startswith("items/")]
    assert shown == [f"items/{one['id']}?f=html" for one in drawn]
    assert all(abs(one["geometry"]["coordinates"][0]) <= 180 for one in drawn)


def test_the_map_of_one(server):
    page = read(server, "/collections/communes/items/13056?crs=EPSG:2154")
    way = next(attrs["data-geojson"] for tag, attrs in page.elements if "data-geojson" in attrs)
    drawn = server.json("/collections/communes/items/13056" + way)
    assert drawn == server.json("/collections/communes/items/13056") | {"links": drawn["links"]}


def test_what_has_no_page_of_its_own_shows_the_answer(server):
    text = read(server, "/counts?by=region").text
    assert f'"total": {server.json("/counts?by=region")["total"]},' in text
    assert '"features":' not in read(server, "/collections/communes/items").text


def test_the_documentation_names_every_route(server):
    page, document = read(server, "/api"), server.json("/api?f=json")
    for path, item in document["paths"].items():
        assert f"GET {path}" in page.text
        assert item["get"]["operationId"] in page.ids
        assert item["get"]["summary"] in page.text
    for parameter in document["components"]["parameters"].values():
        assert parameter["name"] in page.text


def test_data_never_becomes_markup(tmp_path, initiatives_csv):
    """Whatever a sheet says is text."""
    hostile = "<script>alert(1)</script> \"'><b>&amp;</b> {{root}}"
    sheets = tmp_path / "one.geojsonl"
    sheets.write_text(json.dumps({
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [5.05, 43.4]},
        "properties": {"source": "test", "source_id": "1", "commune": "13056", "titre": hostile,
                       "date": "2020-01-01", "themes": ["1a1"], "actions": hostile}}) + "\n")
    store = tmp_path / "store.sqlite"
    make_store(store, initiatives_csv)
    done = arobase("import", "initiatives", sheets, "--store", store)
    assert done.returncode == 0, done.stderr
    with serving(store) as server:
        found = server.json("/collections/initiatives/items?q=script+alert")["features"]
        assert [one["properties"]["titre"] for one in found] == [hostile]
        for target in (f"/collections/initiatives/items/{found[0]['id']}",
                       "/collections/initiatives/items?q=script+alert"):
            answer = server.get(target, headers={"Accept": "text/html"})
            page = Page(answer.body.decode())
            assert " ".join(hostile.split()) in page.text
            assert all(attrs.get("src") for tag, attrs in page.elements if tag == "script")
            assert page.count("b") == 0


def test_redirections_stay_redirections(server):
    answer = server.get("/collections/communes/items/14697", headers={"Accept": "text/html"})
    assert answer.status == 308
    assert answer.headers["Location"].startswith(server.url + "/collections/communes/items/")


def test_templates_are_not_served(server):
    server.problem("/assets/pages/items.html", 404)
    assert server.get("/assets/pages/page.css").status == 200
