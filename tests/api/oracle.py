"""The slow, obviously right twin: the fixtures' CSV files, looked at row by row."""
import csv
import math

from conftest import DATA


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def geodesic_m(lon1, lat1, lon2, lat2):
    """Vincenty's inverse formula on WGS 84 (Survey Review 23, 1975); not for antipodes."""
    a, f = 6378137.0, 1 / 298.257223563
    b = a * (1 - f)
    u1, u2 = (math.atan((1 - f) * math.tan(math.radians(lat))) for lat in (lat1, lat2))
    length = math.radians(lon2 - lon1)
    sin1, cos1, sin2, cos2 = math.sin(u1), math.cos(u1), math.sin(u2), math.cos(u2)
    lam = length
    for _ in range(200):
        sin_sigma = math.hypot(cos2 * math.sin(lam),
                               cos1 * sin2 - sin1 * cos2 * math.cos(lam))
        if sin_sigma == 0:
            return 0.0
        cos_sigma = sin1 * sin2 + cos1 * cos2 * math.cos(lam)
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = cos1 * cos2 * math.sin(lam) / sin_sigma
        cos2_alpha = 1 - sin_alpha ** 2
        cos_2m = cos_sigma - 2 * sin1 * sin2 / cos2_alpha if cos2_alpha else 0
        c = f / 16 * cos2_alpha * (4 + f * (4 - 3 * cos2_alpha))
        before, lam = lam, length + (1 - c) * f * sin_alpha * (
            sigma + c * sin_sigma * (cos_2m + c * cos_sigma * (2 * cos_2m ** 2 - 1)))
        if abs(lam - before) < 1e-13:
            break
    else:
        raise ArithmeticError("too near to the antipode")
    k = cos2_alpha * (a * a - b * b) / (b * b)
    big_a = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k)))
    big_b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)))
    delta = big_b * sin_sigma * (cos_2m + big_b / 4 * (
        cos_sigma * (2 * cos_2m ** 2 - 1)
        - big_b / 6 * cos_2m * (4 * sin_sigma ** 2 - 3) * (4 * cos_2m ** 2 - 3)))
    return b * big_a * (sigma - delta)


def in_box(position, box):
    if position is None:
        return False
    west, south, east, north = box
    lon, lat = position
    across = west > east
    return south <= lat <= north and (lon >= west or lon <= east if across
                                      else west <= lon <= east)


class Commune:
    def __init__(self, row):
        self.code, self.nom = row["code"], row["nom"]
        self.departement = row["departement"] or None
        self.region, self.epci = row["region"] or None, row["epci"] or None
        self.population = int(row["population"]) if row["population"] else None
        self.codes_postaux = row["codes_postaux"].split("|") if row["codes_postaux"] else []
        self.position = (float(row["lon"]), float(row["lat"])) if row["lon"] else None
        self.labels = {}
        self.initiatives = 0

    @property
    def niveau(self):
        return self.labels[max(self.labels)] if self.labels else None


class Initiative:
    def __init__(self, row, communes):
        self.source_id = row["source_id"]
        self.row = row
        self.commune = communes[row["commune"]]
        self.commune.initiatives += 1
        self.exact = bool(row["lon"])
        self.position = ((round(float(row["lon"]), 7), round(float(row["lat"]), 7))
                         if self.exact else self.commune.position)
        self.date = row["date"]
        self.usages = row["themes"].split("|")

    @property
    def axes(self):
        return sorted({usage[0] for usage in self.usages})

    def values(self, name):
        """What the filter of that name looks at."""
        if name == "axe":
            return self.axes
        if name == "enjeu":
            return sorted({usage[:2] for usage in self.usages})
        if name == "usage":
            return self.usages
        if name == "commune":
            return [self.commune.code]
        if name == "niveau":
            return [str(self.commune.niveau)]
        if name == "annee":
            return [self.date[:4]]
        return [getattr(self.commune, name)]


class Oracle:
    def __init__(self, initiatives_csv):
        self.communes, self.former = {}, {}
        others = []
        for row in rows_of(DATA / "communes.csv"):
            if row["type"] == "commune-actuelle":
                self.communes[row["code"]] = Commune(row)
            else:
                others.append((row["code"], row["commune"]))
        others += [(row["code"], row["commune"]) for row in rows_of(DATA / "communes-anciennes.csv")]
        self.former = {code: today for code, today in others if code not in self.communes}
        for row in rows_of(DATA / "labels-synthetiques.csv"):
            self.communes[row["commune"]].labels[int(row["annee"])] = int(row["niveau"])
        self.initiatives = {}
        for row in rows_of(initiatives_csv):
            self.initiatives[row["source_id"]] = Initiative(row, self.communes)
        self.ids = {}  # of the server, by source_id

    def learn_ids(self, features):
        self.ids = {feature["properties"]["source_id"]: feature["id"] for feature in features}

    def matches(self, bbox=None, near=None, radius=None, datetime=None, **codes):
        """The server's ids of what the filters mean; `codes` are lists of texts."""
        found = set()
        for initiative in self.initiatives.values():
            if bbox and not in_box(initiative.position, bbox):
                continue
            if near and not (initiative.position
                             and geodesic_m(*near, *initiative.position) <= radius):
                continue
            if datetime and not datetime[0] <= initiative.date <= datetime[1]:
                continue
            if all(set(initiative.values(name)) & set(wanted) for name, wanted in codes.items()):
                found.add(self.ids[initiative.source_id])
        return found


def query_of(bbox=None, near=None, radius=None, datetime=None, **codes):
    """The same filters as a query text."""
    parts = [f"{name}={','.join(wanted)}" for name, wanted in codes.items()]
    if bbox:
        parts.append("bbox=" + ",".join(map(repr, bbox)))
    if near:
        parts.append(f"near={near[0]!r},{near[1]!r}")
        parts.append(f"radius={radius!r}")
    if datetime:
        parts.append(f"datetime={datetime[0]}/{datetime[1]}")
    return "&".join(parts)


def pages(server, target):
    """Every page from the target on, by `next` links."""
    while target:
        page = server.json(target)
        yield page
        following = [item["href"] for item in page["links"] if item["rel"] == "next"]
        assert len(following) <= 1
        target = following[0][len(server.url):] if following else None


def features(server, target):
    return [feature for page in pages(server, target) for feature in page["features"]]


def random_filters(random, oracle):
    """A random question, as keyword arguments of matches() and query_of()."""
    chosen = random.choice(list(oracle.initiatives.values()))
    filters = {}
    names = ["commune", "epci", "departement", "region", "axe", "enjeu", "usage", "niveau"]
    for name in random.sample(names, random.randint(0, 3)):
        other = random.choice(list(oracle.initiatives.values()))
        wanted = {value for value in chosen.values(name) + other.values(name)
                  if value not in (None, "None")}
        if wanted:
            filters[name] = sorted(wanted)
    if random.random() < 0.4:
        year = random.randint(2010, 2019)
        filters["datetime"] = (f"{year}-04-01", f"{year + random.randint(0, 3)}-10-31")
    if random.random() < 0.4 and chosen.position:
        lon, lat = chosen.position
        size = 10 ** random.uniform(-2, 1)
        filters["bbox"] = (max(-180.0, lon - size), max(-90.0, lat - size),
                           min(180.0, lon + size), min(90.0, lat + size))
    elif random.random() < 0.3 and chosen.position:
        filters["near"] = chosen.position
        filters["radius"] = float(int(10 ** random.uniform(2, 6)))
    return filters
