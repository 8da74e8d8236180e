-- What has changed since a number is found without reading all there is.

CREATE INDEX initiatives_seq ON initiatives (seq);
CREATE INDEX communes_seq ON communes (seq);
CREATE INDEX contours_seq ON contours (seq);
