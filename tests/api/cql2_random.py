"""Random conditions of CQL2, as the JSON form that cql2_twin.py works out."""
import math

from cql2_twin import (ARRAYS, COMPARISONS, OF_INSTANTS, PROPERTIES, SPATIAL, TEMPORAL, op,
                       without_accents)


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
