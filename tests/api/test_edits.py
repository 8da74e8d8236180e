"""Sheets that are edited, come, go and move while a saved snapshot is served: a reload makes the next
one from it, and answers as a server that has read the whole store."""
import csv
import gzip
import random
import shutil
import signal
import sqlite3
import sys
import threading

import pytest

from conftest import ROOT, arobase, metric, serving, until

sys.path.insert(0, str(ROOT / "tests/bench"))
from corpus import requests  # noqa: E402  (of every kind)

METRICS = "--metrics-listen", "127.0.0.1:0"
SAME_ADDRESS = "--base-url", "http://a.example"
N_REQUESTS = 600
FOLD_S = 300  # ten times as long as reading the store takes, which sanitizers make slow


@pytest.fixture
def own(store, tmp_path):
    path = tmp_path / "own.sqlite"
    shutil.copy(store, path)
    return path


@pytest.fixture(scope="module")
def sheets(initiatives_csv):
    with open(initiatives_csv, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(store, path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    done = arobase("import", "initiatives", path, "--store", store)
    assert done.returncode == 0, done.stderr


def says_else(row):
    return {**row, "titre": "Un titre inédit pour l'école", "themes": "1a1|3b1",
            "date": "2021-04-05"}


def stands_elsewhere(row):
    return {**row, "lon": "2.3488", "lat": "48.8534"}


def is_gone(row):
    return {**row, "statut": "archived"}


def is_new(row):
    return {**row, "source_id": row["source_id"] + "-neuve", "titre": row["titre"] + ", suite"}


def reload(server, says="from=edits"):
    server.process.send_signal(signal.SIGHUP)
    line = server.wait_for("data reloaded").string
    assert says in line, line
    return line


def edits_of(server):
    return metric(server, "arobase_snapshot_edits")


def is_kept(server):
    return metric(server, "arobase_snapshot_file_bytes") > 0


def answers(server):
    """Of every kind of request: status, tag and bytes, every other one deflated on the way."""
    found = {}
    for i, target in enumerate(requests(N_REQUESTS)):
        answer = server.get(target, headers={"Accept-Encoding": "gzip"} if i % 2 else {})
        packed = answer.headers.get("Content-Encoding") == "gzip"
        body = gzip.decompress(answer.body) if packed else answer.body
        found[target] = answer.status, answer.headers.get("ETag", "").split("-")[0], body
    return found


@pytest.mark.parametrize("changes", [[says_else], [stands_elsewhere], [is_gone], [is_new],
                                     [says_else, stands_elsewhere, is_gone, is_new]])
def test_answers_as_if_all_had_been_read(own, tmp_path, sheets, changes):
    chosen = random.Random(len(changes)).sample(sheets, 40 * len(changes))
    with serving(own, *METRICS, *SAME_ADDRESS) as server:
        until(lambda: is_kept(server))
        load(own, tmp_path / "edits.csv",
             [changes[i % len(changes)](row) for i, row in enumerate(chosen)])
        reload(server)
        assert edits_of(server) > 0
        edited = answers(server)
    with serving(own, *SAME_ADDRESS, "--snapshot-file=none") as fresh:
        read = answers(fresh)
    differing = [target for target in read if read[target] != edited[target]]
    assert not differing, differing[:5]


def test_they_add_up_and_are_folded_in(own, tmp_path, sheets):
    with serving(own, *METRICS) as server:
        until(lambda: is_kept(server))
        saved = own.with_name(own.name + ".snapshot").stat().st_ino
        total = server.json("/counts?by=region")["total"]
        for i, change in enumerate([is_new, says_else, is_gone]):
            load(own, tmp_path / "one.csv", [change(sheets[10 * i])])
            reload(server)
            assert edits_of(server) == i + 1
        assert server.json("/counts?by=region")["total"] == total
        before = answers(server)
        until(lambda: edits_of(server) == 0, FOLD_S)  # once they have stayed for a while
        assert is_kept(server) and own.with_name(own.name + ".snapshot").stat().st_ino != saved
        assert answers(server) == before
        until(lambda: metric(server, "arobase_snapshots_held") == 1)
    with serving(own, *METRICS) as server:
        assert is_kept(server), "the next start maps what was folded"


def test_a_start_goes_on_from_what_was_saved(own, tmp_path, sheets):
    """And what another program has changed meanwhile, without a number, is seen once that is folded
    in."""
    with serving(own, *METRICS) as server:
        until(lambda: is_kept(server))
    load(own, tmp_path / "one.csv", [is_new(sheets[0]), says_else(sheets[1])])
    database = sqlite3.connect(own)
    database.execute("UPDATE themes SET libelle = 'Un autre nom' WHERE id = '1'")
    database.commit()
    database.close()
    with serving(own, *METRICS, *SAME_ADDRESS) as server:
        assert is_kept(server), "it begins from the file"
        until(lambda: edits_of(server) == 0, FOLD_S)
        assert b"Un autre nom" in server.get("/themes").body
        after = answers(server)
    with serving(own, *SAME_ADDRESS, "--snapshot-file=none") as fresh:
        assert answers(fresh) == after


def test_the_tag_of_a_deflated_body_is_that_of_its_bytes(own, tmp_path, sheets):
    target, gzipped = "/collections/initiatives/items?limit=1500", {"Accept-Encoding": "gzip"}
    with serving(own, *METRICS) as server:
        until(lambda: is_kept(server))
        assert server.get(target, headers=gzipped).headers["ETag"].endswith('-pk"')
        among = server.json(target)["features"][700]["properties"]["source_id"]
        load(own, tmp_path / "one.csv",
             [says_else(row) for row in sheets if row["source_id"] == among])
        reload(server)
        edited = server.get(target, headers=gzipped)
        assert not edited.headers["ETag"].endswith('-pk"')
        held = server.get(target, headers={**gzipped, "If-None-Match": edited.headers["ETag"]})
        assert held.status == 304
        until(lambda: edits_of(server) == 0, FOLD_S)
        folded = server.get(target, headers=gzipped)
        assert folded.headers["ETag"].endswith('-pk"') and folded.body != edited.body
        assert gzip.decompress(folded.body) == gzip.decompress(edited.body)


def test_what_else_has_changed_is_read_and_said(own, tmp_path, sheets):
    with serving(own, *METRICS) as server:
        until(lambda: is_kept(server))
        labels = tmp_path / "labels.csv"
        labels.write_text("commune,annee,niveau\n01053,2031,5\n", encoding="utf-8")
        assert arobase("import", "labels", labels, "--store", own).returncode == 0
        assert "more than sheets has changed" in reload(server, "from=store")
        until(lambda: is_kept(server))
        load(own, tmp_path / "many.csv", [says_else(row) for row in sheets[:4200]])
        assert "many sheets have changed" in reload(server, "from=store")


def test_a_store_that_was_put_back_is_read(own, tmp_path, sheets):
    """It comes to higher numbers than those that were served, by another way."""
    copy = tmp_path / "copy.sqlite"
    with serving(own, *METRICS) as server:
        until(lambda: is_kept(server))
        shutil.copy(own, copy)
        load(own, tmp_path / "one.csv", [says_else(sheets[0])])
        reload(server)
        for suffix in "-wal", "-shm":
            own.with_name(own.name + suffix).unlink(missing_ok=True)
        shutil.copy(copy, own)
        load(own, tmp_path / "two.csv", [says_else(row) for row in sheets[20:23]])
        assert "another store" in reload(server, "from=store")
        title = f'"titre":"{sheets[0]["titre"]}"'
        search = server.get("/collections/initiatives/items?limit=10000&profile=compact")
        assert title.encode() in search.body


def test_edits_beside_readers(own, tmp_path, sheets):
    """Requests go on while snapshots come and go: no answer fails, none is of two states."""
    stop, wrong = threading.Event(), []

    def read(server):
        while not stop.is_set():
            answer = server.get("/counts?by=departement")
            if answer.status != 200:
                wrong.append(answer.status)
            counts = server.json("/counts?by=departement")
            if sum(item["count"] for item in counts["counts"]) != counts["total"]:
                wrong.append(counts["total"])

    with serving(own, *METRICS) as server:
        until(lambda: is_kept(server))
        reader = threading.Thread(target=read, args=(server,))
        reader.start()
        for i in range(12):
            load(own, tmp_path / "one.csv", [(is_new, is_gone, says_else)[i % 3](sheets[i])])
            reload(server)
        stop.set()
        reader.join()
        assert not wrong
        until(lambda: metric(server, "arobase_snapshots_held") == 1)
