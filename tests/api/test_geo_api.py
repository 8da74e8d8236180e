"""The routes compatible with API Géo: shapes, order and status codes as its definition and server
have them (https://github.com/datagouv/api-geo), values as the fixtures' CSV files have them."""
import json
import pathlib
import random
import shutil
import subprocess
import unicodedata
import urllib.parse

import pytest
from conftest import DATA, arobase, serving
from oracle import rows_of

SEED = 20261126
COMMUNE = ["nom", "code", "codeDepartement", "siren", "codeEpci", "codeRegion", "codesPostaux",
           "population"]
PART = ["nom", "code", "type", "chefLieu", "codeDepartement", "codeEpci", "codeRegion"]


def path(route, **params):
    query = urllib.parse.urlencode(params)
    return route + ("?" + query if query else "")


def members_of(row, names):
    """The members that have a value, in the order of the names."""
    return [name for name in names if name in row]


class Register:
    """The CSV files as API Géo would say them."""

    def __init__(self):
        rows = list(rows_of(DATA / "communes.csv"))
        self.rows = {kind: [r for r in rows if r["type"] == kind]
                     for kind in ("commune-actuelle", "arrondissement-municipal",
                                  "commune-associee", "commune-deleguee")}
        self.today = {r["code"]: r for r in self.rows["commune-actuelle"]}
        self.anciens = {r["code"]: r["commune"] for r in rows_of(DATA / "communes-anciennes.csv")}
        self.departements = list(rows_of(DATA / "departements.csv"))
        self.regions = list(rows_of(DATA / "regions.csv"))
        self.epcis = list(rows_of(DATA / "epcis.csv"))

    def commune(self, row):
        of_today = row["type"] == "commune-actuelle"
        said = {"nom": row["nom"], "code": row["code"], "codeDepartement": row["departement"],
                "siren": row["siren"], "codeEpci": row["epci"] if of_today else "",
                "codeRegion": row["region"]}
        said = {name: value for name, value in said.items() if value}
        said["codesPostaux"] = row["codes_postaux"].split("|") if row["codes_postaux"] else []
        if row["population"]:
            said["population"] = int(row["population"])
        return said

    def communes(self, kind="commune-actuelle", **wanted):
        return [self.commune(r) for r in self.rows[kind]
                if all(r[name] == value for name, value in wanted.items())]


@pytest.fixture(scope="module")
def register():
    return Register()


# ---- Shapes ----

@pytest.mark.parametrize("target, members", [
    ("/communes/44109", COMMUNE),
    ("/communes/97701", ["nom", "code", "codeDepartement", "codeRegion", "codesPostaux", "population"]),
    ("/communes/75115", ["nom", "code", "codeDepartement", "codeRegion", "codesPostaux",
                         "population"]),
    ("/communes?code=44109", COMMUNE),
    ("/communes?nom=Nantes", COMMUNE + ["_score"]),
    ("/communes?nom=Nantes&fields=departement", ["nom", "code", "_score", "departement"]),
    ("/communes/44109?fields=region,population,departement,code",
     ["population", "code", "nom", "departement", "region"]),
    ("/communes/44109?fields=", COMMUNE),
    ("/communes/44109?fields=nom,nom,inconnu,CodeRegion", ["nom", "code"]),
    ("/communes/44109?fields=_score", ["nom", "code"]),
    ("/communes/44109?fields=zone,type,epci,mairie",
     ["zone", "type", "mairie", "nom", "code", "epci"]),
    ("/communes/75115?fields=codeParent,type", ["codeParent", "type", "nom", "code"]),
    ("/communes_associees_deleguees/01015", PART),
    ("/communes_associees_deleguees?chefLieu=50129", PART),
    ("/epcis/244400404", ["nom", "code", "codesDepartements", "codesRegions", "population"]),
    ("/epcis?nom=Nantes", ["nom", "code", "codesDepartements", "codesRegions", "population",
                           "_score"]),
    ("/epcis/244400404/communes", COMMUNE),
    ("/departements", ["nom", "code", "codeRegion"]),
    ("/departements?nom=loire", ["nom", "code", "codeRegion", "_score"]),
    ("/departements/44?fields=region,zone,chefLieu", ["zone", "chefLieu", "nom", "code", "region"]),
    ("/departements/44/communes", COMMUNE),
    ("/regions", ["nom", "code"]),
    ("/regions/52", ["nom", "code"]),
    ("/regions/52/departements", ["nom", "code", "codeRegion"]),
    ("/regions/52/communes?limit=3", COMMUNE),
])
def test_members_in_their_order(server, target, members):
    answer = server.json(target)
    for one in answer if isinstance(answer, list) else [answer]:
        assert list(one) == members


TYPES = {"nom": str, "code": str, "codeDepartement": str, "siren": str, "codeEpci": str,
         "codeRegion": str, "codesPostaux": list, "population": int, "type": str, "zone": str,
         "departement": dict, "region": dict, "epci": dict, "anciensCodes": list,
         "deleguees": list, "centre": dict, "mairie": dict}


def test_types_of_all_fields(server):
    answer = server.json("/communes/50129?fields=" + ",".join([*TYPES, "associees"]))
    assert {name: type(value) for name, value in answer.items() if name != "associees"} == TYPES
    assert answer["associees"] is None
    assert answer["deleguees"][0] == {"code": "50129", "nom": "Cherbourg-Octeville"}
    assert answer["departement"] == {"code": "50", "nom": "Manche"}
    assert answer["region"] == {"code": "28", "nom": "Normandie"}
    assert answer["epci"] == {"code": "200067205", "nom": "CA du Cotentin"}
    assert answer["centre"]["type"] == "Point" and answer["centre"] == answer["mairie"]
    assert answer["type"] == "commune-actuelle" and answer["zone"] == "metro"


@pytest.mark.parametrize("target", [
    "/communes?codePostal=13500&format=geojson", "/communes/13056?format=geojson",
    "/epcis/244400404/communes?format=geojson&geometry=mairie&limit=2",
    "/communes?codePostal=13500&format=geojson&geometry=contour",
    "/departements?format=geojson&limit=2", "/epcis?format=geojson&limit=2"])
def test_geojson(server, register, target):
    answer = server.get(target)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/geo+json"
    document = answer.json()
    features = [document]
    if document["type"] != "Feature":
        assert list(document) == ["type", "features"]
        assert document["type"] == "FeatureCollection"
        features = document["features"]
    for feature in features:
        assert list(feature) == ["type", "properties", "geometry"]
        assert not {"centre", "mairie", "contour", "bbox"} & set(feature["properties"])
        assert feature["geometry"] is None or feature["geometry"]["type"] == "Point"
    assert features
    if "/communes/13056" in target:
        row = register.today["13056"]
        assert features[0]["geometry"]["coordinates"] == [float(row["lon"]), float(row["lat"])]


def test_accept_means_a_format_too(server):
    def kind(target, accept):
        return server.get(target, headers={"Accept": accept}).headers["Content-Type"]
    wish = "application/geo+json"
    assert kind("/communes/44109", wish) == "application/geo+json"
    assert kind("/communes/44109?format=json", wish) == "application/json"
    for accept in ("application/json, text/plain, */*", "*/*", "text/html"):
        assert kind("/communes/44109", accept) == "application/json"


# ---- Every place ----

def test_all_communes(server, register):
    assert server.json("/communes") == register.communes()
    assert server.json("/communes?type=arrondissement-municipal") == register.communes(
        "arrondissement-municipal")


def test_all_parts(server, register):
    answer = server.json("/communes_associees_deleguees")
    rows = register.rows["commune-associee"] + register.rows["commune-deleguee"]
    assert [(p["code"], p["nom"], p["type"], p["chefLieu"]) for p in answer] == [
        (r["code"], r["nom"], r["type"], r["commune"]) for r in rows]
    for part in answer:
        commune = register.today[part["chefLieu"]]
        assert (part.get("codeEpci", ""), part["codeDepartement"]) == (
            commune["epci"], commune["departement"])


def test_all_territories(server, register):
    for route, rows in (("/departements", register.departements), ("/regions", register.regions)):
        here = [r for r in rows if r["zone"] != "com"]
        assert [(d["code"], d["nom"]) for d in server.json(route)] == [
            (r["code"], r["nom"]) for r in here]
        everywhere = server.json(route + "?zone=metro,drom,com&fields=zone")
        assert [(d["code"], d["zone"]) for d in everywhere] == [
            (r["code"], r["zone"]) for r in rows]
    members = {}
    for row in register.rows["commune-actuelle"]:
        if row["epci"]:
            members.setdefault(row["epci"], []).append(row)
    epcis = server.json("/epcis?zone=metro,drom,com&fields=type,codesDepartements,codesRegions,"
                        "population")
    assert epcis == [{
        "type": r["type"],
        "codesDepartements": sorted({m["departement"] for m in members[r["code"]]}),
        "codesRegions": sorted({m["region"] for m in members[r["code"]]}),
        "population": sum(int(m["population"] or 0) for m in members[r["code"]]),
        "nom": r["nom"], "code": r["code"]} for r in register.epcis if r["code"] in members]


# ---- Filters ----

@pytest.mark.parametrize("param, column, route", [
    ("codeEpci", "epci", "/epcis/{}/communes"), ("codeDepartement", "departement",
                                                 "/departements/{}/communes"),
    ("codeRegion", "region", "/regions/{}/communes"), ("siren", "siren", None)])
def test_by_territory(server, register, param, column, route):
    print("seed", SEED)
    values = sorted({r[column] for r in register.rows["commune-actuelle"] if r[column]})
    for value in random.Random(SEED).sample(values, 12):
        want = register.communes(**{column: value})
        assert server.json(path("/communes", **{param: value})) == want
        if route:
            assert server.json(route.format(value)) == want
            assert server.json(route.format(value) + "?limit=2") == want[:2]


def test_by_postal_code(server, register):
    print("seed", SEED)
    by_code = {}
    for kind in ("commune-actuelle", "arrondissement-municipal"):
        for row in register.rows[kind]:
            for code in row["codes_postaux"].split("|"):
                by_code.setdefault((kind, code), []).append(register.commune(row))
    codes = random.Random(SEED).sample(sorted({code for _, code in by_code if code}), 200)
    for code in [*codes, "75015", "13001"]:
        assert server.json(path("/communes", codePostal=code)) == by_code.get(
            ("commune-actuelle", code), [])
    both = server.json(
        "/communes?codePostal=75015&type=arrondissement-municipal,commune-actuelle&fields=code")
    assert [c["code"] for c in both] == ["75115", "75056"]
    assert server.json("/communes?codePostal=99999") == []
    assert server.json("/communes?codePostal=") == []


def test_types_come_in_the_order_asked_for(server, register):
    for kinds in (["arrondissement-municipal", "commune-actuelle"],
                  ["commune-actuelle", "arrondissement-municipal"]):
        answer = server.json(path("/communes", type=",".join(kinds), codeDepartement="69"))
        assert answer == [c for kind in kinds for c in register.communes(kind, departement="69")]
    for parent in ("75056", "69123", "13055"):
        want = register.communes("arrondissement-municipal", commune=parent)
        assert server.json(path("/communes", codeParent=parent)) == want
        assert server.json(path("/communes", codeParent=parent,
                                type="arrondissement-municipal")) == want


def test_zones(server, register):
    for zones in ("metro", "drom", "com", "com,drom"):
        want = [r["code"] for r in register.rows["commune-actuelle"]
                if r["zone"] in zones.split(",")]
        assert [c["code"] for c in server.json(path("/communes", zone=zones, fields="code"))] == want


def test_filters_combine(server):
    codes = [c["code"] for c in server.json("/communes?nom=Saint-Aubin&codeDepartement=21")]
    assert codes == ["21541"]
    assert server.json("/communes?code=44109&codeDepartement=13") == []
    assert [c["code"] for c in server.json("/communes?codePostal=13500&nom=Mart")] == ["13056"]
    assert server.json("/communes?codePostal=13500&nom=Lyon") == []
    assert server.json("/communes?codeDepartement=999") == []
    assert server.json("/communes?codeEpci=") == []


def test_territories_are_filtered(server):
    assert [d["code"] for d in server.json("/departements?codeRegion=53")] == [
        "22", "29", "35", "56"]
    assert [d["code"] for d in server.json("/departements?code=2A")] == ["2A"]
    assert [r["code"] for r in server.json("/regions?nom=bret")] == ["53"]
    epcis = server.json("/epcis?codeDepartement=21&fields=codesDepartements")
    assert epcis and all("21" in e["codesDepartements"] for e in epcis)
    everyone = server.json("/epcis?fields=codesDepartements")
    assert len(epcis) == sum("21" in e["codesDepartements"] for e in everyone)
    assert server.json("/epcis?nom=nantes&codeRegion=11") == []
    assert [d["code"] for d in server.json("/regions/987/departements")] == ["987"]


# ---- Codes that were ----

def test_a_former_code_is_that_of_the_commune_of_today(server, register):
    print("seed", SEED)
    codes = random.Random(SEED).sample(sorted(register.anciens), 150)
    for code in codes:
        today = register.anciens[code]
        if code in register.today:
            continue
        answer = server.get("/communes/" + code)
        assert answer.status == 200 and answer.json()["code"] == today
        assert answer.headers["Content-Location"] == "/communes/" + today
        assert code in answer.json()["anciensCodes"]
        for param in ("ancienCode", "code"):
            assert [c["code"] for c in server.json(path("/communes", **{param: code}))] == [today]
        anciens = server.json(f"/communes/{today}?fields=anciensCodes")["anciensCodes"]
        assert anciens == sorted(c for c, t in register.anciens.items() if t == today)
    assert "Content-Location" not in server.get("/communes/44109").headers
    assert server.json("/communes?ancienCode=44109") == []
    assert "anciensCodes" not in server.json("/communes/44109?fields=anciensCodes")


# ---- Names ----

def folded(text):
    text = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    words = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c)).split()
    return " ".join({"st": "saint", "ste": "sainte"}.get(word, word) for word in words)


@pytest.mark.parametrize("more", [{}, {"boost": "population"}])
def test_every_name_that_matches_best_first(server, register, more):
    for nom in ("saint m", "lyon", "ville bois", "Roche", "y", "chât", "sur oise"):
        answer = server.json(path("/communes", nom=nom, **more))
        words = folded(nom).split()
        want = {r["code"] for r in register.rows["commune-actuelle"]
                if all(any(own.startswith(word) for own in folded(r["nom"]).split())
                       for word in words)}
        assert {c["code"] for c in answer} == want
        scores = [c["_score"] for c in answer]
        assert scores == sorted(scores, reverse=True) and 0 < min(scores) <= max(scores) <= 1
        for commune in answer:
            assert (commune["_score"] == 1) == (folded(commune["nom"]) == folded(nom))
        assert answer[:3] == server.json(path("/communes", nom=nom, limit=3, **more))
        assert answer[:150] == server.json(path("/communes", nom=nom, limit=150, **more))


def test_population_boosts(server):
    def first(nom, **more):
        return [c["nom"] for c in server.json(path("/communes", nom=nom, limit=5, **more))]
    assert "La Roche-sur-Yon" in first("roche", boost="population")
    assert "La Roche-sur-Yon" not in first("roche")
    assert first("nantes", boost="population")[0] == first("nantes")[0] == "Nantes"


def test_a_name_of_an_arrondissement(server):
    both = "commune-actuelle,arrondissement-municipal"
    names = [c["nom"] for c in server.json(path("/communes", nom="lyon", type=both))]
    assert names[0] == "Lyon" and "Lyon 3e Arrondissement" in names
    assert [c["code"] for c in server.json(path("/communes", nom="marseille 8e", type=both))] == [
        "13208"]


# ---- What is wrong ----

@pytest.mark.parametrize("target, parameter", [
    ("/communes?lat=abc&lon=2", "lat"), ("/communes?lat=48", "lon"), ("/communes?lon=2", "lat"),
    ("/communes?lat=95&lon=2", "lat"), ("/communes?lat=48&lon=nan", "lon"),
    ("/communes?lat=2.35&lon=48.85", "lon"), ("/communes?lat=&lon=", "lon"),
    ("/communes?limit=-1", "limit"), ("/communes?limit=x", "limit"), ("/epcis?limit=1.5", "limit"),
    ("/communes?format=xml", "format"), ("/communes/44109?format=csv", "format"),
    ("/communes?geometry=center", "geometry"), ("/communes?geometry=nom", "geometry"),
    ("/communes?boost=surface&nom=a", "boost"), ("/communes?zone=europe", "zone"),
    ("/regions?zone=", "zone"), ("/communes?type=commune", "type"),
    ("/communes?nom=a&nom=b", "nom"),
])
def test_a_value_that_means_nothing_is_400(server, target, parameter):
    assert server.problem(target)["parameter"] == parameter


@pytest.mark.parametrize("target", [
    "/communes/00000", "/communes/4410", "/communes/nantes", "/communes_associees_deleguees/44109",
    "/epcis/1", "/epcis/1/communes", "/departements/99", "/departements/99/communes", "/regions/00",
    "/regions/00/departements", "/regions/00/communes", "/communes?lat=47&lon=-1.5"])
def test_not_found(server, target):
    assert server.problem(target, 404)


def test_unknown_parameters_are_ignored(server):
    assert server.json("/communes/44109?utm_source=x&fields=nom&f=json&_=1") == {
        "nom": "Nantes", "code": "44109"}
    assert server.json("/communes?limit=0") == []
    assert len(server.json("/communes?limit=7")) == 7
    assert len(server.json("/departements?limit=99999999999999999999")) == 101


def test_the_routes_before_are_still_there(server):
    assert "features" in server.json("/communes/nearest?lon=5.05&lat=43.4")
    assert "containing" in server.json("/communes/at?lon=5.05&lat=43.4")


# ---- With contours ----

@pytest.fixture(scope="module")
def contours(store, tmp_path_factory):
    copy = tmp_path_factory.mktemp("geo-api") / "contours.sqlite"
    shutil.copy(store, copy)
    done = arobase("import", "contours", DATA / "contours-synthetiques.geojson", "--store", copy)
    assert done.returncode == 0, done.stderr
    with serving(copy) as running:
        yield running


@pytest.fixture(scope="module")
def shapes():
    document = json.loads((DATA / "contours-synthetiques.geojson").read_text(encoding="utf-8"))
    return {f["properties"]["code"]: f["geometry"] for f in document["features"]}


def rings_of(geometry):
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [
        geometry["coordinates"]]
    return [[[tuple(position) for position in ring] for ring in polygon] for polygon in polygons]


def turned(ring):
    """A ring as a set of edges, whichever way it runs."""
    return {frozenset(edge) for edge in zip(ring, ring[1:])}


def same_shape(a, b):
    return [[turned(ring) for ring in polygon] for polygon in rings_of(a)] == [
        [turned(ring) for ring in polygon] for polygon in rings_of(b)]


def test_contours_as_they_were_imported(contours, shapes):
    compared = 0
    for code, shape in shapes.items():
        answer = contours.json(f"/communes/{code}?fields=contour,bbox,surface,centre")
        if answer["code"] != code or "contour" not in answer:
            continue  # a former code, united with others
        feature = contours.json(f"/communes/{code}?format=geojson&geometry=contour&fields=nom")
        assert feature["geometry"] == answer["contour"]
        if same_shape(answer["contour"], shape):
            compared += 1
        positions = [p for polygon in rings_of(answer["contour"]) for p in polygon[0]]
        west, east = min(p[0] for p in positions), max(p[0] for p in positions)
        south, north = min(p[1] for p in positions), max(p[1] for p in positions)
        assert answer["bbox"] == {"type": "Polygon", "coordinates": [
            [[west, south], [east, south], [east, north], [west, north], [west, south]]]}
        assert answer["surface"] > 1
    assert compared >= len(shapes) - 3


def test_the_commune_that_holds_a_place(contours, shapes):
    for code in sorted(shapes):
        one = contours.json(f"/communes/{code}?fields=centre")
        lon, lat = one["centre"]["coordinates"]
        found = contours.json(path("/communes", lat=lat, lon=lon, fields="code"))
        assert [c["code"] for c in found] == [one["code"]]
        assert contours.json(path("/communes", lat=lat, lon=lon, codeDepartement="44")) == []
    assert contours.json("/communes?lat=-40&lon=-120") == []
    problem = contours.problem("/communes?lat=46.4&lon=5.3&type=arrondissement-municipal")
    assert problem["parameter"] == "type"


def test_territories_are_unions(contours, shapes):
    codes = {contours.json("/communes/" + code)["codeDepartement"] for code in shapes}
    for code in sorted(codes):
        one = contours.json(f"/departements/{code}?fields=contour,surface,bbox,centre")
        communes = contours.json(f"/departements/{code}/communes?fields=surface,contour")
        assert one["surface"] == pytest.approx(sum(c.get("surface", 0) for c in communes), abs=0.2)
        edges = {edge for c in communes if "contour" in c
                 for polygon in rings_of(c["contour"]) for ring in polygon for edge in turned(ring)}
        outline = [turned(ring) for polygon in rings_of(one["contour"]) for ring in polygon]
        assert all(ring <= edges for ring in outline)
        feature = contours.json(f"/departements/{code}?format=geojson&geometry=centre")
        assert feature["geometry"] == one["centre"]


# ---- Code written for API Géo ----

def test_code_written_for_api_geo_works_unchanged(server):
    script = pathlib.Path(__file__).with_name("api_geo_client.mjs")
    done = subprocess.run(["node", script, server.url], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["nantes"][0] == "Nantes (44 Loire-Atlantique) 44109 44000"
    assert said["versailles"] == ["Versailles"]
    assert said["inconnue"] == 404
    assert said["bretagne"] == {"nom": "Bretagne", "code": "53"}
    assert [d["nom"] for d in said["departements"]] == [
        "Côtes-d'Armor", "Finistère", "Ille-et-Vilaine", "Morbihan"]
    assert said["communes"] == [{"nom": "Allineuc", "code": "22001"},
                                {"nom": "Andel", "code": "22002"}]
    assert said["carte"] == {"type": "FeatureCollection",
                             "noms": ["Miquelon-Langlade", "Saint-Pierre"]}
