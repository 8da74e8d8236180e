"""Suggestions as one types: communes, themes, initiatives."""
import statistics
import time
import urllib.parse

import pytest


def search(server, q, **more):
    return server.json("/search?" + urllib.parse.urlencode({"q": q, **more}))


@pytest.mark.parametrize("q, code", [
    ("martigues", "13056"), ("MARTIGUES", "13056"), ("Martig", "13056"), ("13056", "13056"),
    ("paris", "75056"), ("Paris 15e Arrondissement", "75056"), ("75115", "75056"),
    ("lyon", "69123"), ("marseille", "13055"), ("saint etienne", "42218"),
    ("St-Étienne", "42218"), ("st etienne", "42218"), ("SAINT ETIENNE", "42218"),
    ("l'hay les roses", "94038"), ("L’Haÿ-les-Roses", "94038"), ("le havre", "76351"),
    ("13500", "13056"), ("ajaccio", "2A004"), ("2a004", "2A004"), ("saint denis", "97411"), ("97400", "97411"),
    ("papeete", "98735"), ("mamoudzou", "97611"), ("évry courc", "91228"), ("etienne", "42218"),
])
def test_the_commune_meant_comes_first(server, q, code):
    found = search(server, q)["communes"]
    assert found and found[0]["code"] == code, [one["nom"] for one in found]


def test_what_a_commune_says(server, oracle):
    one = search(server, "martigues")["communes"][0]
    commune = oracle.communes["13056"]
    assert one == {
        "code": "13056", "nom": "Martigues", "departement": "13", "population": commune.population,
        "lon": commune.position[0], "lat": commune.position[1], "niveau": commune.niveau,
        "initiatives": commune.initiatives,
    }


def test_every_commune_is_found_by_its_code(server, oracle):
    for code in sorted(oracle.communes)[::97]:
        assert search(server, code, limit=20)["communes"][0]["code"] == code


def test_former_codes(server, oracle):
    for code, today in sorted(oracle.former.items())[::131]:
        assert today in [one["code"] for one in search(server, code)["communes"]]


def test_arrondissements(server):
    for q, code in (("paris 15", "75115"), ("75115", "75115"), ("Lyon 3e", "69383"),
                    ("marseille 8", "13208")):
        found = search(server, q)["arrondissements"]
        assert found[0]["code"] == code
    assert search(server, "75115")["arrondissements"] == [{
        "code": "75115", "nom": "Paris 15e Arrondissement", "commune": "75056",
        "commune_nom": "Paris", "population": 229713}]
    assert len(search(server, "lyon", limit=20)["arrondissements"]) == 9
    assert search(server, "nantes")["arrondissements"] == []


def test_what_was_called_so_comes_behind_what_is(server):
    names = [one["nom"] for one in search(server, "boulogne")["communes"]]
    assert names[:2] == ["Boulogne-Billancourt", "Boulogne-sur-Mer"]
    assert "Essarts-en-Bocage" in names  # Boulogne is a part of it
    assert search(server, "tourlaville")["communes"][0]["nom"] == "Cherbourg-en-Cotentin"
    assert search(server, "75015")["communes"][0]["nom"] == "Paris"  # and Bry-sur-Marne before 1968


def test_a_commune_without_a_place(server, oracle):
    commune = next(c for c in oracle.communes.values() if c.position is None)
    one = search(server, commune.code)["communes"][0]
    assert one["lon"] is None and one["lat"] is None


def test_themes(server):
    found = search(server, "culturelles")["themes"]
    assert {"id": "3b", "libelle": "Développement des pratiques culturelles",
            "niveau": 2} in found
    assert search(server, "vivre ensemble")["themes"][0]["id"] == "2"
    assert search(server, "1a1")["themes"][0]["id"] == "1a1"


def test_initiatives(server):
    found = search(server, "fablab", limit=20)
    listed = server.json("/collections/initiatives/items?q=fablab&profile=compact&limit=10000")
    assert found["totals"]["initiatives"] == listed["numberMatched"] > 20
    assert len(found["initiatives"]) == 20
    newest = sorted(listed["features"],
                    key=lambda f: (f["properties"]["date"], f["id"]), reverse=True)[:20]
    for one, feature in zip(found["initiatives"], newest):
        lon, lat = feature["geometry"]["coordinates"]
        assert one == {"id": feature["id"], "lon": lon, "lat": lat,
                       **{name: feature["properties"][name]
                          for name in ("titre", "date", "commune", "commune_nom")}}


def test_limits(server):
    assert len(search(server, "saint")["communes"]) == 5
    assert len(search(server, "saint", limit=20)["communes"]) == 20
    assert len(search(server, "saint", limit=500)["communes"]) == 20
    for limit in ("0", "-1", "x"):
        assert server.problem(f"/search?q=a&limit={limit}")["parameter"] == "limit"


@pytest.mark.parametrize("q", ["xyzzyx", "'", "-", "💻", "l", "%", "\"", "<script>"])
def test_nothing_found_is_an_answer(server, q):
    found = search(server, q)
    assert set(found) == {"communes", "arrondissements", "themes", "initiatives", "totals",
                          "links"}


@pytest.mark.parametrize("query", ["", "q=", "q=%20%20"])
def test_an_empty_question(server, query):
    assert server.problem(f"/search?{query}")["parameter"] == "q"


def test_typing_is_answered_at_once(server):
    """A loose bound on a whole request; the search itself is to take under 1 ms."""
    times = []
    for word in ("s", "sa", "sai", "saint", "saint-", "saint-et", "saint-etienne"):
        begin = time.perf_counter()
        search(server, word)
        times.append(time.perf_counter() - begin)
    assert statistics.median(times) < 0.1
