"""The recipes of README.md for analysts, run as they stand there, on the server of the tests."""
import re
import subprocess
import sys

import pytest
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
HERE = "http://127.0.0.1:8080"


def recipes(kind):
    section = README.split("### For GIS analysts")[1].split("\n### ")[0]
    return re.findall(rf"```{kind}\n(.*?)```", section, re.DOTALL)


@pytest.mark.parametrize("i", range(len(recipes("sh"))))
def test_commands(server, tmp_path, i):
    """Each command of a block by itself: none fails, and each has something to say."""
    block = recipes("sh")[i].replace(HERE, server.url).replace("\\\n", " ")
    for command in block.strip().splitlines():
        done = subprocess.run(["bash", "-c", command.replace("curl ", "curl -sS --fail-with-body ", 1)],
                              cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, (command, done.stdout[:500], done.stderr[:500])
        made = re.search(r"(?:-o |\d )(\S+\.(?:csv|fgb|gpkg))", command)
        if made:
            assert (tmp_path / made.group(1)).stat().st_size > 1000, command
        else:
            assert "numberMatched\":0" not in done.stdout and done.stdout, command


@pytest.mark.parametrize("i", range(len(recipes("python"))))
def test_python(server, tmp_path, i):
    program = recipes("python")[i].replace(HERE, server.url)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True,
                          text=True, timeout=120, check=True)
    n = server.json("/collections/initiatives/items?niveau=5&datetime=2019-01-01/..&limit=1")
    assert done.stdout == f"{n['numberMatched']} initiatives\n"


def test_the_recipes_are_there():
    assert len(recipes("sh")) >= 3 and len(recipes("python")) == 1
