"""The text form of conditions that cql2_twin.py has as JSON, written by itself."""
from cql2_twin import COMPARISONS


def quoted(text):
    for c, escape in (("\\", "\\\\"), ("'", "''"), ("\n", "\\n"), ("\t", "\\t")):
        text = text.replace(c, escape)
    return f"'{text}'"


def ring_text(positions):
    return "(" + ", ".join(f"{x} {y}" for x, y in positions) + ")"


def geometry_text(node):
    name, inside = node["type"], node.get("coordinates")
    if name == "GeometryCollection":
        text = ", ".join(map(geometry_text, node["geometries"]))
    elif name == "Point":
        text = f"{inside[0]} {inside[1]}"
    elif name in ("LineString", "MultiPoint"):
        text = ring_text(inside)[1:-1]
    elif name == "Polygon":
        text = ", ".join(map(ring_text, inside))
    else:
        text = ", ".join("(" + ", ".join(map(ring_text, rings)) + ")" for rings in inside)
    return f"{name.upper()}({text})"


def end_text(end):
    return quoted(end) if isinstance(end, str) else text_of(end)


def inner_text(node):
    """With parentheses where it is made of others: right around anything but an argument."""
    text = text_of(node)
    made = isinstance(node, dict) and node.get("op") in (
        "and", "or", "not", "like", "between", "in", "isNull", *COMPARISONS, *"+-*/%^", "div")
    return f"({text})" if made else text


def operator_text(name, args):
    inner = [inner_text(arg) for arg in args if not isinstance(arg, list)]
    if name in ("and", "or"):
        return f" {name.upper()} ".join(inner)
    if name == "not":
        return f"NOT {inner[0]}"
    if name == "like":
        return f"{inner[0]} LIKE {inner[1]}"
    if name == "between":
        return f"{inner[0]} BETWEEN {inner[1]} AND {inner[2]}"
    if name == "in":
        return f"{inner[0]} IN ({', '.join(inner_text(one) for one in args[1])})"
    if name == "isNull":
        return f"{inner[0]} IS NULL"
    if name in COMPARISONS or name in "+-*/%^" or name == "div":
        return f"{inner[0]} {name} {inner[1]}"
    return f"{name.upper()}({', '.join(map(text_of, args))})"


def text_of(node):
    if isinstance(node, bool):
        return "TRUE" if node else "false"
    if isinstance(node, str):
        return quoted(node)
    if isinstance(node, (int, float)):
        return repr(node)
    if isinstance(node, list):
        return f"({', '.join(map(text_of, node))})"
    if "op" in node:
        return operator_text(node["op"], node["args"])
    if "property" in node:
        return f"\"{node['property']}\""
    if "type" in node:
        return geometry_text(node)
    if "bbox" in node:
        return f"BBOX({', '.join(map(str, node['bbox']))})"
    if "interval" in node:
        return f"INTERVAL({', '.join(map(end_text, node['interval']))})"
    name = "date" if "date" in node else "timestamp"
    return f"{name.upper()}('{node[name]}')"
