-- What has changed since a number is found without reading all there is.

CREATE INDEX initiatives_seq ON initiatives (seq);
CREATE INDEX communes_seq ON communes (seq);
CREATE INDEX contours_seq ON contours (seq);

-- Changes that came together: the number of the last, and a token that no others have. A copy that
-- was put back and then went another way is told by it from what the store was.
CREATE TABLE commits (
    seq   INTEGER PRIMARY KEY,
    token INTEGER NOT NULL
);
INSERT INTO commits (seq, token) SELECT seq, random() FROM state;
