"""What is kept for the next start: used where it is of the store as it is, and never else."""
import http.client
import os
import shutil
import signal
import sqlite3
import time

import pytest

from conftest import Server, arobase, metric, serving, until

METRICS = "--metrics-listen", "127.0.0.1:0"
TARGETS = ["/collections/initiatives/items?limit=300", "/counts?by=region", "/map?zoom=6",
           "/collections/communes/items?limit=50&nom=saint", "/search?q=fibre", "/themes",
           "/communes/at?lon=2.35&lat=48.85", "/tiles/initiatives/8/129/88.mvt",
           "/collections/initiatives/items?bbox=2,48,3,49&themes=1"]


@pytest.fixture
def own(store, tmp_path):
    path = tmp_path / "own.sqlite"
    shutil.copy(store, path)
    return path


def kept(store):
    return store.with_name(store.name + ".snapshot")


def bytes_of(server):
    return [(answer.status, answer.headers["ETag"], answer.body)
            for answer in (server.get(target) for target in TARGETS)]


def from_file(server):
    """The bytes of the file that the data is mapped from; 0: it is in memory."""
    return metric(server, "arobase_snapshot_file_bytes")


def keep(store, *flags):
    """Runs a server until it has kept what it serves; what it answers, with another's address."""
    with serving(store, *METRICS, *flags) as server:
        until(lambda: from_file(server) > 0)
        return bytes_of(server)


def starts_from_file(store, *flags):
    with serving(store, *METRICS, "--base-url", "http://a.example", *flags) as server:
        return from_file(server) > 0, bytes_of(server), server


def test_the_next_start_maps_it(own):
    at_first = keep(own, "--base-url", "http://a.example")
    assert kept(own).stat().st_mode & 0o777 == 0o600
    mapped, answers, _ = starts_from_file(own)
    assert mapped and answers == at_first
    assert not kept(own).with_name(kept(own).name + ".part").exists()


def test_a_changed_store_is_read(own, tmp_path):
    keep(own)
    (tmp_path / "one.csv").write_text("commune,annee,niveau\n01053,2031,5\n", encoding="utf-8")
    done = arobase("import", "labels", tmp_path / "one.csv", "--store", own)
    assert done.returncode == 0, done.stderr
    with serving(own, *METRICS) as server:
        assert from_file(server) == 0
        before = server.json("/counts?by=region")["total"]
        until(lambda: from_file(server) > 0)
        assert server.json("/counts?by=region")["total"] == before
    assert starts_from_file(own)[0]


def test_what_another_program_changes_is_seen(own):
    """Without a number of a change: only the file says that it was written."""
    keep(own)
    database = sqlite3.connect(own)
    database.execute("UPDATE themes SET libelle = 'Un autre nom' WHERE id = '1'")
    database.commit()
    database.close()
    with serving(own, *METRICS) as server:
        assert b"Un autre nom" in server.get("/themes").body


def test_another_store_in_its_place_is_read(own):
    keep(own)
    other = own.with_name("other.sqlite")
    shutil.copy2(own, other)
    os.replace(other, own)
    assert not starts_from_file(own)[0]


def test_a_reload_without_a_change_maps_it(own):
    with serving(own, *METRICS) as server:
        until(lambda: from_file(server) > 0)
        answers = bytes_of(server)
        server.process.send_signal(signal.SIGHUP)
        assert "from=snapshot" in server.wait_for("data reloaded").string
        assert bytes_of(server) == answers and from_file(server) > 0
        until(lambda: metric(server, "arobase_snapshots_held") == 1)


def test_a_reload_with_a_change_keeps_the_new(own, tmp_path):
    with serving(own, *METRICS) as server:
        until(lambda: from_file(server) > 0)
        before = kept(own).stat().st_ino
        (tmp_path / "one.csv").write_text("commune,annee,niveau\n01053,2031,5\n", encoding="utf-8")
        assert arobase("import", "labels", tmp_path / "one.csv", "--store", own).returncode == 0
        server.process.send_signal(signal.SIGHUP)
        assert "from=store" in server.wait_for("data reloaded").string
        assert from_file(server) == 0
        until(lambda: from_file(server) > 0)  # once it has stayed for a while
        assert kept(own).stat().st_ino != before


@pytest.mark.parametrize("share", [0.0001, 0.02, 0.4])
def test_damage_where_ways_are_found_is_seen_before_it_is_used(own, share):
    answers = keep(own, "--base-url", "http://a.example")
    at = int(kept(own).stat().st_size * share)
    with open(kept(own), "r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))
    with serving(own, *METRICS, "--base-url", "http://a.example") as server:
        assert bytes_of(server) == answers
        until(lambda: from_file(server) > 0)  # written anew, or read anew
        assert bytes_of(server) == answers


def test_damage_in_the_texts_is_found(own):
    answers = keep(own, "--base-url", "http://a.example")
    at = kept(own).stat().st_size - 4000
    with open(kept(own), "r+b") as file:
        file.seek(at)
        file.write(bytes(64))
    with serving(own, *METRICS, "--base-url", "http://a.example") as server:
        assert "texts are damaged" in server.wait_for("saved snapshot is damaged").string
        server.wait_for("data reloaded")
        assert bytes_of(server) == answers


@pytest.mark.parametrize("length", [0, 100, 5000, -1])
def test_a_cut_file_is_not_used(own, length):
    answers = keep(own, "--base-url", "http://a.example")
    size = kept(own).stat().st_size
    os.truncate(kept(own), length if length >= 0 else size + length)
    mapped, again, server = starts_from_file(own)
    assert not mapped and again == answers
    assert any("saved snapshot not used" in line for line in server.lines)


def test_a_file_cut_below_a_server_ends_it(own):
    keep(own)
    server = Server(own, *METRICS)
    assert from_file(server) > 0
    os.truncate(kept(own), 4096)
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        server.get("/collections/initiatives/items?limit=10000")
    assert server.process.wait(timeout=30) == 1
    assert "a page of the saved snapshot cannot be read" in server.stop()[1]
    keep(own)


def test_files_that_others_may_write_are_not_used(own):
    keep(own)
    os.chmod(kept(own), 0o666)
    mapped, _, server = starts_from_file(own)
    assert not mapped and any("others may write it" in line for line in server.lines)


def test_nothing_is_kept_where_that_is_said(own):
    with serving(own, *METRICS, "--snapshot-file=none") as server:
        until(lambda: metric(server, "arobase_packed") == 1)
        server.process.send_signal(signal.SIGHUP)
        assert "from=store" in server.wait_for("data reloaded").string
    assert not kept(own).exists()


def test_it_is_kept_where_that_is_said(own, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    keep(own, "--snapshot-file", place / "kept")
    assert os.listdir(place) == ["kept"] and not kept(own).exists()


def test_a_place_that_cannot_be_written_is_told(own, tmp_path):
    with serving(own, *METRICS, "--snapshot-file", tmp_path / "no" / "folder") as server:
        line = server.wait_for("snapshot not saved").string
        assert "No such file or directory" in line and "the next start reads the store" in line
        assert server.get("/themes").status == 200


def test_a_store_of_a_time_to_come_is_told(own):
    """Whether it is written again could not be seen."""
    os.utime(own, (time.time() + 3600, time.time() + 3600))
    with serving(own, *METRICS) as server:
        assert "at a time to come" in server.wait_for("snapshot not saved").string
        assert server.get("/themes").status == 200 and not kept(own).exists()


def test_what_is_deflated_ahead_is_kept_too(own):
    headers = {"Accept-Encoding": "gzip"}
    target = "/collections/initiatives/items?limit=1000"
    with serving(own, *METRICS, "--base-url", "http://a.example") as server:
        until(lambda: from_file(server) > 0)
        packed = server.get(target, headers)
    with serving(own, *METRICS, "--base-url", "http://a.example") as server:
        again = server.get(target, headers)
        assert metric(server, "arobase_packed") == 1
        assert metric(server, "arobase_packed_bytes") > 1e6
    assert packed.headers["ETag"].endswith('-pk"') and again.body == packed.body
    assert not starts_from_file(own, "--packed-mb", "0")[0]  # another order


def test_a_killed_server_leaves_nothing_in_the_way(own):
    part = kept(own).with_name(kept(own).name + ".part")
    server = Server(own, *METRICS)
    until(lambda: part.exists() or kept(own).exists(), step_s=0.001)
    assert server.stop(signal.SIGKILL)[0] == -signal.SIGKILL
    keep(own)
    assert not part.exists() and starts_from_file(own)[0]


def test_export_uses_it(own, tmp_path):
    """The same file as from the store; and not one that is damaged."""
    def export(name):
        path = tmp_path / name
        done = arobase("export", path, "--store", own)
        assert done.returncode == 0, done.stderr
        return path.read_bytes()

    from_store = export("a.geojsonl")
    keep(own)
    assert export("b.geojsonl") == from_store
    with open(kept(own), "r+b") as file:
        file.seek(kept(own).stat().st_size - 4000)
        file.write(bytes(64))
    assert export("c.geojsonl") == from_store


def test_two_servers_share_it(own):
    flags = *METRICS, "--base-url", "http://a.example"
    with serving(own, *flags) as one, serving(own, *flags) as other:
        until(lambda: from_file(one) > 0 or from_file(other) > 0)
        for server in (one, other):
            server.process.send_signal(signal.SIGHUP)
            server.wait_for("data reloaded")
        until(lambda: from_file(one) > 0 and from_file(other) > 0)
        assert bytes_of(one) == bytes_of(other)
