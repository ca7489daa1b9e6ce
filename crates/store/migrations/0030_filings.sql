-- Filings and the keys that seal them; reviews, who may decide them in whose place, what experts made of them.
--
-- One text for SQLite and PostgreSQL, as 0001_ground.sql.

CREATE TABLE sealing_key (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  organisation TEXT NOT NULL REFERENCES organisation (handle),
  public TEXT NOT NULL CHECK (length(public) = 64),
  registered_at BIGINT NOT NULL,
  evidence TEXT NOT NULL,
  revoked_at BIGINT CHECK (revoked_at >= registered_at)
);
CREATE INDEX sealing_key_by_organisation ON sealing_key (organisation, registered_at, id);

CREATE TABLE filing (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  number TEXT NOT NULL UNIQUE,
  obligation TEXT NOT NULL REFERENCES obligation (id),
  kind TEXT NOT NULL CHECK (kind IN ('report', 'supplement', 'correction', 'withdrawal')),
  follows TEXT REFERENCES filing (id),
  filer TEXT NOT NULL REFERENCES organisation (handle),
  version BIGINT NOT NULL CHECK (version >= 1),
  drafted_at BIGINT NOT NULL,
  saved_at BIGINT NOT NULL,
  answers TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('draft', 'discarded', 'sealed', 'received', 'accepted', 'returned')),
  discarded_at BIGINT,
  sealed_at BIGINT,
  sealed_text TEXT,
  digest TEXT CHECK (length(digest) = 64),
  key_id TEXT REFERENCES sealing_key (id),
  signature TEXT CHECK (length(signature) = 128),
  received_at BIGINT,
  received_by TEXT,
  received_evidence TEXT,
  judged_at BIGINT,
  judged_by TEXT,
  reasons TEXT,
  CHECK ((kind = 'report') = (follows IS NULL)),
  CHECK (follows <> id),
  CHECK ((state = 'discarded') = (discarded_at IS NOT NULL)),
  CHECK ((state IN ('draft', 'discarded')) = (sealed_at IS NULL)),
  CHECK ((sealed_at IS NULL) = (sealed_text IS NULL)),
  CHECK ((sealed_at IS NULL) = (digest IS NULL)),
  CHECK ((sealed_at IS NULL) = (key_id IS NULL)),
  CHECK ((sealed_at IS NULL) = (signature IS NULL)),
  CHECK ((state IN ('received', 'accepted', 'returned')) = (received_at IS NOT NULL)),
  CHECK ((received_at IS NULL) = (received_by IS NULL)),
  CHECK ((received_at IS NULL) = (received_evidence IS NULL)),
  CHECK ((state IN ('accepted', 'returned')) = (judged_at IS NOT NULL)),
  CHECK ((judged_at IS NULL) = (judged_by IS NULL)),
  CHECK ((judged_at IS NULL) = (reasons IS NULL))
);
CREATE INDEX filing_by_drafted ON filing (drafted_at, id);
CREATE INDEX filing_by_obligation ON filing (obligation, drafted_at, id);
CREATE INDEX filing_by_filer ON filing (filer, drafted_at, id);
-- Two people of one organisation write one draft, not two.
CREATE UNIQUE INDEX filing_draft ON filing (obligation, filer) WHERE state = 'draft';

-- Which obligations a sealed filing met: the one it was made for, and those that it settles with it.
CREATE TABLE filing_settles (
  filing TEXT NOT NULL REFERENCES filing (id),
  obligation TEXT NOT NULL REFERENCES obligation (id),
  PRIMARY KEY (filing, obligation)
);
CREATE INDEX filing_settles_obligation ON filing_settles (obligation, filing);

CREATE TABLE filing_fault (
  filing TEXT NOT NULL REFERENCES filing (id),
  what TEXT NOT NULL CHECK (what IN
    ('late', 'false', 'concealed', 'omitted', 'corrected', 'withdrawn')),
  at BIGINT NOT NULL,
  found_by TEXT NOT NULL,
  because TEXT NOT NULL,
  PRIMARY KEY (filing, what)
);

CREATE TABLE review (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  incident TEXT NOT NULL REFERENCES incident (id),
  grade TEXT NOT NULL,
  pack TEXT NOT NULL,
  article TEXT NOT NULL,
  role TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('awaiting', 'released', 'refused')),
  decided_at BIGINT,
  decided_by TEXT,
  delegation TEXT,
  because TEXT,
  UNIQUE (incident, grade),
  CHECK ((state = 'awaiting') = (decided_at IS NULL)),
  CHECK ((decided_at IS NULL) = (decided_by IS NULL)),
  CHECK ((decided_at IS NULL) = (because IS NULL)),
  CHECK (decided_at IS NOT NULL OR delegation IS NULL)
);
CREATE INDEX review_by_state ON review (state, asked_at, id);
CREATE INDEX review_by_asked ON review (asked_at, id);

CREATE TABLE delegation (
  id TEXT NOT NULL PRIMARY KEY CHECK (length(id) = 36),
  delegator TEXT NOT NULL REFERENCES organisation (handle),
  delegate TEXT NOT NULL REFERENCES organisation (handle),
  since BIGINT NOT NULL,
  until BIGINT CHECK (until > since),
  document TEXT NOT NULL,
  revoked_at BIGINT,
  CHECK (delegator <> delegate)
);
CREATE INDEX delegation_by_delegator ON delegation (delegator, since, id);
CREATE INDEX delegation_by_delegate ON delegation (delegate, since, id);

CREATE TABLE expertise (
  review TEXT NOT NULL REFERENCES review (id),
  at BIGINT NOT NULL,
  called_by TEXT NOT NULL,
  experts TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('confirms', 'graver', 'milder', 'undecided')),
  conclusion TEXT NOT NULL,
  document TEXT NOT NULL
);
CREATE INDEX expertise_by_review ON expertise (review, at);
