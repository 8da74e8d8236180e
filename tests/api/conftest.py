"""A real server on a free port, with the fixtures, for every test of the public face.

AROBASE and AROBASE_FIXTURES name the programs; their defaults are those of `build/`.
"""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.parse
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
AROBASE = os.environ.get("AROBASE", str(ROOT / "build/server/arobase"))
FIXTURES = os.environ.get("AROBASE_FIXTURES", str(ROOT / "build/fixtures/arobase-fixtures"))
DATA = ROOT / "fixtures"
KINDS = ["regions", "departements", "epcis", "communes", "communes-anciennes", "themes"]
N_INITIATIVES = 11784
LONGITUDE_LATITUDE = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
START_S = 60  # under a sanitizer, on a busy machine


def proofs_of_conformance():
    """The tests that server/conformance/classes.txt names, as pytest does."""
    lines = (ROOT / "server/conformance/classes.txt").read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.startswith(" ")}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """What proves a conformance class may not be skipped: the class is declared."""
    report = (yield).get_result()
    name = f"{item.path.relative_to(ROOT)}::{item.originalname}"
    if report.skipped and name in proofs_of_conformance():
        report.outcome = "failed"
        report.longrepr = f"{name} proves a class that /conformance declares: it cannot be skipped"


def arobase(*words, **options):
    """Runs a command of the program to its end."""
    options.setdefault("timeout", 300)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AROBASE")}
    return subprocess.run([AROBASE, *map(str, words)], capture_output=True, text=True,
                          env=environment, **options)


def make_initiatives(path, count=N_INITIATIVES, seed=1):
    subprocess.run([FIXTURES, "initiatives", "--communes", DATA / "communes.csv", "--labels",
                    DATA / "labels-synthetiques.csv", "--themes", DATA / "themes.csv", "--count",
                    str(count), "--seed", str(seed), "--output", str(path)], check=True)


def make_store(path, initiatives):
    done = arobase("init", "--store", path)
    assert done.returncode == 0, done.stderr
    files = [(kind, DATA / f"{kind}.csv") for kind in KINDS]
    files += [("labels", DATA / "labels-synthetiques.csv"), ("initiatives", initiatives)]
    for kind, file in files:
        done = arobase("import", kind, file, "--store", path)
        assert done.returncode == 0, (kind, done.stderr)


class Geojson:
    """Other people's validators of GeoJSON, which get every answer of the run once."""

    def __init__(self):
        self.program = None
        self.seen = set()

    def take(self, target, body):
        digest = hashlib.sha256(body).digest()
        if digest in self.seen:
            return
        self.seen.add(digest)
        if not self.program:
            self.program = subprocess.Popen(["node", ROOT / "tests/clients/geojson.mjs"],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.program.stdin.write(b"%s %d\n" % (target.encode(), len(body)))
        self.program.stdin.write(body)

    def end(self):
        if self.program:
            said = self.program.communicate()[0].decode()
            assert self.program.returncode == 0, said


geojson = Geojson()


@pytest.fixture(scope="session", autouse=True)
def every_geojson_is_valid():
    yield
    geojson.end()


class Answer:
    """A response read to its end, its body as sent."""

    def __init__(self, response, target="?"):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.version = response.version
        if self.body and not self.headers.get("Content-Encoding") and \
                self.headers.get("Content-Type") == "application/geo+json" and \
                self.headers.get("Content-Crs") in (None, LONGITUDE_LATITUDE):
            geojson.take(target, self.body)

    def json(self):
        return json.loads(self.body)


class Server:
    """A running `arobase serve`; one connection to it, kept, for get()."""

    def __init__(self, store, *flags, wait=True):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("AROBASE")}
        words = ["serve", "--store", str(store)]
        if not any(str(flag).startswith("--listen") for flag in flags):
            flags = [*flags, "--listen", "127.0.0.1:0"]
        if not any(str(flag).startswith("--metrics-listen") for flag in flags):
            flags = [*flags, "--metrics-listen", "none"]
        self.process = subprocess.Popen([AROBASE, *words, *map(str, flags)],
                                        stderr=subprocess.PIPE, text=True, env=environment)
        self.url = self.metrics_url = None
        self.lines = []
        self.connection = None
        if wait:
            self.url = self.wait_for(r"listening on (http://[0-9.:\[\]]+)").group(1)
            if "none" not in flags:
                self.metrics_url = self.wait_for(r"metrics at (http://[0-9.:]+)").group(1)

    def wait_for(self, pattern):
        """The match of the next line on standard error that has one."""
        for line in self.process.stderr:
            self.lines.append(line)
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"no line like {pattern!r}: {self.lines}")

    @property
    def address(self):
        parts = urllib.parse.urlsplit(self.url)
        return parts.hostname, parts.port

    def get(self, target, headers=None, method="GET", body=None):
        for attempt in (1, 2):
            if not self.connection:
                self.connection = http.client.HTTPConnection(*self.address, timeout=60)
            try:
                self.connection.putrequest(method, target, skip_accept_encoding=True)
                for name, value in (headers or {}).items():
                    self.connection.putheader(name, value)
                if body is not None:
                    self.connection.putheader("Content-Length", str(len(body)))
                self.connection.endheaders(body)
                return Answer(self.connection.getresponse(), target)
            except (ConnectionError, http.client.BadStatusLine):
                # The server may close a kept connection between two requests.
                self.connection.close()
                self.connection = None
                if attempt == 2:
                    raise
        return None

    def json(self, target, **options):
        answer = self.get(target, **options)
        assert answer.status == 200, (target, answer.status, answer.body[:500])
        return answer.json()

    def pages_of(self, target):
        """Every feature of a list, page by page."""
        found = []
        while target:
            page = self.json(target)
            found += page["features"]
            target = next((link["href"][len(self.url):] for link in page["links"]
                           if link["rel"] == "next"), None)
        assert len(found) == page["numberMatched"]
        return found

    def problem(self, target, status=400, **options):
        answer = self.get(target, **options)
        assert answer.status == status, (target, answer.status, answer.body[:500])
        assert answer.headers["Content-Type"] == "application/problem+json"
        document = answer.json()
        assert document["status"] == status
        assert document["title"] and document["type"] and document["detail"]
        return document

    def stop(self, number=signal.SIGTERM, timeout=30):
        """The exit code, and what was left to read of standard error."""
        if self.connection:
            self.connection.close()
        if self.process.poll() is None:
            self.process.send_signal(number)
        rest = self.process.communicate(timeout=timeout)[1]
        return self.process.returncode, rest


@contextlib.contextmanager
def serving(store, *flags):
    server = Server(store, *flags)
    try:
        yield server
    finally:
        code, rest = server.stop()
    assert code == 0, rest
    assert "Sanitizer" not in rest, rest


def until(condition, timeout_s=START_S, step_s=0.02):
    """Waits for something to become true, and gives it."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(step_s)
    raise AssertionError("it did not happen in time")


def metric(server, name):
    """Of a server that serves them: --metrics-listen."""
    with urllib.request.urlopen(server.metrics_url + "/metrics") as answer:
        return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE).group(1))


def until_packed(server):
    """What it sends, and the memory that it takes, then stays the same."""
    until(lambda: metric(server, "arobase_packed") == 1)


@pytest.fixture(scope="session")
def initiatives_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "initiatives.csv"
    make_initiatives(path)
    return path


@pytest.fixture(scope="session")
def store(tmp_path_factory, initiatives_csv):
    """A store with all fixtures; read only: copy it to change it."""
    path = tmp_path_factory.mktemp("store") / "demo.sqlite"
    make_store(path, initiatives_csv)
    return path


@pytest.fixture(scope="session")
def server(store):
    with serving(store, "--metrics-listen", "127.0.0.1:0") as running:
        until_packed(running)
        yield running


@pytest.fixture(scope="session")
def oracle(server, initiatives_csv):
    """The same data by another way; see oracle.py."""
    from oracle import Oracle, features
    made = Oracle(initiatives_csv)
    made.learn_ids(features(server, "/collections/initiatives/items?limit=10000"))
    return made
