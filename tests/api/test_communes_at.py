"""The commune at a place, from contours: GET for one place, POST for a file of them.

The contours are a mesh of our own: squares of a tenth of a degree that share their corners, one with
a lake, and two overseas.
"""
import csv
import gzip
import http.client
import io
import json
import math
import random
import shutil
import socket

import pytest
from conftest import arobase, serving
from oracle import geodesic_m

SEED = 20261125
WEST, SOUTH, SIDE, STEP = 50, 432, 4, 1  # tenths of a degree
LAKE = (5.14, 43.34, 5.16, 43.36)  # in the second square of the second row
OVERSEAS = {"98735": (-149.6, -17.6, -149.5, -17.5), "97411": (55.4, -21.0, 55.5, -20.9)}
APPENDED = ["commune", "nom", "epci", "departement", "region", "distance", "statut"]


def ring(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def cells(codes):
    """The box of each commune; its corners are the same numbers as its neighbours'."""
    boxes = dict(OVERSEAS)
    for i, code in enumerate(codes):
        row, column = divmod(i, SIDE)
        boxes[code] = ((WEST + column) / 10, (SOUTH + row) / 10, (WEST + column + 1) / 10,
                       (SOUTH + row + 1) / 10)
    return boxes


def has_lake(box):
    return box[0] < LAKE[0] < box[2] and box[1] < LAKE[1] < box[3]


class Mesh:
    """What the answers must be, by measuring everything."""

    def __init__(self, codes):
        self.boxes = cells(codes)

    def write(self, path):
        features = []
        for code, box in self.boxes.items():
            rings = [ring(*box)] + ([ring(*LAKE)[::-1]] if has_lake(box) else [])
            features.append({"type": "Feature", "properties": {"code": code},
                             "geometry": {"type": "Polygon", "coordinates": rings}})
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))

    def holding(self, lon, lat):
        """A place on a border is moved east and, by less, north."""
        for code, (west, south, east, north) in self.boxes.items():
            in_lake = LAKE[0] <= lon < LAKE[2] and LAKE[1] <= lat < LAKE[3]
            if west <= lon < east and south <= lat < north and not in_lake:
                return code
        return None

    def border_m(self, code, lon, lat):
        box = self.boxes[code]
        rings = [ring(*box)] + ([ring(*LAKE)] if has_lake(box) else [])
        return min(edge_m(lon, lat, a, b) for each in rings for a, b in zip(each, each[1:]))

    def distances(self, lon, lat):
        holding = self.holding(lon, lat)
        return sorted((0 if code == holding else self.border_m(code, lon, lat), code)
                      for code in self.boxes)


def edge_m(lon, lat, a, b):
    """By thirds: the distance to a place that moves along an edge has one minimum."""
    def at(part):
        return geodesic_m(lon, lat, a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
    low, high = 0.0, 1.0
    for _ in range(45):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if at(left) < at(right):
            high = right
        else:
            low = left
    return at((low + high) / 2)


@pytest.fixture(scope="module")
def mesh(oracle):
    near = sorted((c.code for c in oracle.communes.values()
                   if c.position and c.departement == "13"))[:SIDE * SIDE]
    return Mesh(near)


@pytest.fixture(scope="module")
def contoured(store, mesh, tmp_path_factory):
    folder = tmp_path_factory.mktemp("contoured")
    path = folder / "demo.sqlite"
    shutil.copy(store, path)
    mesh.write(folder / "contours.geojson")
    done = arobase("import", "contours", folder / "contours.geojson", "--store", path,
                   "--millesime", "2018")
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def served(contoured):
    with serving(contoured) as running:
        yield running


def at(served, lon, lat):
    return served.json(f"/communes/at?lon={lon}&lat={lat}")


def code_of(feature):
    return feature and feature["id"]


# ---- One place ----

def test_inside(served, mesh):
    generator = random.Random(SEED)
    for _ in range(40):
        lon, lat = (round(generator.uniform(4.98, 5.42), 5), round(generator.uniform(43.18, 43.62), 5))
        answer, wanted = at(served, lon, lat), mesh.distances(lon, lat)
        holding = mesh.holding(lon, lat)
        assert code_of(answer["containing"]) == holding, (SEED, lon, lat)
        assert answer["measured_to"] == "contour" and answer["millesime"] == "2018"
        assert "note" not in answer
        distances = [f["properties"]["distance_m"] for f in answer["nearest"]]
        assert len(distances) == 3
        for got, (metres, _) in zip(distances, wanted):
            assert abs(got - metres) <= 0.052, (SEED, lon, lat)
        if holding:
            assert answer["nearest"][0]["id"] == holding and distances[0] == 0
            assert abs(answer["border_m"] - mesh.border_m(holding, lon, lat)) <= 0.052
        else:
            assert answer["border_m"] is None
        assert {f["id"] for f in answer["neighbours"]} == {
            code for metres, code in wanted if metres <= 50 and code != holding}


def test_on_borders(served, mesh):
    """Each place of a border is in one commune: the one to the east, or else to the north."""
    for lon in (5.1, 5.15, 5.2, 5.25, 5.3):
        for lat in (43.3, 43.35, 43.4, 43.45, 43.5):
            answer, holding = at(served, lon, lat), mesh.holding(lon, lat)
            on_border = round(lon * 20) % 2 == 0 or round(lat * 20) % 2 == 0
            assert code_of(answer["containing"]) == holding
            if on_border:
                assert answer["border_m"] == 0
                corner = round(lon * 20) % 2 == 0 and round(lat * 20) % 2 == 0
                assert len(answer["neighbours"]) == (3 if corner else 1)
            assert answer == at(served, lon, lat)


def test_on_the_shore(served, mesh):
    """Where nothing lies to the east or north, the place is still somewhere."""
    for lon, lat in ((5.0, 43.25), (5.4, 43.25), (5.05, 43.2), (5.05, 43.6), (5.4, 43.6)):
        answer = at(served, lon, lat)
        assert answer["containing"] and answer["border_m"] == 0
        west, south, east, north = mesh.boxes[answer["containing"]["id"]]
        assert west <= lon <= east and south <= lat <= north


@pytest.mark.parametrize("lon, lat, code", [
    (-149.55, -17.55, "98735"), (55.45, -20.95, "97411"),
])
def test_overseas(served, lon, lat, code):
    answer = at(served, lon, lat)
    assert answer["containing"]["id"] == code and answer["border_m"] > 1000
    assert answer["neighbours"] == []


@pytest.mark.parametrize("lon, lat", [
    (4.9999, 43.25),    # 8 m off the coast
    (4.5, 43.0), (-30, 40), (-74, 40.7), (0, -90), (179.99, -16), (-179.99, -16), (5.15, 43.35),
])
def test_at_sea_and_abroad(served, mesh, lon, lat):
    answer, wanted = at(served, lon, lat), mesh.distances(lon, lat)
    assert answer["containing"] is None and answer["border_m"] is None
    for feature, (metres, code) in zip(answer["nearest"], wanted):
        assert abs(feature["properties"]["distance_m"] - metres) <= 0.052, (feature["id"], code)
    assert bool(answer["neighbours"]) == (wanted[0][0] <= 50)


# ---- A file of places ----

def post(served, body, headers=None, target="/communes/at"):
    return served.get(target, method="POST", body=body, headers=headers)


def rows_of(answer, separator=","):
    assert answer.status == 200, answer.body[:500]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.body.decode("utf-8-sig")
    assert text.endswith("\r\n")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def test_each_row_is_what_one_place_is(served, oracle):
    generator = random.Random(SEED)
    places = [(round(generator.uniform(4.9, 5.5), 5), round(generator.uniform(43.1, 43.7), 5))
              for _ in range(300)] + [(5.1, 43.3), (5.15, 43.35), (-149.55, -17.55)]
    body = "id,lon,lat\n" + "".join(f"{i},{lon},{lat}\n" for i, (lon, lat) in enumerate(places))
    rows = rows_of(post(served, body.encode()))
    assert list(rows[0]) == ["id", "lon", "lat", *APPENDED] and len(rows) == len(places)
    for row, (lon, lat) in zip(rows, places):
        answer = at(served, lon, lat)
        inside = answer["containing"]
        nearest = (inside or answer["nearest"][0])
        commune = oracle.communes[nearest["id"]]
        assert row["statut"] == ("ok" if inside else "nearest")
        assert (row["commune"], row["nom"]) == (commune.code, commune.nom)
        for name in ("epci", "departement", "region"):
            assert row[name] == (getattr(commune, name) or "")
        distance = 0 if inside else nearest["properties"]["distance_m"]
        assert float(row["distance"]) == distance


@pytest.mark.parametrize("row, reason", [
    (b"x,43.25,n", "lon 'x'"), (b",43.25,n", "lon is missing"), (b"5.05,,n", "lat is missing"),
    (b"181,43,n", "180"), (b'"5,05",43.25,n', "decimal point"), (b"43.25,5.05,n", "latitude"),
    (b"0,0,n", "0"), (b"5.05,43.25", "2 fields found, 3 wanted"), (b"1,2,3,4", "4 fields found"),
    (b"5.05,43.25,\xe9t\xe9", "UTF-8"), (b'5.05,"43.25"x,n', "behind the closing quote"),
    (b"nan,43,n", "lon"), (b"1e400,43,n", "lon"),
])
def test_a_bad_row_says_why(served, row, reason):
    good = "5.05,43.25,é\n".encode()
    rows = rows_of(post(served, b"lon,lat,nom\n" + good + row + b"\n" + good))
    assert [r["statut"] == "ok" for r in rows] == [True, False, True]
    assert rows[1]["statut"].startswith("error: ") and reason in rows[1]["statut"], rows[1]
    assert rows[1]["commune"] == rows[1]["distance"] == ""
    assert rows[0]["nom"] == "é" and rows[0]["nom_arobase"]


def test_added_columns_have_names_of_their_own(served):
    rows = rows_of(post(served, b"lon,lat,nom,nom_arobase\n5.05,43.25,a,b\n"))
    assert (rows[0]["nom"], rows[0]["nom_arobase"]) == ("a", "b") and rows[0]["nom_arobase_2"]


def test_far_from_everything(served):
    rows = rows_of(post(served, b"lon,lat\n-30,40\n"))
    assert rows[0]["statut"] == "none" and rows[0]["commune"] == ""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_files_as_they_are_found(served, separator, line_end):
    lines = [["note", "longitude", "latitude"], [f'"a{separator} ""b"""', "5.05", "43.25"],
             ['"two\nlines"', "5.15", "43.25"], ["", "5.25", "43.25"]]
    text = "\ufeff" + line_end.join(separator.join(line) for line in lines)  # no end at the end
    answer = post(served, text.encode())
    assert answer.body.startswith(b"\xef\xbb\xbfnote")
    rows = rows_of(answer, separator)
    assert [row["statut"] for row in rows] == ["ok"] * 3
    assert [row["note"] for row in rows][:2] == [f'a{separator} "b"', "two\nlines"]


def test_an_open_quote_ends_it(served):
    rows = rows_of(post(served, b'lon,lat\n5.05,43.25\n5.05,"43.25\n5.05,43.25\n'))
    assert [row["statut"] for row in rows][0] == "ok" and len(rows) == 2
    assert "never closed" in rows[1]["statut"]


@pytest.mark.parametrize("body, headers, word", [
    (b"", {}, "empty"), (b"\n\n", {}, "empty"), (b"a,b\n1,2\n", {}, "no column 'lon'"),
    (b"lon,lon,lat\n", {}, "twice"), (b'{"type": "Feature"}', {}, "JSON"),
    (gzip.compress(b"lon,lat\n1,2\n"), {}, "gzip"), ("lon,lat\n1,2\n".encode("utf-16"), {}, "UTF-16"),
    ("nom,lon,lat\nété,1,2\n".encode("latin-1"), {}, "Windows-1252"),
    (b"lon,lat\n1,2\n", {"Content-Type": "multipart/form-data; boundary=x"}, "form"),
    (b"lon,lat\n1,2\n", {"Content-Encoding": "gzip"}, "Content-Encoding"),
])
def test_what_is_no_such_file(served, body, headers, word):
    problem = served.problem("/communes/at", method="POST", body=body, headers=headers)
    assert word in problem["detail"], problem


def test_no_parameters(served):
    problem = served.problem("/communes/at?lon=3", method="POST", body=b"lon,lat\n1,2\n")
    assert problem["parameter"] == "lon"


def test_methods(served):
    allowed = "GET, HEAD, POST, OPTIONS"
    assert served.get("/communes/at", method="OPTIONS").headers["Allow"] == allowed
    answer = served.get("/communes/at", method="PUT", body=b"x")
    assert answer.status == 405 and answer.headers["Allow"] == allowed
    answer = served.get("/communes/nearest", method="POST", body=b"lon,lat\n1,2\n")
    assert answer.status == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert served.get("/livez").status == 200


def test_headers(served):
    answer = post(served, b"lon,lat\n5.05,43.25\n", {"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_described(served):
    operation = served.json("/api")["paths"]["/communes/at"]["post"]
    assert "text/csv" in operation["requestBody"]["content"]
    assert "text/csv" in operation["responses"]["200"]["content"]
    assert operation["operationId"] == "post_communes_at"


def test_in_pieces(served):
    """A body of unknown length, cut anywhere: the same rows."""
    text = "lon,lat,nom\n" + "".join(f'{5 + i % 40 / 100},{43.2 + i % 37 / 100:.2f},"é {i}\n"\n'
                                     for i in range(4000))
    body, generator = text.encode(), random.Random(SEED)

    def pieces():
        at_byte = 0
        while at_byte < len(body):
            n = generator.choice([1, 7, 100, 3000, 20000])
            yield body[at_byte:at_byte + n]
            at_byte += n
    connection = http.client.HTTPConnection(*served.address, timeout=60)
    connection.request("POST", "/communes/at", body=pieces(), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    answer = connection.getresponse()
    assert answer.status == 200 and answer.read() == post(served, body).body
    connection.close()


def test_many_rows(served):
    n = 100000
    body = b"id,lon,lat\n" + b"".join(b"%d,5.%05d,43.%05d\n" % (i, i % 40000, 20000 + i % 39999)
                                      for i in range(n))
    rows = rows_of(post(served, body))
    assert len(rows) == n and [row["id"] for row in rows[:3]] == ["0", "1", "2"]
    assert all(row["statut"] in ("ok", "nearest") for row in rows)


def test_given_up_on_the_way(served):
    for _ in range(3):
        with socket.create_connection(served.address, timeout=60) as client:
            client.sendall(b"POST /communes/at HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"
                           b"lon,lat\n" + b"5.05,43.25\n" * 5000)
    assert served.get("/livez").status == 200
    assert rows_of(post(served, b"lon,lat\n5.05,43.25\n"))[0]["statut"] == "ok"


def test_limits(contoured):
    with serving(contoured, "--max-upload-bytes", "5000", "--max-upload-rows", "100") as small:
        head = b"lon,lat\n"
        assert len(rows_of(post(small, head + b"5.05,43.25\n" * 100))) == 100
        problem = small.problem("/communes/at", status=413, method="POST",
                                body=head + b"5.05,43.25\n" * 101)
        assert "100 rows" in problem["detail"]
        connection = http.client.HTTPConnection(*small.address, timeout=60)
        connection.putrequest("POST", "/communes/at")
        connection.putheader("Content-Length", "5001")
        connection.putheader("Expect", "100-continue")
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413 and b"5000" in answer.read()
        connection.close()
        connection.request("POST", "/communes/at", body=iter([head, b" " * 5000, b"1,2\n"]),
                           encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
        assert connection.getresponse().status == 413
        connection.close()
        assert small.get("/livez").status == 200


def test_no_room(contoured, tmp_path):
    with serving(contoured, "--temp-folder", tmp_path / "missing") as blocked:
        blocked.problem("/communes/at", status=500, method="POST", body=b"lon,lat\n5.05,43.25\n")
    with serving(contoured, "--temp-folder", tmp_path) as running:
        assert rows_of(post(running, b"lon,lat\n5.05,43.25\n"))[0]["statut"] == "ok"
        assert list(tmp_path.iterdir()) == []


def test_without_contours(server, oracle):
    rows = rows_of(post(server, b"lon,lat\n5.05,43.4\n-30,40\n"))
    nearest = server.json("/communes/nearest?lon=5.05&lat=43.4")["features"][0]
    assert rows[0]["commune"] == nearest["id"] and rows[0]["statut"] == "centre"
    assert math.isclose(float(rows[0]["distance"]), nearest["properties"]["distance_m"])
    assert rows[1]["statut"] == "none"
