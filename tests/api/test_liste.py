"""/liste: the filters of every other route, in words; its totals against the lists of features."""
import collections
import html
import re
import urllib.parse

import pytest
from conftest import make_store, serving
from test_pages import read

ITEMS = "/collections/initiatives/items"
FILTERS = ["", "axe=1", "enjeu=1a", "usage=1a1", "departement=13", "region=93&axe=2",
           "commune=13056", "commune=13056,75056", "datetime=2018-01-01/2018-12-31", "niveau=5",
           "q=%C3%A9cole", "epci=200054807&q=jeunes", "bbox=4,43,6,44", "near=5.05,43.4&radius=20000",
           "filter=" + urllib.parse.quote("niveau>=4 AND titre LIKE '%école%'")]


def plus(way, more):
    return f"{way}{'&' if '?' in way else '?'}{more}"


def everything(server, query):
    return [one for page in [server.pages_of(f"{ITEMS}?limit=10000&{query}")] for one in page]


@pytest.mark.parametrize("query", FILTERS)
def test_the_sentence_is_true(server, query):
    answer = server.json(f"/liste?{query}")
    features = everything(server, query)
    assert answer["numberMatched"] == len(features)
    assert answer["communes"] == len({one["properties"]["commune"] for one in features})
    axes = collections.Counter(axe for one in features
                               for axe in {theme[0] for theme in one["properties"]["themes"]})
    if not any(name in query for name in ("axe", "enjeu", "usage")):
        assert {one["id"]: one["count"] for one in answer["themes"]} == axes
        if features:
            assert answer["top"]["count"] == max(axes.values())
    for facet in answer["themes"] + answer["territories"]:
        narrower = server.json("/" + plus(facet["href"], "limit=1"))
        assert narrower["numberMatched"] == facet["count"], facet


def test_the_sentence_is_words(server):
    page = read(server, "/liste?commune=13056&axe=1")
    answer = server.json("/liste?commune=13056&axe=1")
    heading = next(words for words in page.words if "dans 1 commune" in words.replace("\u202f", ""))
    assert heading.startswith(f"{answer['numberMatched']} initiatives dans 1 commune, dont ")
    assert "Aucune initiative" in read(server, "/liste?q=zzzzzzz").text
    assert re.search(r"\d+ initiatives in 1 commune, \d+ of them on",
                     read(server, "/liste?commune=13056&axe=1&lang=en").text)


@pytest.mark.parametrize("order", ["", "date", "-date", "titre", "commune_nom"])
def test_pages_hold_everything_once(server, order):
    query = "departement=13" + (f"&sortby={order}" if order else "")
    seen, way = [], f"/liste?{query}&limit=100"
    while way:
        answer = server.json(way)
        seen += [card["id"] for card in answer["cards"]]
        way = "/" + answer["next"] if "next" in answer else None
        assert not way or "first" in server.json(way)
    wanted = [one["id"] for one in everything(server, query if order else query + "&sortby=-date")]
    assert seen == wanted and len(set(seen)) == len(seen)


def test_chips_take_one_filter_away(server):
    query = "axe=1&departement=13&niveau=5&q=%C3%A9cole&near=5.05,43.4&radius=50000"
    chips = server.json(f"/liste?{query}")["chips"]
    assert [chip["param"] for chip in chips] == ["q", "axe", "departement", "niveau", "near"]
    given = dict(urllib.parse.parse_qsl(query))
    for chip in chips:
        left = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(chip["href"]).query))
        without = {chip["param"]} | ({"radius"} if chip["param"] == "near" else set())
        assert left == {name: value for name, value in given.items() if name not in without}
    assert next(chip["value"] for chip in chips if chip["param"] == "departement") == \
        "Bouches-du-Rhône"


def test_the_form_leads_to_a_tidy_address(server):
    pages = {"Accept": "text/html"}
    sent = "/liste?q=&lieu=13056&departement=&axe=1&usage=&datetime=&niveau=&sortby=-date"
    answer = server.get(sent, headers=pages)
    assert answer.status == 302 and not answer.body
    assert answer.headers["Location"] == server.url + "/liste?axe=1&commune=13056&sortby=-date"
    code = server.get("/liste?lieu=Martigues%20(13056)", headers=pages)
    assert code.headers["Location"] == server.url + "/liste?commune=13056"
    assert server.json(sent)["numberMatched"] == server.json("/liste?commune=13056&axe=1")[
        "numberMatched"]  # a program is answered at once


def test_a_name_of_several_communes(server):
    page = read(server, "/liste?lieu=saint-denis")
    answer = server.json("/liste?lieu=saint-denis")
    assert len(answer["others"]) > 2
    for other in answer["others"]:
        assert "./" + other["href"] in page.links
    assert "Aucune commune" in read(server, "/liste?lieu=zzzzzz").text
    assert server.json("/liste?lieu=zzzzzz")["numberMatched"] == server.json("/liste")[
        "numberMatched"]


def test_what_is_wrong_is_told_beside_the_form(server):
    answer = server.get("/liste?axe=9&q=%C3%A9cole", headers={"Accept": "text/html"})
    assert answer.status == 400
    text = answer.body.decode()
    assert "axe &#39;9&#39;" in text and 'value="école"' in text
    assert server.problem("/liste?axe=9")["parameter"] == "axe"


def test_the_same_on_the_map_and_to_take_away(server):
    ways = server.json("/liste?enjeu=1a&niveau=4,5&departement=13&q=%C3%A9cole"
                       "&datetime=2016-01-01/2018-12-31&lang=en")["ways"]
    assert dict(urllib.parse.parse_qsl(ways["map"][1:])) == {
        "theme": "1a", "de": "2016", "a": "2018", "label": "4,5", "departement": "13",
        "q": "école", "lang": "en"}
    for file in ways["files"]:
        answer = server.get("/" + file["href"], method="HEAD")
        assert answer.status == 200
    assert server.get("/" + ways["feed"]).status == 200
    assert server.get("/" + ways["embed"]).status == 200


def test_hostile_words_stay_words(tmp_path):
    """Titles, names and searches that would be markup."""
    hostile = '<script>alert(1)</script>"\'&{{title}}'
    path = tmp_path / "hostile.csv"
    cell = hostile.replace('"', '""')
    path.write_text("titre;date;actions;commune;themes;source;source_id\n"
                    f'"{cell}";2020-06-01;"{cell}";13056;1a1;essai;1\n', encoding="utf-8")
    store = tmp_path / "hostile.sqlite"
    make_store(store, path)
    with serving(store) as server:
        for target in ("/liste", "/liste?q=" + urllib.parse.quote(hostile), "/initiatives/1",
                       "/liste?lieu=" + urllib.parse.quote(hostile), "/territoires/commune/13056",
                       "/themes/1a1"):
            answer = server.get(target, headers={"Accept": "text/html"})
            text = answer.body.decode()
            assert answer.status in (200, 400) and "<script>alert" not in text, target
            for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text,
                                    re.DOTALL):
                assert "<" not in block
            assert html.escape(hostile, quote=False)[:20] in text or "liste" in target, target
