-- Contours: the ground of a commune, as it was in a year of the official geographic code.
--
-- A layer that GIS programs show and edit. Rings touch their neighbours' vertex by vertex; a
-- commune without a row has no contour known.

CREATE TABLE contours (
    id        INTEGER PRIMARY KEY,
    code      TEXT NOT NULL UNIQUE REFERENCES communes (code),
    millesime TEXT NOT NULL DEFAULT '',    -- year that the contour is of; '' not known
    surface   BLOB,                        -- a point on it: stands for the commune without a centre
    seq       INTEGER NOT NULL DEFAULT 0
);
SELECT AddGeometryColumn('contours', 'contour', 4326, 'MULTIPOLYGON', 'XY');
SELECT CreateSpatialIndex('contours', 'contour');
