-- What the official file says of arrondissements beside their name and commune.

ALTER TABLE aliases ADD COLUMN population INTEGER CHECK (population >= 0); -- NULL: not known
ALTER TABLE aliases ADD COLUMN codes_postaux TEXT NOT NULL DEFAULT '[]';
