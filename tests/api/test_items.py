"""Items: every filter against the CSV files, pages that cover everything exactly once."""
import csv
import json
import random
import re
import shutil
import signal

import pytest
from conftest import DATA, N_INITIATIVES, arobase, make_initiatives, serving, until
from oracle import features, geodesic_m, pages, query_of, random_filters

ITEMS = "/collections/initiatives/items"
SEED = 20261123


def ids_of(server, query):
    """Ids by paging, checked against the page's own counts."""
    found = []
    for page in pages(server, f"{ITEMS}?profile=compact&limit=3000&{query}"):
        assert page["numberReturned"] == len(page["features"])
        matched = page["numberMatched"]
        found += [feature["id"] for feature in page["features"]]
    assert len(found) == len(set(found)) == matched
    return set(found)


# ---- What a feature says ----

def test_features_say_what_the_rows_say(server, oracle):
    seen = set()
    for feature in features(server, f"{ITEMS}?limit=10000"):
        properties = feature["properties"]
        initiative = oracle.initiatives[properties["source_id"]]
        row, commune = initiative.row, initiative.commune
        seen.add(properties["source_id"])
        assert feature["type"] == "Feature" and isinstance(feature["id"], int)
        if initiative.position is None:
            assert feature["geometry"] is None and properties["position"] is None
        else:
            assert feature["geometry"]["type"] == "Point"
            assert feature["geometry"]["coordinates"] == list(initiative.position)
            assert properties["position"] == ("exacte" if initiative.exact else "commune")
        for name in ("titre", "date", "actions", "source"):
            assert properties[name] == row[name]
        for name in ("sous_titre", "synthese", "outils", "prestataires", "recommandations",
                     "resultats"):
            assert properties.get(name) == (row[name] or None)
        for name in ("liens", "photos", "videos"):
            assert properties.get(name) == (row[name].split("|") if row[name] else None)
        assert properties["commune"] == commune.code and properties["commune_nom"] == commune.nom
        assert properties["niveau"] == commune.niveau
        assert properties["axes"] == initiative.axes
        assert properties["themes"] == sorted(initiative.usages)
        for name in ("epci", "departement", "region"):
            assert properties[name] == getattr(commune, name)
        assert properties["version"] == 1
    assert seen == set(oracle.initiatives)


def test_compact_is_a_part_of_full(server):
    names = ["titre", "date", "commune", "commune_nom", "axes", "themes", "niveau"]
    full = {feature["id"]: feature for feature in features(server, f"{ITEMS}?limit=10000")}
    for feature in features(server, f"{ITEMS}?limit=10000&profile=compact"):
        assert list(feature["properties"]) == names
        whole = full[feature["id"]]
        assert feature["geometry"] == whole["geometry"]
        assert feature["properties"] == {name: whole["properties"][name] for name in names}


def test_one_item(server):
    listed = server.json(f"{ITEMS}?limit=3&offset=100")["features"]
    for feature in listed:
        alone = server.json(f"{ITEMS}/{feature['id']}")
        assert [link["rel"] for link in alone.pop("links")] == ["self", "alternate", "collection"]
        assert alone == feature


@pytest.mark.parametrize("id", ["0", "99999999", "-1", "1.0", "one", "1e3",
                                "999999999999999999999999", "%20", "1'--"])
def test_no_such_item(server, id):
    assert "initiative" in server.problem(f"{ITEMS}/{id}", 404)["detail"]


def test_no_such_collection(server):
    for target in ("/collections/mairies/items", "/collections/mairies/items/1"):
        detail = server.problem(target, 404)["detail"]
        assert "'mairies'" in detail and "initiatives" in detail and "communes" in detail


# ---- Filters ----

def test_viewports(server, oracle):
    generator = random.Random(SEED)
    places = [i.position for i in oracle.initiatives.values() if i.position]
    for _ in range(60):
        lon, lat = generator.choice(places)
        width, height = (10 ** generator.uniform(-3, 1.3) for _ in range(2))
        box = (max(-180.0, lon - width), max(-90.0, lat - height), min(180.0, lon + width),
               min(90.0, lat + height))
        assert ids_of(server, query_of(bbox=box)) == oracle.matches(bbox=box), (SEED, box)


@pytest.mark.parametrize("box", [
    (170.0, -30.0, -130.0, 0.0), (160.0, -25.0, -170.0, -10.0), (179.0, -15.0, -176.0, -13.0),
    (-180.0, -90.0, 180.0, 90.0), (10.0, -90.0, -10.0, 90.0), (180.0, -90.0, -180.0, 90.0),
    (5.05526, 43.40735, 5.05526, 43.40735),
])
def test_boxes_across_the_antimeridian_and_other_edges(server, oracle, box):
    assert ids_of(server, query_of(bbox=box)) == oracle.matches(bbox=box)


def test_a_box_of_six_numbers(server, oracle):
    assert ids_of(server, "bbox=2,48,-100,3,49,9000") == oracle.matches(bbox=(2, 48, 3, 49))


@pytest.mark.parametrize("name", ["commune", "epci", "departement", "region", "axe", "enjeu",
                                  "usage", "niveau"])
def test_each_filter_alone(server, oracle, name):
    generator = random.Random(SEED)
    known = sorted({value for i in oracle.initiatives.values() for value in i.values(name)
                    if value not in (None, "None")})
    for size in (1, 2, 3, min(90, len(known))):
        codes = generator.sample(known, min(size, len(known)))
        assert ids_of(server, query_of(**{name: codes})) == oracle.matches(**{name: codes})


def test_filters_together(server, oracle):
    generator = random.Random(SEED)
    empty = 0
    for _ in range(80):
        filters = random_filters(generator, oracle)
        wanted = oracle.matches(**filters)
        assert ids_of(server, query_of(**filters)) == wanted, (SEED, filters)
        empty += not wanted
    assert empty < 60


def test_former_codes_lead_to_today(server, oracle):
    found = 0
    for code, today in sorted(oracle.former.items()):
        if oracle.communes[today].initiatives and found < 25:
            found += 1
            assert ids_of(server, f"commune={code}") == oracle.matches(commune=[today])
    assert found == 25


@pytest.mark.parametrize("value, first, last", [
    ("2015-06-01", "2015-06-01", "2015-06-01"), ("2015-06-01T23:00:00Z", "2015-06-01", "2015-06-01"),
    ("2015-06-01T00:30:00%2B02:00", "2015-05-31", "2015-05-31"),
    ("../2012-01-01", "0000-00-00", "2012-01-01"), ("2019-01-01/..", "2019-01-01", "9999-99-99"),
    ("2015-01-01/2015-12-31", "2015-01-01", "2015-12-31"), ("../..", "0", "9"),
])
def test_datetime(server, oracle, value, first, last):
    assert ids_of(server, f"datetime={value}") == oracle.matches(datetime=(first, last))


@pytest.mark.parametrize("word", ["fablab", "cybersécurité", "Médiathèque", "MARTIGUES", "d'emploi"])
def test_words(server, oracle, word):
    """Sheets with the very word match; a match has a word of the same stem."""
    fold = str.maketrans("éèêàâîïôûùç", "eeeaaiiouuc")
    plain = re.sub("^[dl]'", "", word.lower().translate(fold))
    exact, near = set(), set()
    for source_id, initiative in oracle.initiatives.items():
        texts = [initiative.row[name] for name in ("titre", "sous_titre", "actions", "synthese",
                                                   "outils", "prestataires", "recommandations",
                                                   "resultats")] + [initiative.commune.nom]
        words = re.findall("[a-z0-9]+", "\n".join(texts).lower().translate(fold))
        if plain in words:
            exact.add(oracle.ids[source_id])
        if any(one.startswith(plain[:6]) for one in words):
            near.add(oracle.ids[source_id])
    found = ids_of(server, f"q={word.encode().hex(' ').upper().replace(' ', '%').join(['%', ''])}")
    assert exact and exact <= found <= near


# ---- Distance ----

def test_radius(server, oracle):
    generator = random.Random(SEED)
    for _ in range(25):
        lon, lat = generator.choice([i.position for i in oracle.initiatives.values()
                                     if i.position])
        near = (round(lon + generator.uniform(-0.2, 0.2), 6), round(lat - 0.05, 6))
        radius = float(int(10 ** generator.uniform(3, 5.7)))
        found = features(server, f"{ITEMS}?limit=700&{query_of(near=near, radius=radius)}")
        assert {feature["id"] for feature in found} == oracle.matches(near=near, radius=radius)
        distances = [feature["properties"]["distance_m"] for feature in found]
        assert distances == sorted(distances)
        for feature in found:
            wanted = geodesic_m(*near, *feature["geometry"]["coordinates"])
            assert abs(feature["properties"]["distance_m"] - wanted) <= 0.051


def test_nearest_first_without_radius(server, oracle):
    near = (-178.1, -14.3)
    found = features(server, f"{ITEMS}?profile=compact&limit=4000&near={near[0]},{near[1]}")
    placed = {oracle.ids[i.source_id] for i in oracle.initiatives.values() if i.position}
    assert {feature["id"] for feature in found} == placed and len(found) == len(placed)
    distances = [feature["properties"]["distance_m"] for feature in found]
    assert distances == sorted(distances)


# ---- Pages ----

@pytest.mark.parametrize("query", ["", "&region=11,84", "&near=2.35,48.85&radius=30000",
                                   "&near=2.35,48.85", "&bbox=-5,41,10,51&axe=1", "&q=numérique"])
@pytest.mark.parametrize("limit", [1, 997])
def test_cursors_cover_everything_once(server, query, limit):
    query = query.replace("é", "%C3%A9")
    if limit == 1:
        query += "&departement=13,2A,987"
    whole = features(server, f"{ITEMS}?profile=compact&limit=10000{query}")
    walked = features(server, f"{ITEMS}?profile=compact&limit={limit}{query}")
    assert walked == whole
    assert len({feature["id"] for feature in whole}) == len(whole)


@pytest.mark.parametrize("query", ["", "&epci=200054807", "&near=5.05,43.4&radius=90000"])
def test_offsets_cover_everything_once(server, query):
    whole = features(server, f"{ITEMS}?profile=compact&limit=10000{query}")
    walked, step = [], 1700
    for offset in range(0, len(whole) + step, step):
        page = server.json(f"{ITEMS}?profile=compact&limit={step}&offset={offset}{query}")
        assert page["numberMatched"] == len(whole)
        walked += page["features"]
    assert walked == whole


def test_next_links_keep_the_question(server):
    page = server.json(f"{ITEMS}?limit=2&region=11&profile=compact&offset=5&f=json")
    following = [link["href"] for link in page["links"] if link["rel"] == "next"][0]
    for part in ("limit=2", "region=11", "profile=compact", "f=json", "cursor="):
        assert part in following
    assert "offset" not in following


def test_limits(server):
    assert server.json(ITEMS)["numberReturned"] == 1000
    page = server.json(f"{ITEMS}?limit=99999999999999999999&profile=compact")
    assert page["numberReturned"] == 10000
    assert any(link["rel"] == "next" for link in page["links"])
    assert server.json(f"{ITEMS}?offset={N_INITIATIVES}")["features"] == []


def test_a_cursor_belongs_to_its_walk(server):
    near = server.json(f"{ITEMS}?limit=1&near=2,48")["links"]
    cursor = [re.search("cursor=([^&]+)", link["href"]).group(1) for link in near
              if link["rel"] == "next"][0]
    for target in (f"{ITEMS}?cursor={cursor}", f"{ITEMS}?near=3,48&cursor={cursor}",
                   f"/collections/communes/items?near=2,48&cursor={cursor}",
                   f"{ITEMS}?near=2,48&cursor={cursor[:-1]}", f"{ITEMS}?near=2,48&cursor=A{cursor}"):
        problem = server.problem(target)
        assert problem["parameter"] == "cursor" and "without cursor" in problem["detail"]


def test_a_walk_outlives_changes_of_the_data(store, initiatives_csv, tmp_path):
    """Titles change and sheets are added between pages: each old sheet still comes once."""
    copy, changed = tmp_path / "copy.sqlite", tmp_path / "changed.csv"
    shutil.copy(store, copy)
    with open(initiatives_csv, encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        rows, names = list(table), table.fieldnames
    for query in ("", "&near=2.35,48.85", "&sortby=date", "&sortby=-commune_nom,date"):
        with serving(copy) as server:
            walk = pages(server, f"{ITEMS}?profile=compact&limit=700{query}")
            old = {feature["id"] for feature in
                   features(server, f"{ITEMS}?profile=compact&limit=10000{query}")}
            found = []
            for number, page in enumerate(walk):
                found += [feature["id"] for feature in page["features"]]
                if number not in (2, 5):
                    continue
                before = server.json(f"{ITEMS}?limit=1")["numberMatched"]
                for row in rows[number::50]:
                    row["titre"] = f"Changé {number}"
                added = dict(rows[0], source_id=f"added-{query}-{number}")
                with open(changed, "w", encoding="utf-8", newline="") as out:
                    writer = csv.DictWriter(out, names)
                    writer.writeheader()
                    writer.writerows(rows[number::50] + [added])
                done = arobase("import", "initiatives", changed, "--store", copy)
                assert done.returncode == 0, done.stderr
                server.process.send_signal(signal.SIGHUP)
                until(lambda: server.json(f"{ITEMS}?limit=1")["numberMatched"] == before + 1)
            assert len(found) == len(set(found))
            assert old <= set(found)


@pytest.mark.parametrize("collection, column, query", [
    ("communes", "population", ""), ("communes", "population", "&sortby=-nom"),
    ("communes", "population", "&near=2.35,48.85"), ("labels", "niveau", ""),
    ("labels", "niveau", "&sortby=annee,commune")])
def test_a_walk_outlives_an_import_of_what_it_walks(store, tmp_path, collection, column, query):
    """Numbers that it does not sort by change between pages: each feature still comes once."""
    copy, changed = tmp_path / "copy.sqlite", tmp_path / "changed.csv"
    shutil.copy(store, copy)
    name = {"labels": "labels-synthetiques.csv"}.get(collection, f"{collection}.csv")
    with open(DATA / name, encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        rows, names = list(table), table.fieldnames
    for row in rows:
        if row[column]:
            row[column] = str(int(row[column]) % 5 + 1)
    with open(changed, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, names)
        writer.writeheader()
        writer.writerows(rows)
    path = f"/collections/{collection}/items"
    with serving(copy) as server:
        whole = server.pages_of(f"{path}?limit=10000{query}")
        limit = len(whole) // 5
        found = []
        for number, page in enumerate(pages(server, f"{path}?limit={limit}{query}")):
            found += [feature["id"] for feature in page["features"]]
            if number == 1:
                tag = server.get(f"{path}?limit=1").headers["ETag"]
                done = arobase("import", collection, changed, "--store", copy)
                assert done.returncode == 0, done.stderr
                server.process.send_signal(signal.SIGHUP)
                until(lambda: server.get(f"{path}?limit=1").headers["ETag"] != tag)
        assert found == [feature["id"] for feature in whole]
        after = server.pages_of(f"{path}?limit=10000{query}")
        assert after != whole  # the import was seen


# ---- Strict ----

@pytest.mark.parametrize("query, parameter, word", [
    ("limit=0", "limit", "1 to 10000"), ("limit=-1", "limit", "'-1'"), ("limit=x", "limit", "'x'"),
    ("limit=1.5", "limit", "'1.5'"), ("offset=-1", "offset", "'-1'"),
    ("bbox=48,2,49,3", "bbox", "latitude"), ("bbox=1,2,3", "bbox", "'1,2,3'"),
    ("bbox=nan,1,2,3", "bbox", "nan"), ("near=48.85", "near", "48.85"),
    ("near=2,91", "near", "91"), ("radius=10", "radius", "near"),
    ("near=2,48&radius=-1", "radius", "'-1'"), ("near=2,48&radius=inf", "radius", "inf"),
    ("commune=99123", "commune", "'99123'"), ("departement=1", "departement", "'1'"),
    ("region=11,,93", "region", "empty"), ("epci=x", "epci", "'x'"), ("axe=5", "axe", "'5'"),
    ("enjeu=1", "enjeu", "'1'"), ("usage=1a", "usage", "'1a'"), ("niveau=6", "niveau", "'6'"),
    ("datetime=2015", "datetime", "'2015'"), ("datetime=2016-01-01/2015-01-01", "datetime", "before"),
    ("q=", "q", "empty"), ("q=%27", "q", "q"), ("profile=tiny", "profile", "'tiny'"),
    ("cursor=zzz", "cursor", "without cursor"), ("offset=1&cursor=zzz", "offset", "cursor"),
])
def test_what_is_refused(server, query, parameter, word):
    problem = server.problem(f"{ITEMS}?{query}")
    assert problem["parameter"] == parameter
    assert word in problem["detail"], problem["detail"]


@pytest.mark.parametrize("value, first, last", [
    ("2019-06-01", 2019, 2019), ("2018-12-31/2019-01-01", 2018, 2019), ("2020-01-01/..", 2020, 9999),
    ("../2018-12-31T23:59:59Z", 0, 2018), ("1990-01-01", 1990, 1990), ("../..", 0, 9999)])
def test_labels_are_of_whole_years(server, value, first, last):
    at = "/collections/labels/items?limit=10000"
    wanted = [f["id"] for f in server.json(at)["features"]
              if first <= f["properties"]["annee"] <= last]
    found = server.json(f"{at}&datetime={value}")
    assert [f["id"] for f in found["features"]] == wanted
    assert found["numberMatched"] == len(wanted)


@pytest.mark.parametrize("name", ["communes", "epcis", "departements", "regions"])
def test_what_has_no_time_is_there_at_any(server, name):
    at = f"/collections/{name}/items?limit=20"
    plain, timed = server.json(at), server.json(f"{at}&datetime=2015-01-01")
    assert timed["features"] == plain["features"]
    assert timed["numberMatched"] == plain["numberMatched"]
    assert server.problem(f"{at}&datetime=2015-13-01")["parameter"] == "datetime"


@pytest.mark.parametrize("query", ["axe=1", "enjeu=1a", "usage=1a1"])
def test_communes_have_no_themes(server, query):
    problem = server.problem(f"/collections/communes/items?{query}")
    assert problem["parameter"] == query.split("=")[0]


# ---- Private data ----

def test_contacts_are_nowhere(server, initiatives_csv):
    with open(initiatives_csv, encoding="utf-8", newline="") as lines:
        people = [person for row in csv.DictReader(lines) if row["personnes"]
                  for person in json.loads(row["personnes"])]
    mails = {person["courriel"].encode() for person in people if person.get("courriel")}
    names = {json.dumps(person["nom"], ensure_ascii=False).encode() for person in people}
    assert len(mails) > 100
    bodies = b"".join(server.get(f"{ITEMS}?limit=10000&offset={offset}").body
                      for offset in (0, 10000))
    bodies += server.get("/map?bbox=-180,-90,180,90&zoom=5").body
    bodies += server.get("/map?bbox=2,48,2.4,48.9&zoom=15").body
    bodies += server.get(f"/search?q={people[0]['nom'].split()[0]}").body
    assert b'"personnes"' not in bodies and b'"courriel"' not in bodies
    found = set(re.findall(rb"[\w.+-]+@[\w.-]+\w", bodies))
    assert not found & mails and not found
    assert not any(name in bodies for name in names)
    for mail in sorted(mails)[:5]:
        assert server.json(f"{ITEMS}?q={mail.decode()}")["numberMatched"] == 0
