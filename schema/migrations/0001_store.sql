-- The first store: territories, communes, themes, labels, initiatives and their contacts.
--
-- Every row that readers see carries `seq`, the number of the change that last touched it, taken
-- from the one-row counter in `state`. Codes are text. Lists are compact JSON arrays.

SELECT InitSpatialMetaData(0, 'WGS84');

CREATE TABLE state (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    store_id  TEXT NOT NULL,               -- made once, names this store
    seq       INTEGER NOT NULL,            -- number of the newest change
    millesime TEXT NOT NULL DEFAULT ''     -- year of the official geographic code imported
);
INSERT INTO state (one, store_id, seq) VALUES (1, lower(hex(randomblob(16))), 0);

CREATE TABLE regions (
    code      TEXT PRIMARY KEY NOT NULL,
    nom       TEXT NOT NULL,
    chef_lieu TEXT,                        -- a commune; no foreign key, communes come later
    zone      TEXT NOT NULL CHECK (zone IN ('metro', 'drom', 'com')),
    seq       INTEGER NOT NULL
);

CREATE TABLE departements (
    code      TEXT PRIMARY KEY NOT NULL,
    nom       TEXT NOT NULL,
    region    TEXT REFERENCES regions (code),
    chef_lieu TEXT,
    zone      TEXT NOT NULL CHECK (zone IN ('metro', 'drom', 'com')),
    seq       INTEGER NOT NULL
);

CREATE TABLE epcis (
    code TEXT PRIMARY KEY NOT NULL,
    nom  TEXT NOT NULL,
    type TEXT,                             -- CC, CA, CU, METRO, MET69
    seq  INTEGER NOT NULL
);

CREATE TABLE communes (
    id            INTEGER PRIMARY KEY,
    code          TEXT NOT NULL UNIQUE,
    nom           TEXT NOT NULL,
    population    INTEGER CHECK (population >= 0), -- NULL: not known
    codes_postaux TEXT NOT NULL DEFAULT '[]',
    epci          TEXT REFERENCES epcis (code),
    departement   TEXT REFERENCES departements (code),
    region        TEXT REFERENCES regions (code),
    siren         TEXT,
    zone          TEXT NOT NULL CHECK (zone IN ('metro', 'drom', 'com')),
    seq           INTEGER NOT NULL
);
SELECT AddGeometryColumn('communes', 'centre', 4326, 'POINT', 'XY');
SELECT CreateSpatialIndex('communes', 'centre');

-- Codes and names that lead to a commune of today.
CREATE TABLE aliases (
    id      INTEGER PRIMARY KEY,
    code    TEXT NOT NULL,
    type    TEXT NOT NULL CHECK (type IN ('ancienne', 'arrondissement-municipal',
                                          'commune-deleguee', 'commune-associee')),
    nom     TEXT,
    commune TEXT NOT NULL REFERENCES communes (code),
    seq     INTEGER NOT NULL,
    UNIQUE (code, type)
);

CREATE TABLE themes (
    id      TEXT PRIMARY KEY NOT NULL,
    parent  TEXT REFERENCES themes (id),
    niveau  INTEGER NOT NULL CHECK (niveau BETWEEN 1 AND 3),
    libelle TEXT NOT NULL,
    rang    INTEGER NOT NULL,              -- place among the children of one parent
    seq     INTEGER NOT NULL
);

CREATE TABLE labels (
    id             INTEGER PRIMARY KEY,
    commune        TEXT NOT NULL REFERENCES communes (code),
    commune_saisie TEXT,                   -- the code given, where it was not today's
    annee          INTEGER NOT NULL,
    niveau         INTEGER NOT NULL CHECK (niveau BETWEEN 1 AND 5),
    mentions       TEXT NOT NULL DEFAULT '[]',
    source         TEXT,
    seq            INTEGER NOT NULL,
    UNIQUE (commune, annee)
);

-- Themes are checked on entry against `themes`, whose ids never change or go.
CREATE TABLE initiatives (
    id              INTEGER PRIMARY KEY AUTOINCREMENT, -- never reused
    source          TEXT NOT NULL,
    source_id       TEXT NOT NULL,
    titre           TEXT NOT NULL,
    sous_titre      TEXT,
    date            DATE NOT NULL,         -- YYYY-MM-DD
    actions         TEXT NOT NULL,
    synthese        TEXT,
    outils          TEXT,
    prestataires    TEXT,
    recommandations TEXT,
    resultats       TEXT,
    liens           TEXT,
    photos          TEXT,
    videos          TEXT,
    lieu            TEXT,
    commune         TEXT NOT NULL REFERENCES communes (code),
    commune_saisie  TEXT,                  -- the code given, where it was not today's
    themes          TEXT NOT NULL,         -- usage ids, in taxonomy order
    statut          TEXT NOT NULL CHECK (statut IN ('published', 'proposed', 'rejected',
                                                    'archived')),
    position_exacte INTEGER NOT NULL CHECK (position_exacte IN (0, 1)),
    created_at      DATETIME NOT NULL,     -- RFC 3339, UTC
    updated_at      DATETIME NOT NULL,
    version         INTEGER NOT NULL,
    seq             INTEGER NOT NULL,
    UNIQUE (source, source_id)
);
SELECT AddGeometryColumn('initiatives', 'position', 4326, 'POINT', 'XY');
SELECT CreateSpatialIndex('initiatives', 'position');

-- Private: joined by no public reader.
CREATE TABLE personnes (
    initiative INTEGER NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    rang       INTEGER NOT NULL,
    nom        TEXT NOT NULL,
    fonction   TEXT,
    courriel   TEXT,
    elu        INTEGER NOT NULL CHECK (elu IN (0, 1)),
    PRIMARY KEY (initiative, rang)
) WITHOUT ROWID;

-- What an initiative was before a change: its public fields as a JSON object. Contact data that
-- was replaced is gone, so that erasing it needs no search through the past.
CREATE TABLE historique (
    initiative INTEGER NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    version    INTEGER NOT NULL,           -- the version that this was
    replaced_at TEXT NOT NULL,
    seq        INTEGER NOT NULL,           -- the change that replaced it
    etat       TEXT NOT NULL,
    PRIMARY KEY (initiative, version)
);

-- What is gone, for those who follow the changes.
CREATE TABLE tombstones (
    seq        INTEGER PRIMARY KEY,
    collection TEXT NOT NULL,
    id         TEXT NOT NULL
);

-- The layer for GIS programs: what the public may see.
CREATE VIEW initiatives_publiees AS
    SELECT i.id, i.titre, i.sous_titre, i.date, i.commune, c.nom AS commune_nom, i.themes,
           i.actions, i.synthese, i.outils, i.prestataires, i.recommandations, i.resultats,
           i.liens, i.photos, i.videos, i.lieu, i.position_exacte, i.source, i.source_id,
           i.created_at, i.updated_at, i.version, i.position
    FROM initiatives AS i JOIN communes AS c ON c.code = i.commune
    WHERE i.statut = 'published';
INSERT INTO views_geometry_columns
    (view_name, view_geometry, view_rowid, f_table_name, f_geometry_column, read_only)
    VALUES ('initiatives_publiees', 'position', 'id', 'initiatives', 'position', 1);
