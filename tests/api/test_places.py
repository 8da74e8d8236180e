"""Pages of territories and themes: counts against the lists of features, ways up, down and aside."""
import collections
import csv
import urllib.parse
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import DATA, N_INITIATIVES
from test_pages import read

ITEMS = "/collections/initiatives/items"
PLACES = [("commune", "13056"), ("commune", "75056"), ("commune", "01001"), ("epci", "200054807"),
          ("departement", "13"), ("departement", "2A"), ("region", "93"), ("region", "11"),
          ("departement", "974")]
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def rows(name):
    with open(DATA / name, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("kind,code", PLACES)
def test_counts_are_those_of_the_lists(server, kind, code):
    answer = server.json(f"/territoires/{kind}/{code}")
    features = list(server.pages_of(f"{ITEMS}?{kind}={code}&limit=10000&sortby=-date"))
    assert answer["figures"]["initiatives"] == len(features)
    axes, usages = collections.Counter(), collections.Counter()
    for one in features:
        usages.update(one["properties"]["themes"])
        axes.update({theme[0] for theme in one["properties"]["themes"]})
    assert {one["id"]: one["count"] for one in answer["themes"]} == axes
    assert {one["id"]: one["count"] for axe in answer["themes"] for one in axe["usages"]} == usages
    assert [card["id"] for card in answer["newest"]] == [one["id"] for one in features[:8]]


@pytest.mark.parametrize("kind,code", PLACES)
def test_the_page_says_it(server, kind, code):
    answer = server.json(f"/territoires/{kind}/{code}")
    page = read(server, f"/territoires/{kind}/{code}")
    assert answer["nom"] in page.text
    for list_of in ("parents", "members", "neighbours"):
        for one in answer[list_of]:
            assert f"../../{one['href']}" in page.links
    assert answer["embed_code"] in page.text
    english = read(server, f"/territoires/{kind}/{code}?lang=en")
    assert ("html", {"lang": "en"}) in english.elements


def test_labels_through_the_years(server):
    wanted = {int(row["annee"]): int(row["niveau"]) for row in rows("labels-synthetiques.csv")
              if row["commune"] == "13056"}
    labels = server.json("/territoires/commune/13056")["labels"]
    assert [one["annee"] for one in labels] == sorted(wanted, reverse=True)
    assert {one["annee"]: one["niveau"] for one in labels} == wanted
    assert all(one["arobases"] == "@" * one["niveau"] for one in labels)


def test_what_lies_in_what(server):
    communes = [row for row in rows("communes.csv") if row["type"] == "commune-actuelle"]
    epci = server.json("/territoires/epci/200054807")
    assert {one["code"] for one in epci["members"]} == \
        {row["code"] for row in communes if row["epci"] == "200054807"}
    region = server.json("/territoires/region/93")
    assert {one["code"] for one in region["members"]} == \
        {row["code"] for row in rows("departements.csv") if row["region"] == "93"}
    assert [one["code"] for one in server.json("/territoires/commune/13056")["parents"]] == \
        ["93", "13", "200054807"]
    names = [one["nom"] for one in server.json("/territoires/departement/91")["members"]]
    assert names.index("Évry-Courcouronnes") < names.index("Massy")  # accents aside


def test_neighbours_are_the_nearest(server):
    answer = server.json("/territoires/commune/13056")
    place = server.json("/collections/communes/items/13056")["geometry"]["coordinates"]
    near = server.json(f"/communes/nearest?lon={place[0]}&lat={place[1]}&limit=9")["features"]
    assert [one["code"] for one in answer["neighbours"]] == \
        [one["id"] for one in near if one["id"] != "13056"]


def test_a_code_of_the_past_leads_to_today(server):
    old = next(row for row in rows("communes-anciennes.csv") if row["code"] != row["commune"])
    answer = server.get(f"/territoires/commune/{old['code']}?lang=en")
    assert answer.status == 308
    assert answer.headers["Location"] == \
        f"{server.url}/territoires/commune/{old['commune']}?lang=en"


@pytest.mark.parametrize("path", ["/territoires/commune/99999", "/territoires/pays/1",
                                  "/territoires/region/xx", "/themes/9", "/themes/1a9"])
def test_there_is_no_such_place(server, path):
    assert server.problem(path, status=404)["detail"]


@pytest.mark.parametrize("theme", ["1", "2b", "3c2"])
def test_themes_count_what_the_list_has(server, theme):
    param = {1: "axe", 2: "enjeu", 3: "usage"}[len(theme)]
    answer = server.json(f"/themes/{theme}")
    features = list(server.pages_of(f"{ITEMS}?{param}={theme}&limit=10000&sortby=-date"))
    assert answer["initiatives"] == len(features)
    assert answer["communes"] == len({one["properties"]["commune"] for one in features})
    assert [card["id"] for card in answer["newest"]] == [one["id"] for one in features[:8]]
    for other in answer["below"] + answer["beside"]:
        assert server.json("/" + other["href"])["initiatives"] == other["count"]
    for facet in answer["territories"]:
        assert server.json("/" + facet["href"])["numberMatched"] == facet["count"]
    page = read(server, f"/themes/{theme}")
    assert all(f"../{one['href']}?f=html" in page.links for one in answer["above"])  # crumbs
    assert all(f"../{one['href']}" in page.links for one in answer["below"])


def test_indexes_lead_to_all(server):
    page = read(server, "/territoires")
    for row in rows("regions.csv"):
        assert f"./territoires/region/{row['code']}" in page.links
    for row in rows("departements.csv"):
        assert f"./territoires/departement/{row['code']}" in page.links
    page = read(server, "/themes")
    for theme in server.json("/themes")["themes"]:
        assert f"./themes/{theme['id']}" in page.links


# ---- Search engines ----

def addresses(server, path):
    answer = server.get(path)
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("application/xml")
    root = ElementTree.fromstring(answer.body)
    return [(one.findtext(SITEMAP + "loc"), one.findtext(SITEMAP + "lastmod")) for one in root]


def test_the_sitemap_is_whole(server):
    parts = [loc for loc, _ in addresses(server, "/sitemap.xml")]
    assert parts == [f"{server.url}/sitemap/pages.xml", f"{server.url}/sitemap/1.xml"]
    pages = [loc for loc, _ in addresses(server, "/sitemap/pages.xml")]
    assert len(set(pages)) == len(pages)
    for loc in pages[:60] + pages[-60:]:
        assert server.get(loc.removeprefix(server.url),
                          headers={"Accept": "text/html"}).status == 200, loc
    with_some = {f"{server.url}/territoires/commune/{one['properties']['commune']}"
                 for one in server.pages_of(f"{ITEMS}?limit=10000&profile=compact")}
    assert with_some <= set(pages)
    sheets = addresses(server, "/sitemap/1.xml")
    assert [loc for loc, _ in sheets] == \
        [f"{server.url}/initiatives/{i}" for i in range(1, N_INITIATIVES + 1)]
    one = server.json(f"{ITEMS}/7")["properties"]
    assert sheets[6][1] == one["updated_at"]


@pytest.mark.parametrize("part", ["0", "2", "x", "01x", "-1"])
def test_parts_that_are_none(server, part):
    assert server.get(f"/sitemap/{part}.xml").status == 404


def test_robots(server):
    answer = server.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    text = answer.body.decode()
    assert f"Sitemap: {server.url}/sitemap.xml" in text
    closed = [line.split(": ")[1] for line in text.splitlines() if line.startswith("Disallow")]
    for loc, _ in addresses(server, "/sitemap/pages.xml")[:100]:
        path = urllib.parse.urlsplit(loc).path
        assert not any(path.startswith(rule) for rule in closed), path


# ---- What went wrong, for people ----

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("target,status", [
    ("/nowhere", 404), ("/nowhere/deeper?lang=en", 404), ("/initiatives/0", 404),
    ("/collections/initiatives/items?limit=0", 400), ("/%zz", 400), ("/map", 400),
    ("/" + "x" * 8200, 414)])
def test_a_person_gets_a_page(server, target, status):
    answer = server.get(target, headers=HTML)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    text = answer.body.decode()
    assert f'lang="{"en" if "lang=en" in target else "fr"}"' in text
    assert 'name="robots" content="noindex"' in text


def test_a_frame_on_another_site_says_what_is_wrong(server):
    """Its page may stand where the frame does: a browser would show nothing else."""
    for target in ("/embed?commune=1&commune=2", "/embed?q=%zz", "/embed?lang=xx"):
        answer = server.get(target, headers=HTML)
        assert answer.status == 400, target
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"], target
    assert "frame-ancestors 'self'" in server.get("/nowhere", headers=HTML).headers[
        "Content-Security-Policy"]


def test_a_program_gets_a_problem(server):
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = server.get("/nowhere", headers=headers)
        assert answer.headers["Content-Type"] == "application/problem+json"
    answer = server.get("/nowhere?f=json", headers=HTML)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_hostile_address_stays_text(server):
    answer = server.get("/%3Cscript%3Ealert(1)%3C/script%3E?lang=%22%3E", headers=HTML)
    assert answer.status == 404 and b"<script>alert" not in answer.body
