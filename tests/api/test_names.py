"""Names of communes as people type them: accents, hyphens, apostrophes, ligatures, Saint and St,
short names, words left out or in another order. Both searches put what is meant first."""
import urllib.parse

import pytest

TYPED = {
    "94038": ["l'hay les roses", "L HAY-LES-ROSES", "L’Haÿ-les-Roses", "hay les roses", "hay roses",
              "l'haÿ"],
    "42218": ["st etienne", "St-Étienne", "saint etienne", "SAINT ETIENNE", "st-etie", "saint"],
    "97418": ["ste marie", "Ste-Marie", "sainte marie", "ste-mar"],
    "97411": ["st denis", "saint-denis", "saint d", "st d"],
    "80829": ["y", "Y"],
    "76255": ["eu"],
    "28064": ["bu", "Bû"],
    "95625": ["us"],
    "31404": ["oo", "oô", "OÔ"],
    "66218": ["ur"],
    "25104": ["by"],
    "61358": ["sai"],
    "45234": ["o", "orl", "orléans", "orleans"],
    "67482": ["st", "s", "stras"],
    "51410": ["œuilly", "oeuilly", "OEUILLY"],
    "57521": ["oeting", "œting"],
    "59009": ["villeneuve d'ascq", "villeneuve d ascq"],
    "13001": ["aix en prov", "Aix-en-Provence", "aix provence"],
    "13055": ["marseille", "marseil"],
    "75056": ["paris", "pari", "PARIS"],
    "69123": ["lyon", "lyo"],
    "17300": ["la rochelle", "rochelle", "rochelle la"],
    "72181": ["le mans"],
    "76351": ["le havre", "havre", "havre le"],
    "01053": ["bourg en bresse", "bourg bresse", "bresse bourg"],
    "44109": ["nantes"],
    "35288": ["saint-malo", "st malo"],
    "25056": ["besancon", "besançon"],
    "50353": ["mont st michel", "le mont-saint-michel", "mont saint mich"],
    "2A004": ["ajaccio", "ajacc"],
    "97209": ["fort de france"],
    "98735": ["papeete"],
    "98818": ["noumea", "nouméa"],
    "85194": ["les sables d olonne", "sables olonne", "olonne sables"],
    "38190": ["hiere sur amby", "hieres amby"],
    "85113": ["l ile d yeu", "ile d'yeu", "île yeu"],
    "92051": ["neuilly seine", "neuilly-sur-seine"],
    "92012": ["boulogne", "boulogne bill"],
    "34301": ["sète", "sete", "SETE"],
    "06088": ["nice"],
    "44184": ["st nazaire", "st-naz"],
    "83069": ["hyeres", "hyères"],
    "26198": ["montelimar"],
    "04070": ["digne les bains", "digne"],
    "38193": ["isle d abeau", "l'isle d'abeau"],
}
CASES = [(q, code) for code, typed in TYPED.items() for q in typed]


def test_the_table_is_large():
    assert len(CASES) >= 60


@pytest.mark.parametrize("q, code", CASES)
def test_what_is_meant_comes_first(server, q, code):
    quoted = urllib.parse.quote(q)
    found = server.json(f"/search?q={quoted}")["communes"]
    assert found[0]["code"] == code, [one["nom"] for one in found]
    found = server.json(f"/communes?nom={quoted}&limit=5&fields=code")
    assert found[0]["code"] == code, [one["nom"] for one in found]
