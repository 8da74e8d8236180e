"""The recipes of README.md for analysts, run as they stand there, on the server of the tests."""
import os
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
HERE = "http://127.0.0.1:8080"
QGIS_PYTHON = "/usr/bin/python3"  # what python3-qgis is for


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


def python(of_qgis):
    return [block for block in recipes("python") if ("qgis.core" in block) == of_qgis]


def run(command, cwd, **environment):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False,
                          env=os.environ | environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_python(server, tmp_path):
    program = python(of_qgis=False)[0].replace(HERE, server.url)
    n = server.json("/collections/initiatives/items?niveau=5&datetime=2019-01-01/..&limit=1")
    assert run([sys.executable, "-c", program], tmp_path) == f"{n['numberMatched']} initiatives\n"


# QGIS with no window, then the recipe, then what its layers hold.
BEFORE = "from qgis.core import QgsApplication\nqgis = QgsApplication([], False)\nqgis.initQgis()\n"
BEHIND = """
assert all(layer.isValid() for layer in (initiatives, communes, axe_1))
assert len(QgsProject.instance().mapLayers()) == 3
extent = initiatives.extent()
assert extent.contains(2.35, 48.85) and extent.contains(55.5, -21.1), extent.toString()
print(*(sum(1 for _ in layer.getFeatures()) for layer in (initiatives, axe_1)))
"""


def test_qgis(server, tmp_path):
    if subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], capture_output=True,
                      check=False).returncode != 0:
        pytest.skip("Debian's python3-qgis is not installed")
    program = BEFORE + python(of_qgis=True)[0].replace(HERE, server.url) + BEHIND
    said = run([QGIS_PYTHON, "-c", program], tmp_path, QT_QPA_PLATFORM="offscreen",
               XDG_CONFIG_HOME=str(tmp_path), XDG_RUNTIME_DIR=str(tmp_path))
    counts = [server.json(f"/collections/initiatives/items?resultType=hits&{query}")["numberMatched"]
              for query in ("datetime=2019-01-01/..&niveau=4,5", "axe=1")]
    assert said.split() == [str(n) for n in counts]


def test_r(server, tmp_path):
    if not shutil.which("Rscript") or subprocess.run(
            ["Rscript", "-e", "library(sf)"], capture_output=True, check=False).returncode != 0:
        pytest.skip("Debian's r-base-core and r-cran-sf are not installed")
    program = recipes("r")[0].replace(HERE, server.url) + "cat(nrow(communes), nrow(initiatives))"
    said = run(["Rscript", "-e", program], tmp_path)
    counts = [server.json(f"/collections/{query}resultType=hits")["numberMatched"]
              for query in ("communes/items?departement=13&", "initiatives/items?")]
    assert said.splitlines()[-1] == " ".join(str(n) for n in counts)


def test_the_recipes_are_there():
    assert len(recipes("sh")) >= 3 and len(recipes("r")) == 1
    assert len(python(of_qgis=True)) == len(python(of_qgis=False)) == 1
