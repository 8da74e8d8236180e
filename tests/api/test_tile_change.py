"""What a change of one initiative changes of the tiles: those that show it, and no other."""
import csv
import signal

import pytest
from conftest import arobase, make_initiatives, make_store, serving
from test_tiles import BUFFER, EXTENT, grid, tile_of

N, ZOOMS, POINTS_ZOOM = 300, range(0, 16), 12
CELL = EXTENT // 8  # of 64 pixels, on a tile of 512
REACH = 5 * CELL    # from a point to where a cluster that it can alter may be drawn
PLACE = ("2.3522", "48.8566")


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    path = tmp_path_factory.mktemp("some") / "initiatives.csv"
    make_initiatives(path, N)
    with open(path, encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def holding(position, zoom, reach):
    """The tiles that have the place at most so many lines away."""
    x, y = grid(position, zoom)
    last = 2 ** zoom - 1
    lows = [max(0, int((at - reach) // EXTENT)) for at in (x, y)]
    highs = [min(last, int((at + reach) // EXTENT)) for at in (x, y)]
    return {(zoom, tx, ty) for tx in range(lows[0], highs[0] + 1)
            for ty in range(lows[1], highs[1] + 1)}


def tags(server, tiles):
    found = {}
    for zoom, x, y in tiles:
        answer = server.get(f"/tiles/initiatives/{zoom}/{x}/{y}.mvt", method="HEAD")
        assert answer.status in (200, 204)
        found[zoom, x, y] = answer.headers.get("ETag")
    return found


def test_only_the_tiles_that_show_it_change(rows, tmp_path):
    store = tmp_path / "some.sqlite"
    make_store(store, write(tmp_path / "before.csv", rows))
    with serving(store) as server:
        found = server.json("/collections/initiatives/items?limit=1000&profile=compact")["features"]
        places = [f["geometry"]["coordinates"] for f in found if f["geometry"]]
        moved = next(row for row in rows if row["lon"] and float(row["lat"]) < 46)
        old = (float(moved["lon"]), float(moved["lat"]))
        moved.update(lon=PLACE[0], lat=PLACE[1])
        new = tuple(map(float, PLACE))
        looked_at = {tile for zoom in ZOOMS for place in [*places, new]
                     for tile in holding(place, zoom, BUFFER + 1)}
        assert len(looked_at) > 2000
        before = tags(server, looked_at)
        done = arobase("import", "initiatives", write(tmp_path / "moved.csv", [moved]), "--store",
                       store)
        assert done.returncode == 0, done.stderr
        assert tags(server, looked_at) == before
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("data reloaded")
        after = tags(server, looked_at)
        differing = {tile for tile in looked_at if after[tile] != before[tile]}
        for zoom in ZOOMS:
            there = {tile for tile in differing if tile[0] == zoom}
            print(zoom, len(there), "of", len([t for t in looked_at if t[0] == zoom]))
            if zoom >= POINTS_ZOOM:
                certain = holding(old, zoom, BUFFER - 1) | holding(new, zoom, BUFFER - 1)
                assert certain <= there
                assert there <= holding(old, zoom, BUFFER + 1) | holding(new, zoom, BUFFER + 1)
                continue
            assert there <= (holding(old, zoom, REACH + BUFFER)
                             | holding(new, zoom, REACH + BUFFER))
            assert there or zoom < 5


def test_a_reload_without_a_change_changes_no_tile_and_keeps_them(rows, tmp_path):
    store = tmp_path / "some.sqlite"
    make_store(store, write(tmp_path / "rows.csv", rows))
    with serving(store, "--metrics-listen", "127.0.0.1:0") as server:
        tiles = [(zoom, *tile_of((2.35, 46.8), zoom)) for zoom in range(8)]
        before = tags(server, tiles)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("data reloaded")
        assert tags(server, tiles) == before
