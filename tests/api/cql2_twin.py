"""A slow twin of filter=: random conditions of CQL2, and what they are of a feature.

A condition is its JSON form (OGC 21-065r2, Annex C) as Python objects. text_of() writes its text
form by itself, and truth() works it out for one feature at a time, straight from the standard:
True, False or None where it cannot be known. Places are whole numbers of 1e-7 degree, so that what
lies on a border does so exactly.
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


# ---- The text form ----

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


# ---- Random conditions ----

class Maker:
    """Conditions about what the features have, so that many hold for some of them."""

    def __init__(self, random, features, collection):
        self.random = random
        self.types = PROPERTIES[collection]
        self.features = features
        self.places = [tuple(one["geometry"]["coordinates"]) for one in features
                       if one["geometry"]]

    def one(self, *choices):
        return self.random.choice(choices)

    def name(self, kind):
        return self.random.choice(self.types[kind])

    def seen(self, name):
        """A value that some feature has; None where it is often null."""
        for _ in range(20):
            one = self.random.choice(self.features)
            value = one["id"] if name == "id" else one["properties"].get(name)
            if value not in (None, []):
                return value
        return None

    # Texts

    def cut(self, text):
        """A pattern that the text matches, unless a letter is changed."""
        start = self.random.randrange(len(text) + 1)
        end = self.random.randrange(start, len(text) + 1)
        part = text[start:end].replace("\\", "\\\\").replace("%", "\\%")
        part = part.replace("_", "\\_")
        letters = [c for c in part if c.isalnum()]
        if letters and self.random.random() < 0.5:
            letter = self.random.choice(letters)
            part = part.replace(letter, self.one("_", "%", "x", "\\_", "\\" + letter))
        return ("" if start == 0 else "%") + part + ("" if end == len(text) else "%")

    def changed(self, node):
        return self.random.choice([node, node, op("casei", node), op("accenti", node),
                                   op("accenti", op("casei", node))])

    def alike(self, node, text):
        """The functions around node, around text."""
        if isinstance(node, dict) and node.get("op") in ("casei", "accenti"):
            return op(node["op"], self.alike(node["args"][0], text))
        return text

    def of_text(self):
        name = self.name("text")
        value = self.seen(name) or "Paris"
        node = self.changed({"property": name})
        literal = lambda text: self.alike(
            node, self.one(text, text, text.upper(), without_accents(text), text + "'"))
        kind = self.random.randrange(6)
        if kind == 0:
            return op("like", node, self.alike(node, self.cut(value)))
        if kind == 1:
            return op("in", node, [literal(self.seen(name) or "") for _ in range(4)])
        if kind == 2:
            return op("between", node, *sorted([value, self.seen(name) or "x"]))
        if kind == 3:
            return op("=", op(self.one("lower", "upper"), {"property": name}),
                      self.one(value.lower(), value.upper(), value))
        if kind == 4:
            other = {"property": self.name("text")}
            return op(self.random.choice(list(COMPARISONS)), {"property": name}, other)
        return op(self.random.choice(list(COMPARISONS)), node, literal(value))

    # Numbers

    def number(self, depth):
        kind = self.random.randrange(7 if depth else 3)
        if kind == 0:
            return self.one(0, 1, 2, 2.5, -3, -7, 100, 1e3, 0.1)
        if kind == 1 and self.types["date"]:
            return op(self.one("year", "month", "day"), {"property": self.name("date")})
        if kind <= 3:
            return {"property": self.name("number")}
        if kind == 4:
            return op("length", {"property": self.name("text")})
        if kind == 5:
            return op(self.one("abs", "floor", "ceil"), self.number(depth - 1))
        return op(self.one("+", "-", "*", "/", "%", "^", "div"), self.number(depth - 1),
                  self.number(depth - 1))

    def of_number(self):
        name = self.name("number")
        values = [self.seen(name) or 0 for _ in range(3)]
        kind = self.random.randrange(4)
        if kind == 0:
            return op("in", {"property": name}, [*values, 2.5])
        if kind == 1:
            return op("between", self.one({"property": name}, self.number(1)),
                      *sorted(values[:2]))
        if kind == 2:
            return op(self.random.choice(list(COMPARISONS)), self.number(2), self.number(2))
        return op(self.random.choice(list(COMPARISONS)), {"property": name}, values[0])

    # Times

    def day(self):
        return self.seen("date") if self.types["date"] and self.random.random() < 0.7 else \
            f"20{self.random.randrange(12, 28)}-{self.random.randrange(1, 13):02}-15"

    def instant(self):
        day = self.day()
        return self.one({"date": day}, {"timestamp": f"{day}T{self.random.randrange(24):02}:30:00Z"})

    def interval(self):
        days = sorted([self.day(), self.day()])
        if self.random.random() < 0.3:
            days = [f"{day}T12:00:00Z" for day in days]
        if self.random.random() < 0.3:
            days[self.random.randrange(2)] = ".."
        if self.random.random() < 0.7 and self.types["date"]:
            days[self.random.randrange(2)] = {"property": self.name("date")}
        return {"interval": days}

    def intervals(self):
        """Two, which often begin or end together, or one where the other ends."""
        one, other = self.interval(), self.interval()
        if self.random.random() < 0.6:
            end = self.random.choice([0, 1])
            other["interval"][self.one(end, end, 1 - end)] = one["interval"][end]
        start, end = other["interval"]
        if ".." not in (start, end) and isinstance(start, str) and isinstance(end, str) and \
                start[:10] > end[:10]:  # the server refuses one that ends before it begins
            other["interval"] = [end, start]
        return one, other

    def of_time(self):
        names = self.types["date"] + self.types["timestamp"]
        if not names or self.random.random() < 0.5:
            return op(self.random.choice(list(TEMPORAL)), *self.intervals())
        node = {"property": self.random.choice(names)}
        if self.random.random() < 0.4:
            return op(self.random.choice(list(COMPARISONS)), node, self.instant())
        args = [node, self.one(self.instant(), self.interval())]
        self.random.shuffle(args)
        return op(self.random.choice(OF_INSTANTS), *args)

    # Lists of texts

    def of_texts(self):
        name = self.name("texts")
        values = list(self.seen(name) or ["x"])
        if self.random.random() < 0.5:
            values += list(self.seen(name) or ["y"])
        self.random.shuffle(values)
        args = [{"property": name}, values[:self.random.randrange(len(values) + 1)]]
        self.random.shuffle(args)
        return op(self.random.choice(list(ARRAYS)), *args)

    # Places

    def near(self, center, radius):
        x = center[0] + self.random.uniform(-radius, radius)
        y = center[1] + self.random.uniform(-radius, radius)
        return [round(x, 7), round(y, 7)]

    def star(self, center, radius):
        """A ring around the center, and one within it: each vertex is seen from the center."""
        angles = sorted(2 * math.pi * (i + self.random.uniform(0.1, 0.9)) / 5 for i in range(5))
        arms = [(radius * self.random.uniform(0.3, 1), angle) for angle in angles]
        rings = []
        for scale in (1, 0.4):
            ring = [[round(center[0] + scale * arm * math.cos(angle), 7),
                     round(center[1] + scale * arm * math.sin(angle), 7)] for arm, angle in arms]
            rings.append([*ring, ring[0]])
        return rings[:self.random.randrange(1, 3)]

    def box(self, center, radius):
        (a, b), (c, d) = self.near(center, radius), list(self.random.choice(self.places))
        if a == c or b == d:
            return self.box(center, radius)
        if self.random.random() < 0.1:
            return {"bbox": [max(a, c), min(b, d), min(a, c), max(b, d)]}
        return {"bbox": [min(a, c), min(b, d), max(a, c), max(b, d)]}

    def shape(self):
        center, radius = self.random.choice(self.places), self.random.choice([0.02, 0.2, 2])
        known = [list(self.random.choice(self.places)) for _ in range(3)]
        kind = self.random.randrange(8)
        if kind == 0:
            return {"type": "Point", "coordinates": self.one(list(center), self.near(center, 1))}
        if kind == 1:
            return {"type": "MultiPoint", "coordinates": [list(center), *known]}
        if kind == 2:
            return {"type": "LineString", "coordinates":
                    [list(center), self.near(center, radius), *known[:2]]}
        if kind == 3:
            return self.box(center, radius)
        if kind == 4:
            # A corner where a feature is.
            x, y = center
            ring = [[x, y], [round(x + radius, 7), y], [round(x + radius, 7), round(y + radius, 7)],
                    [x, round(y + radius, 7)], [x, y]]
            return {"type": "Polygon", "coordinates": [ring]}
        if kind == 5:
            far = [center[0] + 3 * radius, center[1]]
            return {"type": "MultiPolygon",
                    "coordinates": [self.star(center, radius), self.star(far, radius)]}
        return {"type": "Polygon", "coordinates": self.star(center, radius)}

    def of_place(self):
        args = [{"property": "geometry"}, self.shape()]
        name = self.one(*SPATIAL, "s_intersects", "s_within")
        if self.random.random() < 0.1:
            args[1] = {"type": "GeometryCollection", "geometries": [
                one for one in (self.shape(), self.shape(), self.shape()) if "type" in one] or
                [{"type": "Point", "coordinates": list(self.places[0])}]}
            name = self.one("s_intersects", "s_disjoint")
        self.random.shuffle(args)
        return op(name, *args)

    # Conditions

    def of_null(self):
        kind = self.one("text", "number", "texts", "other")
        return op("isNull", self.one({"property": self.name(kind)}, {"property": "geometry"},
                                     self.number(2)))

    def leaf(self):
        return self.random.choice([self.of_text, self.of_text, self.of_number, self.of_number,
                                   self.of_time, self.of_time, self.of_texts, self.of_place,
                                   self.of_place, self.of_null])()

    def condition(self, depth):
        kind = self.random.randrange(5)
        if depth == 0 or kind == 0:
            leaf = self.leaf()
            return op("not", leaf) if self.random.random() < 0.25 else leaf
        if kind == 1:
            return op("not", self.condition(depth - 1))
        if kind == 2 and self.random.random() < 0.2:
            return op("isNull", self.condition(depth - 1))
        args = [self.condition(depth - 1) for _ in range(self.random.randrange(2, 4))]
        if self.random.random() < 0.05:
            args.append(self.one(True, False))
        return op(self.one("and", "or"), *args)
