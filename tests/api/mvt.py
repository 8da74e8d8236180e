"""Reads Mapbox Vector Tiles 2.1: written from the specification, without a protobuf library.

Strict: what the specification forbids is an AssertionError.
"""
import struct


def varint(data, at):
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return number, at
        assert shift < 70


def fields(data):
    """(field number, wire type, value) of a message."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            assert at + size <= len(data)
            value, at = data[at:at + size], at + size
        else:
            size = {1: 8, 5: 4}[kind]
            value, at = data[at:at + size], at + size
        yield tag >> 3, kind, value


def zigzag(number):
    return (number >> 1) ^ -(number & 1)


def value_of(data):
    [(field, _, value)] = fields(data)
    if field == 1:
        return value.decode("utf-8")
    if field == 2:
        return struct.unpack("<f", value)[0]
    if field == 3:
        return struct.unpack("<d", value)[0]
    if field == 6:
        return zigzag(value)
    if field == 7:
        assert value in (0, 1)
        return bool(value)
    assert field in (4, 5)
    return value


def packed(data):
    numbers, at = [], 0
    while at < len(data):
        number, at = varint(data, at)
        numbers.append(number)
    return numbers


def commands(numbers):
    """(command, points) one after another, the points absolute."""
    at, x, y = 0, 0, 0
    while at < len(numbers):
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        points = []
        assert command in (1, 2) and count > 0 or command == 7 and count == 1
        for _ in range(count if command != 7 else 0):
            x += zigzag(numbers[at])
            y += zigzag(numbers[at + 1])
            at += 2
            points.append((x, y))
        yield command, points


def area2(ring):
    """Twice the area; positive for what runs clockwise on a screen."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1]))


def polygons(numbers):
    """Lists of rings, the outer one first."""
    found, ring = [], []
    for command, points in commands(numbers):
        if command == 1:
            assert len(points) == 1
            ring = points
        elif command == 2:
            ring = ring + points
        else:
            assert len(ring) >= 3 and area2(ring) != 0
            if area2(ring) > 0:
                found.append([])
            found[-1].append(ring)
    return found


class Feature:
    def __init__(self, data, keys, values):
        found = {number: value for number, _, value in fields(data)}
        self.id = found.get(1)
        tags = packed(found.get(2, b""))
        assert len(tags) % 2 == 0
        pairs = list(zip(tags[::2], tags[1::2]))
        self.properties = {keys[k]: values[v] for k, v in pairs}
        assert len(self.properties) == len(pairs), "a key twice"
        self.type = found[3]
        numbers = packed(found[4])
        if self.type == 1:
            [(command, self.points)] = commands(numbers)
            assert command == 1
        else:
            assert self.type == 3
            self.polygons = polygons(numbers)


class Layer:
    def __init__(self, data):
        parts = {}
        for number, _, value in fields(data):
            parts.setdefault(number, []).append(value)
        [self.name], [self.extent], [self.version] = parts[1], parts[5], parts[15]
        self.name = self.name.decode("utf-8")
        self.keys = [key.decode("utf-8") for key in parts.get(3, [])]
        self.values = [value_of(value) for value in parts.get(4, [])]
        assert self.version == 2 and self.extent == 4096
        assert len(set(self.keys)) == len(self.keys)
        self.features = [Feature(data, self.keys, self.values) for data in parts[2]]
        ids = [feature.id for feature in self.features]
        assert len(set(ids)) == len(ids), "an id twice"


def decode(data):
    """The layers of a tile, by name."""
    layers = []
    for number, kind, value in fields(data):
        assert number == 3 and kind == 2
        layers.append(Layer(value))
    names = [layer.name for layer in layers]
    assert len(set(names)) == len(names)
    return {layer.name: layer for layer in layers}
