-- Whom an officer has named as concerned by an incident, beside those whom sightings show: organisations that
-- answer for something of it, and provinces that it touches. Nobody is taken off again.
CREATE TABLE concerned (
  incident TEXT NOT NULL REFERENCES incident (id),
  kind TEXT NOT NULL CHECK (kind IN ('organisation', 'province')),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 96),
  PRIMARY KEY (incident, kind, name)
);

-- Every text of law that this desk has decided by, as it stood when it was first applied: a pack, its grading
-- pack, a layer. What an obligation names by its version can so be read for as long as the record lasts.
CREATE TABLE applied_text (
  -- The id of the pack or layer, and its own version, readings and layers apart.
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 96),
  version TEXT NOT NULL,
  -- Of the text: one that was changed without raising its version is kept beside the other.
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  text TEXT NOT NULL,
  applied_at BIGINT NOT NULL,
  PRIMARY KEY (name, version, sha256)
);
