"""Start, reload, stop: what a service manager and an operator do to the server."""
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request

import pytest
from conftest import AROBASE, N_INITIATIVES, Server, arobase, metric, serving, until

MORE = ("titre;date;actions;commune;themes;source;source_id\n"
        "Une fiche de plus;2020-06-01;Ce qui a été fait;13056;1a1;essai;plus-1\n")


@pytest.fixture
def own(store, tmp_path):
    """A store of its own, that a test may change."""
    path = tmp_path / "own.sqlite"
    shutil.copy(store, path)
    return path


def add_one(store, tmp_path):
    path = tmp_path / "more.csv"
    path.write_text(MORE)
    done = arobase("import", "initiatives", path, "--store", store)
    assert done.returncode == 0, done.stderr


class Load(threading.Thread):
    """Requests one after another over one connection, as a proxy sends them."""

    def __init__(self, server, target):
        super().__init__()
        self.server, self.target = server, target
        self.answers, self.dropped, self.late = [], [], 0
        self.stop_now = threading.Event()

    def run(self):
        connection = None
        while not self.stop_now.is_set():
            fresh = connection is None
            try:
                connection = connection or http.client.HTTPConnection(*self.server.address,
                                                                      timeout=20)
                connection.request("GET", self.target)
                response = connection.getresponse()
                self.answers.append((response.status, response.read()))
                if response.will_close:
                    connection.close()
                    connection = None
            except ConnectionRefusedError:
                self.late += 1
                return
            except (ConnectionError, http.client.HTTPException, OSError) as error:
                self.dropped.append((fresh, repr(error)))
                return


def loads(server, n, target="/collections/initiatives/items?limit=200"):
    threads = [Load(server, target) for _ in range(n)]
    for thread in threads:
        thread.start()
    return threads


def test_start_line(own):
    with serving(own, "--metrics-listen", "127.0.0.1:0") as server:
        line = server.lines[-2]
        assert re.fullmatch(
            r"arobase \d+\.\d+\.\d+: listening on http://127\.0\.0\.1:\d+ "
            r"\(11784 initiatives, 34969 communes; \d+\.\d\d s\)\n", line), line
        assert server.get("/readyz").status == 200


def test_reload_drops_nothing(own, tmp_path):
    with serving(own) as server:
        threads = loads(server, 3)
        before = server.get("/summary")
        add_one(own, tmp_path)
        assert server.json("/summary") == before.json()
        for _ in range(3):
            server.process.send_signal(signal.SIGHUP)
            server.wait_for("data reloaded")
        after = server.json("/summary")
        assert after["initiatives"] == N_INITIATIVES + 1
        # The tag of before is not the tag of now.
        tag = before.headers["ETag"]
        assert server.get("/summary", {"If-None-Match": tag}).status == 200
        time.sleep(0.2)
        for thread in threads:
            thread.stop_now.set()
        for thread in threads:
            thread.join()
            assert not thread.dropped, thread.dropped
            assert thread.answers and {status for status, _ in thread.answers} == {200}
            assert len({body for _, body in thread.answers}) <= 2


def test_reload_without_a_change_keeps_tags(own):
    with serving(own) as server:
        before = server.get("/collections/communes/items?limit=5")
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("data reloaded")
        after = server.get("/collections/communes/items?limit=5")
        assert after.headers["ETag"] == before.headers["ETag"]
        assert after.body == before.body


def test_every_kind_of_answer_lets_go_of_the_data(own, tmp_path):
    """Sent in pieces, in one block, as a file, as a stream, packed, or not at all."""
    with serving(own, "--metrics-listen", "127.0.0.1:0") as server:
        items = "/collections/initiatives/items"
        assert server.get("/communes/at", method="POST", body=b"lon,lat\n5.05,43.4\n").status == 200
        assert server.get("/communes/at", method="POST", body=b"no,place\n1,2\n").status == 400
        first = server.get(f"{items}?limit=10")
        assert first.status == 200
        for target, headers, status in (
                (f"{items}?limit=10", {"If-None-Match": first.headers["ETag"]}, 304),
                (f"{items}?limit=10", {"Accept-Encoding": "gzip"}, 200),
                (f"{items}?limit=all&f=csv", {}, 200), (f"{items}?limit=all&f=gpkg", {}, 200),
                (f"{items}?limit=5000&sortby=titre", {}, 200), (f"{items}?limit=0", {}, 400),
                ("/tiles/initiatives/6/32/22.mvt", {}, 200), ("/embed?commune=13056", {}, 200),
                ("/donnees", {"Accept": "text/html"}, 200), ("/nowhere", {}, 404)):
            assert server.get(target, headers=headers).status == status, target
            server.get(target, headers=headers, method="HEAD")
        add_one(own, tmp_path)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("data reloaded")
        until(lambda: metric(server, "arobase_snapshots_held") == 1)


@pytest.mark.parametrize("query", ["f=csv&limit=all", "f=gpkg&limit=all", "f=geojsonl&limit=all",
                                   "limit=10000&sortby=titre"])
def test_a_file_is_of_the_data_that_it_began_with(own, tmp_path, query):
    target = f"/collections/initiatives/items?{query}"
    with serving(own) as server:
        whole = server.get(target).body
        connection = http.client.HTTPConnection(*server.address, timeout=60)
        connection.request("GET", target)
        answer = connection.getresponse()
        begun = answer.read(1000)
        add_one(own, tmp_path)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("data reloaded")
        assert begun + answer.read() == whole
        connection.close()
        assert server.get(target).body != whole


def test_a_failed_reload_keeps_the_data(own):
    with serving(own) as server:
        before = server.json("/summary")
        aside = own.with_suffix(".aside")
        own.rename(aside)
        server.process.send_signal(signal.SIGHUP)
        line = server.wait_for("reload failed").string
        assert "own.sqlite" in line
        assert server.json("/summary") == before
        assert server.get("/readyz").status == 200
        aside.rename(own)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for("data reloaded")
        assert server.json("/summary") == before


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_stopping_drains(own, how):
    server = Server(own)
    threads = loads(server, 8)
    until(lambda: all(thread.answers for thread in threads))
    started = time.monotonic()
    code, rest = server.stop(how)
    assert code == 0, rest
    assert time.monotonic() - started < 15
    for thread in threads:
        thread.join()
        assert not thread.dropped, thread.dropped
        assert {status for status, _ in thread.answers} == {200}
        assert thread.late == 1


def test_a_slow_reader_gets_all_of_its_answer(own):
    server = Server(own)
    target = "/collections/initiatives/items?limit=5000"  # 7.5 MB: more than the kernel takes (4 MB)
    whole = server.get(target).body
    connection = socket.create_connection(server.address, timeout=30)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    got = bytearray(connection.recv(1000))  # grows without a copy each time
    server.process.terminate()
    time.sleep(0.5)
    while not got.endswith(whole[-100:]):
        some = connection.recv(1 << 20)
        assert some, "cut off"
        got += some
    connection.close()
    assert got.split(b"\r\n\r\n", 1)[1] == whole
    assert server.stop()[0] == 0


def test_idle_connections_do_not_hold_it_up(own):
    server = Server(own)
    idle = [socket.create_connection(server.address, timeout=20) for _ in range(20)]
    assert server.get("/livez").status == 200
    started = time.monotonic()
    assert server.stop()[0] == 0
    assert time.monotonic() - started < 3
    for connection in idle:
        connection.close()


def test_port_taken(own):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for flag, other in (("--listen", "--metrics-listen"), ("--metrics-listen", "--listen")):
            done = arobase("serve", "--store", own, flag, f"127.0.0.1:{port}", other,
                           "127.0.0.1:0")
            assert done.returncode == 1
            assert f"port {port} " in done.stderr and flag in done.stderr
            assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("address", ["8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http",
                                     "127.0.0.1:70000", "::1:80", "203.0.113.1:8080",
                                     "no.such.host.invalid:80"])
def test_addresses_that_are_none(own, address):
    done = arobase("serve", "--store", own, "--listen", address, "--metrics-listen", "none")
    assert done.returncode == 1
    assert address.rsplit(":", 1)[0] in done.stderr


def test_a_first_load_that_fails_ends_it(tmp_path):
    fifo = tmp_path / "store.sqlite"
    os.mkfifo(fifo)
    process = subprocess.Popen([AROBASE, "serve", "--store", str(fifo), "--listen", "127.0.0.1:0",
                                "--metrics-listen", "none"], stderr=subprocess.PIPE, text=True)
    out = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert "store.sqlite" in out


def test_log_of_requests(own):
    server = Server(own, "--log-requests")
    server.get("/summary")
    server.get("/nothing%0Ax?q=secret%20words")
    server.problem("/collections/communes/items?boox=1")
    rest = server.stop()[1].splitlines()
    lines = [line for line in rest if "event=request" in line]
    assert len(lines) == 3
    assert re.fullmatch(r"level=info event=request method=GET route=/summary path=/summary "
                        r"status=200 bytes=\d+ ms=\d+\.\d+ client=127\.0\.0\.0", lines[0])
    assert "route=unmatched" in lines[1] and "status=404" in lines[1]
    assert not any("secret" in line or "127.0.0.1" in line for line in lines)


def test_log_of_what_is_made_while_it_is_sent(own):
    """The line of a file comes with its last byte, and has as many as were sent."""
    server = Server(own, "--log-requests")
    path = "/collections/initiatives/items?f=csv"
    plain = server.get(path)
    packed = server.get(path, {"Accept-Encoding": "gzip"})
    server.get(path, method="HEAD")
    server.get("/collections/initiatives/items?limit=10", method="HEAD")
    lines = [line for line in server.stop()[1].splitlines() if "event=request" in line]
    assert len(plain.body) > 2 * len(packed.body) > 10_000
    assert [int(re.search(r" status=200 bytes=(\d+) ms=", line)[1]) for line in lines] == [
        len(plain.body), len(packed.body), 0, 0]


def test_every_thread_count(own):
    for threads in (1, 2, 5):
        with serving(own, "--threads", threads) as server:
            assert server.get("/livez").status == 200


def test_limits_of_connections(own):
    with serving(own, "--max-connections", 4, "--threads", 1) as server:
        held = [socket.create_connection(server.address, timeout=20) for _ in range(4)]
        time.sleep(0.3)
        waiting = socket.create_connection(server.address, timeout=1)
        waiting.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(TimeoutError):
            waiting.recv(100)
        for connection in held:
            connection.close()
        waiting.settimeout(20)
        assert waiting.recv(100).startswith(b"HTTP/1.1 200")
        waiting.close()


def test_a_connection_without_a_request_is_closed(own):
    with serving(own, "--timeout", 1) as server:
        with socket.create_connection(server.address, timeout=20) as connection:
            connection.sendall(b"GET /livez HTT")
            assert connection.recv(1000) == b""
