"""What the site says of itself: about, accessibility, data."""
import json
import re

import pytest
from conftest import arobase, serving
from test_pages import COLLECTIONS, read

LICENCE = "https://example.org/licence"


def test_about_tells_the_figures(server):
    figures = server.json("/a-propos?f=json")
    text = read(server, "/a-propos").text
    figures_in = text.replace(" ", "")
    assert str(figures["initiatives"]) in figures_in and str(figures["communes"]) in figures_in
    assert "synthétiques" in text  # the tests' initiatives are


@pytest.mark.parametrize("page", ["a-propos", "accessibilite", "donnees"])
def test_both_languages(server, page):
    french, english = (read(server, f"/{page}?lang={lang}") for lang in ("fr", "en"))
    assert ("html", {"lang": "en"}) in english.elements
    assert french.text != english.text
    assert french.count("h2") == english.count("h2") and french.count("li") == english.count("li")


def test_statement_names_the_publisher(store):
    flags = ("--site-owner", "Ville <d'Essai>", "--site-contact", "mailto:a@example.org")
    with serving(store, *flags) as server:
        page = read(server, "/accessibilite")
        assert "Ville <d'Essai>" in page.text
        assert page.links.count("mailto:a@example.org") == 2  # in the text, and below each page
        said = server.json("/accessibilite?f=json")
        assert said["etat"] == "non conforme" and said["editeur"] == "Ville <d'Essai>"
        assert "non conforme" in page.text


def test_statement_without_a_publisher(server):
    assert "n’a pas donné d’adresse" in read(server, "/accessibilite").text


def test_downloads_are_whole(server):
    data = server.json("/donnees?f=json")
    assert [one["id"] for one in data["collections"]] == COLLECTIONS
    page = read(server, "/donnees")
    for one in data["collections"]:
        assert f"./collections/{one['id']}/items?f=csv&limit=all" in page.links
        rows = server.get(f"/collections/{one['id']}/items?f=csv&limit=all").body.decode("utf-8-sig")
        assert server.json(f"/collections/{one['id']}/items?limit=1")["numberMatched"] == \
            one["features"]
        assert rows.count("\n") >= one["features"] + 1
    assert {file["format"] for file in data["collections"][0]["files"]} == \
        {"csv", "gpkg", "geojsonseq", "fgb"}


def test_catalogue_for_those_who_search_for_data(server):
    text = server.get("/donnees", headers={"Accept": "text/html"}).body.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    catalogue = json.loads(block.group(1))
    assert catalogue["@type"] == "DataCatalog" and len(catalogue["dataset"]) == len(COLLECTIONS)
    for dataset in catalogue["dataset"]:
        assert dataset["url"].startswith(server.url)
        assert server.get(dataset["url"].removeprefix(server.url)).status == 200
        assert ("license" in dataset) == (dataset["name"] not in ("Initiatives", "Labels"))


def test_licence_of_the_publisher(store):
    with serving(store, "--data-licence", LICENCE) as server:
        assert LICENCE in read(server, "/donnees").links
        for name in COLLECTIONS:
            links = server.json(f"/collections/{name}")["links"]
            licences = [link["href"] for link in links if link["rel"] == "license"]
            assert (licences == [LICENCE]) == (name in ("initiatives", "labels")), name
            assert len(licences) == 1


def test_a_licence_is_an_address(store):
    done = arobase("serve", "--store", store, "--data-licence", "javascript:alert(1)", check=False)
    assert done.returncode == 2 and "--data-licence" in done.stderr
