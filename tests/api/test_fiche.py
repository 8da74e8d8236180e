"""/initiatives/{id}: everything public of a sheet, what is near it, who did the same."""
import json
import re

import pytest
from test_pages import read

ITEMS = "/collections/initiatives/items"
PROSE = ["titre", "sous_titre", "actions", "synthese", "outils", "prestataires",
         "recommandations", "resultats"]
IDS = [1, 5, 470, 717, 5000, 11784]


@pytest.mark.parametrize("number", IDS)
def test_everything_is_there(server, number):
    page = read(server, f"/initiatives/{number}")
    properties = server.json(f"{ITEMS}/{number}")["properties"]
    text = page.text
    for name in PROSE:
        if properties.get(name):
            assert " ".join(properties[name].split()) in text, name
    for name in ("liens", "photos", "videos"):
        for url in properties.get(name) or []:
            assert url in page.links
    for value in (properties.get("lieu") or {}).values():
        assert value in ("ville", "autre") or value in text
    assert f"../territoires/commune/{properties['commune']}" in page.links
    for theme in properties["themes"]:
        assert f"../themes/{theme}" in page.links
    assert "synthétique" in text


def test_people_stay_private(server):
    text = server.get("/initiatives/5", headers={"Accept": "text/html"}).body.decode()
    assert '"personnes"' not in text and "courriel" not in text and "mailto:" not in text
    assert "personnes" not in server.json("/initiatives/5")["initiative"]["properties"]


@pytest.mark.parametrize("number", IDS)
def test_near_ones_are_the_nearest(server, number):
    answer = server.json(f"/initiatives/{number}")
    geometry = answer["initiative"]["geometry"]
    if not geometry:
        assert answer["near"] == []
        return
    lon, lat = geometry["coordinates"]
    features = server.json(f"{ITEMS}?near={lon},{lat}&radius=20000&limit=7")["features"]
    wanted = [one["id"] for one in features if one["id"] != number][:6]
    assert [card["id"] for card in answer["near"]] == wanted
    distances = {one["id"]: one["properties"]["distance_m"] for one in features}
    for card in answer["near"]:
        distance = card["distance"]
        metres = 0 if "same" in distance else distance.get("m", 1000 * distance.get("km", 0))
        assert abs(metres - distances[card["id"]]) <= 1


@pytest.mark.parametrize("number", IDS)
def test_similar_ones_have_something_in_common(server, number):
    answer = server.json(f"/initiatives/{number}")
    own = set(answer["initiative"]["properties"]["themes"])
    assert answer["similar"] and len(answer["similar"]) <= 6
    communes = [card["commune"]["code"] for card in answer["similar"]]
    assert answer["commune"]["code"] not in communes and len(set(communes)) == len(communes)
    for card in answer["similar"]:
        shared = {theme["id"] for theme in card["shared"]}
        assert shared == own & {usage["id"] for usage in card["usages"]} and shared


def test_linked_data(server):
    text = server.get("/initiatives/5", headers={"Accept": "text/html"}).body.decode()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    data = json.loads(found.group(1))
    feature = server.json(f"{ITEMS}/5")
    assert data["@type"] == "CreativeWork" and data["identifier"] == 5
    assert data["name"] == feature["properties"]["titre"]
    assert data["url"] == f"{server.url}/initiatives/5"
    geo = data["contentLocation"]["geo"]
    assert [geo["longitude"], geo["latitude"]] == feature["geometry"]["coordinates"]
    for name, content in (("og:title", data["name"]), ("og:type", "article"),
                          ("og:url", data["url"])):
        assert f'<meta property="{name}" content="{content}"'.replace("'", "&#39;") in text


def test_tags_and_languages(server):
    answer = server.get("/initiatives/5", headers={"Accept": "text/html"})
    again = server.get("/initiatives/5", headers={"Accept": "text/html",
                                                  "If-None-Match": answer.headers["ETag"]})
    assert again.status == 304
    french, english = (read(server, f"/initiatives/5?lang={lang}") for lang in ("fr", "en"))
    assert "Ce qui a été fait" in french.text and "What was done" in english.text
    assert "../liste?lang=en" in english.links or "../liste?f=html&lang=en" in english.links


@pytest.mark.parametrize("number", ["0", "999999", "x", "-1", "5.0", "1e3"])
def test_there_is_no_such_sheet(server, number):
    assert server.problem(f"/initiatives/{number}", status=404)["detail"]


def test_oembed_of_a_sheet(server):
    text = server.get("/initiatives/5", headers={"Accept": "text/html"}).body.decode()
    found = re.search(r'type="application/json\+oembed" href="([^"]+)"', text)
    address = found.group(1).replace("&amp;", "&").removeprefix(server.url)
    assert "id=5" in server.json(address)["html"]


def test_lists_of_other_sites_lead_to_sheets(server):
    embed = read(server, "/embed?commune=13056&vue=liste")
    assert sum(bool(re.fullmatch(r"\./initiatives/\d+", link)) for link in embed.links) == 20
    feed = server.get("/feed.atom?commune=13056&limit=1").body.decode()
    assert re.search(rf'type="text/html" href="{server.url}/initiatives/\d+"', feed)
