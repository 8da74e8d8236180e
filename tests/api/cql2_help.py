"""What the tests of filter= share."""
import urllib.parse


def query_of(**params):
    return urllib.parse.urlencode({name.replace("_", "-"): value for name, value in params.items()})


def items_of(server, collection, **params):
    return server.pages_of(f"/collections/{collection}/items?{query_of(limit=10000, **params)}")


def place(p):
    return p["geometry"]["coordinates"] if p["geometry"] else None


def in_box(p, west, south, east, north):
    at = place(p)
    lon_ok = at and (west <= at[0] <= east if west <= east else at[0] >= west or at[0] <= east)
    return bool(lon_ok) and south <= at[1] <= north
