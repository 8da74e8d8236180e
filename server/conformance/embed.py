"""Writes the conformance classes as a C table, once each has tests that exist.

usage: embed.py SOURCE_ROOT classes.txt OUTPUT.c OUTPUT.d

classes.txt has a class a line, and below it, indented, the tests that prove it as pytest names them
(path::function). tests/api/conftest.py reads the same file: a proof that is skipped fails there.
"""

import ast
import pathlib
import re
import sys


def read_classes(path):
    """{class: [test, …]}, in the order of the file."""
    classes, name = {}, None
    for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        if not line[0].isspace():
            name = text
            if name in classes or not re.fullmatch(r"https?://[!-~]+", name):
                sys.exit(f"{path}:{number}: the address of another class was wanted: {name}")
            classes[name] = []
        elif name is None:
            sys.exit(f"{path}:{number}: a test without a class above it")
        else:
            classes[name].append(text)
    return classes


def functions_of(path):
    """The names of the test functions of a file; none where it is not there."""
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def check(root, classes):
    """The test files that the classes name, after a look into each."""
    known = {}
    for name, tests in classes.items():
        if not tests:
            sys.exit(f"conformance: no test proves {name}, so it cannot be declared")
        for test in tests:
            file, _, function = test.partition("::")
            if file not in known:
                known[file] = functions_of(root / file)
            if function not in known[file]:
                sys.exit(f"conformance: {test}, which is to prove {name}, does not exist")
    return sorted(known)


def main(root, source, output, depfile):
    root, classes = pathlib.Path(root), read_classes(source)
    files = check(root, classes)
    lines = ['#include "server/conformance.h"', "", "const char *const conformance_classes[] = {"]
    lines += [f'    "{name}",' for name in classes]
    lines += ["};", f"const size_t n_conformance_classes = {len(classes)};"]
    pathlib.Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")
    names = " ".join(str(root / file).replace(" ", "\\ ") for file in files)
    pathlib.Path(depfile).write_text(f"{output}: {names}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
