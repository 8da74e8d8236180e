"""/territoires: frames that hold the communes, and reference systems as PROJ's database has them."""
import csv
import math
import re
import shutil
import subprocess

import pytest
from conftest import DATA

SYSTEMS = {  # EPSG codes, the first one where most people live
    "metro": [2154], "971": [5490], "972": [5490], "973": [2972], "974": [2975], "975": [4467],
    "976": [4471], "977": [5490], "978": [5490],
    "984": [7079, 7080, 7076, 7074, 7075, 7077, 8455, 8456], "986": [8903],
    "987": [3297, 3296, 3298, 3299], "988": [3163], "989": [],
}


@pytest.fixture(scope="module")
def territories(server):
    document = server.json("/territoires")
    assert set(document) == {"territoires", "links"}
    return {one["code"]: one for one in document["territoires"]}


@pytest.fixture(scope="module")
def communes():
    """By territory, those of the CSV file."""
    found = {}
    with open(DATA / "communes.csv", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["type"] == "commune-actuelle":
                code = "metro" if row["zone"] == "metro" else row["departement"]
                found.setdefault(code, []).append(row)
    return found


def test_each_territory_is_there(territories, communes):
    assert list(territories) == list(SYSTEMS)
    for code, one in territories.items():
        assert one["communes"] == len(communes[code])
        assert one["population"] == sum(int(r["population"] or 0) for r in communes[code])
        assert one["zone"] == communes[code][0]["zone"]
    assert territories["metro"]["nom"] == "France métropolitaine"


def test_frames_hold_the_communes_and_no_more(territories, communes):
    for code, one in territories.items():
        places = [(float(r["lon"]), float(r["lat"])) for r in communes[code] if r["lon"]]
        if not places:
            assert one["bbox"] is one["centre"] is one["zoom"] is None
            continue
        west, south, east, north = one["bbox"]
        assert west <= east  # no French territory crosses the antimeridian
        assert one["bbox"] == pytest.approx([
            min(lon for lon, _ in places), min(lat for _, lat in places),
            max(lon for lon, _ in places), max(lat for _, lat in places)], abs=1e-5)
        lon, lat = one["centre"]
        assert west <= lon <= east and south <= lat <= north

        def pixels(value_deg):
            return math.asinh(math.tan(math.radians(value_deg))) * 128 / math.pi
        size = max((east - west) * 256 / 360, pixels(north) - pixels(south))
        assert size * 2 ** one["zoom"] <= 512.1
        assert one["zoom"] == 12 or size * 2 ** (one["zoom"] + 0.1) > 512


@pytest.mark.skipif(not shutil.which("projinfo"), reason="projinfo is not installed")
def test_the_systems_are_those_of_proj(territories):
    names = {}
    for code, one in territories.items():
        assert [s["code"] for s in one["crs"]] == [f"EPSG:{epsg}" for epsg in SYSTEMS[code]]
        names.update({s["code"]: s["nom"] for s in one["crs"]})
    for system, name in names.items():
        said = subprocess.run(["projinfo", system, "-o", "WKT2:2019", "-q"], check=True,
                              capture_output=True, text=True).stdout
        assert re.match(r'PROJCRS\["([^"]*)"', said).group(1) == name


@pytest.mark.skipif(not shutil.which("projinfo"), reason="projinfo is not installed")
def test_the_systems_are_made_for_where_they_are_named(territories):
    for one in territories.values():
        if not one["crs"] or not one["bbox"]:
            continue
        lon, lat = one["centre"]
        holds = []
        for system in one["crs"]:
            said = subprocess.run(["projinfo", system["code"], "-o", "WKT2:2019", "-q"],
                                  check=True, capture_output=True, text=True).stdout
            box = re.search(r"BBOX\[([^\]]*)\]", said).group(1)
            south, west, north, east = map(float, box.split(","))
            across = west > east
            holds.append(south <= lat <= north and (
                lon >= west or lon <= east if across else west <= lon <= east))
        assert any(holds), one["nom"]


def test_it_is_strict(server):
    assert server.problem("/territoires?zone=drom")["parameter"] == "zone"
