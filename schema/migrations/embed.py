"""Writes the migrations, in the order of their numbers, as a C table.

usage: embed.py OUTPUT.c 0001_name.sql ...
"""

import pathlib
import re
import sys


def c_string(line):
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'    "{escaped}\\n"'


def main(output, *paths):
    out = ['#include "schema/migrations.h"', ""]
    names = []
    for number, path in enumerate(map(pathlib.Path, sorted(paths)), start=1):
        if not re.fullmatch(rf"{number:04}_[a-z_]+\.sql", path.name):
            sys.exit(f"{path.name}: the {number:04}_name.sql of an unbroken row was wanted")
        text = path.read_text(encoding="utf-8")
        out.append(f"static const char migration_{number:04}[] =")
        out.extend(map(c_string, text.splitlines()))
        out[-1] += ";"
        out.append("")
        names.append(f"    migration_{number:04},")
    out.append("const char *const schema_migrations[] = {")
    out.extend(names)
    out.append("};")
    out.append(f"const int schema_n_migrations = {len(names)};")
    pathlib.Path(output).write_text("\n".join(out) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
