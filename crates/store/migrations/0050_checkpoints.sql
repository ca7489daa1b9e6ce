-- What the journal was at an instant, signed: the text is what was signed, the other columns find it.

CREATE TABLE checkpoint (
  number BIGINT NOT NULL PRIMARY KEY CHECK (number >= 1),
  at BIGINT NOT NULL,
  entries BIGINT NOT NULL CHECK (entries >= 0),
  -- SHA-256 of the text, which the next checkpoint names.
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
  text TEXT NOT NULL CHECK (length(text) <= 4096),
  signature TEXT NOT NULL CHECK (length(signature) = 128)
);
