"""A slow twin of filter=: what conditions of CQL2 are of a feature.

A condition is its JSON form (OGC 21-065r2, Annex C) as Python objects. truth() works it out for one
feature at a time, straight from the standard: True, False or None where it cannot be known. Places
are whole numbers of 1e-7 degree, so that what lies on a border does so exactly. cql2_text.py writes
the text form, cql2_random.py makes conditions.
"""
import datetime
import math
import re
import unicodedata

E7 = 10 ** 7

# What can be asked for, by type. Those of the second line stand in no column of the server.
PROPERTIES = {
    "initiatives": {
        "text": ["titre", "commune", "commune_nom", "epci", "departement", "region",
                 "position", "sous_titre", "prestataires"],
        "number": ["id", "niveau", "version"],
        "date": ["date"],
        "timestamp": ["created_at"],
        "texts": ["axes", "themes", "liens"],
        "other": ["lieu"],
    },
    "communes": {
        "text": ["code", "nom", "epci", "departement", "region", "siren", "zone"],
        "number": ["population", "niveau", "initiatives"],
        "date": [],
        "timestamp": [],
        "texts": ["codes_postaux"],
        "other": ["labels"],
    },
}

COMPARISONS = {
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b, "<": lambda a, b: a < b,
    ">": lambda a, b: a > b, "<=": lambda a, b: a <= b, ">=": lambda a, b: a >= b,
}
SPATIAL = ["s_intersects", "s_disjoint", "s_within", "s_contains", "s_equals", "s_touches",
           "s_overlaps", "s_crosses"]
# Of the starts and ends of two intervals: the standard's table of temporal relations.
TEMPORAL = {
    "t_after": lambda a, b, c, d: a > d,
    "t_before": lambda a, b, c, d: b < c,
    "t_disjoint": lambda a, b, c, d: b < c or a > d,
    "t_intersects": lambda a, b, c, d: not (b < c or a > d),
    "t_equals": lambda a, b, c, d: a == c and b == d,
    "t_contains": lambda a, b, c, d: a < c and b > d,
    "t_during": lambda a, b, c, d: a > c and b < d,
    "t_finishedBy": lambda a, b, c, d: a < c and b == d,
    "t_finishes": lambda a, b, c, d: a > c and b == d,
    "t_meets": lambda a, b, c, d: b == c,
    "t_metBy": lambda a, b, c, d: a == d,
    "t_overlappedBy": lambda a, b, c, d: c < a < d < b,
    "t_overlaps": lambda a, b, c, d: a < c < b < d,
    "t_startedBy": lambda a, b, c, d: a == c and b > d,
    "t_starts": lambda a, b, c, d: a == c and b < d,
}
OF_INSTANTS = ["t_after", "t_before", "t_disjoint", "t_intersects", "t_equals"]
ARRAYS = {
    "a_equals": lambda a, b: a == b, "a_contains": lambda a, b: a >= b,
    "a_containedBy": lambda a, b: a <= b, "a_overlaps": lambda a, b: bool(a & b),
}


def op(name, *args):
    return {"op": name, "args": list(args)}


# ---- Values ----

class Instant:
    """A day, or a moment of UTC. Where one of two is a day, days are compared."""

    def __init__(self, text):
        self.is_day = len(text) == 10
        form = "%Y-%m-%d" if self.is_day else "%Y-%m-%dT%H:%M:%SZ"
        self.moment = datetime.datetime.strptime(text, form)

    def __lt__(self, other):
        a, b = self.moment, other.moment
        return a.date() < b.date() if self.is_day or other.is_day else a < b

    def __eq__(self, other):
        return isinstance(other, Instant) and not self < other and not other < self

    def __gt__(self, other):
        return other < self

    def __le__(self, other):
        return not other < self

    def __ge__(self, other):
        return not self < other


FIRST, LAST = datetime.datetime.min, datetime.datetime.max


def interval_of(value):
    """Start, end and whether it is of days; None where it is unknown or ends before it begins."""
    if value is None:
        return None
    if isinstance(value, Instant):
        return value.moment, value.moment, value.is_day
    start, end = value
    if start is None or end is None:
        return None
    of_days = any(isinstance(one, Instant) and one.is_day for one in value)
    a = start.moment if start != ".." else FIRST
    b = end.moment if end != ".." else LAST
    backwards = a.date() > b.date() if of_days else a > b
    return None if backwards else (a, b, of_days)


def related_times(name, left, right):
    left, right = interval_of(left), interval_of(right)
    if left is None or right is None:
        return None
    ends = [*left[:2], *right[:2]]
    if left[2] or right[2]:
        ends = [end.date() for end in ends]
    return TEMPORAL[name](*ends)


def calculated(name, a, b):
    if a is None or b is None:
        return None
    a, b = float(a), float(b)
    try:
        value = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b,
                 "%": lambda: math.fmod(a, b), "div": lambda: float(math.trunc(a / b)),
                 "^": lambda: math.pow(a, b)}[name]()
    except (ZeroDivisionError, ValueError, OverflowError):
        return None
    return value if math.isfinite(value) else None


def without_case(text):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def without_accents(text):
    for letter, plain in (("œ", "oe"), ("Œ", "OE"), ("æ", "ae"), ("Æ", "AE")):
        text = text.replace(letter, plain)
    kept = (c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", "".join(kept))


FUNCTIONS = {
    "casei": without_case,
    "accenti": without_accents,
    "length": len,
    "lower": str.lower,
    "upper": str.upper,
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "year": lambda instant: instant.moment.year,
    "month": lambda instant: instant.moment.month,
    "day": lambda instant: instant.moment.day,
}


def property_value(name, feature, types):
    if name == "geometry":
        place = feature["geometry"]
        return place and tuple(round(x * E7) for x in place["coordinates"])
    value = feature["id"] if name == "id" else feature["properties"].get(name)
    if value is None:
        return None
    if name in types["date"] or name in types["timestamp"]:
        return Instant(value)
    return frozenset(value) if name in types["texts"] else value


def value_of(node, feature, types):
    """None is null. A condition gives its truth."""
    if isinstance(node, list):
        return frozenset(value_of(one, feature, types) for one in node)
    if not isinstance(node, dict):
        return node
    if "property" in node:
        return property_value(node["property"], feature, types)
    if "interval" in node:
        return [end if end == ".." else Instant(end) if isinstance(end, str)
                else value_of(end, feature, types) for end in node["interval"]]
    if "op" not in node:
        return Instant(node["date"] if "date" in node else node["timestamp"])
    name, args = node["op"], node["args"]
    if name in FUNCTIONS:
        arg = value_of(args[0], feature, types)
        return None if arg is None else FUNCTIONS[name](arg)
    if name in "+-*/%^" or name == "div":
        return calculated(name, *(value_of(arg, feature, types) for arg in args))
    return truth(node, feature, types)


# ---- Places ----

def fixed(position):
    return tuple(round(x * E7) for x in position)


def on_segment(p, a, b):
    turn = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
    return turn == 0 and min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and \
        min(a[1], b[1]) <= p[1] <= max(a[1], b[1])


def in_ring(p, ring):
    """Whether a ray to the east meets the ring an odd number of times."""
    inside = False
    for a, b in zip(ring, ring[1:]):
        if (a[1] > p[1]) != (b[1] > p[1]):
            turn = (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
            inside ^= (turn > 0) == (b[1] > a[1])
    return inside


def where(p, node):
    """"inside", "border" or "outside", as the standard's model of shapes has them."""
    if "bbox" in node:
        west, south, east, north = (round(x * E7) for x in node["bbox"])
        across = west > east
        in_x = p[0] >= west or p[0] <= east if across else west <= p[0] <= east
        if not in_x or not south <= p[1] <= north:
            return "outside"
        return "border" if p[0] in (west, east) or p[1] in (south, north) else "inside"
    inside = node.get("coordinates")
    if node["type"] == "GeometryCollection":
        found = {where(p, one) for one in node["geometries"]}
        return "outside" if found == {"outside"} else "inside"
    if node["type"] in ("Point", "MultiPoint"):
        points = [inside] if node["type"] == "Point" else inside
        return "inside" if p in map(fixed, points) else "outside"
    if node["type"] == "LineString":
        line = list(map(fixed, inside))
        if not any(on_segment(p, a, b) for a, b in zip(line, line[1:])):
            return "outside"
        return "border" if line[0] != line[-1] and p in (line[0], line[-1]) else "inside"
    polygons = [inside] if node["type"] == "Polygon" else inside
    for rings in polygons:
        rings = [list(map(fixed, ring)) for ring in rings]
        if any(on_segment(p, a, b) for ring in rings for a, b in zip(ring, ring[1:])):
            return "border"
        if in_ring(p, rings[0]) and not any(in_ring(p, hole) for hole in rings[1:]):
            return "inside"
    return "outside"


def related_places(name, args, feature, types):
    flipped = "property" not in args[0]
    p = value_of(args[1] if flipped else args[0], feature, types)
    other = args[0] if flipped else args[1]
    if p is None:
        return None
    found = where(p, other)
    if flipped:
        name = {"s_within": "s_contains", "s_contains": "s_within"}.get(name, name)
    if name in ("s_equals", "s_contains"):
        # All of the other is one point, the same.
        points = [other["coordinates"]] if other.get("type") == "Point" else \
            other["coordinates"] if other.get("type") == "MultiPoint" else []
        return {p} == set(map(fixed, points))
    return {"s_intersects": found != "outside", "s_disjoint": found == "outside",
            "s_within": found == "inside", "s_touches": found == "border"}.get(name, False)


# ---- Truth ----

def every(truths):
    return False if False in truths else None if None in truths else True


def some(truths):
    return True if True in truths else None if None in truths else False


def compared(name, a, b):
    return None if a is None or b is None else COMPARISONS[name](a, b)


def like(text, pattern):
    out, at = "", 0
    while at < len(pattern):
        c = pattern[at]
        if c == "\\" and at + 1 < len(pattern):
            at += 1
            out += re.escape(pattern[at])
        else:
            out += {"%": ".*", "_": "."}.get(c, re.escape(c))
        at += 1
    return re.fullmatch(out, text, re.DOTALL) is not None


def truth(node, feature, types):
    if isinstance(node, bool):
        return node
    name, args = node["op"], node["args"]
    if name in SPATIAL:
        return related_places(name, args, feature, types)
    if name in ("and", "or"):
        return (every if name == "and" else some)([truth(arg, feature, types) for arg in args])
    values = [value_of(arg, feature, types) for arg in args if not isinstance(arg, list)]
    if name == "not":
        return None if values[0] is None else not values[0]
    if name == "isNull":
        return values[0] is None
    if name == "in":
        listed = [value_of(one, feature, types) for one in args[1]]
        return some([compared("=", values[0], one) for one in listed])
    if name == "between":
        value, low, high = values
        return every([compared("<=", low, value), compared("<=", value, high)])
    if name in TEMPORAL:
        return related_times(name, *values)
    if name in ARRAYS:
        a, b = (value_of(arg, feature, types) for arg in args)
        return None if a is None or b is None else ARRAYS[name](a, b)
    if name == "like":
        return None if values[0] is None else like(*values)
    return compared(name, *values)


def ids_of(condition, features, collection):
    types = PROPERTIES[collection]
    return {one["id"] for one in features if truth(condition, one, types)}
