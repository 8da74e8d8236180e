"""The Atom feed: the newest initiatives under any filter."""
import xml.etree.ElementTree as xml

import pytest

ATOM, GEORSS = "{http://www.w3.org/2005/Atom}", "{http://www.georss.org/georss}"


def read(server, target):
    answer = server.get(target)
    assert answer.status == 200, answer.body[:300]
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return xml.fromstring(answer.body)


def link(element, rel, kind=None):
    found = [each.get("href") for each in element.findall(ATOM + "link")
             if each.get("rel") == rel and kind in (None, each.get("type"))]
    assert len(found) < 2
    return found[0] if found else None


def texts(element, *names):
    return [element.findtext(ATOM + name) for name in names]


def test_entries_are_the_newest(server):
    feed = read(server, "/feed.atom")
    entries = feed.findall(ATOM + "entry")
    features = server.json("/collections/initiatives/items?sortby=-date&limit=50")["features"]
    assert len(entries) == 50
    themes = {theme["id"]: theme["libelle"] for theme in flat(server.json("/themes"))}
    for entry, feature in zip(entries, features):
        properties = feature["properties"]
        assert texts(entry, "title", "updated", "published") == [
            properties["titre"], properties["updated_at"], properties["created_at"]]
        assert entry.findtext(ATOM + "id").endswith(f"/initiatives/items/{feature['id']}")
        assert entry.findtext(f"{ATOM}author/{ATOM}name") == properties["commune_nom"]
        assert entry.findtext(ATOM + "summary") == (properties.get("synthese")
                                                    or properties["actions"])
        lon, lat = feature["geometry"]["coordinates"]
        assert [float(part) for part in entry.findtext(GEORSS + "point").split()] == [lat, lon]
        categories = {each.get("term"): each.get("label")
                      for each in entry.findall(ATOM + "category")}
        assert categories == {theme: themes[theme] for theme in properties["themes"]}
    one = link(entries[0], "alternate", "application/geo+json")
    assert server.json(one[len(server.url):])["id"] == features[0]["id"]


def flat(document):
    """All objects with an id, at any depth."""
    found = []
    for value in document.values() if isinstance(document, dict) else document:
        if isinstance(value, (dict, list)):
            found += flat(value)
    if isinstance(document, dict) and "libelle" in document:
        found.append(document)
    return found


def test_it_is_a_feed(server):
    """What RFC 4287 wants of one, and the same bytes again."""
    feed = read(server, "/feed.atom?departement=13&axe=1")
    assert all(texts(feed, "id", "title", "updated"))
    assert link(feed, "self") == f"{server.url}/feed.atom?axe=1&departement=13"
    assert feed.findtext(ATOM + "id") == link(feed, "self")
    page = link(feed, "alternate")
    assert server.get(page[len(server.url):], headers={"Accept": "text/html"}).status == 200
    ids = [entry.findtext(ATOM + "id") for entry in feed.findall(ATOM + "entry")]
    assert len(set(ids)) == len(ids)
    first, second = server.get("/feed.atom?q=ecole"), server.get("/feed.atom?q=ecole")
    assert first.body == second.body
    held = server.get("/feed.atom?q=ecole", headers={"If-None-Match": first.headers["ETag"]})
    assert held.status == 304


def test_pages_of_it_are_all(server):
    want = server.pages_of("/collections/initiatives/items?departement=2A&sortby=-date")
    target, ids = "/feed.atom?departement=2A&limit=7", []
    while target:
        feed = read(server, target)
        ids += [int(entry.findtext(ATOM + "id").rsplit("/", 1)[1])
                for entry in feed.findall(ATOM + "entry")]
        target = (link(feed, "next") or "")[len(server.url):]
    assert ids == [feature["id"] for feature in want]
    assert len(read(server, "/feed.atom?limit=100000").findall(ATOM + "entry")) == 500


def test_nothing_found_is_a_feed_too(server):
    feed = read(server, "/feed.atom?datetime=1900-01-01")
    assert feed.findall(ATOM + "entry") == [] and feed.findtext(ATOM + "updated")


@pytest.mark.parametrize("query, parameter", [("limit=0", "limit"), ("limit=all", "limit"),
                                              ("f=json", "f"), ("departement=99999", "departement")])
def test_what_is_wrong_is_said(server, query, parameter):
    assert server.problem(f"/feed.atom?{query}")["parameter"] == parameter


ITEMS = "/collections/initiatives/items"


@pytest.mark.parametrize("query", ["", "departement=13&axe=1", "q=ecole&limit=7", "near=5.05,43.4&radius=9000",
                                   "filter=niveau>3&sortby=titre", "commune_nom=Martigues"])
def test_items_are_a_feed_too(server, query):
    """The entries of /feed.atom, under the address of the list."""
    feed, asked = read(server, f"{ITEMS}?f=atom&{query}"), server.get(f"{ITEMS}?{query}", headers={
        "Accept": "application/atom+xml"})
    assert asked.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    for other in (xml.fromstring(asked.body), *([read(server, f"/feed.atom?{query}")]
                                                if "commune_nom" not in query else [])):
        assert [xml.tostring(each) for each in other.findall(ATOM + "entry")] == [
            xml.tostring(each) for each in feed.findall(ATOM + "entry")] != []
    assert "f=atom" in link(feed, "self") and feed.findtext(ATOM + "id").startswith(server.url + ITEMS)
    assert "f=atom" in (link(feed, "next") or "f=atom")


@pytest.mark.parametrize("collection, accept, kind", [
    ("communes", "application/atom+xml", "application/geo+json"),
    ("communes", "application/atom+xml, text/csv;q=0.5", "application/geo+json"),
    ("initiatives", "application/xml;q=0.9, */*;q=0.1", "application/geo+json"),
    ("initiatives", "application/atom+xml;q=0.9, application/geo+json", "application/geo+json")])
def test_accept_wishes_only(server, collection, accept, kind):
    answer = server.get(f"/collections/{collection}/items?limit=2", headers={"Accept": accept})
    assert answer.headers["Content-Type"] == kind and len(answer.json()["features"]) == 2


def test_lists_link_to_their_feeds(server):
    plain = server.json(ITEMS + "?departement=13&limit=3")
    href = next(each["href"] for each in plain["links"] if each.get("type", "").startswith(
        "application/atom+xml"))
    entries = read(server, href[len(server.url):]).findall(ATOM + "entry")
    assert len(entries) == 3
    for at in ("initiatives/items?profile=compact", "communes/items?limit=1",
               "communes/items?geometry=bbox&limit=1"):
        for each in server.json("/collections/" + at)["links"]:
            assert server.get(each["href"][len(server.url):]).status == 200, each


@pytest.mark.parametrize("target, parameter", [
    ("/collections/communes/items?f=atom", "f"), (ITEMS + "?f=atom&crs=EPSG:2154", "crs"),
    (ITEMS + "?f=atom&properties=titre", "properties"), (ITEMS + "?f=atom&limit=all", "limit")])
def test_what_a_feed_of_items_does_not_take(server, target, parameter):
    assert server.problem(target)["parameter"] == parameter
