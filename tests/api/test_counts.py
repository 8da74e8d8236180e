"""Counts: exact under every filter, by everything that can be counted by."""
import collections
import random

import pytest
from oracle import query_of, random_filters, rows_of
from conftest import DATA

SEED = 20261123
MULTIPLE = {"axe", "enjeu", "usage"}
BY = ["region", "departement", "epci", "commune", "axe", "enjeu", "usage", "annee", "niveau"]


def counted(oracle, by, ids):
    counts = collections.Counter()
    for initiative in oracle.initiatives.values():
        if oracle.ids[initiative.source_id] in ids:
            counts.update(None if value in (None, "None") else value
                          for value in set(initiative.values(by)))
    return counts


@pytest.mark.parametrize("by", BY)
def test_counts(server, oracle, by):
    generator = random.Random(SEED)
    for attempt in range(12):
        filters = random_filters(generator, oracle) if attempt else {}
        ids = oracle.matches(**filters)
        answer = server.json(f"/counts?by={by}&{query_of(**filters)}")
        assert answer["by"] == by and answer["multiple"] == (by in MULTIPLE)
        assert answer["total"] == len(ids), (SEED, filters)
        keys = [one["key"] for one in answer["counts"]]
        assert [key for key in keys if key] == sorted(key for key in keys if key)
        assert None not in keys[:-1]
        assert {one["key"]: one["count"] for one in answer["counts"]} == counted(oracle, by, ids)


def test_labels(server, oracle):
    def labels(by):
        return {one["key"]: one["label"] for one in server.json(f"/counts?by={by}")["counts"]}
    regions = {row["code"]: row["nom"] for row in rows_of(DATA / "regions.csv")}
    themes = {row["id"]: row["libelle"] for row in rows_of(DATA / "themes.csv")}
    assert all(label == regions[key] for key, label in labels("region").items())
    assert all(label == oracle.communes[key].nom for key, label in labels("commune").items())
    assert labels("axe") == {key: themes[key] for key in "1234"}
    assert labels("annee") == {str(year): str(year) for year in range(2010, 2021)}
    assert labels("niveau")["1"] == "1 arobase" and labels("niveau")["5"] == "5 arobases"


@pytest.mark.parametrize("query", ["", "by=", "by=pays", "by=region&axe=7", "by=region&limit=3"])
def test_what_is_refused(server, query):
    problem = server.problem(f"/counts?{query}")
    assert problem["parameter"] in ("by", "axe", "limit")
    if problem["parameter"] == "by":
        assert all(by in problem["detail"] for by in BY)
