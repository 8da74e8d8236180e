"""The command line: usage, exit codes, imports that go wrong, imports that are killed."""
import gzip
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time

import pytest
from conftest import AROBASE, DATA, arobase, make_initiatives, until

COMMANDS = ["init", "import", "export", "serve"]


def refused(*words, code=2, **options):
    done = arobase(*words, **options)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    assert done.stdout == ""
    return done.stderr


def test_version_and_help():
    assert re.fullmatch(r"arobase \d+\.\d+\.\d+\n", arobase("--version").stdout)
    for words in (["--help"], ["-h"], ["help"]):
        done = arobase(*words)
        assert done.returncode == 0 and done.stderr == ""
        for command in COMMANDS:
            assert f"arobase {command} " in done.stdout
    for command in COMMANDS:
        done = arobase(command, "--help")
        assert done.returncode == 0 and done.stderr == ""
        assert done.stdout.startswith(f"usage: arobase {command} ")
        assert "--store" in done.stdout
    assert "themes" in arobase("import", "--help").stdout
    assert "AROBASE_LISTEN" in arobase("serve", "--help").stdout


@pytest.mark.parametrize("words,says", [
    ([], "a command is wanted"),
    (["srve"], "unknown command 'srve': did you mean 'serve'?"),
    (["dance"], "unknown command 'dance'"),
    (["init"], "which store?"),
    (["init", "--store"], "'--store' needs a value"),
    (["init", "x.sqlite"], "one word too many"),
    (["serve"], "which store?"),
    (["serve", "--store", "x", "--treads", "2"], "did you mean '--threads'?"),
    (["serve", "--store", "x", "--threads", "-1"], "--threads '-1': a whole number from 0 to 1024"),
    (["import"], "which kind"),
    (["import", "--store", "x"], "which kind"),
    (["import", "comunes", "x.csv", "--store", "x"], "did you mean 'communes'?"),
    (["import", "planets", "x.csv", "--store", "x"], "there are "),
    (["import", "communes", "--store", "x"], "which files?"),
    (["import", "communes", "x.csv"], "into which store?"),
    (["import", "communes", "x.csv", "--store", "x", "--skip-errors=maybe"], "true or false"),
])
def test_wrong_usage(words, says):
    sentence = refused(*words)
    assert says in sentence
    assert "see: arobase" in sentence


def test_a_store_comes_from_the_environment(tmp_path):
    environment = {**os.environ, "AROBASE_STORE": str(tmp_path / "a.sqlite")}
    subprocess.run([AROBASE, "init"], env=environment, check=True)
    assert (tmp_path / "a.sqlite").exists()


def test_stores_that_are_none(tmp_path):
    missing = tmp_path / "missing.sqlite"
    for words in (["serve"], ["import", "themes", DATA / "themes.csv"]):
        sentence = refused(*words, "--store", missing, code=1)
        assert "missing.sqlite" in sentence and "arobase init" in sentence
    assert not missing.exists()
    text = tmp_path / "text.sqlite"
    text.write_text("this is no database, but a text that is long enough to look into\n" * 20)
    before = text.read_bytes()
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE cats (name)")
    for path in (text, other):
        for words in (["serve"], ["init"], ["import", "themes", DATA / "themes.csv"]):
            assert path.name in refused(*words, "--store", path, code=1)
    assert text.read_bytes() == before
    assert "folder.sqlite" in refused("init", "--store", tmp_path / "no" / "folder.sqlite", code=1)


@pytest.fixture
def small(tmp_path):
    """A store with territories, communes and themes."""
    path = tmp_path / "small.sqlite"
    assert arobase("init", "--store", path).returncode == 0
    for kind in ("regions", "departements", "epcis", "communes", "themes"):
        done = arobase("import", kind, DATA / f"{kind}.csv", "--store", path)
        assert done.returncode == 0, done.stderr
    return path


def dump(path):
    """All that a store holds; also proves that it is sound."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = [name for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%history%' ORDER BY name")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()
                for name in tables}


HEADER = "titre;date;actions;commune;themes;source;source_id\n"
ROW = "Titre {0};2019-05-0{0};Ce qui a été fait;13056;1a1;essai;{0}\n"
GOOD = HEADER + ROW.format(1) + ROW.format(2)

BAD_FILES = {
    "empty": (b"", "empty"),
    "binary": (bytes(range(256)) * 64, "binary"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(2000), ""),
    "Latin-1": ((HEADER + "Été;2019-05-01;Numérique;13056;1a1;e;1\n").encode("latin-1"), "UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), ""),
    "header only in part": (b"titre;da", ""),
    "an open quote": ((HEADER + '"Titre;2019-05-01;x;13056;1a1;e;1\n').encode(), "quote"),
    "too few fields": ((HEADER + "Titre;2019-05-01\n").encode(), ""),
    "unknown commune": ((HEADER + ROW.format(1).replace("13056", "99999")).encode(), "99999"),
    "a day that is none": ((HEADER + ROW.format(1).replace("2019-05-01", "2019-02-30")).encode(),
                           "2019-02-30"),
    "truncated gzip": (gzip.compress(GOOD.encode() * 50)[:-20], ""),
    "not gzip behind its mark": (b"\x1f\x8b" + b"x" * 300, ""),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_files_change_nothing(small, tmp_path, name):
    content, says = BAD_FILES[name]
    ending = ".csv.gz" if "gzip" in name else ".csv"
    path = tmp_path / ("bad" + ending)
    path.write_bytes(content)
    before = dump(small)
    sentence = refused("import", "initiatives", path, "--store", small, code=1)
    assert "bad" + ending in sentence
    assert says in sentence
    assert "Sanitizer" not in sentence
    assert dump(small) == before


def test_other_bad_paths(small, tmp_path):
    assert "none.csv" in refused("import", "initiatives", tmp_path / "none.csv", "--store", small,
                                 code=1)
    assert str(tmp_path) in refused("import", "initiatives", tmp_path, "--store", small, code=1)


@pytest.mark.parametrize("quoted", [False, True])
def test_a_line_of_a_gigabyte(small, tmp_path, quoted):
    """Written as a hole with a text before it: refused early, in little memory."""
    path = tmp_path / "huge.csv"
    with open(path, "wb") as file:
        file.write(HEADER.encode() + (b'"' if quoted else b"") + b"x" * (8 << 20))
    with gzip.open(tmp_path / "huge.csv.gz", "wb", compresslevel=1) as file:
        file.write(HEADER.encode() + (b'"' if quoted else b""))
        for _ in range(256):
            file.write(b"x" * (4 << 20))
    before = dump(small)
    for name in ("huge.csv", "huge.csv.gz"):
        done = subprocess.run(["sh", "-c", 'ulimit -v 8000000; exec "$@"' if "asan" not in AROBASE
                               else 'exec "$@"', "sh", AROBASE, "import", "initiatives",
                               str(tmp_path / name), "--store", str(small)],
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1, done.stderr
        assert name in done.stderr and re.search(r"long|large|bytes|MB|MiB", done.stderr)
        assert len(done.stderr) < 4000
    assert dump(small) == before


def test_one_bad_row(small, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(GOOD + ROW.format(3).replace("13056", "00000") + ROW.format(4))
    before = dump(small)
    sentence = refused("import", "initiatives", path, "--store", small, code=1)
    assert f'{path}:4: column \'commune\': value "00000": ' in sentence
    assert dump(small) == before
    report = tmp_path / "report.txt"
    done = arobase("import", "initiatives", path, "--store", small, "--skip-errors", "--report",
                   report)
    assert done.returncode == 0, done.stderr
    assert re.match(r"initiatives: 4 read, 3 added, 0 updated, 0 unchanged, 1 refused \(", done.stdout)
    assert report.read_text().startswith(f"{path}:4: column 'commune': ")
    again = arobase("import", "initiatives", path, "--store", small, "--skip-errors")
    assert ", 0 added, 0 updated, 3 unchanged, 1 refused" in again.stdout


def test_many_bad_rows(small, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(HEADER + "".join(
        f"Titre;2019-13-01;Fait;13056;1a1;essai;{i}\n" for i in range(500)))
    report = tmp_path / "report.txt"
    sentence = refused("import", "initiatives", path, "--store", small, "--report", report, code=1)
    assert "more (--report FILE writes all)" in sentence
    assert len(sentence.splitlines()) < 40
    assert len(report.read_text().splitlines()) == 500
    unwritable = tmp_path / "no" / "report"
    assert "report" in refused("import", "initiatives", path, "--store", small, "--report",
                               unwritable, code=1)


def test_progress_without_a_terminal(small, tmp_path):
    path = tmp_path / "many.csv"
    make_initiatives(path, 3000)
    done = arobase("import", "initiatives", path, "--store", small)
    tenths = re.findall(r": (\d+) %", done.stderr)
    assert len(tenths) >= 5 and tenths == sorted(tenths, key=int)
    assert "\r" not in done.stderr and "\033" not in done.stderr


def rows(path):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return database.execute("SELECT count(*) FROM initiatives").fetchone()[0]


def start_import(store, path):
    """An import under way: its first line of progress has come."""
    process = subprocess.Popen([AROBASE, "import", "initiatives", str(path), "--store", str(store)],
                               stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    for line in process.stderr:
        if re.search(r"[2-5]0 %", line):
            return process
    raise AssertionError(f"ended early: {process.wait()}")


LARGE = 40000


@pytest.fixture(scope="session")
def large_csv(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "large.csv"
    make_initiatives(path, LARGE, seed=2)
    return path


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_stopped_import_changes_nothing(store, large_csv, tmp_path, how):
    copy = tmp_path / "copy.sqlite"
    shutil.copy(store, copy)
    before = dump(copy)
    process = start_import(copy, large_csv)
    process.send_signal(how)
    out, rest = process.communicate(timeout=60)
    if how == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 1 and out == ""
        assert "the store is as it was" in rest
    assert dump(copy) == before
    done = arobase("import", "initiatives", large_csv, "--store", copy)
    assert done.returncode == 0, done.stderr
    assert dump(copy) != before


def test_killed_at_any_moment(store, large_csv, tmp_path):
    """Killed a little later each time, to the end of the commit: all of it, or as before."""
    counts = {rows(store), LARGE}
    for step in range(6):
        copy = tmp_path / f"copy{step}.sqlite"
        shutil.copy(store, copy)
        process = subprocess.Popen([AROBASE, "import", "initiatives", str(large_csv), "--store",
                                    str(copy)], stderr=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL)
        time.sleep(0.1 + 0.35 * step)
        process.kill()
        process.wait()
        dump(copy)
        assert rows(copy) in counts
        copy.unlink()


def test_two_imports_at_once(store, large_csv, tmp_path):
    copy = tmp_path / "copy.sqlite"
    shutil.copy(store, copy)
    process = start_import(copy, large_csv)
    process.send_signal(signal.SIGSTOP)
    try:
        done = arobase("import", "themes", DATA / "themes.csv", "--store", copy)
        assert done.returncode == 1
        assert re.search("busy|another|locked", done.stderr), done.stderr
    finally:
        process.send_signal(signal.SIGCONT)
    assert until(lambda: process.poll() is not None)
    process.communicate()
    assert process.returncode == 0
