"""Random conditions of CQL2: the server's answers against those of a slow twin."""
import json
import random
import urllib.parse

import pytest
from cql2_random import Maker
from cql2_text import text_of
from cql2_twin import ids_of

SEED = 20261126
CONDITIONS = 80
SCOPES = [
    ("initiatives", "region=93"),
    ("initiatives", "departement=974"),
    ("communes", "departement=33"),
    ("communes", "region=94"),
]


@pytest.fixture(scope="module")
def languages(server):
    """The forms of CQL2 that the server says it reads."""
    parameters = server.json("/api")["components"]["parameters"]
    return parameters["filter-lang"]["schema"]["enum"]


def answer_of(server, collection, scope, condition, lang):
    text = text_of(condition) if lang == "cql2-text" else json.dumps(condition)
    query = urllib.parse.urlencode({"filter": text, "filter-lang": lang, "properties": "niveau",
                                    "limit": 10000})
    found = server.pages_of(f"/collections/{collection}/items?{query}&{scope}")
    return {one["id"] for one in found}


@pytest.mark.parametrize("collection, scope", SCOPES)
def test_answers_are_those_of_the_twin(server, languages, collection, scope):
    """In every form, beside another parameter."""
    features = server.pages_of(f"/collections/{collection}/items?limit=10000&{scope}")
    assert len(features) > 100
    maker = Maker(random.Random(f"{SEED} {scope}"), features, collection)
    telling = 0
    for i in range(CONDITIONS):
        condition = maker.condition(i % 4)
        wanted = ids_of(condition, features, collection)
        for lang in languages:
            found = answer_of(server, collection, scope, condition, lang)
            assert found == wanted, (SEED, scope, i, lang, text_of(condition),
                                     sorted(found - wanted)[:5], sorted(wanted - found)[:5])
        telling += 0 < len(wanted) < len(features)
    assert telling > CONDITIONS / 5, "many hold for some and not for others"


def test_without_another_parameter(server):
    """All of a collection, where the twin looks at some of it."""
    generator = random.Random(SEED)
    features = server.pages_of("/collections/initiatives/items?limit=10000")
    looked_at = generator.sample(features, 500)
    names = {one["id"] for one in looked_at}
    maker = Maker(generator, features, "initiatives")
    for i in range(12):
        condition = maker.condition(i % 3)
        found = answer_of(server, "initiatives", "", condition, "cql2-text")
        assert found & names == ids_of(condition, looked_at, "initiatives"), \
            (SEED, i, text_of(condition))
